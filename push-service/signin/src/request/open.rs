//! Opening a request: the number, the life, the challenges.

use super::challenge::{LONGEST, LONGEST_MESSAGE, challenge, shown_origin, shown_purpose};
use super::end::supersede;
use super::number::free_number;
use super::silence::{Strangers, hold_enough, silence};
use super::{Asked, Asker, Origin, SignInRequest};
use crate::decision::{Change, Decision, Notice};
use crate::device::{Device, DeviceState};
use crate::fact::{Fact, FactKind};
use crate::policy::Policy;
use crate::session::{Session, SessionKey, is_live};
use crate::user::User;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::ids::{EnrolmentId, RequestId, UserId};
use authenticator_protocol::number::{Digits, Number};
use authenticator_protocol::random::Random;
use authenticator_protocol::text::visible;
use authenticator_protocol::time::Millis;

/// Opens a sign-in request on every active device of the session's user.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    /// By which session.
    pub session: SessionKey,
    /// What for; not [`Purpose::ConfirmTest`], which [`crate::enrolment::type_characters`] opens.
    pub purpose: Purpose,
    /// Where the user is signing in.
    pub application: String,
    /// From where; `recognised` is filled in by the store.
    pub origin: Origin,
    /// The organisation's name, for the challenge.
    pub organisation: String,
    /// Where the user is going now, when it is elsewhere than at the sign-in: a path of this service.
    pub to: Option<String>,
}

/// Why no request was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// No session, or it ended.
    NoSession,
    /// The user has no active device.
    NoDevice,
    /// The app method is locked after too many wrong numbers.
    AppLocked,
    /// Every number of this length was this user's within five minutes (property 2), or unknown browsers hold as many as
    /// they may (property 14); wait a little.
    TooMany,
}

/// Who opens a request, as it was read.
#[derive(Clone, Copy)]
pub struct Opener<'a> {
    /// The session that asks for it.
    pub session: &'a Session,
    /// Its user.
    pub user: &'a User,
    /// The user's devices; those that do not count are not asked.
    pub devices: &'a [Device],
    /// The user's pending requests, of all browsers.
    pub pending: &'a [Asked],
    /// Whether a number is one of this user's that is pending or ended within [`super::NUMBER_MEMORY`].
    pub taken: &'a dyn Fn(&Number) -> bool,
    /// What unknown browsers have asked of the user lately.
    pub strangers: &'a Strangers,
}

/// Asks all active devices at once (property 17). A pending request of the same browser is superseded
/// (property 14).
pub fn open(
    open: &OpenRequest,
    opener: &Opener<'_>,
    policy: &Policy,
    now: Millis,
    random: &mut dyn Random,
) -> Decision<Result<RequestId, NotOpened>> {
    let Opener { session, user, devices, .. } = *opener;
    let refused = |why| Decision::nothing(Err(why));
    if !is_live(session, user, policy, now) {
        return refused(NotOpened::NoSession);
    }
    if user.app_locked {
        return refused(NotOpened::AppLocked);
    }
    let active: Vec<&Device> = devices.iter().filter(|device| device.state == DeviceState::Active).collect();
    if active.is_empty() || open.purpose == Purpose::ConfirmTest {
        return refused(NotOpened::NoDevice);
    }
    if !open.origin.recognised && hold_enough(opener.strangers, policy.digits) {
        return refused(NotOpened::TooMany);
    }
    let question = Question {
        user: user.id,
        asker: Asker::Session { key: session.key, browser: session.browser },
        purpose: &open.purpose,
        enrolment: None,
        application: &open.application,
        organisation: &open.organisation,
        origin: &open.origin,
        message: None,
        devices: &active,
        pending: opener.pending,
        taken: opener.taken,
        strangers: opener.strangers,
        digits: policy.digits,
        until: now.seconds().millis().plus_seconds(policy.lifetime),
    };
    let mut asked = ask(question, now, random);
    if let (Some(_), Some(to)) = (&asked.value, &open.to)
        && *to != session.to
    {
        asked.write(Change::SetSessionDestination(session.key, to.clone()));
    }
    asked.map(|request| request.map(|request| request.id).ok_or(NotOpened::TooMany))
}

/// What is asked, by whom, of whom.
pub(crate) struct Question<'a> {
    pub(crate) user: UserId,
    pub(crate) asker: Asker,
    pub(crate) purpose: &'a Purpose,
    pub(crate) enrolment: Option<EnrolmentId>,
    pub(crate) application: &'a str,
    pub(crate) organisation: &'a str,
    pub(crate) origin: &'a Origin,
    pub(crate) message: Option<&'a str>,
    pub(crate) devices: &'a [&'a Device],
    pub(crate) pending: &'a [Asked],
    pub(crate) taken: &'a dyn Fn(&Number) -> bool,
    pub(crate) strangers: &'a Strangers,
    pub(crate) digits: Digits,
    /// It ends at this moment.
    pub(crate) until: Millis,
}

/// Writes the request and its challenges. `None`, and nothing else, when no number is free.
pub(crate) fn ask(
    question: Question<'_>,
    now: Millis,
    random: &mut dyn Random,
) -> Decision<Option<SignInRequest>> {
    let Some(number) = free_number(question.digits, question.taken, random) else {
        return Decision::nothing(None);
    };
    let mut request = SignInRequest {
        id: RequestId::random(random),
        user: question.user,
        asker: question.asker,
        purpose: shown_purpose(question.purpose),
        enrolment: question.enrolment,
        application: visible(question.application, LONGEST),
        origin: shown_origin(question.origin),
        message: question.message.map(|message| visible(message, LONGEST_MESSAGE)),
        digits: question.digits,
        number: Some(number),
        opened: now,
        expires: question.until,
        ended: None,
        used: false,
        silent: false,
    };
    let silence = silence(&request, question.pending, question.strangers, now);
    request.silent = silence.is_some();
    let organisation = visible(question.organisation, LONGEST);
    let challenges = question
        .devices
        .iter()
        .map(|device| challenge(&request, device, &organisation, now, random))
        .collect();

    let mut decision = Decision::nothing(());
    let same_place = |asked: &&Asked| {
        asked.request.user == request.user && asked.request.asker.place() == request.asker.place()
    };
    for older in question.pending.iter().filter(same_place) {
        decision.absorb(supersede(older, now));
    }
    decision.record(Fact {
        user: Some(request.user),
        request: Some(request.id),
        enrolment: request.enrolment,
        relying_party: request.relying_party(),
        address: request.seen_address(),
        detail: Some(request.application.clone()),
        ..Fact::new(FactKind::RequestOpened)
    });
    match silence {
        Some(why) => decision.record(Fact {
            user: Some(request.user),
            request: Some(request.id),
            address: request.seen_address(),
            detail: Some(why.as_str().to_owned()),
            ..Fact::new(FactKind::RequestSilent)
        }),
        None => question.devices.iter().for_each(|device| decision.tell(Notice::Wake(device.id))),
    }
    decision.write(Change::AddRequest(Box::new(request.clone()), challenges));
    if let Some(session) = request.asker.session() {
        decision.write(Change::SetSessionRequest(session, Some(request.id)));
    }
    decision.map(|()| Some(request))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Level;
    use crate::world::{World, hash};
    use authenticator_protocol::answer::End;
    use proptest::prelude::*;

    #[test]
    fn every_device_that_counts_is_asked_and_no_other() {
        let mut world = World::new();
        let one = world.add_device(1, DeviceState::Active);
        let two = world.add_device(2, DeviceState::Active);
        world.add_device(3, DeviceState::Unconfirmed);
        world.add_device(4, DeviceState::Ended);
        let id = world.open(hash(1));
        assert_eq!(world.asked(id).devices, [one, two]);
        assert_eq!(world.notices, [Notice::Wake(one), Notice::Wake(two)]);
        assert_eq!(world.session(hash(1)).request, Some(id));
        let fact = &world.facts[0];
        assert_eq!(
            (fact.kind, fact.request, fact.user),
            (FactKind::RequestOpened, Some(id), Some(world.user.id))
        );
        assert_eq!((fact.address.as_deref(), fact.detail.as_deref()), (Some("192.0.2.7"), Some("MyApps")));
    }

    #[test]
    fn refusals() {
        let refused = |prepare: fn(&mut World)| {
            let mut world = World::new();
            world.add_device(1, DeviceState::Active);
            prepare(&mut world);
            let result = world.open_for(hash(1), Purpose::SignIn);
            assert!(result.is_ok() || world.requests.is_empty());
            result.err()
        };
        assert_eq!(refused(|_| ()), None);
        assert_eq!(refused(|world| world.user.app_locked = true), Some(NotOpened::AppLocked));
        assert_eq!(refused(|world| world.user.disabled = true), Some(NotOpened::NoSession));
        assert_eq!(refused(|world| world.sessions[0].ended = Some(world.now)), Some(NotOpened::NoSession));
        assert_eq!(refused(|world| world.now = world.now.plus_seconds(3600)), Some(NotOpened::NoSession));
        assert_eq!(
            refused(|world| world.devices[0].state = DeviceState::Unconfirmed),
            Some(NotOpened::NoDevice)
        );
        assert_eq!(refused(|world| world.devices[0].state = DeviceState::Ended), Some(NotOpened::NoDevice));
        let mut world = World::new();
        world.add_device(1, DeviceState::Active);
        assert_eq!(world.open_for(hash(1), Purpose::ConfirmTest), Err(NotOpened::NoDevice));
    }

    #[test]
    fn it_ends_at_a_whole_second() {
        let mut world = World::new();
        world.add_device(1, DeviceState::Active);
        world.now = Millis(5_999);
        world.sessions[0].created = world.now;
        world.sessions[0].seen = world.now;
        let id = world.open(hash(1));
        assert_eq!(world.request(id).expires, Millis(95_000));
    }

    #[test]
    fn a_newer_request_of_the_same_browser_supersedes() {
        let mut world = World::new();
        let device = world.add_device(1, DeviceState::Active);
        world.add_session(2, Level::Password, 2);
        world.add_session(3, Level::Password, 1);
        let (first, elsewhere) = (world.open(hash(1)), world.open(hash(2)));
        let third = world.open(hash(3));
        assert_eq!(world.request(first).ended.unwrap().end, End::Superseded);
        assert_eq!(world.request(elsewhere).ended, None);
        assert!(world.told(Notice::Request(first)));
        assert_eq!(world.notices.iter().filter(|notice| **notice == Notice::Wake(device)).count(), 1);
        world.now = world.now.plus_seconds(90);
        world.open(hash(1));
        assert_eq!(world.request(third).ended.unwrap().end, End::Expired, "its time was over");
    }

    proptest! {
        #[test]
        fn numbers_of_five_minutes_differ(waits in proptest::collection::vec(0_u64..40, 1..60)) {
            let mut world = World::new();
            world.add_device(1, DeviceState::Active);
            world.add_session(2, Level::Password, 2);
            for (step, wait) in waits.into_iter().enumerate() {
                world.now = world.now.plus_seconds(wait);
                let before: Vec<_> = world
                    .requests
                    .iter()
                    .filter(|it| it.ended.is_none_or(|ended| world.now < ended.at.plus_seconds(300)))
                    .map(|it| world.number(it.id))
                    .collect();
                let id = world.open(hash(if step % 3 == 0 { 2 } else { 1 }));
                prop_assert!(!before.contains(&world.number(id)));
            }
        }
    }

    #[test]
    fn nothing_is_opened_when_every_number_is_taken() {
        let mut world = World::new();
        world.add_device(1, DeviceState::Active);
        world.recognised.push(world.session(hash(1)).browser);
        for _ in 0..100 {
            world.open(hash(1));
        }
        let facts = world.facts.len();
        assert_eq!(world.open_for(hash(1), Purpose::SignIn), Err(NotOpened::TooMany));
        assert_eq!(world.facts.len(), facts, "the pending one goes on");
        assert_eq!(world.pending().len(), 1);
        world.now = world.now.plus_seconds(300);
        assert!(world.open_for(hash(1), Purpose::SignIn).is_ok());
    }
}
