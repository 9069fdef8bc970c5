//! What the service reads beside the signed messages: its configuration, forms, headers, address ranges.

use crate::reader::Reader;
use authenticator_protocol::code::{Bytes, Secret};
use authenticator_protocol::link::EnrolmentLink;
use axum::body::Body;
use axum::extract::{Form, FromRequest as _, Query};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use axum_extra::extract::cookie::CookieJar;
use futures_util::FutureExt as _;
use push_service::config::Config;
use push_service::http::pages::{language, register, security, sign_in};
use push_service::http::visit::local;
use push_service::origin;
use push_service::pages::brand::brand_css;
use serde::de::DeserializeOwned;
use signin::network::{Network, neighbourhood};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use texts::Language;

pub(crate) fn config(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Config::parse(&text) {
        Ok(config) => {
            assert_eq!(config.policy.check(), Ok(()));
            assert!(!brand_css(config.colour).is_empty());
            _ = config.accepted_risks();
            // With a service that starts, phones can enrol.
            let link = EnrolmentLink {
                link: config.link_url,
                server: config.public_url,
                code: Secret([7; 16]),
                identity: Bytes([8; 16]),
            };
            assert_eq!(EnrolmentLink::parse(&link.to_string()), Ok(link));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

pub(crate) fn form(data: &[u8]) {
    each::<register::CharactersForm>(data);
    each::<register::Added>(data);
    each::<register::Waits>(data);
    each::<security::Asked>(data);
    each::<security::Confirmed>(data);
    each::<language::From>(data);
    each::<sign_in::Asked>(data);
    each::<sign_in::Credentials>(data);
    each::<sign_in::number::Waits>(data);
    let path = String::from_utf8_lossy(data);
    let led = local(&path);
    assert!(led.starts_with('/') && !led.starts_with("//") && !led.contains(['\\', '\n', '\r']));
    assert!(led == path || led == "/apps");
}

/// As a form and as a query.
fn each<T: DeserializeOwned>(data: &[u8]) {
    let request = Request::builder()
        .method(Method::POST)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(data.to_vec()))
        .expect("a request");
    let read = Form::<T>::from_request(request, &()).now_or_never();
    _ = read.expect("the whole body is there");
    if let Some(uri) =
        std::str::from_utf8(data).ok().and_then(|text| format!("/x?{text}").parse::<Uri>().ok())
    {
        _ = Query::<T>::try_from_uri(&uri);
    }
}

/// One header a line; the first byte says where the connection comes from and which proxies are known.
pub(crate) fn headers(data: &[u8]) {
    const NAMES: [&str; 4] = ["x-forwarded-for", "user-agent", "accept-language", "cookie"];
    let mut reader = Reader(data);
    let peer = *reader.of(&[
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V6(Ipv4Addr::new(192, 0, 2, 9).to_ipv6_mapped()),
        IpAddr::V4(Ipv4Addr::new(203, 0, 113, 5)),
    ]);
    let known: Vec<Network> =
        ["127.0.0.0/24", "192.0.2.0/24", "::1/128"].iter().filter_map(|text| text.parse().ok()).collect();
    let mut headers = HeaderMap::new();
    for line in reader.0.split(|byte| *byte == b'\n').take(20) {
        let Some((name, value)) = line.split_first() else { continue };
        let name = HeaderName::from_static(NAMES[usize::from(*name) % NAMES.len()]);
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name, value);
        }
    }

    let address = origin::address(peer, &headers, &known);
    assert_eq!(address, address.to_canonical());
    assert_eq!(origin::address(peer, &headers, &[]), peer.to_canonical(), "nobody is believed");
    let trusted = known.iter().any(|network| network.contains(peer));
    assert!(trusted || address == peer.to_canonical());
    let shown = origin::origin(address, &headers);
    assert_eq!(shown.address.parse(), Ok(address));
    for name in shown.browser.iter().chain(&shown.system) {
        assert!(name.len() < 20 && name.is_ascii(), "a name of ours, not the header's words: {name}");
    }
    assert!(neighbourhood(address).contains(address));
    for value in headers.get_all(NAMES[2]).iter().filter_map(|value| value.to_str().ok()) {
        _ = Language::negotiate(value);
        _ = Language::from_tag(value);
    }
    for cookie in CookieJar::from_headers(&headers).iter() {
        _ = authenticator_protocol::code::decode_array::<32>(cookie.value());
    }
}

pub(crate) fn network(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match text.parse::<Network>() {
        Ok(network) => {
            let written = network.to_string();
            assert_eq!(written.parse(), Ok(network));
            let base: IpAddr =
                written.split('/').next().unwrap_or_default().parse().expect("its first address");
            assert!(network.contains(base), "{written}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
