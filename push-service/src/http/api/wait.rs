//! Waiting for the end of a request: by a long poll, or as server-sent events.

use super::caller::{Caller, Reads};
use super::problem::Code;
use super::sign_ins::{SignIn, invalid, own, view};
use crate::app::App;
use crate::connections::Lasting;
use crate::http::problem::ApiError;
use crate::limits::Limit;
use crate::shares::Share;
use crate::waiting::Subscription;
use authenticator_protocol::ids::{RelyingPartyId, RequestId};
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use axum::{Extension, Json};
use futures_util::stream;
use serde::Deserialize;
use signin::Notice;
use std::convert::Infallible;
use std::sync::Arc;
use store::RequestView;

/// Somebody who waits, in a place of their relying party's.
struct Waiter {
    app: Arc<App>,
    party: RelyingPartyId,
    id: RequestId,
    request: Subscription,
    key_ended: Subscription,
    /// Given back at the end.
    _places: (Share<RelyingPartyId>, Share<Notice>),
}

impl Waiter {
    /// Takes a place; and how the request stands.
    async fn begin(
        app: Arc<App>,
        Caller { party, key, .. }: Caller,
        id: RequestId,
    ) -> Result<(Self, RequestView), ApiError> {
        let (party, notice) = (party.id, Notice::Request(id));
        let full = |seconds, what| {
            app.limits.hit(Limit::ApiWait);
            ApiError::too_many(seconds).because(what)
        };
        let of_party = app.limits.parties.take(party);
        let of_party = of_party.ok_or_else(|| full(5, "waits: too many at the same time"))?;
        let of_request = app.limits.waiting.take(notice);
        let of_request = of_request.ok_or_else(|| full(1, "waits: too many for one request"))?;
        let request = app.bus.subscribe(notice);
        let key_ended = app.bus.subscribe(Notice::KeyEnded(key));
        // It may have ended before anybody listened.
        app.store.relying_party_by_key(key).await?.ok_or_else(no_longer)?;
        let waiter = Self { app, party, id, request, key_ended, _places: (of_party, of_request) };
        let seen = waiter.look().await?;
        Ok((waiter, seen))
    }

    async fn look(&self) -> Result<RequestView, ApiError> {
        view(&self.app, self.party, self.id).await
    }

    /// Until something may have happened, its time is over, or so many milliseconds have passed. False when nobody
    /// waits any longer: the service stops. An error when the key has ended.
    async fn wait(&mut self, left: u64, most: u64) -> Result<bool, ApiError> {
        tokio::select! {
            biased;
            () = self.key_ended.changed() => Err(no_longer()),
            () = self.request.changed() => Ok(true),
            () = self.app.clock.sleep(left.min(most)) => Ok(true),
            () = self.app.stop.begun() => Ok(false),
        }
    }
}

fn no_longer() -> ApiError {
    ApiError::new(Code::Unauthorized, "authorization: the key has ended")
}

/// Milliseconds until the request has ended in any case.
fn left(seen: &RequestView) -> u64 {
    seen.request.expires.since(seen.now).saturating_add(1)
}

/// How long a caller waits.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// Seconds, up to 60.
    #[serde(default)]
    wait: u64,
}

/// The longest wait, in seconds.
const LONGEST_WAIT: u64 = 60;

/// How it stands; when asked to wait, as soon as it has ended.
#[utoipa::path(get, path = "/api/v1/sign-ins/{id}", operation_id = "get", params(("id" = String, Path),
        ("wait" = Option<u64>, Query, maximum = 60, description = "Seconds to wait for the end")),
    security(("key" = ["read"])), responses((status = 200, description = "How it stands", body = SignIn)))]
pub async fn get(
    State(app): State<Arc<App>>,
    Reads(caller): Reads,
    id: Result<Path<String>, PathRejection>,
    wait: Result<Query<Wait>, QueryRejection>,
) -> Result<Json<SignIn>, ApiError> {
    let Query(Wait { wait }) = wait.map_err(|error| invalid("wait", error.body_text()))?;
    if wait > LONGEST_WAIT {
        return Err(invalid("wait", format!("more than {LONGEST_WAIT} seconds")));
    }
    let id = own(id)?;
    if wait == 0 {
        return Ok(Json(SignIn::of(&app, &view(&app, caller.party.id, id).await?.request)));
    }
    let (mut waiter, mut seen) = Waiter::begin(Arc::clone(&app), caller, id).await?;
    if seen.request.ended.is_none() && !app.stop.has_begun() {
        waiter.wait(left(&seen), wait * 1000).await?;
        seen = waiter.look().await?;
    }
    Ok(Json(SignIn::of(&app, &seen.request)))
}

/// Milliseconds between two comments on a stream that has nothing to say: proxies cut those that are quiet for 60 s.
const KEEP_ALIVE: u64 = 15_000;

/// How it stands, and its end, as server-sent events; the stream ends with it.
#[utoipa::path(get, path = "/api/v1/sign-ins/{id}/events", operation_id = "events", params(("id" = String, Path)),
    security(("key" = ["read"])), responses((status = 200, content_type = "text/event-stream", body = String,
        description = "Events `pending` and `ended`, whose data is a `SignIn`")))]
pub async fn events(
    State(app): State<Arc<App>>,
    Reads(caller): Reads,
    id: Result<Path<String>, PathRejection>,
) -> Result<impl IntoResponse, ApiError> {
    let (waiter, first) = Waiter::begin(app, caller, own(id)?).await?;
    let lasting = Lasting(left(&first).saturating_add(KEEP_ALIVE));
    let told = stream::unfold(Some((waiter, first, true)), |following| async {
        let (mut waiter, mut seen, first) = following?;
        if !first {
            if !waiter.wait(left(&seen), KEEP_ALIVE).await.is_ok_and(|waits| waits) {
                return None;
            }
            seen = waiter.look().await.ok()?;
        }
        let ended = seen.request.ended.is_some();
        let name = match (ended, first) {
            (true, _) => "ended",
            (false, true) => "pending",
            (false, false) => {
                return Some((Ok(Event::default().comment("waiting")), Some((waiter, seen, false))));
            }
        };
        let event = Event::default().event(name).json_data(SignIn::of(&waiter.app, &seen.request)).ok()?;
        Some((Ok::<_, Infallible>(event), (!ended).then_some((waiter, seen, false))))
    });
    // nginx would otherwise collect events before it passes them on.
    Ok(([("x-accel-buffering", "no")], Extension(lasting), Sse::new(told)))
}
