//! Devices.

use super::super::{Reading, Sqlite, Tx, channels, devices, enrolments, requests, sessions, users};
use super::sessions::{known, under_way};
use crate::store::{Fetched, Outcome, Reach};
use authenticator_protocol::ids::DeviceId;
use signin::channel;
use signin::device::{self, Device, DeviceState, Leaving};
use signin::enrolment::Enrolment;
use signin::request::Asked;
use signin::session::{Session, SessionKey, UnderWay};
use signin::{Change, Decision};

/// What the end of a device touches.
pub(super) struct Touched {
    pending: Vec<Asked>,
    devices: Vec<Device>,
    sessions: Vec<(Session, UnderWay)>,
    enrolment: Option<Enrolment>,
}

impl Touched {
    pub(super) fn by(at: Reading<'_>, device: &Device) -> Outcome<Self> {
        let mut pending = requests::pending(at, device.user)?;
        pending.retain(|asked| asked.devices.contains(&device.id));
        let sessions = sessions::approved_by(at, device.user, device.id)?
            .into_iter()
            .map(|session| under_way(at, &session).map(|begun| (session, begun)))
            .collect::<Outcome<_>>()?;
        Ok(Self {
            pending,
            devices: devices::of_user(at, device.user)?,
            sessions,
            enrolment: enrolments::making(at, device.id)?,
        })
    }

    pub(super) fn leaving<'a>(&'a self, device: &'a Device) -> Leaving<'a> {
        Leaving {
            device,
            pending: &self.pending,
            devices: &self.devices,
            sessions: &self.sessions,
            enrolment: self.enrolment.as_ref(),
        }
    }
}

pub(super) fn remove(tx: &mut Tx<'_>, session: SessionKey, id: DeviceId, address: &str) -> Outcome<bool> {
    let at = tx.at;
    let (Some((session, user)), Some(device)) = (known(at, session)?, devices::find(at, id)?) else {
        return Ok(false);
    };
    let touched = Touched::by(at, &device)?;
    tx.carry_out(device::remove(&touched.leaving(&device), &session, &user, address, at.policy, at.now))
}

pub(super) fn leave(tx: &mut Tx<'_>, id: DeviceId) -> Outcome<()> {
    let Some(device) = devices::find(tx.at, id)? else { return Ok(()) };
    let touched = Touched::by(tx.at, &device)?;
    tx.carry_out(device::leave(&touched.leaving(&device), tx.at.now)).map(drop)
}

pub(super) fn reach(at: Reading<'_>, id: DeviceId) -> Outcome<Reach> {
    let Some(device) = devices::find(at, id)?.filter(|found| found.state != DeviceState::Ended) else {
        return Ok(Reach::Ended);
    };
    let may_sign_in = users::find(at, device.user)?.is_some_and(|user| !user.disabled);
    Ok(if may_sign_in { Reach::Open } else { Reach::Disabled })
}

/// How often it is noted that a device was heard of, in seconds.
const REACHED: u64 = 60;

/// Reads; writes only that the device was reached, at most once a minute, and that its app is another.
pub(super) async fn fetch(store: &Sqlite, id: DeviceId, app: String) -> Outcome<Option<Fetched>> {
    let said = app.clone();
    let found = store
        .look(move |at| {
            let Some(device) = devices::find(at, id)?.filter(|found| found.state != DeviceState::Ended)
            else {
                return Ok(None);
            };
            let due = device.app != said
                || device.last_reached.is_none_or(|last| at.now >= last.plus_seconds(REACHED));
            let fetched = Fetched {
                challenges: requests::waiting_on(at, &device)?,
                ended: requests::ended_on(at, &device)?,
                confirmed: device.state == DeviceState::Active,
                renew: channel::needs_renewal(
                    channels::newest_list(at, id)?.as_ref(),
                    &channels::of_device(at, id)?,
                ),
                now: at.now,
            };
            Ok(Some((fetched, due)))
        })
        .await?;
    let Some((fetched, due)) = found else { return Ok(None) };
    if due {
        // What waits must reach the phone although this was not noted.
        super::log(store.commit(move |tx| reached(tx, id, app)).await);
    }
    Ok(Some(fetched))
}

fn reached(tx: &mut Tx<'_>, id: DeviceId, app: String) -> Outcome<()> {
    let reached = vec![Change::ReachDevice(id, tx.at.now, app)];
    tx.carry_out(Decision { changes: reached, ..Decision::nothing(()) })
}
