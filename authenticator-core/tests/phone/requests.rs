//! What waits: property 7, several requests, several accounts, notifications.

use crate::service::{Key as SoftKey, Service};
use crate::shell::{Phone, bodies, enrolled, result};
use authenticator_core::effect::EffectKind;
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::jws::{Header, Unsigned};
use authenticator_protocol::request::paths;
use authenticator_protocol::time::Seconds;

#[test]
fn only_what_the_organisation_asks_this_phone_now_is_shown() {
    type Make = fn(&Service, Challenge) -> String;
    let unfair: [(&str, Make); 7] = [
        ("another key", |_, challenge| challenge.unsigned().sign(&SoftKey::new(66))),
        ("another device", |service, challenge| {
            let challenge = Challenge { device: DeviceId::from_bytes([1; 16]), ..challenge };
            challenge.unsigned().sign(&service.identity)
        }),
        ("expired", |service, challenge| {
            let challenge = Challenge { exp: Seconds(challenge.exp.0 - 90), ..challenge };
            challenge.unsigned().sign(&service.identity)
        }),
        ("tampered", |service, challenge| {
            let honest = challenge.unsigned().sign(&service.identity);
            let forged = Challenge { application: "Payroll".into(), ..challenge }.unsigned();
            format!("{}.{}", forged.as_str(), honest.rsplit_once('.').unwrap().1)
        }),
        ("hidden characters", |service, challenge| {
            let challenge = Challenge { application: "My\u{202E}Apps".into(), ..challenge };
            challenge.unsigned().sign(&service.identity)
        }),
        ("hidden characters in a purpose", |service, challenge| {
            let purpose = Purpose::AddDevice { model: "i\u{200B}Phone".into() };
            Challenge { purpose, ..challenge }.unsigned().sign(&service.identity)
        }),
        ("another type", |service, _| {
            Unsigned::new(Header::default(), &authenticator_protocol::fetch::Fetch {}).sign(&service.identity)
        }),
    ];
    for (what, make) in unfair {
        let (mut phone, mut service) = enrolled();
        let challenge = service.challenge(Purpose::SignIn, phone.seconds());
        let jws = make(&service, challenge.clone());
        service.put(challenge, jws);
        let before = phone.core.ignored();
        phone.event(&mut [&mut service], Event::Refresh);
        let Screen::Accounts { waiting, .. } = phone.screen() else { panic!("{what}: {:?}", phone.screen()) };
        assert!(waiting.is_empty(), "{what}");
        assert_eq!(phone.core.ignored(), before + 1, "{what}");
    }
}

#[test]
fn what_this_version_cannot_show_asks_for_an_update_once() {
    let (mut phone, mut service) = enrolled();
    let challenge = service.challenge(Purpose::SignIn, phone.seconds());
    let show = vec!["organisation".to_owned(), "weather".to_owned()];
    let jws = Unsigned::new(Header::showing(show), &challenge).sign(&service.identity);
    service.put(challenge, jws);
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(result(&phone.screen()), "phone-error-update");
    phone.event(&mut [&mut service], Event::Done);
    phone.event(&mut [&mut service], Event::Refresh);
    assert!(matches!(phone.screen(), Screen::Accounts { waiting, .. } if waiting.is_empty()));
}

#[test]
fn several_requests_are_listed_newest_first() {
    let (mut phone, mut service) = enrolled();
    for purpose in [Purpose::SignIn, Purpose::OpenSecurity, Purpose::ResetPassword] {
        service.ask(purpose, phone.seconds());
        phone.now = phone.now.plus_seconds(2);
    }
    phone.event(&mut [&mut service], Event::Foregrounded);
    let Screen::Accounts { waiting, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(waiting.len(), 3);
    assert!(waiting.is_sorted_by_key(|row| std::cmp::Reverse(row.at)));
    phone.event(&mut [&mut service], Event::OpenRequest(waiting[1].id.clone()));
    assert!(matches!(phone.screen(), Screen::Approve { request, others: 2, .. } if request == waiting[1].id));
    phone.event(&mut [&mut service], Event::NotMe);
    phone.event(&mut [&mut service], Event::Done);
    assert!(matches!(phone.screen(), Screen::Accounts { waiting, .. } if waiting.len() == 2));
    phone.wait(&mut [&mut service], 90);
    assert!(matches!(phone.screen(), Screen::Accounts { waiting, .. } if waiting.is_empty()));
}

#[test]
fn looking_again_says_what_came_of_it() {
    let (mut phone, mut service) = enrolled();
    let notice = |phone: &Phone| match phone.screen() {
        Screen::Accounts { notice, .. } => notice.map(|text| text.key),
        other => panic!("{other:?}"),
    };
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(notice(&phone).as_deref(), Some("phone-no-requests"));
    phone.event(&mut [&mut service], Event::Foregrounded);
    assert_eq!(notice(&phone), None, "said once");
    phone.offline = true;
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(notice(&phone).as_deref(), Some("phone-offline-text"));
    phone.offline = false;
    service.say.push((502, "<html>"));
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(notice(&phone).as_deref(), Some("phone-error-server"));
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert!(matches!(phone.screen(), Screen::Approve { .. }));
}

#[test]
fn one_fetch_at_a_time_and_one_after_it() {
    let (mut phone, mut service) = enrolled();
    let before = bodies(&service, paths::FETCH).len();
    phone.hold = Some(paths::FETCH);
    for _ in 0..5 {
        phone.event(&mut [&mut service], Event::Refresh);
    }
    assert!(matches!(phone.screen(), Screen::Accounts { checking: true, .. }));
    assert_eq!(phone.held.len(), 1);
    phone.release(&mut [&mut service]);
    assert_eq!(bodies(&service, paths::FETCH).len(), before + 2);
    assert!(matches!(phone.screen(), Screen::Accounts { checking: false, .. }));
}

#[test]
fn two_accounts_keep_apart() {
    let (mut phone, mut one) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    let mut two = Service::new("https://mfa.regiony.example", 2);
    two.login = "anna@regiony.example".into();
    phone.event(&mut [], Event::Launched);
    phone.enrol(&mut one);
    let link = two.link();
    let both = &mut [&mut one, &mut two];
    phone.event(both, Event::LinkOpened(link));
    phone.event(both, Event::Confirmed);
    both[1].ask(Purpose::ConfirmTest, phone.now.seconds());
    phone.event(both, Event::Refresh);
    phone.event(both, Event::NumberEntered("47".into()));
    phone.event(both, Event::Approve);
    phone.event(both, Event::Done);
    assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.len() == 2));

    // The first organisation cannot ask in the name of the second.
    let stolen = Challenge {
        device: both[1].devices[0].id,
        ..both[0].challenge(Purpose::SignIn, phone.now.seconds())
    };
    let jws = stolen.unsigned().sign(&both[0].identity);
    both[1].put(stolen, jws);
    // Nor can the second call itself by the name of the first: its own key, another name.
    let name = "Region Z".to_owned();
    let pretending =
        Challenge { organisation: name, ..both[1].challenge(Purpose::SignIn, phone.now.seconds()) };
    let jws = pretending.unsigned().sign(&both[1].identity);
    both[1].put(pretending, jws);
    both[0].ask(Purpose::SignIn, phone.now.seconds());
    phone.event(both, Event::Refresh);
    let Screen::Approve { sender, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(sender.login, "anna@regionx.example");
    phone.event(both, Event::NotMe);
    assert_eq!(result(&phone.screen()), "phone-reported-text");
    // The first signature of all was the claim at the first organisation.
    assert_eq!(phone.signed.last().unwrap().account, phone.signed[0].account);
}

#[test]
fn at_the_back_a_request_is_announced_without_content() {
    let (mut phone, mut service) = enrolled();
    phone.event(&mut [&mut service], Event::Backgrounded);
    service.ask(Purpose::SignIn, phone.seconds());
    phone.log.clear();
    phone.event(&mut [&mut service], Event::WakeArrived(vec![0; 24]));
    let notify = phone.log.iter().find_map(|effect| match &effect.kind {
        EffectKind::Notify { text, until } => Some((text.clone(), *until)),
        _ => None,
    });
    let (text, until) = notify.expect("a notification");
    assert_eq!((text.key.as_str(), text.args.len()), ("phone-lock-push", 0));
    assert_eq!(until, phone.now.plus_seconds(90));
    phone.event(&mut [&mut service], Event::Foregrounded);
    assert!(phone.log.iter().any(|effect| effect.kind == EffectKind::TakeBackNotification));
    assert!(matches!(phone.screen(), Screen::Approve { .. }));
}
