//! The organisation's identity key changes: the phone follows the statements, one by one, and never goes back.

use crate::service::{Key as SoftKey, Service};
use crate::shell::{Phone, bodies, enrolled, result};
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::decode;
use authenticator_protocol::keys::Sign;
use authenticator_protocol::request::paths;
use authenticator_protocol::statement::Pin;
use authenticator_protocol::time::Seconds;

/// The number of the key that the phone said it pins when it fetched last.
fn told(service: &Service) -> u64 {
    let fetch = std::str::from_utf8(bodies(service, paths::FETCH).last().unwrap()).unwrap();
    let payload = decode(fetch.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<serde_json::Value>(&payload).unwrap()["key_number"].as_u64().unwrap()
}

/// Asks, and lets the phone look. Whether it shows the request.
fn shows(phone: &mut Phone, service: &mut Service) -> bool {
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [service], Event::Refresh);
    matches!(phone.screen(), Screen::Approve { .. })
}

/// The sentence above the accounts.
fn notice(phone: &Phone) -> Option<String> {
    match phone.screen() {
        Screen::Accounts { notice, .. } => notice.map(|text| text.key),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_phone_follows_and_remembers() {
    let (mut phone, mut service) = enrolled();
    service.rotate();
    assert!(shows(&mut phone, &mut service), "{:?}", phone.screen());
    phone.approve(&mut service, "47");
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    phone.event(&mut [&mut service], Event::Done);
    phone.restart(&mut [&mut service]);
    assert_eq!(told(&service), 1, "saved");
    assert!(shows(&mut phone, &mut service));
}

#[test]
fn a_phone_that_missed_several_follows_them_all() {
    for missed in [3, 16, 17, 32] {
        let (mut phone, mut service) = enrolled();
        for _ in 0..missed {
            service.rotate();
        }
        let before = bodies(&service, paths::FETCH).len();
        let ignored = phone.core.ignored();
        assert!(shows(&mut phone, &mut service), "{missed}: {:?}", phone.screen());
        assert_eq!(bodies(&service, paths::FETCH).len() - before, 1 + missed / 16, "{missed}");
        phone.approve(&mut service, "47");
        assert_eq!(result(&phone.screen()), "phone-approved-text");
        phone.event(&mut [&mut service], Event::Done);
        phone.event(&mut [&mut service], Event::Refresh);
        assert_eq!(told(&service), missed as u64);
        assert_eq!(phone.core.ignored(), ignored);
    }
}

#[test]
fn a_phone_that_enrols_later_begins_with_the_newest() {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    service.rotate();
    service.rotate();
    phone.event(&mut [], Event::Launched);
    phone.enrol(&mut service);
    assert_eq!(told(&service), 2);
    service.rotate();
    assert!(shows(&mut phone, &mut service));
}

#[test]
fn a_code_of_before_is_refused_with_what_to_do() {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    let old = service.link();
    service.rotate();
    phone.event(&mut [&mut service], Event::LinkOpened(old));
    assert_eq!(result(&phone.screen()), "phone-error-identity");
    phone.event(&mut [&mut service], Event::Done);
    service.another_code();
    phone.enrol(&mut service);
}

/// A way to spoil what a service that has rotated twice sends.
type Spoil = fn(&mut Service, Pin);

#[test]
fn nothing_but_the_right_statements_moves_the_pin() {
    let unfair: [(&str, Spoil, u64); 7] = [
        ("withheld", |service, _| service.statements.clear(), 0),
        ("out of order", |service, _| service.statements.swap(0, 1), 0),
        ("the first one missing", |service, _| drop(service.statements.remove(0)), 0),
        ("the second one missing", |service, _| drop(service.statements.remove(1)), 1),
        (
            "the thief of the old key",
            |service, pin| {
                let thief = SoftKey::new(1);
                service.statements =
                    vec![pin.succeed(&thief, SoftKey::new(66).public_key().thumbprint(), Seconds(1))];
                service.identity = thief;
            },
            0,
        ),
        (
            "somebody else",
            |service, pin| {
                let other = SoftKey::new(66);
                service.statements =
                    vec![pin.succeed(&other, SoftKey::new(67).public_key().thumbprint(), Seconds(1))];
                service.identity = other;
            },
            0,
        ),
        ("noise", |service, _| service.statements = vec!["noise".into(); 40], 0),
    ];
    for (what, spoil, number) in unfair {
        let (mut phone, mut service) = enrolled();
        let pin = service.pin();
        service.rotate();
        service.rotate();
        let honest = (service.statements.clone(), SoftKey(service.identity.0.clone()));
        spoil(&mut service, pin);
        let before = phone.core.ignored();
        if what == "the thief of the old key" {
            // Nothing is gained: it signs what it could have signed before, and the phone stays where it was.
            assert!(shows(&mut phone, &mut service));
            phone.event(&mut [&mut service], Event::NotMe);
            phone.event(&mut [&mut service], Event::Done);
        } else {
            assert!(!shows(&mut phone, &mut service), "{what}");
            assert_eq!(notice(&phone).as_deref(), Some("phone-error-unproven"), "{what}");
        }
        assert!(phone.core.ignored() > before, "{what}");
        phone.event(&mut [&mut service], Event::Refresh);
        assert_eq!(told(&service), number, "{what}");

        // The honest service is back: nothing was spoilt.
        (service.statements, service.identity) = honest;
        service.asked.clear();
        assert!(shows(&mut phone, &mut service), "{what}");
        phone.event(&mut [&mut service], Event::NotMe);
        phone.event(&mut [&mut service], Event::Done);
        assert_eq!(notice(&phone), None, "{what}");
    }
}

#[test]
fn a_service_that_went_back_is_not_followed() {
    let (mut phone, mut service) = enrolled();
    let first = SoftKey(service.identity.0.clone());
    service.rotate();
    phone.event(&mut [&mut service], Event::Refresh);
    // Restored from a backup of before the rotation.
    let newest = std::mem::replace(&mut service.identity, first);
    let statements = std::mem::take(&mut service.statements);
    assert!(!shows(&mut phone, &mut service));
    assert_eq!(told(&service), 1);
    assert_eq!(notice(&phone).as_deref(), Some("phone-error-unproven"));
    service.asked.clear();
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(notice(&phone).as_deref(), Some("phone-error-unproven"), "until it is proved again");
    (service.identity, service.statements) = (newest, statements);
    assert!(shows(&mut phone, &mut service));
}

#[test]
fn one_organisation_does_not_speak_for_another() {
    let (mut phone, mut one) = enrolled();
    let mut two = Service::new("https://mfa.regiony.example", 2);
    let link = two.link();
    let both = &mut [&mut one, &mut two];
    phone.event(both, Event::LinkOpened(link));
    phone.event(both, Event::Confirmed);
    phone.event(both, Event::Done);
    both[1].rotate();
    both[1].rotate();
    both[0].statements = both[1].statements.clone();
    phone.event(both, Event::Refresh);
    phone.event(both, Event::Refresh);
    assert_eq!((told(both[0]), told(both[1])), (0, 2));
}
