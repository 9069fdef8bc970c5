//! What survives a restart.

use crate::service::Service;
use crate::shell::{Phone, config, enrolled, result};
use authenticator_core::Core;
use authenticator_core::effect::EffectKind;
use authenticator_core::event::Event;
use authenticator_core::screen::{AccountState, Screen};
use authenticator_protocol::challenge::Purpose;
use proptest::prelude::*;

#[test]
fn there_and_back() {
    let (mut phone, mut service) = enrolled();
    phone.event(&mut [&mut service], Event::Foregrounded);
    let before = phone.screen();
    phone.restart(&mut [&mut service]);
    assert_eq!(phone.screen(), before);
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    phone.approve(&mut service, "47");
    assert_eq!(result(&phone.screen()), "phone-approved-text");
}

#[test]
fn an_account_without_its_test_survives() {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.scan(&mut service);
    phone.event(&mut [&mut service], Event::Confirmed);
    let Screen::Characters { characters, .. } = phone.screen() else { panic!() };
    assert!(!String::from_utf8(phone.saved.clone().unwrap()).unwrap().contains(&characters[..]));
    phone.restart(&mut [&mut service]);
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(accounts[0].state, AccountState::Unfinished);
    service.ask(Purpose::ConfirmTest, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    phone.approve(&mut service, "47");
    assert_eq!(result(&phone.screen()), "phone-approved-test-text");
}

#[test]
fn a_second_launch_forgets_no_enrolment() {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.scan(&mut service);
    phone.event(&mut [&mut service], Event::Launched);
    assert_eq!(phone.deleted, [""; 0]);
    phone.event(&mut [&mut service], Event::Confirmed);
    assert!(matches!(phone.screen(), Screen::Characters { .. }), "{:?}", phone.screen());
}

#[test]
fn what_tells_nothing_new_saves_nothing() {
    let (mut phone, mut service) = enrolled();
    phone.log.clear();
    phone.event(&mut [&mut service], Event::Refresh);
    assert!(!phone.log.iter().any(|effect| matches!(effect.kind, EffectKind::Save { .. })));
}

#[test]
fn what_cannot_be_read_is_reported_and_not_overwritten() {
    let (phone, _) = enrolled();
    let good = phone.saved.unwrap();
    let newer = String::from_utf8(good.clone()).unwrap().replacen(r#""v":1"#, r#""v":2"#, 1).into_bytes();
    for (bytes, key) in [
        (&good[..good.len() - 1], "phone-error-state"),
        (&good[1..], "phone-error-state"),
        (b"", "phone-error-state"),
        (b"\x00\xff", "phone-error-state"),
        (&newer, "phone-error-state-newer"),
    ] {
        let mut phone = Phone::with(config(), Some(bytes));
        phone.event(&mut [], Event::Launched);
        assert_eq!(result(&phone.screen()), key);
        phone.event(&mut [], Event::Done);
        assert!(matches!(phone.screen(), Screen::Accounts { .. }));
        assert!(!phone.log.iter().any(|effect| matches!(effect.kind, EffectKind::Save { .. })));
    }
}

#[test]
fn what_a_newer_version_saved_is_never_replaced() {
    let (phone, mut service) = enrolled();
    let newer = String::from_utf8(phone.saved.unwrap()).unwrap().replacen(r#""v":1"#, r#""v":2"#, 1);
    let mut phone = Phone::with(config(), Some(newer.as_bytes()));
    for event in [
        Event::LinkOpened(service.link()),
        Event::AddAccount,
        Event::QrScanned(service.link()),
        Event::OpenSettings,
        Event::ChooseLanguage(Some("sv".into())),
    ] {
        phone.event(&mut [&mut service], event);
        phone.event(&mut [&mut service], Event::Done);
        assert!(matches!(phone.screen(), Screen::Accounts { .. }));
    }
    assert_eq!(phone.saved, Some(newer.into_bytes()));
    assert!(phone.keys.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_saved_bytes_make_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let core = Core::open(config(), Some(&bytes), [0; 32]);
        let reported = matches!(core.view().screen, Screen::Result { .. });
        prop_assert!(reported);
    }

    #[test]
    fn no_truncation_makes_it_fall(cut in 0_usize..2000, flip in any::<u8>()) {
        let (phone, _) = enrolled();
        let mut bytes = phone.saved.unwrap();
        let at = cut % bytes.len();
        bytes[at] ^= flip;
        let _ = Core::open(config(), Some(&bytes), [0; 32]).view();
    }
}
