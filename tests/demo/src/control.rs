//! What the browser tests turn, over plain HTTP on a port of its own: the clock, the service, the phones' prompts.
//! Only there with `--json`.

use crate::Demo;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

/// `POST /clock {"seconds": 90}`, `POST /service/stop`, `POST /service/start`, `POST /service/rotate`.
pub fn router(demo: Arc<Demo>) -> Router {
    Router::new().route("/clock", post(clock)).route("/service/{what}", post(service)).with_state(demo)
}

async fn clock(State(demo): State<Arc<Demo>>, Json(advance): Json<Advance>) -> StatusCode {
    demo.clock.advance(advance.seconds * 1000);
    StatusCode::NO_CONTENT
}

async fn service(State(demo): State<Arc<Demo>>, Path(what): Path<String>) -> StatusCode {
    match what.as_str() {
        "stop" => demo.stop_service().await,
        "start" => {
            if let Err(error) = demo.start_service().await {
                tracing::error!(%error, "the service does not start");
                return StatusCode::INTERNAL_SERVER_ERROR;
            }
        }
        "rotate" => {
            if let Err(error) = demo.rotate_identity().await {
                tracing::error!(%error, "the identity key does not change");
                return StatusCode::INTERNAL_SERVER_ERROR;
            }
        }
        _ => return StatusCode::NOT_FOUND,
    }
    StatusCode::NO_CONTENT
}
