//! Errors that leave the service: problem details for phones, a page for people.
//!
//! A handler returns [`ApiError`] or [`PageError`]; [`super::frame::finish`] writes the body, which needs the
//! request's id and language.

use crate::pages::problem::Problem as PageProblem;
use authenticator_protocol::jws::JwsError;
use authenticator_protocol::problem::{Code, Problem};
use authenticator_protocol::request::RequestError;
use authenticator_protocol::time::Seconds;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use store::StoreError;

/// What the phone API refuses.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// The stable code.
    pub code: Code,
    /// What exactly is wrong.
    pub detail: Option<String>,
    /// The service's time, with [`Code::Clock`].
    pub now: Option<Seconds>,
    /// Seconds, with [`Code::TooMany`] and [`Code::Unavailable`].
    pub retry_after: Option<u64>,
}

impl ApiError {
    /// A code with what exactly is wrong.
    pub fn new(code: Code, detail: impl ToString) -> Self {
        Self { code, detail: Some(detail.to_string()), now: None, retry_after: None }
    }

    /// Only the code.
    pub fn plain(code: Code) -> Self {
        Self { code, detail: None, now: None, retry_after: None }
    }

    /// The phone's clock is wrong: sign again with `now`.
    pub fn clock(now: Seconds) -> Self {
        Self { now: Some(now), ..Self::plain(Code::Clock) }
    }

    /// Too many requests.
    pub fn too_many(seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..Self::plain(Code::TooMany) }
    }

    /// The body, for the request with this id.
    pub fn body(&self, request_id: &str) -> Problem {
        Problem {
            kind: format!("urn:styrk:error:{}", self.code.as_str()),
            code: self.code,
            title: title(self.code).to_owned(),
            status: self.code.status(),
            detail: self.detail.clone(),
            instance: Some(request_id.to_owned()),
            now: self.now,
        }
    }
}

/// A sentence for a developer.
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
        Code::CodeUsed => "Another phone has used this enrolment code",
        Code::KeyKnown => "The keys must be two, fresh, and never enrolled before",
        Code::OfferMismatch => "The registration does not fit the offer",
        Code::UnknownChallenge => "There is no such challenge for this device",
        Code::ChallengeMismatch => "The answer names another challenge than the one that was sent",
        Code::TooMany => "Too many requests",
        Code::TooLarge => "The body is larger than 16 KiB",
        Code::NotFound => "There is nothing at this address",
        Code::Method => "This address takes another method",
        Code::Internal => "The service failed",
        Code::Unavailable => "The service is stopping or overloaded",
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
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
        tracing::error!(%error, "store");
        match error {
            StoreError::Unavailable => Self { retry_after: Some(2), ..Self::plain(Code::Unavailable) },
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
            PageProblem::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            PageProblem::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            PageProblem::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            PageProblem::CrossSite => StatusCode::FORBIDDEN,
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
        tracing::error!(%error, "store");
        Self(match error {
            StoreError::Unavailable => PageProblem::Unavailable,
            StoreError::Database(_) | StoreError::Corrupt(_) => PageProblem::Internal,
        })
    }
}
