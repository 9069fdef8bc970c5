//! Style and script: their address changes with their content, so they may be kept.

use crate::app::App;
use crate::http::problem::PageError;
use crate::pages::assets::{SCRIPT, STYLE};
use crate::pages::problem::Problem;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// One file.
pub async fn get(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Response, PageError> {
    let (kind, text) = match name.as_str() {
        "styrk.css" => ("text/css; charset=utf-8", STYLE.to_owned()),
        "brand.css" => ("text/css; charset=utf-8", app.brand.clone()),
        "wait.js" => ("text/javascript; charset=utf-8", SCRIPT.to_owned()),
        _ => return Err(PageError(Problem::NotFound)),
    };
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")], text).into_response())
}
