//! Brings a database to the newest schema. Only forward; a copy is kept of what was there before.

use super::file::{APPLICATION_ID, OpenError, beside, private};
use crate::vault::Vault;
use rusqlite::{Connection, params};
use std::path::Path;

/// Step `n` leads from schema `n` to `n + 1`. A released step never changes.
pub(super) const STEPS: &[&str] = &[include_str!("schema/001_first.sql")];

/// Runs the steps that are missing, each in a transaction of its own.
pub(super) fn migrate(
    connection: &mut Connection,
    path: Option<&Path>,
    steps: &[&str],
) -> Result<(), OpenError> {
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    if let Some(path) = path
        && (1..known).contains(&found)
    {
        copy(connection, path, found)?;
    }
    for (version, step) in (1_u32..).zip(steps).skip(found as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
        tracing::info!(version, "database schema");
    }
    Ok(())
}

/// A whole copy, `styrk.db.schema-1`, put in its place only when it is finished.
fn copy(connection: &Connection, path: &Path, version: u32) -> Result<(), OpenError> {
    let target = beside(path, &format!("schema-{version}"));
    let partial = beside(&target, "partial");
    let refused = |error| OpenError::File(partial.clone(), error);
    if partial.exists() {
        std::fs::remove_file(&partial).map_err(refused)?;
    }
    // Made beforehand, so that nobody else can read it; VACUUM INTO takes an empty file.
    private(&partial).map_err(refused)?;
    connection.execute("VACUUM INTO ?1", [partial.to_string_lossy()])?;
    private(&partial).and_then(|file| file.sync_all()).map_err(refused)?;
    std::fs::rename(&partial, &target).map_err(refused)
}

/// Refuses a database of another key; gives a new one its row of `meta`. Answers the last committed time.
pub(super) fn check_key(connection: &Connection, vault: &Vault) -> Result<u64, OpenError> {
    let check = vault.check_value().0;
    connection.execute(
        "INSERT INTO meta (id, time, key_check) VALUES (1, 0, ?1) ON CONFLICT (id) DO NOTHING",
        params![check],
    )?;
    let (time, found): (i64, Vec<u8>) =
        connection.query_row("SELECT time, key_check FROM meta", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if found != check {
        return Err(OpenError::WrongKey);
    }
    Ok(u64::try_from(time).unwrap_or(0))
}
