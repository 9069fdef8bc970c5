//! Outcomes that come late, twice, for nothing, or of the wrong kind.

use super::{Life, anna_asked, done, yes};
use crate::Scenario;
use crate::shell::{answers, result};
use authenticator_core::effect::{KeyFailure, Outcome};
use authenticator_core::event::{Event, Frame};
use authenticator_protocol::request::paths;

pub(super) const LIVES: &[Life] = &[
    ("outcomes-repeated", repeated),
    ("outcomes-unknown", unknown),
    ("outcomes-of-another-kind", of_another_kind),
];

fn repeated() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "The shell reports every outcome of Anna's answer twice.",
        "The second report changes nothing: one signature, one answer, one end.",
    );
    phone.slow = Some(paths::ANSWER);
    yes(&mut phone, &mut service);
    let (id, reply) = phone.late.pop().expect("the reply");
    let (sent, before) = (answers(&service), phone.core.ignored());
    phone.outcome(&mut [&mut service], id, reply.clone());
    let screen = phone.core.view();
    phone.outcome(&mut [&mut service], id, reply);
    phone.outcome(&mut [&mut service], id, Outcome::NoNetwork);
    assert_eq!((phone.core.view(), answers(&service)), (screen, sent));
    assert_eq!(phone.core.ignored(), before + 2);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    done(phone, &mut service)
}

fn unknown() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "Outcomes, timers and sockets that nobody asked for.",
        "They are counted, and nothing else: no effect, no other screen.",
    );
    let (before, screen) = (phone.core.ignored(), phone.core.view());
    for (id, outcome) in [
        (0, Outcome::NoNetwork),
        (999_999, Outcome::Http { status: 200, body: b"{}".to_vec() }),
        (u64::MAX, Outcome::KeyFailed(KeyFailure::Cancelled)),
        (1, Outcome::Signed(vec![0; 64])),
    ] {
        phone.outcome(&mut [&mut service], id, outcome);
    }
    let text = "{\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA\"}".to_owned();
    for event in [
        Event::TimerFired(999_999),
        Event::SocketMessage { socket: 999_999, frame: Frame::Text(text) },
        Event::SocketMessage { socket: 999_999, frame: Frame::Binary(vec![0xff; 24]) },
        Event::SocketClosed { socket: 999_999, code: Some(4001) },
        Event::Confirmed,
        Event::RemoveConfirmed,
        Event::OpenRequest("nobody's".to_owned()),
    ] {
        phone.step(&mut [&mut service], "Something that means nothing here.", event);
    }
    assert_eq!((phone.core.ignored(), phone.core.view()), (before + 11, screen));
    yes(&mut phone, &mut service);
    done(phone, &mut service)
}

fn of_another_kind() -> Scenario {
    let (mut phone, mut service) = anna_asked(
        "A signature is reported as an answer of the network, and the answer as a signature.",
        "The effect goes on waiting for an outcome of its own kind.",
    );
    phone.hold = Some(paths::ANSWER);
    phone.hold_signing = Some(authenticator_core::effect::Key::Approval);
    yes(&mut phone, &mut service);
    let signing = phone.held[0].id;
    phone.outcome(&mut [&mut service], signing, Outcome::Http { status: 200, body: b"{}".to_vec() });
    phone.hold_signing = None;
    let held = phone.held.drain(..).collect();
    phone.carry_out(&mut [&mut service], held);
    let posting = phone.held[0].id;
    phone.outcome(&mut [&mut service], posting, Outcome::Signed(vec![1; 64]));
    phone.release(&mut [&mut service]);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    done(phone, &mut service)
}
