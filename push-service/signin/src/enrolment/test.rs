//! The characters on the page, and the test approval after them (property 11).

use super::{Enrolment, Failure, Phase, expire, fail};
use crate::decision::{Change, Decision, Notice};
use crate::device::Device;
use crate::fact::{Fact, FactKind};
use crate::policy::Policy;
use crate::request::{Asked, Asker, Origin, Question, Strangers, ask};
use crate::session::{Session, SessionKey, is_live};
use crate::user::User;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::enrolment::Characters;
use authenticator_protocol::ids::{EnrolmentId, RequestId};
use authenticator_protocol::number::Number;
use authenticator_protocol::random::Random;
use authenticator_protocol::time::Millis;

/// The characters that a user typed on the page.
#[derive(Clone, Debug)]
pub struct TypeCharacters {
    /// On whose page.
    pub session: SessionKey,
    /// Which enrolment that page shows.
    pub enrolment: EnrolmentId,
    /// What was typed.
    pub typed: Characters,
    /// Where the page is, for the test's challenge.
    pub origin: Origin,
    /// The organisation's name, for the challenge.
    pub organisation: String,
    /// What the test is shown to be for: the organisation's page.
    pub application: String,
}

/// What became of typed characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// They were right: this is the test.
    Right(RequestId),
    /// They were wrong; so many tries are left. With none left the enrolment has failed.
    Wrong {
        /// How many.
        left: u32,
    },
    /// The page was an older one: a newer enrolment has begun, and loses no try.
    OtherEnrolment,
    /// There is nothing to type them for.
    NothingToType,
}

/// On which page characters were typed, as it was read.
#[derive(Clone, Copy)]
pub struct Typing<'a> {
    /// The session whose page it is.
    pub session: &'a Session,
    /// Its user.
    pub user: &'a User,
    /// The enrolment that `Session::enrolment` names.
    pub enrolment: &'a Enrolment,
    /// The device that registered in it; `None` before that.
    pub device: Option<&'a Device>,
    /// The user's pending requests, of all browsers.
    pub pending: &'a [Asked],
    /// Whether a number is one of this user's that is pending or ended within [`crate::request::NUMBER_MEMORY`].
    pub taken: &'a dyn Fn(&Number) -> bool,
}

/// Tries at the characters: three in 2^20.
const TRIES: u32 = 3;

/// Right characters open the test, which only the new device is asked.
pub fn type_characters(
    typed: &TypeCharacters,
    typing: &Typing<'_>,
    policy: &Policy,
    now: Millis,
    random: &mut dyn Random,
) -> Decision<Typed> {
    let Typing { session, user, enrolment, device, .. } = *typing;
    if !is_live(session, user, policy, now) || enrolment.session != session.key {
        return Decision::nothing(Typed::NothingToType);
    }
    if enrolment.id != typed.enrolment {
        return Decision::nothing(Typed::OtherEnrolment);
    }
    let (claimed, characters, wrong) = match (&enrolment.phase, device) {
        (Phase::Registered { .. }, _) if now >= enrolment.expires => {
            return expire(enrolment, None, now).map(|_| Typed::NothingToType);
        }
        (Phase::Registered { claimed, characters, wrong }, Some(device)) if device.id == claimed.device => {
            (claimed, characters, *wrong)
        }
        _ => return Decision::nothing(Typed::NothingToType),
    };
    let fact = |kind| Fact {
        device: Some(claimed.device),
        address: typed.origin.known_address(),
        ..enrolment.fact(kind)
    };
    // Characters compare in constant time.
    if typed.typed == *characters {
        let mut decision = Decision::nothing(());
        decision.record(fact(FactKind::EnrolmentCharacters));
        let became = decision.absorb(test(typed, typing, policy, now, random));
        return decision.map(|()| became);
    }
    let wrong = wrong + 1;
    let left = TRIES.saturating_sub(wrong);
    let mut decision = Decision::nothing(Typed::Wrong { left });
    decision.record(fact(FactKind::EnrolmentWrongCharacters));
    if left == 0 {
        decision.absorb(fail(enrolment, Failure::WrongCharacters, now));
    } else {
        let phase = Phase::Registered { claimed: claimed.clone(), characters: characters.clone(), wrong };
        decision.write(Change::SetPhase(enrolment.id, Box::new(phase)));
        decision.tell(Notice::Enrolment(enrolment.id));
    }
    decision
}

/// Opens the test; it does not outlive the enrolment.
fn test(
    typed: &TypeCharacters,
    typing: &Typing<'_>,
    policy: &Policy,
    now: Millis,
    random: &mut dyn Random,
) -> Decision<Typed> {
    let Typing { enrolment, device: Some(device), .. } = *typing else {
        return Decision::nothing(Typed::NothingToType);
    };
    let question = Question {
        user: typing.session.user,
        asker: Asker::Session { key: typing.session.key, browser: typing.session.browser },
        purpose: &Purpose::ConfirmTest,
        enrolment: Some(enrolment.id),
        application: &typed.application,
        organisation: &typed.organisation,
        origin: &typed.origin,
        message: None,
        devices: &[device],
        pending: typing.pending,
        taken: typing.taken,
        strangers: &Strangers::default(),
        digits: policy.digits,
        until: now.seconds().millis().plus_seconds(policy.lifetime).min(enrolment.expires),
    };
    let mut decision = ask(question, now, random);
    let Some(request) = decision.value.as_ref().map(|request| request.id) else {
        return fail(enrolment, Failure::TestFailed, now).map(|_| Typed::NothingToType);
    };
    let phase = Phase::Testing { device: device.id, model: device.model.clone(), request };
    decision.write(Change::SetPhase(enrolment.id, Box::new(phase)));
    decision.tell(Notice::Enrolment(enrolment.id));
    decision.map(|_| Typed::Right(request))
}

/// The number of the test came back under the approval key: the device counts from now on. The app method counts
/// again if it was locked: the user has enrolled anew (property 3).
pub(crate) fn confirm(enrolment: &Enrolment, user: &User, device: &Device, now: Millis) -> Decision<()> {
    let mut decision = Decision::nothing(());
    let phase = Phase::Done { device: device.id, model: device.model.clone() };
    decision.write(Change::SetPhase(enrolment.id, Box::new(phase)));
    decision.write(Change::ConfirmDevice(device.id, now));
    let fact =
        |kind| Fact { device: Some(device.id), detail: Some(device.model.clone()), ..enrolment.fact(kind) };
    decision.record(fact(FactKind::DeviceConfirmed));
    if user.first_confirmed.is_none() {
        decision.write(Change::SetFirstConfirmed(user.id, now));
    }
    if user.app_locked {
        decision.write(Change::SetAppLocked(user.id, false));
        decision.record(fact(FactKind::AppUnlocked));
    }
    decision.tell(Notice::Enrolment(enrolment.id));
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceState;
    use crate::session::Level;
    use crate::world::{Phone, Seeded, World, hash};
    use authenticator_protocol::answer::End;
    use authenticator_protocol::ids::{DeviceId, EnrolmentId};

    fn registered() -> (World, EnrolmentId, DeviceId) {
        let mut world = World::new();
        let id = world.open_enrolment(hash(1), true, 1).unwrap();
        world.claim(id, &Phone(5).claim()).unwrap();
        let device = world.register(&world.registration(id, Phone(5))).unwrap();
        (world, id, device)
    }
    fn wrong(world: &World, id: EnrolmentId) -> Characters {
        let shown = world.shown(id);
        ["0000", "1111"]
            .map(|text| Characters::typed(text).unwrap())
            .into_iter()
            .find(|it| *it != shown)
            .unwrap()
    }

    #[test]
    fn right_characters_ask_the_new_device_alone() {
        let (mut world, id, device) = registered();
        world.add_device(1, DeviceState::Active);
        let Typed::Right(test) = world.type_characters(hash(1), world.shown(id)) else { panic!() };
        let asked = world.asked(test);
        assert_eq!(asked.devices, [device]);
        assert_eq!((asked.request.purpose, asked.request.enrolment), (Purpose::ConfirmTest, Some(id)));
        assert_eq!(world.session(hash(1)).request, Some(test));
        assert_eq!(world.notices, [Notice::Wake(device), Notice::Enrolment(id)]);
        let phase = Phase::Testing { device, model: "Phone 5".into(), request: test };
        assert_eq!(world.enrolment(id).phase, phase);
        assert_eq!(world.device(device).state, DeviceState::Unconfirmed, "the number is still to come");
        assert_eq!(
            (world.count(FactKind::EnrolmentCharacters), world.count(FactKind::RequestOpened)),
            (1, 1)
        );
    }

    /// Somebody with the password opens an enrolment while nothing is registered, and waits for the owner to finish.
    #[test]
    fn of_two_first_registrations_only_one_is_the_first() {
        let mut world = World::new();
        world.policy.first_by_password = true;
        world.add_session(2, Level::Password, 2);
        let mut under_way = |session, phone: Phone, n| {
            let id = world.open_enrolment(session, false, n).unwrap();
            world.claim(id, &phone.claim()).unwrap();
            let device = world.register(&world.registration(id, phone)).unwrap();
            let Typed::Right(test) = world.type_characters(session, world.shown(id)) else { panic!() };
            (device, test)
        };
        let (own, own_test) = under_way(hash(1), Phone(5), 1);
        let (other, other_test) = under_way(hash(2), Phone(6), 2);
        assert_eq!(world.approve(own, own_test).unwrap().end, End::Approved);
        assert_eq!(world.approve(other, other_test).unwrap().end, End::Failed);
        assert_eq!(world.device(own).state, DeviceState::Active);
        assert_eq!(world.device(other).state, DeviceState::Ended);
    }

    /// The owner replaces a lost phone on a trusted network; somebody else there has an enrolment open as well.
    #[test]
    fn of_two_enrolments_without_an_approval_only_one_is_finished() {
        let mut world = World::new();
        world.user.first_confirmed = Some(Millis(1));
        world.add_session(2, Level::Password, 2);
        let (_, own, own_test) = world.enrol_to_test(hash(1), Phone(5), 1);
        let (_, other, other_test) = world.enrol_to_test(hash(2), Phone(6), 2);
        assert_eq!(world.approve(own, own_test).unwrap().end, End::Approved);
        assert_eq!(world.approve(other, other_test).unwrap().end, End::Failed);
        assert_eq!(world.device(other).state, DeviceState::Ended);
    }

    #[test]
    fn three_tries() {
        let (mut world, id, device) = registered();
        let wrong = wrong(&world, id);
        assert_eq!(world.type_characters(hash(1), wrong.clone()), Typed::Wrong { left: 2 });
        assert_eq!(world.type_characters(hash(1), wrong.clone()), Typed::Wrong { left: 1 });
        let right = world.shown(id);
        assert_eq!(world.type_characters(hash(1), wrong), Typed::Wrong { left: 0 });
        assert_eq!(world.enrolment(id).phase, Phase::Failed(Failure::WrongCharacters));
        assert_eq!(world.device(device).state, DeviceState::Ended);
        assert!(world.told(Notice::DeviceEnded(device)) && world.told(Notice::Enrolment(id)));
        assert_eq!(world.type_characters(hash(1), right), Typed::NothingToType);
        assert_eq!(world.count(FactKind::EnrolmentWrongCharacters), 3);
        assert!(world.requests.is_empty());
    }

    #[test]
    fn the_third_try_may_be_right() {
        let (mut world, id, _) = registered();
        let wrong = wrong(&world, id);
        world.type_characters(hash(1), wrong.clone());
        world.type_characters(hash(1), wrong);
        assert!(matches!(world.type_characters(hash(1), world.shown(id)), Typed::Right(_)));
    }

    #[test]
    fn an_older_page_uses_up_no_try() {
        let (mut world, id, _) = registered();
        let older = EnrolmentId::from_bytes([99; 16]);
        for typed in [wrong(&world, id), world.shown(id)] {
            let before = world.enrolment(id).clone();
            assert_eq!(world.type_characters_on(hash(1), older, typed), Typed::OtherEnrolment);
            assert_eq!(world.enrolment(id).phase, before.phase);
        }
        assert_eq!(world.count(FactKind::EnrolmentWrongCharacters), 0);
    }

    #[test]
    fn only_on_its_own_page_and_in_time() {
        let (mut world, id, device) = registered();
        let right = world.shown(id);
        world.add_session(2, Level::Approved, 1);
        world.sessions[1].enrolment = Some(id);
        assert_eq!(world.type_characters(hash(2), right.clone()), Typed::NothingToType);
        world.sessions[0].ended = Some(world.now);
        assert_eq!(world.type_characters(hash(1), right.clone()), Typed::NothingToType);
        world.sessions[0].ended = None;
        world.now = world.enrolment(id).expires;
        assert_eq!(world.type_characters(hash(1), right), Typed::NothingToType);
        assert_eq!(world.enrolment(id).phase, Phase::Failed(Failure::Expired));
        assert_eq!(world.device(device).state, DeviceState::Ended);
        let mut world = World::new();
        world.open_enrolment(hash(1), true, 1).unwrap();
        let early = Characters::typed("0000").unwrap();
        assert_eq!(world.type_characters(hash(1), early), Typed::NothingToType);
    }

    #[test]
    fn no_other_device_is_tested() {
        let (mut world, id, _) = registered();
        let other = world.add_device(1, DeviceState::Active);
        let typed = TypeCharacters {
            session: hash(1),
            enrolment: id,
            typed: world.shown(id),
            origin: Origin::default(),
            organisation: "Region X".into(),
            application: "Region X".into(),
        };
        let typing = Typing {
            session: world.session(hash(1)),
            user: &world.user,
            enrolment: world.enrolment(id),
            device: Some(world.device(other)),
            pending: &[],
            taken: &|_| false,
        };
        let decision = type_characters(&typed, &typing, &world.policy, world.now, &mut Seeded(1));
        assert!(decision.value == Typed::NothingToType && decision.changes.is_empty());
    }

    #[test]
    fn the_test_does_not_outlive_the_enrolment() {
        let (mut world, id, _) = registered();
        world.now = Millis(world.enrolment(id).expires.0 - 30_500);
        let Typed::Right(test) = world.type_characters(hash(1), world.shown(id)) else { panic!() };
        assert_eq!(world.request(test).expires, world.enrolment(id).expires);
    }

    #[test]
    fn the_test_supersedes_what_the_browser_had_open() {
        let mut world = World::new();
        world.add_device(1, DeviceState::Active);
        world.sessions[0].level = Level::Approved;
        let id = world.open_enrolment(hash(1), false, 1).unwrap();
        world.claim(id, &Phone(5).claim()).unwrap();
        world.register(&world.registration(id, Phone(5))).unwrap();
        let older = world.open(hash(1));
        world.type_characters(hash(1), world.shown(id));
        assert_eq!(world.request(older).ended.unwrap().end, End::Superseded);
    }

    #[test]
    fn a_phone_that_saw_the_screen_cannot_finish() {
        // Whoever filmed the code and scanned first makes other characters than the phone in the hand would show.
        let (mut world, id, _) = registered();
        let thiefs = world.shown(id);
        let (owners, _, _) = {
            let (mut world, id, device) = (World::new(), EnrolmentId::from_bytes([1; 16]), ());
            world.open_enrolment(hash(1), true, 1).unwrap();
            world.claim(id, &Phone(6).claim()).unwrap();
            world.register(&world.registration(id, Phone(6))).unwrap();
            (world.shown(id), id, device)
        };
        assert_ne!(thiefs, owners);
        assert_eq!(world.type_characters(hash(1), owners), Typed::Wrong { left: 2 });
    }
}
