//! Each life as a script: what happens, and what is promised then. The promise is asserted where it is told, so that
//! a core that breaks it cannot be recorded.

mod accounts;
mod changes;
mod keys;
mod kills;
mod network;
mod outcomes;
mod pushes;
mod requests;
mod versions;
mod ways_in;

use crate::Scenario;
use crate::service::Service;
use crate::shell::{Phone, enrolled};
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use authenticator_protocol::challenge::Purpose;

/// Every scenario with the name of its file.
pub fn all() -> Vec<(String, Scenario)> {
    let told = [
        network::LIVES,
        requests::LIVES,
        keys::LIVES,
        accounts::LIVES,
        versions::LIVES,
        outcomes::LIVES,
        changes::LIVES,
        ways_in::LIVES,
        pushes::LIVES,
    ];
    let told = told.into_iter().flatten().map(|(name, life)| ((*name).to_owned(), life()));
    told.chain(kills::all()).collect()
}

/// The name of its file, and the script.
type Life = (&'static str, fn() -> Scenario);

/// Anna's phone with her one account. Recorded from here, beginning with the start of the app.
fn anna(about: &str, promise: &str) -> (Phone, Service) {
    let (mut phone, mut service) = enrolled();
    phone.record(about, promise);
    phone.step(&mut [&mut service], "Anna starts the app.", Event::Launched);
    (phone, service)
}

/// The same, and she is asked whether she is signing in.
fn anna_asked(about: &str, promise: &str) -> (Phone, Service) {
    let (mut phone, mut service) = enrolled();
    phone.record(about, promise);
    service.ask(Purpose::SignIn, phone.seconds());
    phone.step(&mut [&mut service], "Anna is signing in, and starts the app.", Event::Launched);
    is_asked(&phone);
    (phone, service)
}

/// She types the number and says yes.
fn yes(phone: &mut Phone, service: &mut Service) {
    phone.step(&mut [service], "Anna types the number.", Event::NumberEntered("47".into()));
    phone.step(&mut [service], "\"Yes, it's me\".", Event::Approve);
}

/// The accounts are one step away, and nothing waits.
fn done(mut phone: Phone, service: &mut Service) -> Scenario {
    phone.step(&mut [service], "Anna has read it.", Event::Done);
    at_home(&phone);
    phone.scenario()
}

fn at_home(phone: &Phone) {
    let screen = phone.screen();
    assert!(matches!(&screen, Screen::Accounts { waiting, .. } if waiting.is_empty()), "{screen:?}");
}

fn is_asked(phone: &Phone) {
    assert!(matches!(phone.screen(), Screen::Approve { .. }), "{:?}", phone.screen());
}

/// What the notice on the accounts or on a request says.
fn notice(phone: &Phone) -> String {
    match phone.screen() {
        Screen::Accounts { notice: Some(notice), .. } | Screen::Approve { notice: Some(notice), .. } => {
            notice.key
        }
        other => panic!("no notice: {other:?}"),
    }
}
