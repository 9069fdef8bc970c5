//! What waits for a phone.

use super::{MAX_NAME, new_enough};
use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::signed::{Body, once};
use authenticator_protocol::fetch::{Fetch, FetchReply};
use authenticator_protocol::jws::Unsigned;
use authenticator_protocol::problem::Code;
use authenticator_protocol::text::visible;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

/// Fetch → pending challenges, what has ended, and the identity keys that this phone has missed.
pub async fn post(State(app): State<Arc<App>>, body: Body) -> Result<Json<FetchReply>, ApiError> {
    let from = body.from_device::<Fetch>(&app, |device| device.device_key).await?;
    once(&app, &from)?;
    let said = from.message.payload;
    new_enough(&app, &said.app)?;
    let shown = visible(&said.app, MAX_NAME);
    let waiting =
        app.store.fetch(from.device.id, shown).await?.ok_or_else(|| ApiError::plain(Code::DeviceEnded))?;
    app.wakes.hear(from.device.id, app.clock.now());
    if app.wakes.fetched(from.device.id) {
        app.metrics.wake_fetched();
    }
    let push = app.pushes.providers().can();
    let keys = app.keys();
    let sign = |input| Unsigned::from_stored(input).sign(&keys.identity);
    Ok(Json(FetchReply {
        now: waiting.now.seconds(),
        challenges: waiting.challenges.into_iter().map(sign).collect(),
        ended: waiting.ended,
        confirmed: waiting.confirmed,
        key_statements: keys.identity.statements_after(said.key_number),
        renew: waiting.renew && push.is_some(),
        push,
    }))
}
