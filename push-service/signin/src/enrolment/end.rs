//! How an enrolment ends without a device.

use super::{Enrolment, Failure, Phase};
use crate::decision::{Change, Decision, Notice};
use crate::fact::{Fact, FactKind};
use crate::request::{self, Asked};
use authenticator_protocol::answer::End;
use authenticator_protocol::time::Millis;

/// Ends an enrolment whose time is over, with its test. False when it is not, or when it was over before.
pub fn expire(enrolment: &Enrolment, test: Option<&Asked>, now: Millis) -> Decision<bool> {
    if now < enrolment.expires {
        return Decision::nothing(false);
    }
    abandon(enrolment, test, Failure::Expired, End::Expired, now)
}

/// The user stopped it, or asked for a newer code. False when it was over before.
pub fn cancel(enrolment: &Enrolment, test: Option<&Asked>, now: Millis) -> Decision<bool> {
    abandon(enrolment, test, Failure::Cancelled, End::Cancelled, now)
}

/// The phone removed the account before it counted. False when it was over before.
pub fn device_left(enrolment: &Enrolment, test: Option<&Asked>, now: Millis) -> Decision<bool> {
    abandon(enrolment, test, Failure::PhoneLeft, End::Failed, now)
}

/// Ends an enrolment and the test that it was in.
pub(crate) fn abandon(
    enrolment: &Enrolment,
    test: Option<&Asked>,
    why: Failure,
    how: End,
    now: Millis,
) -> Decision<bool> {
    let mut decision = Decision::nothing(());
    if let Some(test) = test
        && test.request.enrolment == Some(enrolment.id)
    {
        decision.absorb(request::end(test, how, None, now));
    }
    let failed = decision.absorb(fail(enrolment, why, now));
    decision.map(|()| failed)
}

/// Ends an enrolment that is not finished, and the device that was to come of it. False when it was over before.
pub(crate) fn fail(enrolment: &Enrolment, why: Failure, now: Millis) -> Decision<bool> {
    let device = match &enrolment.phase {
        Phase::Done { .. } | Phase::Failed(_) => return Decision::nothing(false),
        Phase::Open | Phase::Claimed(_) => None,
        Phase::Registered { claimed, .. } => Some(claimed.device),
        Phase::Testing { device, .. } => Some(*device),
    };
    let mut decision = Decision::nothing(true);
    decision.write(Change::SetPhase(enrolment.id, Box::new(Phase::Failed(why))));
    decision.record(Fact {
        device,
        detail: Some(why.as_str().to_owned()),
        ..enrolment.fact(FactKind::EnrolmentFailed)
    });
    decision.tell(Notice::Enrolment(enrolment.id));
    if let Some(device) = device {
        decision.write(Change::EndDevice(device, now));
        decision.tell(Notice::DeviceEnded(device));
    }
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceState;
    use crate::world::{Phone, World, hash};

    /// An enrolment at each step before its end.
    fn at(step: u8) -> (World, Enrolment, Option<Asked>) {
        let mut world = World::new();
        let id = if step == 3 {
            world.enrol_to_test(hash(1), Phone(5), 1).0
        } else {
            let id = world.open_enrolment(hash(1), true, 1).unwrap();
            if step > 0 {
                world.claim(id, &Phone(5).claim()).unwrap();
            }
            if step > 1 {
                world.register(&world.registration(id, Phone(5))).unwrap();
            }
            id
        };
        let (enrolment, under_way) = (world.enrolment(id).clone(), world.under_way(hash(1)));
        (world, enrolment, under_way.request)
    }

    #[test]
    fn every_step_can_end_and_takes_its_device_along() {
        type Rule = fn(&Enrolment, Option<&Asked>, Millis) -> Decision<bool>;
        for (rule, why, word, how) in [
            (expire as Rule, Failure::Expired, "expired", End::Expired),
            (cancel, Failure::Cancelled, "cancelled", End::Cancelled),
            (device_left, Failure::PhoneLeft, "phone_left", End::Failed),
        ] {
            for step in 0..4 {
                let (mut world, enrolment, test) = at(step);
                assert!(enrolment.is_unfinished());
                if why == Failure::Expired {
                    assert!(!rule(&enrolment, test.as_ref(), Millis(enrolment.expires.0 - 1)).value);
                    world.now = enrolment.expires;
                }
                assert!(world.commit(rule(&enrolment, test.as_ref(), world.now)));
                assert_eq!(world.enrolment(enrolment.id).phase, Phase::Failed(why), "step {step}");
                assert!(world.told(Notice::Enrolment(enrolment.id)));
                assert!(world.devices.iter().all(|device| device.state == DeviceState::Ended));
                assert_eq!(world.devices.len(), usize::from(step > 1));
                assert!(world.requests.iter().all(|request| request.ended.unwrap().end == how));
                let fact = world.facts.iter().find(|fact| fact.kind == FactKind::EnrolmentFailed).unwrap();
                assert_eq!(fact.detail.as_deref(), Some(word));
                assert_eq!(fact.device, world.devices.first().map(|device| device.id));
                assert!(!world.enrolment(enrolment.id).is_unfinished());
                let again = rule(world.enrolment(enrolment.id), None, world.now);
                assert!(!again.value && again.changes.is_empty() && again.facts.is_empty());
            }
        }
    }

    #[test]
    fn what_is_done_stays_done() {
        let mut world = World::new();
        let (id, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
        world.approve(device, test).unwrap();
        assert!(!world.enrolment(id).is_unfinished());
        let late = world.enrolment(id).expires.plus_seconds(1);
        let asked = world.asked(test);
        for rule in [expire, cancel, device_left] {
            let decision = rule(world.enrolment(id), Some(&asked), late);
            assert!(!decision.value && decision.changes.is_empty() && decision.facts.is_empty());
        }
    }

    #[test]
    fn another_enrolments_test_is_left_alone() {
        let (world, enrolment, test) = at(3);
        let mut test = test.unwrap();
        test.request.enrolment = None;
        let decision = cancel(&enrolment, Some(&test), world.now);
        assert!(decision.changes.iter().all(|change| !matches!(change, Change::EndRequest(..))));
    }
}
