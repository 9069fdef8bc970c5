//! `simulated-phone`: one phone, or some, on a web page.

use clap::Parser;
use simulated_phone::{PhoneOptions, Phones, Resolve, Storage, UnlockAnswer, screen};
use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::net::TcpListener;

/// The real core of the phone app with software keys, and a web page as its screen.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where the page is served; a loopback address.
    #[arg(long, default_value = "127.0.0.1:7501")]
    listen: SocketAddr,
    /// What the first phone is; the others are an iPhone 15, a Pixel 9 and so on.
    #[arg(long, default_value = "Pixel 9")]
    model: String,
    /// Keeps keys and state of each phone in a folder below this one. Unsealed: only for trying things out.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// What the phones ask for under https://DOMAIN they get from URL. Like curl's --resolve, but it stands in for the
    /// domain's DNS and TLS alike, so that a made-up e-mail domain can tell its service. Can be given again.
    #[arg(long, value_name = "DOMAIN=URL")]
    resolve: Vec<Resolve>,
}

#[expect(clippy::print_stderr, reason = "a person has to be told where the page is")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    if !arguments.listen.ip().is_loopback() {
        return Err("--listen: only a loopback address; whoever reaches the page can approve".into());
    }
    let listener = TcpListener::bind(arguments.listen).await?;
    let address = listener.local_addr()?;
    let phones = Phones::new(move |number| options(&arguments, number));
    phones.add()?;
    eprintln!("The phone is on http://{address}/");
    axum::serve(listener, screen::router(phones)).with_graceful_shutdown(stopped()).await?;
    Ok(())
}

fn options(arguments: &Arguments, number: u32) -> PhoneOptions {
    let (model, system) = match number {
        1 => (arguments.model.as_str(), system(&arguments.model)),
        _ if number.is_multiple_of(2) => ("iPhone 15", system("iPhone 15")),
        _ => ("Pixel 9", system("Pixel 9")),
    };
    let storage = match &arguments.keep {
        Some(folder) => Storage::Folder(folder.join(format!("phone-{number}"))),
        None => Storage::Memory,
    };
    PhoneOptions {
        name: format!("phone {number}"),
        model: model.to_owned(),
        system: system.to_owned(),
        storage,
        resolve: arguments.resolve.clone(),
        unlock: UnlockAnswer::Ask,
        ..PhoneOptions::default()
    }
}

fn system(model: &str) -> &'static str {
    if model.starts_with("iPhone") { "iOS 26" } else { "Android 16" }
}

async fn stopped() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a signal handler the process is still ended by the signal itself.
        std::future::pending::<()>().await;
    }
}
