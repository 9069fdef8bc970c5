//! The way out.

use crate::app::App;
use crate::http::problem::PageError;
use crate::http::visit::Visit;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// Ends the session.
pub async fn post(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, PageError> {
    if let Some(key) = visit.session_key(&app) {
        let ended = app.store.end_session(key).await?;
        app.tell(ended);
    }
    Ok((visit.without_session(&app), Redirect::to("/sign-in?out=1")).into_response())
}
