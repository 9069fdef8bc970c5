//! Answering a request.

use crate::shell::{Phone, answers, asked, enrolled, result};
use authenticator_core::effect::{Key, KeyFailure};
use authenticator_core::event::Event;
use authenticator_core::screen::{Fact, Mood, Screen, Value};
use authenticator_core::text::Text;
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::number::Digits;
use authenticator_protocol::problem::Code;

fn notice(phone: &Phone) -> Option<String> {
    match phone.screen() {
        Screen::Approve { notice, .. } => notice.map(|text| text.key),
        other => panic!("not a question: {other:?}"),
    }
}

#[test]
fn everything_that_was_signed_is_shown() {
    let (mut phone, mut service) = enrolled();
    let challenge = Challenge {
        message: Some("Reading room 3".into()),
        recognised: false,
        digits: Digits::new(3).unwrap(),
        ..service.challenge(Purpose::AddDevice { model: "iPhone 15".into() }, phone.seconds())
    };
    service.put(challenge.clone(), challenge.unsigned().sign(&service.identity));
    phone.event(&mut [&mut service], Event::Refresh);
    let view = phone.core.view();
    assert!(view.secure);
    assert_eq!(view.changes_at, Some(challenge.exp.millis()));
    assert_eq!(view.announce, Some(Text::with("phone-purpose-add-device", &[("device", "iPhone 15")])));
    let Screen::Approve { sender, facts, digits, ready, others, .. } = view.screen else { panic!() };
    assert_eq!((sender.organisation.as_str(), sender.colour.as_str()), ("Region X", "#005ea5"));
    assert_eq!((digits, ready, others), (3, false, 0));
    let text = |key: &str| Value::Text(Text::plain(key));
    let name = |name: &str| Value::Name(name.into());
    let expected = [
        (
            "phone-fact-purpose",
            Value::Text(Text::with("phone-purpose-add-device", &[("device", "iPhone 15")])),
        ),
        ("phone-fact-to", name("MyApps")),
        (
            "phone-fact-from",
            Value::Text(Text::with("phone-from", &[("browser", "Firefox"), ("system", "Windows")])),
        ),
        ("phone-fact-browser", text("phone-fact-unknown-browser")),
        ("phone-fact-place", name("Gävle")),
        ("phone-fact-address", name("192.0.2.7")),
        ("phone-fact-time", Value::Moment(challenge.iat.millis())),
        ("phone-fact-message", name("Reading room 3")),
    ]
    .map(|(label, value)| Fact { label: Text::plain(label), value });
    assert_eq!(facts, expected);
    phone.approve(&mut service, "47");
    assert!(matches!(phone.screen(), Screen::Approve { ready: false, .. }));
    assert_eq!(answers(&service), 1, "two of three digits are no answer");
}

#[test]
fn an_unknown_browser_leaves_no_holes() {
    for (browser, system, from) in [
        (None, None, Value::Text(Text::plain("phone-from-unknown"))),
        (None, Some("Windows"), Value::Name("Windows".into())),
        (Some("Firefox"), None, Value::Name("Firefox".into())),
    ] {
        let (mut phone, mut service) = enrolled();
        let challenge = Challenge {
            browser: browser.map(str::to_owned),
            system: system.map(str::to_owned),
            ..service.challenge(Purpose::SignIn, phone.seconds())
        };
        service.put(challenge.clone(), challenge.unsigned().sign(&service.identity));
        phone.event(&mut [&mut service], Event::Refresh);
        let Screen::Approve { facts, .. } = phone.screen() else { panic!() };
        assert!(facts.iter().any(|fact| fact.label.key == "phone-fact-from" && fact.value == from));
        phone.approve(&mut service, "47");
        assert_eq!(result(&phone.screen()), "phone-approved-unknown-browser-text");
    }
}

#[test]
fn every_purpose_has_a_title_and_an_end() {
    for (purpose, title, end) in [
        (Purpose::SignIn, "phone-approve-title", "phone-approved-text"),
        (Purpose::TrustBrowser { days: 14 }, "phone-purpose-trust-browser-days", "phone-approved-other-text"),
        (Purpose::OpenSecurity, "phone-purpose-open-security", "phone-approved-other-text"),
        (Purpose::EnablePhoneSignIn, "phone-purpose-enable-phone-sign-in", "phone-approved-other-text"),
        (Purpose::ResetPassword, "phone-purpose-reset-password", "phone-approved-other-text"),
    ] {
        let (mut phone, mut service) = enrolled();
        service.ask(purpose, phone.seconds());
        phone.event(&mut [&mut service], Event::Refresh);
        assert_eq!(phone.core.view().announce.unwrap().key, title);
        phone.approve(&mut service, "47");
        assert_eq!(result(&phone.screen()), end);
    }
}

#[test]
fn yes_takes_the_number_and_the_approval_key() {
    let (mut phone, mut service) = asked();
    phone.event(&mut [&mut service], Event::Approve);
    phone.approve(&mut service, "4");
    assert_eq!(answers(&service), 1, "only the test approval");
    phone.event(&mut [&mut service], Event::NumberEntered("4x7 9".into()));
    let Screen::Approve { entered, ready, .. } = phone.screen() else { panic!() };
    assert_eq!((&entered[..], ready), ("47", true));
    phone.event(&mut [&mut service], Event::Approve);
    let Screen::Result { mood, title, retry, .. } = phone.screen() else { panic!() };
    assert_eq!((mood, title.key.as_str(), retry), (Mood::Good, "phone-approved-title", false));
    assert_eq!(phone.signed.iter().map(|signing| signing.key).collect::<Vec<_>>(), [Key::Approval]);
    phone.event(&mut [&mut service], Event::Done);
    assert!(matches!(phone.screen(), Screen::Accounts { .. }));
}

#[test]
fn no_takes_one_tap_and_the_device_key() {
    for (event, end, key) in [
        (Event::NotMe, End::Reported, "phone-reported-text"),
        (Event::CancelSignIn, End::Denied, "phone-cancelled-text"),
    ] {
        let (mut phone, mut service) = asked();
        phone.event(&mut [&mut service], event);
        assert_eq!(result(&phone.screen()), key);
        assert_eq!(service.asked.last().unwrap().end, Some((end, true)));
        assert_eq!(phone.keys_for("styrk-denial+jws"), [Key::Device]);
        assert_eq!(phone.keys_for("styrk-approval+jws"), []);
    }
}

#[test]
fn each_end_is_told() {
    for (end, key) in [
        (End::Approved, "phone-ended-elsewhere-text"),
        (End::Denied, "phone-ended-elsewhere-text"),
        (End::Reported, "phone-ended-elsewhere-text"),
        (End::WrongNumber, "phone-ended-elsewhere-text"),
        (End::Expired, "phone-expired-text"),
        (End::Cancelled, "phone-cancelled-text"),
        (End::Superseded, "phone-superseded-text"),
        (End::Failed, "phone-ended-failed-text"),
    ] {
        // By the answer's reply, and by a fetch while the user is reading.
        for answering in [true, false] {
            let (mut phone, mut service) = asked();
            let id = service.asked.last().unwrap().id;
            service.end(id, end);
            if answering {
                phone.approve(&mut service, "47");
            } else {
                phone.event(&mut [&mut service], Event::Refresh);
            }
            assert_eq!(result(&phone.screen()), key, "{end:?}");
            phone.event(&mut [&mut service], Event::Done);
            assert!(matches!(phone.screen(), Screen::Accounts { .. }));
        }
    }
    let (mut phone, mut service) = asked();
    phone.approve(&mut service, "48");
    assert_eq!(result(&phone.screen()), "phone-wrong-number-text");
}

#[test]
fn a_prompt_that_was_closed() {
    for (failure, key, kept) in [
        (KeyFailure::Cancelled, "phone-error-key-cancelled", "47"),
        (KeyFailure::LockedOut, "phone-error-key-locked", ""),
        (KeyFailure::Invalidated, "phone-error-key-gone", ""),
        (KeyFailure::NoScreenLock, "phone-error-no-screen-lock", ""),
        (KeyFailure::Failed, "phone-error-key-use", ""),
    ] {
        let (mut phone, mut service) = asked();
        let before = service.arrived.len();
        phone.key_failure = Some((Key::Approval, failure));
        phone.approve(&mut service, "47");
        assert_eq!(notice(&phone).as_deref(), Some(key));
        assert!(matches!(phone.screen(), Screen::Approve { entered, .. } if &entered[..] == kept));
        assert_eq!(service.arrived.len(), before, "nothing was sent");
        phone.key_failure = None;
        phone.approve(&mut service, "47");
        assert_eq!(result(&phone.screen()), "phone-approved-text");
    }
}

#[test]
fn a_new_prompt_takes_the_notice_of_the_last_one_back() {
    let (mut phone, mut service) = asked();
    phone.key_failure = Some((Key::Approval, KeyFailure::Cancelled));
    phone.approve(&mut service, "47");
    phone.key_failure = None;
    phone.hold_signing = Some(Key::Approval);
    phone.event(&mut [&mut service], Event::Approve);
    assert_eq!(notice(&phone), None);
    assert!(matches!(phone.screen(), Screen::Approve { ready: false, .. }), "one prompt at a time");
}

#[test]
fn a_signature_that_does_not_verify_is_not_sent() {
    let (mut phone, mut service) = asked();
    let before = service.arrived.len();
    phone.wrong_key = true;
    phone.approve(&mut service, "47");
    assert_eq!(notice(&phone).as_deref(), Some("phone-error-key-use"));
    assert_eq!(service.arrived.len(), before);
}

#[test]
fn a_busy_service_can_be_tried_again() {
    for code in [Code::TooMany, Code::Unavailable, Code::Internal] {
        let (mut phone, mut service) = asked();
        service.refuse.push(code);
        phone.approve(&mut service, "47");
        assert_eq!(result(&phone.screen()), "phone-error-server");
        phone.event(&mut [&mut service], Event::Retry);
        assert_eq!(result(&phone.screen()), "phone-approved-text");
    }
    let (mut phone, mut service) = asked();
    service.refuse.push(Code::Unsupported);
    phone.approve(&mut service, "47");
    assert_eq!(result(&phone.screen()), "phone-error-update");
}

#[test]
fn time_runs_out_while_the_user_types() {
    let (mut phone, mut service) = asked();
    phone.event(&mut [&mut service], Event::NumberEntered("4".into()));
    phone.wait(&mut [&mut service], 89);
    assert!(matches!(phone.screen(), Screen::Approve { .. }));
    phone.wait(&mut [&mut service], 1);
    assert_eq!(result(&phone.screen()), "phone-expired-text");

    // Even when the service no longer speaks of it.
    let (mut phone, mut service) = asked();
    service.asked.clear();
    phone.event(&mut [&mut service], Event::NetworkBack);
    phone.wait(&mut [&mut service], 90);
    assert_eq!(result(&phone.screen()), "phone-expired-text");
}

#[test]
fn a_phone_that_slept_through_the_timer() {
    let (mut phone, mut service) = asked();
    phone.event(&mut [&mut service], Event::NumberEntered("47".into()));
    phone.now = phone.now.plus_seconds(100);
    phone.event(&mut [&mut service], Event::Approve);
    assert_eq!(result(&phone.screen()), "phone-expired-text");
    assert_eq!(answers(&service), 1, "only the test approval");
}

#[test]
fn a_newer_request_does_not_take_the_screen() {
    let (mut phone, mut service) = asked();
    phone.event(&mut [&mut service], Event::NumberEntered("4".into()));
    phone.now = phone.now.plus_seconds(1);
    service.ask(Purpose::OpenSecurity, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    let Screen::Approve { title, entered, notice, others, .. } = phone.screen() else { panic!() };
    assert_eq!((title.key.as_str(), &entered[..], others), ("phone-approve-title", "4", 1));
    assert_eq!(notice, Some(Text::with("phone-approve-many", &[("count", "2")])));
    phone.event(&mut [&mut service], Event::NumberEntered("4".into()));
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert!(matches!(phone.screen(), Screen::Approve { notice: None, .. }), "said once");
    phone.approve(&mut service, "47");
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(result(&phone.screen()), "phone-approved-text", "known before: it waits");
    phone.event(&mut [&mut service], Event::Done);
    assert!(
        matches!(phone.screen(), Screen::Approve { title, .. } if title.key == "phone-purpose-open-security")
    );
}

#[test]
fn the_newer_request_follows_the_one_that_it_replaced() {
    let (mut phone, mut service) = asked();
    let old = service.asked.last().unwrap().id;
    service.end(old, End::Superseded);
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(result(&phone.screen()), "phone-superseded-text");
    phone.event(&mut [&mut service], Event::Done);
    assert!(matches!(phone.screen(), Screen::Approve { .. }));
}

#[test]
fn a_new_try_replaces_the_result_of_the_last() {
    let (mut phone, mut service) = asked();
    phone.approve(&mut service, "48");
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    assert!(matches!(phone.screen(), Screen::Approve { .. }));
}

#[test]
fn turning_back_sets_the_request_aside() {
    let (mut phone, mut service) = asked();
    phone.event(&mut [&mut service], Event::NumberEntered("47".into()));
    phone.event(&mut [&mut service], Event::Back);
    let Screen::Accounts { waiting, .. } = phone.screen() else { panic!() };
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert!(matches!(phone.screen(), Screen::Accounts { .. }));
    phone.event(&mut [&mut service], Event::OpenRequest(waiting[0].id.clone()));
    assert!(matches!(phone.screen(), Screen::Approve { entered, .. } if entered.is_empty()));
}

#[test]
fn the_request_ends_while_the_prompt_is_open() {
    let (mut phone, mut service) = asked();
    phone.hold_signing = Some(Key::Approval);
    phone.approve(&mut service, "47");
    let id = service.asked.last().unwrap().id;
    service.end(id, End::Superseded);
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert_eq!(result(&phone.screen()), "phone-superseded-text");
    let before = (phone.core.ignored(), service.arrived.len());
    phone.release(&mut [&mut service]);
    assert_eq!((phone.core.ignored(), service.arrived.len()), (before.0 + 1, before.1));
}
