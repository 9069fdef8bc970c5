//! Alarms: what stands in the audit trail and somebody should hear of now is also told to a webhook of the organisation.
//!
//! The trail is the record; this is a call. It is tried for a quarter of an hour, forgotten when the service ends, and
//! made once an hour for one user and kind.

use crate::app::App;
use crate::remembered::Remembered;
use crate::webhooks::{Sender, post, sender};
use authenticator_protocol::code::Bytes;
use authenticator_protocol::ids::UserId;
use authenticator_protocol::random::bytes;
use authenticator_protocol::time::{Millis, Seconds};
use axum::http::Uri;
use serde_json::{Value, json};
use signin::fact::{Fact, FactKind};
use std::sync::{Arc, Mutex, PoisonError};
use store::SystemRandom;
use tokio::sync::mpsc;

/// What is told, and in which words.
const TOLD: &[(FactKind, &str)] = &[
    (FactKind::RequestReported, "A user says that a sign-in was not theirs."),
    (FactKind::RequestSilent, "Sign-ins from unknown browsers wake a user's phones no more."),
    (FactKind::EnrolmentOtherPhone, "A second phone has tried a user's enrolment code."),
    (FactKind::AppLocked, "Too many wrong numbers: a user cannot sign in with the app."),
    (FactKind::PushAlarm, "A provider of pushes refuses this service."),
    (FactKind::ChannelsHeld, "Too many phones of one provider cannot be reached any more."),
];

/// Seconds in which one kind is told once of one user.
const EVERY: u64 = 3_600;

/// Seconds before each try.
const TRIES: [u64; 5] = [0, 5, 30, 120, 600];

/// Alarms that wait at most.
const WAITING: usize = 256;

/// Users and kinds that are remembered at most.
const REMEMBERED: usize = 10_000;

/// Alarms on their way.
pub struct Alarms {
    /// Where to; `None` when nobody is to be told.
    webhook: Option<Uri>,
    queue: mpsc::Sender<Raised>,
    /// Until [`deliver`] takes it.
    waiting: Mutex<Option<mpsc::Receiver<Raised>>>,
    lately: Mutex<Remembered<(FactKind, Option<UserId>), Seconds>>,
}

struct Raised {
    id: String,
    body: Value,
    kind: FactKind,
}

impl Alarms {
    /// For this webhook, if there is one.
    pub fn new(webhook: Option<Uri>) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        Self { webhook, queue, waiting: Mutex::new(Some(waiting)), lately: Mutex::default() }
    }

    /// Queues what is to be told; never waits.
    pub fn hear(&self, fact: &Fact, at: Millis) {
        let Some((_, text)) = TOLD.iter().find(|(kind, _)| *kind == fact.kind) else { return };
        if self.webhook.is_none() || !self.is_new(fact, at) {
            return;
        }
        let id = Bytes::<16>(bytes(&mut SystemRandom::new())).to_string();
        let raised = Raised { body: body(&id, fact, at, text), id, kind: fact.kind };
        if self.queue.try_send(raised).is_err() {
            tracing::warn!(kind = fact.kind.as_str(), "too many alarms wait: one is told to nobody");
        }
    }

    fn is_new(&self, fact: &Fact, at: Millis) -> bool {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let now = at.seconds();
        lately.tidy(REMEMBERED, now, |told| now.0 < told.0 + EVERY);
        lately.is_first((fact.kind, fact.user), EVERY, now)
    }
}

/// As in the audit trail: ids, no names.
fn body(id: &str, fact: &Fact, at: Millis, text: &str) -> Value {
    json!({
        "id": id,
        "kind": fact.kind.as_str(),
        "text": text,
        "at": at.seconds().0,
        "user": fact.user.map(|id| id.to_string()),
        "device": fact.device.map(|id| id.to_string()),
        "request": fact.request.map(|id| id.to_string()),
        "address": fact.address,
        "detail": fact.detail,
    })
}

/// Tells for as long as the service runs, one after the other.
pub async fn deliver(app: Arc<App>) {
    let waiting = app.alarms.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (Some(webhook), Some(mut waiting)) = (app.alarms.webhook.clone(), waiting) else { return };
    let sender = sender(&app);
    loop {
        tokio::select! {
            () = app.stop.begun() => return,
            raised = waiting.recv() => {
                let Some(raised) = raised else { return };
                tokio::select! {
                    () = app.stop.begun() => return,
                    () = tell(&app, &sender, &webhook, &raised) => {}
                }
            }
        }
    }
}

async fn tell(app: &App, sender: &Sender, webhook: &Uri, raised: &Raised) {
    let mut last = String::new();
    for pause in TRIES {
        app.clock.sleep(pause * 1_000).await;
        match post(app, sender, webhook, &raised.id, raised.body.to_string()).await {
            Ok(()) => return,
            Err(error) => last = error,
        }
    }
    tracing::warn!(kind = raised.kind.as_str(), error = last, "an alarm was not taken");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(alarms: &Alarms) -> usize {
        let mut waiting = alarms.waiting.lock().unwrap();
        let waiting = waiting.as_mut().unwrap();
        std::iter::from_fn(|| waiting.try_recv().ok()).count()
    }

    #[test]
    fn one_user_and_kind_is_told_once_an_hour() {
        let alarms = Alarms::new(Some(Uri::from_static("https://it.region.example/styrk")));
        let of = |kind, user| Fact { user: Some(UserId::from_bytes([user; 16])), ..Fact::new(kind) };
        let at = |second: u64| Millis(second * 1_000);
        for second in [0, 1, EVERY - 1] {
            alarms.hear(&of(FactKind::RequestReported, 1), at(second));
        }
        assert_eq!(heard(&alarms), 1);
        alarms.hear(&of(FactKind::RequestReported, 2), at(1));
        alarms.hear(&of(FactKind::AppLocked, 1), at(1));
        alarms.hear(&of(FactKind::RequestReported, 1), at(EVERY));
        assert_eq!(heard(&alarms), 3);
        alarms.hear(&of(FactKind::SignedIn, 1), at(EVERY));
        assert_eq!(heard(&alarms), 0, "that is no alarm");
        for user in 0..=u8::MAX {
            alarms.hear(&of(FactKind::RequestSilent, user), at(0));
        }
        alarms.hear(&Fact::new(FactKind::RequestSilent), at(0));
        assert_eq!(heard(&alarms), WAITING);
        let nobody = Alarms::new(None);
        nobody.hear(&of(FactKind::RequestReported, 1), at(0));
        assert_eq!(heard(&nobody), 0);
    }
}
