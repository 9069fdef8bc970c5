//! What an organisation and its apps have got since: typed codes, identity keys that change, apps that are too old.

use super::{Life, anna, at_home, notice, yes};
use crate::Scenario;
use crate::service::Service;
use crate::shell::{Phone, result};
use authenticator_core::event::{ByHand, Event};
use authenticator_core::screen::{Field, Screen};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::problem::Code;

pub(super) const LIVES: &[Life] = &[
    ("app-too-old", app_too_old),
    ("enrolment-by-hand", enrolment_by_hand),
    ("identity-key-changed", identity_key_changed),
    ("identity-key-of-a-thief", identity_key_of_a_thief),
];

fn app_too_old() -> Scenario {
    let (mut phone, mut service) = anna(
        "The organisation asks for a newer version of the app than Anna has.",
        "She is told to update, nothing is lost, and it goes on by itself once she has.",
    );
    service.refuse.push(Code::AppTooOld);
    phone.step(&mut [&mut service], "Anna looks whether something waits.", Event::Refresh);
    assert_eq!(notice(&phone), "phone-error-app-too-old");
    service.ask(Purpose::SignIn, phone.seconds());
    phone.step(&mut [&mut service], "She has updated the app, and looks again.", Event::Refresh);
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    super::done(phone, &mut service)
}

fn enrolment_by_hand() -> Scenario {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.record(
        "Anna has no camera, and types her e-mail and the code. Her first try has a slip in it.",
        "The slip is told in place and never becomes a guess; the server is found from the e-mail's domain.",
    );
    phone.domain = Some((200, br#"{"server":"https://mfa.regionx.example"}"#.to_vec()));
    phone.step(&mut [&mut service], "Anna starts the app.", Event::Launched);
    phone.step(&mut [&mut service], "She adds an account.", Event::AddAccount);
    phone.step(&mut [&mut service], "\"Type the code\".", Event::ChooseTyped);
    let typed =
        |code: String| Event::CodeTyped(ByHand { login: service.login.clone(), code, ..ByHand::default() });
    let right = service.typed.grouped().to_lowercase();
    let slip = if right.starts_with('0') { right.replacen('0', "2", 1) } else { format!("0{}", &right[1..]) };
    let (slip, right) = (typed(slip), typed(right));
    phone.step(&mut [&mut service], "She mistypes the first character.", slip);
    let Screen::TypeCode { wrong: Some(wrong), .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(wrong.field, Field::Code);
    assert!(service.arrived.is_empty(), "the service has not heard of it");
    phone.step(&mut [&mut service], "She types it right, in small letters.", right);
    assert!(matches!(phone.screen(), Screen::Confirm { .. }), "{:?}", phone.screen());
    phone.step(&mut [&mut service], "\"Yes, add\".", Event::Confirmed);
    assert!(matches!(phone.screen(), Screen::Characters { .. }), "{:?}", phone.screen());
    phone.scenario()
}

fn identity_key_changed() -> Scenario {
    let (mut phone, mut service) = anna(
        "While the phone was off, the organisation has changed its identity key twice.",
        "The phone follows both statements, and then shows the request that the newest key has signed.",
    );
    service.rotate();
    service.rotate();
    service.ask(Purpose::SignIn, phone.seconds());
    phone.step(&mut [&mut service], "Anna looks whether something waits.", Event::Refresh);
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    super::done(phone, &mut service)
}

fn identity_key_of_a_thief() -> Scenario {
    let (mut phone, mut service) = anna(
        "Somebody between phone and organisation signs with a key that nobody has announced.",
        "The request is not shown, and Anna is told that it could not be trusted.",
    );
    service.rotate();
    service.statements.clear();
    service.ask(Purpose::SignIn, phone.seconds());
    phone.step(&mut [&mut service], "Anna looks whether something waits.", Event::Refresh);
    at_home(&phone);
    assert_eq!(notice(&phone), "phone-error-unproven");
    phone.scenario()
}
