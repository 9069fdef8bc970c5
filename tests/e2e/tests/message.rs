//! Properties 6 and 8: a message is good for one place, and says so.

use authenticator_protocol::answer::DenialReason;
use authenticator_protocol::channels::Channels;
use authenticator_protocol::fetch::Leave;
use authenticator_protocol::jws::Typ;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use demo::visitor::Visitor;
use e2e::socket::{Brought, RawSocket};
use e2e::world::number;
use e2e::{DIGITS, Error, Outcome, RawPhone, World, forge};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One of each, all of them in force, by the phones of one user.
async fn one_of_each(
    world: &World,
    browser: &mut Visitor,
    phone: &RawPhone,
) -> Result<Vec<(&'static str, String)>, Error> {
    let mut other = world.phone();
    let page = browser.post("/register/start", &[]).await?;
    let link = page.link().ok_or("no link")?;
    let claim = other.signed(paths::CLAIM, &other.claim_of(&link)?, &other.device_key);
    let offered = other.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    let registration = other.registration(&offered);
    let approval_key = registration.approval.clone();
    let right = number(&mut world.browser()).await?;
    let challenge = phone.challenge().await?;
    let socket = RawSocket::connect(&world.demo.service).await?;
    let challenges = phone.fetch().await?.challenges;
    // Last, since what the service signs from now on is by another key.
    world.demo.rotate_identity().await?;
    let statements = phone.fetch().await?.key_statements;
    Ok(vec![
        ("claim", claim),
        ("offer", offered.text.clone()),
        ("registration", other.signed(paths::REGISTRATION, &registration, &other.device_key)),
        ("approval-key", approval_key),
        ("fetch", phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key)),
        ("challenge", challenges.last().cloned().ok_or("no challenge")?),
        ("approval", phone.approval(&challenge, &right)?),
        ("denial", phone.denial(&challenge, DenialReason::NotMe)),
        ("socket", phone.opening(socket.nonce).0),
        ("channels", phone.signed(paths::CHANNELS, &Channels { channels: Vec::new() }, &phone.device_key)),
        ("leave", phone.signed(paths::LEAVE, &Leave {}, &phone.device_key)),
        ("key-statement", statements.into_iter().next().ok_or("no statement")?),
    ])
}

const PLACES: [(&str, &[&str]); 6] = [
    (paths::CLAIM, &["claim"]),
    (paths::REGISTRATION, &["registration"]),
    (paths::FETCH, &["fetch"]),
    (paths::ANSWER, &["approval", "denial"]),
    (paths::CHANNELS, &["channels"]),
    (paths::LEAVE, &["leave"]),
];

#[tokio::test]
async fn none_is_taken_in_the_place_of_another() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let messages = one_of_each(&world, &mut browser, &phone).await?;
    let there: BTreeSet<String> = messages
        .iter()
        .map(|(_, jws)| Ok(forge::open(jws)?.0["typ"].as_str().unwrap_or_default().to_owned()))
        .collect::<Result<_, Error>>()?;
    let all: BTreeSet<String> = Typ::ALL.iter().map(|typ| typ.as_str().to_owned()).collect();
    assert_eq!(there, all, "one of each");
    let before = world.audit().await?.len();
    let mut tried = 0;
    for (path, at_home) in PLACES {
        for (name, jws) in messages.iter().filter(|(name, _)| !at_home.contains(name)) {
            let reply = phone.web.jose(path, jws.clone()).await?;
            assert_eq!(reply.refused()?, Code::Unsupported, "{name} at {path}");
            assert!(
                reply.problem()?.detail.is_some_and(|detail| detail.starts_with("typ")),
                "{name} at {path}"
            );
            tried += 1;
        }
        world.demo.clock.advance(61_000);
    }
    assert_eq!(tried, 65);
    for (name, jws) in messages.iter().filter(|(name, _)| *name != "socket") {
        let mut socket = RawSocket::connect(&world.demo.service).await?;
        socket.say(jws).await?;
        match socket.next().await? {
            Brought::Text(problem) => {
                assert_eq!(serde_json::from_str::<Value>(&problem)?["code"], "unsupported", "{name}");
                assert_eq!(socket.closed().await?, Some(4003), "{name}");
            }
            // Longer than an opening may be.
            other => assert_eq!((other, jws.len() > 1_024), (Brought::Closed(Some(4003)), true), "{name}"),
        }
    }
    let after = world.audit().await?;
    let moved =
        after[before..].iter().filter(|record| record.fact.kind.as_str() != "request_expired").count();
    assert_eq!(moved, 0, "nothing came of any of them");
    Ok(())
}

#[tokio::test]
async fn an_inner_message_is_bound_like_the_outer() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    e2e::world::sign_in(&mut browser).await?;
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let offered = phone.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    let right = phone.registration(&offered);
    let other = world.phone();
    for (what, inner, code) in [
        (
            "a fetch",
            phone.signed(paths::FETCH, &phone.fetch_message(), &phone.approval_key),
            Code::Unsupported,
        ),
        ("a broken one", forge::broken(&right.approval).ok_or("form")?, Code::Signature),
        (
            "one by the device key",
            forge::with_header(&right.approval, "v", json!(1), &phone.device_key)?,
            Code::Signature,
        ),
        (
            "another device key's",
            forge::with_payload(
                &right.approval,
                "device_key",
                json!(authenticator_protocol::keys::Sign::public_key(&other.device_key).thumbprint()),
                &phone.approval_key,
            )?,
            Code::OfferMismatch,
        ),
        (
            "another offer's",
            forge::with_payload(&right.approval, "offer", json!(offered.claim), &phone.approval_key)?,
            Code::OfferMismatch,
        ),
        (
            "another enrolment's",
            forge::with_payload(
                &right.approval,
                "enrolment",
                json!("AAAAAAAAAAAAAAAAAAAAAA"),
                &phone.approval_key,
            )?,
            Code::OfferMismatch,
        ),
    ] {
        let mut registration = right.clone();
        registration.approval = inner;
        let jws = phone.signed(paths::REGISTRATION, &registration, &phone.device_key);
        assert_eq!(phone.web.jose(paths::REGISTRATION, jws).await?.refused()?, code, "{what}");
    }
    assert_eq!(phone.register(&offered).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn unknown_alg_typ_version_and_crit_are_refused() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let fetch = |name: &str, value: Value| {
        let jws = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
        forge::with_header(&jws, name, value, &phone.device_key)
    };
    for (name, value, code) in [
        ("alg", json!("none"), Code::Unsupported),
        ("alg", json!("HS256"), Code::Unsupported),
        ("alg", json!("ES384"), Code::Unsupported),
        ("alg", json!("es256"), Code::Unsupported),
        ("alg", Value::Null, Code::Malformed),
        ("typ", json!("styrk-claim+jws"), Code::Unsupported),
        ("typ", json!("JWT"), Code::Unsupported),
        ("typ", Value::Null, Code::Malformed),
        ("v", json!(2), Code::Unsupported),
        ("v", json!(0), Code::Unsupported),
        ("v", Value::Null, Code::Malformed),
        ("crit", json!(["exp"]), Code::Unsupported),
        ("crit", json!(["show"]), Code::Unsupported),
        ("crit", json!([]), Code::Unsupported),
        ("crit", json!("show"), Code::Unsupported),
        ("show", json!(["organisation"]), Code::Unsupported),
        ("kid", Value::Null, Code::Malformed),
        ("kid", json!("somebody"), Code::Malformed),
        ("kid", json!("AAAAAAAAAAAAAAAAAAAAAA"), Code::DeviceEnded),
        ("jti", Value::Null, Code::Malformed),
        ("iat", Value::Null, Code::Malformed),
    ] {
        let reply = phone.web.jose(paths::FETCH, fetch(name, value.clone())?).await?;
        assert_eq!(reply.refused()?, code, "{name}: {value}");
    }
    world.demo.clock.advance(61_000);
    let jws = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
    let input = jws.rsplit_once('.').ok_or("form")?.0;
    assert_eq!(phone.web.jose(paths::FETCH, format!("{input}.")).await?.refused()?, Code::Malformed);
    let broken = forge::broken(&jws).ok_or("form")?;
    assert_eq!(phone.web.jose(paths::FETCH, broken).await?.refused()?, Code::Signature);
    let stranger = forge::with_header(&jws, "v", json!(1), &world.phone().device_key)?;
    assert_eq!(phone.web.jose(paths::FETCH, stranger).await?.refused()?, Code::Signature);
    // A header of two minds: RFC 7515 section 4 wants names to be unique.
    let (header, payload) = forge::open(&jws)?;
    let twice = header.to_string().replacen('{', "{\"alg\":\"ES256\",", 1);
    let input = [twice, payload.to_string()]
        .map(|part| authenticator_protocol::code::encode(part.as_bytes()))
        .join(".");
    let signature = authenticator_protocol::keys::Sign::sign(&phone.device_key, input.as_bytes());
    let jws = format!("{input}.{}", authenticator_protocol::code::encode(&signature));
    assert_eq!(phone.web.jose(paths::FETCH, jws).await?.refused()?, Code::Malformed);
    Ok(())
}

#[tokio::test]
async fn a_request_is_bound_to_its_address_and_method() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let service = &world.demo.service;
    for (name, value) in [
        ("url", json!(format!("{service}{}", paths::LEAVE))),
        ("url", json!(format!("https://evil.example{}", paths::FETCH))),
        ("url", json!(format!("{service}{}?x=1", paths::FETCH))),
        ("url", json!(format!("{service}{}/", paths::FETCH))),
        ("url", json!(service.replace("http:", "https:"))),
        ("url", Value::Null),
        ("htm", json!("GET")),
        ("htm", json!("post")),
        ("htm", Value::Null),
    ] {
        let jws = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
        let jws = forge::with_header(&jws, name, value.clone(), &phone.device_key)?;
        let reply = phone.web.jose(paths::FETCH, jws).await?;
        assert_eq!(reply.refused()?, Code::WrongAddress, "{name}: {value}");
        assert!(reply.problem()?.detail.is_some_and(|detail| detail.starts_with(name)));
    }
    phone.fetch().await?;
    // The configured address counts, never the one that a client says it is talking to.
    let jws = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
    let lied = forge::with_header(
        &jws,
        "url",
        json!(format!("http://evil.example{}", paths::FETCH)),
        &phone.device_key,
    )?;
    let headers = [
        ("content-type", "application/jose"),
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
    ];
    let reply = world.web.send(axum::http::Method::POST, paths::FETCH, &headers, lied).await?;
    assert_eq!(reply.refused()?, Code::WrongAddress);
    Ok(())
}
