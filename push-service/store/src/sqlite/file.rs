//! The file: who may read it, who has it open, and how each connection is set up.

use super::replace;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file, or one beside it, cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// Another process has it open.
    #[error("{0}: in use by another process; is styrk already running?")]
    InUse(PathBuf),
    /// It is a database, but not one of ours.
    #[error("{0}: not a database of styrk")]
    Foreign(PathBuf),
    /// A newer version wrote it.
    #[error("database has schema {found}, this version knows up to {known}: use the newer version of styrk")]
    Newer {
        /// The schema in the file.
        found: u32,
        /// The newest that is known here.
        known: u32,
    },
    /// A step has left rows that refer to nothing.
    #[error("database cannot be brought to schema {version}: {rows} rows refer to nothing")]
    Dangling {
        /// The schema that was to be.
        version: u32,
        /// How many.
        rows: i64,
    },
    /// It was written under another master key.
    #[error("database belongs to another master key")]
    WrongKey,
    /// It was not closed, and the log beside it is not there.
    #[error(
        "{path}-wal is missing: the newest changes were in it, since {path} was not closed by the process that had it \
         open, or was copied without it. Put it back, or restore a backup. If there is neither, styrk restore --without-log \
         goes on without them",
        path = .0.display()
    )]
    LogMissing(PathBuf),
    /// It is ours, and something is wrong with it.
    #[error("{0}: damaged: {1}")]
    Damaged(PathBuf, String),
    /// The policy cannot be.
    #[error("{0}")]
    Policy(String),
    /// The database refused.
    #[error("database: {0}{advice}", advice = advice(.0))]
    Database(#[from] rusqlite::Error),
    /// A thread cannot be started.
    #[error("thread: {0}")]
    Thread(std::io::Error),
}

/// What to do about an error that does not go away by itself.
pub(super) fn advice(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "; it is damaged: stop the service and restore a backup"
        }
        _ => "",
    }
}

/// Marks a file as ours (`PRAGMA application_id`): "Styr".
pub(super) const APPLICATION_ID: i32 = 0x5374_7972;

/// Held for as long as the database is open, so that a second process is told at once.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Takes the lock beside `path`, and makes the database file readable for its owner alone if it is new.
pub(super) fn take(path: &Path) -> Result<Lock, OpenError> {
    let lock = take_lock(path)?;
    private(path).map_err(|error| OpenError::File(path.to_owned(), error))?;
    Ok(lock)
}

/// Takes the lock alone, and tidies up after whoever has held it.
pub(super) fn take_lock(path: &Path) -> Result<Lock, OpenError> {
    let beside = beside(path, "lock");
    let file = private(&beside).map_err(|error| OpenError::File(beside.clone(), error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => return Err(OpenError::File(beside, error)),
    }
    replace::tidy(path)?;
    Ok(Lock { _file: file })
}

/// `path` with a suffix: `styrk.db` → `styrk.db.lock`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// Opens or creates a file of mode 0600. SQLite gives its `-wal` and `-shm` the mode of the database.
pub(super) fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

const EVERY_CONNECTION: &str = "
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA secure_delete = ON;
    PRAGMA busy_timeout = 5000;
    PRAGMA temp_store = MEMORY;
";

/// Statements that are kept prepared per connection: more than there are.
const STATEMENTS: usize = 128;

/// The connection that writes; `None` is a database in memory.
pub(super) fn writer(path: Option<&Path>) -> Result<Connection, OpenError> {
    let connection = match path {
        Some(path) => Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?,
        None => Connection::open_in_memory()?,
    };
    let id: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && id != APPLICATION_ID {
        return Err(OpenError::Foreign(path.unwrap_or(Path::new(":memory:")).to_owned()));
    }
    connection.execute_batch(EVERY_CONNECTION)?;
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.execute_batch(EVERY_CONNECTION)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}
