//! Devices, and the keys that were ever enrolled.

use super::Reading;
use super::rows::{Columns, all, ms, one, write, write_one};
use crate::store::Outcome;
use authenticator_protocol::ids::{DeviceId, UserId};
use authenticator_protocol::keys::Thumbprint;
use authenticator_protocol::time::Millis;
use rusqlite::{Connection, params};
use signin::device::{Device, DeviceState};

macro_rules! columns {
    () => {
        "id, user, model, system, app, device_key, approval_key, state, added, confirmed, last_used, last_reached,
         ended"
    };
}

const fn word(state: DeviceState) -> &'static str {
    match state {
        DeviceState::Unconfirmed => "unconfirmed",
        DeviceState::Active => "active",
        DeviceState::Ended => "ended",
    }
}

fn state(found: &str) -> Option<DeviceState> {
    let all = [DeviceState::Unconfirmed, DeviceState::Active, DeviceState::Ended];
    all.into_iter().find(|state| word(*state) == found)
}

fn read(columns: &mut Columns<'_>) -> Outcome<Device> {
    Ok(Device {
        id: columns.take()?,
        user: columns.take()?,
        model: columns.take()?,
        system: columns.take()?,
        app: columns.take()?,
        device_key: columns.take()?,
        approval_key: columns.take()?,
        state: columns.word(state)?,
        added: columns.take()?,
        confirmed: columns.maybe()?,
        last_used: columns.maybe()?,
        last_reached: columns.maybe()?,
        ended: columns.maybe()?,
    })
}

pub(super) fn find(at: Reading<'_>, id: DeviceId) -> Outcome<Option<Device>> {
    one(at.db, concat!("SELECT ", columns!(), " FROM devices WHERE id = ?1"), [id.as_bytes()], read)
}

/// Those that have not ended, oldest first.
pub(super) fn of_user(at: Reading<'_>, user: UserId) -> Outcome<Vec<Device>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM devices WHERE user = ?1 AND state <> 'ended' ORDER BY added, rowid"
    );
    all(at.db, sql, [user.as_bytes()], read)
}

/// How many were ever enrolled, or a little more.
pub(super) fn count(at: Reading<'_>) -> Outcome<u64> {
    Ok(one(at.db, "SELECT coalesce(max(rowid), 0) FROM devices", [], |columns| columns.take())?.unwrap_or(0))
}

/// Those that have, or had, one of these keys, as whichever key.
pub(super) fn with_keys(at: Reading<'_>, one: Thumbprint, other: Thumbprint) -> Outcome<Vec<Device>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM devices WHERE id IN (SELECT device FROM device_keys WHERE thumbprint IN (?1, ?2))"
    );
    all(at.db, sql, params![one.0, other.0], read)
}

/// Fails when one of the keys was ever enrolled.
pub(super) fn add(db: &Connection, device: &Device) -> Outcome<()> {
    let sql = concat!(
        "INSERT INTO devices (",
        columns!(),
        ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    );
    let params = params![
        device.id.as_bytes(),
        device.user.as_bytes(),
        device.model,
        device.system,
        device.app,
        device.device_key.0,
        device.approval_key.0,
        word(device.state),
        ms(device.added),
        device.confirmed.map(ms),
        device.last_used.map(ms),
        device.last_reached.map(ms),
        device.ended.map(ms),
    ];
    write_one(db, "a new device", sql, params)?;
    for key in [&device.device_key, &device.approval_key] {
        let sql = "INSERT INTO device_keys (thumbprint, device) VALUES (?1, ?2)";
        write_one(db, "a device's key", sql, params![key.thumbprint().0, device.id.as_bytes()])?;
    }
    Ok(())
}

pub(super) fn confirm(db: &Connection, id: DeviceId, when: Millis) -> Outcome<()> {
    let sql = "UPDATE devices SET state = 'active', confirmed = ?2 WHERE id = ?1 AND state = 'unconfirmed'";
    write_one(db, "a device's confirmation", sql, params![id.as_bytes(), ms(when)])
}

pub(super) fn used(db: &Connection, id: DeviceId, when: Millis) -> Outcome<()> {
    let sql = "UPDATE devices SET last_used = ?2, last_reached = ?2 WHERE id = ?1";
    write_one(db, "a device's use", sql, params![id.as_bytes(), ms(when)])
}

/// It only moves forward, and only while the device lives.
pub(super) fn reached(db: &Connection, id: DeviceId, when: Millis, app: &str) -> Outcome<()> {
    let sql = "UPDATE devices SET last_reached = ?2, app = ?3
        WHERE id = ?1 AND state <> 'ended' AND (last_reached IS NULL OR last_reached <= ?2)";
    write(db, sql, params![id.as_bytes(), ms(when), app]).map(drop)
}

pub(super) fn end(db: &Connection, id: DeviceId, when: Millis) -> Outcome<()> {
    let sql = "UPDATE devices SET state = 'ended', ended = ?2 WHERE id = ?1 AND state <> 'ended'";
    write_one(db, "a device's end", sql, params![id.as_bytes(), ms(when)])
}
