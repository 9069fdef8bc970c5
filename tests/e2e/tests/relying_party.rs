//! Property 22: relying parties ask, wait, and get signed results.

use authenticator_protocol::answer::DenialReason;
use authenticator_protocol::code::encode;
use axum::http::Method;
use demo::organisation::USERS;
use e2e::relying_party::{Opened, SIGN_INS};
use e2e::world::{number, other};
use e2e::{DIGITS, Outcome, World};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use signin::fact::FactKind;

const REVEAL: &str = "first_registration = \"password-is-enough\"\ndigits = 8\nreveal_users = true";

#[tokio::test]
async fn an_approval_reaches_the_backend_as_a_result_for_it_alone() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let body = json!({
        "user": USERS[0].login(), "application": "Tidportalen", "message": "Attest av 12 timmar",
        "nonce": "n-0S6_WzA2Mj", "lifetime": 300, "address": "198.51.100.7", "browser": "Firefox", "system": "Windows",
    });
    let reply = backend.ask(&body).await?;
    assert_eq!(reply.status, 201);
    let opened = Opened::of(&reply)?;
    assert_eq!(reply.header("location"), format!("{SIGN_INS}/{}", opened.id));
    assert_eq!(reply.json::<Value>()?["expires"], 1_800_000_006 + 300);

    let challenge = phone.challenge().await?;
    let shown = &challenge.payload;
    assert_eq!((shown.application.as_str(), shown.organisation.as_str()), ("Tidportalen", "Region X"));
    // What the relying party reports is its word, and stands nowhere else.
    assert_eq!(shown.message.as_deref(), Some("Attest av 12 timmar (Firefox, Windows, 198.51.100.7)"));
    assert_eq!((&shown.address, &shown.browser, &shown.system), (&None, &None, &None));
    assert!(!shown.recognised);

    assert_eq!(backend.get(&opened.id, 0).await?.json::<Value>()?["number"], opened.number);
    let (waited, ()) = tokio::try_join!(backend.get(&opened.id, 30), async {
        world.somebody_waits().await?;
        phone.approve(&opened.number).await.map(drop)
    })?;
    let ended: Value = waited.json()?;
    assert_eq!((&ended["status"], &ended["end"]), (&json!("ended"), &json!("approved")));
    assert!(ended["number"].is_null(), "the number is erased");

    let result = ended["result"].as_str().ok_or("no result")?;
    let claims = backend.read(result).await?;
    let anna = world.anna().await?.id.to_string();
    for (name, value) in [
        ("iss", json!(world.demo.service)),
        ("aud", json!(backend.id.to_string())),
        ("sub", json!(anna)),
        ("request", json!(opened.id)),
        ("purpose", json!("sign_in")),
        ("end", json!("approved")),
        ("asked", json!(encode(&Sha256::digest(body.to_string())))),
        ("nonce", json!("n-0S6_WzA2Mj")),
        ("amr", json!(["pop"])),
        ("acr", json!("urn:styrk:acr:device")),
        ("auth_time", json!(1_800_000_006)),
        ("iat", json!(1_800_000_006)),
        ("exp", json!(1_800_000_066)),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    // Signed anew, with the same name.
    world.demo.clock.advance(5_000);
    let again: Value = backend.get(&opened.id, 0).await?.json()?;
    let later = backend.read(again["result"].as_str().ok_or("no result")?).await?;
    assert_eq!(later["jti"], claims["jti"]);
    assert_eq!((&later["iat"], &later["auth_time"]), (&json!(1_800_000_011), &json!(1_800_000_006)));
    Ok(())
}

#[tokio::test]
async fn every_other_end_is_told_and_claims_nothing() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    for end in ["denied", "reported", "wrong_number", "expired", "cancelled", "superseded"] {
        let body = json!({ "user": USERS[0].login(), "session": end });
        let opened = Opened::of(&backend.ask(&body).await?)?;
        match end {
            "denied" => drop(phone.deny(DenialReason::Cancelled).await?),
            "reported" => drop(phone.deny(DenialReason::NotMe).await?),
            "wrong_number" => drop(phone.approve(&other(&opened.number)).await?),
            "expired" => world.demo.clock.advance(90_000),
            "cancelled" => drop(backend.cancel(&opened.id).await?),
            _ => {
                let newer = Opened::of(&backend.ask(&body).await?)?;
                backend.cancel(&newer.id).await?;
            }
        }
        let ended: Value = backend.get(&opened.id, 5).await?.json()?;
        assert_eq!(ended["end"], end);
        let claims = backend.read(ended["result"].as_str().ok_or("no result")?).await?;
        assert_eq!(claims["end"], end);
        for name in ["amr", "acr", "auth_time", "sub"] {
            assert!(claims[name].is_null(), "{name} with {end}");
        }
        // What has ended stays as it ended.
        assert_eq!(backend.cancel(&opened.id).await?.json::<Value>()?["end"], end);
    }
    Ok(())
}

#[tokio::test]
async fn the_same_key_again_opens_nothing_and_another_body_is_refused() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let body = json!({ "user": USERS[0].login() });
    let first = backend.ask_again(&body, Some("7f3k")).await?;
    let again = backend.ask_again(&body, Some("7f3k")).await?;
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.text(), again.text());
    let before = world.count(FactKind::RequestOpened).await?;
    world.restart().await?;
    let backend = world.relying_party_with("Annan", |_| ()).await?.with_key(&backend.key);
    assert_eq!(backend.ask_again(&body, Some("7f3k")).await?.text(), first.text(), "over a restart");
    let other = backend.ask_again(&json!({ "user": USERS[1].login() }), Some("7f3k")).await?;
    assert_eq!((other.status, other.refusal()?.0.as_str()), (422, "other_body"));
    assert_eq!(world.count(FactKind::RequestOpened).await?, before);
    // Another relying party's keys are its own.
    let second = world.relying_party_with("Tidportalen", |_| ()).await?;
    assert_eq!(second.ask_again(&body, Some("7f3k")).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn one_relying_party_sees_nothing_of_another() -> Outcome {
    let (world, mut browser, _) = World::enrolled(DIGITS).await?;
    let (one, two) = (world.relying_party().await?, world.relying_party_with("Tidportalen", |_| ()).await?);
    let opened = one.ask_anna().await?;
    number(&mut browser).await?;
    let of_our_pages = world
        .audit()
        .await?
        .into_iter()
        .filter(|record| record.fact.kind == FactKind::RequestOpened)
        .filter_map(|record| record.fact.request)
        .next_back()
        .ok_or("no request")?
        .to_string();
    for id in [opened.id.as_str(), &of_our_pages, "AAAAAAAAAAAAAAAAAAAAAA", "x"] {
        for reply in [
            two.get(id, 0).await?,
            two.get(id, 5).await?,
            two.cancel(id).await?,
            two.send(Method::GET, &format!("{SIGN_INS}/{id}/events"), &[], "").await?,
        ] {
            assert_eq!((reply.status, reply.refusal()?.0.as_str()), (404, "unknown_request"), "{id}");
        }
    }
    assert_eq!(one.get(&opened.id, 0).await?.json::<Value>()?["status"], "pending");
    Ok(())
}

#[tokio::test]
async fn a_user_who_is_not_there_is_one_who_does_not_answer() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let shape = |reply: Value| {
        let mut names: Vec<String> =
            reply.as_object().into_iter().flat_map(|it| it.keys().cloned()).collect();
        names.sort();
        (names, reply["number"].as_str().map(str::len), reply["expires"].clone())
    };
    let known: Value = backend.ask(&json!({ "user": USERS[0].login() })).await?.json()?;
    // Bo has no phone; nobody has heard of the third.
    let mut seen = Vec::new();
    for user in [USERS[1].login(), "nobody@regionx.example", "nobody@regionx.example"] {
        let reply = backend.ask(&json!({ "user": user })).await?;
        assert_eq!(reply.status, 201);
        let body: Value = reply.json()?;
        assert_eq!(shape(body.clone()), shape(known.clone()), "{user}");
        seen.push(body);
    }
    world.demo.clock.advance(90_000);
    for body in seen.iter().chain([&known]) {
        let ended: Value = backend.get(body["id"].as_str().ok_or("no id")?, 0).await?.json()?;
        assert_eq!(ended["end"], "expired");
        let claims = backend.read(ended["result"].as_str().ok_or("no result")?).await?;
        assert!(claims["sub"].is_null(), "who has not approved is not named");
    }
    // And as often as for anybody else.
    for user in [USERS[0].login(), "nobody@regionx.example"] {
        for _ in 0..3 {
            assert_eq!(backend.ask(&json!({ "user": user })).await?.status, 201, "{user}");
        }
        let reply = backend.ask(&json!({ "user": user })).await?;
        assert_eq!((reply.status, reply.refusal()?.0.as_str()), (429, "waiting"), "{user}");
        assert!(!reply.header("retry-after").is_empty());
    }
    Ok(())
}

#[tokio::test]
async fn asking_again_and_again_takes_no_number_from_the_owner() -> Outcome {
    let (world, mut browser, _) = World::enrolled("first_registration = \"password-is-enough\"").await?;
    let backend = world.relying_party().await?;
    for name in [USERS[0].login(), USERS[0].upn, "nobody@regionx.example"] {
        let body = json!({ "user": name, "session": "s" });
        let mut opened = 0;
        while opened < 200 && backend.ask(&body).await?.status == 201 {
            opened += 1;
            world.demo.clock.advance(1_000);
        }
        // The two names of Anna are one person, and that much is told.
        assert_eq!(opened, if name == USERS[0].upn { 0 } else { 10 }, "{name}");
    }
    number(&mut browser).await?;
    Ok(())
}

#[tokio::test]
async fn an_organisation_may_tell_who_cannot_be_asked() -> Outcome {
    let (world, _, _) = World::enrolled(REVEAL).await?;
    let backend = world.relying_party().await?;
    for (user, status, code) in
        [(USERS[1].login(), 409, "no_device"), ("nobody@regionx.example", 404, "unknown_user")]
    {
        let reply = backend.ask(&json!({ "user": user })).await?;
        assert_eq!((reply.status, reply.refusal()?.0.as_str()), (status, code));
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_opened_by_what_cannot_be_and_the_field_is_named() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let before = world.count(FactKind::RequestOpened).await?;
    let anna = USERS[0].login();
    for (body, names) in [
        (json!({}), "missing field `user`"),
        (json!({ "user": "" }), "user: 1 to"),
        (json!({ "user": 7 }), "user: invalid type"),
        (json!({ "user": anna, "application": "Okänd" }), "application: not registered"),
        (json!({ "user": anna, "purpose": "rule" }), "purpose: unknown variant"),
        (json!({ "user": anna, "purpose": "confirm_test" }), "purpose: unknown variant"),
        (json!({ "user": anna, "digits": 1 }), "digits: not within"),
        (json!({ "user": anna, "digits": 9 }), "digits: not within"),
        (json!({ "user": anna, "lifetime": 29 }), "lifetime: not within"),
        (json!({ "user": anna, "lifetime": 601 }), "lifetime: not within"),
        (json!({ "user": anna, "lifetime": -1 }), "lifetime: invalid value"),
        (json!({ "user": anna, "message": "a\u{202e}b" }), "message: 1 to 200"),
        (json!({ "user": anna, "message": "a".repeat(201) }), "message: 1 to 200"),
        (json!({ "user": anna, "browser": "\u{200b}" }), "browser: 1 to 80"),
        (json!({ "user": anna, "address": "" }), "address: 1 to 80"),
        (json!({ "user": anna, "nonce": "n".repeat(256) }), "nonce: 1 to 255"),
        (json!({ "user": anna, "number": "42" }), "number: unknown field"),
        (json!([]), "body: an object is expected"),
        (json!([anna, "sign_in", null, null, null, null, null, null, null, null, null]), "body: an object"),
    ] {
        let reply = backend.ask(&body).await?;
        let (code, detail) = reply.refusal()?;
        assert_eq!((reply.status, code.as_str()), (400, "invalid"), "{body}");
        assert!(detail.contains(names), "{body}: {detail}");
    }
    for (headers, body, status) in [
        (&[("content-type", "text/plain")][..], "{}", 400),
        (&[], "{}", 400),
        (&[("content-type", "application/json")], "", 400),
        (&[("content-type", "application/json")], "{", 400),
        (&[("content-type", "application/json"), ("idempotency-key", "")], "{\"user\":\"a\"}", 400),
    ] {
        let reply = backend.send(Method::POST, SIGN_INS, headers, body).await?;
        assert_eq!(reply.status, status, "{headers:?} {body}");
        reply.refusal()?;
    }
    let opened = backend.ask_anna().await?;
    for query in ["wait=61", "wait=-1", "wait=x", "wait=1&wait=2", "patience=1"] {
        let path = format!("{SIGN_INS}/{}?{query}", opened.id);
        let reply = backend.send(Method::GET, &path, &[], "").await?;
        assert_eq!((reply.status, reply.refusal()?.0.as_str()), (400, "invalid"), "{query}");
    }
    assert_eq!(world.count(FactKind::RequestOpened).await?, before + 1);
    Ok(())
}

#[tokio::test]
async fn a_relying_party_that_is_removed_gets_nothing_more() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let opened = backend.ask_anna().await?;
    let challenge = phone.challenge().await?;
    let app = world.app().await?;
    assert!(app.tell(app.store.remove_relying_party(backend.id).await?));
    assert_eq!(backend.get(&opened.id, 0).await?.status, 401);
    let reply: Value = phone.answer(phone.approval(&challenge, &opened.number)?).await?.json()?;
    assert_eq!((&reply["end"], &reply["counted"]), (&json!("failed"), &json!(false)));
    Ok(())
}
