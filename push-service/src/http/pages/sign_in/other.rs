//! The other ways to sign in: the methods that the user has, strongest first.

use crate::app::App;
use crate::http::problem::PageError;
use crate::http::visit::Session;
use crate::pages::View;
use crate::pages::other_way::{Method, OtherWay};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use signin::device::DeviceState;
use std::sync::Arc;

/// The list.
pub async fn get(State(app): State<Arc<App>>, session: Session) -> Result<Response, PageError> {
    let user = &session.known.user;
    let devices = app.store.devices(user.id).await?;
    let devices: Vec<String> = devices
        .into_iter()
        .filter(|device| device.state == DeviceState::Active)
        .map(|device| device.model)
        .collect();
    let mut methods = Vec::new();
    if !devices.is_empty() && !user.app_locked {
        methods.push(Method::App { devices });
    }
    // For everybody: who has one is told to nobody.
    methods.push(Method::Pass);
    let view = OtherWay { methods, back: "/sign-in/number".to_owned() };
    Ok(session.visit.page(&app, Some(&user.name), View::OtherWay(view)).into_response())
}
