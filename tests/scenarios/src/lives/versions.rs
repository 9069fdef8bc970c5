//! Apps and saved states of other times.

use super::{Life, anna, at_home};
use crate::Scenario;
use crate::keys::Key as SoftKey;
use crate::service::{Device, Service};
use crate::shell::{Phone, config, enrolled, result};
use authenticator_core::effect::EffectKind;
use authenticator_core::event::Event;
use authenticator_core::screen::{AccountState, Screen};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::{decode, encode};
use authenticator_protocol::jws::Unsigned;
use authenticator_protocol::keys::Sign;

pub(super) const LIVES: &[Life] = &[
    ("request-with-an-unknown-member", unknown_member),
    ("request-for-an-unknown-purpose", unknown_purpose),
    ("request-of-version-2", version_2),
    ("saved-by-version-1", saved_by_version_1),
    ("saved-truncated", saved_truncated),
    ("saved-by-something-else", saved_by_something_else),
    ("saved-by-a-newer-version", saved_by_a_newer_version),
];

/// Saved in the first format, and never changed since: phones in the field have it.
const VERSION_1: &[u8] = include_bytes!("../../saved/version-1.json");

/// A request of tomorrow: header and payload of today's, changed.
fn of_tomorrow(about: &str, part: usize, today: &str, tomorrow: &str) -> Scenario {
    let (mut phone, mut service) = anna(
        about,
        "It is not shown in part: Anna is told once that the app needs an update, and can go on with everything else.",
    );
    let challenge = service.challenge(Purpose::SignIn, phone.seconds());
    let unsigned = challenge.unsigned();
    let mut parts: Vec<String> = unsigned.as_str().split('.').map(str::to_owned).collect();
    let text = String::from_utf8(decode(&parts[part]).expect("base64url")).expect("JSON");
    assert!(text.contains(today), "{text}");
    parts[part] = encode(text.replacen(today, tomorrow, 1).as_bytes());
    let jws = Unsigned::from_stored(parts.join(".")).sign(&service.identity);
    service.put(challenge, jws);
    phone.step(&mut [&mut service], "Anna looks whether something waits.", Event::Refresh);
    assert_eq!(result(&phone.screen()), "phone-error-update");
    phone.step(&mut [&mut service], "She has read it.", Event::Done);
    phone.step(&mut [&mut service], "She looks again.", Event::Refresh);
    at_home(&phone);
    phone.scenario()
}

fn unknown_member() -> Scenario {
    of_tomorrow("A request with something that this app cannot show.", 0, "\"iat\"", "\"iat\",\"weather\"")
}

fn unknown_purpose() -> Scenario {
    of_tomorrow("A request for a purpose that this app does not know.", 1, "sign_in", "open_the_door")
}

fn version_2() -> Scenario {
    of_tomorrow("A request of the protocol's second version.", 0, "\"v\":1", "\"v\":2")
}

fn saved_by_version_1() -> Scenario {
    let mut service = Service::new("https://mfa.regionx.example", 1);
    let mut phone = Phone::with(config(), Some(VERSION_1));
    let (device, approval) = (SoftKey::new(102), SoftKey::new(103));
    service.devices.push(Device {
        id: "FhYWFhYWFhYWFhYWFhYWFg".parse().expect("an id"),
        device_key: device.public_key(),
        approval_key: approval.public_key(),
        confirmed: true,
        ended: false,
    });
    phone.keys.insert("9Hns1ox5nycDeWZp3KXbxg".to_owned(), (device, approval));
    phone.record(
        "The app is updated over accounts that the first version saved.",
        "All accounts are there and work, the language is kept, and what was left over is cleared away.",
    );
    phone.step(&mut [&mut service], "Anna starts the app.", Event::Launched);
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    let states: Vec<_> = accounts.iter().map(|row| (row.sender.organisation.as_str(), row.state)).collect();
    assert_eq!(states, [("Region X", AccountState::Ready), ("Municipality Y", AccountState::Ended)]);
    assert_eq!(phone.core.view().language.as_deref(), Some("sv"));
    assert_eq!(phone.deleted, ["AwMDAwMDAwMDAwMDAwMDAw"]);
    service.ask(Purpose::SignIn, phone.seconds());
    phone.step(&mut [&mut service], "She is signing in.", Event::Refresh);
    super::yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    super::done(phone, &mut service)
}

/// The app is started over these bytes, and says so; nothing is written over them by that.
fn unreadable(saved: &[u8], about: &str, promise: &str, says: &str) -> (Phone, Service) {
    let mut service = Service::new("https://mfa.regionx.example", 1);
    let mut phone = Phone::with(config(), Some(saved));
    phone.record(about, promise);
    phone.step(&mut [&mut service], "Anna starts the app.", Event::Launched);
    assert_eq!(result(&phone.screen()), says);
    phone.step(&mut [&mut service], "She has read it.", Event::Done);
    at_home(&phone);
    assert!(!phone.log.iter().any(|effect| matches!(effect.kind, EffectKind::Save { .. })));
    (phone, service)
}

fn saved() -> Vec<u8> {
    enrolled().0.saved.expect("a saved state")
}

fn saved_truncated() -> Scenario {
    let saved = saved();
    let (mut phone, mut service) = unreadable(
        &saved[..saved.len() / 2],
        "The saved accounts are cut off in the middle.",
        "Anna is told to add her account again, and can.",
        "phone-error-state",
    );
    let link = service.link();
    phone.step(&mut [&mut service], "She opens the link on the page.", Event::LinkOpened(link));
    assert!(matches!(phone.screen(), Screen::Confirm { .. }));
    phone.scenario()
}

fn saved_by_something_else() -> Scenario {
    let (phone, _) = unreadable(
        b"\x00\xffnot ours",
        "The saved bytes are not this app's.",
        "They are reported, and left as they are until there is something to save.",
        "phone-error-state",
    );
    phone.scenario()
}

fn saved_by_a_newer_version() -> Scenario {
    let newer = String::from_utf8(saved()).expect("JSON").replacen("\"v\":1", "\"v\":2", 1);
    let (mut phone, mut service) = unreadable(
        newer.as_bytes(),
        "An older app finds what a newer one has saved.",
        "Whatever Anna does, it is not written over: after the update her accounts are there again.",
        "phone-error-state-newer",
    );
    let link = service.link();
    phone.step(&mut [&mut service], "She opens a link on a page.", Event::LinkOpened(link));
    assert_eq!(result(&phone.screen()), "phone-error-state-newer");
    phone.step(&mut [&mut service], "She has read it.", Event::Done);
    phone.step(&mut [&mut service], "She opens the settings.", Event::OpenSettings);
    phone.step(&mut [&mut service], "She chooses a language.", Event::ChooseLanguage(Some("sv".into())));
    assert_eq!(phone.saved.as_deref(), Some(newer.as_bytes()));
    phone.scenario()
}
