//! Sessions.

use super::Reading;
use super::rows::{Columns, all, ms, one, write, write_one};
use crate::store::Outcome;
use authenticator_protocol::ids::{DeviceId, EnrolmentId, RequestId, UserId};
use authenticator_protocol::time::Millis;
use rusqlite::{Connection, params};
use signin::session::{Level, Means, Session, SessionKey};

macro_rules! columns {
    () => {
        "key, user, level, browser, destination, request, enrolment, means, approved_by, entered, created, seen, ended"
    };
}

const fn word(level: Level) -> &'static str {
    match level {
        Level::Password => "password",
        Level::Approved => "approved",
    }
}

fn read(columns: &mut Columns<'_>) -> Outcome<Session> {
    Ok(Session {
        key: columns.take()?,
        user: columns.take()?,
        level: columns.word(|found| {
            [Level::Password, Level::Approved].into_iter().find(|level| word(*level) == found)
        })?,
        browser: columns.take()?,
        to: columns.take()?,
        request: columns.maybe()?,
        enrolment: columns.maybe()?,
        means: columns.maybe_word(|word| Means::ALL.into_iter().find(|means| means.as_str() == word))?,
        approved_by: columns.maybe()?,
        entered: columns.maybe()?,
        created: columns.take()?,
        seen: columns.take()?,
        ended: columns.maybe()?,
    })
}

pub(super) fn find(at: Reading<'_>, key: SessionKey) -> Outcome<Option<Session>> {
    one(at.db, concat!("SELECT ", columns!(), " FROM sessions WHERE key = ?1"), [key.0], read)
}

/// Those that a device has approved and that have not ended.
pub(super) fn approved_by(at: Reading<'_>, user: UserId, device: DeviceId) -> Outcome<Vec<Session>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM sessions WHERE user = ?1 AND approved_by = ?2 AND ended IS NULL"
    );
    all(at.db, sql, params![user.as_bytes(), device.as_bytes()], read)
}

/// Those of a user that have not ended and are not too old.
pub(super) fn open(at: Reading<'_>, user: UserId) -> Outcome<Vec<Session>> {
    let sql =
        concat!("SELECT ", columns!(), " FROM sessions WHERE user = ?1 AND ended IS NULL AND created > ?2");
    let since = at.now.minus_seconds(at.policy.session_total);
    all(at.db, sql, params![user.as_bytes(), ms(since)], read)
}

pub(super) fn add(db: &Connection, session: &Session) -> Outcome<()> {
    let sql = concat!(
        "INSERT INTO sessions (",
        columns!(),
        ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    );
    let params = params![
        session.key.0,
        session.user.as_bytes(),
        word(session.level),
        session.browser.0,
        session.to,
        session.request.as_ref().map(RequestId::as_bytes),
        session.enrolment.as_ref().map(EnrolmentId::as_bytes),
        session.means.map(Means::as_str),
        session.approved_by.as_ref().map(DeviceId::as_bytes),
        session.entered.map(ms),
        ms(session.created),
        ms(session.seen),
        session.ended.map(ms),
    ];
    write_one(db, "a new session", sql, params)
}

pub(super) fn set_request(db: &Connection, key: SessionKey, request: Option<RequestId>) -> Outcome<()> {
    let sql = "UPDATE sessions SET request = ?2 WHERE key = ?1";
    write_one(db, "a session's request", sql, params![key.0, request.as_ref().map(RequestId::as_bytes)])
}

pub(super) fn set_enrolment(db: &Connection, key: SessionKey, enrolment: Option<EnrolmentId>) -> Outcome<()> {
    let sql = "UPDATE sessions SET enrolment = ?2 WHERE key = ?1";
    write_one(db, "a session's enrolment", sql, params![key.0, enrolment.as_ref().map(EnrolmentId::as_bytes)])
}

pub(super) fn set_destination(db: &Connection, key: SessionKey, to: &str) -> Outcome<()> {
    let sql = "UPDATE sessions SET destination = ?2 WHERE key = ?1";
    write_one(db, "a session's destination", sql, params![key.0, to])
}

pub(super) fn enter(db: &Connection, key: SessionKey, when: Millis) -> Outcome<()> {
    let sql = "UPDATE sessions SET entered = ?2 WHERE key = ?1 AND entered IS NULL";
    write_one(db, "a session's entry", sql, params![key.0, ms(when)])
}

/// It only moves forward, and only while the session lives.
pub(super) fn touch(db: &Connection, key: SessionKey, when: Millis) -> Outcome<()> {
    let sql = "UPDATE sessions SET seen = ?2 WHERE key = ?1 AND ended IS NULL AND seen < ?2";
    write(db, sql, params![key.0, ms(when)]).map(drop)
}

pub(super) fn end(db: &Connection, key: SessionKey, when: Millis) -> Outcome<()> {
    let sql = "UPDATE sessions SET ended = ?2 WHERE key = ?1 AND ended IS NULL";
    write_one(db, "a session's end", sql, params![key.0, ms(when)])
}
