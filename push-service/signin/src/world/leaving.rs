//! The end of a device.

use super::World;
use crate::decision::Decision;
use crate::device::{self, DeviceState, Leaving};
use crate::enrolment::{Claimed, Enrolment, Phase};
use crate::session::SessionKey;
use authenticator_protocol::ids::DeviceId;

impl World {
    fn leaving<T>(&self, id: DeviceId, rule: impl FnOnce(&Leaving<'_>) -> Decision<T>) -> Decision<T> {
        let alive: Vec<_> =
            self.devices.iter().filter(|it| it.state != DeviceState::Ended).cloned().collect();
        let pending: Vec<_> =
            self.pending().into_iter().filter(|asked| asked.devices.contains(&id)).collect();
        let made = |enrolment: &&Enrolment| match &enrolment.phase {
            Phase::Registered { claimed: Claimed { device, .. }, .. } | Phase::Testing { device, .. } => {
                *device == id
            }
            _ => false,
        };
        let sessions: Vec<_> =
            self.sessions.iter().map(|session| (session.clone(), self.under_way(session.key))).collect();
        rule(&Leaving {
            device: self.device(id),
            pending: &pending,
            devices: &alive,
            sessions: &sessions,
            enrolment: self.enrolments.iter().find(made),
        })
    }

    pub(crate) fn remove(&mut self, by: SessionKey, id: DeviceId) -> bool {
        let decision = self.leaving(id, |leaving| {
            device::remove(leaving, self.session(by), &self.user, "192.0.2.7", &self.policy, self.now)
        });
        self.commit(decision)
    }

    pub(crate) fn withdraw(&mut self, id: DeviceId) -> bool {
        let decision = self.leaving(id, |leaving| device::withdraw(leaving, self.now));
        self.commit(decision)
    }

    pub(crate) fn leave(&mut self, id: DeviceId) -> bool {
        let decision = self.leaving(id, |leaving| device::leave(leaving, self.now));
        self.commit(decision)
    }
}
