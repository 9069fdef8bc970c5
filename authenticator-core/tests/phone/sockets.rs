//! The open socket (property 23).

use crate::service::{Check, Service};
use crate::shell::{Phone, bodies, enrolled, greeting};
use authenticator_core::effect::Key;
use authenticator_core::event::{Event, Frame};
use authenticator_core::screen::Screen;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::{Bytes, Secret};
use authenticator_protocol::ids::WakeId;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::{check, paths};
use authenticator_protocol::socket::CLOSE_ENDED;
use authenticator_protocol::wake::Wake;

/// Greets; returns the socket and the secret that the phone made for it.
fn greet(phone: &mut Phone, service: &mut Service) -> (u64, Secret<32>) {
    let (socket, url) = phone.sockets.last().unwrap().clone();
    assert_eq!(url, "wss://mfa.regionx.example/api/v1/phone/socket");
    phone.event(&mut [service], greeting(socket));
    let (to, opening) = phone.opening();
    assert_eq!(to, socket);
    let url = "https://mfa.regionx.example/api/v1/phone/socket";
    assert!(check(opening.header(), "GET", url, phone.now.seconds()).is_ok());
    assert_eq!(opening.header().kid, Some(service.devices[0].id.to_string()));
    let opening = opening.verify(&service.devices[0].device_key, &Check).unwrap().payload;
    assert_eq!(opening.nonce, Bytes([3; 16]));
    (socket, opening.secret)
}

fn wake(phone: &mut Phone, service: &mut Service, socket: u64, wake: Wake) {
    let frame = Frame::Binary(wake.to_bytes().to_vec());
    phone.event(&mut [service], Event::SocketMessage { socket, frame });
}

#[test]
fn it_wakes() {
    let (mut phone, mut service) = enrolled();
    let (socket, secret) = greet(&mut phone, &mut service);
    assert_eq!(phone.keys_for("styrk-socket+jws"), [Key::Device]);
    service.ask(Purpose::SignIn, phone.seconds());

    let (before, ignored) = (bodies(&service, paths::FETCH).len(), phone.core.ignored());
    wake(&mut phone, &mut service, socket, Wake::new(WakeId::from_bytes([5; 16]), &Secret([0; 32])));
    assert_eq!(bodies(&service, paths::FETCH).len(), before, "another channel's");
    assert_eq!(phone.core.ignored(), ignored + 1);
    let id = WakeId::from_bytes([6; 16]);
    wake(&mut phone, &mut service, socket, Wake::new(id, &secret));
    assert!(matches!(phone.screen(), Screen::Approve { .. }));
    assert_eq!(bodies(&service, &format!("{}/{id}", paths::RECEIPTS)), [b""]);
}

#[test]
fn a_push_is_known_by_the_open_channel_or_makes_all_look() {
    let (mut phone, mut service) = enrolled();
    let (_, secret) = greet(&mut phone, &mut service);
    let (before, ignored) = (bodies(&service, paths::FETCH).len(), phone.core.ignored());
    let id = WakeId::from_bytes([6; 16]);
    phone.event(&mut [&mut service], Event::WakeArrived(Wake::new(id, &secret).to_bytes().to_vec()));
    phone.event(&mut [&mut service], Event::WakeArrived(vec![1; 24]));
    phone.event(&mut [&mut service], Event::WakeArrived(vec![1; 3]));
    assert_eq!(bodies(&service, paths::FETCH).len(), before + 2, "three bytes are no wake");
    assert_eq!(phone.core.ignored(), ignored + 1);
}

#[test]
fn it_comes_back_slower_each_time() {
    let (mut phone, mut service) = enrolled();
    let mut waits = Vec::new();
    for _ in 0..9 {
        let (socket, _) = phone.sockets.pop().unwrap();
        phone.timers.clear();
        phone.event(&mut [&mut service], Event::SocketClosed { socket, code: None });
        let at = phone.timers.values().min().unwrap().since(phone.now);
        waits.push(at);
        phone.wait(&mut [&mut service], 91);
    }
    assert!((1_000..=1_500).contains(&waits[0]), "{waits:?}");
    assert!((2_000..=3_000).contains(&waits[1]), "{waits:?}");
    assert!(waits[7..].iter().all(|wait| (60_000..90_000).contains(wait)), "{waits:?}");
    assert_ne!(waits[7], waits[8], "at random to the end");
    assert!(waits.iter().any(|wait| wait % 1000 != 0), "not all phones at the same moment: {waits:?}");

    let (socket, _) = phone.sockets.pop().unwrap();
    phone.event(&mut [&mut service], Event::SocketClosed { socket, code: None });
    assert!(phone.sockets.is_empty());
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert_eq!(phone.sockets.len(), 1, "the network is back: no more waiting");
}

#[test]
fn at_the_back_it_closes_after_a_while() {
    let (mut phone, mut service) = enrolled();
    phone.event(&mut [&mut service], Event::Backgrounded);
    phone.wait(&mut [&mut service], 29);
    phone.event(&mut [&mut service], Event::Foregrounded);
    phone.wait(&mut [&mut service], 60);
    assert_eq!(phone.sockets.len(), 1);
    phone.event(&mut [&mut service], Event::Backgrounded);
    phone.wait(&mut [&mut service], 30);
    assert!(phone.sockets.is_empty());
    phone.wait(&mut [&mut service], 600);
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert!(phone.sockets.is_empty());
    phone.event(&mut [&mut service], Event::Foregrounded);
    assert_eq!(phone.sockets.len(), 1);
}

#[test]
fn the_organisation_ends_the_account() {
    let (mut phone, mut service) = enrolled();
    let (socket, _) = greet(&mut phone, &mut service);
    service.devices[0].ended = true;
    phone.event(&mut [&mut service], Event::SocketClosed { socket, code: Some(CLOSE_ENDED) });
    assert_eq!(crate::shell::result(&phone.screen()), "phone-account-ended-text");
    phone.sockets.clear();
    phone.wait(&mut [&mut service], 600);
    assert!(phone.sockets.is_empty());
}

#[test]
fn frames_that_mean_nothing() {
    let (mut phone, mut service) = enrolled();
    let before = phone.core.ignored();
    let (socket, _) = phone.sockets.last().unwrap().clone();
    for (socket, frame) in [
        (socket, Frame::Text("{}".into())),
        (socket, Frame::Binary(vec![0; 24])),
        (999_999, Frame::Text("{}".into())),
    ] {
        phone.event(&mut [&mut service], Event::SocketMessage { socket, frame });
    }
    phone.event(&mut [&mut service], Event::SocketClosed { socket: 999_999, code: None });
    assert_eq!(phone.core.ignored(), before + 4);
}

/// What accepts, wakes and ends again and again is left more and more alone.
#[test]
fn a_wake_does_not_make_a_socket_a_good_one() {
    let (mut phone, mut service) = enrolled();
    let mut waits = Vec::new();
    for turn in 0..6 {
        let (socket, secret) = greet(&mut phone, &mut service);
        wake(&mut phone, &mut service, socket, Wake::new(WakeId::from_bytes([turn; 16]), &secret));
        phone.sockets.clear();
        phone.timers.clear();
        phone.event(&mut [&mut service], Event::SocketClosed { socket, code: None });
        waits.push(phone.timers.values().min().unwrap().since(phone.now));
        phone.wait(&mut [&mut service], 61);
    }
    assert!(waits.last().is_some_and(|wait| *wait >= 32_000), "{waits:?}");
}

#[test]
fn a_refusal_is_heard_once_and_only_before_a_wake() {
    let (mut phone, mut service) = enrolled();
    let problem = serde_json::to_string(&service.problem(Code::TooMany, phone.seconds())).unwrap();
    let refuse = |phone: &mut Phone, service: &mut Service, socket| {
        let before = bodies(service, paths::FETCH).len();
        let frame = Frame::Text(problem.clone());
        phone.event(&mut [service], Event::SocketMessage { socket, frame });
        bodies(service, paths::FETCH).len() - before
    };
    let (socket, _) = greet(&mut phone, &mut service);
    assert_eq!([(); 3].map(|()| refuse(&mut phone, &mut service, socket)), [1, 0, 0]);

    phone.event(&mut [&mut service], Event::NetworkBack);
    let (socket, secret) = greet(&mut phone, &mut service);
    wake(&mut phone, &mut service, socket, Wake::new(WakeId::from_bytes([1; 16]), &secret));
    assert_eq!(refuse(&mut phone, &mut service, socket), 0);
}

#[test]
fn a_flood_of_wakes_gets_few_receipts() {
    let (mut phone, mut service) = enrolled();
    let (socket, secret) = greet(&mut phone, &mut service);
    phone.hold = Some(paths::RECEIPTS);
    for turn in 0..50 {
        wake(&mut phone, &mut service, socket, Wake::new(WakeId::from_bytes([turn; 16]), &secret));
    }
    let receipts = |service: &Service| {
        service.arrived.iter().filter(|(path, _)| path.starts_with(paths::RECEIPTS)).count()
    };
    phone.release(&mut [&mut service]);
    assert_eq!(receipts(&service), 8);
    phone.hold = None;
    wake(&mut phone, &mut service, socket, Wake::new(WakeId::from_bytes([99; 16]), &secret));
    assert_eq!(receipts(&service), 9);
}

#[test]
fn over_another_network_it_opens_anew() {
    let (mut phone, mut service) = enrolled();
    let (socket, secret) = greet(&mut phone, &mut service);
    wake(&mut phone, &mut service, socket, Wake::new(WakeId::from_bytes([1; 16]), &secret));
    phone.event(&mut [&mut service], Event::NetworkBack);
    let open: Vec<u64> = phone.sockets.iter().map(|(socket, _)| *socket).collect();
    assert!(open.len() == 1 && open[0] != socket, "{open:?}");
}
