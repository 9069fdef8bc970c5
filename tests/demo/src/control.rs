//! What the browser tests turn, over plain HTTP on a port of its own: the clock, the service, the phones' prompts.
//! Only there with `--json`.

use crate::Demo;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use push_service::admin::passes::{self, NewPass};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

#[derive(Deserialize)]
struct Whose {
    user: String,
}

/// `POST /pass {"user": "anna"}` answers with a pass; `POST /clock {"seconds": 90}`, `POST /service/stop`, `POST /service/start`, `POST /service/rotate`.
pub fn router(demo: Arc<Demo>) -> Router {
    Router::new()
        .route("/clock", post(clock))
        .route("/service/{what}", post(service))
        .route("/pass", post(pass))
        .with_state(demo)
}

async fn clock(State(demo): State<Arc<Demo>>, Json(advance): Json<Advance>) -> StatusCode {
    demo.clock.advance(advance.seconds * 1000);
    StatusCode::NO_CONTENT
}

/// What `styrk pass create` does.
async fn pass(State(demo): State<Arc<Demo>>, Json(whose): Json<Whose>) -> Result<String, StatusCode> {
    let app = demo.app().await.ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    let name = Path(whose.user);
    let made = passes::create(State(app), name, Json(NewPass { minutes: None })).await;
    made.map(|made| made.0.pass).map_err(|_| StatusCode::NOT_FOUND)
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
