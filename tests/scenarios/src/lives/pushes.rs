//! Pushes: telling the organisation where they reach the phone, and what they bring.

use super::{Life, anna, is_asked};
use crate::Scenario;
use crate::channels::everything;
use crate::service::Service;
use crate::shell::{Phone, apns, bodies, enrolled, fcm, push, two_accounts, web_push};
use authenticator_core::effect::EffectKind;
use authenticator_core::event::{Environment, Event, PushAddress, PushWay};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::channels::Channel;
use authenticator_protocol::request::paths;

pub(super) const LIVES: &[Life] = &[
    ("push-registered-after-enrolment", registered_after_enrolment),
    ("push-address-changed", address_changed),
    ("push-refused", refused),
    ("push-offline-then-retried", offline_then_retried),
    ("push-wakes-one-of-two-accounts", one_of_two),
    ("push-of-an-old-secret", old_secret),
    ("push-unknown", unknown),
    ("push-registration-killed", registration_killed),
    ("push-ways-gone", ways_gone),
];

/// Anna's phone, whose organisation can use everything.
fn anna_can_be_pushed(about: &str, promise: &str) -> (Phone, Service) {
    let (mut phone, mut service) = enrolled();
    service.push = Some(everything());
    phone.record(about, promise);
    phone.step(&mut [&mut service], "Anna starts the app.", Event::Launched);
    phone.step(&mut [&mut service], "Google's service says its token.", Event::AddressTold(fcm(1)));
    (phone, service)
}

fn registrations(service: &Service) -> usize {
    bodies(service, paths::CHANNELS).len()
}

fn receipts(service: &Service) -> usize {
    service.arrived.iter().filter(|(path, _)| path.starts_with(paths::RECEIPTS)).count()
}

fn channel(service: &Service) -> Channel {
    service.newest_channels().first().cloned().expect("a channel")
}

fn is_notified(phone: &Phone) -> bool {
    phone.log.iter().any(|effect| matches!(effect.kind, EffectKind::Notify { .. }))
}

/// Anna's request, and a push that starts the app at the back for it.
fn asked_by(phone: &mut Phone, service: &mut Service, channel: &Channel) {
    service.ask(Purpose::SignIn, phone.seconds());
    phone.log.clear();
    phone.started_by(&mut [service], push(channel, 9));
    assert!(is_notified(phone));
}

fn registered_after_enrolment() -> Scenario {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    service.push = Some(everything());
    phone.record(
        "Anna adds an account on a phone that Google's service reaches and that has a distributor for Web Push.",
        "The organisation learns the token by itself, the subscription as soon as there is one, each with a secret of \
         its own; a push then brings her request.",
    );
    let it = &mut [&mut service];
    phone.step(it, "Anna starts the app for the first time.", Event::Launched);
    phone.step(it, "Google's service says its token.", Event::AddressTold(fcm(1)));
    let link = it[0].link();
    phone.step(it, "She opens the link on the page.", Event::LinkOpened(link));
    phone.step(it, "\"Add\", and she unlocks the phone.", Event::Confirmed);
    assert_eq!(service.newest_channels().len(), 1);
    let account = phone.subscriptions.keys().next().cloned().expect("a subscription is asked for");
    let subscribed = Event::AddressTold(web_push(&account));
    phone.step(&mut [&mut service], "The distributor says where it takes pushes.", subscribed);
    assert_eq!(service.newest_channels().len(), 2);
    service.ask(Purpose::ConfirmTest, phone.seconds());
    let pushed = push(&service.newest_channels()[1].clone(), 9);
    phone.step(&mut [&mut service], "A push over the distributor: the page asks.", pushed);
    is_asked(&phone);
    assert_eq!(receipts(&service), 1);
    phone.scenario()
}

fn address_changed() -> Scenario {
    let (mut phone, mut service) = anna_can_be_pushed(
        "Google's service says another token.",
        "The organisation learns it at once, with a fresh secret, and pushes over it are known.",
    );
    let before = channel(&service);
    phone.step(&mut [&mut service], "Google's service says another token.", Event::AddressTold(fcm(2)));
    let now = channel(&service);
    assert!(now.secret != before.secret && now.address != before.address);
    asked_by(&mut phone, &mut service, &now);
    phone.scenario()
}

fn refused() -> Scenario {
    let (mut phone, mut service) = anna(
        "The organisation does not take the phone's address.",
        "Nothing is said to Anna, who is asked over the open app as ever; it is tried again, but not after every look.",
    );
    (service.push, service.takes_none) = (Some(everything()), true);
    let sandbox = match apns() {
        PushAddress::Apns { token, topic, .. } => {
            PushAddress::Apns { token, topic, environment: Environment::Sandbox }
        }
        other => other,
    };
    phone.step(&mut [&mut service], "Apple's service says its token.", Event::AddressTold(sandbox));
    phone.step(&mut [&mut service], "She looks.", Event::Refresh);
    phone.step(&mut [&mut service], "She looks again.", Event::Refresh);
    assert_eq!(registrations(&service), 1);
    service.takes_none = false;
    phone.now = phone.now.plus_seconds(700);
    phone.step(&mut [&mut service], "She looks once more, later.", Event::Refresh);
    assert_eq!((registrations(&service), service.newest_channels().len()), (2, 1));
    phone.scenario()
}

fn offline_then_retried() -> Scenario {
    let (mut phone, mut service) = anna_can_be_pushed(
        "The token changes while there is no network.",
        "It is tried again, slower each time, and told as soon as there is a network.",
    );
    phone.offline = true;
    phone.step(&mut [&mut service], "Google's service says another token.", Event::AddressTold(fcm(2)));
    phone.wait(&mut [&mut service], 30);
    assert_eq!(registrations(&service), 1);
    phone.offline = false;
    phone.step(&mut [&mut service], "The network is back.", Event::NetworkBack);
    assert_eq!(registrations(&service), 2);
    phone.scenario()
}

fn one_of_two() -> Scenario {
    let (mut phone, mut one, mut two) = two_accounts();
    (one.push, two.push) = (Some(everything()), Some(everything()));
    phone.record(
        "A push of one of two organisations starts the app.",
        "The one that sent it is asked, and hears that it arrived; the other one is not.",
    );
    let both = &mut [&mut one, &mut two];
    phone.step(both, "Anna starts the app.", Event::Launched);
    phone.step(both, "Google's service says its token.", Event::AddressTold(fcm(1)));
    let fetches = |service: &Service| bodies(service, paths::FETCH).len();
    let before = fetches(both[0]);
    let channel = channel(both[1]);
    both[1].ask(Purpose::SignIn, phone.seconds());
    phone.log.clear();
    phone.started_by(both, push(&channel, 9));
    assert!(is_notified(&phone));
    assert_eq!((fetches(both[0]), receipts(both[0]), receipts(both[1])), (before, 0, 1));
    phone.step(both, "She opens the notification.", Event::Launched);
    is_asked(&phone);
    phone.scenario()
}

fn old_secret() -> Scenario {
    let (mut phone, mut service) = anna_can_be_pushed(
        "A push that was sent before the phone registered anew comes after it.",
        "For ten minutes it is known by the secret before; later all organisations are asked, and none hears of it.",
    );
    let before = channel(&service);
    phone.step(&mut [&mut service], "Google's service says another token.", Event::AddressTold(fcm(2)));
    asked_by(&mut phone, &mut service, &before);
    assert_eq!(receipts(&service), 1);
    phone.now = phone.now.plus_seconds(660);
    asked_by(&mut phone, &mut service, &before);
    assert_eq!(receipts(&service), 1);
    phone.scenario()
}

fn unknown() -> Scenario {
    let (mut phone, mut service) = anna_can_be_pushed(
        "Pushes come that no organisation of this phone has sent, and one that is no wake.",
        "The first makes the phone look, and nobody hears of it; the other one does nothing.",
    );
    let before = bodies(&service, paths::FETCH).len();
    phone.step(&mut [&mut service], "A push of nobody's comes.", Event::WakeArrived(vec![1; 24]));
    phone.step(&mut [&mut service], "A push that is too short comes.", Event::WakeArrived(vec![1; 23]));
    assert_eq!((bodies(&service, paths::FETCH).len(), receipts(&service)), (before + 1, 0));
    phone.scenario()
}

fn registration_killed() -> Scenario {
    let (mut phone, mut service) = anna_can_be_pushed(
        "The system kills the app after the organisation has the new token, and before the phone heard so.",
        "A push with the new secret is known, and the organisation is told once more.",
    );
    phone.lose = Some(paths::CHANNELS);
    phone.step(&mut [&mut service], "Google's service says another token.", Event::AddressTold(fcm(2)));
    phone.lose = None;
    let new = channel(&service);
    asked_by(&mut phone, &mut service, &new);
    assert_eq!((receipts(&service), registrations(&service)), (1, 3));
    assert_eq!(channel(&service), new);
    phone.scenario()
}

fn ways_gone() -> Scenario {
    let (mut phone, mut service) = anna_can_be_pushed(
        "One way after the other by which pushes reached the phone is gone, and then so is Anna's account.",
        "The organisation is told each time, and the subscription ends with the account.",
    );
    let account = phone.subscriptions.keys().next().cloned().expect("a subscription is asked for");
    let web = Event::AddressTold(web_push(&account));
    let it = &mut [&mut service];
    phone.step(it, "Apple's service says its token.", Event::AddressTold(apns()));
    phone.step(it, "The distributor says where it takes pushes.", web.clone());
    assert_eq!(it[0].newest_channels().len(), 3);
    phone.step(it, "Google's service is gone.", Event::AddressGone(PushWay::Fcm));
    phone.step(it, "So is Apple's.", Event::AddressGone(PushWay::Apns));
    let way = PushWay::WebPush { account: account.clone() };
    phone.step(it, "So is the distributor.", Event::AddressGone(way));
    assert_eq!(it[0].newest_channels().len(), 0);
    phone.step(it, "There is another distributor.", web);
    assert_eq!(it[0].newest_channels().len(), 1);
    phone.step(it, "She opens the account.", Event::OpenAccount(account));
    phone.step(it, "\"Remove the account from this phone\".", Event::RemoveAccount);
    phone.step(it, "\"Remove\".", Event::RemoveConfirmed);
    assert!(phone.subscriptions.is_empty());
    phone.scenario()
}
