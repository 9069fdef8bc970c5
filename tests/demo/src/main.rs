//! `cargo demo`.

use authenticator_protocol::time::Millis;
use clap::{Parser, Subcommand};
use demo::application::Application;
use demo::organisation::{PASSWORD, USERS};
use demo::{Demo, Error, Options, control, once, tidportalen};
use push_service::clock::ManualClock;
use simulated_phone::UnlockAnswer;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The push service and simulated phones in one process, and an application that uses them in another.
#[derive(Parser)]
#[command(name = "cargo demo")]
struct Arguments {
    /// The main job without a browser, on the injected clock, as a timeline.
    #[arg(long)]
    once: bool,
    /// Port of the service; the phones are on the next one, the application on the first free one after that. 0
    /// takes free ones.
    #[arg(long, default_value_t = 7500)]
    port: u16,
    /// Print addresses as JSON, and listen to the tests' controls.
    #[arg(long)]
    json: bool,
    /// Require more than the password for the very first registration, as an organisation should.
    #[arg(long)]
    strict: bool,
    /// Whoever visits is inside the organisation's network.
    #[arg(long)]
    inside: bool,
    #[command(subcommand)]
    role: Option<Role>,
}

/// What else this program is.
#[derive(Subcommand)]
enum Role {
    /// The application. The demo starts it, and introduces it on its input.
    #[command(hide = true)]
    Tidportalen,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("STYRK_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let run = async {
        match arguments.role {
            Some(Role::Tidportalen) => tidportalen::run().await.map(|()| ExitCode::SUCCESS),
            None if arguments.once => timeline().await,
            None => newcomer(&arguments).await,
        }
    };
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
    let demo = Demo::start(Options { clock, pushes: true, ..Options::default() }).await?;
    let application = Application::start(&demo, &std::env::current_exe()?, 0).await?;
    let millis = began.elapsed().as_millis();
    println!("{:>17}  {millis:>6} ms  service, phone and application are ready", "started");
    let right = once::run(
        &demo,
        &application,
        || began.elapsed().as_millis(),
        |step| {
            let told = if step.is_right() {
                "as it must".to_owned()
            } else {
                format!("NOT as it must: {}", step.ended)
            };
            println!("{:>17}  {:>6} ms  {told}", step.name, step.millis);
        },
    );
    let right = right.await?;
    application.stop().await?;
    demo.stop().await;
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::print_stdout, reason = "what to open is the answer of this command")]
async fn newcomer(arguments: &Arguments) -> Result<ExitCode, Error> {
    let mut policy = if arguments.strict { String::new() } else { demo::organisation::POLICY.to_owned() };
    if arguments.inside {
        policy.push_str(demo::organisation::INSIDE);
    }
    let phone_port = if arguments.port == 0 { 0 } else { arguments.port.saturating_add(1) };
    let unlock = UnlockAnswer::Ask;
    let demo = Arc::new(
        Demo::start(Options {
            port: arguments.port,
            phone_port,
            policy,
            unlock,
            pushes: true,
            ..Options::default()
        })
        .await?,
    );
    let port = if phone_port == 0 { 0 } else { phone_port.saturating_add(1) };
    let application = Application::start(&demo, &std::env::current_exe()?, port).await?;
    if arguments.json {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let control = format!("http://{}", listener.local_addr()?);
        let router = control::router(Arc::clone(&demo));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let users: Vec<_> = USERS.iter().map(|user| user.login()).collect();
        let about = serde_json::json!({
            "service": demo.service, "phone": demo.phone_page, "application": application.address,
            "control": control, "users": users, "password": PASSWORD,
        });
        println!("{about}");
    } else {
        println!("{}", welcome(&demo, &application, arguments));
    }
    tokio::signal::ctrl_c().await?;
    application.stop().await?;
    Ok(ExitCode::SUCCESS)
}

fn welcome(demo: &Demo, application: &Application, arguments: &Arguments) -> String {
    let users: Vec<String> =
        USERS.iter().map(|user| format!("      {:<34} {}", user.login(), user.name)).collect();
    let inside = if arguments.inside {
        "\n  You are inside the organisation's network: the password is enough, but for your security information."
    } else {
        ""
    };
    let policy = if arguments.strict && arguments.inside {
        "Policy: the first registration needs to be inside, as you are."
    } else if arguments.strict {
        "Policy: the first registration needs more than the password, so nobody gets in from here."
    } else {
        "Policy of this demo: a password is enough for the very first registration. An organisation that runs it so\n  \
         accepts that whoever steals a password first can register their own phone."
    };
    format!(
        "
  Styrk is running: the real service and a simulated phone in one process, an application that uses them in
  another. Nothing leaves this machine.

  1. Open the service     {}
  2. Open the phone       {}
     Put the two windows side by side.

  3. Sign in as one of    (password: {PASSWORD})
{}

  4. Register the phone: on the phone choose Add account, then let it read the QR code (camera or a picture of
     it), or copy the link, or type the code. Type the four characters on the page and the number on the phone.
  5. Sign out, sign in again, and try the rest: deny, report, type a wrong number, or wait 90 seconds.
  6. Open an application  {}
     It has no passwords: it asks the service through its API, and the phone approves.

  {policy}{inside}

  Ctrl-C ends it; nothing is kept.
",
        demo.service,
        demo.phone_page,
        users.join("\n"),
        application.address,
    )
}
