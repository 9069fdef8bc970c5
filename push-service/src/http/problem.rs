//! Errors that leave the service: problem details for phones and relying parties, a page for people.
//!
//! A handler returns [`ApiError`] or [`PageError`]; [`super::frame::around`] writes the body, which needs the
//! request's id and language.

use super::api::description;
use crate::pages::problem::Problem as PageProblem;
use authenticator_protocol::jws::JwsError;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::RequestError;
use authenticator_protocol::time::Seconds;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

/// The codes of an API.
pub trait ErrorCode: Copy {
    /// The word for it on the wire.
    fn word(self) -> &'static str;
    /// The HTTP status that goes with it.
    fn status(self) -> u16;
    /// A sentence for a developer.
    fn title(self) -> &'static str;
}

/// What an API refuses.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// The stable code.
    code: &'static str,
    status: u16,
    title: &'static str,
    /// What exactly is wrong.
    detail: Option<String>,
    /// The field whose value is wrong. The detail may then repeat the value, and stands in no log.
    field: Option<&'static str>,
    /// The service's time, with [`Code::Clock`].
    now: Option<Seconds>,
    /// Seconds, where trying again helps.
    pub retry_after: Option<u64>,
}

/// The body of an error (RFC 9457); `authenticator_protocol::problem::Problem` is how phones read it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body<'a> {
    #[serde(rename = "type")]
    kind: String,
    /// Stable: `docs/errors.md` has a row for each.
    #[schema(schema_with = description::codes)]
    code: &'static str,
    title: &'static str,
    status: u16,
    /// What exactly is wrong, for developers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    detail: Option<&'a str>,
    /// The id of the HTTP request, as in the log and in `X-Request-Id`.
    instance: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    now: Option<Seconds>,
}

impl ApiError {
    /// A code with what exactly is wrong.
    pub fn new(code: impl ErrorCode, detail: impl ToString) -> Self {
        Self { detail: Some(detail.to_string()), ..Self::plain(code) }
    }

    /// Only the code.
    pub fn plain(code: impl ErrorCode) -> Self {
        let (status, title) = (code.status(), code.title());
        Self { code: code.word(), status, title, detail: None, field: None, now: None, retry_after: None }
    }

    /// Whether it is this one.
    pub fn is(&self, code: impl ErrorCode) -> bool {
        self.code == code.word()
    }

    /// A field that cannot be as it is. The detail is for the caller alone.
    pub fn of_field(code: impl ErrorCode, field: &'static str, detail: impl ToString) -> Self {
        Self { field: Some(field), ..Self::new(code, detail) }
    }

    /// What the log may say: the code's word, the field, and what exactly is wrong, without a value that was sent.
    pub fn said(&self) -> (&'static str, Option<&'static str>, Option<&str>) {
        (self.code, self.field, self.detail.as_deref().filter(|_| self.field.is_none()))
    }

    /// Trying again helps after so many seconds, if it is a matter of time at all.
    #[must_use]
    pub fn after(self, seconds: u64) -> Self {
        let helps = matches!(self.status, 429 | 503);
        Self { retry_after: helps.then_some(seconds), ..self }
    }

    /// The phone's clock is wrong: sign again with `now`.
    pub fn clock(now: Seconds) -> Self {
        Self { now: Some(now), ..Self::plain(Code::Clock) }
    }

    /// Too many requests.
    pub fn too_many(seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..Self::plain(Code::TooMany) }
    }

    /// The same, with what exactly is wrong.
    #[must_use]
    pub fn because(self, detail: impl ToString) -> Self {
        Self { detail: Some(detail.to_string()), ..self }
    }

    /// The body, for the request with this id.
    pub fn body<'a>(&'a self, request_id: &'a str) -> Body<'a> {
        Body {
            kind: format!("urn:styrk:error:{}", self.code),
            code: self.code,
            title: self.title,
            status: self.status,
            detail: self.detail.as_deref(),
            instance: request_id,
            now: self.now,
        }
    }
}

impl ErrorCode for Code {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn status(self) -> u16 {
        self.status()
    }

    fn title(self) -> &'static str {
        title(self)
    }
}

const fn title(code: Code) -> &'static str {
    match code {
        Code::Malformed => "The body is not the message that belongs here",
        Code::Unsupported => "This service does not speak that version or type",
        Code::Signature => "The signature does not match a known key",
        Code::WrongAddress => "The message was signed for another address or method",
        Code::Clock => "The message was signed at another time; sign again with `now`",
        Code::Replayed => "This message was seen before",
        Code::DeviceEnded => "There is no such device, or it was removed",
        Code::CodeExpired => "The enrolment code is unknown or over",
        Code::AppTooOld => "The organisation asks for a newer version of the app",
        Code::CodeUsed => "Another phone has used this enrolment code",
        Code::KeyKnown => "The keys must be two, fresh, and never enrolled before",
        Code::OfferMismatch => "The registration does not fit the offer",
        Code::UnknownChallenge => "There is no such challenge for this device",
        Code::ChallengeMismatch => "The answer names another challenge than the one that was sent",
        Code::TooMany => "Too many requests",
        Code::TooLarge => "The body is larger than 16 KiB",
        Code::TooSlow => "The body did not arrive within 15 seconds",
        Code::NotFound => "There is nothing at this address",
        Code::Method => "This address takes another method",
        Code::Internal => "The service failed",
        Code::Unavailable => "The service is stopping or overloaded",
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<JwsError> for ApiError {
    fn from(error: JwsError) -> Self {
        let code = match error {
            JwsError::TooLong => Code::TooLarge,
            JwsError::Form | JwsError::Header | JwsError::Payload => Code::Malformed,
            JwsError::Alg | JwsError::Typ | JwsError::Version | JwsError::Crit => Code::Unsupported,
            JwsError::Signature => Code::Signature,
        };
        Self::new(code, error)
    }
}

impl From<(RequestError, Seconds)> for ApiError {
    fn from((error, now): (RequestError, Seconds)) -> Self {
        match error {
            RequestError::Method | RequestError::Url => Self::new(Code::WrongAddress, error),
            RequestError::Nonce | RequestError::Time => Self::new(Code::Malformed, error),
            RequestError::Clock => Self { detail: Some(error.to_string()), ..Self::clock(now) },
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        match error {
            StoreError::Unavailable | StoreError::NotNow(_) => {
                Self { retry_after: Some(2), ..Self::plain(Code::Unavailable) }
            }
            StoreError::Database(_) | StoreError::Corrupt(_) => Self::plain(Code::Internal),
        }
    }
}

/// A page that cannot be shown.
#[derive(Clone, Copy, Debug)]
pub struct PageError(pub PageProblem);

impl PageError {
    fn status(self) -> StatusCode {
        match self.0 {
            PageProblem::NotFound => StatusCode::NOT_FOUND,
            PageProblem::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            PageProblem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            PageProblem::TooSlow => StatusCode::REQUEST_TIMEOUT,
            PageProblem::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            PageProblem::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            PageProblem::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            PageProblem::CrossSite => StatusCode::FORBIDDEN,
            PageProblem::OtherRegistration => StatusCode::CONFLICT,
            PageProblem::FormExpired => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        Self(match error {
            StoreError::Unavailable | StoreError::NotNow(_) => PageProblem::Unavailable,
            StoreError::Database(_) | StoreError::Corrupt(_) => PageProblem::Internal,
        })
    }
}
