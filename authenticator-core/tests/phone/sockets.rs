//! The open socket (property 23).

use crate::service::{Check, Service};
use crate::shell::{Phone, bodies, enrolled};
use authenticator_core::effect::Key;
use authenticator_core::event::{Event, Frame};
use authenticator_core::screen::Screen;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::{Bytes, Secret};
use authenticator_protocol::ids::WakeId;
use authenticator_protocol::jws::Unverified;
use authenticator_protocol::request::{check, paths};
use authenticator_protocol::socket::{CLOSE_ENDED, Greeting, SocketOpening};
use authenticator_protocol::wake::Wake;

/// Greets; returns the socket and the secret that the phone made for it.
fn greet(phone: &mut Phone, service: &mut Service) -> (u64, Secret<32>) {
    let (socket, url) = phone.sockets.last().unwrap().clone();
    assert_eq!(url, "wss://mfa.regionx.example/api/v1/phone/socket");
    let greeting = serde_json::to_string(&Greeting { nonce: Bytes([3; 16]) }).unwrap();
    phone.event(&mut [service], Event::SocketMessage { socket, frame: Frame::Text(greeting) });
    let (to, text) = phone.sent.last().unwrap();
    assert_eq!(*to, socket);
    let opening = Unverified::<SocketOpening>::parse(text).unwrap();
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

    let before = bodies(&service, paths::FETCH).len();
    wake(&mut phone, &mut service, socket, Wake::new(WakeId::from_bytes([5; 16]), &Secret([0; 32])));
    assert_eq!(bodies(&service, paths::FETCH).len(), before, "another channel's");
    let id = WakeId::from_bytes([6; 16]);
    wake(&mut phone, &mut service, socket, Wake::new(id, &secret));
    assert!(matches!(phone.screen(), Screen::Approve { .. }));
    assert_eq!(bodies(&service, &format!("{}/{id}", paths::RECEIPTS)), [b""]);
}

#[test]
fn a_push_is_known_by_the_open_channel_or_makes_all_look() {
    let (mut phone, mut service) = enrolled();
    let (_, secret) = greet(&mut phone, &mut service);
    let before = bodies(&service, paths::FETCH).len();
    let id = WakeId::from_bytes([6; 16]);
    phone.event(&mut [&mut service], Event::WakeArrived(Wake::new(id, &secret).to_bytes().to_vec()));
    phone.event(&mut [&mut service], Event::WakeArrived(vec![1; 24]));
    phone.event(&mut [&mut service], Event::WakeArrived(vec![1; 3]));
    assert_eq!(bodies(&service, paths::FETCH).len(), before + 3);
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
        phone.wait(&mut [&mut service], 61);
    }
    assert!((1_000..=1_500).contains(&waits[0]), "{waits:?}");
    assert!((2_000..=3_000).contains(&waits[1]), "{waits:?}");
    assert_eq!(waits.last(), Some(&60_000));

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
