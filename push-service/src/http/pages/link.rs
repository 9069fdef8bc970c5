//! What a browser shows at `/e` when the app is not there. The code is in the fragment and never gets here.

use crate::app::App;
use crate::http::visit::Visit;
use crate::pages::View;
use axum::extract::State;
use axum::response::IntoResponse;
use std::sync::Arc;

/// The page.
pub async fn get(State(app): State<Arc<App>>, visit: Visit) -> impl IntoResponse {
    visit.page(&app, None, View::Link)
}
