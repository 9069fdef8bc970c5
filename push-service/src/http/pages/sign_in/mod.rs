//! E-mail or UPN and password, and what follows from them.

pub mod number;
pub mod other;
pub mod pass;

use super::MYAPPS;
use crate::app::App;
use crate::directory::Checked;
use crate::http::problem::PageError;
use crate::http::visit::{Visit, local};
use crate::limits::{Tried, Try};
use crate::pages::View;
use crate::pages::problem::Problem;
use crate::pages::sign_in::{SignIn, State as Shown};
use authenticator_protocol::code::Hash;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use signin::entry::{self, Target, Verdict};
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
        && let Verdict::Enter(_) =
            entry::decide(&target(to), known.session.level, visit.address, &app.config.policy)
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
    // Only whoever brings a browser's cookie can tell that its user exists, and only to that browser.
    let known = match visit.browser_key(&app) {
        Some(_) => app.store.user_by_login(login).await?.map(|(user, _)| user.id),
        None => None,
    };
    let place = visit.place(&app, known).await?;
    if let Try::Wait(seconds) = app.limits.password(login, &place, now) {
        let state = Shown::Throttled { minutes: seconds.div_ceil(60) };
        let page = refuse(StatusCode::TOO_MANY_REQUESTS, state);
        return Ok(([(RETRY_AFTER, seconds)], page).into_response());
    }
    let password = zeroize::Zeroizing::new(form_.password);
    // A task of its own: a browser that goes away must not leave its try counted as running.
    let (service, typed) = (Arc::clone(&app), login.to_owned());
    let check = tokio::spawn(async move {
        let checked = service.directory.check(&typed, &password).await;
        let how = match &checked {
            Ok(Checked::Right(..)) => Tried::Right,
            Ok(Checked::Wrong(_)) => Tried::Wrong,
            Ok(Checked::Busy) | Err(_) => Tried::NotAtAll,
        };
        (checked, service.limits.password_ended(&typed, &place, how, now))
    });
    let (checked, was_last) = check.await.map_err(|_| PageError(Problem::Internal))?;
    match checked? {
        Checked::Busy => Err(PageError(Problem::Unavailable)),
        Checked::Wrong(user) => {
            note(&app, &visit, FactKind::PasswordWrong, user.as_deref()).await?;
            if was_last {
                note(&app, &visit, FactKind::PasswordThrottled, user.as_deref()).await?;
            }
            Ok(refuse(StatusCode::UNPROCESSABLE_ENTITY, Shown::Wrong))
        }
        Checked::Right(user, checked) => match begin(&app, &visit, &user, checked, to).await? {
            Some(entered) => Ok(entered),
            // It was right when the check began.
            None => Ok(refuse(StatusCode::UNPROCESSABLE_ENTITY, Shown::Wrong)),
        },
    }
}

/// A session for the user, and the first request on their phone.
async fn begin(
    app: &App,
    visit: &Visit,
    user: &User,
    checked: Option<Hash>,
    to: &str,
) -> Result<Option<Response>, PageError> {
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
            target: target(to),
            address: visit.address,
            replaces: visit.session_key(app),
            checked,
        })
        .await?;
    let next = match app.tell(begun) {
        Some(Verdict::Enter(_)) => to,
        Some(Verdict::Ask(_)) => number::open(app, &visit, user.id, key, to).await?,
        None => return Ok(None),
    };
    Ok(Some((cookies, Redirect::to(next)).into_response()))
}

/// What a path of this service is, to whom the policy decides. All pages but the security page belong to MyApps.
pub fn target(to: &str) -> Target {
    if to.starts_with("/security") { Target::Security } else { Target::Application(MYAPPS.to_owned()) }
}

async fn note(app: &App, visit: &Visit, kind: FactKind, user: Option<&User>) -> Result<(), PageError> {
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
