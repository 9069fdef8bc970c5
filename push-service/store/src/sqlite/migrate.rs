//! Brings a database to the newest schema. Only forward; a copy is kept of what was there before.

use super::file::{APPLICATION_ID, OpenError, beside};
use crate::vault::Vault;
use rusqlite::{Connection, params};
use std::path::Path;

/// Step `n` leads from schema `n` to `n + 1`. A released step never changes.
pub(super) const STEPS: &[&str] = &[
    include_str!("schema/001_first.sql"),
    include_str!("schema/002_typed_codes.sql"),
    include_str!("schema/003_relying_parties.sql"),
    include_str!("schema/004_operating.sql"),
    include_str!("schema/005_public_keys.sql"),
    include_str!("schema/006_audit_relying_party.sql"),
    include_str!("schema/007_in_use.sql"),
    include_str!("schema/008_silent.sql"),
    include_str!("schema/009_channels.sql"),
    include_str!("schema/010_ways.sql"),
];

/// The newest schema that is known here.
pub(super) fn newest() -> u32 {
    u32::try_from(STEPS.len()).unwrap_or(u32::MAX)
}

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
    // A step may put a table in another's place (https://www.sqlite.org/lang_altertable.html, section 7), and what
    // refers to it must hold afterwards.
    connection.execute_batch("PRAGMA foreign_keys = OFF")?;
    for (version, step) in (1_u32..).zip(steps).skip(found as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        let dangling: i64 =
            transaction.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
        if dangling > 0 {
            return Err(OpenError::Dangling { version, rows: dangling });
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
        tracing::info!(version, "database schema");
    }
    connection.execute_batch("PRAGMA foreign_keys = ON")?;
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
    super::backup::copy(connection, &partial)?;
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
