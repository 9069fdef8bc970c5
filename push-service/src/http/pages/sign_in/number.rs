//! The number, while the phone is asked; and how it ended.

use super::super::{MYAPPS, News, Patience, wait as wait_for};
use super::target;
use crate::app::App;
use crate::http::problem::PageError;
use crate::http::visit::{Session, Visit};
use crate::pages::confirm::Confirm;
use crate::pages::ended::{Ended as EndedPage, Reason};
use crate::pages::number::{Number, Purpose as Shown};
use crate::pages::problem::Problem;
use crate::pages::{View, Waiting};
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::ids::{RequestId, UserId};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use serde::Deserialize;
use signin::Notice;
use signin::device::DeviceState;
use signin::entry::Target;
use signin::session::{Level, SessionKey};
use std::sync::Arc;
use store::{Complete, NotOpened, OpenRequest, RequestView};

/// What the phone is told that it approves, by where the user is going.
fn purpose(to: &str) -> Purpose {
    match target(to) {
        Target::Security => Purpose::OpenSecurity,
        Target::Application(_) => Purpose::SignIn,
    }
}

/// Asks the user's devices on the way to a path of this service; where the user goes from here.
pub async fn open(
    app: &App,
    visit: &Visit,
    user: UserId,
    session: SessionKey,
    to: &str,
) -> Result<&'static str, PageError> {
    let place = visit.place(app, Some(user)).await?;
    app.limits
        .request(user, place, app.clock.now())
        .map_err(|seconds| PageError(Problem::TooManyRequests { minutes: seconds.div_ceil(60) }))?;
    let opened = app
        .store
        .open_request(OpenRequest {
            session,
            purpose: purpose(to),
            application: MYAPPS.to_owned(),
            origin: visit.origin.clone(),
            organisation: app.config.organisation.name.clone(),
            to: Some(to.to_owned()),
        })
        .await?;
    match app.tell(opened) {
        Err(NotOpened::NoDevice) => Ok("/register"),
        Ok(_) | Err(NotOpened::AppLocked | NotOpened::NoSession) => Ok("/sign-in/number"),
        Err(NotOpened::TooMany) => Err(PageError(Problem::TooManyRequests { minutes: 5 })),
    }
}

/// Where the user is going.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Going {
    to: String,
}

/// The number, or how it ended, or in.
pub async fn get(
    State(app): State<Arc<App>>,
    session: Session,
    Query(going): Query<Going>,
) -> Result<Response, PageError> {
    let (visit, known) = (&session.visit, &session.known);
    if known.session.level >= Level::Approved {
        return Ok(Redirect::to(&known.session.to).into_response());
    }
    let Some(id) = known.session.request else { return nothing_asked(&app, &session, &going.to).await };
    let shown = app.store.request(id).await?.ok_or(PageError(Problem::NotFound))?;
    let view = app.tell(shown);
    // Whoever reads the reference on this page out on the telephone is found by it.
    tracing::info!(request = %id, end = view.request.ended.map(|ended| ended.end.as_str()), "shown on a page");
    if view.request.enrolment.is_some() {
        return Ok(Redirect::to("/register").into_response());
    }
    match (view.request.ended, view.request.used) {
        (None, _) => {
            let address = format!("/sign-in/wait?request={id}");
            let number = number_view(&app, &view, address);
            Ok(visit.page(&app, Some(&known.user.name), View::Number(number)).into_response())
        }
        (Some(end), false) if end.end == End::Approved => complete(&app, visit, known.session.key).await,
        (Some(end), _) => Ok(ended(&app, &session, reason(end.end))),
    }
}

/// Nothing was asked yet: the password was enough until now, or the phone could not be asked.
async fn nothing_asked(app: &App, session: &Session, to: &str) -> Result<Response, PageError> {
    let (visit, user) = (&session.visit, &session.known.user);
    if user.app_locked {
        return Ok(ended(app, session, Reason::Locked));
    }
    let devices = app.store.devices(user.id).await?;
    if !devices.iter().any(|device| device.state == DeviceState::Active) {
        return Ok(Redirect::to("/register").into_response());
    }
    let view = View::Confirm(Confirm { to: destination(to, session).to_owned() });
    Ok(visit.page(app, Some(&user.name), view).into_response())
}

/// Where a user who says so is going: the security page, or what it was at the sign-in.
fn destination<'a>(to: &'a str, session: &'a Session) -> &'a str {
    if to == "/security" { to } else { &session.known.session.to }
}

/// The approval raises the session: a fresh token takes the old one's place.
async fn complete(app: &App, visit: &Visit, session: SessionKey) -> Result<Response, PageError> {
    let (cookies, new) = visit.fresh_session(app);
    let completed = app.store.complete(Complete { session, new, address: visit.address.to_string() }).await?;
    Ok(match app.tell(completed) {
        Some(session) => (cookies, Redirect::to(&session.to)).into_response(),
        None => Redirect::to("/sign-in?ended=1").into_response(),
    })
}

fn number_view(app: &App, view: &RequestView, address: String) -> Number {
    let request = &view.request;
    Number {
        purpose: match request.purpose {
            Purpose::OpenSecurity => Shown::OpenSecurity,
            _ => Shown::SignIn,
        },
        number: request.number.as_ref().map(|number| number.as_str().to_owned()).unwrap_or_default(),
        devices: view.asked.clone(),
        request: request.id.to_string(),
        waiting: waiting(app, view, address),
    }
}

/// How a page waits for a request.
pub fn waiting(app: &App, view: &RequestView, address: String) -> Waiting {
    let seconds = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    Waiting { address, left: seconds(left(view)), total: seconds(app.config.policy.lifetime) }
}

/// Seconds until the request expires.
pub fn left(view: &RequestView) -> u64 {
    view.request.expires.since(view.now).div_ceil(1000)
}

const fn reason(end: End) -> Reason {
    match end {
        End::Denied => Reason::Denied,
        End::Reported => Reason::Reported,
        End::WrongNumber => Reason::WrongNumber,
        End::Expired => Reason::Expired,
        End::Cancelled => Reason::Cancelled,
        End::Superseded => Reason::Superseded,
        // An approval that was used up is no way in any more.
        End::Approved | End::Failed => Reason::Failed,
    }
}

fn ended(app: &App, session: &Session, reason: Reason) -> Response {
    let Session { visit, known } = session;
    let inside = known.session.entered.is_some();
    let view = EndedPage { reason, inside, reference: visit.request_id.clone() };
    visit.page(app, Some(&known.user.name), View::Ended(view)).into_response()
}

/// Which request a page waits for.
#[derive(Debug, Deserialize)]
pub struct Waits {
    request: String,
}

/// Tells a waiting page when its request has ended, or is no longer the session's.
pub async fn wait(
    State(app): State<Arc<App>>,
    session: Session,
    Query(waits): Query<Waits>,
    Query(patience): Query<Patience>,
) -> Result<Json<News>, PageError> {
    let id: RequestId = waits.request.parse().map_err(|_| PageError(Problem::NotFound))?;
    if session.known.session.request != Some(id) {
        return Ok(Json(News { changed: true, left: 0 }));
    }
    wait_for(&app, Notice::Request(id), &patience, || async {
        let shown = app.store.request(id).await?.ok_or(PageError(Problem::NotFound))?;
        let view = app.tell(shown);
        Ok(News { changed: view.request.ended.is_some(), left: left(&view) })
    })
    .await
}

/// The user stops on the page.
pub async fn cancel(
    State(app): State<Arc<App>>,
    session: Session,
    Form(waits): Form<Waits>,
) -> Result<Redirect, PageError> {
    // A page that shows an older request ends nothing.
    if session.known.session.request.map(|id| id.to_string()) != Some(waits.request) {
        return Ok(Redirect::to("/sign-in/number"));
    }
    let cancelled = app.store.cancel_request(session.known.session.key).await?;
    app.tell(cancelled);
    Ok(Redirect::to("/sign-in/number"))
}

/// Another try, or the first one when the password was enough until now.
pub async fn again(
    State(app): State<Arc<App>>,
    session: Session,
    Form(going): Form<Going>,
) -> Result<Redirect, PageError> {
    if session.known.session.level >= Level::Approved {
        return Ok(Redirect::to(&session.known.session.to));
    }
    let to = destination(&going.to, &session);
    let known = &session.known;
    open(&app, &session.visit, known.user.id, known.session.key, to).await.map(Redirect::to)
}
