//! The level rises after an approval.

use super::begin::close;
use super::{Level, Means, Session, SessionKey, UnderWay, is_live};
use crate::decision::{Change, Decision};
use crate::device::{Device, DeviceState};
use crate::fact::{Fact, FactKind};
use crate::policy::Policy;
use crate::request::{Ended, SignInRequest};
use crate::user::User;
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::time::Millis;

/// Raises a session after an approval.
#[derive(Clone, Debug)]
pub struct Complete {
    /// The session that opened the request.
    pub session: SessionKey,
    /// Hash of the fresh token that takes its place.
    pub new: SessionKey,
    /// For the audit trail.
    pub address: String,
}

/// A session that may rise, as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Raising<'a> {
    /// The session.
    pub session: &'a Session,
    /// Its user.
    pub user: &'a User,
    /// The request that `Session::request` names.
    pub request: Option<&'a SignInRequest>,
    /// The device whose answer ended it.
    pub approver: Option<&'a Device>,
}

/// Uses the approval of the session's request up: the session ends, a new one at [`Level::Approved`] takes its
/// place, the browser is recognised from now on.
///
/// `request` is the one that `Session::request` names, `approver` the device that ended it. `None` when the request
/// is not approved for signing in or for opening the security page (or as a test), was used, is not this session's, or when its device has ended.
pub fn complete(
    complete: &Complete,
    raised: &Raising<'_>,
    policy: &Policy,
    now: Millis,
) -> Decision<Option<Session>> {
    let Raising { session, user, request, approver } = *raised;
    let refused = Decision::nothing(None);
    let (Some(request), Some(approver)) = (request, approver) else { return refused };
    let own = request.asker.session() == Some(session.key)
        && request.user == user.id
        && session.request == Some(request.id);
    if !own || request.used || !is_live(session, user, policy, now) || complete.session != session.key {
        return refused;
    }
    if approver.user != user.id || approver.state != DeviceState::Active {
        return refused;
    }
    let carried = match (&request.purpose, request.ended) {
        (Purpose::SignIn | Purpose::OpenSecurity, Some(Ended { end: End::Approved, by, .. }))
            if by == Some(approver.id) =>
        {
            None
        }
        (Purpose::ConfirmTest, Some(Ended { end: End::Approved, by, .. })) if by == Some(approver.id) => {
            request.enrolment
        }
        _ => return refused,
    };
    let new = Session {
        key: complete.new,
        user: user.id,
        level: Level::Approved,
        browser: session.browser,
        to: session.to.clone(),
        request: None,
        enrolment: carried,
        means: Some(Means::Device),
        approved_by: Some(approver.id),
        entered: None,
        created: now,
        seen: now,
        ended: None,
    };
    let mut decision = Decision::nothing(());
    decision.write(Change::UseRequest(request.id));
    decision.write(Change::EndSession(session.key, now));
    decision.write(Change::AddSession(Box::new(new.clone())));
    decision.write(Change::RecogniseBrowser(user.id, session.browser, now));
    decision.record(Fact {
        user: Some(user.id),
        device: Some(approver.id),
        request: Some(request.id),
        enrolment: request.enrolment,
        address: Some(complete.address.clone()),
        detail: Some(request.application.clone()),
        ..Fact::new(FactKind::SignedIn)
    });
    decision.map(|()| Some(new))
}

/// Raises a session by something else than an approval: it ends with all that it has under way, a new one at
/// [`Level::Approved`] takes its place, the browser is recognised from now on.
pub(crate) fn raise(
    complete: &Complete,
    session: &Session,
    under_way: &UnderWay,
    (means, application): (Means, &str),
    now: Millis,
) -> Decision<Session> {
    let new = Session {
        key: complete.new,
        level: Level::Approved,
        request: None,
        enrolment: None,
        means: Some(means),
        approved_by: None,
        entered: None,
        created: now,
        seen: now,
        ended: None,
        ..session.clone()
    };
    let mut decision = Decision::nothing(());
    decision.absorb(close(session, under_way, End::Cancelled, now));
    decision.write(Change::AddSession(Box::new(new.clone())));
    decision.write(Change::RecogniseBrowser(session.user, session.browser, now));
    decision.record(Fact {
        user: Some(session.user),
        address: Some(complete.address.clone()),
        detail: Some(application.to_owned()),
        ..Fact::new(FactKind::SignedIn)
    });
    decision.map(|()| new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Standing, standing};
    use crate::world::{Phone, World, hash};

    fn approved(purpose: Purpose) -> World {
        let mut world = World::new();
        let device = world.add_device(1, DeviceState::Active);
        let request = world.open_for(hash(1), purpose).unwrap();
        assert_eq!(world.approve(device, request).unwrap().end, End::Approved);
        world
    }

    #[test]
    fn an_approval_raises_the_session_once() {
        let mut world = approved(Purpose::SignIn);
        let old = world.session(hash(1)).clone();
        let new = world.complete(hash(1), 9).unwrap();
        assert_eq!(
            (new.key, new.level, new.to, new.browser),
            (hash(9), Level::Approved, old.to, old.browser)
        );
        assert_eq!(new.approved_by, Some(world.devices[0].id));
        assert_eq!(world.session(hash(1)).ended, Some(world.now));
        assert!(world.requests[0].used);
        assert_eq!(world.recognised, [old.browser]);
        let fact = world.facts.iter().find(|fact| fact.kind == FactKind::SignedIn).unwrap();
        assert_eq!((fact.device, fact.request), (new.approved_by, Some(world.requests[0].id)));
        assert_eq!(world.complete(hash(1), 10), None);
        // Not even a session that is live again uses it twice.
        world.sessions[0].ended = None;
        assert_eq!(world.complete(hash(1), 10), None);
    }

    #[test]
    fn only_what_was_approved_raises() {
        let mut world = World::new();
        let device = world.add_device(1, DeviceState::Active);
        assert_eq!(world.complete(hash(1), 9), None);
        let request = world.open(hash(1));
        assert_eq!(world.complete(hash(1), 9), None);
        world.deny(device, request).unwrap();
        assert_eq!(world.complete(hash(1), 9), None);
    }

    #[test]
    fn another_sessions_approval_raises_nothing() {
        let mut world = approved(Purpose::SignIn);
        world.add_session(2, Level::Password, 1);
        world.sessions[1].request = world.sessions[0].request;
        assert_eq!(world.complete(hash(2), 9), None);
    }

    #[test]
    fn an_approval_that_the_session_has_moved_on_from_raises_nothing() {
        let mut world = approved(Purpose::SignIn);
        let older = world.requests[0].clone();
        world.open(hash(1));
        let raising = Raising {
            session: world.session(hash(1)),
            user: &world.user,
            request: Some(&older),
            approver: Some(&world.devices[0]),
        };
        let wanted = Complete { session: hash(1), new: hash(9), address: "192.0.2.7".into() };
        let decision = complete(&wanted, &raising, &world.policy, world.now);
        assert!(decision.value.is_none() && decision.changes.is_empty());
    }

    #[test]
    fn only_the_device_that_approved_is_the_approver() {
        for test in [false, true] {
            let mut world = if test { World::new() } else { approved(Purpose::SignIn) };
            if test {
                let (_, device, request) = world.enrol_to_test(hash(1), Phone(5), 1);
                world.approve(device, request).unwrap();
            }
            let other = world.add_device(7, DeviceState::Active);
            let wanted = Complete { session: hash(1), new: hash(9), address: "192.0.2.7".into() };
            let by = |approver| {
                let (session, request) = (world.session(hash(1)), Some(&world.requests[0]));
                let raising = Raising { session, user: &world.user, request, approver };
                complete(&wanted, &raising, &world.policy, world.now).value
            };
            assert_eq!(by(Some(world.device(other))), None);
            assert!(by(world.devices.first()).is_some());
        }
    }

    #[test]
    fn what_ended_meanwhile_raises_nothing() {
        let mut world = approved(Purpose::SignIn);
        world.devices[0].state = DeviceState::Ended;
        assert_eq!(world.complete(hash(1), 9), None);
        let mut world = approved(Purpose::SignIn);
        world.user.disabled = true;
        assert_eq!(world.complete(hash(1), 9), None);
        let mut world = approved(Purpose::SignIn);
        world.sessions[0].ended = Some(world.now);
        assert_eq!(world.complete(hash(1), 9), None);
    }

    #[test]
    fn an_approval_serves_its_purpose_only() {
        assert!(approved(Purpose::OpenSecurity).complete(hash(1), 9).is_some());
        for purpose in [
            Purpose::AddDevice { model: "Pixel 9".into() },
            Purpose::TrustBrowser { days: 14 },
            Purpose::EnablePhoneSignIn,
            Purpose::ResetPassword,
        ] {
            let mut world = approved(purpose.clone());
            assert_eq!(world.complete(hash(1), 9), None, "{purpose:?}");
        }
    }

    #[test]
    fn a_test_raises_as_well() {
        let mut world = World::new();
        let (enrolment, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
        world.approve(device, test).unwrap();
        let new = world.complete(hash(1), 9).unwrap();
        assert_eq!((new.approved_by, new.enrolment), (Some(device), Some(enrolment)));
    }

    #[test]
    fn the_old_token_leads_on_for_a_minute() {
        let mut world = approved(Purpose::SignIn);
        let look = |world: &World, after| {
            let session = world.session(hash(1));
            let request = Some(&world.requests[0]);
            standing(session, &world.user, request, &world.policy, world.now.plus_seconds(after))
        };
        assert_eq!(look(&world, 0), Standing::Live);
        world.complete(hash(1), 9).unwrap();
        assert_eq!(look(&world, 59), Standing::Raised);
        assert_eq!(look(&world, 60), Standing::Gone);
        world.requests[0].used = false;
        assert_eq!(look(&world, 0), Standing::Gone);
    }
}
