//! A request's end as server-sent events.

use authenticator_protocol::problem::Code;
use axum::http::Method;
use demo::organisation::USERS;
use e2e::peer::Peer;
use e2e::relying_party::{Backend, Opened, SIGN_INS};
use e2e::{DIGITS, Error, Outcome, RawPhone, World};
use push_service::clock::ManualClock;
use push_service::connections::Bounds;
use serde_json::{Value, json};
use signin::user::Order;
use simulated_phone::Millis;
use std::sync::Arc;

/// What a stream of events said: their names, and the data of the last one.
fn events(text: &str) -> (Vec<&str>, Value) {
    let after = |start: &'static str| text.lines().filter_map(move |line| line.strip_prefix(start));
    let last = after("data: ").next_back().and_then(|data| serde_json::from_str(data).ok());
    (after("event: ").collect(), last.unwrap_or_default())
}

#[tokio::test]
async fn events_tell_of_the_end_and_end_with_it() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let opened = backend.ask_anna().await?;
    let path = format!("{SIGN_INS}/{}/events", opened.id);
    let (reply, ()) = tokio::try_join!(backend.send(Method::GET, &path, &[], ""), async {
        world.somebody_waits().await?;
        phone.approve(&opened.number).await.map(drop)
    })?;
    assert_eq!(reply.header("content-type"), "text/event-stream");
    assert_eq!(reply.header("x-accel-buffering"), "no", "proxies pass on what comes");
    let text = reply.text();
    let (names, last) = events(&text);
    assert_eq!(names, ["pending", "ended"]);
    assert_eq!(backend.read(last["result"].as_str().ok_or("no result")?).await?["end"], "approved");
    Ok(())
}

#[tokio::test]
async fn what_was_asked_of_a_user_who_is_removed_has_failed() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let anna = world.anna().await?;
    let opened = backend.ask_anna().await?;
    let challenge = phone.challenge().await?;
    let app = world.app().await?;
    let path = format!("{SIGN_INS}/{}/events", opened.id);
    let (waited, stream, ()) =
        tokio::try_join!(backend.get(&opened.id, 60), backend.send(Method::GET, &path, &[], ""), async {
            while app.limits.waiting.taken() < 2 {
                tokio::task::yield_now().await;
            }
            app.tell(app.store.order(anna.id, Order::Remove).await?);
            Ok(())
        })?;
    let text = stream.text();
    let (names, last) = events(&text);
    assert_eq!(names, ["pending", "ended"]);
    for told in [waited.json::<Value>()?, last, backend.get(&opened.id, 0).await?.json()?] {
        assert_eq!((&told["status"], &told["end"]), (&json!("ended"), &json!("failed")));
        let claims = backend.read(told["result"].as_str().ok_or("no result")?).await?;
        assert_eq!((&claims["end"], &claims["sub"]), (&json!("failed"), &Value::Null));
    }
    let late = phone.answer(phone.approval(&challenge, &opened.number)?).await?;
    assert_eq!(late.refused()?, Code::DeviceEnded);
    // From now on it is like nobody.
    assert_eq!(backend.ask(&json!({ "user": USERS[0].login() })).await?.status, 201);
    Ok(())
}

/// A stream that has begun, on a connection that lives on a clock of its own.
async fn streaming() -> Result<(World, ManualClock, RawPhone, Backend, Opened, Peer), Error> {
    let network = ManualClock::standing(Millis(1_000_000));
    let bounds = Bounds { clock: Arc::new(network.clone()), connections: 12, ..Bounds::default() };
    let world = World::start_within(DIGITS, bounds).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    e2e::world::sign_in(&mut browser).await?;
    phone.enrol(&mut browser).await?;
    let backend = world.relying_party().await?;
    let opened = Opened::of(&backend.ask(&json!({ "user": USERS[0].login(), "lifetime": 600 })).await?)?;
    let mut peer = Peer::connect(&world.demo.service).await?;
    let (path, key) = (format!("{SIGN_INS}/{}/events", opened.id), &backend.key);
    peer.say(format!("GET {path} HTTP/1.1\r\nhost: a.example\r\nauthorization: Bearer {key}\r\n\r\n"))
        .await?;
    peer.until("event: pending", &ManualClock::standing(Millis(0))).await?;
    Ok((world, network, phone, backend, opened, peer))
}

#[tokio::test]
async fn a_stream_that_waits_says_that_it_is_there_and_is_not_cut() -> Outcome {
    let (world, network, phone, _, opened, mut peer) = streaming().await?;
    let mut seconds = 0;
    for _ in 0..6 {
        // Proxies cut what is quiet for a minute; a connection without a request is ended after 75 seconds.
        seconds += peer.until(": waiting\n", &world.demo.clock).await?.1;
        network.advance(74_000);
    }
    assert!((84..540).contains(&seconds), "{seconds} s");
    phone.approve(&opened.number).await?;
    let (text, _) = peer.until("event: ended", &ManualClock::standing(Millis(0))).await?;
    assert!(!text.contains("event: pending"), "{text}");
    // From now on it is a connection like any other.
    let left = peer.seconds_left(&network, b"").await?;
    assert!((1..150).contains(&left), "{left} s");
    Ok(())
}

#[tokio::test]
async fn a_stream_that_waits_makes_no_room_for_others() -> Outcome {
    let (world, _, phone, _, opened, mut peer) = streaming().await?;
    let mut strangers = Vec::new();
    for _ in 0..30 {
        strangers.push(Peer::connect(&world.demo.service).await?);
    }
    assert!(strangers[0].is_over().await, "there was no room for all");
    phone.approve(&opened.number).await?;
    peer.until("event: ended", &ManualClock::standing(Millis(0))).await?;
    Ok(())
}

#[tokio::test]
async fn a_stream_lives_no_longer_than_its_request() -> Outcome {
    let (world, network, _, _, _, mut peer) = streaming().await?;
    world.demo.clock.advance(600_000);
    peer.until("event: ended", &ManualClock::standing(Millis(0))).await?;
    let left = peer.seconds_left(&network, b"").await?;
    assert!((75..150).contains(&left), "{left} s");
    assert_eq!(world.app().await?.limits.parties.taken(), 0);
    Ok(())
}
