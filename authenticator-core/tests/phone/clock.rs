//! A phone whose clock is wrong (property 8), and an organisation whose requests never end.

use crate::service::Service;
use crate::shell::{Phone, answers, asked, enrolled, result};
use authenticator_core::effect::{EffectKind, Key, KeyFailure};
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use authenticator_protocol::time::Seconds;

#[test]
fn the_second_try_succeeds_whichever_way_it_is_wrong() {
    for ahead in [-86_400, -3_600, -130, 130, 3_600, 86_400] {
        let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
        service.ahead = ahead;
        phone.event(&mut [&mut service], Event::Launched);
        phone.enrol(&mut service);
        assert_eq!(phone.keys_for("styrk-claim+jws").len(), 2, "{ahead}");
        assert_eq!(phone.keys_for("styrk-registration+jws").len(), 1, "remembered");
        assert_eq!(phone.keys_for("styrk-approval+jws").len(), 1, "one prompt");

        service.ask(Purpose::SignIn, phone.seconds());
        phone.event(&mut [&mut service], Event::Refresh);
        assert_eq!(phone.core.view().changes_at, Some(phone.now.plus_seconds(90)), "on the phone's clock");
        phone.wait(&mut [&mut service], 89);
        assert!(matches!(phone.screen(), Screen::Approve { .. }));
        phone.wait(&mut [&mut service], 1);
        assert_eq!(result(&phone.screen()), "phone-expired-text");
    }
}

#[test]
fn the_clock_is_set_while_the_user_types() {
    let (mut phone, mut service) = enrolled();
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    service.ahead = -500;
    phone.signed.clear();
    phone.approve(&mut service, "47");
    assert_eq!(phone.keys_for("styrk-approval+jws"), [Key::Approval; 2], "signed again");
    assert_eq!(result(&phone.screen()), "phone-approved-text");
}

#[test]
fn twice_is_told() {
    let (mut phone, mut service) = enrolled();
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    service.refuse.extend([Code::Clock, Code::Clock]);
    phone.approve(&mut service, "47");
    assert_eq!(result(&phone.screen()), "phone-error-clock");
    phone.event(&mut [&mut service], Event::Retry);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
}

#[test]
fn turning_back_while_it_is_signed_again_takes_it_back() {
    let (mut phone, mut service) = asked();
    phone.slow = Some(paths::ANSWER);
    service.refuse.push(Code::Clock);
    phone.approve(&mut service, "47");
    phone.hold_signing = Some(Key::Approval);
    phone.deliver(&mut [&mut service]);
    assert!(matches!(phone.screen(), Screen::Approve { .. }), "{:?}", phone.screen());
    let before = answers(&service);
    phone.event(&mut [&mut service], Event::Back);
    phone.release(&mut [&mut service]);
    assert_eq!(answers(&service), before);
}

/// The digits of a signed answer are in it alone, even when it has to be signed again.
#[test]
fn digits_that_were_signed_are_not_kept() {
    let (mut phone, mut service) = asked();
    phone.offline = true;
    phone.approve(&mut service, "47");
    phone.offline = false;
    service.refuse.push(Code::Clock);
    phone.key_failure = Some((Key::Approval, KeyFailure::Cancelled));
    phone.event(&mut [&mut service], Event::Retry);
    assert!(matches!(phone.screen(), Screen::Approve { entered, .. } if entered.is_empty()));
}

#[test]
fn the_offset_survives_a_restart() {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    service.ahead = 5_000;
    phone.enrol(&mut service);
    phone.restart(&mut [&mut service]);
    phone.signed.clear();
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(phone.keys_for("styrk-fetch+jws").len(), 1);
    assert_eq!(service.now(Seconds(10)), Seconds(5_010));
}

/// A system's timers have limits that an organisation must not reach.
#[test]
fn a_request_without_end_is_looked_at_daily() {
    let (mut phone, mut service) = enrolled();
    phone.event(&mut [&mut service], Event::Backgrounded);
    let day = 86_400_000;
    let challenge = service.challenge(Purpose::SignIn, phone.seconds());
    let challenge = Challenge { exp: Seconds(u64::MAX), ..challenge };
    service.put(challenge.clone(), challenge.unsigned().sign(&service.identity));
    phone.log.clear();
    phone.event(&mut [&mut service], Event::WakeArrived(vec![0; 24]));
    let mut found = [false; 2];
    for effect in &phone.log {
        match effect.kind {
            EffectKind::StartTimer { after, .. } if after > 100_000 => {
                assert_eq!(after, day);
                found[0] = true;
            }
            EffectKind::Notify { until, .. } => {
                assert_eq!(until.since(phone.now), day);
                found[1] = true;
            }
            _ => {}
        }
    }
    assert_eq!(found, [true; 2]);
}
