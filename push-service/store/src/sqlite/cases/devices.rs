//! Devices.

use super::super::{Reading, Sqlite, Tx, devices, enrolments, requests, sessions};
use super::sessions::{known, under_way};
use crate::store::{Fetched, Outcome};
use authenticator_protocol::ids::DeviceId;
use signin::device::{self, Device, DeviceState, Leaving};
use signin::enrolment::Enrolment;
use signin::request::Asked;
use signin::session::{Session, SessionKey, UnderWay};
use signin::{Change, Decision};

/// What the end of a device touches.
struct Touched {
    pending: Vec<Asked>,
    devices: Vec<Device>,
    sessions: Vec<(Session, UnderWay)>,
    enrolment: Option<Enrolment>,
}

impl Touched {
    fn by(at: Reading<'_>, device: &Device) -> Outcome<Self> {
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

    fn leaving<'a>(&'a self, device: &'a Device) -> Leaving<'a> {
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

/// How often it is noted that a device was heard of, in seconds.
const REACHED: u64 = 60;

/// Reads; writes only that the device was reached, at most once a minute.
pub(super) async fn fetch(store: &Sqlite, id: DeviceId) -> Outcome<Option<Fetched>> {
    let found = store
        .read(move |at| {
            let Some(device) = devices::find(at, id)?.filter(|found| found.state != DeviceState::Ended)
            else {
                return Ok(None);
            };
            let due = device.last_reached.is_none_or(|last| at.now >= last.plus_seconds(REACHED));
            let fetched = Fetched {
                challenges: requests::waiting_on(at, &device)?,
                ended: requests::ended_on(at, &device)?,
                confirmed: device.state == DeviceState::Active,
                now: at.now,
            };
            Ok(Some((fetched, due)))
        })
        .await?;
    let Some((fetched, due)) = found else { return Ok(None) };
    if due {
        // What waits must reach the phone although this was not noted.
        super::log(store.commit(move |tx| reached(tx, id)).await);
    }
    Ok(Some(fetched))
}

fn reached(tx: &mut Tx<'_>, id: DeviceId) -> Outcome<()> {
    let reached = vec![Change::ReachDevice(id, tx.at.now)];
    tx.carry_out(Decision { changes: reached, ..Decision::nothing(()) })
}
