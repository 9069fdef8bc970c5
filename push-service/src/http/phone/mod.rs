//! The phone API. Every request but a receipt is signed; `docs/protocol.md` is its specification.

pub mod answer;
pub mod claim;
pub mod fetch;
pub mod leave;
pub mod receipts;
pub mod registration;
pub mod socket;

use crate::http::signed::JOSE;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// The most that the phone may say about itself, in characters.
const MAX_NAME: usize = 64;

/// A signed message as an answer.
fn jose(text: String) -> Response {
    ([(CONTENT_TYPE, JOSE)], text).into_response()
}
