//! Where the people of an e-mail domain have their service (RFC 8615), for phones whose user types the code.

use crate::app::App;
use authenticator_protocol::discovery::Discovery;
use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use std::sync::Arc;

/// This service. The e-mail domain's own web server answers the same, with this text.
pub async fn get(State(app): State<Arc<App>>) -> impl IntoResponse {
    let server = app.config.public_url.to_string();
    ([(CACHE_CONTROL, "public, max-age=3600")], Json(Discovery { server }))
}
