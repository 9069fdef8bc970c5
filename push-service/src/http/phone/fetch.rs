//! What waits for a phone.

use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::signed::{Body, once};
use authenticator_protocol::fetch::{Fetch, FetchReply};
use authenticator_protocol::jws::Unsigned;
use authenticator_protocol::problem::Code;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

/// Fetch → pending challenges, and what has ended.
pub async fn post(State(app): State<Arc<App>>, body: Body) -> Result<Json<FetchReply>, ApiError> {
    let from = body.from_device::<Fetch>(&app, |device| device.device_key).await?;
    once(&app, &from)?;
    let waiting = app.store.fetch(from.device.id).await?.ok_or_else(|| ApiError::plain(Code::DeviceEnded))?;
    let sign = |input| Unsigned::from_stored(input).sign(&app.identity);
    Ok(Json(FetchReply {
        now: waiting.now.seconds(),
        challenges: waiting.challenges.into_iter().map(sign).collect(),
        ended: waiting.ended,
        confirmed: waiting.confirmed,
    }))
}
