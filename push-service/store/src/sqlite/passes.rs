//! Temporary access passes.

use super::Reading;
use super::rows::{Columns, all, ms, one, write, write_one};
use crate::store::Outcome;
use authenticator_protocol::ids::UserId;
use rusqlite::{Connection, params};
use signin::pass::Pass;

macro_rules! columns {
    () => {
        "user, mac, made, expires, wrong"
    };
}

fn read(columns: &mut Columns<'_>) -> Outcome<Pass> {
    Ok(Pass {
        user: columns.take()?,
        mac: columns.take()?,
        made: columns.take()?,
        expires: columns.take()?,
        wrong: columns.take()?,
    })
}

/// The user's pass; it may be over.
pub(super) fn find(at: Reading<'_>, user: UserId) -> Outcome<Option<Pass>> {
    one(at.db, concat!("SELECT ", columns!(), " FROM passes WHERE user = ?1"), [user.as_bytes()], read)
}

/// All.
pub(super) fn every(at: Reading<'_>) -> Outcome<Vec<Pass>> {
    all(at.db, concat!("SELECT ", columns!(), " FROM passes"), [], read)
}

pub(super) fn add(db: &Connection, pass: &Pass) -> Outcome<()> {
    let sql = concat!("INSERT INTO passes (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5)");
    let params = params![pass.user.as_bytes(), pass.mac.0, ms(pass.made), ms(pass.expires), pass.wrong];
    write_one(db, "a pass", sql, params)
}

pub(super) fn count_wrong(db: &Connection, user: UserId) -> Outcome<()> {
    let sql = "UPDATE passes SET wrong = wrong + 1 WHERE user = ?1";
    write_one(db, "a wrong pass", sql, [user.as_bytes()])
}

pub(super) fn end(db: &Connection, user: UserId) -> Outcome<()> {
    write_one(db, "a pass's end", "DELETE FROM passes WHERE user = ?1", [user.as_bytes()])
}

/// Whether there are some that are over.
pub(super) fn is_due(at: Reading<'_>) -> Outcome<bool> {
    let sql = "SELECT 1 FROM passes WHERE expires <= ?1 LIMIT 1";
    Ok(one(at.db, sql, [ms(at.now)], |_| Ok(()))?.is_some())
}

/// Erases what is over; how many.
pub(super) fn forget(at: Reading<'_>) -> Outcome<usize> {
    write(at.db, "DELETE FROM passes WHERE expires <= ?1", [ms(at.now)])
}
