//! Whole lives in which the process is killed after each effect, when it was carried out and when it was not, and
//! started again from what was saved last: nothing is answered twice, no key is left without an owner, and the screen
//! says what is so.

use authenticator_core::event::Event;
use authenticator_core::screen::{AccountState, Screen};
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::request::paths;
use scenarios::service::Service;
use scenarios::shell::{Kill, Phone, bodies, enrolled};
use std::collections::BTreeSet;

type Life = fn(&mut Phone, &mut Service);
type Start = fn() -> (Phone, Service);

/// Kills `life` everywhere, again while it recovers, and looks at what is so `after` that. Returns how many effects
/// the life has.
fn sweep(start: Start, life: Life, after: Life) -> usize {
    let mut effects = 0;
    loop {
        for carried_out in [false, true] {
            let (mut phone, mut service) = start();
            phone.kill = Some(Kill { after: effects, carried_out });
            life(&mut phone, &mut service);
            if !phone.dead {
                assert!(effects > 3, "the life itself was told");
                return effects;
            }
            // The next process does not live long either, in every third case.
            if effects % 3 == 0 {
                phone.restart_killed(&mut [&mut service], Kill { after: effects / 3, carried_out });
            }
            phone.restart(&mut [&mut service]);
            owned(&phone);
            after(&mut phone, &mut service);
            owned(&phone);
            once(&service);
            assert!(matches!(phone.screen(), Screen::Accounts { .. }), "{:?}", phone.screen());
        }
        effects += 1;
    }
}

/// Each key has an account, and each account that is not over has its keys.
fn owned(phone: &Phone) {
    let Some(saved) = &phone.saved else { return assert!(phone.keys.is_empty()) };
    let saved: serde_json::Value = serde_json::from_slice(saved).expect("JSON");
    let accounts = saved["accounts"].as_array().expect("accounts");
    let live = accounts.iter().filter(|account| account["ended"] == false);
    let live: BTreeSet<&str> = live.filter_map(|account| account["id"].as_str()).collect();
    let keys: BTreeSet<&str> = phone.keys.keys().map(String::as_str).collect();
    assert_eq!(keys, live);
    assert_eq!(saved["unfinished"], serde_json::json!([]));
}

/// No request got two different answers.
fn once(service: &Service) {
    let answers: BTreeSet<&[u8]> = bodies(service, paths::ANSWER).into_iter().collect();
    let answered = service.asked.iter().filter(|asked| asked.end.is_some_and(|(_, here)| here)).count();
    assert_eq!(answers.len(), answered);
}

fn states(phone: &Phone) -> Vec<AccountState> {
    match phone.screen() {
        Screen::Accounts { accounts, .. } => accounts.iter().map(|row| row.state).collect(),
        other => panic!("not the accounts: {other:?}"),
    }
}

fn new() -> (Phone, Service) {
    (Phone::new(), Service::new("https://mfa.regionx.example", 1))
}

fn asked() -> (Phone, Service) {
    let (phone, mut service) = enrolled();
    service.ask(Purpose::SignIn, phone.seconds());
    (phone, service)
}

fn enrol(phone: &mut Phone, service: &mut Service) {
    phone.event(&mut [service], Event::Launched);
    phone.scan(service);
    phone.event(&mut [service], Event::Confirmed);
    confirm(phone, service);
}

/// The test approval, as far as there is something to test.
fn confirm(phone: &mut Phone, service: &mut Service) {
    if service.devices.last().is_some_and(|device| !device.confirmed && !device.ended) {
        service.ask(Purpose::ConfirmTest, phone.seconds());
        phone.event(&mut [service], Event::Refresh);
        phone.approve(service, "47");
        phone.event(&mut [service], Event::Done);
    }
}

#[test]
fn an_enrolment() {
    let effects = sweep(new, enrol, |phone, service| {
        let confirmed = service.devices.last().is_some_and(|device| device.confirmed);
        if matches!(phone.screen(), Screen::Approve { .. }) {
            // The test waited.
            phone.approve(service, "47");
            phone.event(&mut [service], Event::Done);
        } else if states(phone).is_empty() {
            assert!(!confirmed, "an account that counts is on the phone");
            service.devices.clear();
            service.asked.clear();
            service.arrived.clear();
            service.another_code();
            phone.enrol(service);
        } else if !confirmed {
            assert_eq!(states(phone), [AccountState::Unfinished]);
            confirm(phone, service);
        }
        assert_eq!(states(phone), [AccountState::Ready]);
        assert!(service.devices.last().is_some_and(|device| device.confirmed));
    });
    println!("{effects} effects");
}

/// After the restart the request waits if the service has no answer, and does not if it has one.
fn answer(phone: &mut Phone, service: &mut Service, answer: &Event, end: End) {
    let ended = service.asked.last().and_then(|asked| asked.end).is_some();
    assert_eq!(matches!(phone.screen(), Screen::Approve { .. }), !ended, "{:?}", phone.screen());
    if !ended {
        phone.event(&mut [service], Event::NumberEntered("47".into()));
        phone.event(&mut [service], answer.clone());
        phone.event(&mut [service], Event::Done);
    }
    assert_eq!(service.asked.last().and_then(|asked| asked.end), Some((end, true)));
    assert_eq!(states(phone), [AccountState::Ready]);
}

#[test]
fn an_approval() {
    let life: Life = |phone, service| {
        phone.event(&mut [service], Event::Launched);
        phone.approve(service, "47");
        phone.event(&mut [service], Event::Done);
    };
    let effects = sweep(asked, life, |phone, service| answer(phone, service, &Event::Approve, End::Approved));
    println!("{effects} effects");
}

#[test]
fn a_denial() {
    let life: Life = |phone, service| {
        phone.event(&mut [service], Event::Launched);
        phone.event(&mut [service], Event::NotMe);
        phone.event(&mut [service], Event::Done);
    };
    let effects = sweep(asked, life, |phone, service| answer(phone, service, &Event::NotMe, End::Reported));
    println!("{effects} effects");
}

#[test]
fn a_removal() {
    let life: Life = |phone, service| {
        phone.event(&mut [service], Event::Launched);
        if let Screen::Accounts { accounts, .. } = phone.screen() {
            phone.event(&mut [service], Event::OpenAccount(accounts[0].id.clone()));
        }
        phone.event(&mut [service], Event::RemoveAccount);
        phone.event(&mut [service], Event::RemoveConfirmed);
    };
    let effects = sweep(enrolled, life, |phone, service| {
        let expected: &[AccountState] = if service.devices[0].ended { &[] } else { &[AccountState::Ready] };
        assert_eq!(states(phone), expected, "the phone shows what the organisation counts on");
    });
    println!("{effects} effects");
}

#[test]
fn an_end_by_the_organisation() {
    let life: Life = |phone, service| {
        service.devices[0].ended = true;
        phone.event(&mut [service], Event::Launched);
        phone.event(&mut [service], Event::Done);
    };
    let effects = sweep(enrolled, life, |phone, service| {
        if matches!(phone.screen(), Screen::Result { .. }) {
            phone.event(&mut [service], Event::Done);
        }
        assert_eq!(states(phone), [AccountState::Ended]);
    });
    println!("{effects} effects");
}
