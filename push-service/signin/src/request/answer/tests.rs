//! The rule of answers, case by case.

use super::*;
use crate::Notice;
use crate::session::Level;
use crate::world::{Phone, World, hash};

fn yes(number: &Number) -> Says {
    Says::Yes(number.clone())
}
fn reply(end: End, counted: bool) -> Result<AnswerReply, NotTaken> {
    Ok(AnswerReply { end, counted })
}
/// Two devices and a request.
fn asked() -> (World, [DeviceId; 2], authenticator_protocol::ids::RequestId) {
    let mut world = World::new();
    let devices = [1, 2].map(|n| world.add_device(n, DeviceState::Active));
    let id = world.open(hash(1));
    (world, devices, id)
}

#[test]
fn the_right_number_approves_and_the_other_device_hears_of_it() {
    let (mut world, [one, two], id) = asked();
    world.user.failures = Failures { in_row: 3, today: 4, day: 11 };
    assert_eq!(world.approve(one, id), reply(End::Approved, true));
    assert_eq!(world.request(id).ended.unwrap().by, Some(one));
    assert_eq!(world.notices, [Notice::Request(id), Notice::Wake(two)]);
    assert_eq!(world.user.failures, Failures { in_row: 0, today: 4, day: 11 });
    assert_eq!(world.device(one).last_used, Some(world.now));
    assert_eq!(world.count(FactKind::RequestApproved), 1);
    assert_eq!(world.deny(two, id), reply(End::Approved, false));
    let (world, [one, _], id) = asked();
    let right = world.decide(&world.said(one, id, yes(&world.number(id)), 1));
    assert!(
        !right.changes.iter().any(|change| matches!(change, Change::SetFailures(..))),
        "nothing to reset"
    );
}

#[test]
fn a_no_ends_it_for_all() {
    for (reason, end) in [(DenialReason::Cancelled, End::Denied), (DenialReason::NotMe, End::Reported)] {
        let (mut world, [one, two], id) = asked();
        world.user.failures.in_row = 3;
        assert_eq!(world.say(one, id, Says::No(reason)), reply(end, true));
        assert_eq!(world.approve(two, id), reply(end, false));
        assert_eq!(world.user.failures.in_row, 3, "neither counted nor reset");
        assert_eq!(world.device(one).last_used, None);
    }
}

#[test]
fn the_same_answer_gets_the_same_reply_and_another_does_not() {
    let (mut world, [one, _], id) = asked();
    let right = world.said(one, id, yes(&world.number(id)), 1);
    assert_eq!(world.answer(&right), reply(End::Approved, true));
    world.now = world.now.plus_seconds(1000);
    let again = world.decide(&right);
    assert_eq!(again.value, reply(End::Approved, true));
    assert!(again.changes.is_empty() && again.facts.is_empty() && again.notices.is_empty());
    let other = world.said(one, id, Says::No(DenialReason::NotMe), 2);
    assert_eq!(world.answer(&other), reply(End::Approved, false));
    assert_eq!(world.answer(&right), reply(End::Approved, true));
}

#[test]
fn from_its_end_on_no_answer_counts() {
    let (mut world, [one, _], id) = asked();
    let right = world.said(one, id, yes(&world.number(id)), 1);
    world.now = Millis(world.request(id).expires.0 - 1);
    assert_eq!(world.decide(&right).value, reply(End::Approved, true));
    world.now = world.request(id).expires;
    assert_eq!(world.answer(&right), reply(End::Expired, false));
    assert_eq!(world.request(id).ended.unwrap().end, End::Expired);
    assert_eq!(world.count(FactKind::RequestExpired), 1);
    assert_eq!(world.answer(&right), reply(End::Expired, false));
}

#[test]
fn only_the_device_that_was_asked_may_answer_what_it_saw() {
    let (mut world, [one, two], id) = asked();
    let number = world.number(id);
    let mut other_device = world.said(one, id, yes(&number), 1);
    other_device.device = two;
    assert_eq!(world.answer(&other_device), Err(NotTaken::Unknown));
    let mut other_bytes = world.said(one, id, yes(&number), 1);
    other_bytes.hash = hash(0);
    assert_eq!(world.answer(&other_bytes), Err(NotTaken::Mismatch));
    world.devices[0].state = DeviceState::Ended;
    assert_eq!(world.approve(one, id), Err(NotTaken::DeviceEnded));
    world.devices[1].state = DeviceState::Unconfirmed;
    assert_eq!(world.approve(two, id), Err(NotTaken::Unknown));
    assert!(world.request(id).is_pending(world.now));
    assert_eq!(world.count(FactKind::RequestWrongNumber), 0);
}

#[test]
fn one_wrong_number_ends_it_for_all_and_counts() {
    let (mut world, [one, two], id) = asked();
    let wrong = world.wrong();
    assert_eq!(world.say(one, id, yes(&wrong)), reply(End::WrongNumber, true));
    assert_eq!(world.approve(two, id), reply(End::WrongNumber, false));
    let day = world.now.seconds().0 / 86_400;
    assert_eq!(world.user.failures, Failures { in_row: 1, today: 1, day });
    assert!(!world.user.app_locked);
}

#[test]
fn the_number_of_another_recent_request_is_a_mix_up() {
    let (mut world, [one, _], id) = asked();
    world.add_session(2, Level::Password, 2);
    let other = world.open(hash(2));
    let mixed_up = world.number(other);
    assert_eq!(world.say(one, id, yes(&mixed_up)), reply(End::WrongNumber, true));
    assert_eq!(world.user.failures, Failures::default());
    assert!(world.request(other).is_pending(world.now));
    // Five minutes after its end it is a number like any other.
    world.deny(one, other).unwrap();
    world.now = world.now.plus_seconds(299);
    let id = world.open(hash(1));
    assert_eq!(world.say(one, id, yes(&mixed_up)), reply(End::WrongNumber, true));
    assert_eq!(world.user.failures.in_row, 0);
    world.now = world.now.plus_seconds(1);
    let id = world.open(hash(1));
    if world.number(id) != mixed_up {
        world.say(one, id, yes(&mixed_up)).unwrap();
        assert_eq!(world.user.failures.in_row, 1);
    }
}

#[test]
fn either_limit_locks_the_app_method() {
    let one_day = |policy: &Policy, failures| {
        let (mut world, [one, _], id) = asked();
        world.policy = policy.clone();
        world.user.failures = failures;
        let wrong = world.wrong();
        world.say(one, id, yes(&wrong)).unwrap();
        assert_eq!(world.count(FactKind::AppLocked), usize::from(world.user.app_locked));
        world.user.app_locked
    };
    let policy = Policy::default();
    let day = 1_000_000 / 86_400;
    assert!(!one_day(&policy, Failures { in_row: 8, today: 18, day }));
    assert!(one_day(&policy, Failures { in_row: 9, today: 9, day }));
    assert!(one_day(&policy, Failures { in_row: 0, today: 19, day }));
    assert!(!one_day(&policy, Failures { in_row: 0, today: 19, day: day - 1 }), "a new day");
    assert!(one_day(&Policy { wrong_in_row: 1, ..policy }, Failures::default()));
}

#[test]
fn a_lock_or_a_disabled_user_stops_what_is_pending_but_for_a_no() {
    for stop in
        [|world: &mut World| world.user.app_locked = true, |world: &mut World| world.user.disabled = true]
    {
        let (mut world, [one, _], id) = asked();
        stop(&mut world);
        assert_eq!(world.approve(one, id), reply(End::Failed, false));
        assert_eq!(world.request(id).ended.unwrap().end, End::Failed);
        let (mut world, [one, _], id) = asked();
        stop(&mut world);
        assert_eq!(world.say(one, id, Says::No(DenialReason::NotMe)), reply(End::Reported, true));
    }
}

#[test]
fn a_test_makes_the_device_count_and_unlocks() {
    let mut world = World::new();
    world.user.app_locked = true;
    world.user.failures.in_row = 10;
    let (enrolment, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
    assert_eq!(world.approve(device, test), reply(End::Approved, true));
    assert_eq!(world.device(device).state, DeviceState::Active);
    assert!(matches!(world.enrolment(enrolment).phase, Phase::Done { device: it, .. } if it == device));
    assert_eq!(world.user.first_confirmed, Some(world.now));
    assert!(!world.user.app_locked && world.user.failures.in_row == 0);
    assert_eq!(world.notices, [Notice::Request(test), Notice::Enrolment(enrolment)]);
    for kind in [FactKind::RequestApproved, FactKind::DeviceConfirmed, FactKind::AppUnlocked] {
        assert_eq!(world.count(kind), 1, "{kind:?}");
    }
}

#[test]
fn the_first_time_is_once() {
    let mut world = World::new();
    let (_, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
    world.user.first_confirmed = Some(Millis(5));
    world.approve(device, test).unwrap();
    assert_eq!(world.user.first_confirmed, Some(Millis(5)));
    assert_eq!(world.count(FactKind::AppUnlocked), 0);
}

#[test]
fn a_test_that_is_not_approved_ends_the_device() {
    for says in [|world: &World| yes(&world.wrong()), |_: &World| Says::No(DenialReason::Cancelled)] {
        let mut world = World::new();
        let (enrolment, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
        let says = says(&world);
        assert!(world.say(device, test, says).unwrap().counted);
        assert_eq!(world.device(device).state, DeviceState::Ended);
        assert_eq!(world.enrolment(enrolment).phase, Phase::Failed(enrolment::Failure::TestFailed));
        assert!(world.told(Notice::DeviceEnded(device)) && world.told(Notice::Enrolment(enrolment)));
        assert_eq!(world.user.first_confirmed, None);
    }
}

#[test]
fn a_lock_is_on_record_once() {
    let mut world = World::new();
    world.user.app_locked = true;
    world.user.failures.in_row = 10;
    let (_, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
    let wrong = world.wrong();
    world.say(device, test, yes(&wrong)).unwrap();
    assert!(world.user.app_locked && world.user.failures.in_row == 11);
    assert_eq!(world.count(FactKind::AppLocked), 0);
}

#[test]
fn a_test_without_its_enrolment_confirms_nothing() {
    let mut world = World::new();
    let (_, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
    world.enrolments[0].phase = Phase::Failed(enrolment::Failure::Cancelled);
    assert_eq!(world.approve(device, test), reply(End::Failed, false));
    assert_eq!(world.device(device).state, DeviceState::Unconfirmed);
}
