//! How requests end: each exactly once, each by way of [`end`].

use super::{Asked, Ended};
use crate::decision::{Change, Decision, Notice};
use crate::enrolment::{self, Failure, Phase};
use crate::fact::{Fact, FactKind};
use authenticator_protocol::answer::End;
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::time::Millis;

/// Ends a request whose time is over. False when it is not, or when the request had ended before.
pub fn expire(asked: &Asked, now: Millis) -> Decision<bool> {
    if now < asked.request.expires {
        return Decision::nothing(false);
    }
    close(asked, End::Expired, None, now).map(|end| end.is_some())
}

/// The user stopped it where they were signing in. False when it was over before.
pub fn cancel(asked: &Asked, now: Millis) -> Decision<bool> {
    close(asked, End::Cancelled, None, now).map(|end| end == Some(End::Cancelled))
}

/// It cannot go on: nobody is left to answer, or the user was blocked. False when it was over before.
pub fn fail(asked: &Asked, now: Millis) -> Decision<bool> {
    close(asked, End::Failed, None, now).map(|end| end == Some(End::Failed))
}

/// A newer request of the same browser takes its place (property 14).
pub(super) fn supersede(asked: &Asked, now: Millis) -> Decision<Option<End>> {
    close(asked, End::Superseded, None, now)
}

/// [`end`], and what follows for the enrolment that the request tested.
pub(super) fn close(asked: &Asked, how: End, by: Option<DeviceId>, now: Millis) -> Decision<Option<End>> {
    let mut decision = end(asked, how, by, now);
    if let (Some(how), Some(enrolment)) = (decision.value, &asked.enrolment)
        && how != End::Approved
        && matches!(enrolment.phase, Phase::Testing { request, .. } if request == asked.request.id)
    {
        decision.absorb(enrolment::fail(enrolment, Failure::TestFailed, now));
    }
    decision
}

/// Ends a request, and nothing else: one change that erases the number, one fact, one notice to those who wait,
/// and a wake for each device that was woken for it. Whatever comes when the time is over finds it expired (property 15).
///
/// The answer is how it ended just now; `None` when it had ended before.
pub(crate) fn end(asked: &Asked, how: End, by: Option<DeviceId>, now: Millis) -> Decision<Option<End>> {
    let request = &asked.request;
    if request.ended.is_some() {
        return Decision::nothing(None);
    }
    let (how, by) = if now < request.expires { (how, by) } else { (End::Expired, None) };
    let mut decision = Decision::nothing(Some(how));
    decision.write(Change::EndRequest(request.id, Ended { end: how, at: now, by }));
    decision.record(Fact {
        user: Some(request.user),
        device: by,
        request: Some(request.id),
        enrolment: request.enrolment,
        relying_party: request.relying_party(),
        address: request.seen_address(),
        detail: Some(request.application.clone()),
        ..Fact::new(kind(how))
    });
    decision.tell(Notice::Request(request.id));
    if request.asker.commission().is_some_and(|commission| commission.delivered) {
        decision.write(Change::AddDelivery(request.id));
        decision.tell(Notice::Delivery);
    }
    for device in asked.devices.iter().filter(|device| Some(**device) != by && !request.silent) {
        decision.tell(Notice::Wake(*device));
    }
    decision
}

/// The fact that each end is.
const fn kind(end: End) -> FactKind {
    match end {
        End::Approved => FactKind::RequestApproved,
        End::Denied => FactKind::RequestDenied,
        End::Reported => FactKind::RequestReported,
        End::WrongNumber => FactKind::RequestWrongNumber,
        End::Expired => FactKind::RequestExpired,
        End::Cancelled => FactKind::RequestCancelled,
        End::Superseded => FactKind::RequestSuperseded,
        End::Failed => FactKind::RequestFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceState;
    use crate::world::{Phone, World, hash};

    #[test]
    fn each_end_is_its_own_fact() {
        for how in End::ALL {
            assert_eq!(kind(how).as_str(), format!("request_{}", how.as_str()));
        }
    }

    #[test]
    fn all_who_wait_and_all_who_show_it_are_told() {
        let mut world = World::new();
        let one = world.add_device(1, DeviceState::Active);
        let two = world.add_device(2, DeviceState::Active);
        let id = world.open(hash(1));
        let decision = end(&world.asked(id), End::Denied, Some(one), world.now);
        assert_eq!(decision.notices, [Notice::Request(id), Notice::Wake(two)]);
        assert_eq!(decision.facts.len(), 1);
        assert_eq!(decision.facts[0].device, Some(one));
        assert_eq!(decision.facts[0].address.as_deref(), Some("192.0.2.7"));
        world.commit(decision);
        assert_eq!(world.request(id).number, None);
        assert!(!world.request(id).is_pending(world.now));
        let again = end(&world.asked(id), End::Approved, Some(one), world.now);
        assert_eq!(
            (again.value, again.changes.len(), again.facts.len(), again.notices.len()),
            (None, 0, 0, 0)
        );
    }

    #[test]
    fn at_its_time_everything_finds_it_expired() {
        let mut world = World::new();
        world.add_device(1, DeviceState::Active);
        let id = world.open(hash(1));
        let asked = world.asked(id);
        let before = Millis(asked.request.expires.0 - 1);
        assert!(asked.request.is_pending(before) && !asked.request.is_pending(asked.request.expires));
        assert!(!expire(&asked, before).value && expire(&asked, before).changes.is_empty());
        assert!(expire(&asked, asked.request.expires).value);
        assert!(cancel(&asked, before).value && fail(&asked, before).value);
        for late in [cancel(&asked, asked.request.expires), fail(&asked, asked.request.expires)] {
            assert!(!late.value);
            assert_eq!(late.facts[0].kind, FactKind::RequestExpired);
        }
    }

    #[test]
    fn a_test_that_ends_takes_its_enrolment_and_device_along() {
        for (rule, how) in [
            (expire as fn(&Asked, Millis) -> Decision<bool>, End::Expired),
            (cancel, End::Cancelled),
            (fail, End::Failed),
        ] {
            let mut world = World::new();
            let (enrolment, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
            if how == End::Expired {
                world.now = world.request(test).expires;
            }
            let decision = rule(&world.asked(test), world.now);
            assert!(world.commit(decision));
            assert_eq!(world.request(test).ended.unwrap().end, how);
            assert_eq!(world.enrolment(enrolment).phase, Phase::Failed(Failure::TestFailed));
            assert_eq!(world.device(device).state, DeviceState::Ended);
            assert!(world.told(Notice::DeviceEnded(device)) && world.told(Notice::Enrolment(enrolment)));
            assert_eq!(world.count(FactKind::EnrolmentFailed), 1);
        }
    }
}
