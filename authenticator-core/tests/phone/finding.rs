//! Finding the server from what was typed: the e-mail's domain, or the server's address by hand.

use crate::service::Service;
use crate::shell::{Phone, config, result};
use crate::typed::{DOCUMENT, gets, nothing_left, right, send, start, wrong};
use authenticator_core::effect::Outcome;
use authenticator_core::event::{ByHand, Event};
use authenticator_core::screen::{Field, Screen};
use authenticator_protocol::discovery::PATH;
use authenticator_protocol::request::paths;

#[test]
fn a_domain_that_does_not_tell_costs_a_third_input() {
    let padded = |length: usize| format!("{DOCUMENT}{}", " ".repeat(length - DOCUMENT.len()));
    for (domain, key) in [
        (None, "phone-type-server-offline"),
        (Some((404, "{}".to_owned())), "phone-type-server"),
        (Some((301, DOCUMENT.to_owned())), "phone-type-server"),
        (Some((302, String::new())), "phone-type-server"),
        (Some((204, String::new())), "phone-type-server"),
        (Some((500, DOCUMENT.to_owned())), "phone-type-server"),
        (
            Some((200, "<html><body>Sign in to the hotel's network</body></html>".to_owned())),
            "phone-type-server",
        ),
        (Some((200, String::new())), "phone-type-server"),
        (Some((200, r#"{"server":7}"#.to_owned())), "phone-type-server"),
        (Some((200, r#"{"server":"http://mfa.regionx.example"}"#.to_owned())), "phone-type-server"),
        (Some((200, r#"{"server":"https://mfa.regionx.example/path"}"#.to_owned())), "phone-type-server"),
        (Some((200, r#"{"server":"https://mfa.xn--regionx.example"}"#.to_owned())), "phone-type-server"),
        (Some((200, padded(16 * 1024 + 1))), "phone-type-server"),
    ] {
        let (mut phone, mut service) = start();
        phone.domain = domain.clone().map(|(status, body)| (status, body.into_bytes()));
        let mut typed = right(&service);
        send(&mut phone, &mut service, typed.clone());
        assert_eq!(wrong(&phone, &typed), (Field::Server, key.to_owned(), true), "{domain:?}");
        nothing_left(&phone);
        // A mistake elsewhere does not take the input away again.
        let slip = ByHand { code: "0".into(), ..typed.clone() };
        send(&mut phone, &mut service, slip.clone());
        assert_eq!(wrong(&phone, &slip), (Field::Code, "phone-type-length".to_owned(), true));
        typed.server = " MFA.regionx.example ".into();
        send(&mut phone, &mut service, typed);
        assert!(matches!(phone.screen(), Screen::Confirm { .. }), "{:?}", phone.screen());
        assert_eq!(gets(&phone).len(), 1, "who types the server is believed");
    }
    let (mut phone, mut service) = start();
    phone.domain = Some((200, padded(16 * 1024).into_bytes()));
    let typed = right(&service);
    send(&mut phone, &mut service, typed);
    assert!(matches!(phone.screen(), Screen::Confirm { .. }), "exactly 16 KiB");
}

#[test]
fn a_domain_that_cannot_be_asked_costs_it_too() {
    for domain in ["å.example", "xn--regionx.example", "regionx.example:8443", "localhost"] {
        let (mut phone, mut service) = start();
        service.login = format!("anna@{domain}");
        let mut typed = right(&service);
        send(&mut phone, &mut service, typed.clone());
        assert_eq!(wrong(&phone, &typed), (Field::Server, "phone-type-server".to_owned(), true), "{domain}");
        assert!(gets(&phone).is_empty());
        typed.server = "mfa.regionx.example".into();
        send(&mut phone, &mut service, typed);
        assert!(matches!(phone.screen(), Screen::Confirm { .. }), "{domain}: {:?}", phone.screen());
    }
}

#[test]
fn a_servers_address_is_taken_as_it_stands_on_the_page() {
    for server in ["mfa.regionx.example", "https://mfa.regionx.example", "https://MFA.RegionX.example/"] {
        let (mut phone, mut service) = start();
        let typed = ByHand { server: server.into(), ..right(&service) };
        send(&mut phone, &mut service, typed);
        assert!(matches!(phone.screen(), Screen::Confirm { .. }), "{server}: {:?}", phone.screen());
    }
    for server in [
        "http://mfa.regionx.example",
        "mfa.regionx.example/e",
        "mfа.regionx.example",
        "a b",
        "anna@x.example",
    ] {
        let (mut phone, mut service) = start();
        let typed = ByHand { server: server.into(), ..right(&service) };
        send(&mut phone, &mut service, typed.clone());
        let said = (Field::Server, "phone-type-server-wrong".to_owned(), true);
        assert_eq!(wrong(&phone, &typed), said, "{server}");
        assert!(phone.keys.is_empty() && service.arrived.is_empty());
    }
    let mut service = Service::new("https://mfa.regionx.example:8443", 1);
    let (mut phone, _) = start();
    let typed = ByHand { server: "mfa.regionx.example:8443".into(), ..right(&service) };
    send(&mut phone, &mut service, typed);
    let Screen::Confirm { host, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(host, "mfa.regionx.example:8443");
}

#[test]
fn plain_http_is_for_development_on_this_machine_alone() {
    for allow_loopback_http in [true, false] {
        let document = br#"{"server":"http://localhost:7500"}"#.to_vec();
        for (server, key) in [("localhost:7500", "phone-type-server-wrong"), ("", "phone-type-server")] {
            let mut service = Service::new("http://localhost:7500", 1);
            let config = authenticator_core::Config { allow_loopback_http, ..config() };
            let mut phone = Phone::with(config, None);
            phone.domain = Some((200, document.clone()));
            phone.event(&mut [], Event::AddAccount);
            phone.event(&mut [], Event::ChooseTyped);
            let typed = ByHand { server: server.into(), ..right(&service) };
            send(&mut phone, &mut service, typed.clone());
            if allow_loopback_http {
                assert!(matches!(phone.screen(), Screen::Confirm { .. }), "{:?}", phone.screen());
            } else {
                assert_eq!(wrong(&phone, &typed), (Field::Server, key.to_owned(), true));
                assert!(service.arrived.is_empty());
            }
        }
    }
}

#[test]
fn what_one_domain_says_late_is_not_what_the_next_one_says() {
    let (mut phone, mut service) = start();
    phone.hold = Some(PATH);
    let typed = right(&service);
    send(&mut phone, &mut service, typed.clone());
    phone.event(&mut [&mut service], Event::Back);
    send(&mut phone, &mut service, typed);
    let first = phone.held.pop_front().unwrap();
    phone.outcome(&mut [&mut service], first.id, Outcome::NoNetwork);
    assert!(matches!(phone.screen(), Screen::Working { .. }), "{:?}", phone.screen());
    phone.release(&mut [&mut service]);
    assert!(matches!(phone.screen(), Screen::Confirm { .. }), "{:?}", phone.screen());
}

#[test]
fn offline_and_again() {
    let (mut phone, mut service) = start();
    phone.offline = true;
    let typed = right(&service);
    send(&mut phone, &mut service, typed.clone());
    assert_eq!(wrong(&phone, &typed), (Field::Server, "phone-type-server-offline".to_owned(), true));
    // The network is back: the domain is asked again while nobody has typed a server.
    phone.offline = false;
    send(&mut phone, &mut service, typed.clone());
    assert!(matches!(phone.screen(), Screen::Confirm { .. }));

    for lose in [None, Some(paths::CLAIM)] {
        let (mut phone, mut service) = start();
        phone.hold = Some(PATH);
        send(&mut phone, &mut service, typed.clone());
        let Screen::Working { title } = phone.screen() else { panic!("{:?}", phone.screen()) };
        assert_eq!(title.key, "phone-type-finding");
        // The network goes between the two.
        let held = phone.held.pop_front().unwrap();
        (phone.offline, phone.lose) = (lose.is_none(), lose);
        let found = Outcome::Http { status: 200, body: DOCUMENT.into() };
        phone.outcome(&mut [&mut service], held.id, found);
        assert_eq!(result(&phone.screen()), "phone-offline-text");
        (phone.offline, phone.lose) = (false, None);
        phone.event(&mut [&mut service], Event::Retry);
        assert!(matches!(phone.screen(), Screen::Confirm { .. }), "{:?}", phone.screen());
        assert_eq!(phone.keys.len(), 1);
    }
}
