//! The switch between the languages.

use crate::app::App;
use crate::http::problem::PageError;
use crate::http::visit::{Visit, local};
use crate::pages::problem::Problem;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;
use texts::Language;

/// Where the user was.
#[derive(Debug, Deserialize)]
pub struct From {
    #[serde(default)]
    to: String,
}

/// Remembers a language and goes back.
pub async fn get(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(tag): Path<String>,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    let language = Language::from_tag(&tag).ok_or(PageError(Problem::NotFound))?;
    Ok((visit.with_language(&app, language), Redirect::to(local(&from.to))).into_response())
}
