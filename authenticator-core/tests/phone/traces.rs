//! What must leave no trace: the number anywhere but in the answer, and outcomes that nobody waits for.

use crate::shell::{asked, bodies, enrolled, result};
use authenticator_core::effect::{EffectKind, Key, KeyFailure, Outcome};
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::number::Digits;
use authenticator_protocol::request::paths;
use authenticator_protocol::time::Millis;

#[test]
fn the_number_stands_nowhere_else() {
    let (mut phone, mut service) = enrolled();
    let challenge =
        Challenge { digits: Digits::new(8).unwrap(), ..service.challenge(Purpose::SignIn, phone.seconds()) };
    service.put(challenge.clone(), challenge.unsigned().sign(&service.identity));
    phone.event(&mut [&mut service], Event::Refresh);
    let number = "90817263";
    assert!(!format!("{:?}", Event::NumberEntered(number.into())).contains(number));
    phone.event(&mut [&mut service], Event::NumberEntered(number.into()));
    assert!(!format!("{:?} {:#?}", phone.core, phone.core.view()).contains(number));
    phone.offline = true;
    phone.event(&mut [&mut service], Event::Approve);
    let debug = format!("{:?} {:#?} {:?}", phone.core, phone.core.view(), phone.log);
    assert!(!debug.contains(number));
    assert!(!String::from_utf8(phone.saved.clone().unwrap()).unwrap().contains(number));
    for effect in &phone.log {
        if let EffectKind::SendSocket { text, .. } = &effect.kind {
            assert!(!text.contains(number));
        }
    }
    phone.offline = false;
    phone.event(&mut [&mut service], Event::Retry);
    let posted = String::from_utf8(bodies(&service, paths::ANSWER).last().unwrap().to_vec()).unwrap();
    let payload = authenticator_protocol::code::decode(posted.split('.').nth(1).unwrap()).unwrap();
    assert!(String::from_utf8(payload).unwrap().contains(number));
}

#[test]
fn late_and_unknown_outcomes_change_nothing() {
    let (mut phone, _) = asked();
    let (before, view) = (phone.core.ignored(), phone.core.view());
    for (id, outcome) in [
        (999_999, Outcome::NoNetwork),
        (1, Outcome::Signed(vec![0; 64])),
        (0, Outcome::KeyFailed(KeyFailure::Cancelled)),
        (2, Outcome::Http { status: 200, body: b"{}".to_vec() }),
    ] {
        assert_eq!(phone.core.resolve(phone.now, id, outcome), []);
    }
    assert_eq!(phone.core.dispatch(Millis(phone.now.0 + 1), Event::TimerFired(999_999)), []);
    assert_eq!(phone.core.dispatch(Millis(phone.now.0 + 1), Event::Confirmed), []);
    assert_eq!((phone.core.ignored(), phone.core.view()), (before + 6, view));
}

#[test]
fn an_outcome_of_another_kind_changes_nothing() {
    let (mut phone, mut service) = asked();
    phone.hold_signing = Some(Key::Approval);
    phone.approve(&mut service, "47");
    let id = phone.held[0].id;
    assert_eq!(phone.core.resolve(phone.now, id, Outcome::Http { status: 200, body: Vec::new() }), []);
    phone.release(&mut [&mut service]);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
}

#[test]
fn while_the_answer_is_on_its_way_only_its_reply_tells_the_end() {
    let (mut phone, mut service) = asked();
    phone.hold = Some(paths::ANSWER);
    phone.approve(&mut service, "47");
    let id = service.asked.last().unwrap().id;
    service.end(id, End::Superseded);
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert!(matches!(phone.screen(), Screen::Working { .. }));
    phone.wait(&mut [&mut service], 91);
    assert!(matches!(phone.screen(), Screen::Working { .. }));
    phone.release(&mut [&mut service]);
    assert_eq!(result(&phone.screen()), "phone-superseded-text");

    let (mut phone, mut service) = asked();
    phone.hold = Some(paths::ANSWER);
    phone.approve(&mut service, "47");
    phone.wait(&mut [&mut service], 91);
    let id = phone.held[0].id;
    phone.outcome(&mut [&mut service], id, Outcome::NoNetwork);
    assert_eq!(result(&phone.screen()), "phone-unheard-text", "too late to try again");
}

#[test]
fn a_fetch_from_before_the_answer_does_not_bring_the_request_back() {
    let (mut phone, mut service) = asked();
    phone.hold = Some(paths::FETCH);
    phone.event(&mut [&mut service], Event::Refresh);
    let held = phone.held.pop_front().unwrap();
    let EffectKind::Post { url, body, .. } = &held.kind else { panic!("{held:?}") };
    let (status, body) = service.post(url, body, phone.now.seconds());
    phone.approve(&mut service, "47");
    phone.event(&mut [&mut service], Event::Done);
    phone.outcome(&mut [&mut service], held.id, Outcome::Http { status, body });
    assert!(matches!(phone.screen(), Screen::Accounts { waiting, .. } if waiting.is_empty()));
}
