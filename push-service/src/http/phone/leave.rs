//! A phone has removed its account.

use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::signed::Body;
use authenticator_protocol::fetch::Leave;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use std::sync::Arc;

/// Leave → `{}`: the device is no more.
pub async fn post(State(app): State<Arc<App>>, body: Body) -> Result<Json<Value>, ApiError> {
    let from = body.from_device::<Leave>(&app, |device| device.device_key).await?;
    let left = app.store.leave(from.device.id).await?;
    app.tell(left);
    Ok(Json(json!({})))
}
