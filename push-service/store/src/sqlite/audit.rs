//! The audit trail: appended, never changed. Numbers have no gaps: rows leave from the oldest end only
//! (`retention`), the newest one stays, and a job that is rolled back gives its numbers back.

use super::Reading;
use super::rows::{Columns, all, ms, number, write_one};
use crate::operate::Trail;
use crate::store::{AuditRecord, Outcome};
use authenticator_protocol::ids::{DeviceId, EnrolmentId, RelyingPartyId, RequestId, UserId};
use authenticator_protocol::time::Millis;
use rusqlite::{Connection, params};
use signin::fact::{Fact, FactKind};

macro_rules! columns {
    () => {
        "sequence, at, kind, user, device, request, enrolment, relying_party, address, detail"
    };
}

fn read(columns: &mut Columns<'_>) -> Outcome<AuditRecord> {
    Ok(AuditRecord {
        sequence: columns.take()?,
        at: columns.take()?,
        fact: Fact {
            kind: columns.word(FactKind::from_word)?,
            user: columns.maybe()?,
            device: columns.maybe()?,
            request: columns.maybe()?,
            enrolment: columns.maybe()?,
            relying_party: columns.maybe()?,
            address: columns.maybe()?,
            detail: columns.maybe()?,
        },
    })
}

pub(super) fn append(db: &Connection, at: Millis, fact: &Fact) -> Outcome<()> {
    let sql = "INSERT INTO audit (at, kind, user, device, request, enrolment, relying_party, address, detail)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let params = params![
        ms(at),
        fact.kind.as_str(),
        fact.user.as_ref().map(UserId::as_bytes),
        fact.device.as_ref().map(DeviceId::as_bytes),
        fact.request.as_ref().map(RequestId::as_bytes),
        fact.enrolment.as_ref().map(EnrolmentId::as_bytes),
        fact.relying_party.as_ref().map(RelyingPartyId::as_bytes),
        fact.address,
        fact.detail,
    ];
    write_one(db, "an audit record", sql, params)
}

pub(super) fn after(at: Reading<'_>, sequence: u64, limit: u32) -> Outcome<Vec<AuditRecord>> {
    page(at.db, sequence, limit)
}

pub(super) fn page(db: &Connection, sequence: u64, limit: u32) -> Outcome<Vec<AuditRecord>> {
    let sql = concat!("SELECT ", columns!(), " FROM audit WHERE sequence > ?1 ORDER BY sequence LIMIT ?2");
    all(db, sql, params![number(sequence), limit], read)
}

/// Oldest first.
pub(super) fn trail(at: Reading<'_>, trail: &Trail) -> Outcome<Vec<AuditRecord>> {
    let all_users = concat!(
        "SELECT ",
        columns!(),
        " FROM audit WHERE sequence > ?1 AND at >= ?2 ORDER BY sequence LIMIT ?3"
    );
    let one_user = concat!(
        "SELECT ",
        columns!(),
        " FROM audit WHERE user = ?4 AND sequence > ?1 AND at >= ?2 ORDER BY sequence LIMIT ?3"
    );
    let (after, since) = (number(trail.after), ms(trail.since));
    match trail.user {
        None => all(at.db, all_users, params![after, since, trail.limit], read),
        Some(user) => all(at.db, one_user, params![after, since, trail.limit, user.as_bytes()], read),
    }
}

pub(super) fn about(
    at: Reading<'_>,
    user: UserId,
    kinds: &[FactKind],
    limit: u32,
) -> Outcome<Vec<AuditRecord>> {
    let kinds =
        serde_json::Value::from(kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>()).to_string();
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM audit WHERE user = ?1 AND kind IN (SELECT value FROM json_each(?2))
          ORDER BY sequence DESC LIMIT ?3"
    );
    all(at.db, sql, params![user.as_bytes(), kinds, limit], read)
}
