//! The keys that sign results, for relying parties (RFC 7517).

use crate::app::App;
use crate::http::api::description;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use std::sync::Arc;

/// The keys that sign now, will sign, or have signed what may still be on its way. Kept by its reader for an hour at
/// most: far less than the day for which a new key is published before it signs.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "keys", responses((status = 200,
    content_type = "application/jwk-set+json", body = description::KeySet, description = "The keys that sign results")))]
pub async fn get(State(app): State<Arc<App>>) -> impl IntoResponse {
    let keys = app.keys().results.published(app.clock.now().seconds());
    let headers = [(CONTENT_TYPE, "application/jwk-set+json"), (CACHE_CONTROL, "public, max-age=3600")];
    (headers, serde_json::to_string(&keys).expect("public keys become JSON"))
}
