//! Whatever a user, a network and a service do in whatever order: nothing falls, and there is a way back.

use crate::service::Service;
use crate::shell::{Phone, enrolled, fcm, web_push};
use authenticator_core::effect::{Key, KeyFailure};
use authenticator_core::event::{ByHand, Event, Frame, PushWay};
use authenticator_core::screen::Screen;
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::discovery::PATH;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use proptest::prelude::*;
use scenarios::channels::everything;

fn step(phone: &mut Phone, service: &mut Service, choice: u8) {
    let request = match phone.screen() {
        Screen::Accounts { waiting, .. } => waiting.first().map(|row| row.id.clone()),
        _ => None,
    };
    let account = match phone.screen() {
        Screen::Accounts { accounts, .. } => accounts.first().map(|row| row.id.clone()),
        _ => None,
    };
    let socket = phone.sockets.last().map_or(0, |(socket, _)| *socket);
    let event = match choice {
        0 => Event::Launched,
        1 => Event::Foregrounded,
        2 => Event::Backgrounded,
        3 => Event::Refresh,
        4 => Event::NetworkBack,
        5 => Event::AddAccount,
        6 => Event::ChooseScan,
        7 => Event::QrScanned(service.link()),
        8 => Event::LinkOpened(service.link()),
        9 => Event::ChooseLink,
        10 | 11 => Event::Confirmed,
        12 | 13 => Event::NumberEntered("47".into()),
        14 | 15 => Event::Approve,
        16 => Event::CancelSignIn,
        17 => Event::NotMe,
        18 => Event::OpenRequest(request.unwrap_or_default()),
        19 => Event::OpenAccount(account.unwrap_or_default()),
        20 => Event::RemoveAccount,
        21 => Event::RemoveConfirmed,
        22 => Event::OpenSettings,
        23 | 24 => Event::Retry,
        25 | 26 => Event::Done,
        27 => Event::Back,
        28 => Event::WakeArrived(vec![7; 24]),
        29 => Event::SocketClosed { socket, code: Some(4001) },
        30 => {
            let text = r#"{"nonce":"AAAAAAAAAAAAAAAAAAAAAA"}"#.to_owned();
            Event::SocketMessage { socket, frame: Frame::Text(text) }
        }
        31 => return phone.offline = !phone.offline,
        32 => return service.another_code(),
        33 => return service.refuse.push(Code::Clock),
        34 => return service.refuse.push(Code::Unavailable),
        35 => return service.refuse.push(Code::DeviceEnded),
        36 => return phone.wait(&mut [service], 40),
        37 => return phone.hold = Some(paths::ANSWER),
        38 => return phone.hold = Some(paths::REGISTRATION),
        39 => return phone.hold = Some(paths::FETCH),
        40 => return phone.hold_signing = Some(Key::Approval),
        41 | 42 => return phone.release(&mut [service]),
        43 => {
            phone.key_failure = phone.key_failure.xor(Some((Key::Approval, KeyFailure::Cancelled)));
            return;
        }
        44 => {
            if let Some(asked) = service.asked.last_mut() {
                asked.end = asked.end.or(Some((End::Superseded, false)));
            }
            return;
        }
        45 => return service.ahead += 1_000,
        46 | 47 => Event::ChooseTyped,
        48 | 49 => {
            let (login, code) = (service.login.clone(), service.typed.as_str().to_owned());
            let server = if choice == 48 { "mfa.regionx.example" } else { "" };
            Event::CodeTyped(ByHand { login, code, server: server.into() })
        }
        50 => return phone.hold = Some(PATH),
        51 => {
            let found = br#"{"server":"https://mfa.regionx.example"}"#.to_vec();
            phone.domain = if phone.domain.is_none() { Some((200, found)) } else { None };
            return;
        }
        52 => Event::AddressTold(fcm(u8::try_from(phone.now.0 / 1_000 % 7).unwrap_or_default())),
        53 => Event::AddressGone(PushWay::Fcm),
        54 => Event::AddressTold(web_push(phone.keys.keys().next().map_or("", String::as_str))),
        55 => return phone.hold = Some(paths::CHANNELS),
        56 => {
            service.push = if service.push.is_none() { Some(everything()) } else { None };
            return;
        }
        57 => return service.channels.clear(),
        _ => {
            let purpose = if choice.is_multiple_of(2) { Purpose::SignIn } else { Purpose::ConfirmTest };
            if !service.devices.is_empty() {
                service.ask(purpose, phone.seconds());
            }
            return;
        }
    };
    phone.event(&mut [service], event);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_falls_and_there_is_a_way_back(choices in proptest::collection::vec(0_u8..62, 0..60)) {
        let (mut phone, mut service) = enrolled();
        service.push = Some(everything());
        for choice in choices {
            step(&mut phone, &mut service, choice);
        }
        for _ in 0..5 {
            if !matches!(phone.screen(), Screen::Accounts { .. }) {
                phone.event(&mut [&mut service], Event::Back);
            }
        }
        let home = matches!(phone.screen(), Screen::Accounts { .. });
        prop_assert!(home, "{:?}", phone.screen());
        phone.offline = false;
        phone.restart(&mut [&mut service]);
        let known = String::from_utf8(phone.saved.clone().unwrap()).unwrap();
        for account in phone.keys.keys() {
            prop_assert!(known.contains(account.as_str()), "keys without an account");
        }
    }
}
