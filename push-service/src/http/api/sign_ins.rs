//! `/api/v1/sign-ins`: opening a request, how it stands, cancelling it.

use super::caller::{Asks, Caller};
use super::description;
use super::problem::Code;
use crate::app::App;
use crate::http::problem::ApiError;
use crate::limits::Limit;
use crate::result;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::{Bytes, Hash};
use authenticator_protocol::ids::{RelyingPartyId, RequestId};
use authenticator_protocol::number::Digits;
use authenticator_protocol::text::is_visible;
use authenticator_protocol::time::Seconds;
use axum::Json;
use axum::body::Bytes as Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use signin::relying_party::RelyingParty;
use signin::request::{LIFETIME, Origin, SignInRequest};
use std::sync::Arc;
use store::{Ask, RequestView};
use utoipa::ToSchema;

/// What a relying party asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Ask)]
#[serde(deny_unknown_fields)]
pub struct New {
    /// UPN, e-mail or id of the user; 1 to 255 bytes.
    #[schema(min_length = 1, max_length = 255)]
    user: String,
    /// What an approval is for.
    #[serde(default)]
    purpose: AskedPurpose,
    /// One of the names that were registered; the first one when absent.
    application: Option<String>,
    /// Shown on the phone, up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    message: Option<String>,
    /// Digits of the number, 2 to 8; never fewer than the organisation's own.
    #[schema(minimum = 2, maximum = 8)]
    digits: Option<u8>,
    /// Seconds until it expires, 30 to 600.
    #[schema(minimum = 30, maximum = 600)]
    lifetime: Option<u64>,
    /// The relying party's own session: a newer request of the same one supersedes the older.
    #[schema(min_length = 1, max_length = 255)]
    session: Option<String>,
    /// Repeated in the result.
    #[schema(min_length = 1, max_length = 255)]
    nonce: Option<String>,
    /// The user's network address, as the relying party saw it.
    #[schema(min_length = 1, max_length = 80)]
    address: Option<String>,
    /// The user's browser, as the relying party saw it.
    #[schema(min_length = 1, max_length = 80)]
    browser: Option<String>,
    /// The user's operating system, as the relying party saw it.
    #[schema(min_length = 1, max_length = 80)]
    system: Option<String>,
}

/// What an approval is for.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[schema(as = Purpose)]
#[serde(rename_all = "snake_case")]
pub enum AskedPurpose {
    /// Signing in to the application.
    #[default]
    SignIn,
    /// Setting a new password.
    ResetPassword,
}

/// A sign-in request, as its relying party sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignIn {
    #[schema(value_type = String)]
    id: RequestId,
    status: Status,
    /// To be shown where the user signs in; only while it is pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    number: Option<String>,
    /// Unix seconds.
    #[schema(value_type = u64)]
    expires: Seconds,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = description::ends)]
    end: Option<&'static str>,
    /// The signed result, once it has ended: a compact JWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    result: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    Pending,
    Ended,
}

impl SignIn {
    pub(super) fn of(app: &App, request: &SignInRequest) -> Self {
        let end = request.ended.map(|ended| ended.end);
        Self {
            id: request.id,
            status: if end.is_some() { Status::Ended } else { Status::Pending },
            number: request.number.as_ref().map(|number| number.as_str().to_owned()),
            expires: request.expires.seconds(),
            end: end.map(|end| end.as_str()),
            result: result::signed(app, request),
        }
    }
}

const KEY: &str = "idempotency-key";

/// Asks the user's phones.
#[utoipa::path(post, path = "/api/v1/sign-ins", operation_id = "ask", request_body = New, security(("key" = ["ask"])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
        description = "The same key with the same body opens nothing more")),
    responses((status = 201, description = "Opened", body = SignIn),
        (status = 200, description = "Opened before, with this `Idempotency-Key`", body = SignIn)))]
pub async fn post(
    State(app): State<Arc<App>>,
    Asks(Caller { party, .. }): Asks,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Err(invalid("content-type", "application/json is expected"));
    }
    // Serde would take a list for the fields in their order.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|first| *first != b'{') {
        return Err(invalid("body", "an object is expected"));
    }
    let new: New = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(&body))
        .map_err(|error| invalid(&error.path().to_string(), error.inner()))?;
    let repeat = match headers.get(KEY) {
        None => None,
        Some(key) if (1..=255).contains(&key.len()) => Some(digest(&[key.as_bytes()])),
        Some(_) => return Err(invalid("idempotency-key", "1 to 255 characters")),
    };
    let ask = new.checked(&app, &party, digest(&[&body]), repeat)?;
    let asked = app.store.ask(ask).await?;
    let placed = app.tell(asked).inspect_err(|why| {
        if matches!(Code::from(*why), Code::Waiting | Code::Backlog) {
            app.limits.hit(Limit::ApiRequest);
        }
    })?;
    let status = if placed.again { StatusCode::OK } else { StatusCode::CREATED };
    let location = format!("/api/v1/sign-ins/{}", placed.request.id);
    Ok((status, [(LOCATION, location)], Json(SignIn::of(&app, &placed.request))).into_response())
}

/// What a caller may send. Whatever else it names is a value of its own, which the log does not repeat.
const FIELDS: [&str; 15] = [
    "user",
    "purpose",
    "application",
    "message",
    "digits",
    "lifetime",
    "session",
    "nonce",
    "address",
    "browser",
    "system",
    "body",
    "content-type",
    "idempotency-key",
    "wait",
];

pub(super) fn invalid(field: &str, problem: impl std::fmt::Display) -> ApiError {
    let known = FIELDS.into_iter().find(|known| *known == field);
    let detail = if field == "." { problem.to_string() } else { format!("{field}: {problem}") };
    ApiError::of_field(Code::Invalid, known.unwrap_or("another"), detail)
}

fn digest(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    Bytes(hash.finalize().into())
}

/// The longest of what is only kept and repeated, in bytes.
const LONGEST: usize = 255;

/// The longest name of an application, browser or system that a phone is shown.
const SHOWN: usize = 80;

impl New {
    fn checked(
        self,
        app: &App,
        party: &RelyingParty,
        asked: Hash,
        repeat: Option<Hash>,
    ) -> Result<Ask, ApiError> {
        let digits = match self.digits {
            None => None,
            Some(digits) => Some(Digits::new(digits).ok_or_else(|| invalid("digits", "not within 2 to 8"))?),
        };
        if self.lifetime.is_some_and(|lifetime| !LIFETIME.contains(&lifetime)) {
            return Err(invalid("lifetime", "not within 30 to 600"));
        }
        for (field, text, most) in [
            ("message", &self.message, 200),
            ("address", &self.address, SHOWN),
            ("browser", &self.browser, SHOWN),
            ("system", &self.system, SHOWN),
        ] {
            if text.as_ref().is_some_and(|text| text.is_empty() || !is_visible(text, most)) {
                return Err(invalid(field, format!("1 to {most} characters, none of them invisible")));
            }
        }
        for (field, text) in
            [("user", Some(&self.user)), ("session", self.session.as_ref()), ("nonce", self.nonce.as_ref())]
        {
            if text.is_some_and(|text| text.is_empty() || text.len() > LONGEST) {
                return Err(invalid(field, format!("1 to {LONGEST} bytes")));
            }
        }
        let application = match self.application {
            None => party.applications.first().cloned().unwrap_or_else(|| party.name.clone()),
            Some(name) if party.applications.contains(&name) => name,
            Some(_) => {
                let known = party.applications.join(", ");
                return Err(invalid("application", format!("not registered; known are: {known}")));
            }
        };
        let place =
            |session: String| digest(&[b"relying party session", party.id.as_bytes(), session.as_bytes()]);
        Ok(Ask {
            relying_party: party.id,
            user: self.user,
            purpose: match self.purpose {
                AskedPurpose::SignIn => Purpose::SignIn,
                AskedPurpose::ResetPassword => Purpose::ResetPassword,
            },
            application,
            message: self.message,
            origin: Origin {
                address: self.address.unwrap_or_default(),
                browser: self.browser,
                system: self.system,
                place: None,
                recognised: false,
            },
            organisation: app.config.organisation.name.clone(),
            digits,
            lifetime: self.lifetime,
            place: self.session.map(place),
            asked,
            nonce: self.nonce,
            repeat,
            delivered: party.webhook.is_some(),
        })
    }
}

/// The id in a path.
pub(super) fn own(id: Result<Path<String>, PathRejection>) -> Result<RequestId, ApiError> {
    let id = id.ok().and_then(|Path(id)| id.parse().ok());
    id.ok_or_else(|| ApiError::plain(Code::UnknownRequest))
}

/// The request, if it is this relying party's.
pub(super) async fn view(app: &App, party: RelyingPartyId, id: RequestId) -> Result<RequestView, ApiError> {
    let unknown = || ApiError::plain(Code::UnknownRequest);
    let view = app.tell(app.store.request(id).await?.ok_or_else(unknown)?);
    let own = view.request.asker.commission().is_some_and(|of| of.relying_party == party);
    if own { Ok(view) } else { Err(unknown()) }
}

/// The user stopped at the relying party. What has ended stays as it ended.
#[utoipa::path(post, path = "/api/v1/sign-ins/{id}/cancel", operation_id = "cancel", params(("id" = String, Path)),
    security(("key" = ["ask"])), responses((status = 200, description = "How it stands", body = SignIn)))]
pub async fn cancel(
    State(app): State<Arc<App>>,
    Asks(Caller { party, .. }): Asks,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<SignIn>, ApiError> {
    let id = own(id)?;
    let cancelled = app.store.cancel_asked(party.id, id).await?;
    app.tell(cancelled).ok_or_else(|| ApiError::plain(Code::UnknownRequest))?;
    Ok(Json(SignIn::of(&app, &view(&app, party.id, id).await?.request)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_name_in_the_log() {
        let description: serde_json::Value = serde_json::from_str(&description::text()).unwrap();
        let fields = description["components"]["schemas"]["Ask"]["properties"].as_object().unwrap();
        assert!(fields.keys().all(|field| FIELDS.contains(&field.as_str())), "{fields:?}");
        for (field, logged) in [("application", "application"), ("Hemlig", "another")] {
            let refused = invalid(field, "not registered: Hemlig");
            assert_eq!(refused.said(), ("invalid", Some(logged), None));
        }
    }
}
