//! Users, and the browsers that they have signed in with.

use super::Reading;
use super::rows::{Columns, all, ms, number, one, write, write_one};
use crate::store::{NewUser, Outcome};
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;
use rusqlite::{Connection, params};
use signin::user::{Failures, User};

macro_rules! columns {
    () => {
        "id, upn, email, name, mobile, disabled, first_confirmed, wrong_in_row, wrong_today, wrong_day, app_locked"
    };
}

fn read(columns: &mut Columns<'_>) -> Outcome<User> {
    Ok(User {
        id: columns.take()?,
        upn: columns.take()?,
        email: columns.maybe()?,
        name: columns.take()?,
        mobile: columns.maybe()?,
        disabled: columns.take()?,
        first_confirmed: columns.maybe()?,
        failures: Failures { in_row: columns.take()?, today: columns.take()?, day: columns.take()? },
        app_locked: columns.take()?,
    })
}

pub(super) fn find(at: Reading<'_>, id: UserId) -> Outcome<Option<User>> {
    one(at.db, concat!("SELECT ", columns!(), " FROM users WHERE id = ?1"), [id.as_bytes()], read)
}

/// With the password's hash.
pub(super) fn with_hash(at: Reading<'_>, id: UserId) -> Outcome<Option<(User, String)>> {
    let sql = concat!("SELECT ", columns!(), ", password_hash FROM users WHERE id = ?1");
    one(at.db, sql, [id.as_bytes()], |columns| Ok((read(columns)?, columns.take()?)))
}

/// By UPN; else by e-mail, if it is only one user's.
pub(super) fn by_login(at: Reading<'_>, login: &str) -> Outcome<Option<(User, String)>> {
    let login = login.trim().to_lowercase();
    let with_hash = |columns: &mut Columns<'_>| Ok((read(columns)?, columns.take()?));
    let upn = concat!("SELECT ", columns!(), ", password_hash FROM users WHERE upn = ?1");
    if let Some(found) = one(at.db, upn, [&login], with_hash)? {
        return Ok(Some(found));
    }
    let email = concat!("SELECT ", columns!(), ", password_hash FROM users WHERE email = ?1 LIMIT 2");
    let mut found = all(at.db, email, [&login], with_hash)?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// By UPN, e-mail or id, as a relying party names them.
pub(super) fn by_name(at: Reading<'_>, name: &str) -> Outcome<Option<User>> {
    let name = name.trim();
    match by_login(at, name)? {
        Some((user, _)) => Ok(Some(user)),
        None => match name.parse() {
            Ok(id) => find(at, id),
            Err(_) => Ok(None),
        },
    }
}

/// By UPN, with the password's hash.
pub(super) fn by_upn(at: Reading<'_>, upn: &str) -> Outcome<Option<(User, String)>> {
    let sql = concat!("SELECT ", columns!(), ", password_hash FROM users WHERE upn = ?1");
    one(at.db, sql, [upn.to_lowercase()], |columns| Ok((read(columns)?, columns.take()?)))
}

/// Those whose UPN or e-mail this is.
pub(super) fn with_name(at: Reading<'_>, name: &str) -> Outcome<Vec<User>> {
    let sql = concat!("SELECT ", columns!(), " FROM users WHERE upn = ?1 OR email = ?1");
    all(at.db, sql, [name], read)
}

/// By UPN, from the first after this one.
pub(super) fn list(at: Reading<'_>, after: &str, limit: u32) -> Outcome<Vec<User>> {
    let sql = concat!("SELECT ", columns!(), " FROM users WHERE upn > ?1 ORDER BY upn LIMIT ?2");
    all(at.db, sql, params![after, limit], read)
}

/// Adds a user, or replaces what the directory says of one; whether they are disabled stays. A new one without a hash
/// has no password.
pub(super) fn import(db: &Connection, user: &User, password_hash: Option<&str>) -> Outcome<()> {
    let sql = "INSERT INTO users (id, upn, email, name, mobile, password_hash, disabled, first_confirmed,
                                  wrong_in_row, wrong_today, wrong_day, app_locked)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, FALSE, NULL, 0, 0, 0, 0)
        ON CONFLICT (upn) DO UPDATE SET email = excluded.email, name = excluded.name, mobile = excluded.mobile";
    let hash = password_hash.unwrap_or_default();
    let params = params![user.id.as_bytes(), user.upn, user.email, user.name, user.mobile, hash];
    write_one(db, "an import", sql, params)
}

pub(super) fn set_disabled(db: &Connection, id: UserId, disabled: bool) -> Outcome<()> {
    let sql = "UPDATE users SET disabled = ?2 WHERE id = ?1";
    write_one(db, "disabling a user", sql, params![id.as_bytes(), disabled])
}

pub(super) fn set_password(db: &Connection, id: UserId, hash: &str) -> Outcome<()> {
    let sql = "UPDATE users SET password_hash = ?2 WHERE id = ?1";
    write_one(db, "a password", sql, params![id.as_bytes(), hash])
}

/// Adds a user, or replaces what the directory says of one with the same UPN.
pub(super) fn put(db: &Connection, new: &NewUser) -> Outcome<UserId> {
    let user = &new.user;
    let sql = "INSERT INTO users (id, upn, email, name, mobile, password_hash, disabled, first_confirmed,
                                  wrong_in_row, wrong_today, wrong_day, app_locked)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, 0, 0, 0, 0)
        ON CONFLICT (upn) DO UPDATE SET email = excluded.email, name = excluded.name, mobile = excluded.mobile,
            password_hash = excluded.password_hash, disabled = excluded.disabled
        RETURNING id";
    let params = params![
        user.id.as_bytes(),
        user.upn.to_lowercase(),
        user.email.as_deref().map(str::to_lowercase),
        user.name,
        user.mobile,
        new.password_hash,
        user.disabled,
    ];
    let id = one(db, sql, params, |columns| columns.take())?;
    Ok(id.unwrap_or(user.id))
}

pub(super) fn set_failures(db: &Connection, id: UserId, failures: Failures) -> Outcome<()> {
    let sql = "UPDATE users SET wrong_in_row = ?2, wrong_today = ?3, wrong_day = ?4 WHERE id = ?1";
    let params = params![id.as_bytes(), failures.in_row, failures.today, number(failures.day)];
    write_one(db, "counting a wrong number", sql, params)
}

pub(super) fn set_app_locked(db: &Connection, id: UserId, locked: bool) -> Outcome<()> {
    let sql = "UPDATE users SET app_locked = ?2 WHERE id = ?1";
    write_one(db, "locking the app method", sql, params![id.as_bytes(), locked])
}

/// Once; it is never cleared (property 12).
pub(super) fn set_first_confirmed(db: &Connection, id: UserId, when: Millis) -> Outcome<()> {
    let sql = "UPDATE users SET first_confirmed = ?2 WHERE id = ?1 AND first_confirmed IS NULL";
    write_one(db, "a first method", sql, params![id.as_bytes(), ms(when)])
}

pub(super) fn recognise(db: &Connection, id: UserId, browser: Hash, when: Millis) -> Outcome<()> {
    let sql = "INSERT INTO browsers (user, browser, seen) VALUES (?1, ?2, ?3)
        ON CONFLICT (user, browser) DO UPDATE SET seen = excluded.seen";
    write(db, sql, params![id.as_bytes(), browser.0, ms(when)]).map(drop)
}

/// Whether this user has completed a sign-in in this browser.
pub(super) fn recognises(at: Reading<'_>, id: UserId, browser: Hash) -> Outcome<bool> {
    let sql = "SELECT 1 FROM browsers WHERE user = ?1 AND browser = ?2";
    Ok(one(at.db, sql, params![id.as_bytes(), browser.0], |_| Ok(()))?.is_some())
}
