//! Who may call the relying-party API, and how often.

use authenticator_protocol::code::encode;
use authenticator_protocol::ids::ApiKeyId;
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::random::bytes;
use axum::http::Method;
use e2e::relying_party::{Backend, SIGN_INS};
use e2e::{DIGITS, Error, Key, Outcome, World};
use push_service::clock::Clock as _;
use push_service::http::api::caller::fresh_key;
use serde_json::{Value, json};
use signin::relying_party::{ApiKey, Proof, Scope};
use std::sync::atomic::{AtomicU64, Ordering};

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

/// A token that this key has signed at `now`, with these claims changed; a name of its own unless it has one.
fn token(world: &World, id: &str, by: &Key, change: &Value) -> String {
    static NAMES: AtomicU64 = AtomicU64::new(1);
    let (aud, now) = (&world.demo.service, world.demo.clock.now().seconds().0);
    let jti = NAMES.fetch_add(1, Ordering::Relaxed).to_string();
    let mut claims = json!({ "iss": id, "sub": id, "aud": aud, "iat": now, "exp": now + 300, "jti": jti });
    let mut head = json!({ "alg": "ES256", "typ": "JWT" });
    for (name, value) in change.as_object().into_iter().flatten() {
        let part = if ["alg", "typ", "crit"].contains(&name.as_str()) { &mut head } else { &mut claims };
        part[name] = value.clone();
    }
    let part = |value: &Value| encode(value.to_string().as_bytes());
    let input = format!("{}.{}", part(&head), part(&claims));
    let signature = by.sign(input.as_bytes());
    format!("{input}.{}", encode(&signature))
}

/// A further key of a relying party: the public half of this one.
async fn registered(world: &World, backend: &Backend, key: &Key, scopes: &[Scope]) -> Outcome {
    world.demo.clock.advance(1_000);
    let app = world.app().await?;
    let key = ApiKey {
        id: ApiKeyId::from_bytes(bytes(&mut store::SystemRandom::new())),
        proof: Proof::Signature(key.public_key()),
        scopes: scopes.to_vec(),
        added: app.store.now(),
    };
    assert!(app.tell(app.store.rotate_api_key(backend.id, key).await?));
    Ok(())
}

#[tokio::test]
async fn a_token_of_its_own_is_good_for_one_call_within_five_minutes() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let key = Key::fresh();
    let (backend, without) =
        (world.relying_party().await?, world.relying_party_with("Tidportalen", |_| ()).await?);
    registered(&world, &backend, &key, &Scope::ALL).await?;
    let (id, foreign) = (backend.id.to_string(), without.id.to_string());
    let now = world.demo.clock.now().seconds().0;
    let opened = backend.ask_anna().await?;
    let refused = async |token: &str| -> Result<String, Error> {
        let reply = backend.with_key(token).get(&opened.id, 0).await?;
        assert_eq!((reply.status, reply.refusal()?.0.as_str()), (401, "unauthorized"));
        assert_eq!(reply.header("www-authenticate"), "Bearer");
        Ok(reply.refusal()?.1)
    };
    let once = token(&world, &id, &key, &json!({}));
    assert_eq!(backend.with_key(&once).get(&opened.id, 0).await?.status, 200);
    assert_eq!(refused(&once).await?, "jti: was used before");
    // The name counts, whatever else is said beside it.
    let renewed = json!({ "jti": "a", "exp": now + 200 });
    assert_eq!(backend.with_key(&token(&world, &id, &key, &renewed)).get(&opened.id, 0).await?.status, 200);
    assert_eq!(refused(&token(&world, &id, &key, &json!({ "jti": "a" }))).await?, "jti: was used before");
    for (change, why) in [
        (json!({ "alg": "none" }), "authorization: not a valid key"),
        (json!({ "typ": "dpop+jwt" }), "authorization: not a valid key"),
        (json!({ "typ": null }), "authorization: not a valid key"),
        (json!({ "crit": ["b64"] }), "authorization: not a valid key"),
        (json!({ "crit": null }), "authorization: not a valid key"),
        (json!({ "sub": foreign }), "authorization: not a valid key"),
        (json!({ "jti": null }), "authorization: not a valid key"),
        (json!({ "jti": "" }), "jti: 1 to 255"),
        (json!({ "jti": "x".repeat(256) }), "jti: 1 to 255"),
        (json!({ "aud": "https://mfa.example" }), "aud: must be"),
        (json!({ "exp": now + 301 }), "exp: more than 300"),
        (json!({ "exp": now }), "exp: has passed"),
        (json!({ "iat": now + 31, "exp": now + 300 }), "iat: is in the future"),
        (json!({ "iat": u64::MAX, "exp": u64::MAX }), "iat: is in the future"),
    ] {
        let said = refused(&token(&world, &id, &key, &change)).await?;
        assert!(said.starts_with(why), "{change}: {said}");
    }
    let said = refused(&token(&world, &id, &Key::fresh(), &json!({}))).await?;
    assert_eq!(said, "authorization: no registered key has signed this");
    refused(&token(&world, &foreign, &key, &json!({}))).await?;
    // What an earlier process may have taken is not taken again.
    let before = token(&world, &id, &key, &json!({}));
    assert_eq!(backend.with_key(&before).get(&opened.id, 0).await?.status, 200);
    world.restart().await?;
    let (after, path) = (e2e::Web::new(&world.demo.service), format!("{SIGN_INS}/{}", opened.id));
    let status = async |token: &str| {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str())];
        after.send(Method::GET, &path, &headers, Vec::new()).await.map(|reply| reply.status)
    };
    assert_eq!(status(&before).await?, 401);
    assert_eq!(status(&token(&world, &id, &key, &json!({}))).await?, 200);
    Ok(())
}

#[tokio::test]
async fn a_public_key_lives_like_any_other() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let opened = backend.ask_anna().await?;
    let id = backend.id.to_string();
    let [first, second, third] = [(); 3].map(|()| Key::fresh());
    let status = async |key: &Key| {
        let token = token(&world, &id, key, &json!({}));
        backend.with_key(&token).get(&opened.id, 0).await.map(|reply| reply.status)
    };
    registered(&world, &backend, &first, &[Scope::Read]).await?;
    assert_eq!((status(&first).await?, backend.get(&opened.id, 0).await?.status), (200, 200), "two at once");
    let ask = backend.with_key(&token(&world, &id, &first, &json!({})));
    let reply = ask.ask(&json!({ "user": "a" })).await?;
    assert_eq!((reply.status, reply.refusal()?.0.as_str()), (403, "scope"));

    registered(&world, &backend, &second, &Scope::ALL).await?;
    assert_eq!(backend.get(&opened.id, 0).await?.status, 401, "the oldest has ended");
    assert_eq!((status(&first).await?, status(&second).await?), (200, 200));
    registered(&world, &backend, &third, &Scope::ALL).await?;
    assert_eq!((status(&first).await?, status(&second).await?, status(&third).await?), (401, 200, 200));
    let app = world.app().await?;
    assert_eq!(app.tell(app.store.retire_api_keys(backend.id).await?), Some(1));
    assert_eq!((status(&second).await?, status(&third).await?), (401, 200));
    // Its id is no secret, and no key.
    let (_, keys) = app.store.relying_party(backend.id).await?.ok_or("it is gone")?;
    let guess = format!("styrk.{}.{}", keys[0].id, encode(&[0; 32]));
    assert_eq!(backend.with_key(&guess).get(&opened.id, 0).await?.status, 401);
    assert!(app.tell(app.store.remove_relying_party(backend.id).await?));
    assert_eq!(status(&third).await?, 401);
    Ok(())
}

#[tokio::test]
async fn whoever_waits_with_a_key_goes_when_it_ends() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let (opened, id, key) = (backend.ask_anna().await?, backend.id.to_string(), Key::fresh());
    let app = world.app().await?;
    let events = format!("{SIGN_INS}/{}/events", opened.id);
    let until = async |count| {
        while app.limits.parties.taken() != count {
            tokio::task::yield_now().await;
        }
    };
    registered(&world, &backend, &key, &Scope::ALL).await?;
    let signs = backend.with_key(&token(&world, &id, &key, &json!({})));
    let stays = signs.get(&opened.id, 60);
    // On a clock that stands, what answers was told to.
    let ends = async {
        let retires = async {
            until(3).await;
            assert_eq!(app.tell(app.store.retire_api_keys(backend.id).await?), Some(1));
            Ok(())
        };
        let (waited, stream, ()) = tokio::try_join!(
            backend.get(&opened.id, 60),
            backend.send(Method::GET, &events, &[], ""),
            retires
        )?;
        assert_eq!((waited.status, waited.refusal()?.0.as_str()), (401, "unauthorized"));
        assert_eq!(waited.header("www-authenticate"), "Bearer");
        let text = stream.text();
        assert!(text.contains("event: pending") && !text.contains("event: ended"), "{text}");
        until(1).await;
        assert!(app.tell(app.store.remove_relying_party(backend.id).await?));
        Ok(())
    };
    let (stayed, ()) = tokio::try_join!(stays, ends)?;
    assert!(stayed.status == 401 || stayed.json::<Value>()?["end"] == "failed", "{stayed:?}");
    until(0).await;
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
