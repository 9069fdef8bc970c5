//! E-mail or UPN and password, and what follows from them.

pub mod number;
pub mod other;

use super::MYAPPS;
use crate::app::App;
use crate::directory::Checked;
use crate::http::problem::PageError;
use crate::http::visit::{Visit, local};
use crate::pages::View;
use crate::pages::problem::Problem;
use crate::pages::sign_in::{SignIn, State as Shown};
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use signin::fact::{Fact, FactKind};
use signin::user::User;
use std::sync::Arc;
use store::{BeginSession, Found};

/// Why the page is shown, and where its user wants to go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    to: String,
    ended: String,
    out: String,
}

/// The form.
pub async fn get(
    State(app): State<Arc<App>>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let to = local(&asked.to);
    if let Some(key) = visit.session_key(&app)
        && let Found::Live(known) = app.store.session(key).await?
        && known.session.level >= signin::session::Level::Approved
    {
        return Ok(Redirect::to(to).into_response());
    }
    let state = match (asked.out.is_empty(), asked.ended.is_empty()) {
        (false, _) => Shown::SignedOut,
        (_, false) => Shown::SessionEnded,
        _ => Shown::Fresh,
    };
    Ok(form(&app, &visit, to, "", state).into_response())
}

/// What the form brings.
#[derive(Deserialize)]
pub struct Credentials {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    to: String,
}

/// Checks the password; from here on the session knows where its user stands.
pub async fn post(
    State(app): State<Arc<App>>,
    visit: Visit,
    Form(form_): Form<Credentials>,
) -> Result<Response, PageError> {
    let (login, to) = (form_.login.trim(), local(&form_.to));
    let now = app.clock.now();
    let refuse = |status, state| (status, form(&app, &visit, to, login, state)).into_response();
    if let Some(seconds) = app.limits.password_wait(login, visit.address, now) {
        note(&app, &visit, FactKind::PasswordThrottled, None).await?;
        let state = Shown::Throttled { minutes: seconds.div_ceil(60) };
        return Ok(refuse(StatusCode::TOO_MANY_REQUESTS, state));
    }
    let password = zeroize::Zeroizing::new(form_.password);
    match app.directory.check(login, &password).await? {
        Checked::Busy => Err(PageError(Problem::Unavailable)),
        Checked::Wrong(user) => {
            app.limits.password_wrong(login, visit.address, now);
            note(&app, &visit, FactKind::PasswordWrong, user).await?;
            Ok(refuse(StatusCode::UNPROCESSABLE_ENTITY, Shown::Wrong))
        }
        Checked::Right(user) => {
            app.limits.password_right(login, visit.address, now);
            begin(&app, &visit, &user, to).await
        }
    }
}

/// A session for the user, and the first request on their phone.
async fn begin(app: &App, visit: &Visit, user: &User, to: &str) -> Result<Response, PageError> {
    let (with_browser, browser) = visit.browser(app);
    let visit = Visit { cookies: with_browser, ..visit.clone() };
    let (cookies, key) = visit.fresh_session(app);
    let begun = app
        .store
        .begin_session(BeginSession {
            user: user.id,
            key,
            browser,
            to: to.to_owned(),
            address: visit.address.to_string(),
            replaces: visit.session_key(app),
        })
        .await?;
    app.tell(begun);
    let next = number::open(app, &visit, user.id, key).await?;
    Ok((cookies, Redirect::to(next)).into_response())
}

async fn note(app: &App, visit: &Visit, kind: FactKind, user: Option<Box<User>>) -> Result<(), PageError> {
    let fact =
        Fact { user: user.map(|user| user.id), address: Some(visit.address.to_string()), ..Fact::new(kind) };
    app.tell(app.store.record(fact).await?);
    Ok(())
}

fn form(app: &App, visit: &Visit, to: &str, login: &str, state: Shown) -> impl IntoResponse + use<> {
    let application = (to == "/apps").then(|| MYAPPS.to_owned());
    let path = format!("/sign-in?to={to}");
    let view = SignIn { application, to: to.to_owned(), login: login.to_owned(), state };
    Visit { path, ..visit.clone() }.page(app, None, View::SignIn(view))
}
