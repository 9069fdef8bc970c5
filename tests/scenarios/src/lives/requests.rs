//! What waits: several requests, several accounts, and ends that come from elsewhere.

use super::{Life, anna, anna_asked, at_home, done, is_asked, notice, yes};
use crate::Scenario;
use crate::service::Service;
use crate::shell::{Phone, answers, bodies, greeting, result};
use authenticator_core::effect::{EffectKind, Key};
use authenticator_core::event::{Event, Frame};
use authenticator_core::screen::{Screen, WaitingRow};
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::code::Secret;
use authenticator_protocol::ids::WakeId;
use authenticator_protocol::request::paths;
use authenticator_protocol::wake::Wake;

pub(super) const LIVES: &[Life] = &[
    ("ended-elsewhere", ended_elsewhere),
    ("ended-elsewhere-while-answering", ended_elsewhere_while_answering),
    ("ended-while-the-prompt-is-open", ended_while_the_prompt_is_open),
    ("time-runs-out", time_runs_out),
    ("wrong-number", wrong_number),
    ("cancelled-by-the-user", cancelled_by_the_user),
    ("newer-request", newer_request),
    ("three-requests", three_requests),
    ("same-id-at-two-organisations", same_id),
    ("woken-at-the-back", woken_at_the_back),
    ("twelve-accounts", twelve_accounts),
];

fn last(service: &Service) -> authenticator_protocol::ids::ChallengeId {
    service.asked.last().expect("a request").id
}

fn waiting(phone: &Phone) -> Vec<WaitingRow> {
    match phone.screen() {
        Screen::Accounts { waiting, .. } => waiting,
        other => panic!("not the accounts: {other:?}"),
    }
}

fn ended_elsewhere() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "Another phone of Anna's answers while she reads.",
        "The question leaves the screen, which says why, and the number typed so far goes nowhere.",
    );
    phone.step(&mut [&mut service], "Anna types a digit.", Event::NumberEntered("4".into()));
    let before = answers(&service);
    service.end(last(&service), End::Approved);
    phone.step(&mut [&mut service], "The phone looks again.", Event::NetworkBack);
    assert_eq!(result(&phone.screen()), "phone-ended-elsewhere-text");
    assert_eq!(answers(&service), before);
    done(phone, &mut service)
}

fn ended_elsewhere_while_answering() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "Another phone's \"not me\" comes before Anna's answer.",
        "Her answer does not count, and she is not told that she is signed in.",
    );
    service.end(last(&service), End::Reported);
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-ended-elsewhere-text");
    done(phone, &mut service)
}

fn ended_while_the_prompt_is_open() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "The request is cancelled on the page while the unlock prompt is open on the phone.",
        "The end is shown at once, and a signature that is made after that is not sent.",
    );
    phone.hold_signing = Some(Key::Approval);
    let before = answers(&service);
    yes(&mut phone, &mut service);
    service.end(last(&service), End::Cancelled);
    phone.step(&mut [&mut service], "The phone looks again.", Event::NetworkBack);
    assert_eq!(result(&phone.screen()), "phone-cancelled-text");
    phone.release(&mut [&mut service]);
    assert_eq!(answers(&service), before);
    done(phone, &mut service)
}

fn time_runs_out() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "Anna types and does not press, until the time is out.",
        "The screen changes by itself, and says what to do.",
    );
    phone.step(&mut [&mut service], "Anna types the number.", Event::NumberEntered("47".into()));
    phone.wait(&mut [&mut service], 90);
    assert_eq!(result(&phone.screen()), "phone-expired-text");
    done(phone, &mut service)
}

fn wrong_number() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "Anna types a wrong number, and tries again on the page.",
        "The end is told, and the next request takes the screen by itself.",
    );
    phone.step(&mut [&mut service], "Anna types a wrong number.", Event::NumberEntered("48".into()));
    phone.step(&mut [&mut service], "\"Yes, it's me\".", Event::Approve);
    assert_eq!(result(&phone.screen()), "phone-wrong-number-text");
    phone.now = phone.now.plus_seconds(5);
    service.ask(Purpose::SignIn, phone.seconds());
    phone.step(&mut [&mut service], "She tries again on the page; the phone looks.", Event::NetworkBack);
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    done(phone, &mut service)
}

fn cancelled_by_the_user() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "Anna began to sign in and has changed her mind: \"Cancel this sign-in\".",
        "The sign-in ends without a prompt, and she is told so; nobody is alarmed.",
    );
    phone.step(&mut [&mut service], "\"Cancel this sign-in\".", Event::CancelSignIn);
    assert_eq!(service.asked.last().and_then(|asked| asked.end), Some((End::Denied, true)));
    assert_eq!(result(&phone.screen()), "phone-cancelled-text");
    assert!(
        !phone.signed.iter().any(|signing| signing.key == Key::Approval && signing.typ.contains("denial"))
    );
    done(phone, &mut service)
}

fn newer_request() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "Anna reloads the page, and a newer request takes the place of the one on the screen.",
        "She is told that this one is over, and comes to the new one, never to the old one again.",
    );
    phone.step(&mut [&mut service], "Anna types a digit.", Event::NumberEntered("4".into()));
    service.end(last(&service), End::Superseded);
    phone.now = phone.now.plus_seconds(3);
    service.ask(Purpose::SignIn, phone.seconds());
    phone.step(&mut [&mut service], "The phone looks again.", Event::NetworkBack);
    assert_eq!(result(&phone.screen()), "phone-superseded-text");
    phone.step(&mut [&mut service], "Anna has read it.", Event::Done);
    assert!(matches!(phone.screen(), Screen::Approve { entered, others: 0, .. } if entered.is_empty()));
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    done(phone, &mut service)
}

fn three_requests() -> Scenario {
    let (mut phone, mut service) = anna(
        "Three requests from different places, one of them Anna's own.",
        "All are listed, newest first, each with where it comes from; each is answered by itself.",
    );
    for (place, address, system) in [
        ("Gävle", "192.0.2.7", "Windows"),
        ("Lagos", "198.51.100.9", "Linux"),
        ("São Paulo", "203.0.113.44", "Android"),
    ] {
        let challenge = Challenge {
            place: Some(place.into()),
            address: Some(address.into()),
            system: Some(system.into()),
            recognised: place == "Gävle",
            ..service.challenge(Purpose::SignIn, phone.seconds())
        };
        let jws = challenge.unsigned().sign(&service.identity);
        service.put(challenge, jws);
        phone.now = phone.now.plus_seconds(2);
    }
    phone.step(&mut [&mut service], "Anna looks whether something waits.", Event::Refresh);
    let rows = waiting(&phone);
    assert_eq!(rows.len(), 3);
    assert!(rows.is_sorted_by_key(|row| std::cmp::Reverse(row.at)));
    for (row, others) in rows[..2].iter().zip([2, 1]) {
        let id = row.id.clone();
        phone.step(&mut [&mut service], "She opens the newest.", Event::OpenRequest(id));
        assert!(matches!(phone.screen(), Screen::Approve { others: it, .. } if it == others));
        phone.step(&mut [&mut service], "It was not her.", Event::NotMe);
        assert_eq!(result(&phone.screen()), "phone-reported-text");
        phone.step(&mut [&mut service], "She has read it.", Event::Done);
    }
    is_asked(&phone);
    yes(&mut phone, &mut service);
    let ends: Vec<_> = service.asked.iter().rev().take(3).map(|asked| asked.end).collect();
    let reported = Some((End::Reported, true));
    assert_eq!(ends, [reported, reported, Some((End::Approved, true))]);
    done(phone, &mut service)
}

/// A phone with an account at each of so many organisations.
fn phone_of(many: u8) -> (Phone, Vec<Service>) {
    let make = |number: u8| {
        let mut service = Service::new(&format!("https://mfa.region{number}.example"), number);
        service.organisation = format!("Region {number}");
        service.login = format!("anna@region{number}.example");
        service
    };
    let mut services: Vec<Service> = (1..=many).map(make).collect();
    let mut phone = Phone::new();
    let mut all: Vec<&mut Service> = services.iter_mut().collect();
    phone.event(&mut all, Event::Launched);
    for which in 0..all.len() {
        phone.enrol_among(&mut all, which);
    }
    (phone, services)
}

fn same_id() -> Scenario {
    let (mut phone, mut services) = phone_of(2);
    phone.record(
        "One organisation asks under the id of another one's request, and says that the id has ended.",
        "Neither hides, ends or answers the other's.",
    );
    let [one, two] = &mut services[..] else { panic!("two organisations") };
    let id = one.ask(Purpose::SignIn, phone.seconds());
    let same = Challenge { id, ..two.challenge(Purpose::SignIn, phone.seconds()) };
    let jws = same.unsigned().sign(&two.identity);
    two.put(same, jws);
    let both = &mut [one, two];
    phone.step(both, "Anna starts the app; both ask.", Event::Launched);
    phone.step(both, "She looks at all that waits.", Event::Back);
    assert_eq!(waiting(&phone).len(), 2);
    both[1].end(id, End::Cancelled);
    phone.step(both, "The second one ends its own.", Event::Foregrounded);
    let Screen::Approve { sender, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(sender.organisation, "Region 1");
    phone.step(both, "Anna types the number.", Event::NumberEntered("47".into()));
    phone.step(both, "\"Yes, it's me\".", Event::Approve);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    assert_eq!(both[0].asked.last().expect("a request").end, Some((End::Approved, true)));
    phone.step(both, "She has read it.", Event::Done);
    at_home(&phone);
    phone.scenario()
}

fn woken_at_the_back() -> Scenario {
    let (mut phone, mut service) = anna(
        "A push wakes the app at the back, and Anna opens the notification.",
        "It says nothing but that something waits, goes when she comes, and the request is there.",
    );
    phone.step(&mut [&mut service], "Anna puts the phone away.", Event::Backgrounded);
    phone.wait(&mut [&mut service], 40);
    assert!(phone.sockets.is_empty());
    service.ask(Purpose::SignIn, phone.seconds());
    phone.log.clear();
    phone.step(&mut [&mut service], "A push comes.", Event::WakeArrived(vec![9; 24]));
    let said = phone.log.iter().find_map(|effect| match &effect.kind {
        EffectKind::Notify { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert!(said.is_some_and(|text| text.args.is_empty()));
    phone.step(&mut [&mut service], "She opens it.", Event::Foregrounded);
    assert!(phone.log.iter().any(|effect| effect.kind == EffectKind::TakeBackNotification));
    is_asked(&phone);
    yes(&mut phone, &mut service);
    done(phone, &mut service)
}

fn twelve_accounts() -> Scenario {
    let (mut phone, mut services) = phone_of(12);
    phone.record(
        "Twelve accounts at twelve organisations; three of them ask.",
        "All accounts are listed as they were added. A wake makes the phone ask the organisation that sent it and no \
         other, and each answer goes to the one that asked.",
    );
    let all = &mut services.iter_mut().collect::<Vec<_>>()[..];
    phone.step(all, "Anna starts the app.", Event::Launched);
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    let names: Vec<String> = accounts.iter().map(|row| row.sender.organisation.clone()).collect();
    assert_eq!(names, (1..=12).map(|number| format!("Region {number}")).collect::<Vec<_>>());

    let (socket, _) =
        phone.sockets.iter().find(|(_, url)| url.contains("region7.")).cloned().expect("a socket");
    phone.step(all, "The socket of Region 7 greets.", greeting(socket));
    let key = all[6].devices[0].device_key;
    let opening = phone.opening().1.verify(&key, &crate::keys::Check).expect("a valid one");
    let secret: Secret<32> = opening.payload.secret;
    all[6].ask(Purpose::SignIn, phone.seconds());
    let fetches =
        |all: &[&mut Service]| all.iter().map(|it| bodies(it, paths::FETCH).len()).collect::<Vec<_>>();
    let before = fetches(all);
    let frame = Frame::Binary(Wake::new(WakeId::from_bytes([6; 16]), &secret).to_bytes().to_vec());
    phone.step(all, "It wakes the phone.", Event::SocketMessage { socket, frame });
    let woken: Vec<usize> = fetches(all).iter().zip(before).map(|(after, before)| after - before).collect();
    assert_eq!(woken, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    let Screen::Approve { sender, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(sender.organisation, "Region 7");

    all[1].ask(Purpose::SignIn, phone.now.plus_seconds(1).seconds());
    all[11].ask(Purpose::SignIn, phone.now.plus_seconds(2).seconds());
    phone.now = phone.now.plus_seconds(3);
    phone.step(all, "Two more ask; the phone looks again.", Event::NetworkBack);
    assert_eq!(notice(&phone), "phone-approve-many");
    for (name, which) in [("Region 7", 6), ("Region 12", 11), ("Region 2", 1)] {
        if let Screen::Accounts { waiting, .. } = phone.screen() {
            phone.step(all, "She opens the newest.", Event::OpenRequest(waiting[0].id.clone()));
        }
        let Screen::Approve { sender, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
        assert_eq!(sender.organisation, name);
        phone.step(all, "Anna types the number.", Event::NumberEntered("47".into()));
        phone.step(all, "\"Yes, it's me\".", Event::Approve);
        assert_eq!(all[which].asked.last().expect("a request").end, Some((End::Approved, true)), "{name}");
        phone.step(all, "She has read it.", Event::Done);
    }
    at_home(&phone);
    phone.scenario()
}
