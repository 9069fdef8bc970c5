//! Channels.

use super::super::{Reading, Sqlite, Tx, channels, devices};
use super::devices::reach;
use crate::store::{Outcome, Reach, ToWake};
use authenticator_protocol::ids::{ChannelId, DeviceId};
use signin::channel::{self, CROWD_WITHIN, Judged, NotTaken, Noted, Provider, Register, Said};
use signin::{Change, Decision};

pub(super) fn register(tx: &mut Tx<'_>, register: &Register) -> Outcome<Result<(), NotTaken>> {
    let at = tx.at;
    let Some(device) = devices::find(at, register.device)? else { return Ok(Err(NotTaken::Ended)) };
    let newest = channels::newest_list(at, device.id)?;
    let mut living = channels::of_device(at, device.id)?;
    living.retain(|channel| channel.state.is_living());
    let decision = channel::register(register, &device, newest.as_ref(), &living, at.now, &mut *tx.random);
    tx.carry_out(decision)
}

/// `None` when nobody is to be woken, or nowhere.
pub(super) fn to_wake(at: Reading<'_>, id: DeviceId) -> Outcome<Option<ToWake>> {
    if reach(at, id)? != Reach::Open {
        return Ok(None);
    }
    let channels = channels::living(at, id)?;
    if channels.is_empty() {
        return Ok(None);
    }
    Ok(Some(ToWake { channels, until: channels::asked_until(at, id)?, now: at.now }))
}

/// Reads; writes at most once a minute.
pub(super) async fn note(store: &Sqlite, id: ChannelId, noted: Noted) -> Outcome<()> {
    let due = store
        .look(move |at| {
            let found = channels::find(at, id)?;
            Ok(found.is_some_and(|channel| channel.is_worth_noting(noted, at.now)))
        })
        .await?;
    if due {
        let write = move |tx: &mut Tx<'_>| {
            let changes = vec![Change::NoteChannel(id, noted, tx.at.now)];
            tx.carry_out(Decision { changes, ..Decision::nothing(()) })
        };
        store.commit(write).await?;
    }
    Ok(())
}

pub(super) fn judge(tx: &mut Tx<'_>, id: ChannelId, said: Said, reason: &str) -> Outcome<()> {
    let at = tx.at;
    let Some(channel) = channels::find(at, id)? else { return Ok(()) };
    let Some(device) = devices::find(at, channel.device)? else { return Ok(()) };
    let judged = Judged {
        channel: &channel,
        user: device.user,
        suspects: channels::suspects(at, channel.provider, at.now.minus_seconds(CROWD_WITHIN))?,
        devices: devices::count(at)?,
        held: channels::is_held(at, channel.provider)?,
    };
    tx.carry_out(channel::judge(said, reason, &judged, at.now))
}

pub(super) fn release(tx: &mut Tx<'_>, provider: Provider) -> Outcome<bool> {
    let held = channels::is_held(tx.at, provider)?;
    tx.carry_out(channel::release(provider, held, tx.at.now))
}
