//! Leaving an account, and being left.

use crate::service::Service;
use crate::shell::{Phone, asked, enrolled, result, two_accounts};
use authenticator_core::effect::Key;
use authenticator_core::event::Event;
use authenticator_core::screen::{AccountState, Mood, Screen};
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
    assert!(matches!(phone.screen(), Screen::Account { state: AccountState::Ready, .. }));
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
fn that_nobody_could_be_told_stays_to_be_read() {
    let (mut phone, mut one, mut two) = two_accounts();
    let both = &mut [&mut one, &mut two];
    phone.offline = true;
    open(&mut phone);
    phone.event(both, Event::RemoveAccount);
    phone.event(both, Event::RemoveConfirmed);
    phone.offline = false;
    both[1].ask(Purpose::SignIn, phone.seconds());
    phone.event(both, Event::NetworkBack);
    assert_eq!(result(&phone.screen()), "phone-remove-offline");
    phone.event(both, Event::Done);
    assert!(matches!(phone.screen(), Screen::Approve { .. }));
}

#[test]
fn the_end_of_one_account_leaves_the_request_of_another_on_the_screen() {
    // Ended by the organisation, and removed by the user.
    for removed in [false, true] {
        let (mut phone, mut one, mut two) = two_accounts();
        let both = &mut [&mut one, &mut two];
        if removed {
            phone.hold = Some(paths::LEAVE);
            open(&mut phone);
            phone.event(both, Event::RemoveAccount);
            phone.event(both, Event::RemoveConfirmed);
            phone.event(both, Event::Back);
        }
        both[1].ask(Purpose::SignIn, phone.seconds());
        phone.event(both, Event::NetworkBack);
        both[0].devices[0].ended = true;
        if removed {
            phone.release(both);
        } else {
            phone.event(both, Event::NetworkBack);
        }
        let Screen::Approve { sender, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
        assert_eq!(sender.organisation, "Region Y");
        assert_eq!(phone.keys.len(), 1);
        phone.event(both, Event::Back);
        let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
        let states: Vec<AccountState> = accounts.iter().map(|account| account.state).collect();
        let both = [AccountState::Ended, AccountState::Ready];
        assert_eq!(states, both[usize::from(removed)..]);
    }
}

#[test]
fn what_became_of_an_answer_is_told_before_the_end_of_its_account() {
    let (mut phone, mut service) = asked();
    phone.slow = Some(paths::ANSWER);
    phone.approve(&mut service, "47");
    service.devices[0].ended = true;
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert!(matches!(phone.screen(), Screen::Working { .. }));
    phone.deliver(&mut [&mut service]);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert_eq!(result(&phone.screen()), "phone-account-ended-text");
    assert!(phone.keys.is_empty());
}

#[test]
fn how_the_test_ended_stays_to_be_read_when_the_account_goes() {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.scan(&mut service);
    phone.event(&mut [&mut service], Event::Confirmed);
    service.ask(Purpose::ConfirmTest, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    phone.approve(&mut service, "48");
    assert_eq!(result(&phone.screen()), "phone-wrong-number-text");
    service.devices[0].ended = true;
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert_eq!(result(&phone.screen()), "phone-wrong-number-text");
    nothing_left(&phone);
}

#[test]
fn what_means_nothing_here_changes_nothing_and_is_counted() {
    let (mut phone, mut service) = enrolled();
    for event in [
        Event::Approve,
        Event::Confirmed,
        Event::RemoveConfirmed,
        Event::OpenAccount("unknown".into()),
        Event::Back,
    ] {
        let before = (phone.core.ignored(), phone.core.view(), phone.log.len());
        phone.event(&mut [&mut service], event);
        assert_eq!((phone.core.ignored() - 1, phone.core.view(), phone.log.len()), before);
    }
}

#[test]
fn a_network_s_own_page_is_not_the_organisation() {
    let (mut phone, mut service) = enrolled();
    service.say.push((200, "<html>"));
    remove(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-remove-offline");
    nothing_left(&phone);
}

#[test]
fn a_removal_goes_on_after_the_app_was_killed() {
    let (mut phone, mut service) = enrolled();
    phone.hold = Some(paths::LEAVE);
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    remove(&mut phone, &mut service);
    phone.event(&mut [&mut service], Event::Back);
    phone.event(&mut [], Event::OpenAccount(accounts[0].id.clone()));
    assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.is_empty()));
    phone.event(&mut [&mut service], Event::Refresh);
    phone.hold = None;
    phone.restart(&mut [&mut service]);
    assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.is_empty()));
    assert!(service.devices[0].ended);
    nothing_left(&phone);
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

/// The organisation hears of the removal all the same, and only the new phone is left.
#[test]
fn added_again_while_the_removal_is_on_its_way() {
    let (mut phone, mut service) = enrolled();
    phone.hold = Some(paths::LEAVE);
    remove(&mut phone, &mut service);
    phone.event(&mut [&mut service], Event::Back);
    service.another_code();
    phone.scan(&mut service);
    phone.event(&mut [&mut service], Event::Confirmed);
    assert!(matches!(phone.screen(), Screen::Characters { .. }), "{:?}", phone.screen());
    phone.hold = None;
    phone.restart(&mut [&mut service]);
    let ended: Vec<bool> = service.devices.iter().map(|device| device.ended).collect();
    assert_eq!(ended, [true, false]);
    assert_eq!(phone.keys.len(), 1);
    assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.len() == 1));
}

/// A fetch may tell that the device has ended before the answer to the leaving does.
#[test]
fn removed_while_a_fetch_tells_that_it_has_ended() {
    for goes_on in [false, true] {
        let (mut phone, mut service) = enrolled();
        phone.hold = Some(paths::LEAVE);
        remove(&mut phone, &mut service);
        if goes_on {
            phone.event(&mut [&mut service], Event::Back);
        }
        service.devices[0].ended = true;
        phone.event(&mut [&mut service], Event::NetworkBack);
        assert_eq!(matches!(phone.screen(), Screen::Working { .. }), !goes_on, "the user asked for it");
        phone.release(&mut [&mut service]);
        assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.is_empty()));
        nothing_left(&phone);
    }
}

#[test]
fn ended_by_the_organisation() {
    // Found out by looking, by looking while a request is read, and by answering it.
    for (asked, answering) in [(false, false), (true, false), (true, true)] {
        let (mut phone, mut service) = enrolled();
        if asked {
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
        assert!(
            matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts[0].state == AccountState::Ended)
        );
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
fn an_account_that_goes_while_it_is_looked_at_leaves_a_way_on() {
    for removing in [false, true] {
        let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
        phone.event(&mut [&mut service], Event::Launched);
        phone.scan(&mut service);
        phone.event(&mut [&mut service], Event::Confirmed);
        phone.event(&mut [&mut service], Event::Done);
        open(&mut phone);
        if removing {
            phone.event(&mut [], Event::RemoveAccount);
        }
        service.devices[0].ended = true;
        phone.event(&mut [&mut service], Event::NetworkBack);
        nothing_left(&phone);
        if !removing {
            assert_eq!(result(&phone.screen()), "phone-error-code-expired");
            phone.event(&mut [], Event::Done);
        }
        phone.event(&mut [], Event::AddAccount);
        assert!(matches!(phone.screen(), Screen::AddAccount { .. }), "{:?}", phone.screen());
    }
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
        matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.len() == 1 && accounts[0].state == AccountState::Ready)
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
