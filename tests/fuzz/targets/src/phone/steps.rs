//! What happens next: to the app, to its effects, at the services, in the world.

use super::shell::Shell;
use crate::reader::Reader;
use authenticator_core::effect::{Effect, EffectKind, KeyFailure, Outcome};
use authenticator_core::event::{ByHand, Event, Frame};
use authenticator_core::screen::Screen;
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::code::{Bytes, encode};
use authenticator_protocol::enrolment::Offer;
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::jws::{Header, Unsigned};
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::number::Digits;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use authenticator_protocol::time::{Millis, Seconds};
use scenarios::service::{Key as SoftKey, Service};
use scenarios::shell::START;

pub(crate) fn step(shell: &mut Shell, reader: &mut Reader<'_>) {
    match reader.byte() % 16 {
        0..=6 => {
            if let Some(event) = event(shell, reader) {
                shell.event(event);
            }
        }
        7 => ask(shell, reader),
        8 => outcome(shell, reader),
        9 => {
            shell.held = !shell.held;
            shell.settle();
        }
        10 => shell.offline = !shell.offline,
        11 => {
            let code = *reader.of(&Code::ALL);
            service(shell, reader).refuse.push(code);
        }
        12 => elsewhere(shell, reader),
        13 => wait(shell, reader),
        14 => shell.killed_after = Some(reader.byte() % 8),
        _ => shell.restart(),
    }
}

fn service<'a>(shell: &'a mut Shell, reader: &mut Reader<'_>) -> &'a mut Service {
    &mut shell.services[usize::from(reader.flag())]
}

fn event(shell: &mut Shell, reader: &mut Reader<'_>) -> Option<Event> {
    let screen = shell.screen();
    let row = usize::from(reader.0.get(1).copied().unwrap_or_default());
    Some(match reader.byte() % 32 {
        0 => Event::Launched,
        1 => Event::Foregrounded,
        2 => Event::Backgrounded,
        3 => Event::Refresh,
        4 => Event::NetworkBack,
        5 => Event::WakeArrived(reader.bytes(24).to_vec()),
        6 => Event::TimerFired(number(reader, shell.timers.keys().copied().collect())),
        7 => Event::SocketMessage {
            socket: number(reader, shell.sockets.iter().copied().collect()),
            frame: match reader.byte() % 4 {
                0 => Frame::Text(format!(r#"{{"nonce":"{}"}}"#, encode(&[reader.byte(); 16]))),
                1 => Frame::Text(reader.text()),
                2 => Frame::Binary(reader.bytes(24).to_vec()),
                _ => Frame::Binary(vec![7; 24]),
            },
        },
        8 => Event::SocketClosed {
            socket: number(reader, shell.sockets.iter().copied().collect()),
            code: *reader.of(&[None, Some(1000), Some(4001), Some(4003)]),
        },
        9 => Event::AddAccount,
        10 => Event::ChooseScan,
        11 => Event::ChooseLink,
        12 => Event::QrScanned(link(shell, reader)),
        13 => Event::PictureRead(if reader.flag() { Some(link(shell, reader)) } else { None }),
        14 => Event::CameraRefused,
        15 | 16 => Event::LinkOpened(link(shell, reader)),
        17 => Event::Confirmed,
        18 => Event::NumberEntered((*reader.of(&["47", "48", "9", "", "90817263", "4x7٤"])).to_owned()),
        19 => Event::NumberEntered(reader.text()),
        20 => Event::Approve,
        21 => Event::CancelSignIn,
        22 => Event::NotMe,
        23 => match screen {
            Screen::Accounts { waiting, .. } if !waiting.is_empty() => {
                Event::OpenRequest(waiting[row % waiting.len()].id.clone())
            }
            _ => Event::OpenRequest(reader.text()),
        },
        24 | 25 => match screen {
            Screen::Accounts { accounts, .. } if !accounts.is_empty() => {
                Event::OpenAccount(accounts[row % accounts.len()].id.clone())
            }
            _ => Event::OpenAccount(reader.text()),
        },
        26 => Event::RemoveAccount,
        27 => Event::RemoveConfirmed,
        28 => Event::OpenSettings,
        29 => Event::ChooseLanguage(
            (*reader.of(&[None, Some("sv"), Some("en"), Some("xx")])).map(str::to_owned),
        ),
        30 => match reader.byte() % 4 {
            0 => Event::Retry,
            1 => Event::Done,
            2 => Event::ChooseTyped,
            _ => Event::CodeTyped(by_hand(shell, reader)),
        },
        _ => Event::Back,
    })
}

/// Mostly one that is there.
fn number(reader: &mut Reader<'_>, there: Vec<u64>) -> u64 {
    match reader.byte() {
        0 => reader.u64(),
        _ if there.is_empty() => 0,
        n => there[usize::from(n) % there.len()],
    }
}

fn by_hand(shell: &mut Shell, reader: &mut Reader<'_>) -> ByHand {
    let whole = reader.flag();
    let service = service(shell, reader);
    let right = ByHand {
        login: service.login.clone(),
        code: service.typed.grouped(),
        server: service.server.authority().to_owned(),
    };
    if whole { right } else { ByHand { login: reader.text(), code: reader.text(), ..right } }
}

fn link(shell: &mut Shell, reader: &mut Reader<'_>) -> String {
    match reader.byte() % 4 {
        0 | 1 => service(shell, reader).link(),
        2 => {
            let service = service(shell, reader);
            service.another_code();
            service.link()
        }
        _ => reader.text(),
    }
}

/// A challenge of a service: an honest one, or one with anything in it.
fn ask(shell: &mut Shell, reader: &mut Reader<'_>) {
    let now = shell.seconds();
    let service = service(shell, reader);
    if service.devices.is_empty() {
        return;
    }
    let how = reader.byte();
    let purpose = match how & 7 {
        0..=2 => Purpose::SignIn,
        3 => Purpose::ConfirmTest,
        4 => Purpose::AddDevice { model: reader.text() },
        5 => Purpose::TrustBrowser { days: reader.byte().into() },
        6 => Purpose::ResetPassword,
        _ => Purpose::OpenSecurity,
    };
    if how < 128 {
        service.ask(purpose, now);
        return;
    }
    let honest = service.challenge(purpose, now);
    let mut maybe = |honest: Option<String>| match reader.byte() % 4 {
        0 => None,
        1 => Some(reader.text()),
        _ => honest,
    };
    let challenge = Challenge {
        organisation: maybe(Some(honest.organisation)).unwrap_or_default(),
        application: maybe(Some(honest.application)).unwrap_or_default(),
        browser: maybe(honest.browser),
        system: maybe(honest.system),
        address: maybe(honest.address),
        place: maybe(honest.place),
        message: maybe(honest.message),
        ..honest
    };
    let challenge = Challenge {
        device: if reader.byte() == 1 { DeviceId::from_bytes([9; 16]) } else { challenge.device },
        digits: Digits::new(reader.byte() % 16).unwrap_or(challenge.digits),
        iat: if reader.flag() { Seconds(reader.u64()) } else { challenge.iat },
        exp: match reader.byte() % 4 {
            0 => Seconds(reader.u64()),
            1 => Seconds(now.0.saturating_add(reader.byte().into())),
            _ => challenge.exp,
        },
        id: match (reader.byte(), service.asked.last()) {
            (1, Some(last)) => last.id,
            _ => challenge.id,
        },
        ..challenge
    };
    let signed = match reader.byte() % 8 {
        0 => challenge.unsigned().sign(&SoftKey::new(99)),
        1 => Unsigned::new(Header::showing(vec!["mood".into()]), &challenge).sign(&service.identity),
        2 => Unsigned::new(Header::default(), &challenge).sign(&service.identity),
        3 => reader.text(),
        _ => challenge.unsigned().sign(&service.identity),
    };
    service.put(challenge, signed);
}

/// One effect that waits ends in some way.
fn outcome(shell: &mut Shell, reader: &mut Reader<'_>) {
    const FAILURES: [KeyFailure; 5] = [
        KeyFailure::Cancelled,
        KeyFailure::LockedOut,
        KeyFailure::Invalidated,
        KeyFailure::NoScreenLock,
        KeyFailure::Failed,
    ];
    if shell.waiting.is_empty() {
        let nobody = Effect { id: u64::MAX, kind: EffectKind::Render };
        return shell.outcome(&nobody, Outcome::Signed(reader.bytes(64).to_vec()));
    }
    let effect = shell.waiting.remove(usize::from(reader.byte()) % shell.waiting.len());
    let how = reader.byte() % 12;
    let ended = match (how, &effect.kind) {
        (0, EffectKind::Post { .. }) => Outcome::NoNetwork,
        // It arrives, its answer does not.
        (1, EffectKind::Post { .. }) => {
            shell.honest(&effect);
            Outcome::NoNetwork
        }
        (2, EffectKind::Post { .. }) => {
            let status = *reader.of(&[200, 204, 302, 400, 401, 410, 429, 500, 503]);
            Outcome::Http { status, body: reader.text().into_bytes() }
        }
        (3 | 4, EffectKind::Post { .. }) => match shell.honest(&effect) {
            Outcome::Http { status, mut body } if !body.is_empty() => {
                let at = usize::from(reader.byte()) % body.len();
                if how == 3 {
                    body.truncate(at);
                } else {
                    body[at] ^= reader.byte();
                }
                Outcome::Http { status, body }
            }
            other => other,
        },
        (5, EffectKind::Post { url, .. }) if url.ends_with(paths::FETCH) => {
            let body = format!(
                r#"{{"now":{},"challenges":[],"ended":[],"confirmed":{}}}"#,
                reader.u64(),
                reader.flag()
            );
            Outcome::Http { status: 200, body: body.into_bytes() }
        }
        (0..=2, EffectKind::Sign { .. } | EffectKind::CreateKeys { .. }) => {
            Outcome::KeyFailed(*reader.of(&FAILURES))
        }
        (3, EffectKind::Sign { message, .. }) => Outcome::Signed(SoftKey::new(99).sign(message).to_vec()),
        (4, EffectKind::Sign { .. }) => Outcome::Signed(reader.bytes(72).to_vec()),
        (5, EffectKind::Sign { .. }) => match shell.honest(&effect) {
            Outcome::Signed(raw) => match p256::ecdsa::Signature::from_slice(&raw) {
                Ok(signature) => Outcome::Signed(signature.to_der().as_bytes().to_vec()),
                Err(_) => Outcome::Signed(raw),
            },
            other => other,
        },
        (3, EffectKind::CreateKeys { .. }) => {
            let same = SoftKey::new(98).public_key().to_sec1().to_vec();
            Outcome::KeysCreated { device: same.clone(), approval: same }
        }
        (4, EffectKind::CreateKeys { .. }) => {
            Outcome::KeysCreated { device: reader.bytes(65).to_vec(), approval: reader.bytes(65).to_vec() }
        }
        // Not its outcome: it goes on waiting.
        (6, kind) => {
            let wrong = match kind {
                EffectKind::Post { .. } => Outcome::Signed(vec![0; 64]),
                EffectKind::CreateKeys { .. } => Outcome::NoNetwork,
                _ => Outcome::Http { status: 200, body: b"{}".to_vec() },
            };
            shell.outcome(&effect, wrong);
            shell.waiting.push(effect);
            return;
        }
        // Twice.
        (7, _) => {
            let honest = shell.honest(&effect);
            shell.outcome(&effect, honest.clone());
            honest
        }
        _ => shell.honest(&effect),
    };
    shell.outcome(&effect, ended);
}

/// What a service or its administrator does.
fn elsewhere(shell: &mut Shell, reader: &mut Reader<'_>) {
    const OFFERS: [fn(&mut Offer); 8] = [
        |_| {},
        |offer| offer.exp = Seconds(0),
        |offer| offer.claim = Bytes([0; 32]),
        |offer| offer.organisation.name = "Region\u{202e}X".into(),
        |offer| offer.organisation.colour = "green".into(),
        |offer| offer.user = String::new(),
        |offer| offer.login = "bo@b.example".into(),
        |offer| offer.organisation.name = "Another".into(),
    ];
    let service = service(shell, reader);
    match reader.byte() % 8 {
        0 => {
            let (which, end) = (usize::from(reader.byte()), *reader.of(&End::ALL));
            if !service.asked.is_empty() {
                let at = which % service.asked.len();
                let asked = &mut service.asked[at];
                asked.end = asked.end.or(Some((end, reader.flag())));
            }
        }
        1 => {
            if let Some(device) = service.devices.last_mut() {
                device.ended = true;
            }
        }
        2 => {
            if let Some(device) = service.devices.last_mut() {
                device.confirmed = true;
            }
        }
        3 => service.change_offer = *reader.of(&OFFERS),
        4 => service.offer_key = if reader.flag() { Some(SoftKey::new(99)) } else { None },
        5 => {
            service.login =
                (*reader.of(&["anna@regionx.example", "ANNA@regionx.example", "bo@b.example"])).into();
        }
        6 => service.ahead = *reader.of(&[0, 1, 1000, -1000, i64::MAX, i64::MIN, -1_800_000_000]),
        _ => service.say.push(*reader.of(&[
            (200, ""),
            (200, "{}"),
            (200, r#"{"end":"approved","counted":true}"#),
            (200, r#"{"end":"expired","counted":false}"#),
            (503, "busy"),
            (302, ""),
        ])),
    }
}

/// Time passes, stands, steps back or leaps.
fn wait(shell: &mut Shell, reader: &mut Reader<'_>) {
    let until = match reader.byte() % 8 {
        0..=4 => Millis(shell.now.0.saturating_add(u64::from(reader.byte()) * 1000)),
        5 => shell.now.minus_seconds(reader.byte().into()),
        6 => Millis(reader.u64()),
        _ => START,
    };
    let mut due: Vec<(Millis, u64)> = shell.timers.iter().map(|(timer, at)| (*at, *timer)).collect();
    due.sort_unstable();
    for (at, timer) in due {
        if at <= until && shell.timers.contains_key(&timer) {
            shell.now = shell.now.max(at);
            shell.event(Event::TimerFired(timer));
        }
    }
    shell.now = until;
}
