//! Where devices can be woken: addresses and secrets are sealed, and erased when a channel has ended.

use super::Reading;
use super::rows::{Columns, all, ms, number, one, write, write_one};
use crate::store::{Outcome, StoreError};
use crate::vault::Vault;
use authenticator_protocol::channels;
use authenticator_protocol::ids::{ChannelId, DeviceId};
use authenticator_protocol::json;
use authenticator_protocol::random::Random;
use authenticator_protocol::time::{Millis, Seconds};
use rusqlite::{Connection, params};
use signin::channel::{Channel, ChannelState, List, Noted, Provider};
use zeroize::Zeroizing;

macro_rules! columns {
    () => {
        "id, device, provider, state, reason, registered, changed, accepted, received"
    };
}

/// What the sealed text is bound to beside the channel's id.
const CONTEXT: &str = "channel";

fn read(columns: &mut Columns<'_>) -> Outcome<Channel> {
    Ok(Channel {
        id: columns.take()?,
        device: columns.take()?,
        provider: columns.word(Provider::from_word)?,
        state: columns.word(ChannelState::from_word)?,
        reason: columns.maybe()?,
        registered: columns.take()?,
        changed: columns.take()?,
        accepted: columns.maybe()?,
        received: columns.maybe()?,
    })
}

pub(super) fn find(at: Reading<'_>, id: ChannelId) -> Outcome<Option<Channel>> {
    one(at.db, concat!("SELECT ", columns!(), " FROM channels WHERE id = ?1"), [id.as_bytes()], read)
}

/// All that the database still knows of a device, newest first.
pub(super) fn of_device(at: Reading<'_>, device: DeviceId) -> Outcome<Vec<Channel>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM channels WHERE device = ?1 ORDER BY registered DESC, rowid DESC LIMIT 100"
    );
    all(at.db, sql, [device.as_bytes()], read)
}

/// Those that wakes go to, with secret and address.
pub(super) fn living(at: Reading<'_>, device: DeviceId) -> Outcome<Vec<(Channel, channels::Channel)>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", sealed FROM channels WHERE device = ?1 AND state IN ('active', 'suspect') ORDER BY rowid"
    );
    all(at.db, sql, [device.as_bytes()], |columns| {
        let channel = read(columns)?;
        let sealed: Vec<u8> = columns.take()?;
        let plain = at.vault.open(CONTEXT, channel.id.as_bytes(), &sealed);
        let said = plain.ok().and_then(|plain| json::read(&plain));
        Ok((channel, said.ok_or(StoreError::Corrupt("a channel's address"))?))
    })
}

pub(super) fn newest_list(at: Reading<'_>, device: DeviceId) -> Outcome<Option<List>> {
    let sql = "SELECT signed, hash, taken FROM channel_lists WHERE device = ?1";
    one(at.db, sql, [device.as_bytes()], |columns| {
        Ok(List { signed: Seconds(columns.take()?), hash: columns.take()?, taken: columns.take()? })
    })
}

pub(super) fn add(
    db: &Connection,
    vault: &Vault,
    random: &mut dyn Random,
    channel: &Channel,
    said: &channels::Channel,
) -> Outcome<()> {
    let plain = serde_json::to_vec(said).map_err(|_| StoreError::Corrupt("a channel's address"))?;
    let sealed = vault.seal(CONTEXT, channel.id.as_bytes(), &Zeroizing::new(plain), random);
    let sql = concat!(
        "INSERT INTO channels (",
        columns!(),
        ", sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    );
    let params = params![
        channel.id.as_bytes(),
        channel.device.as_bytes(),
        channel.provider.as_str(),
        channel.state.as_str(),
        channel.reason,
        ms(channel.registered),
        ms(channel.changed),
        channel.accepted.map(ms),
        channel.received.map(ms),
        sealed,
    ];
    write_one(db, "a new channel", sql, params)
}

pub(super) fn set(
    db: &Connection,
    id: ChannelId,
    state: ChannelState,
    reason: Option<&str>,
    when: Millis,
) -> Outcome<()> {
    let sql = "UPDATE channels SET state = ?2, reason = ?3, changed = ?4, sealed = iif(?5, sealed, NULL)
        WHERE id = ?1 AND state IN ('active', 'suspect')";
    let params = params![id.as_bytes(), state.as_str(), reason, ms(when), state.is_living()];
    write_one(db, "a channel's state", sql, params)
}

pub(super) fn end_of_device(db: &Connection, device: DeviceId, when: Millis) -> Outcome<()> {
    let sql = "UPDATE channels SET state = 'superseded', reason = 'the device has ended', changed = ?2, sealed = NULL
        WHERE device = ?1 AND state IN ('active', 'suspect')";
    write(db, sql, params![device.as_bytes(), ms(when)]).map(drop)
}

/// Also of one that has ended meanwhile.
pub(super) fn note(db: &Connection, id: ChannelId, noted: Noted, when: Millis) -> Outcome<()> {
    let sql = match noted {
        Noted::Accepted => "UPDATE channels SET accepted = max(coalesce(accepted, 0), ?2) WHERE id = ?1",
        Noted::Received => "UPDATE channels SET received = max(coalesce(received, 0), ?2) WHERE id = ?1",
    };
    write(db, sql, params![id.as_bytes(), ms(when)]).map(drop)
}

pub(super) fn keep_list(db: &Connection, device: DeviceId, list: List) -> Outcome<()> {
    let sql = "INSERT INTO channel_lists (device, signed, hash, taken) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (device) DO UPDATE SET signed = excluded.signed, hash = excluded.hash,
        taken = excluded.taken";
    let params = params![device.as_bytes(), number(list.signed.0), list.hash.0, ms(list.taken)];
    write_one(db, "a list of channels", sql, params)
}

pub(super) fn hold(db: &Connection, provider: Provider, held: bool, when: Millis) -> Outcome<()> {
    let sql = if held {
        "INSERT INTO channel_holds (provider, since) VALUES (?1, ?2) ON CONFLICT (provider) DO NOTHING"
    } else {
        "DELETE FROM channel_holds WHERE provider = ?1 AND since <= ?2"
    };
    write(db, sql, params![provider.as_str(), ms(when)]).map(drop)
}

pub(super) fn is_held(at: Reading<'_>, provider: Provider) -> Outcome<bool> {
    let sql = "SELECT 1 FROM channel_holds WHERE provider = ?1";
    Ok(one(at.db, sql, [provider.as_str()], |_| Ok(()))?.is_some())
}

/// Those that became suspect since then, and still are.
pub(super) fn suspects(at: Reading<'_>, provider: Provider, since: Millis) -> Outcome<u64> {
    let sql = "SELECT count(*) FROM channels WHERE state = 'suspect' AND provider = ?1 AND changed >= ?2";
    Ok(one(at.db, sql, params![provider.as_str(), ms(since)], |columns| columns.take())?.unwrap_or(0))
}

/// Until when the newest request that asks this device aloud is pending. One that wakes nobody (property 18) makes no
/// other wake urgent.
pub(super) fn asked_until(at: Reading<'_>, device: DeviceId) -> Outcome<Option<Millis>> {
    let sql = "SELECT max(r.expires) FROM challenges c JOIN requests r ON r.id = c.request
        WHERE c.device = ?1 AND r.ended_at IS NULL AND r.expires > ?2 AND NOT r.silent";
    Ok(one(at.db, sql, params![device.as_bytes(), ms(at.now)], |columns| columns.maybe())?.flatten())
}
