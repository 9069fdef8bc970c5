//! The remote screen: a web page, on an origin of its own, that draws what the phones show and is their touch
//! screen and camera.
//!
//! [`router`] has the routes; [`json`] is what the page draws; `events` is what it may send; `guard` keeps other
//! sites and other machines out. The page itself lies in `page/`.

pub mod json;
pub mod samples;

mod assets;
mod events;
mod guard;
mod live;
mod palette;
mod picture;
mod words;

use crate::phone::Phone;
use crate::phones::Phones;
use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State, rejection::JsonRejection};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, post};
use serde::{Deserialize, Serialize};
use texts::Language;

/// The remote screen of `phones`. Serve it on a loopback address alone: it answers to no other name.
///
/// | route | does |
/// |---|---|
/// | `GET /`, `GET /e` | the page; `/e#…` opens an enrolment link in a phone |
/// | `GET /gallery`, `GET /gallery.json?lang=` | every screen at once, from samples |
/// | `GET /live?lang=` | WebSocket: the phones, whole, at each change |
/// | `POST /phones`, `DELETE /phones/{number}` | adds, removes a phone |
/// | `POST /tools/{name}` | sets off a tool of [`Phones::with_tools`] |
/// | `POST /phones/{number}/event` | `{"event": …, "value": …}` |
/// | `POST /phones/{number}/control` | `{"control": …, "value": …}` |
/// | `POST /phones/{number}/frame`, `…/picture` | a JPEG or PNG in which a QR code is looked for |
pub fn router(phones: Phones) -> Router {
    let pictures = Router::new()
        .route("/phones/{number}/frame", post(picture::frame))
        .route("/phones/{number}/picture", post(picture::picture))
        .layer(DefaultBodyLimit::max(picture::MAX_PICTURE));
    Router::new()
        .route("/live", any(live::live))
        .route("/phones", post(add))
        .route("/tools/{name}", post(tool))
        .route("/phones/{number}", delete(remove))
        .route("/phones/{number}/event", post(event))
        .route("/phones/{number}/control", post(control))
        .layer(DefaultBodyLimit::max(16 * 1024))
        .merge(pictures)
        .route("/gallery.json", get(gallery))
        .merge(assets::routes())
        .fallback(|| async { Problem::NotFound })
        .layer(middleware::from_fn(guard::guard))
        .with_state(phones)
}

/// `?lang=sv`; Swedish when it is missing or unknown.
#[derive(Debug, Deserialize)]
struct Wanted {
    lang: Option<String>,
}

impl Wanted {
    fn language(&self) -> Language {
        self.lang.as_deref().and_then(Language::from_tag).unwrap_or_default()
    }
}

async fn add(State(phones): State<Phones>) -> Result<Json<serde_json::Value>, Problem> {
    match phones.add() {
        Ok(Some((number, _))) => Ok(Json(serde_json::json!({ "phone": number }))),
        Ok(None) => Err(Problem::Full),
        Err(error) => {
            tracing::error!(%error, "no phone");
            Err(Problem::Storage)
        }
    }
}

async fn tool(State(phones): State<Phones>, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    let tool = phones.tools().get(name.as_str()).ok_or(Problem::NotFound)?;
    if tool().await { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::Tool) }
}

async fn remove(State(phones): State<Phones>, Path(number): Path<u32>) -> Result<StatusCode, Problem> {
    phones.remove(number).map(|_| StatusCode::NO_CONTENT).ok_or(Problem::NotFound)
}

async fn event(
    State(phones): State<Phones>,
    Path(number): Path<u32>,
    event: Result<Json<events::Touch>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(event) = event?;
    find(&phones, number)?.event(event.into()).await;
    Ok(StatusCode::NO_CONTENT)
}

async fn control(
    State(phones): State<Phones>,
    Path(number): Path<u32>,
    control: Result<Json<events::Control>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(control) = control?;
    control.apply(&find(&phones, number)?).await;
    Ok(StatusCode::NO_CONTENT)
}

async fn gallery(Query(wanted): Query<Wanted>) -> Json<Vec<json::PhoneJson>> {
    Json(samples::phones(wanted.language()))
}

fn find(phones: &Phones, number: u32) -> Result<Phone, Problem> {
    phones.get(number).ok_or(Problem::NotFound)
}

/// Why a request to the remote screen was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Host,
    Origin,
    NotFound,
    Full,
    Storage,
    Tool,
    TooLarge,
    NotAPicture,
    /// What is wrong with the JSON.
    Json(String),
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    error: &'a str,
    message: &'a str,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, error, message) = match &self {
            Self::Host => (
                StatusCode::MISDIRECTED_REQUEST,
                "host",
                "this answers to localhost, 127.0.0.1 and [::1] alone",
            ),
            Self::Origin => (StatusCode::FORBIDDEN, "origin", "this takes requests from its own page alone"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "no such phone or page"),
            Self::Full => (StatusCode::CONFLICT, "full", "four phones are enough"),
            Self::Storage => {
                (StatusCode::INTERNAL_SERVER_ERROR, "storage", "the phone's folder cannot be read")
            }
            Self::Tool => {
                (StatusCode::INTERNAL_SERVER_ERROR, "tool", "it did not work; the terminal says why")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a picture has at most 2 MiB"),
            Self::NotAPicture => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "not_a_picture",
                "only JPEG and PNG up to 4096 pixels a side",
            ),
            Self::Json(message) => (StatusCode::BAD_REQUEST, "json", message.as_str()),
        };
        (status, Json(ProblemJson { error, message })).into_response()
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self::Json(rejection.body_text())
    }
}
