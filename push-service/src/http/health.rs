//! Whether the process lives, and whether it can do its work: for whoever restarts it, and for whoever sends it visitors.

use crate::app::App;
use crate::http::frame::harden;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// Milliseconds within which the database answers.
const DATABASE: u64 = 2_000;

/// It answers, so it lives.
pub async fn health() -> &'static str {
    "ok"
}

/// Whether it takes work: not while it is stopping, and not without its database.
pub async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    match not_ready(&app).await {
        None => (StatusCode::OK, "ready"),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, why),
    }
}

/// Why it is not ready, if it is not.
pub async fn not_ready(app: &App) -> Option<&'static str> {
    if app.stop.has_begun() {
        return Some("stopping");
    }
    tokio::select! {
        read = app.store.audit(0, 1) => read.is_err().then_some("database"),
        () = app.clock.sleep(DATABASE) => Some("database"),
    }
}

/// What is served on the address of the metrics.
pub fn metrics(app: Arc<App>) -> Router {
    let metrics = |State(app): State<Arc<App>>| async move {
        app.metrics.look(&app);
        let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        ([(CONTENT_TYPE, kind)], app.metrics.text()).into_response()
    };
    Router::new()
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .route("/ready", get(ready))
        // Somebody may look with a browser.
        .layer(map_response(async |mut response: Response| {
            harden(response.headers_mut());
            response
        }))
        .with_state(app)
}
