//! `styrk migrate`, `backup` and `restore`.

use super::archive::{Manifest, Writing, unpack};
use super::{Configured, Form, Result, say};
use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;
use axum::http::Method;
use http_body_util::BodyExt as _;
use push_service::admin::audit::RecordShown;
use push_service::admin::backup::{Copied, STATE};
use push_service::admin::time;
use push_service::clock::{Clock as _, SystemClock};
use push_service::config::Config;
use push_service::keys::Keys;
use signin::fact::FactKind;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Alone, Later, OpenError, Operate as _, Options, Place, Sqlite, State, SystemRandom, Vault};

/// Brings the database to this version's schema.
pub(crate) fn migrate(file: &Configured) -> Result {
    let config = file.read()?;
    let alone = alone(&config)?;
    if !alone.exists() {
        return Err(
            format!("{}: there is no database yet; styrk serve makes it", config.database.display()).into()
        );
    }
    let done = alone.migrate()?;
    say(&match done.copy {
        None => format!("The database has schema {} already; nothing was done.", done.to),
        Some(copy) => format!(
            "The database came from schema {} to {}. What was there before is in {}.",
            done.from,
            done.to,
            copy.display()
        ),
    })
}

/// What another user makes here, the service could not open afterwards.
fn alone(config: &Config) -> Result<Alone> {
    let keys = fs::metadata(&config.keys).map_err(|error| format!("{}: {error}", config.keys.display()))?;
    // On Linux its owner is the user as whom this runs.
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() != keys.uid()) {
        return Err(format!(
            "{} belongs to user {}: run this command as that user, for example: runuser -u styrk -- styrk …",
            config.keys.display(),
            keys.uid()
        )
        .into());
    }
    Alone::with(&config.database).map_err(|error| match error {
        OpenError::InUse(path) => {
            format!("{}: the service is running. Stop it first: systemctl stop styrk", path.display()).into()
        }
        other => other.into(),
    })
}

/// Takes a copy of the running service's database.
pub(crate) async fn backup(file: &Configured, form: Form, target: &Path) -> Result {
    let mut client = file.connect().await?;
    let response = client.open(Method::POST, "/v1/backup", None::<&()>).await?;
    let state = STATE;
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let copied: Copied =
        serde_json::from_str(header(state.as_str()).ok_or("the service said nothing of its copy")?)?;
    let size = header("content-length").ok_or("the service did not say how long its copy is")?.parse()?;
    let now = SystemClock.now();
    let mut archive = Writing::begin(target, size, now.seconds().0)?;
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame?.into_data() {
            archive.write(&piece)?;
        }
    }
    let manifest = archive.finish(copied, time(now), now.seconds().0)?;
    let noted: std::result::Result<Copied, _> =
        client.send(Method::POST, "/v1/backup/taken", Some(&copied)).await;
    noted.map_err(|error| {
        format!("{} is whole, but the audit trail does not say that it was taken: {error}", target.display())
    })?;
    form.answer(&manifest, || taken(&manifest, target))
}

fn taken(manifest: &Manifest, target: &Path) -> String {
    format!(
        "The database is in {}: schema {}, audit trail up to {}, {} bytes. Keep it apart from backups of the keys, \
         and keep both safe: together they are everything.",
        target.display(),
        manifest.copied.schema,
        manifest.copied.audit_sequence,
        manifest.size
    )
}

/// Takes a copy of the database while nobody has it open.
pub(crate) fn backup_offline(file: &Configured, form: Form, target: &Path) -> Result {
    let config = file.read()?;
    let alone = alone(&config)?;
    if !alone.exists() {
        return Err(format!("{}: there is no database", config.database.display()).into());
    }
    let workplace = Workplace::beside(&config.database, "copying");
    let state = alone.copy_to(&workplace.0)?;
    let copied = Copied { schema: state.schema, time: state.time.0, audit_sequence: state.sequence };
    let mut copy = File::open(&workplace.0)?;
    let now = SystemClock.now();
    let mut archive = Writing::begin(target, copy.metadata()?.len(), now.seconds().0)?;
    let mut piece = vec![0; 256 * 1024];
    loop {
        match copy.read(&mut piece)? {
            0 => break,
            length => archive.write(&piece[..length])?,
        }
    }
    let manifest = archive.finish(copied, time(now), now.seconds().0)?;
    form.answer(&manifest, || taken(&manifest, target))
}

/// Files that a restore or an offline backup makes on its way; gone when it ends, well or badly.
struct Workplace(PathBuf);

impl Workplace {
    fn beside(database: &Path, what: &str) -> Self {
        let mut name = database.as_os_str().to_owned();
        name.push(".");
        name.push(what);
        let place = Self(name.into());
        place.clear();
        place
    }

    fn clear(&self) {
        let schemas = (1..100).map(|schema| format!(".schema-{schema}"));
        let others = ["", "-wal", "-shm", ".lock"].map(str::to_owned);
        for suffix in others.into_iter().chain(schemas) {
            let mut name = self.0.as_os_str().to_owned();
            name.push(suffix);
            let _ = fs::remove_file(name);
        }
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        self.clear();
    }
}

/// What takes the place of the database.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Source {
    /// What `styrk backup` made.
    from: Option<PathBuf>,
    /// Go on with the database as it is when its log (DATABASE-wal) is lost and there is no backup: what was in the log
    /// is lost too.
    #[arg(long)]
    without_log: bool,
}

/// A database that was looked at, in a workplace of its own.
struct Prepared {
    state: State,
    /// What it is, for the trail and the operator.
    what: String,
    /// What is lost by it; a fault when that cannot be read, nothing when there was no database.
    later: Option<std::result::Result<Later, OpenError>>,
}

fn unpacked(alone: &Alone, vault: &Vault, from: &Path, to: &Path) -> Result<Prepared> {
    let manifest = unpack(from, to)?;
    let named = |error: OpenError| format!("{}: {error}", from.display());
    let state = store::inspect(to, vault).map_err(named)?;
    check(&manifest, state).map_err(|problem| format!("{}: {problem}", from.display()))?;
    let newest = store::newest_record(to).map_err(named)?;
    let later = alone.exists().then(|| alone.later(state, newest.as_ref()));
    Ok(Prepared { state, what: format!("backup of {}", manifest.made), later })
}

fn without_log(alone: &Alone, vault: &Vault, to: &Path) -> Result<Prepared> {
    if alone.has_log() {
        return Err("its log is there, and nothing is lost: styrk serve reads it".into());
    }
    alone.copy_without_log(to)?;
    let state = store::inspect(to, vault)?;
    let later =
        Ok(Later { time: state.time, records: Vec::new(), names: HashMap::new(), same_history: true });
    Ok(Prepared { state, what: "database without its log".to_owned(), later: Some(later) })
}

/// Puts a backup in the place of the database.
pub(crate) async fn restore(file: &Configured, source: &Source) -> Result {
    let config = file.read()?;
    let alone = alone(&config)?;
    let keys = Keys::load(&config.keys, SystemClock.now().seconds())?;
    let vault = Arc::new(Vault::new(*keys.vault));
    let workplace = Workplace::beside(&config.database, "restoring");
    let Prepared { state, what, later } = match &source.from {
        Some(from) => unpacked(&alone, &vault, from, &workplace.0)?,
        None => without_log(&alone, &vault, &workplace.0)?,
    };
    // Who was removed since is known to the backup alone.
    let removed = match &later {
        Some(Ok(later)) => store::names(&workplace.0, later.users())?,
        _ => HashMap::new(),
    };

    // Time never goes back, whatever the machine's clock says: what has expired stays expired.
    let not_before =
        later.as_ref().and_then(|later| later.as_ref().ok()).map_or(Millis(0), |later| later.time);
    let options = Options {
        policy: config.policy.clone(),
        clock: Arc::new(move || SystemClock.now().max(not_before)),
        vault,
        random: Box::new(SystemRandom::new()),
        readers: 1,
    };
    let store = Sqlite::open(&Place::File(workplace.0.clone()), options)?;
    let anew = store.begin_anew(what.clone()).await;
    store.close().await;
    drop(store);
    let ended = anew?.facts.len().saturating_sub(1);

    let stamp: String =
        time(SystemClock.now()).chars().filter(|c| c.is_ascii_alphanumeric()).take(18).collect();
    let aside = alone.replace(&workplace.0, &format!("{stamp}Z"))?;
    let mut text = format!(
        "Restored the {what}: audit trail up to {}. What was open in it has ended ({ended} records say so): \
         everybody signs in again.\n",
        state.sequence
    );
    if let Some(aside) = aside {
        text.push_str(&format!("The database before is in {}.\n", aside.display()));
    }
    if source.without_log {
        text.push_str(
            "What came after is lost: blocks, removals and registrations. Do again what you know of.\n",
        );
    } else {
        text.push_str(&lost(later.as_ref(), &removed));
    }
    text.push_str("\nNow: systemctl start styrk");
    say(&text)
}

fn check(manifest: &Manifest, state: State) -> std::result::Result<(), String> {
    let said = manifest.copied;
    if (said.schema, said.time, said.audit_sequence) == (state.schema, state.time.0, state.sequence) {
        return Ok(());
    }
    Err("not a whole backup: its database is another one than its manifest says".to_owned())
}

/// What an operator must do again: nobody else knows of it any more.
const UNDONE: &[FactKind] = &[
    FactKind::UserDisabled,
    FactKind::UserEnabled,
    FactKind::UserRemoved,
    FactKind::UserAdded,
    FactKind::UserChanged,
    FactKind::PasswordSet,
    FactKind::DeviceRemoved,
    FactKind::DeviceWithdrawn,
    FactKind::DeviceLeft,
    FactKind::AppLocked,
    FactKind::AppUnlocked,
    FactKind::RelyingPartyAdded,
    FactKind::RelyingPartyRemoved,
    FactKind::ApiKeyAdded,
    FactKind::ApiKeyEnded,
];

fn lost(later: Option<&std::result::Result<Later, OpenError>>, removed: &HashMap<UserId, String>) -> String {
    let later = match later {
        None => {
            return "There was no database before: what is lost since the backup cannot be said.\n"
                .to_owned();
        }
        Some(Err(error)) => {
            return format!("The database before cannot be read, so what is lost cannot be said: {error}\n");
        }
        Some(Ok(later)) => later,
    };
    let mut text = String::new();
    if !later.same_history {
        text.push_str(
            "The backup is not of this database, or is from before another restore: the list below may not fit.\n",
        );
    }
    let shown = |kinds: &[FactKind]| {
        let of = later.records.iter().filter(|record| kinds.contains(&record.fact.kind));
        let lines = of.map(|record| {
            let name =
                record.fact.user.and_then(|user| later.names.get(&user).or(removed.get(&user)).cloned());
            let record = RecordShown::of(record, name, None);
            let what = [record.upn.or(record.user), record.device, record.detail];
            let what = what.into_iter().flatten().collect::<Vec<_>>().join("  ");
            format!("  {}  {:<17}  {what}\n", super::table::short(&record.at), record.kind)
        });
        lines.collect::<String>()
    };
    let (undone, phones) = (shown(UNDONE), shown(&[FactKind::DeviceConfirmed]));
    if !undone.is_empty() {
        text.push_str(&format!(
            "Undone by this, since it came after the backup. Do again what still holds:\n{undone}"
        ));
    }
    if !phones.is_empty() {
        text.push_str(&format!("Phones that were registered after the backup, and must be again:\n{phones}"));
    }
    if undone.is_empty() && phones.is_empty() {
        text.push_str("No block, removal or registration came after the backup.\n");
    }
    text
}
