//! MyApps.

use crate::app::App;
use crate::http::visit::{LetIn, mark};
use crate::pages::View;
use crate::pages::apps::{Application, Apps};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use std::sync::Arc;

/// The front door.
pub async fn home() -> Redirect {
    Redirect::to("/apps")
}

/// What the organisation has configured.
pub async fn get(State(app): State<Arc<App>>, LetIn(session): LetIn) -> impl IntoResponse {
    let applications = app.config.applications.iter().map(|application| Application {
        name: application.name.clone(),
        description: application.description.clone(),
        url: application.url.clone(),
        mark: mark(&application.name),
    });
    let view = Apps { applications: applications.collect() };
    session.visit.page(&app, Some(&session.known.user.name), View::Apps(view))
}
