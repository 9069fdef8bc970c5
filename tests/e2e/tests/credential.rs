//! Who may call the relying-party API, and how often.

use authenticator_protocol::code::encode;
use authenticator_protocol::keys::Sign as _;
use axum::http::Method;
use e2e::relying_party::SIGN_INS;
use e2e::{DIGITS, Key, Outcome, World};
use push_service::http::api::caller::fresh_key;
use serde_json::{Value, json};
use signin::relying_party::Scope;

#[tokio::test]
async fn only_a_valid_key_with_the_scope_is_let_in() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let opened = backend.ask_anna().await?;
    let (start, last) = backend.key.split_at(backend.key.len() - 1);
    let changed = format!("{start}{}", if last == "A" { "E" } else { "A" });
    for key in ["", "x", "styrk.", "styrk.a.b", "a.b.c", &changed, &backend.key[1..]] {
        let reply = backend.with_key(key).get(&opened.id, 0).await?;
        assert_eq!((reply.status, reply.refusal()?.0.as_str()), (401, "unauthorized"), "{key}");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
        assert!(!reply.text().contains(key) || key.len() < 3, "a key is not repeated");
    }
    let bare = world.web.send(Method::GET, &format!("{SIGN_INS}/{}", opened.id), &[], Vec::new()).await?;
    assert_eq!(bare.status, 401);

    // Two are valid at once; a third ends the oldest.
    let app = world.app().await?;
    let mut texts = Vec::new();
    for scopes in [vec![Scope::Read], vec![Scope::Ask]] {
        world.demo.clock.advance(1_000);
        let (key, text) = fresh_key(scopes, app.store.now());
        assert!(app.tell(app.store.rotate_api_key(backend.id, key).await?));
        texts.push(text);
    }
    assert_eq!(backend.get(&opened.id, 0).await?.status, 401, "the first one is over");
    let (reads, asks) = (backend.with_key(&texts[0]), backend.with_key(&texts[1]));
    assert_eq!(reads.get(&opened.id, 0).await?.status, 200);
    for reply in [reads.cancel(&opened.id).await?, reads.ask(&json!({ "user": "a" })).await?] {
        assert_eq!((reply.status, reply.refusal()?.0.as_str()), (403, "scope"));
    }
    let reply = asks.get(&opened.id, 0).await?;
    assert_eq!((reply.status, reply.refusal()?.0.as_str()), (403, "scope"));
    assert_eq!(asks.cancel(&opened.id).await?.status, 200);
    assert_eq!(app.tell(app.store.retire_api_keys(backend.id).await?), Some(1));
    assert_eq!(reads.get(&opened.id, 0).await?.status, 401);

    // A stranger who guesses is stopped, and keeps nobody else out.
    for _ in 0..40 {
        backend.with_key("x").get(&opened.id, 0).await?;
    }
    let reply = backend.with_key("x").get(&opened.id, 0).await?;
    assert_eq!((reply.status, reply.refusal()?.0.as_str()), (429, "too_many"));
    assert_eq!(asks.cancel(&opened.id).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_token_of_its_own_counts_for_five_minutes() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let key = Key::fresh();
    let backend =
        world.relying_party_with("Journalen", |party| party.public_key = Some(key.public_key())).await?;
    let without = world.relying_party_with("Tidportalen", |_| ()).await?;
    let now = 1_800_000_006;
    let signed = |id: &str, change: Value, by: &Key| {
        let mut claims =
            json!({ "iss": id, "sub": id, "aud": world.demo.service, "iat": now, "exp": now + 300 });
        for (name, value) in change.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let part = |value: &Value| encode(value.to_string().as_bytes());
        let head = json!({ "alg": claims.get("alg").cloned().unwrap_or(json!("ES256")), "typ": claims.get("typ").cloned().unwrap_or(json!("JWT")) });
        let input = format!("{}.{}", part(&head), part(&claims));
        let signature = by.sign(input.as_bytes());
        format!("{input}.{}", encode(&signature))
    };
    let id = backend.id.to_string();
    let opened = backend.ask_anna().await?;
    let status = async |token: String| backend.with_key(&token).get(&opened.id, 0).await.map(|it| it.status);
    assert_eq!(status(signed(&id, json!({}), &key)).await?, 200);
    for (change, why) in [
        (json!({ "alg": "none" }), "alg"),
        (json!({ "typ": "dpop+jwt" }), "typ"),
        (json!({ "sub": without.id.to_string() }), "sub"),
        (json!({ "aud": "https://mfa.example" }), "aud"),
        (json!({ "exp": now + 301 }), "too long"),
        (json!({ "exp": now }), "over"),
        (json!({ "iat": now + 61, "exp": now + 300 }), "not yet"),
        (json!({ "iat": u64::MAX, "exp": u64::MAX }), "never"),
    ] {
        assert_eq!(status(signed(&id, change, &key)).await?, 401, "{why}");
    }
    assert_eq!(status(signed(&id, json!({}), &Key::fresh())).await?, 401, "another key");
    let foreign = without.id.to_string();
    assert_eq!(status(signed(&foreign, json!({}), &key)).await?, 401, "no key is registered");
    Ok(())
}

#[tokio::test]
async fn what_is_left_is_told_and_used_up() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let first = backend.get("x", 0).await?;
    assert_eq!(first.header("ratelimit-policy"), "\"calls\";q=200;w=10");
    assert_eq!(first.header("ratelimit"), "\"calls\";r=199;t=1");
    for _ in 0..199 {
        assert_eq!(backend.get("x", 0).await?.status, 404);
    }
    let over = backend.get("x", 0).await?;
    assert_eq!((over.status, over.refusal()?.0.as_str()), (429, "too_many"));
    assert_eq!((over.header("retry-after"), over.header("ratelimit")), ("1", "\"calls\";r=0;t=10"));
    world.demo.clock.advance(1_000);
    assert_eq!(backend.get("x", 0).await?.status, 404);
    Ok(())
}
