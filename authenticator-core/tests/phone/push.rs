//! Channels beside the socket: what is registered when, and which wake is whose (property 19).

use crate::service::{Check, Service};
use crate::shell::{Phone, apns, bodies, enrolled, fcm, push, two_accounts, web_push};
use authenticator_core::effect::{EffectKind, Key};
use authenticator_core::event::{Event, PushAddress, PushWay};
use authenticator_protocol::channels::{Channel, Channels, PushAddress as To};
use authenticator_protocol::jws::Unverified;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use scenarios::channels::everything;

/// A phone with one account whose organisation can use everything, and a token of Google's.
fn registered() -> (Phone, Service) {
    let (mut phone, mut service) = enrolled();
    service.push = Some(everything());
    phone.event(&mut [&mut service], Event::AddressTold(fcm(1)));
    assert_eq!(service.newest_channels().len(), 1);
    (phone, service)
}

fn registrations(service: &Service) -> usize {
    bodies(service, paths::CHANNELS).len()
}

fn receipts(service: &Service) -> usize {
    service.arrived.iter().filter(|(path, _)| path.starts_with(paths::RECEIPTS)).count()
}

fn fetches(service: &Service) -> usize {
    bodies(service, paths::FETCH).len()
}

fn token(channel: &Channel) -> &str {
    match &channel.address {
        To::Fcm(address) => &address.token,
        other => panic!("{other:?}"),
    }
}

/// The account's name for the shell.
fn account(phone: &Phone) -> String {
    phone.keys.keys().next().unwrap().clone()
}

#[test]
fn a_new_account_is_registered_with_what_the_phone_has() {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    service.push = Some(everything());
    phone.event(&mut [&mut service], Event::Launched);
    phone.event(&mut [&mut service], Event::AddressTold(fcm(1)));
    assert_eq!(registrations(&service), 0, "nobody to tell");
    phone.enrol(&mut service);
    assert_eq!((registrations(&service), token(&service.newest_channels()[0])), (1, "fcm-token-1:APA91b"));
    assert_eq!(phone.keys_for("styrk-channels+jws"), [Key::Device]);
    let key = everything().web_push.unwrap().key;
    let asked = phone.subscriptions.iter().next().map(|(account, key)| (account.clone(), key.clone()));
    assert_eq!(asked, Some((account(&phone), key.to_string())), "a subscription is asked for");

    let subscription = web_push(&account(&phone));
    phone.event(&mut [&mut service], Event::AddressTold(subscription.clone()));
    let [one, other] = service.newest_channels() else { panic!("{:?}", service.newest_channels()) };
    assert!(matches!((&one.address, &other.address), (To::Fcm(_), To::WebPush(_))));
    assert_ne!(one.secret, other.secret);
    phone.event(&mut [&mut service], Event::AddressTold(subscription));
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(registrations(&service), 2, "nothing has changed");
}

#[test]
fn an_organisation_is_told_only_what_it_can_use() {
    let (mut phone, mut one, mut two) = two_accounts();
    one.push = Some(everything());
    two.push = Some(authenticator_protocol::channels::Push { apns: true, ..Default::default() });
    let name = account(&phone);
    for address in [apns(), fcm(1), web_push(&name)] {
        phone.event(&mut [&mut one, &mut two], Event::AddressTold(address));
    }
    let (of_one, of_two) = (one.newest_channels().len(), two.newest_channels().len());
    // The subscription is of one of the two, whichever the name is of.
    assert_eq!((of_one, of_two), if phone.subscriptions.contains_key(&name) { (3, 1) } else { (2, 1) });
    assert!(matches!(two.newest_channels()[0].address, To::Apns(_)));
    let of_apple = |service: &Service| {
        service.newest_channels().iter().find(|it| matches!(it.address, To::Apns(_))).unwrap().secret.clone()
    };
    assert_ne!(of_apple(&one), of_apple(&two), "two organisations share no secret");
}

#[test]
fn without_addresses_or_providers_nothing_is_asked() {
    let (mut phone, mut service) = enrolled();
    service.push = Some(everything());
    for _ in 0..3 {
        phone.event(&mut [&mut service], Event::Refresh);
    }
    assert_eq!(registrations(&service), 0);
    service.push = None;
    phone.restart(&mut [&mut service]);
    phone.event(&mut [&mut service], Event::AddressTold(fcm(1)));
    assert_eq!(registrations(&service), 0);
}

#[test]
fn a_new_address_comes_with_a_new_secret_and_the_old_one_is_known_for_a_while() {
    let (mut phone, mut service) = registered();
    let old = service.newest_channels()[0].clone();
    phone.event(&mut [&mut service], Event::AddressTold(fcm(2)));
    let new = service.newest_channels()[0].clone();
    assert!(token(&new) == "fcm-token-2:APA91b" && new.secret != old.secret);
    let receipts_of = |phone: &mut Phone, service: &mut Service, channel, number| {
        let before = (receipts(service), fetches(service));
        phone.event(&mut [service], push(channel, number));
        assert_eq!(fetches(service), before.1 + 1);
        receipts(service) - before.0
    };
    assert_eq!(receipts_of(&mut phone, &mut service, &new, 1), 1);
    assert_eq!(receipts_of(&mut phone, &mut service, &old, 2), 1);
    phone.now = phone.now.plus_seconds(599);
    assert_eq!(receipts_of(&mut phone, &mut service, &old, 3), 1);
    phone.now = phone.now.plus_seconds(2);
    assert_eq!(receipts_of(&mut phone, &mut service, &old, 4), 0);
    assert_eq!(receipts_of(&mut phone, &mut service, &new, 5), 1);
}

#[test]
fn what_is_refused_is_not_sent_after_every_fetch() {
    let (mut phone, mut service) = enrolled();
    (service.push, service.takes_none) = (Some(everything()), true);
    phone.event(&mut [&mut service], Event::AddressTold(fcm(1)));
    for _ in 0..5 {
        phone.event(&mut [&mut service], Event::Refresh);
    }
    assert_eq!(registrations(&service), 1);
    service.takes_none = false;
    phone.now = phone.now.plus_seconds(601);
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!((registrations(&service), service.newest_channels().len()), (2, 1));
}

#[test]
fn an_organisation_that_lost_the_channels_gets_them_with_fresh_secrets() {
    let (mut phone, mut service) = registered();
    let before = service.newest_channels()[0].secret.clone();
    service.channels.clear();
    phone.now = phone.now.plus_seconds(601);
    phone.event(&mut [&mut service], Event::Refresh);
    assert_ne!(service.newest_channels()[0].secret, before);
}

#[test]
fn without_network_it_is_tried_again_slower_each_time() {
    let (mut phone, mut service) = registered();
    phone.event(&mut [&mut service], Event::Backgrounded);
    phone.wait(&mut [&mut service], 31);
    phone.offline = true;
    phone.event(&mut [&mut service], Event::AddressTold(fcm(2)));
    let mut waits = Vec::new();
    for _ in 0..14 {
        let (timer, at) = phone.timers.iter().next().map(|(timer, at)| (*timer, *at)).unwrap();
        assert_eq!(phone.timers.len(), 1);
        waits.push(at.since(phone.now));
        phone.timers.remove(&timer);
        phone.now = at;
        phone.event(&mut [&mut service], Event::TimerFired(timer));
    }
    assert!((5_000..=7_500).contains(&waits[0]) && (10_000..=15_000).contains(&waits[1]), "{waits:?}");
    assert!((3_600_000..5_400_000).contains(&waits[13]) && waits[12] != waits[13], "{waits:?}");
    phone.offline = false;
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert_eq!(token(&service.newest_channels()[0]), "fcm-token-2:APA91b");
    assert!(phone.timers.is_empty(), "no more waiting: {:?}", phone.timers);
}

#[test]
fn a_registration_whose_answer_was_lost_is_sent_again_with_its_secrets() {
    let (mut phone, mut service) = enrolled();
    service.push = Some(everything());
    phone.lose = Some(paths::CHANNELS);
    phone.event(&mut [&mut service], Event::AddressTold(fcm(1)));
    let first = service.newest_channels()[0].clone();
    phone.event(&mut [&mut service], push(&first, 1));
    assert_eq!(receipts(&service), 1, "it has arrived all the same");
    phone.lose = None;
    phone.wait(&mut [&mut service], 10);
    assert_eq!((registrations(&service), &service.newest_channels()[0]), (2, &first));
    phone.wait(&mut [&mut service], 86_400);
    assert_eq!(registrations(&service), 2);
}

#[test]
fn whatever_goes_wrong_is_tried_again() {
    for code in [Code::Replayed, Code::TooMany, Code::Unavailable, Code::NotFound, Code::Signature] {
        let (mut phone, mut service) = enrolled();
        phone.event(&mut [&mut service], Event::AddressTold(fcm(1)));
        service.push = Some(everything());
        phone.hold = Some(paths::CHANNELS);
        phone.event(&mut [&mut service], Event::Refresh);
        service.refuse.push(code);
        phone.release(&mut [&mut service]);
        assert_eq!(service.newest_channels().len(), 0, "{code:?}");
        phone.wait(&mut [&mut service], 10);
        assert_eq!(service.newest_channels().len(), 1, "{code:?}");
    }
}

#[test]
fn an_address_that_changes_meanwhile_is_told_next() {
    let (mut phone, mut service) = registered();
    phone.hold = Some(paths::CHANNELS);
    for number in [2, 3, 4] {
        phone.event(&mut [&mut service], Event::AddressTold(fcm(number)));
    }
    assert_eq!(phone.held.len(), 1, "one at a time");
    phone.release(&mut [&mut service]);
    assert_eq!((registrations(&service), token(&service.newest_channels()[0])), (3, "fcm-token-4:APA91b"));
}

#[test]
fn an_address_that_comes_back_is_told_again_when_the_other_one_may_have_arrived() {
    let (mut phone, mut service) = registered();
    phone.lose = Some(paths::CHANNELS);
    phone.event(&mut [&mut service], Event::AddressTold(fcm(2)));
    assert_eq!(token(&service.newest_channels()[0]), "fcm-token-2:APA91b");
    phone.lose = None;
    phone.event(&mut [&mut service], Event::AddressTold(fcm(1)));
    phone.wait(&mut [&mut service], 10);
    assert_eq!(token(&service.newest_channels()[0]), "fcm-token-1:APA91b");
}

#[test]
fn killed_in_between_the_new_secret_is_known() {
    let (mut phone, mut service) = registered();
    let old = service.newest_channels()[0].clone();
    phone.lose = Some(paths::CHANNELS);
    phone.event(&mut [&mut service], Event::AddressTold(fcm(2)));
    let new = service.newest_channels()[0].clone();
    phone.lose = None;
    phone.hold = Some(paths::FETCH);
    phone.started_by(&mut [&mut service], push(&new, 1));
    phone.event(&mut [&mut service], push(&old, 2));
    assert_eq!(receipts(&service), 2, "the old one too: nobody has said that it is over");
    phone.release(&mut [&mut service]);
    assert_eq!((registrations(&service), &service.newest_channels()[0]), (3, &new));
}

#[test]
fn a_push_starts_the_app_and_is_one_accounts() {
    let (mut phone, mut one, mut two) = two_accounts();
    (one.push, two.push) = (Some(everything()), Some(everything()));
    phone.event(&mut [&mut one, &mut two], Event::AddressTold(fcm(1)));
    let before = (fetches(&one), fetches(&two));
    let wake = push(&two.newest_channels()[0], 1);
    phone.started_by(&mut [&mut one, &mut two], wake);
    assert_eq!((fetches(&one) - before.0, fetches(&two) - before.1), (0, 1));
    assert_eq!((receipts(&one), receipts(&two)), (0, 1));
    let unknown = Event::WakeArrived(vec![1; 24]);
    phone.event(&mut [&mut one, &mut two], unknown);
    assert_eq!((fetches(&one) - before.0, fetches(&two) - before.1), (1, 2), "nobody's: all are asked");
    assert_eq!((receipts(&one), receipts(&two)), (0, 1));
    let ignored = phone.core.ignored();
    phone.event(&mut [&mut one, &mut two], Event::WakeArrived(vec![1; 23]));
    assert_eq!((fetches(&one) - before.0, phone.core.ignored()), (1, ignored + 1));
}

#[test]
fn it_is_told_again_after_25_days() {
    let (mut phone, mut service) = registered();
    for (days, times) in [(24, 1), (26, 2), (27, 2), (52, 3)] {
        phone.now = crate::shell::START.plus_seconds(days * 86_400);
        phone.event(&mut [&mut service], Event::Refresh);
        assert_eq!(registrations(&service), times, "day {days}");
    }
    phone.now = crate::shell::START;
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(registrations(&service), 4, "a clock that was set back");
}

#[test]
fn a_new_key_of_the_service_asks_for_a_new_subscription() {
    let (mut phone, mut service) = registered();
    let name = account(&phone);
    phone.event(&mut [&mut service], Event::AddressTold(web_push(&name)));
    let before = registrations(&service);
    service.push.as_mut().unwrap().web_push.as_mut().unwrap().key.0[5] ^= 1;
    phone.now = phone.now.plus_seconds(1);
    phone.event(&mut [&mut service], Event::Refresh);
    let key = service.push.as_ref().unwrap().web_push.unwrap().key.to_string();
    assert_eq!(phone.subscriptions.get(&name), Some(&key));
    assert_eq!(registrations(&service), before + 1, "the channel is for the new key");
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(registrations(&service), before + 1);
}

#[test]
fn a_way_that_is_gone_is_no_channel_any_more() {
    let (mut phone, mut service) = registered();
    phone.event(&mut [&mut service], Event::AddressTold(apns()));
    assert_eq!(service.newest_channels().len(), 2);
    phone.event(&mut [&mut service], Event::AddressGone(PushWay::Fcm));
    assert!(matches!(service.newest_channels(), [Channel { address: To::Apns(_), .. }]));
    phone.event(&mut [&mut service], Event::AddressGone(PushWay::Apns));
    let last = bodies(&service, paths::CHANNELS).last().map(|body| body.to_vec()).unwrap();
    let last = Unverified::<Channels>::parse(std::str::from_utf8(&last).unwrap()).unwrap();
    assert_eq!(last.verify(&service.devices[0].device_key, &Check).unwrap().payload.channels, []);
    let before = registrations(&service);
    phone.event(&mut [&mut service], Event::AddressGone(PushWay::Apns));
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(registrations(&service), before);
}

#[test]
fn nothing_is_left_of_an_account_that_is_removed() {
    let (mut phone, mut service) = registered();
    let name = account(&phone);
    phone.event(&mut [&mut service], Event::AddressTold(web_push(&name)));
    let channel = service.newest_channels()[0].clone();
    phone.event(&mut [&mut service], Event::OpenAccount(name.clone()));
    phone.event(&mut [&mut service], Event::RemoveAccount);
    phone.event(&mut [&mut service], Event::RemoveConfirmed);
    assert!(phone.subscriptions.is_empty());
    let saved = String::from_utf8(phone.saved.clone().unwrap()).unwrap();
    assert!(saved.contains("fcm-token-1") && !saved.contains("push.example") && !saved.contains(&name));
    let before = (receipts(&service), phone.core.ignored());
    phone.event(&mut [&mut service], push(&channel, 1));
    assert_eq!(receipts(&service), before.0);
    phone.event(&mut [&mut service], Event::AddressTold(web_push(&name)));
    assert_eq!(phone.core.ignored(), before.1 + 1, "a subscription of nobody's");
}

#[test]
fn an_organisation_that_ends_the_account_is_told_nothing_more() {
    let (mut phone, mut service) = registered();
    let secret = authenticator_protocol::code::encode(&service.newest_channels()[0].secret.0);
    assert!(String::from_utf8(phone.saved.clone().unwrap()).unwrap().contains(&secret));
    service.devices[0].ended = true;
    phone.event(&mut [&mut service], Event::AddressTold(fcm(2)));
    assert_eq!(crate::shell::result(&phone.screen()), "phone-account-ended-text");
    assert!(phone.subscriptions.is_empty());
    assert!(!String::from_utf8(phone.saved.clone().unwrap()).unwrap().contains(&secret));
    let before = registrations(&service);
    phone.event(&mut [&mut service], Event::AddressTold(fcm(3)));
    phone.wait(&mut [&mut service], 7_200);
    assert_eq!(registrations(&service), before);
}

#[test]
fn what_is_no_address_is_ignored() {
    let (mut phone, mut service) = registered();
    let name = account(&phone);
    let (before, ignored) = (registrations(&service), phone.core.ignored());
    let web = |p256dh: &str, auth: &str, endpoint: &str| PushAddress::WebPush {
        account: name.clone(),
        endpoint: endpoint.to_owned(),
        p256dh: p256dh.to_owned(),
        auth: auth.to_owned(),
    };
    let PushAddress::WebPush { endpoint, p256dh, auth, .. } = web_push(&name) else { panic!() };
    let wrong = [
        PushAddress::Fcm { token: String::new() },
        PushAddress::Fcm { token: "x".repeat(2_049) },
        web(&p256dh[1..], &auth, &endpoint),
        web(&p256dh, &auth[1..], &endpoint),
        web(&p256dh, &auth, ""),
    ];
    let count = u64::try_from(wrong.len()).unwrap();
    for address in wrong {
        phone.event(&mut [&mut service], Event::AddressTold(address));
    }
    assert_eq!((registrations(&service), phone.core.ignored()), (before, ignored + count));
    phone.event(
        &mut [&mut service],
        Event::AddressTold(web(&format!("{p256dh}="), &format!("{auth}=="), &endpoint)),
    );
    assert_eq!(registrations(&service), before + 1, "padded, as some distributors do");
}

#[test]
fn no_address_and_no_secret_is_printed() {
    let (mut phone, mut service) = registered();
    let name = account(&phone);
    phone.event(&mut [&mut service], Event::AddressTold(web_push(&name)));
    let secret = authenticator_protocol::code::encode(&service.newest_channels()[0].secret.0);
    let saved = String::from_utf8(phone.saved.clone().unwrap()).unwrap();
    assert!(saved.contains(&secret) && saved.contains("push.example"), "kept for the next start");
    phone.hold = Some(paths::CHANNELS);
    phone.event(&mut [&mut service], Event::AddressTold(fcm(2)));
    let told = [fcm(1), apns(), web_push(&name)].map(Event::AddressTold);
    let debug = format!("{:?} {:#?} {:?} {told:?}", phone.core, phone.core.view(), phone.log);
    for hidden in [secret.as_str(), "fcm-token", "push.example", "abab"] {
        assert!(!debug.contains(hidden), "{hidden}");
    }
    assert!(
        !phone.log.iter().any(
            |effect| matches!(&effect.kind, EffectKind::SendSocket { text, .. } if text.contains(&secret))
        )
    );
}
