//! Leaving an account, and being left.

use crate::service::Service;
use crate::shell::{Phone, enrolled, result};
use authenticator_core::effect::Key;
use authenticator_core::event::Event;
use authenticator_core::screen::{Mood, Screen};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;

fn open(phone: &mut Phone) {
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    phone.event(&mut [], Event::OpenAccount(accounts[0].id.clone()));
}

fn remove(phone: &mut Phone, service: &mut Service) {
    open(phone);
    phone.event(&mut [service], Event::RemoveAccount);
    assert!(matches!(phone.screen(), Screen::RemoveAccount { .. }));
    phone.event(&mut [service], Event::RemoveConfirmed);
}

fn nothing_left(phone: &Phone) {
    assert!(phone.keys.is_empty());
    assert!(phone.sockets.is_empty());
    assert!(String::from_utf8(phone.saved.clone().unwrap()).unwrap().contains(r#""accounts":[]"#));
}

#[test]
fn one_can_turn_back() {
    let (mut phone, _) = enrolled();
    open(&mut phone);
    assert!(matches!(phone.screen(), Screen::Account { ended: false, .. }));
    phone.event(&mut [], Event::RemoveAccount);
    phone.event(&mut [], Event::Back);
    assert!(matches!(phone.screen(), Screen::Account { .. }));
    phone.event(&mut [], Event::Back);
    assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.len() == 1));
}

#[test]
fn removed_with_the_organisation_told() {
    let (mut phone, mut service) = enrolled();
    remove(&mut phone, &mut service);
    assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.is_empty()));
    assert!(service.devices[0].ended);
    assert_eq!(phone.keys_for("styrk-leave+jws"), [Key::Device]);
    nothing_left(&phone);
}

#[test]
fn removed_without_network() {
    let (mut phone, mut service) = enrolled();
    phone.offline = true;
    remove(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-remove-offline");
    nothing_left(&phone);
    phone.event(&mut [], Event::Done);
    assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.is_empty()));
}

#[test]
fn removed_while_the_user_goes_on() {
    let (mut phone, mut service) = enrolled();
    phone.hold = Some(paths::LEAVE);
    remove(&mut phone, &mut service);
    assert!(matches!(phone.screen(), Screen::Working { .. }));
    phone.event(&mut [&mut service], Event::Back);
    phone.release(&mut [&mut service]);
    assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.is_empty()));
    nothing_left(&phone);
}

#[test]
fn ended_by_the_organisation() {
    // Found out by looking, and by answering.
    for answering in [false, true] {
        let (mut phone, mut service) = enrolled();
        if answering {
            service.ask(Purpose::SignIn, phone.seconds());
            phone.event(&mut [&mut service], Event::Refresh);
        }
        service.devices[0].ended = true;
        if answering {
            phone.approve(&mut service, "47");
        } else {
            phone.event(&mut [&mut service], Event::Refresh);
        }
        let Screen::Result { mood, text, code, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
        assert_eq!((mood, text.key.as_str()), (Mood::Bad, "phone-account-ended-text"));
        assert_eq!(code.as_deref(), Some(Code::DeviceEnded.as_str()));
        assert!(phone.keys.is_empty() && phone.sockets.is_empty());

        phone.event(&mut [&mut service], Event::Done);
        assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts[0].ended));
        let before = service.arrived.len();
        phone.event(&mut [&mut service], Event::Refresh);
        phone.restart(&mut [&mut service]);
        remove(&mut phone, &mut service);
        assert_eq!(service.arrived.len(), before, "nothing more is said");
        assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.is_empty()));
    }
}

#[test]
fn an_account_that_never_counted_goes_altogether() {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.scan(&mut service);
    phone.event(&mut [&mut service], Event::Confirmed);
    service.devices[0].ended = true;
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(result(&phone.screen()), "phone-error-code-expired");
    nothing_left(&phone);
}

#[test]
fn an_ended_account_can_be_added_again() {
    let (mut phone, mut service) = enrolled();
    service.devices[0].ended = true;
    phone.event(&mut [&mut service], Event::Refresh);
    phone.event(&mut [&mut service], Event::Done);
    service.another_code();
    phone.enrol(&mut service);
    assert!(
        matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.len() == 1 && !accounts[0].ended)
    );
}

#[test]
fn the_language_is_kept() {
    let (mut phone, mut service) = enrolled();
    phone.event(&mut [], Event::OpenSettings);
    phone.event(&mut [], Event::ChooseLanguage(Some("sv".into())));
    phone.event(&mut [], Event::ChooseLanguage(Some("xx".into())));
    assert_eq!(phone.screen(), Screen::Settings { version: "1.0.0".into(), language: Some("sv".into()) });
    phone.restart(&mut [&mut service]);
    assert_eq!(phone.core.view().language.as_deref(), Some("sv"));
    phone.event(&mut [], Event::OpenSettings);
    phone.event(&mut [], Event::Back);
    assert!(matches!(phone.screen(), Screen::Accounts { .. }));
}
