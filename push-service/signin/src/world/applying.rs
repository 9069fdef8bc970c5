//! What each change does, as its doc comment says.

use super::World;
use crate::Change;
use crate::device::DeviceState;

impl World {
    pub(super) fn apply(&mut self, change: Change) {
        fn of<T>(list: &mut [T], this: impl Fn(&T) -> bool) -> &mut T {
            list.iter_mut().find(|item| this(item)).expect("what is changed exists")
        }
        match change {
            Change::AddRequest(request, challenges) => {
                self.numbers.push((request.id, request.number.clone().unwrap()));
                self.requests.push(*request);
                self.challenges.extend(challenges);
            }
            Change::EndRequest(id, ended) => {
                let request = of(&mut self.requests, |request| request.id == id);
                assert_eq!(request.ended, None, "a request ends once");
                request.finish(ended);
            }
            Change::UseRequest(id) => {
                let request = of(&mut self.requests, |request| request.id == id);
                assert!(!request.used, "an approval serves once");
                request.used = true;
            }
            Change::KeepReply(id, message, reply) => {
                of(&mut self.challenges, |challenge| challenge.id == id).reply = Some((message, reply));
            }
            Change::SetFailures(_, failures) => self.user.failures = failures,
            Change::SetAppLocked(_, locked) => self.user.app_locked = locked,
            Change::SetDisabled(_, disabled) => self.user.disabled = disabled,
            Change::SetPassword(_, hash) => self.password = hash,
            Change::EraseUser(_) => {
                assert!(self.pending().is_empty(), "nothing waits for who is gone");
                assert!(self.devices.iter().all(|device| device.state == DeviceState::Ended));
                self.erased = true;
            }
            Change::SetFirstConfirmed(_, at) => {
                assert_eq!(self.user.first_confirmed, None);
                self.user.first_confirmed = Some(at);
            }
            Change::AddDelivery(id) => self.deliveries.push(id),
            Change::EndDelivery(id) => self.deliveries.retain(|other| *other != id),
            Change::PutOffDelivery(..)
            | Change::AddRelyingParty(_)
            | Change::EndRelyingParty(..)
            | Change::AddApiKey(..)
            | Change::EndApiKey(..) => {}
            Change::AddSession(session) => self.sessions.push(*session),
            Change::SetSessionRequest(key, id) => {
                of(&mut self.sessions, |session| session.key == key).request = id;
            }
            Change::SetSessionDestination(key, to) => {
                of(&mut self.sessions, |session| session.key == key).to = to;
            }
            Change::EnterSession(key, at) => {
                of(&mut self.sessions, |session| session.key == key).entered = Some(at);
            }
            Change::SetSessionEnrolment(key, id) => {
                of(&mut self.sessions, |session| session.key == key).enrolment = id;
            }
            Change::TouchSession(key, at) => of(&mut self.sessions, |session| session.key == key).seen = at,
            Change::EndSession(key, at) => {
                let session = of(&mut self.sessions, |session| session.key == key);
                assert_eq!(session.ended, None, "a session ends once");
                session.ended = Some(at);
            }
            Change::RecogniseBrowser(_, browser, _) => self.recognised.push(browser),
            Change::AddPass(pass) => assert_eq!(self.pass.replace(*pass), None, "one at a time"),
            Change::CountWrongPass(_) => self.pass.as_mut().unwrap().wrong += 1,
            Change::EndPass(_) => assert!(self.pass.take().is_some(), "a pass ends once"),
            Change::AddEnrolment(enrolment) => self.enrolments.push(*enrolment),
            Change::SetPhase(id, phase) => {
                let enrolment = of(&mut self.enrolments, |enrolment| enrolment.id == id);
                assert!(enrolment.is_unfinished(), "what is over stays over");
                enrolment.phase = *phase;
            }
            Change::SetOtherPhone(id, model) => {
                of(&mut self.enrolments, |enrolment| enrolment.id == id).other_phone = Some(model);
            }
            Change::AddDevice(device) => self.devices.push(*device),
            Change::ConfirmDevice(id, at) => {
                let device = of(&mut self.devices, |device| device.id == id);
                assert_eq!(device.state, DeviceState::Unconfirmed);
                (device.state, device.confirmed) = (DeviceState::Active, Some(at));
            }
            Change::UseDevice(id, at) => of(&mut self.devices, |device| device.id == id).last_used = Some(at),
            Change::ReachDevice(id, at, _) => {
                of(&mut self.devices, |device| device.id == id).last_reached = Some(at);
            }
            Change::EndDevice(id, at) => {
                let device = of(&mut self.devices, |device| device.id == id);
                assert_ne!(device.state, DeviceState::Ended, "a device ends once");
                (device.state, device.ended) = (DeviceState::Ended, Some(at));
                self.end_channels(id, at);
            }
            change => self.apply_to_channels(change),
        }
    }
}
