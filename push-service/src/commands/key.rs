//! `styrk key …`: what an operator does with the keys. The page for it is `docs/keys.md`.

use authenticator_protocol::time::Seconds;
use push_service::keys::backup::{self, SHORTEST};
use push_service::keys::identity::{self, Chain};
use push_service::keys::results::{self, Phase, ResultKeys};
use std::error::Error;
use std::fmt::Write as _;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

#[derive(clap::Subcommand)]
pub(crate) enum KeyCommand {
    /// Number, thumbprint and date of each key, and where the next identity key should be.
    #[command(after_help = "Example:\n  sudo -u styrk styrk key list")]
    List,
    /// Let the next key take over.
    #[command(subcommand)]
    Rotate(RotateCommand),
    /// Copy all keys but the next identity key into one file, sealed under a passphrase.
    #[command(after_help = "Example:\n  sudo -u styrk styrk key backup --to /media/safe/keys.age\n\n\
        The file is in the format of age: age -d keys.age | tar x opens it too.")]
    Backup {
        /// The file to make; it must not be there yet.
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        passphrase: Passphrase,
    },
    /// Put the keys of a backup into the keys folder, in which there must be nothing.
    #[command(after_help = "Example:\n  sudo -u styrk styrk key restore --from /media/safe/keys.age")]
    Restore {
        /// What `backup` made.
        #[arg(long)]
        from: PathBuf,
        #[command(flatten)]
        passphrase: Passphrase,
    },
}

#[derive(clap::Subcommand)]
pub(crate) enum RotateCommand {
    /// The key that phones trust: the next one takes over, and a new next one is made.
    #[command(
        after_help = "Example:\n  sudo -u styrk styrk key rotate identity --next /media/safe/next-identity-1.pk8\n\n\
        docs/keys.md says when to do it, and what to do when a key is lost or stolen."
    )]
    Identity {
        /// The file with the next identity key, from its safe place.
        #[arg(long)]
        next: PathBuf,
    },
    /// The key that signs results for relying parties: a new one is made.
    #[command(after_help = "Example:\n  sudo -u styrk styrk key rotate results && systemctl reload styrk")]
    Results,
}

#[derive(clap::Args)]
pub(crate) struct Passphrase {
    /// A file whose first line is the passphrase; without it you are asked.
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    /// `new`: asks twice, since a slip could not be found out later.
    fn read(&self, new: bool) -> Result<Zeroizing<String>, Box<dyn Error>> {
        let Some(path) = &self.passphrase_file else {
            let said = Zeroizing::new(rpassword::prompt_password(format!(
                "Passphrase of the backup (at least {SHORTEST} characters): "
            ))?);
            if new && *said != *Zeroizing::new(rpassword::prompt_password("The same once more: ")?) {
                return Err("the two passphrases differ".into());
            }
            return Ok(said);
        };
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let text = Zeroizing::new(text);
        Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
    }
}

/// Runs a command on the keys in `folder`; what to tell the operator.
pub(crate) fn run(command: &KeyCommand, folder: &Path, now: Seconds) -> Result<String, Box<dyn Error>> {
    Ok(match command {
        KeyCommand::List => list(folder, now)?,
        KeyCommand::Rotate(RotateCommand::Identity { next }) => {
            let _lock = alone(folder)?;
            let rotated = identity::rotate(folder, next, now)?;
            rotated_identity(&rotated, next)
        }
        KeyCommand::Rotate(RotateCommand::Results) => {
            let _lock = alone(folder)?;
            let kid = results::rotate(folder, now)?;
            let from = date(Seconds(now.0.saturating_add(results::OVERLAP)));
            format!(
                "Made the result key {kid}. Now send SIGHUP to the service, or restart it, so that relying parties see \
                 it; it signs from {from} on. The key before it stays published for a day after that, and is then \
                 forgotten by itself."
            )
        }
        KeyCommand::Backup { to, passphrase } => {
            // Asked for before the lock is taken: whoever is slow to type holds nobody up.
            let passphrase = passphrase.read(true)?;
            let _lock = alone(folder)?;
            backup::backup(folder, to, &passphrase)?;
            format!(
                "All keys but the next identity key are in {}. Keep it apart from copies of the database, and the \
                 passphrase apart from it. Make a new one after each rotation.",
                to.display()
            )
        }
        KeyCommand::Restore { from, passphrase } => {
            backup::restore(folder, from, &passphrase.read(false)?, now)?;
            format!("The keys are back in {}:\n\n{}", folder.display(), list(folder, now)?)
        }
    })
}

/// Nobody else changes the keys until this is dropped. A file system that knows no locks must not stop a rotation.
fn alone(folder: &Path) -> Result<Option<File>, Box<dyn Error>> {
    let lock = File::open(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => {
            Err(format!("another `styrk key` is at work on {}: wait until it is done", folder.display())
                .into())
        }
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

fn rotated_identity(rotated: &identity::Rotated, given: &Path) -> String {
    let number = rotated.number;
    let mut text = if rotated.already {
        format!("Identity key {number} has taken over already; nothing is left to be done here.\n")
    } else {
        format!("Identity key {number} takes over, and the one before it is deleted.\n")
    };
    text.push_str("\nNow:\n");
    let mut steps = Vec::new();
    if rotated.next.exists() {
        steps.push(format!(
            "Move {} to a safe place away from this machine, in two copies. Without it the key cannot be changed again.",
            rotated.next.display()
        ));
    }
    steps.push("Send SIGHUP to the service, or restart it. Until then it signs with the old key.".to_owned());
    if given.exists() {
        steps.push(format!("Destroy {} and its copies: that key signs now.", given.display()));
    }
    steps.push("Make a new backup: styrk key backup. The old one holds the old key.".to_owned());
    for (index, step) in steps.iter().enumerate() {
        let _ = writeln!(text, "  {}. {step}", index + 1);
    }
    text.push_str(
        "\nPhones follow by themselves when they next ask. Who is registering a phone right now starts again with a new code.",
    );
    text
}

fn list(folder: &Path, now: Seconds) -> Result<String, Box<dyn Error>> {
    let chain = Chain::load(folder)?;
    let current = chain.pin.number;
    let mut text = "Identity keys\n".to_owned();
    for (number, (thumbprint, made)) in chain.keys.iter().enumerate().rev() {
        let file = folder.join(format!("identity-{number}.pk8"));
        let state = match (usize::try_from(current) == Ok(number), file.exists()) {
            (true, true) => "signs",
            (true, false) => "SHOULD SIGN, BUT ITS FILE IS MISSING",
            (false, false) => "past",
            (false, true) => "past, BUT ITS FILE IS STILL HERE: finish the rotation",
        };
        writeln!(text, "  {number:>3}  {thumbprint}  {}  {state}", date(*made))?;
    }
    let next = current.saturating_add(1);
    let file = folder.join(format!("next-identity-{next}.pk8"));
    let place = if file.exists() {
        format!("STILL HERE, in {}: move it to a safe place away from this machine", file.display())
    } else {
        "not on this machine; it should be at your safe place".to_owned()
    };
    writeln!(text, "Next identity key\n  {next:>3}  {}  {place}", chain.pin.next)?;
    writeln!(text, "Result keys")?;
    for (key, phase) in ResultKeys::load(folder)?.at(now) {
        let phase = match phase {
            Phase::Waits(from) => format!("signs from {} on", date(from)),
            Phase::Signs => "signs".to_owned(),
            Phase::Leaves(until) => format!("published until {}", date(until)),
            Phase::Over => "over; forgotten at the next start".to_owned(),
        };
        writeln!(text, "       {}  {}  {phase}", key.kid, date(key.made))?;
    }
    let vault = if folder.join("vault.key").exists() { "is here" } else { "IS MISSING" };
    write!(text, "Vault key\n       {vault}")?;
    Ok(text)
}

/// "2027-01-15 08:00 UTC".
fn date(at: Seconds) -> String {
    let at = i64::try_from(at.0).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    at.map_or_else(|| "?".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}
