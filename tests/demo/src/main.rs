//! `cargo demo`.

use authenticator_protocol::time::Millis;
use clap::Parser;
use demo::organisation::{PASSWORD, USERS};
use demo::{Demo, Error, Options, control, once};
use push_service::clock::ManualClock;
use simulated_phone::UnlockAnswer;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The push service and simulated phones in one process.
#[derive(Parser)]
#[command(name = "cargo demo")]
struct Arguments {
    /// The main job without a browser, on the injected clock, as a timeline.
    #[arg(long)]
    once: bool,
    /// Port of the service; the phones are on the next one. 0 takes free ones.
    #[arg(long, default_value_t = 7500)]
    port: u16,
    /// Print addresses as JSON, and listen to the tests' controls.
    #[arg(long)]
    json: bool,
    /// Require more than the password for the very first registration, as an organisation should.
    #[arg(long)]
    strict: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("STYRK_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let run = async { if arguments.once { timeline().await } else { newcomer(&arguments).await } };
    match run.await {
        Ok(code) => code,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the timeline is the answer of this command")]
#[expect(
    clippy::disallowed_methods,
    reason = "the milliseconds of each step are the machine's, not the demo's"
)]
async fn timeline() -> Result<ExitCode, Error> {
    let began = std::time::Instant::now();
    let clock = ManualClock::standing(Millis(1_800_000_000_000));
    let demo = Demo::start(Options { clock, ..Options::default() }).await?;
    println!("{:>14}  {:>6} ms  service and phone are ready", "started", began.elapsed().as_millis());
    let right = once::run(
        &demo,
        || began.elapsed().as_millis(),
        |step| {
            let told = if step.is_right() {
                "as it must".to_owned()
            } else {
                format!("NOT as it must: {}", step.ended)
            };
            println!("{:>14}  {:>6} ms  {told}", step.name, step.millis);
        },
    );
    let right = right.await?;
    demo.stop().await;
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::print_stdout, reason = "what to open is the answer of this command")]
async fn newcomer(arguments: &Arguments) -> Result<ExitCode, Error> {
    let policy = if arguments.strict { String::new() } else { demo::organisation::POLICY.to_owned() };
    let phone_port = if arguments.port == 0 { 0 } else { arguments.port.saturating_add(1) };
    let unlock = UnlockAnswer::Ask;
    let demo = Arc::new(
        Demo::start(Options { port: arguments.port, phone_port, policy, unlock, ..Options::default() })
            .await?,
    );
    if arguments.json {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let control = format!("http://{}", listener.local_addr()?);
        let router = control::router(Arc::clone(&demo));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let users: Vec<_> = USERS.iter().map(|user| user.login()).collect();
        let about = serde_json::json!({
            "service": demo.service, "phone": demo.phone_page, "control": control, "users": users, "password": PASSWORD,
        });
        println!("{about}");
    } else {
        println!("{}", welcome(&demo, arguments.strict));
    }
    tokio::signal::ctrl_c().await?;
    Ok(ExitCode::SUCCESS)
}

fn welcome(demo: &Demo, strict: bool) -> String {
    let users: Vec<String> =
        USERS.iter().map(|user| format!("      {:<34} {}", user.login(), user.name)).collect();
    let policy = if strict {
        "Policy: the first registration needs more than the password, so nobody gets in from here."
    } else {
        "Policy of this demo: a password is enough for the very first registration. An organisation that runs it so\n  \
         accepts that whoever steals a password first can register their own phone."
    };
    format!(
        "
  Styrk is running: one process, the real service, a simulated phone. Nothing leaves this machine.

  1. Open the service     {}
  2. Open the phone       {}
     Put the two windows side by side.

  3. Sign in as one of    (password: {PASSWORD})
{}

  4. Register the phone: on the phone choose Add account, then let it read the QR code (camera or a picture of
     it), or copy the link. Type the four characters on the page and the number on the phone.
  5. Sign out, sign in again, and try the rest: deny, report, type a wrong number, or wait 90 seconds.

  {policy}

  Ctrl-C ends it; nothing is kept.
",
        demo.service,
        demo.phone_page,
        users.join("\n"),
    )
}
