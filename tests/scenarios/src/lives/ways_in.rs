//! The ways to a new account beside the camera: a picture, the link, and everything by hand.

use super::Life;
use crate::Scenario;
use crate::service::Service;
use crate::shell::Phone;
use authenticator_core::event::{ByHand, Event};
use authenticator_core::screen::{Field, Screen};

pub(super) const LIVES: &[Life] = &[
    ("enrolment-by-pasted-link", enrolment_by_pasted_link),
    ("enrolment-by-picture", enrolment_by_picture),
    ("enrolment-by-hand-without-the-domain", enrolment_by_hand_without_the_domain),
];

fn adding(about: &str, promise: &str) -> (Phone, Service) {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.record(about, promise);
    phone.step(&mut [&mut service], "Anna starts the app for the first time.", Event::Launched);
    phone.step(&mut [&mut service], "\"Add account\".", Event::AddAccount);
    (phone, service)
}

/// What was wrong with the last try to add an account.
fn problem(phone: &Phone) -> String {
    match phone.screen() {
        Screen::AddAccount { problem: Some(problem) } | Screen::PasteLink { problem: Some(problem) } => {
            problem.key
        }
        other => panic!("no problem: {other:?}"),
    }
}

fn is_offered(phone: &Phone) {
    assert!(matches!(phone.screen(), Screen::Confirm { .. }), "{:?}", phone.screen());
}

fn enrolment_by_pasted_link() -> Scenario {
    let (mut phone, mut service) = adding(
        "Anna does not let the app use the camera, and pastes the link; at first it is not the whole link.",
        "She is told what the camera was for and what is wrong with the link, and the whole one works.",
    );
    let link = service.link();
    let it = &mut [&mut service];
    phone.step(it, "\"Scan the code\".", Event::ChooseScan);
    phone.step(it, "\"Do not allow\".", Event::CameraRefused);
    assert_eq!(problem(&phone), "phone-add-camera-refused");
    phone.step(it, "\"Paste the link\".", Event::ChooseLink);
    assert_eq!(phone.screen(), Screen::PasteLink { problem: None });
    let half = link[..link.len() / 2].to_owned();
    phone.step(it, "She pastes half of it.", Event::LinkOpened(half));
    assert!(matches!(phone.screen(), Screen::PasteLink { problem: Some(_) }), "{:?}", phone.screen());
    phone.step(it, "She pastes all of it.", Event::LinkOpened(link));
    is_offered(&phone);
    phone.scenario()
}

fn enrolment_by_picture() -> Scenario {
    let (mut phone, mut service) = adding(
        "Anna has a picture of the code, and chooses another one first.",
        "A picture without a code is told as such; the right one leads to the account.",
    );
    let link = service.link();
    let it = &mut [&mut service];
    phone.step(it, "She chooses a picture of her dog.", Event::PictureRead(None));
    assert_eq!(problem(&phone), "phone-error-no-code");
    phone.step(it, "She chooses the right one.", Event::PictureRead(Some(link)));
    is_offered(&phone);
    phone.scenario()
}

fn enrolment_by_hand_without_the_domain() -> Scenario {
    let (mut phone, mut service) = adding(
        "Anna types everything, and the domain of her e-mail knows no server.",
        "Each input says what is wrong with it, the server's address is asked for, and nothing typed is lost.",
    );
    let (login, code) = (service.login.clone(), service.typed.grouped());
    let wrong = |phone: &Phone| match phone.screen() {
        Screen::TypeCode { wrong: Some(wrong), asks_server, typed } => (wrong.field, asks_server, typed),
        other => panic!("nothing wrong: {other:?}"),
    };
    let typed = |login: &str, server: &str| ByHand {
        login: login.to_owned(),
        code: code.clone(),
        server: server.to_owned(),
    };
    let it = &mut [&mut service];
    phone.step(it, "\"Type the code\".", Event::ChooseTyped);
    phone.step(it, "She types her name.", Event::CodeTyped(typed("Anna", "")));
    assert_eq!(wrong(&phone), (Field::Login, false, typed("Anna", "")));
    phone.step(it, "She types her e-mail.", Event::CodeTyped(typed(&login, "")));
    assert_eq!(wrong(&phone), (Field::Server, true, typed(&login, "")));
    phone.step(it, "She types no address.", Event::CodeTyped(typed(&login, "region x")));
    assert_eq!(wrong(&phone), (Field::Server, true, typed(&login, "region x")));
    phone.step(it, "She types the address.", Event::CodeTyped(typed(&login, "mfa.regionx.example")));
    is_offered(&phone);
    phone.scenario()
}
