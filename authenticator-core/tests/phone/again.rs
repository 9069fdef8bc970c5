//! Adding an account when something comes between: what "try again" sends.

use crate::enrolment::start;
use crate::service::Service;
use crate::shell::{Phone, bodies, result};
use authenticator_core::effect::Key;
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;

#[test]
fn offline_at_the_claim() {
    for lose in [None, Some(paths::CLAIM)] {
        let (mut phone, mut service) = start();
        (phone.offline, phone.lose) = (lose.is_none(), lose);
        phone.scan(&mut service);
        assert_eq!(result(&phone.screen()), "phone-offline-text");
        (phone.offline, phone.lose) = (false, None);
        phone.now = phone.now.plus_seconds(20);
        phone.event(&mut [&mut service], Event::Retry);
        assert!(matches!(phone.screen(), Screen::Confirm { .. }), "{:?}", phone.screen());
        assert_eq!(phone.keys.len(), 1);
        phone.event(&mut [&mut service], Event::Confirmed);
        let Screen::Characters { characters, .. } = phone.screen() else { panic!() };
        assert_eq!(&characters[..], service.characters.as_ref().unwrap().as_str());
    }
}

#[test]
fn offline_at_the_registration() {
    for lose in [None, Some(paths::REGISTRATION)] {
        let (mut phone, mut service) = start();
        phone.scan(&mut service);
        (phone.offline, phone.lose) = (lose.is_none(), lose);
        phone.event(&mut [&mut service], Event::Confirmed);
        assert_eq!(result(&phone.screen()), "phone-offline-text");
        (phone.offline, phone.lose) = (false, None);
        phone.event(&mut [&mut service], Event::Retry);
        assert!(matches!(phone.screen(), Screen::Characters { .. }), "{:?}", phone.screen());
        assert_eq!(phone.keys_for("styrk-approval-key+jws"), [Key::Approval], "one prompt is enough");
        assert_eq!(service.devices.len(), 1);
    }
}

/// A false server knows the nonce from the registration; with a second claim it would search for the characters.
#[test]
fn a_nonce_that_was_sent_is_never_claimed_with_again() {
    let failures: [fn(&mut Phone, &mut Service); 5] = [
        |_, service| service.refuse.push(Code::Internal),
        |_, service| service.refuse.push(Code::Unavailable),
        |_, service| service.refuse.push(Code::TooMany),
        |_, service| service.say.push((500, "")),
        |phone, _| phone.lose = Some(paths::REGISTRATION),
    ];
    for (number, fail) in failures.into_iter().enumerate() {
        let (mut phone, mut service) = start();
        phone.scan(&mut service);
        let mut event = Event::Confirmed;
        for _ in 0..3 {
            fail(&mut phone, &mut service);
            phone.event(&mut [&mut service], event);
            assert!(matches!(phone.screen(), Screen::Result { retry: true, .. }), "{number}");
            event = Event::Retry;
        }
        assert_eq!(bodies(&service, paths::CLAIM).len(), 1, "{number}");
        let registrations = bodies(&service, paths::REGISTRATION);
        let payloads: Vec<_> =
            registrations.iter().map(|body| body.split(|byte| *byte == b'.').nth(1)).collect();
        assert_eq!(payloads.len(), 3, "{number}");
        assert!(payloads.iter().all(|payload| *payload == payloads[0]), "{number}: the same registration");
    }
}

#[test]
fn what_a_network_says_in_the_service_s_place_is_no_answer() {
    let page = (200, "<html>Sign in to the network</html>");
    let (mut phone, mut service) = start();
    service.say.push(page);
    phone.scan(&mut service);
    assert_eq!(result(&phone.screen()), "phone-error-stranger");
    phone.event(&mut [&mut service], Event::Retry);
    service.say.push(page);
    phone.event(&mut [&mut service], Event::Confirmed);
    assert_eq!(result(&phone.screen()), "phone-error-stranger", "not registered");
    assert!(service.devices.is_empty());
    phone.event(&mut [&mut service], Event::Retry);
    assert!(matches!(phone.screen(), Screen::Characters { .. }));
    assert_eq!(service.devices.len(), 1);
}

#[test]
fn the_service_is_busy() {
    for code in [Code::Unavailable, Code::TooMany] {
        let (mut phone, mut service) = start();
        service.refuse.push(code);
        phone.scan(&mut service);
        assert_eq!(result(&phone.screen()), "phone-error-server");
        phone.event(&mut [&mut service], Event::Retry);
        assert!(matches!(phone.screen(), Screen::Confirm { .. }));
    }
}
