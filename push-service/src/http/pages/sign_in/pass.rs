//! A temporary pass from IT support, beside the password.

use super::super::MYAPPS;
use crate::app::App;
use crate::http::problem::PageError;
use crate::http::visit::{Session, with_status};
use crate::pages::View;
use crate::pages::pass::{Pass, State as Shown};
use crate::pages::problem::Problem;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use signin::device::DeviceState;
use signin::pass::PassCode;
use signin::session::Level;
use std::sync::Arc;
use store::{Complete, UsePass};

/// The form.
pub async fn get(session: Session, State(app): State<Arc<App>>) -> Response {
    if session.known.session.level >= Level::Approved {
        return Redirect::to(&session.known.session.to).into_response();
    }
    page(&app, &session, Shown::Fresh).into_response()
}

fn page(app: &App, session: &Session, state: Shown) -> impl IntoResponse + use<> {
    session.visit.page(app, Some(&session.known.user.name), View::Pass(Pass { state }))
}

/// What the form brings.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    pass: String,
}

/// The right one raises the session. Whoever has no method yet registers one now: the pass was good for this once.
pub async fn post(
    State(app): State<Arc<App>>,
    session: Session,
    Form(typed): Form<Typed>,
) -> Result<Response, PageError> {
    let known = &session.known;
    if known.session.level >= Level::Approved {
        return Ok(Redirect::to(&known.session.to).into_response());
    }
    let refuse = |state| with_status(StatusCode::UNPROCESSABLE_ENTITY, page(&app, &session, state));
    let Ok(code) = PassCode::typed(&typed.pass) else { return Ok(refuse(Shown::Mistyped)) };
    let place = session.visit.place(&app, Some(known.user.id)).await?;
    app.limits
        .code(known.user.id, place, app.clock.now())
        .map_err(|seconds| PageError(Problem::TooManyRequests { minutes: seconds.div_ceil(60) }))?;
    let (cookies, new) = session.visit.fresh_session(&app);
    let used = UsePass {
        complete: Complete { session: known.session.key, new, address: session.visit.address.to_string() },
        mac: app.vault.pass_mac(known.user.id, &code),
        application: MYAPPS.to_owned(),
    };
    let Some(raised) = app.tell(app.store.use_pass(used).await?) else { return Ok(refuse(Shown::Wrong)) };
    let devices = app.store.devices(known.user.id).await?;
    let has_one = devices.iter().any(|device| device.state == DeviceState::Active);
    let next = if has_one { raised.to.as_str() } else { "/register" };
    Ok((cookies, Redirect::to(next)).into_response())
}
