//! `styrk`: the push service as a program.

mod commands;

use clap::{Parser, Subcommand};
use commands::audit::AuditCommand;
use commands::database::Source;
use commands::device::DeviceCommand;
use commands::key::KeyCommand;
use commands::pass::PassCommand;
use commands::relying_party::RelyingPartyCommand;
use commands::user::UserCommand;
use commands::{Configured, Form, Result, say};
use push_service::clock::{Clock as _, SystemClock};
use push_service::config::Config;
use push_service::keys::Keys;
use push_service::logs::{self, Logging};
use std::path::PathBuf;
use std::process::ExitCode;

/// Threads that answer, write and log hand memory to each other all the time; the system's allocator has a lock for that.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The authenticator that an organisation runs itself.
#[derive(Parser)]
#[command(
    name = "styrk",
    version,
    after_help = "A first installation: styrk init, styrk check-config, styrk serve; \
    then styrk user import FILE.csv. docs/operations.md has it step by step."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the keys that the configuration names. Never overwrites any.
    #[command(after_help = "Example:\n  sudo -u styrk styrk init")]
    Init(Configured),
    /// Say in plain sentences what a configuration means, or what is wrong with it.
    #[command(
        after_help = "Example:\n  styrk check-config --config ./styrk.toml\n  styrk check-config --online"
    )]
    CheckConfig {
        #[command(flatten)]
        file: Configured,
        /// Ask each provider of pushes whether it accepts key and settings; nothing reaches any phone.
        #[arg(long)]
        online: bool,
    },
    /// Run the service until it is told to stop (SIGTERM or Ctrl-C). SIGHUP makes it read its keys and certificate again.
    #[command(after_help = "Example:\n  systemctl start styrk")]
    Serve(Configured),
    /// Look after the keys: list, rotate, backup, restore.
    #[command(after_help = "Example:\n  styrk key list")]
    Key {
        #[command(flatten)]
        file: Configured,
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Look after the users of a running service.
    #[command(after_help = "Example:\n  styrk user show anna@regionx.example")]
    User {
        #[command(flatten)]
        file: Configured,
        #[command(flatten)]
        form: Form,
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Look after the phones of a running service.
    #[command(after_help = "Example:\n  styrk device list --user anna@regionx.example")]
    Device {
        #[command(flatten)]
        file: Configured,
        #[command(flatten)]
        form: Form,
        #[command(subcommand)]
        command: DeviceCommand,
    },
    /// Temporary passes for users who have no phone at hand: create, end.
    #[command(after_help = "Example:\n  styrk pass create anna@regionx.example")]
    Pass {
        #[command(flatten)]
        file: Configured,
        #[command(flatten)]
        form: Form,
        #[command(subcommand)]
        command: PassCommand,
    },
    /// Bring the database to this version's schema, as serve does at its start. The service must not be running.
    #[command(after_help = "Example:\n  systemctl stop styrk && sudo -u styrk styrk migrate")]
    Migrate(Configured),
    /// Copy the running service's database into one new file. With --offline: the database of a service that is not
    /// running, for example before an upgrade.
    #[command(
        after_help = "Examples:\n  styrk backup /var/backups/styrk-$(date +%F).tar\n  systemctl stop styrk && \
        sudo -u styrk styrk backup --offline /var/lib/styrk/before-the-upgrade.tar"
    )]
    Backup {
        #[command(flatten)]
        file: Configured,
        #[command(flatten)]
        form: Form,
        /// The file to make; it must not be there yet.
        target: PathBuf,
        /// The service is stopped: read its files. Run as the service's user.
        #[arg(long)]
        offline: bool,
    },
    /// Put a backup in the place of the database, which is kept aside. The service must not be running. Says which
    /// blocks and removals are undone by it.
    #[command(after_help = "Example:\n  systemctl stop styrk && sudo -u styrk styrk restore \
        /var/backups/styrk-2027-01-15.tar")]
    Restore {
        #[command(flatten)]
        file: Configured,
        #[command(flatten)]
        source: Source,
    },
    /// Who may ask for approvals: add, list, rotate, retire, remove.
    #[command(name = "relying-party", after_help = "Example:\n  styrk relying-party list")]
    RelyingParty {
        #[command(flatten)]
        file: Configured,
        #[command(flatten)]
        form: Form,
        #[command(subcommand)]
        command: RelyingPartyCommand,
    },
    /// Read what has happened, oldest first.
    Audit {
        #[command(flatten)]
        file: Configured,
        #[command(flatten)]
        form: Form,
        #[command(flatten)]
        command: AuditCommand,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A configuration that cannot be read is told by the command itself.
    let served = match &arguments.command {
        Command::Serve(file) => Config::read(&file.config).ok(),
        _ => None,
    };
    let log = served.map(|config| config.log);
    let Ok(logging) = logs::start(&log.clone().unwrap_or_default()) else { return ExitCode::FAILURE };
    match run(arguments.command, &logging).await {
        Ok(()) => return ExitCode::SUCCESS,
        // Whoever reads the log reads nothing else.
        Err(error) if log.is_some() => tracing::error!(%error, "not served"),
        Err(error) => commands::complain(&error.to_string()),
    }
    ExitCode::FAILURE
}

async fn run(command: Command, logging: &Logging) -> Result {
    match command {
        Command::Init(file) => {
            let config = file.read()?;
            Keys::create(&config.keys, SystemClock.now().seconds())?;
            let folder = config.keys.display();
            say(&format!(
                "Made the keys in {folder}. Move {folder}/next-identity-1.pk8 to a safe place away from this \
                 machine, in two copies, and make a backup of the others: styrk key backup."
            ))
        }
        Command::CheckConfig { file, online } => commands::check_config::run(&file, online).await,
        Command::Serve(file) => commands::serve::run(&file, logging).await,
        Command::Key { file, command } => {
            say(&commands::key::run(&command, &file.read()?.keys, SystemClock.now().seconds())?)
        }
        Command::Migrate(file) => commands::database::migrate(&file),
        Command::Backup { file, form, target, offline: true } => {
            commands::database::backup_offline(&file, form, &target)
        }
        Command::Backup { file, form, target, .. } => commands::database::backup(&file, form, &target).await,
        Command::Restore { file, source } => commands::database::restore(&file, &source).await,
        Command::User { file, form, command } => commands::user::run(&file, form, &command).await,
        Command::Pass { file, form, command } => commands::pass::run(&file, form, &command).await,
        Command::Device { file, form, command } => commands::device::run(&file, form, &command).await,
        Command::RelyingParty { file, form, command } => {
            commands::relying_party::run(&file, form, &command).await
        }
        Command::Audit { file, form, command } => commands::audit::run(&file, form, &command).await,
    }
}
