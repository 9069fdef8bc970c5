//! What waits: property 7, several requests, several accounts, notifications.

use crate::service::{Key as SoftKey, Service};
use crate::shell::{Phone, bodies, enrolled, result, two_accounts};
use authenticator_core::effect::EffectKind;
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use authenticator_core::text::Text;
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::code::encode;
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::jws::{Header, Unsigned};
use authenticator_protocol::problem::Code;
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
            Unsigned::new(Header::default(), &authenticator_protocol::fetch::Leave {}).sign(&service.identity)
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
fn a_newer_form_asks_for_an_update_and_a_strangers_does_not() {
    for (key, asks) in [(None, true), (Some(SoftKey::new(66)), false)] {
        let (mut phone, mut service) = enrolled();
        let challenge = service.challenge(Purpose::SignIn, phone.seconds());
        let unsigned = challenge.unsigned();
        let (header, _) = unsigned.as_str().split_once('.').unwrap();
        let input = format!("{header}.{}", encode(br#"{"form":"newer"}"#));
        let jws = Unsigned::from_stored(input).sign(key.as_ref().unwrap_or(&service.identity));
        service.put(challenge, jws);
        phone.event(&mut [&mut service], Event::Refresh);
        assert_eq!(matches!(phone.screen(), Screen::Result { .. }), asks, "{:?}", phone.screen());
        assert!(!asks || result(&phone.screen()) == "phone-error-update");
    }
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
    for (status, said) in [
        (502, "phone-error-server"),
        (511, "phone-error-stranger"),
        (404, "phone-error-stranger"),
        (200, "phone-error-stranger"),
    ] {
        service.say.push((status, "<html>"));
        phone.event(&mut [&mut service], Event::Refresh);
        assert_eq!(notice(&phone).as_deref(), Some(said), "{status}");
    }
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
    two.organisation = "Region Y".into();
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
    let name = "REGION X".to_owned();
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
    phone.event(both, Event::Done);
    phone.event(both, Event::Refresh);
    assert_eq!(result(&phone.screen()), "phone-error-name-taken", "told when nothing else is on the screen");
    phone.event(both, Event::Done);
    phone.event(both, Event::Refresh);
    assert!(matches!(phone.screen(), Screen::Accounts { waiting, .. } if waiting.is_empty()), "told once");
    // The first signature of all was the claim at the first organisation.
    let denial = phone.signed.iter().find(|signing| signing.typ == "styrk-denial+jws").unwrap();
    assert_eq!(denial.account, phone.signed[0].account);
}

#[test]
fn what_has_to_be_read_stays_when_a_request_comes() {
    let reported: fn(&mut Phone, &mut [&mut Service; 2]) = |phone, both| {
        both[0].ask(Purpose::SignIn, phone.seconds());
        phone.event(both, Event::NetworkBack);
        phone.event(both, Event::NotMe);
    };
    let ended: fn(&mut Phone, &mut [&mut Service; 2]) = |phone, both| {
        both[0].devices[0].ended = true;
        phone.event(both, Event::NetworkBack);
    };
    let failed: fn(&mut Phone, &mut [&mut Service; 2]) = |phone, both| {
        both[0].refuse.push(Code::CodeUsed);
        let link = both[0].link();
        phone.event(both, Event::LinkOpened(link));
    };
    for (what, text) in [
        (reported, "phone-reported-text"),
        (ended, "phone-account-ended-text"),
        (failed, "phone-error-code-used"),
    ] {
        let (mut phone, mut one, mut two) = two_accounts();
        let both = &mut [&mut one, &mut two];
        what(&mut phone, both);
        assert_eq!(result(&phone.screen()), text);
        both[1].ask(Purpose::SignIn, phone.seconds());
        phone.event(both, Event::NetworkBack);
        assert_eq!(result(&phone.screen()), text);
        phone.event(both, Event::Done);
        assert!(matches!(phone.screen(), Screen::Approve { .. }), "{text}: {:?}", phone.screen());
    }
}

#[test]
fn nothing_but_its_test_and_its_own_news_interrupts_the_characters() {
    let (mut phone, mut one) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    let mut two = Service::new("https://mfa.regiony.example", 2);
    let both = &mut [&mut one, &mut two];
    for which in [0, 1] {
        let link = both[which].link();
        phone.event(both, Event::LinkOpened(link));
        phone.event(both, Event::Confirmed);
        if which == 0 {
            phone.event(both, Event::Done);
        }
    }
    let characters = phone.screen();
    assert!(matches!(characters, Screen::Characters { .. }));
    both[0].devices[0].confirmed = true;
    both[1].ask(Purpose::SignIn, phone.seconds());
    phone.event(both, Event::NetworkBack);
    assert_eq!(phone.screen(), characters);
}

#[test]
fn the_same_request_twice_is_one() {
    let (mut phone, mut service) = enrolled();
    let challenge = service.challenge(Purpose::SignIn, phone.seconds());
    for _ in 0..2 {
        service.put(challenge.clone(), challenge.unsigned().sign(&service.identity));
    }
    phone.event(&mut [&mut service], Event::Refresh);
    assert!(matches!(phone.screen(), Screen::Approve { others: 0, .. }), "{:?}", phone.screen());
}

#[test]
fn a_request_that_was_set_aside_stays_aside_when_another_ends() {
    let (mut phone, mut service) = enrolled();
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    phone.event(&mut [&mut service], Event::Back);
    let other = service.ask(Purpose::OpenSecurity, phone.seconds());
    phone.event(&mut [&mut service], Event::NetworkBack);
    service.end(other, End::Superseded);
    phone.event(&mut [&mut service], Event::NetworkBack);
    let Screen::Accounts { waiting, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(waiting.len(), 1);
}

#[test]
fn an_organisation_can_be_renamed() {
    let (mut phone, mut service) = enrolled();
    service.organisation = "Region Y".into();
    service.ask(Purpose::SignIn, phone.seconds());
    for _ in 0..2 {
        phone.event(&mut [&mut service], Event::Refresh);
        let Screen::Approve { sender, notice, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
        assert_eq!(sender.organisation, "Region Y");
        let said = Text::with("phone-approve-renamed", &[("before", "Region X"), ("now", "Region Y")]);
        assert_eq!(notice, Some(said), "as long as the request waits");
        phone.event(&mut [&mut service], Event::Back);
    }
    phone.event(&mut [&mut service], Event::Foregrounded);
    phone.approve(&mut service, "47");
    phone.event(&mut [&mut service], Event::Done);
    phone.restart(&mut [&mut service]);
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(accounts[0].sender.organisation, "Region Y");

    service.organisation = String::new();
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    assert!(matches!(phone.screen(), Screen::Accounts { .. }), "a name is something that can be read");
}

#[test]
fn one_organisation_cannot_name_another_s_requests() {
    let (mut phone, mut one, mut two) = two_accounts();
    let id = one.ask(Purpose::SignIn, phone.seconds());
    // The second one has a challenge of the same id, and one that has ended.
    let same = Challenge { id, ..two.challenge(Purpose::OpenSecurity, phone.seconds()) };
    let jws = same.unsigned().sign(&two.identity);
    two.put(same, jws);
    let both = &mut [&mut one, &mut two];
    phone.event(both, Event::Foregrounded);
    phone.event(both, Event::Back);
    let Screen::Accounts { waiting, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(waiting.len(), 2, "both are there");
    for row in &waiting {
        phone.event(both, Event::OpenRequest(row.id.clone()));
        let Screen::Approve { sender, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
        assert_eq!(sender, row.sender);
        phone.event(both, Event::Back);
    }
    both[1].end(id, End::Cancelled);
    phone.event(both, Event::Foregrounded);
    let Screen::Approve { sender, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(sender.organisation, "Region X", "the second one has ended its own alone");
    phone.event(both, Event::NetworkBack);
    assert!(matches!(phone.screen(), Screen::Approve { .. }), "{:?}", phone.screen());
    phone.event(both, Event::NotMe);
    assert_eq!(result(&phone.screen()), "phone-reported-text");
    assert_eq!(both[0].asked.last().unwrap().end, Some((End::Reported, true)));
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
    let notified = |phone: &Phone| {
        phone.log.iter().filter(|effect| matches!(effect.kind, EffectKind::Notify { .. })).count()
    };
    phone.event(&mut [&mut service], Event::WakeArrived(vec![0; 24]));
    assert_eq!(notified(&phone), 1, "announced once");
    phone.now = phone.now.plus_seconds(1);
    service.ask(Purpose::OpenSecurity, phone.seconds());
    phone.event(&mut [&mut service], Event::WakeArrived(vec![0; 24]));
    assert_eq!(notified(&phone), 2, "a later one is announced for longer");
    let id = service.asked.last().unwrap().id;
    service.end(id, End::Superseded);
    phone.event(&mut [&mut service], Event::WakeArrived(vec![0; 24]));
    assert_eq!(notified(&phone), 2);
    phone.event(&mut [&mut service], Event::Foregrounded);
    assert!(phone.log.iter().any(|effect| effect.kind == EffectKind::TakeBackNotification));
    assert!(matches!(phone.screen(), Screen::Approve { .. }));
}
