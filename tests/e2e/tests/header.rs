//! What every answer says beside its body.

use authenticator_protocol::code::Secret;
use authenticator_protocol::discovery;
use authenticator_protocol::enrolment::Proof;
use authenticator_protocol::link::EnrolmentLink;
use authenticator_protocol::request::paths;
use axum::http::{HeaderMap, HeaderName, Method};
use e2e::peer::Peer;
use e2e::relying_party::{Opened, SIGN_INS};
use e2e::world::cookies;
use e2e::{DIGITS, Error, Outcome, Reply, Web, World};
use serde_json::json;
use std::collections::BTreeSet;

const CONTENT: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

fn check(reply: &Reply, what: &str) {
    for (name, value) in [
        ("content-security-policy", CONTENT),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        assert_eq!(reply.header(name), value, "{what}");
    }
    let cache = reply.header("cache-control");
    let kept = match reply.status {
        200 if what.contains("/assets/") => "public, max-age=31536000, immutable",
        200 if what.contains("/.well-known/") => "public, max-age=3600",
        _ => "no-store",
    };
    assert_eq!(cache, kept, "{what}");
    assert_eq!(reply.header("x-request-id").len(), 9, "{what}");
    assert_eq!(reply.header("server"), "", "{what}");
    let foreign = |name: &&HeaderName| name.as_str().starts_with("access-control-");
    assert_eq!(reply.headers.keys().find(foreign), None, "{what}");
    let kind = reply.header("content-type");
    assert!(reply.body.is_empty() || !kind.is_empty(), "{what}: a body of no kind");
    // Events are UTF-8 by their definition.
    let has_charset = kind.ends_with("; charset=utf-8") || kind == "text/event-stream";
    assert!(!kind.starts_with("text/") || has_charset, "{what}: {kind}");
}

/// Every route of the service, from its own list: one that this test does not know is a mistake.
fn routes() -> Vec<&'static str> {
    let source = include_str!("../../../push-service/src/http/mod.rs");
    let router = source.split_once("pub fn router").map_or(source, |(_, router)| router);
    let first = |route: &'static str| route.split(',').next().unwrap_or_default().trim();
    let all = router.split(".route(").skip(1).map(first);
    all.map(|first| match first {
        "paths::CLAIM" => paths::CLAIM,
        "paths::REGISTRATION" => paths::REGISTRATION,
        "paths::FETCH" => paths::FETCH,
        "paths::ANSWER" => paths::ANSWER,
        "paths::CHANNELS" => paths::CHANNELS,
        "paths::LEAVE" => paths::LEAVE,
        "paths::SOCKET" => paths::SOCKET,
        "discovery::PATH" => discovery::PATH,
        literal if literal.starts_with('"') => literal.trim_matches('"'),
        other => panic!("{other}: which address is that?"),
    })
    .collect()
}

#[tokio::test]
async fn every_route_has_the_security_headers() -> Outcome {
    let (world, browser, phone) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let device = phone.device.ok_or("no device")?.to_string();
    let own = routes();
    assert!(own.len() >= 32, "{own:?}");
    let others = [
        "/nowhere",
        "/api/nowhere",
        "/.well-known/nowhere",
        "/%00",
        "/apps/../security",
        "/assets/wait.js?v=1",
        // What is for operators alone is not here.
        "/metrics",
        "/openapi.json",
        "/v1/users",
        "/.git/HEAD",
    ];
    let (cookie, key) = (cookies(&browser), format!("Bearer {}", backend.key));
    for who in [("cookie", cookie.as_str()), ("authorization", key.as_str()), ("cookie", "")] {
        for route in own.iter().chain(&others) {
            let path = route
                .replace("{id}", &device)
                .replace("{tag}", "sv")
                .replace("{name}", "styrk.css")
                .replace("{wake}", "AAAAAAAAAAAAAAAAAAAAAA");
            for method in
                [Method::GET, Method::POST, Method::PUT, Method::HEAD, Method::OPTIONS, Method::TRACE]
            {
                let what = format!("{method} {path}");
                let mut headers = vec![who];
                if method == Method::OPTIONS {
                    // A page elsewhere asks whether it may: it is told nothing.
                    headers.extend([
                        ("origin", "https://evil.example"),
                        ("access-control-request-method", "POST"),
                    ]);
                }
                let reply = world.web.send(method.clone(), &path, &headers, Vec::new()).await?;
                assert!(reply.status < 500, "{what}: {}", reply.status);
                assert!(method != Method::TRACE || reply.status >= 400, "{what}: {}", reply.status);
                check(&reply, &what);
            }
        }
        world.demo.clock.advance(61_000);
    }
    Ok(())
}

/// Each kind of answer, by what provokes it, whoever is asked: browsers, phones, relying parties.
#[tokio::test]
async fn every_kind_of_answer_has_the_security_headers() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let (backend, service) = (world.relying_party().await?, world.demo.service.clone());
    let (web, jar) = (&world.web, cookies(&browser));
    let mut seen = BTreeSet::new();
    let mut kind = |status: u16, reply: Reply, what: &str| {
        assert_eq!(reply.status, status, "{what}: {}", reply.text());
        check(&reply, what);
        seen.insert(status);
    };
    kind(200, web.get("/apps", &jar).await?, "a page");
    kind(303, web.get("/apps", "").await?, "a page for others");
    kind(303, web.post("/sign-out", "", "").await?, "a form");
    let fetch = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
    kind(200, web.jose(paths::FETCH, fetch).await?, "what waits for a phone");
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let new = world.phone();
    let claim = |code| new.signed(paths::CLAIM, &new.claim_by(Proof::Link(code)), &new.device_key);
    kind(200, web.jose(paths::CLAIM, claim(EnrolmentLink::parse(&link)?.code)).await?, "an offer");
    kind(204, web.send(Method::POST, RECEIPT, &[], Vec::new()).await?, "a receipt");
    let opened = backend.ask(&json!({ "user": demo::organisation::USERS[0].login() })).await?;
    let id = Opened::of(&opened)?.id;
    kind(201, opened, "a request of a relying party");
    kind(200, backend.get(&id, 0).await?, "how it stands");
    kind(200, backend.cancel(&id).await?, "cancelled");
    let events = format!("{SIGN_INS}/{id}/events");
    kind(200, backend.send(Method::GET, &events, &[], "").await?, "a stream of events");
    for (what, more, status) in
        [("a phone's", "", 101), ("another site's", "origin: https://evil.example\r\n", 400)]
    {
        let mut peer = Peer::connect(&service).await?;
        peer.say(format!("GET {} HTTP/1.1\r\nhost: a\r\n{UPGRADE}{more}\r\n", paths::SOCKET)).await?;
        kind(status, read(&peer.answer().await?)?, &format!("an upgrade, {what}"));
    }

    kind(400, backend.ask(&json!({})).await?, "a field that is missing");
    kind(400, web.jose(paths::FETCH, "nonsense").await?, "no message");
    kind(401, backend.with_key("styrk.x.y").get(&id, 0).await?, "a wrong key");
    let (key, form) = (("origin", service.as_str()), ("content-type", "application/x-www-form-urlencoded"));
    kind(403, web.send(Method::POST, "/sign-in", &[form], "login=a").await?, "a form of another site");
    kind(404, backend.get(&"A".repeat(22), 0).await?, "a request that is nobody's");
    kind(404, web.get("/nowhere", &jar).await?, "no page");
    kind(405, web.send(Method::GET, paths::FETCH, &[], Vec::new()).await?, "another method");
    kind(410, web.jose(paths::CLAIM, claim(Secret([7; 16]))).await?, "a code that is nobody's");
    let long = "x".repeat(17 * 1024);
    kind(413, web.send(Method::POST, "/sign-in", &[key, form], long.clone()).await?, "a long form");
    kind(413, web.jose(paths::FETCH, long).await?, "a long message");
    kind(415, web.send(Method::POST, "/sign-in", &[key], "login=a").await?, "no form");
    kind(422, web.post("/sign-in", "", "login=a&password=b").await?, "a wrong password");
    for _ in 0..10 {
        web.post("/sign-in", "", "login=a&password=b").await?;
    }
    kind(429, web.post("/sign-in", "", "login=a&password=b").await?, "too many");
    for path in ["/sign-in", paths::FETCH] {
        let mut peer = Peer::connect(&service).await?;
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: a\r\norigin: {service}\r\ncontent-length: 9\r\n\r\n");
        peer.say(head).await?;
        while !peer.is_answered().await? {
            world.demo.clock.advance(1_000);
        }
        kind(408, read(&peer.answer().await?)?, "a body that does not arrive");
    }
    // Nothing more is committed or read.
    world.app().await?.close().await;
    kind(503, web.get("/sign-in", &jar).await?, "a page without a database");
    kind(503, web.get("/ready", "").await?, "readiness without a database");
    kind(503, backend.get(&id, 0).await?, "an answer without a database");
    let all = [101, 200, 201, 204, 303, 400, 401, 403, 404, 405, 408, 410, 413, 415, 422, 429, 503];
    assert_eq!(seen, BTreeSet::from(all));
    Ok(())
}

const RECEIPT: &str = "/api/v1/phone/receipts/AAAAAAAAAAAAAAAAAAAAAA";
const UPGRADE: &str = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
    sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

/// An answer as it came.
fn read(text: &str) -> Result<Reply, Error> {
    let (head, body) = text.split_once("\r\n\r\n").ok_or("no end of the header")?;
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("no status")?.parse()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        headers.insert(HeaderName::from_bytes(name.as_bytes())?, value.parse()?);
    }
    // After an upgrade it is no HTTP any more.
    let body = if status == 101 { Vec::new() } else { body.as_bytes().to_vec() };
    Ok(Reply { status, headers, body })
}

/// What is no HTTP is refused before there is a request: without a word that a browser could show.
#[tokio::test]
async fn what_is_no_request_gets_an_answer_without_content() -> Outcome {
    let world = World::start(DIGITS).await?;
    let long = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(33 * 1024));
    let split = "GET / HTTP/1.1\r\nx y: z\r\n\r\n";
    for (what, status) in [("nonsense\r\n\r\n", 400), (split, 400), (long.as_str(), 431)] {
        let mut peer = Peer::connect(&world.demo.service).await?;
        peer.say(what).await?;
        let reply = read(&peer.answer().await?)?;
        assert_eq!((reply.status, reply.text().as_str()), (status, ""), "{what:.30}");
        assert!(peer.is_over().await, "{what:.30}");
    }
    Ok(())
}

#[tokio::test]
async fn cookies_are_for_this_host_and_no_script() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let form =
        format!("login={}&password={}", demo::organisation::USERS[0].login(), demo::organisation::PASSWORD);
    let reply = world.web.post("/sign-in", "", &form).await?;
    let language = world.web.get("/language/sv?to=/apps", "").await?;
    for (cookie, lasts) in [
        (reply.set_cookie("styrk-session"), false),
        (reply.set_cookie("styrk-browser"), true),
        (language.set_cookie("styrk-language"), true),
    ] {
        let cookie = cookie.ok_or("not set")?;
        let attributes: Vec<&str> = cookie.split("; ").skip(1).collect();
        for wanted in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(attributes.contains(&wanted), "{cookie}");
        }
        assert!(!cookie.contains("Domain="), "{cookie}");
        assert_eq!(cookie.contains("Max-Age="), lasts, "{cookie}");
    }
    let out = world.web.post("/sign-out", &format!("styrk-session={}", "A".repeat(43)), "").await?;
    assert!(out.set_cookie("styrk-session").is_some_and(|cookie| cookie.starts_with("styrk-session=;")));
    Ok(())
}

#[tokio::test]
async fn over_tls_cookies_are_secure_and_the_host_insists_on_it() -> Outcome {
    let folder = tempfile::tempdir()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let listen = listener.local_addr()?;
    let public = "https://mfa.regionx.example";
    let text = demo::organisation::configuration(public, public, listen, folder.path(), DIGITS);
    let config = push_service::config::Config::parse(&text)?;
    push_service::keys::Keys::create(&config.keys, simulated_phone::Millis(0).seconds())?;
    let clock = push_service::clock::ManualClock::flowing();
    let app = push_service::app::App::open(config, std::sync::Arc::new(clock))?;
    demo::organisation::add_users(&app).await?;
    let running = push_service::lifecycle::Running::start_on(app, listener, Default::default())?;
    let web = Web::new(&format!("http://{listen}"));
    let form =
        format!("login={}&password={}", demo::organisation::USERS[0].login(), demo::organisation::PASSWORD);
    let headers = [("origin", public), ("content-type", "application/x-www-form-urlencoded")];
    let reply = web.send(Method::POST, "/sign-in", &headers, form).await?;
    for name in ["__Host-styrk-session", "__Host-styrk-browser"] {
        let cookie = reply.set_cookie(name).ok_or(name)?;
        assert!(cookie.contains("; Secure") && cookie.contains("; Path=/"), "{cookie}");
    }
    let insists = "max-age=63072000; includeSubDomains";
    assert_eq!(reply.header("strict-transport-security"), insists);
    for route in routes().into_iter().chain(["/nowhere", "/api/nowhere"]) {
        let reply = web.get(route, "").await?;
        check(&reply, route);
        assert_eq!(reply.header("strict-transport-security"), insists, "{route}");
    }
    // The address that the connection was made to is not the one that counts.
    let headers = [("origin", format!("http://{listen}"))];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(web.send(Method::POST, "/sign-out", &headers, Vec::new()).await?.status, 403);
    running.stop().await;
    Ok(())
}
