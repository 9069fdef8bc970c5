//! Networks as they are: none, slow, and others that answer in the organisation's place; and clocks that are wrong.

use super::{Life, anna, anna_asked, at_home, done, is_asked, notice, yes};
use crate::Scenario;
use crate::service::Service;
use crate::shell::{Phone, answers, greeting, result};
use authenticator_core::event::{Event, Frame};
use authenticator_core::screen::Screen;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use authenticator_protocol::socket::CLOSE_REFUSED;

pub(super) const LIVES: &[Life] = &[
    ("no-network", no_network),
    ("no-network-at-the-answer", no_network_at_the_answer),
    ("reply-lost", reply_lost),
    ("reply-lost-until-too-late", reply_lost_until_too_late),
    ("report-lost-until-too-late", report_lost_until_too_late),
    ("slow-network", slow_network),
    ("slow-network-came-back", slow_network_came_back),
    ("captive-portal", captive_portal),
    ("captive-portal-at-the-answer", captive_portal_at_the_answer),
    ("captive-portal-while-enrolling", captive_portal_while_enrolling),
    ("captive-portal-while-removing", captive_portal_while_removing),
    ("clock-behind", || clock(3_600)),
    ("clock-ahead", || clock(-3_600)),
    ("clock-refused-twice", clock_refused_twice),
    ("clock-changed-while-the-app-is-open", || clock_changed(3_600)),
    ("clock-changed-back-while-the-app-is-open", || clock_changed(-3_600)),
];

const LOGIN_PAGE: (u16, &str) = (200, "<!DOCTYPE html><title>Welcome to our guests' network</title>");
const REDIRECT: (u16, &str) = (302, "");

fn no_network() -> Scenario {
    let (mut phone, mut service) = anna(
        "The network is gone when Anna looks, and then there is one.",
        "The screen says so, and by itself shows what waits once there is a network.",
    );
    phone.offline = true;
    phone.step(&mut [&mut service], "Anna looks whether something waits.", Event::Refresh);
    assert_eq!(notice(&phone), "phone-offline-text");
    service.ask(Purpose::SignIn, phone.seconds());
    phone.offline = false;
    phone.step(&mut [&mut service], "The network is back, and Anna is asked something.", Event::NetworkBack);
    is_asked(&phone);
    phone.step(&mut [&mut service], "It was not her.", Event::NotMe);
    done(phone, &mut service)
}

fn no_network_at_the_answer() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "The network goes while Anna answers.",
        "Her answer is kept and sent again as it is: no second prompt, no second number.",
    );
    phone.offline = true;
    phone.signed.clear();
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-offline-text");
    assert!(matches!(phone.screen(), Screen::Result { retry: true, .. }));
    phone.offline = false;
    phone.step(&mut [&mut service], "The network is back. \"Try again\".", Event::Retry);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    assert_eq!((phone.keys_for("styrk-approval+jws").len(), answers(&service)), (1, 2));
    done(phone, &mut service)
}

fn reply_lost() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "The answer arrives, its reply does not.",
        "The same bytes are sent again, and count once.",
    );
    phone.lose = Some(paths::ANSWER);
    yes(&mut phone, &mut service);
    phone.lose = None;
    phone.step(&mut [&mut service], "\"Try again\".", Event::Retry);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    answered_once(&service);
    done(phone, &mut service)
}

/// All answers to the last request are the same bytes.
fn answered_once(service: &Service) {
    let answers: Vec<_> = service.arrived.iter().filter(|(path, _)| path == paths::ANSWER).skip(1).collect();
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]) && !answers.is_empty());
}

/// Asked, and nothing is heard of the answer before the time is out.
fn unheard(answer: Event, promise: &str) -> (Phone, Service) {
    let (mut phone, mut service) =
        anna_asked("The answer arrives, and no reply comes before the time is out.", promise);
    phone.lose = Some(paths::ANSWER);
    phone.step(&mut [&mut service], "Anna types the number.", Event::NumberEntered("47".into()));
    phone.step(&mut [&mut service], "She answers.", answer);
    phone.now = phone.now.plus_seconds(15);
    phone.step(&mut [&mut service], "\"Try again\".", Event::Retry);
    phone.wait(&mut [&mut service], 80);
    answered_once(&service);
    (phone, service)
}

fn reply_lost_until_too_late() -> Scenario {
    let (mut phone, mut service) = unheard(
        Event::Approve,
        "The phone does not claim that nobody was signed in: it says that it does not know, and when it hears the end, \
         it tells it.",
    );
    assert_eq!(result(&phone.screen()), "phone-unheard-text");
    phone.step(&mut [&mut service], "The network is back.", Event::NetworkBack);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    done(phone, &mut service)
}

fn report_lost_until_too_late() -> Scenario {
    let (phone, mut service) =
        unheard(Event::NotMe, "Somebody who said \"not me\" is told to change the password all the same.");
    assert_eq!(result(&phone.screen()), "phone-unheard-report-text");
    done(phone, &mut service)
}

fn slow_network() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "The reply to the answer comes after the request's time is out, when Anna has long left.",
        "It disturbs nothing, and nothing is asked or answered again.",
    );
    phone.slow = Some(paths::ANSWER);
    yes(&mut phone, &mut service);
    phone.step(&mut [&mut service], "Anna does not want to wait.", Event::Back);
    phone.step(&mut [&mut service], "She looks at the settings.", Event::OpenSettings);
    phone.wait(&mut [&mut service], 95);
    phone.deliver(&mut [&mut service]);
    assert!(matches!(phone.screen(), Screen::Settings { .. }));
    phone.step(&mut [&mut service], "She goes back.", Event::Back);
    phone.step(&mut [&mut service], "She looks whether something waits.", Event::Refresh);
    at_home(&phone);
    answered_once(&service);
    phone.scenario()
}

fn slow_network_came_back() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "Anna leaves while her answer is on its way, and opens the request once more.",
        "She is not asked a second time: the phone goes on waiting for the reply to the answer that she gave.",
    );
    phone.slow = Some(paths::ANSWER);
    yes(&mut phone, &mut service);
    phone.step(&mut [&mut service], "Anna does not want to wait.", Event::Back);
    let Screen::Accounts { waiting, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    let id = waiting[0].id.clone();
    phone.step(&mut [&mut service], "She opens the request that still waits.", Event::OpenRequest(id));
    assert!(matches!(phone.screen(), Screen::Working { .. }), "{:?}", phone.screen());
    phone.deliver(&mut [&mut service]);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    answered_once(&service);
    done(phone, &mut service)
}

fn captive_portal() -> Scenario {
    let (mut phone, mut service) = anna(
        "A network that wants to be signed in to answers in the organisation's place: with a page, with a redirect.",
        "It is named as what it is, and nobody is told that something is wrong at the organisation.",
    );
    for (page, about) in [(LOGIN_PAGE, "Anna looks; a page answers."), (REDIRECT, "Again; a redirect.")] {
        service.say.push(page);
        phone.step(&mut [&mut service], about, Event::Refresh);
        assert_eq!(notice(&phone), "phone-error-stranger");
    }
    phone.step(&mut [&mut service], "She has signed in to the network.", Event::NetworkBack);
    assert_eq!(notice(&phone), "phone-no-requests");
    phone.scenario()
}

fn captive_portal_at_the_answer() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "A network that wants to be signed in to takes Anna's answer.",
        "That is no success. The same bytes are sent again once the network lets them through.",
    );
    service.say.push(REDIRECT);
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-error-stranger");
    service.say.push(LOGIN_PAGE);
    phone.step(&mut [&mut service], "\"Try again\", too early.", Event::Retry);
    assert_eq!(result(&phone.screen()), "phone-error-stranger");
    phone.step(&mut [&mut service], "She has signed in to the network. \"Try again\".", Event::Retry);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    answered_once(&service);
    done(phone, &mut service)
}

fn captive_portal_while_enrolling() -> Scenario {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.record(
        "A network that wants to be signed in to answers while Anna adds her account.",
        "Its page is no offer and no registration, and the code is not lost to it.",
    );
    phone.step(&mut [&mut service], "Anna starts the app.", Event::Launched);
    service.say.push(LOGIN_PAGE);
    let link = service.link();
    phone.step(&mut [&mut service], "She opens the link on the page.", Event::LinkOpened(link));
    assert_eq!(result(&phone.screen()), "phone-error-stranger");
    phone.step(&mut [&mut service], "\"Try again\".", Event::Retry);
    service.say.push(LOGIN_PAGE);
    phone.step(&mut [&mut service], "\"Add\".", Event::Confirmed);
    assert_eq!(result(&phone.screen()), "phone-error-stranger");
    assert!(service.devices.is_empty());
    phone.step(&mut [&mut service], "\"Try again\".", Event::Retry);
    assert!(matches!(phone.screen(), Screen::Characters { .. }));
    assert_eq!(service.devices.len(), 1);
    phone.scenario()
}

fn captive_portal_while_removing() -> Scenario {
    let (mut phone, mut service) = anna(
        "A network that wants to be signed in to answers while Anna removes her account.",
        "The account goes, and she is told that the organisation may not know.",
    );
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    let id = accounts[0].id.clone();
    phone.step(&mut [&mut service], "She opens the account.", Event::OpenAccount(id));
    phone.step(&mut [&mut service], "\"Remove the account from this phone\".", Event::RemoveAccount);
    service.say.push(LOGIN_PAGE);
    phone.step(&mut [&mut service], "\"Remove\".", Event::RemoveConfirmed);
    assert_eq!(result(&phone.screen()), "phone-remove-offline");
    assert!(phone.keys.is_empty());
    done(phone, &mut service)
}

fn clock(ahead: i64) -> Scenario {
    let (mut phone, mut service) = anna(
        "The phone's clock is an hour off.",
        "The service says so once, and the second try succeeds; the time left is counted on the phone's own clock.",
    );
    service.ahead = ahead;
    service.ask(Purpose::SignIn, phone.seconds());
    phone.signed.clear();
    phone.step(&mut [&mut service], "Anna looks whether something waits.", Event::Refresh);
    assert_eq!(phone.keys_for("styrk-fetch+jws").len(), 2);
    assert_eq!(phone.core.view().changes_at, Some(phone.now.plus_seconds(90)));
    yes(&mut phone, &mut service);
    assert_eq!(phone.keys_for("styrk-approval+jws").len(), 1);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    done(phone, &mut service)
}

fn clock_refused_twice() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "The service refuses the time that it has told itself.",
        "The second refusal is shown, with what to do about it, and there is another try.",
    );
    service.refuse.extend([Code::Clock, Code::Clock]);
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-error-clock");
    phone.step(&mut [&mut service], "Anna turns on automatic time. \"Try again\".", Event::Retry);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    done(phone, &mut service)
}

fn clock_changed(ahead: i64) -> Scenario {
    let (mut phone, mut service) = anna(
        "Somebody changes the phone's clock by an hour while the app is open, and then its socket opens anew.",
        "The service refuses the opening. The phone learns the time by itself, shows what waits, and opens the next \
         socket with the right time.",
    );
    service.ahead = ahead;
    service.ask(Purpose::SignIn, phone.seconds());
    let opening = |phone: &mut Phone, service: &mut Service| {
        let (socket, _) = phone.sockets.last().cloned().expect("a socket");
        phone.step(&mut [service], "The socket greets.", greeting(socket));
        (socket, phone.opening().1.header().iat)
    };
    let (socket, signed) = opening(&mut phone, &mut service);
    assert_eq!(signed, Some(phone.seconds()));
    let problem = serde_json::to_string(&service.problem(Code::Clock, phone.seconds())).expect("plain data");
    let refuses = Event::SocketMessage { socket, frame: Frame::Text(problem) };
    phone.step(&mut [&mut service], "The service refuses the opening for its time.", refuses);
    is_asked(&phone);
    phone.sockets.clear();
    let closes = Event::SocketClosed { socket, code: Some(CLOSE_REFUSED) };
    phone.step(&mut [&mut service], "It closes the socket.", closes);
    phone.wait(&mut [&mut service], 2);
    let (_, signed) = opening(&mut phone, &mut service);
    assert_eq!(signed, Some(service.now(phone.seconds())));
    yes(&mut phone, &mut service);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    done(phone, &mut service)
}
