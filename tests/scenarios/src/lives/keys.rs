//! The phone's keys, and the lock in front of them.

use super::{Life, anna, anna_asked, done, notice, yes};
use crate::Scenario;
use crate::service::Service;
use crate::shell::{Phone, answers, result};
use authenticator_core::effect::{Key, KeyFailure};
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;

pub(super) const LIVES: &[Life] = &[
    ("prompt-cancelled", prompt_cancelled),
    ("prompt-locked-out", prompt_locked_out),
    ("prompt-failed", prompt_failed),
    ("no-screen-lock", no_screen_lock),
    ("approval-key-invalidated", approval_key_invalidated),
    ("device-key-invalidated", device_key_invalidated),
    ("no-screen-lock-while-enrolling", no_screen_lock_while_enrolling),
    ("prompt-cancelled-while-enrolling", prompt_cancelled_while_enrolling),
    ("key-invalidated-while-enrolling", key_invalidated_while_enrolling),
];

/// Anna says yes, and the approval key does not sign.
fn fails(failure: KeyFailure, about: &str, promise: &str) -> (Phone, Service) {
    let (mut phone, mut service) = anna_asked(about, promise);
    phone.key_failure = Some((Key::Approval, failure));
    let before = answers(&service);
    yes(&mut phone, &mut service);
    assert_eq!(answers(&service), before, "nothing is sent");
    (phone, service)
}

fn entered(phone: &Phone) -> String {
    match phone.screen() {
        Screen::Approve { entered, .. } => entered.0,
        other => panic!("not a question: {other:?}"),
    }
}

fn prompt_cancelled() -> Scenario {
    let (mut phone, mut service) = fails(
        KeyFailure::Cancelled,
        "Anna closes the unlock prompt.",
        "Nothing is sent. The question stays with the number that she typed, and the next prompt counts.",
    );
    assert_eq!((notice(&phone).as_str(), entered(&phone).as_str()), ("phone-error-key-cancelled", "47"));
    phone.key_failure = None;
    phone.step(&mut [&mut service], "\"Yes, it's me\", and this time she unlocks.", Event::Approve);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    done(phone, &mut service)
}

fn prompt_locked_out() -> Scenario {
    let (mut phone, mut service) = fails(
        KeyFailure::LockedOut,
        "Too many failed attempts: the system locks the prompt for a while.",
        "The screen says that it is locked; saying no takes no prompt and is still possible.",
    );
    assert_eq!((notice(&phone).as_str(), entered(&phone).as_str()), ("phone-error-key-locked", ""));
    phone.step(&mut [&mut service], "Somebody else tried: \"No, it's not me\".", Event::NotMe);
    assert_eq!(result(&phone.screen()), "phone-reported-text");
    done(phone, &mut service)
}

fn prompt_failed() -> Scenario {
    let (mut phone, mut service) = fails(
        KeyFailure::Failed,
        "The key store is busy and does not sign.",
        "Nothing is sent and nothing is lost: the key counts the next time.",
    );
    assert_eq!(notice(&phone), "phone-error-key-use");
    phone.key_failure = None;
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    done(phone, &mut service)
}

fn no_screen_lock() -> Scenario {
    let (mut phone, mut service) = fails(
        KeyFailure::NoScreenLock,
        "Anna has turned the screen lock off.",
        "She is told to turn it on; nothing is approved without it.",
    );
    assert_eq!(notice(&phone), "phone-error-no-screen-lock");
    phone.key_failure = None;
    phone.step(&mut [&mut service], "She has turned it on and goes back to the app.", Event::Foregrounded);
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    done(phone, &mut service)
}

fn approval_key_invalidated() -> Scenario {
    let (mut phone, mut service) = fails(
        KeyFailure::Invalidated,
        "A new fingerprint has invalidated the approval key.",
        "Anna is told that the key is gone and what to do; the account can be removed, and the organisation is told.",
    );
    assert_eq!(notice(&phone), "phone-error-key-gone");
    phone.step(&mut [&mut service], "Anna goes to her accounts.", Event::Back);
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    let id = accounts[0].id.clone();
    phone.step(&mut [&mut service], "She opens the account.", Event::OpenAccount(id));
    phone.step(&mut [&mut service], "\"Remove the account from this phone\".", Event::RemoveAccount);
    phone.step(&mut [&mut service], "\"Remove\".", Event::RemoveConfirmed);
    assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.is_empty()));
    assert!(service.devices[0].ended && phone.keys.is_empty());
    phone.scenario()
}

fn device_key_invalidated() -> Scenario {
    let (mut phone, mut service) = anna(
        "The device key is gone: the phone cannot even ask what waits.",
        "The screen says so, and the account can be removed although the organisation cannot be told.",
    );
    phone.key_failure = Some((Key::Device, KeyFailure::Invalidated));
    phone.step(&mut [&mut service], "Anna looks whether something waits.", Event::Refresh);
    assert_eq!(notice(&phone), "phone-error-key-gone");
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    let id = accounts[0].id.clone();
    phone.step(&mut [&mut service], "She opens the account.", Event::OpenAccount(id));
    phone.step(&mut [&mut service], "\"Remove the account from this phone\".", Event::RemoveAccount);
    phone.step(&mut [&mut service], "\"Remove\".", Event::RemoveConfirmed);
    assert_eq!(result(&phone.screen()), "phone-remove-offline");
    assert!(!service.devices[0].ended);
    done(phone, &mut service)
}

/// Anna adds her account, and the keys fail like this.
fn enrolling(key: Key, failure: KeyFailure, about: &str, promise: &str) -> (Phone, Service) {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.record(about, promise);
    phone.step(&mut [&mut service], "Anna starts the app.", Event::Launched);
    phone.step(&mut [&mut service], "\"Add account\".", Event::AddAccount);
    phone.step(&mut [&mut service], "\"Scan the code\".", Event::ChooseScan);
    phone.key_failure = Some((key, failure));
    let link = service.link();
    phone.step(&mut [&mut service], "The camera reads it.", Event::QrScanned(link));
    (phone, service)
}

fn no_screen_lock_while_enrolling() -> Scenario {
    let (mut phone, mut service) = enrolling(
        Key::Device,
        KeyFailure::NoScreenLock,
        "Anna adds her account on a phone without a screen lock.",
        "She is told to turn one on, and the same code still works after that.",
    );
    assert_eq!(result(&phone.screen()), "phone-error-no-screen-lock");
    phone.key_failure = None;
    let link = service.link();
    phone.step(&mut [&mut service], "She turns it on and opens the link.", Event::LinkOpened(link));
    assert!(matches!(phone.screen(), Screen::Confirm { .. }));
    phone.scenario()
}

fn prompt_cancelled_while_enrolling() -> Scenario {
    let (mut phone, mut service) = enrolling(
        Key::Approval,
        KeyFailure::Cancelled,
        "Anna closes the unlock prompt while she adds her account.",
        "She can try again without a new code.",
    );
    phone.step(&mut [&mut service], "\"Add\".", Event::Confirmed);
    assert_eq!(result(&phone.screen()), "phone-error-key-cancelled");
    phone.key_failure = None;
    phone.step(&mut [&mut service], "\"Try again\".", Event::Retry);
    assert!(matches!(phone.screen(), Screen::Characters { .. }));
    phone.scenario()
}

fn key_invalidated_while_enrolling() -> Scenario {
    let (mut phone, mut service) = enrolling(
        Key::Approval,
        KeyFailure::Invalidated,
        "The approval key is invalidated before it was used once.",
        "The enrolment is over, and neither keys nor an account are left of it.",
    );
    phone.step(&mut [&mut service], "\"Add\".", Event::Confirmed);
    assert_eq!(result(&phone.screen()), "phone-error-key");
    assert!(phone.keys.is_empty() && service.devices.is_empty());
    done(phone, &mut service)
}
