//! The WebSocket that tells a page what its phones show.
//!
//! Everything is sent, whole, whenever something is different: a phone's screen is small, and a page that draws
//! what it is told cannot get out of step.

use super::Wanted;
use super::json::PhoneJson;
use crate::phone::PhoneState;
use crate::phones::{MAX_PHONES, Phones};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use futures_util::future;
use serde::Serialize;
use std::time::Duration;
use texts::Language;
use tokio::sync::watch;

#[derive(Serialize)]
struct Shown {
    language: &'static str,
    can_add: bool,
    tools: Vec<&'static str>,
    phones: Vec<PhoneJson>,
}

pub(super) async fn live(
    State(phones): State<Phones>,
    Query(wanted): Query<Wanted>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let language = wanted.language();
    upgrade.max_message_size(1024).on_upgrade(move |socket| tell(socket, phones, language))
}

async fn tell(mut socket: WebSocket, phones: Phones, language: Language) {
    let mut set = phones.subscribe();
    let mut states = subscribe(&phones);
    // The clock in the status bar and the time that is left go on without any event.
    let mut second = tokio::time::interval(Duration::from_secs(1));
    let mut sent = String::new();
    loop {
        let shown = show(&phones, language);
        if shown != sent {
            if socket.send(Message::text(shown.clone())).await.is_err() {
                return;
            }
            sent = shown;
        }
        tokio::select! {
            changed = set.changed() => {
                if changed.is_err() {
                    return;
                }
                states = subscribe(&phones);
            }
            () = any_change(&mut states) => {}
            _ = second.tick() => {}
            // The page sends nothing here; what comes is its end, or a stranger's noise.
            message = socket.recv() => match message {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return,
            },
        }
    }
}

fn show(phones: &Phones, language: Language) -> String {
    let all = phones.all();
    let shown = Shown {
        language: language.tag(),
        can_add: all.len() < MAX_PHONES,
        tools: phones.tools().keys().copied().collect(),
        phones: all
            .iter()
            .map(|(number, phone)| {
                PhoneJson::new(*number, phone.options(), &phone.state(), language, phone.now())
            })
            .collect(),
    };
    serde_json::to_string(&shown).expect("strings and numbers become JSON")
}

fn subscribe(phones: &Phones) -> Vec<watch::Receiver<PhoneState>> {
    phones.all().iter().map(|(_, phone)| phone.subscribe()).collect()
}

/// Ends when one of them has changed; a phone that has stopped changes no more.
async fn any_change(states: &mut Vec<watch::Receiver<PhoneState>>) {
    while !states.is_empty() {
        let changes = states.iter_mut().map(|state| Box::pin(state.changed()));
        let (result, index, _) = future::select_all(changes).await;
        if result.is_ok() {
            return;
        }
        states.swap_remove(index);
    }
    future::pending::<()>().await;
}
