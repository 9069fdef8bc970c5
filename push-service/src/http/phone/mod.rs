//! The phone API. Every request but a receipt is signed; `docs/protocol.md` is its specification.

pub mod answer;
pub mod channels;
pub mod claim;
pub mod fetch;
pub mod leave;
pub mod receipts;
pub mod registration;
pub mod socket;

use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::signed::JOSE;
use authenticator_protocol::problem::Code;
use authenticator_protocol::version;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// The most that the phone may say about itself, in characters.
const MAX_NAME: usize = 64;

/// Refuses an app that is older than the organisation wants, before it fails in some other way.
fn new_enough(app: &App, said: &str) -> Result<(), ApiError> {
    match app.config.policy.oldest_app {
        Some(oldest) if !version::is_new_enough(said, oldest) => {
            Err(ApiError::new(Code::AppTooOld, format!("app: this organisation asks for {oldest} or newer")))
        }
        _ => Ok(()),
    }
}

/// A signed message as an answer.
fn jose(text: String) -> Response {
    ([(CONTENT_TYPE, JOSE)], text).into_response()
}
