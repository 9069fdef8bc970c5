//! `styrk`: the push service as a program.

use clap::{Parser, Subcommand};
use push_service::app::App;
use push_service::clock::SystemClock;
use push_service::config::Config;
use push_service::keys::Keys;
use push_service::lifecycle::Running;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// The authenticator that an organisation runs itself.
#[derive(Parser)]
#[command(name = "styrk", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the keys that the configuration names. Never overwrites any.
    Init(Configured),
    /// Say in plain sentences what a configuration means, or what is wrong with it.
    CheckConfig(Configured),
    /// Run the service until it is told to stop (SIGTERM or Ctrl-C).
    Serve(Configured),
}

#[derive(clap::Args)]
struct Configured {
    /// The configuration file.
    #[arg(long, short, default_value = "/etc/styrk/styrk.toml")]
    config: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("STYRK_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // At trace level these write frames out, and with them channel secrets (property 20).
    let quiet = ["tungstenite=info", "tokio_tungstenite=info"];
    let filter = quiet
        .iter()
        .filter_map(|name| name.parse().ok())
        .fold(filter, |filter, name| filter.add_directive(name));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
async fn run(command: Command) -> Result<(), Box<dyn std::error::Error>> {
    match command {
        Command::Init(file) => {
            let config = Config::read(&file.config)?;
            Keys::create(&config.keys)?;
            let folder = config.keys.display();
            println!(
                "Made the keys in {folder}. Move {folder}/next-identity.pk8 to a safe place away from this machine."
            );
        }
        Command::CheckConfig(file) => {
            let config = Config::read(&file.config)?;
            println!("{} at {}: the configuration is valid.", config.organisation.name, config.public_url);
            for risk in config.accepted_risks() {
                println!("Accepted risk: {risk}");
            }
        }
        Command::Serve(file) => {
            let app = App::open(Config::read(&file.config)?, Arc::new(SystemClock))?;
            let running = Running::start(app).await?;
            let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            running.stop().await;
        }
    }
    Ok(())
}
