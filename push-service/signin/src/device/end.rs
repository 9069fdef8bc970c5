//! How a device ends, and what ends with it.

use super::{Device, DeviceState};
use crate::decision::{Change, Decision, Notice};
use crate::enrolment::{self, Enrolment, Failure};
use crate::fact::{Fact, FactKind};
use crate::policy::Policy;
use crate::request::{self, Asked};
use crate::session::{Level, Session, SessionKey, UnderWay, is_live};
use crate::user::User;
use authenticator_protocol::answer::End;
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::time::Millis;

/// A device that goes, with all that its end touches, as it was read.
#[derive(Clone, Copy)]
pub struct Leaving<'a> {
    /// The device.
    pub device: &'a Device,
    /// The pending requests that it is asked; a test among them too.
    pub pending: &'a [Asked],
    /// The user's devices that have not ended.
    pub devices: &'a [Device],
    /// The sessions that it approved and that have not ended, each with what it had begun.
    pub sessions: &'a [(Session, UnderWay)],
    /// The unfinished enrolment that made it, while it does not count.
    pub enrolment: Option<&'a Enrolment>,
}

/// Its user removes it on the security page, which takes a session that a device approved. That session stays.
/// False when the device is not this user's, or had ended before.
pub fn remove(
    leaving: &Leaving<'_>,
    session: &Session,
    user: &User,
    address: &str,
    policy: &Policy,
    now: Millis,
) -> Decision<bool> {
    let may = is_live(session, user, policy, now) && session.level == Level::Approved;
    if !may || leaving.device.user != user.id || leaving.device.state == DeviceState::Ended {
        return Decision::nothing(false);
    }
    let mut decision = end(leaving, Some(session.key), Failure::Cancelled, now);
    decision
        .record(Fact { address: Some(address.to_owned()), ..fact(leaving.device, FactKind::DeviceRemoved) });
    decision.map(|()| true)
}

/// The phone has removed its account. False when the device had ended before.
pub fn leave(leaving: &Leaving<'_>, now: Millis) -> Decision<bool> {
    if leaving.device.state == DeviceState::Ended {
        return Decision::nothing(false);
    }
    let mut decision = end(leaving, None, Failure::PhoneLeft, now);
    decision.record(fact(leaving.device, FactKind::DeviceLeft));
    decision.map(|()| true)
}

/// An operator removes it. False when it had ended before.
pub fn withdraw(leaving: &Leaving<'_>, now: Millis) -> Decision<bool> {
    if leaving.device.state == DeviceState::Ended {
        return Decision::nothing(false);
    }
    let mut decision = end(leaving, None, Failure::Cancelled, now);
    decision.record(fact(leaving.device, FactKind::DeviceWithdrawn));
    decision.map(|()| true)
}

fn fact(device: &Device, kind: FactKind) -> Fact {
    Fact {
        user: Some(device.user),
        device: Some(device.id),
        detail: Some(device.model.clone()),
        ..Fact::new(kind)
    }
}

/// Requests that nobody else can answer fail, what the device had approved ends but for `spared`, and an enrolment
/// that was about to make it fails.
fn end(leaving: &Leaving<'_>, spared: Option<SessionKey>, why: Failure, now: Millis) -> Decision<()> {
    let gone = leaving.device.id;
    let mut decision = Decision::nothing(());
    let made_by =
        |asked: &Asked| leaving.enrolment.is_some_and(|made| asked.request.enrolment == Some(made.id));
    let ended_with_enrolment = leaving.enrolment.is_some_and(|enrolment| {
        let test = leaving.pending.iter().find(|asked| made_by(asked));
        decision.absorb(enrolment::abandon(enrolment, test, why, End::Failed, now))
    });
    let left = |device: &DeviceId| *device != gone && leaving.devices.iter().any(|other| other.id == *device);
    for asked in leaving.pending.iter().filter(|asked| !made_by(asked)) {
        if asked.devices.contains(&gone) && !asked.devices.iter().any(left) {
            decision.absorb(request::fail(asked, now));
        }
    }
    for (session, under_way) in leaving.sessions {
        if session.approved_by == Some(gone) && session.ended.is_none() && Some(session.key) != spared {
            decision.write(Change::EndSession(session.key, now));
            // What it permitted to enrol must not outlive it.
            if let Some(begun) = under_way.enrolment.as_ref().filter(|begun| begun.session == session.key) {
                decision.absorb(enrolment::cancel(begun, under_way.test_of(begun), now));
            }
        }
    }
    if !ended_with_enrolment {
        decision.write(Change::EndDevice(gone, now));
        decision.tell(Notice::DeviceEnded(gone));
    }
    // It is told by its socket's end, and a wake would reach nobody.
    decision.notices.retain(|notice| *notice != Notice::Wake(gone));
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrolment::Phase;
    use crate::world::{Phone, World, hash};

    /// Two devices, the session `hash(2)` that the first one approved.
    fn world() -> (World, [DeviceId; 2]) {
        let mut world = World::new();
        let devices = [1, 2].map(|n| world.add_device(n, DeviceState::Active));
        world.add_session(2, Level::Approved, 2);
        (world, devices)
    }

    /// Somebody with the phone and the password has begun to add a phone of their own when the owner removes it.
    #[test]
    fn what_its_sessions_had_begun_to_add_ends_with_it() {
        let (mut world, [one, two]) = world();
        world.sessions.iter_mut().find(|session| session.key == hash(2)).unwrap().approved_by = Some(one);
        let owner = world.add_session(3, Level::Approved, 3);
        world.sessions.iter_mut().find(|session| session.key == owner).unwrap().approved_by = Some(two);
        let (id, added, test) = world.enrol_to_test(hash(2), Phone(7), 1);
        assert!(world.remove(owner, one));
        assert!(matches!(world.enrolment(id).phase, Phase::Failed(_)));
        assert_eq!(world.device(added).state, DeviceState::Ended);
        assert!(world.request(test).ended.is_some());
    }

    #[test]
    fn a_request_goes_on_while_another_device_can_answer() {
        let (mut world, [one, two]) = world();
        let id = world.open(hash(1));
        assert!(world.remove(hash(2), one));
        assert_eq!(world.request(id).ended, None);
        assert_eq!(world.device(one).state, DeviceState::Ended);
        assert_eq!(world.notices, [Notice::DeviceEnded(one)]);
        assert!(world.leave(two));
        assert_eq!(world.request(id).ended.unwrap().end, End::Failed);
        assert_eq!(world.notices, [Notice::Request(id), Notice::Wake(one), Notice::DeviceEnded(two)]);
        assert_eq!((world.count(FactKind::DeviceRemoved), world.count(FactKind::DeviceLeft)), (1, 1));
        let removed = world.facts.iter().find(|fact| fact.kind == FactKind::DeviceRemoved).unwrap();
        assert_eq!((removed.device, removed.detail.as_deref()), (Some(one), Some("Phone 1")));
        assert_eq!(removed.address.as_deref(), Some("192.0.2.7"));
    }

    #[test]
    fn what_it_approved_ends_but_the_session_that_asks() {
        let (mut world, [one, two]) = world();
        world.add_session(3, Level::Approved, 3);
        world.add_session(4, Level::Approved, 4);
        world.sessions[3].approved_by = Some(two);
        assert!(world.remove(hash(2), one));
        let ended = |n| world.session(hash(n)).ended.is_some();
        assert_eq!([1, 2, 3, 4].map(ended), [false, false, true, false]);
        world.leave(two);
        assert!(world.session(hash(4)).ended.is_some());
    }

    #[test]
    fn leaving_ends_every_session_that_it_approved() {
        let (mut world, [one, _]) = world();
        assert!(world.leave(one));
        assert!(world.session(hash(2)).ended.is_some());
        assert!(!world.leave(one), "once");
        assert_eq!(world.count(FactKind::DeviceLeft), 1);
    }

    #[test]
    fn withdrawing_needs_no_session_and_spares_none() {
        let (mut world, [one, _]) = world();
        assert!(world.withdraw(one));
        assert!(world.session(hash(2)).ended.is_some());
        assert!(world.told(Notice::DeviceEnded(one)));
        assert!(!world.withdraw(one), "once");
        assert_eq!(world.count(FactKind::DeviceWithdrawn), 1);
    }

    #[test]
    fn only_an_approved_session_of_its_user_removes() {
        let refused = |prepare: fn(&mut World, DeviceId)| {
            let (mut world, [one, _]) = world();
            prepare(&mut world, one);
            let (facts, state) = (world.facts.len(), world.device(one).state);
            assert!(!world.remove(hash(2), one));
            assert_eq!((world.facts.len(), world.device(one).state), (facts, state));
        };
        refused(|world, _| world.sessions[1].level = Level::Password);
        refused(|world, _| world.sessions[1].ended = Some(world.now));
        refused(|world, _| world.devices[0].user = authenticator_protocol::ids::UserId::from_bytes([9; 16]));
        refused(|world, one| assert!(world.remove(hash(2), one)));
    }

    #[test]
    fn an_enrolment_in_test_fails_with_its_device() {
        for (leaves, why) in [(true, Failure::PhoneLeft), (false, Failure::Cancelled)] {
            let mut world = World::new();
            let (enrolment, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
            world.add_session(2, Level::Approved, 2);
            assert!(if leaves { world.leave(device) } else { world.remove(hash(2), device) });
            assert_eq!(world.enrolment(enrolment).phase, Phase::Failed(why));
            assert_eq!(world.request(test).ended.unwrap().end, End::Failed);
            assert_eq!(world.device(device).state, DeviceState::Ended);
            for notice in [Notice::Request(test), Notice::Enrolment(enrolment), Notice::DeviceEnded(device)] {
                assert!(world.told(notice), "{notice:?}");
            }
            assert!(!world.told(Notice::Wake(device)));
        }
    }

    #[test]
    fn an_enrolment_before_its_test_fails_too() {
        let mut world = World::new();
        let id = world.open_enrolment(hash(1), true, 1).unwrap();
        world.claim(id, &Phone(5).claim()).unwrap();
        let device = world.register(&world.registration(id, Phone(5))).unwrap();
        assert!(world.leave(device));
        assert_eq!(world.enrolment(id).phase, Phase::Failed(Failure::PhoneLeft));
        assert_eq!(world.device(device).state, DeviceState::Ended);
    }

    #[test]
    fn removing_never_makes_the_next_registration_the_first() {
        let (mut world, devices) = world();
        world.policy.first_by_password = true;
        let confirmed = world.user.first_confirmed;
        for device in devices {
            world.leave(device);
        }
        assert!(confirmed.is_some() && world.user.first_confirmed == confirmed);
        assert!(world.open_enrolment(hash(1), false, 1).is_err());
    }
}
