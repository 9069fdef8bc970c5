//! Results that are delivered: signed, tried again, and never twice under another id.

use axum::Router;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::routing::any;
use e2e::relying_party::{Backend, Opened};
use e2e::{DIGITS, Error, Outcome, RawPhone, World};
use serde_json::{Value, json};
use signin::fact::FactKind;
use signin::user::Order;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// A backend that listens, and answers as a test says.
#[derive(Clone)]
pub(crate) struct Receiver {
    status: Arc<Mutex<StatusCode>>,
    got: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Receiver {
    pub(crate) async fn start(status: StatusCode) -> Result<(Self, String), Error> {
        let receiver = Self { status: Arc::new(Mutex::new(status)), got: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}/styrk", listener.local_addr()?);
        let router = Router::new()
            .route("/styrk", any(take))
            .route("/elsewhere", any(elsewhere))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((receiver, address))
    }

    pub(crate) fn answers(&self, status: StatusCode) {
        *self.status.lock().expect("whole") = status;
    }

    pub(crate) fn got(&self) -> Vec<(String, Value)> {
        self.got.lock().expect("whole").clone()
    }

    /// Until so many have come. The clock is turned on when nothing is under way.
    async fn has(&self, world: &World, count: usize) -> Result<Vec<(String, Value)>, Error> {
        while self.got().len() < count {
            on(world, 1_000).await?;
        }
        Ok(self.got())
    }
}

/// Lets what is due be tried, and then some time pass.
async fn on(world: &World, millis: u64) -> Outcome {
    let app = world.app().await?;
    for _ in 0..2_000 {
        if app.store.deliveries(1).await?.is_empty() {
            break;
        }
        tokio::task::yield_now().await;
    }
    world.demo.clock.advance(millis);
    Ok(())
}

async fn take(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, [(HeaderName, &'static str); 1]) {
    let id = headers.get("webhook-id").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let body = serde_json::from_str(&body).unwrap_or_default();
    receiver.got.lock().expect("whole").push((id, body));
    (*receiver.status.lock().expect("whole"), [(LOCATION, "/elsewhere")])
}

/// Where nobody should come.
async fn elsewhere(State(receiver): State<Receiver>) {
    receiver.got.lock().expect("whole").push(("elsewhere".to_owned(), Value::Null));
}

async fn world(status: StatusCode) -> Result<(World, RawPhone, Backend, Receiver), Error> {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let (receiver, address) = Receiver::start(status).await?;
    let backend = world.relying_party_with("Journalen", |party| party.webhook = Some(address)).await?;
    Ok((world, phone, backend, receiver))
}

#[tokio::test]
async fn an_end_is_delivered_once() -> Outcome {
    let (world, phone, backend, receiver) = world(StatusCode::NO_CONTENT).await?;
    let opened = backend.ask_anna().await?;
    phone.approve(&opened.number).await?;
    let got = receiver.has(&world, 1).await?;
    let (id, body) = &got[0];
    let claims = backend.read(body["result"].as_str().ok_or("no result")?).await?;
    assert_eq!((&claims["end"], &claims["request"]), (&json!("approved"), &json!(opened.id)));
    assert_eq!((&body["id"], &claims["jti"]), (&json!(id), &json!(id)));
    let denied = backend.ask_anna().await?;
    backend.cancel(&denied.id).await?;
    let got = receiver.has(&world, 2).await?;
    assert_ne!(got[0].0, got[1].0);
    // Nothing more comes, not even after a restart.
    world.restart().await?;
    world.demo.clock.advance(600_000);
    let third = backend.ask_anna().await?;
    backend.cancel(&third.id).await?;
    assert_eq!(receiver.has(&world, 3).await?.len(), 3);
    Ok(())
}

#[tokio::test]
async fn a_user_who_is_removed_has_failed() -> Outcome {
    let (world, _, backend, receiver) = world(StatusCode::OK).await?;
    let opened = backend.ask_anna().await?;
    let app = world.app().await?;
    app.tell(app.store.order(world.anna().await?.id, Order::Remove).await?);
    let got = receiver.has(&world, 1).await?;
    let claims = backend.read(got[0].1["result"].as_str().ok_or("no result")?).await?;
    assert_eq!((&claims["end"], &claims["request"]), (&json!("failed"), &json!(opened.id)));
    Ok(())
}

#[tokio::test]
async fn a_receiver_that_was_down_for_an_hour_gets_all_of_it() -> Outcome {
    let (world, _, backend, receiver) = world(StatusCode::SERVICE_UNAVAILABLE).await?;
    let mut asked = Vec::new();
    for user in 0..6 {
        let opened =
            Opened::of(&backend.ask(&json!({ "user": format!("user{user}@regionx.example") })).await?)?;
        backend.cancel(&opened.id).await?;
        asked.push(opened.id);
    }
    let tried = receiver.has(&world, 24).await?;
    for minute in 0..60 {
        for _ in 0..6 {
            on(&world, 10_000).await?;
        }
        if minute == 30 {
            world.restart().await?;
        }
    }
    let before = receiver.got().len();
    assert!((before - tried.len()) < 6 * 12, "it is tried less and less often: {before}");
    receiver.answers(StatusCode::OK);
    let got = receiver.has(&world, before + 6).await?;
    let mut requests = Vec::new();
    for (_, body) in &got[before..] {
        let claims = backend.read(body["result"].as_str().ok_or("no result")?).await?;
        requests.push(claims["request"].as_str().ok_or("no request")?.to_owned());
    }
    requests.sort();
    asked.sort();
    assert_eq!(requests, asked, "lost: 0, twice: 0");
    let mut ids: Vec<&String> = got.iter().map(|(id, _)| id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 6, "each under the id of its first try");
    Ok(())
}

#[tokio::test]
async fn after_a_day_it_is_given_up_and_on_record() -> Outcome {
    let (world, _, backend, receiver) = world(StatusCode::INTERNAL_SERVER_ERROR).await?;
    let opened = backend.ask_anna().await?;
    backend.cancel(&opened.id).await?;
    while world.count(FactKind::DeliveryFailed).await? == 0 {
        assert!(receiver.got().len() <= 150, "it is never given up");
        on(&world, 600_000).await?;
    }
    assert_eq!(world.app().await?.store.deliveries(10).await?.len(), 0);
    // It can still be asked for.
    assert_eq!(backend.get(&opened.id, 0).await?.json::<Value>()?["end"], "cancelled");
    Ok(())
}

/// Whoever is named by the operator is spoken to, and nobody whom that one names.
#[tokio::test]
async fn a_receiver_that_sends_on_is_tried_again_and_not_followed() -> Outcome {
    let (world, _, backend, receiver) = world(StatusCode::TEMPORARY_REDIRECT).await?;
    let opened = backend.ask_anna().await?;
    backend.cancel(&opened.id).await?;
    let got = receiver.has(&world, 3).await?;
    assert!(got.iter().all(|(id, _)| *id == got[0].0 && id != "elsewhere"), "{got:?}");
    Ok(())
}

#[tokio::test]
async fn one_receiver_that_hangs_keeps_nothing_from_the_others() -> Outcome {
    let (world, _, backend, receiver) = world(StatusCode::OK).await?;
    let hole = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/", hole.local_addr()?);
    let hangs = world.relying_party_with("Tidportalen", |party| party.webhook = Some(address)).await?;
    for user in 0..10 {
        let body = json!({ "user": format!("user{user}@regionx.example") });
        let opened = Opened::of(&hangs.ask(&body).await?)?;
        hangs.cancel(&opened.id).await?;
    }
    let opened = backend.ask_anna().await?;
    backend.cancel(&opened.id).await?;
    receiver.has(&world, 1).await?;
    Ok(())
}
