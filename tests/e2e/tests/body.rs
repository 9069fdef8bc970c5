//! Bodies that no phone sends: each is refused with a problem that says what is wrong.

use authenticator_protocol::fetch::Leave;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use axum::http::Method;
use e2e::{DIGITS, Outcome, World, forge};
use serde_json::{Value, json};

const POSTS: [&str; 5] = [paths::CLAIM, paths::REGISTRATION, paths::FETCH, paths::ANSWER, paths::LEAVE];

#[tokio::test]
async fn every_phone_route_names_what_is_wrong() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let jose = ("content-type", "application/jose");
    let large = vec![b'a'; 16 * 1024 + 1];
    for path in POSTS {
        let long = format!("{}.e30.AAAA", "a".repeat(16 * 1024 - 9));
        for (what, header, body, code, names) in [
            ("too large", jose, large.clone(), Code::TooLarge, ""),
            ("no content type", ("x-nothing", "1"), b"a.b.c".to_vec(), Code::Malformed, "content-type"),
            ("JSON", ("content-type", "application/json"), b"{}".to_vec(), Code::Malformed, "content-type"),
            ("a form", ("content-type", "text/plain"), b"a.b.c".to_vec(), Code::Malformed, "content-type"),
            ("nothing", jose, Vec::new(), Code::Malformed, "message"),
            ("garbage", jose, b"garbage".to_vec(), Code::Malformed, "message"),
            ("a header that is none", jose, b"e30.e30.AAAA".to_vec(), Code::Malformed, "message"),
            ("four parts", jose, b"a.b.c.d".to_vec(), Code::Malformed, "message"),
            ("not UTF-8", jose, vec![0xff, 0xfe], Code::Malformed, "body"),
            ("nearly too large", jose, long.clone().into_bytes(), Code::Malformed, "message"),
        ] {
            let reply = world.web.send(Method::POST, path, &[header], body).await?;
            assert_eq!(reply.refused()?, code, "{what} at {path}");
            let detail = reply.problem()?.detail.unwrap_or_default();
            assert!(detail.starts_with(names), "{what} at {path}: {detail}");
        }
        world.demo.clock.advance(61_000);
    }
    Ok(())
}

#[tokio::test]
async fn every_member_that_is_missing_is_named() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let fresh = world.phone();
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let claim = fresh.signed(paths::CLAIM, &fresh.claim_of(&link)?, &fresh.device_key);
    let leave = phone.signed(paths::LEAVE, &Leave {}, &phone.device_key);
    for (path, jws, key, name) in [
        (paths::CLAIM, &claim, &fresh.device_key, "jwk"),
        (paths::CLAIM, &claim, &fresh.device_key, "jti"),
        (paths::CLAIM, &claim, &fresh.device_key, "iat"),
        (paths::LEAVE, &leave, &phone.device_key, "kid"),
        (paths::LEAVE, &leave, &phone.device_key, "jti"),
        (paths::LEAVE, &leave, &phone.device_key, "iat"),
    ] {
        let reply = phone.web.jose(path, forge::with_header(jws, name, Value::Null, key)?).await?;
        assert_eq!(reply.refused()?, Code::Malformed, "{name} at {path}");
        let detail = reply.problem()?.detail.unwrap_or_default();
        assert!(detail.starts_with(name), "{name} at {path}: {detail}");
    }
    for name in ["code", "approval_key", "commitment", "model", "system"] {
        for value in [Value::Null, json!(7), json!({})] {
            let jws = forge::with_payload(&claim, name, value, &fresh.device_key)?;
            let reply = phone.web.jose(paths::CLAIM, jws).await?;
            assert_eq!(reply.refused()?, Code::Malformed, "{name}");
            assert!(reply.problem()?.detail.is_some_and(|detail| detail.starts_with("payload")), "{name}");
        }
    }
    // A point that is not on the curve is no key, and nothing falls over.
    let off = json!({"kty": "EC", "crv": "P-256", "x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "y": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"});
    let reply =
        phone.web.jose(paths::CLAIM, forge::with_header(&claim, "jwk", off, &fresh.device_key)?).await?;
    assert_eq!(reply.refused()?, Code::Signature);
    Ok(())
}

#[tokio::test]
async fn other_methods_and_places_are_problems_too() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    for path in POSTS {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let reply = world.web.send(method, path, &[], Vec::new()).await?;
            assert_eq!(
                (reply.status, reply.json::<Value>()?["code"].as_str()),
                (405, Some("method")),
                "{path}"
            );
            assert_eq!(reply.json::<Value>()?["instance"], reply.header("x-request-id"));
        }
    }
    let reply = world.web.get("/api/v1/phone/nothing", "").await?;
    assert_eq!((reply.status, reply.refused()?), (404, Code::NotFound));
    let jws = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
    assert_eq!(phone.web.jose("/api/v2/phone/fetch", jws).await?.status, 404);
    Ok(())
}

#[tokio::test]
async fn a_socket_without_an_upgrade_is_a_problem_too() -> Outcome {
    let world = World::start(DIGITS).await?;
    let reply = world.web.get(paths::SOCKET, "").await?;
    assert!(matches!(reply.status, 400 | 426), "{}", reply.status);
    assert_eq!(reply.header("content-type"), "application/problem+json", "{}", reply.text());
    Ok(())
}

#[tokio::test]
async fn a_form_that_is_too_large_or_no_form_is_a_page() -> Outcome {
    let world = World::start(DIGITS).await?;
    let own = ("origin", world.demo.service.as_str());
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (what, header, body, status) in [
        ("too large", form, format!("login={}", "a".repeat(16 * 1024)), 413),
        ("JSON", ("content-type", "application/json"), "{}".to_owned(), 415),
        ("no type", ("x-nothing", "1"), "login=a".to_owned(), 415),
        ("two logins", form, "login=a&login=b".to_owned(), 422),
    ] {
        let reply = world.web.send(Method::POST, "/sign-in", &[own, header], body).await?;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (status, "text/html; charset=utf-8"),
            "{what}"
        );
        assert!(reply.text().contains("<h1"), "{what}");
    }
    Ok(())
}
