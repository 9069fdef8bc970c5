//! Copies of a database: taken while it is written to, looked at with suspicion, and put in its place.

use super::file::{self, APPLICATION_ID, Lock, OpenError, beside, private};
use super::migrate;
use super::rows::all;
use super::{Sqlite, audit, in_use, replace};
use crate::store::AuditRecord;
use crate::vault::Vault;
use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What a database is, in three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Its schema.
    pub schema: u32,
    /// The last committed time.
    pub time: Millis,
    /// The number of the newest record of the audit trail.
    pub sequence: u64,
}

/// What the database that is replaced still knows, and the backup does not.
#[derive(Debug)]
pub struct Later {
    /// Its last committed time.
    pub time: Millis,
    /// Records after the backup's newest.
    pub records: Vec<AuditRecord>,
    /// The names of the users in them.
    pub names: HashMap<UserId, String>,
    /// Whether the backup's newest record stands in its trail as well. If not, the backup is of another database, or
    /// from before another restore, and what comes after says little.
    pub same_history: bool,
}

/// A database that nobody else opens while this exists.
#[derive(Debug)]
pub struct Alone {
    path: PathBuf,
    _lock: Lock,
}

/// What `migrate` did.
#[derive(Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The schema before.
    pub from: u32,
    /// The schema now.
    pub to: u32,
    /// The copy of what was there before, if anything was done.
    pub copy: Option<PathBuf>,
}

impl Sqlite {
    /// One consistent copy of what is committed, on disk when this returns, and gone when its file is closed. Goes on
    /// beside writes. Blocks. Refuses when the database is damaged, which SQLite might not find out by itself for long.
    pub fn copy(&self) -> Result<(State, File), OpenError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let path = self.path.as_deref().ok_or_else(|| OpenError::Foreign(":memory:".into()))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let from = Connection::open_with_flags(path, flags)?;
        whole(&from, path)?;
        let target = replace::unfinished_copy(path, NEXT.fetch_add(1, Ordering::Relaxed));
        let copied = copy(&from, &target).and_then(|()| {
            let state = state(&Connection::open_with_flags(&target, flags)?)?;
            let file = File::open(&target).map_err(|error| OpenError::File(target.clone(), error))?;
            Ok((state, file))
        });
        // Whoever reads it has it open; nobody else finds it.
        let _ = std::fs::remove_file(&target);
        copied
    }
}

/// SQLite's own check of every page.
fn whole(db: &Connection, path: &Path) -> Result<(), OpenError> {
    let found = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
    match found.unwrap_or_else(|error| error.to_string()).as_str() {
        "ok" => Ok(()),
        problem => Err(OpenError::Damaged(path.to_owned(), problem.to_owned())),
    }
}

/// A whole copy in a new file; on disk when this returns.
pub(super) fn copy(from: &Connection, target: &Path) -> Result<(), OpenError> {
    let refused = |error| OpenError::File(target.to_owned(), error);
    // Made beforehand, so that nobody else can read it; VACUUM INTO takes an empty file.
    private(target).map_err(refused)?;
    from.execute("VACUUM INTO ?1", [target.to_string_lossy()])?;
    let whole = Connection::open_with_flags(target, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Whoever is interrupted here throws the file away.
    whole.execute_batch("PRAGMA journal_mode = MEMORY")?;
    in_use::clear(&whole)?;
    drop(whole);
    private(target).and_then(|file| file.sync_all()).map_err(refused)
}

fn state(db: &Connection) -> Result<State, OpenError> {
    let sequence = "SELECT coalesce(max(sequence), 0) FROM audit";
    Ok(State {
        schema: db.query_row("PRAGMA user_version", [], |row| row.get(0))?,
        time: Millis(db.query_row("SELECT time FROM meta", [], |row| row.get::<_, i64>(0))?.unsigned_abs()),
        sequence: db.query_row(sequence, [], |row| row.get::<_, i64>(0))?.unsigned_abs(),
    })
}

/// Looks at a copy before anything is done with it: ours, of a schema that is known here, undamaged, of this key.
pub fn inspect(path: &Path, vault: &Vault) -> Result<State, OpenError> {
    let damaged = |problem: String| OpenError::Damaged(path.to_owned(), problem);
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let id: i32 = db
        .query_row("PRAGMA application_id", [], |row| row.get(0))
        .map_err(|error| damaged(error.to_string()))?;
    if id != APPLICATION_ID {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let found: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = migrate::newest();
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    whole(&db, path)?;
    let lost: i64 = db
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .map_err(|error| damaged(error.to_string()))?;
    if lost > 0 {
        return Err(damaged(format!("{lost} rows belong to rows that are not there")));
    }
    let key: Vec<u8> = db.query_row("SELECT key_check FROM meta", [], |row| row.get(0))?;
    if key != vault.check_value().0 {
        return Err(OpenError::WrongKey);
    }
    state(&db)
}

impl Alone {
    /// Keeps every other process out; refuses when one is in.
    pub fn with(path: &Path) -> Result<Self, OpenError> {
        Ok(Self { path: path.to_owned(), _lock: file::take_lock(path)? })
    }

    /// Whether there is a database at all.
    pub fn exists(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|file| file.len() > 0)
    }

    /// Whether a log with something in it is there.
    pub fn has_log(&self) -> bool {
        in_use::has_log(&self.path)
    }

    /// One consistent copy, what stands in its log included, readable for its owner alone and on disk when this returns.
    /// `target` must not be there.
    pub fn copy_to(&self, target: &Path) -> Result<State, OpenError> {
        let has_log = in_use::has_log(&self.path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let from = Connection::open_with_flags(&self.path, flags)?;
        let id: i32 = from.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        if id != APPLICATION_ID {
            return Err(OpenError::Foreign(self.path.clone()));
        }
        in_use::check(&from, Some(&self.path), has_log)?;
        whole(&from, &self.path)?;
        copy(&from, target)?;
        state(&Connection::open_with_flags(target, flags)?)
    }

    /// Brings it to the newest schema, after a copy of what was there.
    pub fn migrate(&self) -> Result<Migrated, OpenError> {
        let has_log = in_use::has_log(&self.path);
        let mut db = file::writer(Some(&self.path))?;
        in_use::check(&db, Some(&self.path), has_log)?;
        let from: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        migrate::migrate(&mut db, Some(&self.path), migrate::STEPS)?;
        in_use::end(&db)?;
        let to = migrate::newest();
        let copy = ((1..to).contains(&from)).then(|| beside(&self.path, &format!("schema-{from}")));
        Ok(Migrated { from, to, copy })
    }

    /// What is in it that came after a backup, as far as it can be read. `newest` is the backup's newest record.
    pub fn later(&self, backup: State, newest: Option<&AuditRecord>) -> Result<Later, OpenError> {
        let db = file::reader(&self.path)?;
        let time = state(&db)?.time;
        let unreadable = |error: crate::StoreError| OpenError::Damaged(self.path.clone(), error.to_string());
        let mut records = Vec::new();
        let mut after = backup.sequence;
        loop {
            let page = audit::page(&db, after, 10_000).map_err(unreadable)?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            records.extend(page);
        }
        let same_history = match newest {
            None => true,
            Some(newest) => {
                let found = audit::page(&db, backup.sequence.saturating_sub(1), 1).map_err(unreadable)?;
                found.first().is_some_and(|found| {
                    (found.sequence, found.at, found.fact.kind, found.fact.user)
                        == (newest.sequence, newest.at, newest.fact.kind, newest.fact.user)
                })
            }
        };
        let named = |columns: &mut super::rows::Columns<'_>| Ok((columns.take()?, columns.take()?));
        let about: Vec<(UserId, String)> = all(
            &db,
            "SELECT id, upn FROM users WHERE id IN (SELECT user FROM audit WHERE sequence > ?1)",
            [i64::try_from(backup.sequence).unwrap_or(i64::MAX)],
            named,
        )
        .map_err(unreadable)?;
        Ok(Later { time, records, names: about.into_iter().collect(), same_history })
    }

    /// Puts `restored` into its place, and what was there aside with its log: where that is now, if anything was there.
    /// When this is cut off, there is the old one, or whoever opens the database next finds the new one.
    pub fn replace(&self, restored: &Path, time: &str) -> Result<Option<PathBuf>, OpenError> {
        replace::replace(&self.path, restored, time)
    }

    /// Copies what is there, without a log that it may need, to `target`, which must not be there.
    pub fn copy_without_log(&self, target: &Path) -> Result<(), OpenError> {
        let refused = |path: &Path, error| OpenError::File(path.to_owned(), error);
        let mut from = File::open(&self.path).map_err(|error| refused(&self.path, error))?;
        let mut to = private(target).map_err(|error| refused(target, error))?;
        std::io::copy(&mut from, &mut to)
            .and_then(|_| to.sync_all())
            .map_err(|error| refused(target, error))?;
        let copied = Connection::open_with_flags(target, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        in_use::clear(&copied).map_err(|error| OpenError::Damaged(self.path.clone(), error.to_string()))
    }
}

impl Later {
    /// Whom the records are about.
    pub fn users(&self) -> impl Iterator<Item = UserId> {
        self.records.iter().filter_map(|record| record.fact.user)
    }
}

/// The names of those of these users whom a database knows.
pub fn names(path: &Path, users: impl Iterator<Item = UserId>) -> Result<HashMap<UserId, String>, OpenError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mut find = db.prepare("SELECT upn FROM users WHERE id = ?1")?;
    let mut names = HashMap::new();
    for user in users {
        if let Some(upn) = find.query_row([user.as_bytes()], |row| row.get(0)).optional()? {
            names.insert(user, upn);
        }
    }
    Ok(names)
}

/// The newest record of a database's trail.
pub fn newest_record(path: &Path) -> Result<Option<AuditRecord>, OpenError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let last = state(&db)?.sequence;
    let unreadable = |error: crate::StoreError| OpenError::Damaged(path.to_owned(), error.to_string());
    Ok(audit::page(&db, last.saturating_sub(1), 1).map_err(unreadable)?.pop())
}
