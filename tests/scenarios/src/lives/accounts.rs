//! An account's beginning, its changes, and its end.

use super::{Life, anna, anna_asked, done, is_asked, notice, yes};
use crate::Scenario;
use crate::service::Service;
use crate::shell::{Phone, enrolled, result};
use authenticator_core::event::Event;
use authenticator_core::screen::{AccountState, Screen};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use authenticator_protocol::socket::CLOSE_ENDED;

pub(super) const LIVES: &[Life] = &[
    ("enrolment", enrolment),
    ("enrolment-code-used", enrolment_code_used),
    ("enrolment-killed-at-the-characters", enrolment_killed_at_the_characters),
    ("device-blocked", device_blocked),
    ("device-blocked-while-answering", device_blocked_while_answering),
    ("account-removed-by-it", account_removed_by_it),
    ("organisation-renamed", organisation_renamed),
    ("organisation-name-taken", organisation_name_taken),
    ("removal", removal),
    ("removal-without-network", removal_without_network),
    ("removal-killed", removal_killed),
];

/// The one account: what it is good for, and its name.
fn account(phone: &Phone) -> (AccountState, String) {
    match phone.screen() {
        Screen::Accounts { accounts, .. } if accounts.len() == 1 => {
            (accounts[0].state, accounts[0].sender.organisation.clone())
        }
        other => panic!("not one account: {other:?}"),
    }
}

fn no_account(phone: &Phone) {
    let screen = phone.screen();
    assert!(matches!(&screen, Screen::Accounts { accounts, .. } if accounts.is_empty()), "{screen:?}");
    assert!(phone.keys.is_empty());
}

/// To the four characters.
fn to_the_characters(about: &str, promise: &str) -> (Phone, Service) {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.record(about, promise);
    let link = service.link();
    let it = &mut [&mut service];
    phone.step(it, "Anna starts the app for the first time.", Event::Launched);
    phone.step(it, "\"Add account\".", Event::AddAccount);
    phone.step(it, "\"Scan the code\".", Event::ChooseScan);
    phone.step(it, "The camera reads the code on the page.", Event::QrScanned(link));
    phone.step(it, "\"Add\", and she unlocks the phone.", Event::Confirmed);
    let Screen::Characters { characters, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(Some(&characters[..]), service.characters.as_ref().map(|it| it.as_str()));
    (phone, service)
}

fn enrolment() -> Scenario {
    let (mut phone, mut service) = to_the_characters(
        "Anna adds her first account, from the code on the page to the test approval.",
        "Phone and page show the same four characters, and the account counts after the test.",
    );
    service.ask(Purpose::ConfirmTest, phone.seconds());
    phone.step(&mut [&mut service], "She has typed the characters; the page asks.", Event::Refresh);
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-approved-test-text");
    phone.step(&mut [&mut service], "She has read it.", Event::Done);
    assert_eq!(account(&phone).0, AccountState::Ready);
    phone.scenario()
}

fn enrolment_code_used() -> Scenario {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.record(
        "Somebody has filmed the code, and was faster than Anna.",
        "She is warned loudly, and nothing of the try is left on her phone.",
    );
    phone.step(&mut [&mut service], "Anna starts the app.", Event::Launched);
    service.refuse.push(Code::CodeUsed);
    let link = service.link();
    phone.step(&mut [&mut service], "She opens the link.", Event::LinkOpened(link));
    assert_eq!(result(&phone.screen()), "phone-error-code-used");
    phone.step(&mut [&mut service], "She has read it.", Event::Done);
    no_account(&phone);
    phone.scenario()
}

fn enrolment_killed_at_the_characters() -> Scenario {
    let (mut phone, mut service) = to_the_characters(
        "The system kills the app while Anna types the characters on the page.",
        "The account is not shown as ready, its screen says what to do, and the test can still come.",
    );
    phone.restart(&mut [&mut service]);
    assert_eq!(account(&phone).0, AccountState::Unfinished);
    service.ask(Purpose::ConfirmTest, phone.seconds());
    phone.step(&mut [&mut service], "She had typed them already: the page asks.", Event::Refresh);
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-approved-test-text");
    phone.step(&mut [&mut service], "She has read it.", Event::Done);
    assert_eq!(account(&phone).0, AccountState::Ready);
    phone.scenario()
}

/// The account is told to be over, its keys are gone, and all that is left is to remove it.
fn over(mut phone: Phone, service: &mut Service) -> Scenario {
    assert_eq!(result(&phone.screen()), "phone-account-ended-text");
    assert!(phone.keys.is_empty() && phone.sockets.is_empty());
    phone.step(&mut [service], "Anna has read it.", Event::Done);
    assert_eq!(account(&phone).0, AccountState::Ended);
    let before = service.arrived.len();
    phone.step(&mut [service], "She looks whether something waits.", Event::Refresh);
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    let id = accounts[0].id.clone();
    phone.step(&mut [service], "She opens the account.", Event::OpenAccount(id));
    phone.step(&mut [service], "\"Remove the account from this phone\".", Event::RemoveAccount);
    phone.step(&mut [service], "\"Remove\".", Event::RemoveConfirmed);
    assert_eq!(service.arrived.len(), before, "the organisation is not asked any more");
    no_account(&phone);
    phone.scenario()
}

fn device_blocked() -> Scenario {
    let (mut phone, mut service) = anna(
        "IT has blocked this phone; the next fetch says so.",
        "The keys go, the account stays to be seen, and the screen says what has happened and what to do.",
    );
    service.devices[0].ended = true;
    phone.step(&mut [&mut service], "Anna looks whether something waits.", Event::Refresh);
    over(phone, &mut service)
}

fn device_blocked_while_answering() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "IT blocks this phone while Anna types the number.",
        "Her answer is refused, and she is told why.",
    );
    service.devices[0].ended = true;
    yes(&mut phone, &mut service);
    over(phone, &mut service)
}

fn account_removed_by_it() -> Scenario {
    let (mut phone, mut service) = anna(
        "IT removes Anna's account while the app is open: the socket closes with 4001.",
        "The phone asks at once, and tells her without a touch.",
    );
    service.devices[0].ended = true;
    let (socket, _) = phone.sockets.pop().expect("an open socket");
    let closed = Event::SocketClosed { socket, code: Some(CLOSE_ENDED) };
    phone.step(&mut [&mut service], "The service closes the socket.", closed);
    over(phone, &mut service)
}

fn organisation_renamed() -> Scenario {
    let (mut phone, mut service) = anna(
        "Region X is called Region Y from today.",
        "The request is shown under the new name and says so, the account follows, and both stay after a restart.",
    );
    service.organisation = "Region Y".into();
    service.ask(Purpose::SignIn, phone.seconds());
    phone.step(&mut [&mut service], "Anna is signing in; the phone looks.", Event::Refresh);
    is_asked(&phone);
    assert_eq!(notice(&phone), "phone-approve-renamed");
    yes(&mut phone, &mut service);
    phone.step(&mut [&mut service], "She has read it.", Event::Done);
    assert_eq!(account(&phone), (AccountState::Ready, "Region Y".to_owned()));
    phone.restart(&mut [&mut service]);
    assert_eq!(account(&phone).1, "Region Y");
    phone.scenario()
}

fn organisation_name_taken() -> Scenario {
    let (mut phone, mut one) = enrolled();
    let mut two = Service::new("https://mfa.lottery.example", 2);
    (two.login, two.organisation) = ("anna@lottery.example".into(), "Lottery".into());
    phone.enrol_among(&mut [&mut one, &mut two], 1);
    phone.record(
        "Another organisation on the phone calls itself Region X.",
        "Its request is not shown under that name, Anna is warned once, and its account keeps the name that it had.",
    );
    two.organisation = "REGION X".into();
    two.ask(Purpose::SignIn, phone.seconds());
    let both = &mut [&mut one, &mut two];
    phone.step(both, "Anna starts the app.", Event::Launched);
    assert_eq!(result(&phone.screen()), "phone-error-name-taken");
    phone.step(both, "She has read it.", Event::Done);
    phone.step(both, "She looks again.", Event::Refresh);
    let Screen::Accounts { accounts, waiting, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert!(waiting.is_empty());
    assert_eq!(accounts[1].sender.organisation, "Lottery");
    phone.scenario()
}

fn to_the_question(phone: &mut Phone, service: &mut Service) {
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    let id = accounts[0].id.clone();
    phone.step(&mut [service], "She opens the account.", Event::OpenAccount(id));
    phone.step(&mut [service], "\"Remove the account from this phone\".", Event::RemoveAccount);
}

fn removal() -> Scenario {
    let (mut phone, mut service) = anna(
        "Anna removes her account.",
        "The organisation is told, and neither keys nor socket nor account are left.",
    );
    to_the_question(&mut phone, &mut service);
    phone.step(&mut [&mut service], "\"Remove\".", Event::RemoveConfirmed);
    no_account(&phone);
    assert!(service.devices[0].ended && phone.sockets.is_empty());
    phone.scenario()
}

fn removal_without_network() -> Scenario {
    let (mut phone, mut service) = anna(
        "Anna removes her account without a network.",
        "The account goes all the same, and she is told that the organisation does not know.",
    );
    phone.offline = true;
    to_the_question(&mut phone, &mut service);
    phone.step(&mut [&mut service], "\"Remove\".", Event::RemoveConfirmed);
    assert_eq!(result(&phone.screen()), "phone-remove-offline");
    assert!(phone.keys.is_empty());
    done(phone, &mut service)
}

fn removal_killed() -> Scenario {
    let (mut phone, mut service) = anna(
        "The system kills the app while it tells the organisation that Anna removes her account.",
        "The next start goes on with it. Nobody is told that the organisation had removed the phone.",
    );
    to_the_question(&mut phone, &mut service);
    phone.slow = Some(paths::LEAVE);
    phone.step(&mut [&mut service], "\"Remove\".", Event::RemoveConfirmed);
    assert!(service.devices[0].ended, "the organisation knows, the phone has not heard it");
    phone.slow = None;
    phone.restart(&mut [&mut service]);
    no_account(&phone);
    phone.scenario()
}
