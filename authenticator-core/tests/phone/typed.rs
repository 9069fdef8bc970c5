//! Adding an account by typing e-mail and code.

use crate::service::{Key as SoftKey, Service};
use crate::shell::{Phone, bodies, result};
use authenticator_core::effect::EffectKind;
use authenticator_core::event::{ByHand, Event};
use authenticator_core::screen::{Field, Screen};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::discovery::PATH;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;

pub(crate) const DOCUMENT: &str = r#"{"server":"https://mfa.regionx.example"}"#;

/// At the screen for typing; the domain tells the server.
pub(crate) fn start() -> (Phone, Service) {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.domain = Some((200, DOCUMENT.into()));
    phone.event(&mut [&mut service], Event::Launched);
    phone.event(&mut [&mut service], Event::AddAccount);
    phone.event(&mut [&mut service], Event::ChooseTyped);
    (phone, service)
}

pub(crate) fn right(service: &Service) -> ByHand {
    ByHand { login: service.login.clone(), code: service.typed.grouped(), server: String::new() }
}

pub(crate) fn send(phone: &mut Phone, service: &mut Service, typed: ByHand) {
    phone.event(&mut [service], Event::CodeTyped(typed));
}

/// What the screen says is wrong, with everything that was typed still there.
pub(crate) fn wrong(phone: &Phone, expected: &ByHand) -> (Field, String, bool) {
    let Screen::TypeCode { typed, asks_server, wrong: Some(wrong) } = phone.screen() else {
        panic!("{:?}", phone.screen())
    };
    assert!(typed == *expected, "what was typed is lost");
    (wrong.field, wrong.text.key, asks_server)
}

pub(crate) fn nothing_left(phone: &Phone) {
    assert!(phone.keys.is_empty(), "keys were left behind");
    let saved = phone.saved.clone().map(|saved| String::from_utf8(saved).unwrap());
    let empty = |saved: &String| saved.contains(r#""accounts":[]"#) && saved.contains(r#""unfinished":[]"#);
    assert!(saved.as_ref().is_none_or(empty), "{saved:?}");
}

pub(crate) fn gets(phone: &Phone) -> Vec<String> {
    let url = |kind: &EffectKind| match kind {
        EffectKind::Get { url, .. } => Some(url.clone()),
        _ => None,
    };
    phone.log.iter().filter_map(|effect| url(&effect.kind)).collect()
}

#[test]
fn from_the_typed_code_to_the_first_approval() {
    let (mut phone, mut service) = start();
    let typed = right(&service);
    send(&mut phone, &mut service, typed);
    assert_eq!(gets(&phone), ["https://regionx.example/.well-known/styrk"]);
    let Screen::Confirm { sender, user, host } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!((sender.organisation.as_str(), user.as_str()), ("Region X", "Anna Andersson"));
    assert_eq!(host, "mfa.regionx.example");
    phone.event(&mut [&mut service], Event::Confirmed);
    let Screen::Characters { characters, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(&characters[..], service.characters.as_ref().unwrap().as_str());
    service.ask(Purpose::ConfirmTest, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    phone.approve(&mut service, "47");
    assert_eq!(result(&phone.screen()), "phone-approved-test-text");
    phone.event(&mut [&mut service], Event::Done);
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    phone.approve(&mut service, "47");
    assert_eq!(result(&phone.screen()), "phone-approved-text");
}

#[test]
fn typing_is_forgiving_about_form_only() {
    let shown = Service::new("https://mfa.regionx.example", 1).typed;
    assert!(shown.as_str().contains('0'), "{}", shown.as_str());
    let lower = shown.as_str().to_lowercase();
    for code in [
        shown.as_str().to_owned(),
        lower.clone(),
        lower.replace('0', "o").replace('1', "l"),
        shown.as_str().replace('0', "O").replace('1', "I"),
        format!("  {} {}\n", &lower[..5], &lower[5..]),
        format!("{} - {}", &lower[..3], &lower[3..]),
    ] {
        let (mut phone, mut service) = start();
        let login = " Anna@RegionX.example ".into();
        send(&mut phone, &mut service, ByHand { login, code: code.clone(), server: String::new() });
        assert!(matches!(phone.screen(), Screen::Confirm { .. }), "{code}: {:?}", phone.screen());
        // The service is told the one spelling that goes over the wire.
        let claim = String::from_utf8(bodies(&service, paths::CLAIM)[0].to_vec()).unwrap();
        let payload = authenticator_protocol::code::decode(claim.split('.').nth(1).unwrap()).unwrap();
        let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(payload["code"]["secret"], shown.as_str());
        assert_eq!(payload["code"]["login"], "Anna@RegionX.example");
    }
}

#[test]
fn what_is_wrong_is_said_in_its_place_and_nothing_typed_is_lost() {
    let (mut phone, mut service) = start();
    let code = right(&service).code;
    let mut slip = code.clone().into_bytes();
    slip[0] = if slip[0] == b'Z' { b'Y' } else { b'Z' };
    let slip = String::from_utf8(slip).unwrap();
    let swapped: String = code.chars().rev().collect();
    let long = format!("{code}0");
    let anna = "anna@regionx.example";
    for (login, code, field, key) in [
        ("", code.as_str(), Field::Login, "phone-type-no-login"),
        ("anna", &code, Field::Login, "phone-type-no-login"),
        ("anna@", &code, Field::Login, "phone-type-no-login"),
        ("@regionx.example", &code, Field::Login, "phone-type-no-login"),
        ("anna andersson@regionx.example", &code, Field::Login, "phone-type-no-login"),
        ("anna@region\u{200b}x.example", &code, Field::Login, "phone-type-no-login"),
        (anna, "", Field::Code, "phone-type-length"),
        (anna, &code[..6], Field::Code, "phone-type-length"),
        (anna, &long, Field::Code, "phone-type-length"),
        (anna, &slip, Field::Code, "phone-type-mistyped"),
        (anna, &swapped, Field::Code, "phone-type-mistyped"),
        (anna, "UUUUU-UUUUU", Field::Code, "phone-type-mistyped"),
        (anna, "https://mfa.regionx.example/e", Field::Code, "phone-type-mistyped"),
    ] {
        let typed = ByHand { login: login.into(), code: code.into(), server: String::new() };
        send(&mut phone, &mut service, typed.clone());
        assert_eq!(wrong(&phone, &typed), (field, key.to_owned(), false), "{login} {code}");
        let debug = format!("{:?} {:?}", phone.screen(), Event::CodeTyped(typed));
        assert!(code.is_empty() || !debug.contains(code), "{debug}");
    }
    assert!(
        gets(&phone).is_empty() && service.arrived.is_empty() && phone.keys.is_empty(),
        "nothing was sent"
    );
    let typed = right(&service);
    send(&mut phone, &mut service, typed);
    assert!(matches!(phone.screen(), Screen::Confirm { .. }));
}

#[test]
fn a_code_that_nobody_has_and_too_many_of_them() {
    let (mut phone, mut service) = start();
    let other = ByHand { login: "bo@regionx.example".into(), ..right(&service) };
    send(&mut phone, &mut service, other.clone());
    assert_eq!(wrong(&phone, &other), (Field::Code, "phone-type-unknown".to_owned(), false));
    nothing_left(&phone);
    service.refuse.push(Code::TooMany);
    let typed = right(&service);
    send(&mut phone, &mut service, typed.clone());
    assert_eq!(result(&phone.screen()), "phone-type-too-many");
    phone.event(&mut [&mut service], Event::Back);
    assert!(matches!(phone.screen(), Screen::TypeCode { typed: kept, wrong: None, .. } if kept == typed));
    nothing_left(&phone);
    send(&mut phone, &mut service, typed);
    assert!(matches!(phone.screen(), Screen::Confirm { .. }));
}

#[test]
fn another_phone_was_first() {
    let (mut phone, mut service) = start();
    service.refuse.push(Code::CodeUsed);
    let typed = right(&service);
    send(&mut phone, &mut service, typed);
    assert_eq!(result(&phone.screen()), "phone-error-code-used");
    nothing_left(&phone);
}

#[test]
fn an_offer_to_somebody_else_is_refused() {
    let changes: [fn(&mut Service); 3] = [
        |service| service.change_offer = |offer| offer.login = "eve@regionx.example".into(),
        |service| service.change_offer = |offer| offer.claim.0[0] ^= 1,
        |service| service.change_offer = |offer| offer.exp.0 -= 700,
    ];
    let keys = ["phone-error-identity", "phone-error-identity", "phone-error-code-expired"];
    for (change, key) in changes.into_iter().zip(keys) {
        let (mut phone, mut service) = start();
        change(&mut service);
        let typed = right(&service);
        send(&mut phone, &mut service, typed);
        assert_eq!(result(&phone.screen()), key);
        nothing_left(&phone);
    }
    let (mut phone, mut service) = start();
    service.change_offer = |offer| offer.login = offer.login.to_uppercase();
    let typed = right(&service);
    send(&mut phone, &mut service, typed);
    assert!(matches!(phone.screen(), Screen::Confirm { .. }), "the case of a name does not matter");
}

#[test]
fn a_false_servers_key_is_found_out_by_the_characters_alone() {
    let (mut phone, mut service) = start();
    service.offer_key = Some(SoftKey::new(66));
    let typed = right(&service);
    send(&mut phone, &mut service, typed);
    assert!(matches!(phone.screen(), Screen::Confirm { .. }), "there is nothing to compare it with");
    phone.event(&mut [&mut service], Event::Confirmed);
    // This phone shows the characters of the offer that it got, which another key signed and named.
    let Screen::Characters { characters, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    let (mut honest, mut other) = start();
    let typed = right(&other);
    send(&mut honest, &mut other, typed);
    honest.event(&mut [&mut other], Event::Confirmed);
    assert_ne!(&characters[..], other.characters.as_ref().unwrap().as_str());
}

#[test]
fn back_from_every_step_keeps_what_was_typed_and_leaves_nothing_over() {
    let steps: [(Option<&str>, bool); 3] =
        [(Some(PATH), false), (Some("keys"), true), (Some(paths::CLAIM), true)];
    for (hold, keys) in steps {
        let (mut phone, mut service) = start();
        phone.hold = hold;
        let typed = right(&service);
        send(&mut phone, &mut service, typed.clone());
        assert!(matches!(phone.screen(), Screen::Working { .. }), "{hold:?}");
        phone.event(&mut [&mut service], Event::Back);
        let kept = |phone: &Phone| matches!(phone.screen(), Screen::TypeCode { typed: kept, asks_server: false, wrong: None } if kept == typed);
        assert!(kept(&phone), "{hold:?}: {:?}", phone.screen());
        phone.release(&mut [&mut service]);
        assert!(kept(&phone), "{hold:?}: a late outcome moves nothing");
        nothing_left(&phone);
        assert_eq!(phone.saved.is_some(), keys, "{hold:?}");
    }
    for confirm in [false, true] {
        let (mut phone, mut service) = start();
        let typed = right(&service);
        send(&mut phone, &mut service, typed);
        if confirm {
            phone.hold = Some(paths::REGISTRATION);
            phone.event(&mut [&mut service], Event::Confirmed);
        }
        phone.event(&mut [&mut service], Event::Back);
        assert_eq!(phone.screen(), Screen::AddAccount { problem: None }, "the code is used");
        phone.release(&mut [&mut service]);
        nothing_left(&phone);
        phone.event(&mut [&mut service], Event::ChooseTyped);
        assert!(matches!(phone.screen(), Screen::TypeCode { typed, .. } if typed == ByHand::default()));
        phone.event(&mut [&mut service], Event::Back);
        phone.event(&mut [&mut service], Event::Back);
        assert!(matches!(phone.screen(), Screen::Accounts { .. }));
    }
}

#[test]
fn nothing_typed_is_written_down() {
    let (mut phone, mut service) = start();
    let typed = right(&service);
    let secrets = [typed.code.clone(), service.typed.as_str().to_owned()];
    phone.domain = None;
    send(&mut phone, &mut service, typed.clone());
    phone.lose = Some(paths::CLAIM);
    send(&mut phone, &mut service, ByHand { server: "mfa.regionx.example".into(), ..typed });
    let debug = format!("{:?} {:?} {:?}", phone.core, phone.core.view(), phone.log);
    let saved = String::from_utf8(phone.saved.clone().unwrap()).unwrap();
    assert!(secrets.iter().all(|secret| !debug.contains(secret) && !saved.contains(secret)), "{debug}");
    phone.restart(&mut [&mut service]);
    nothing_left(&phone);
}

#[test]
fn a_link_that_is_opened_meanwhile_takes_over() {
    let (mut phone, mut service) = start();
    let link = service.link();
    phone.event(&mut [&mut service], Event::LinkOpened(link));
    assert!(matches!(phone.screen(), Screen::Confirm { .. }));
}
