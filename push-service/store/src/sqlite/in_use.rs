//! Whether a database was left without its log. SQLite opens such a one without a word, as it was at the last
//! checkpoint: what was acknowledged since is gone, and a user who was blocked can sign in again.
//!
//! A mark in the file itself says that somebody has it open. It is set in the file and not only in the log, and taken
//! back when everything has left the log; a copy of the file alone has it too.

use super::file::OpenError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension as _};
use std::path::{Path, PathBuf};

/// The first schema that has the mark.
const SINCE: u32 = 7;

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Whether there is a log that has something in it. To be asked before the database is opened, which makes one.
pub(super) fn has_log(path: &Path) -> bool {
    std::fs::metadata(log_of(path)).is_ok_and(|log| log.len() > 0)
}

fn has_mark(connection: &Connection) -> Result<bool, rusqlite::Error> {
    let schema: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if schema < SINCE {
        return Ok(false);
    }
    let mark = connection.query_row("SELECT in_use FROM meta", [], |row| row.get(0)).optional()?;
    Ok(mark.unwrap_or(false))
}

/// Refuses a database that lacks its log.
pub(super) fn check(connection: &Connection, path: Option<&Path>, has_log: bool) -> Result<(), OpenError> {
    // Whatever becomes of this connection, it takes no log away: only the end of a use does.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    match path {
        Some(path) if !has_log && has_mark(connection)? => Err(OpenError::LogMissing(path.to_owned())),
        _ => Ok(()),
    }
}

/// Marks a database of the newest schema. The log keeps its length until the end of the use.
pub(super) fn begin(connection: &Connection) -> Result<(), rusqlite::Error> {
    if has_mark(connection)? {
        return Ok(());
    }
    connection.execute_batch("UPDATE meta SET in_use = 1; PRAGMA wal_checkpoint(FULL);")
}

/// Writes the log back into the file and takes the mark off. The log goes with the last connection.
pub(super) fn end(connection: &Connection) -> Result<(), rusqlite::Error> {
    clear(connection)?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

/// Takes the mark off what is whole by itself: a copy.
pub(super) fn clear(connection: &Connection) -> Result<(), rusqlite::Error> {
    if has_mark(connection)? {
        connection.execute("UPDATE meta SET in_use = 0", [])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
