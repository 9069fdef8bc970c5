//! A wake has arrived. Unsigned: it proves delivery and nothing else (property 19).

use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::visit::Visit;
use authenticator_protocol::ids::WakeId;
use authenticator_protocol::problem::Code;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use signin::channel::Noted;
use std::sync::Arc;

/// Receipt → nothing, whether the wake is known or not.
pub async fn post(
    State(app): State<Arc<App>>,
    wake: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<StatusCode, ApiError> {
    let Path(wake) = wake.map_err(|_| ApiError::new(Code::Malformed, "wake: not UTF-8"))?;
    let wake: WakeId =
        wake.parse().map_err(|error| ApiError::new(Code::Malformed, format!("wake: {error}")))?;
    let now = app.clock.now();
    if let Some(arrived) = app.wakes.received(wake, now) {
        tracing::debug!(device = %arrived.device, millis = arrived.millis, "wake received");
        app.metrics.wake_received();
        if let Some(channel) = arrived.channel {
            app.store.note_channel(channel, Noted::Received).await?;
        }
        return Ok(StatusCode::NO_CONTENT);
    }
    app.limits.receipt_unknown(visit.address, now).map_err(ApiError::too_many)?;
    Ok(StatusCode::NO_CONTENT)
}
