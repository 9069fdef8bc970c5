//! Signed results: what a relying party acts on (property 22).

use crate::app::App;
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::{Hash, encode};
use authenticator_protocol::ids::{RelyingPartyId, RequestId, ResultId, UserId};
use authenticator_protocol::time::Seconds;
use serde::Serialize;
use signin::request::SignInRequest;

/// Seconds that a result is good for.
const LIFE: u64 = 60;

/// `typ` of the JWS (RFC 8725 section 3.11).
pub const TYP: &str = "styrk-result+jwt";

/// The claims, for one relying party alone.
#[derive(Debug, Serialize)]
struct Claims<'a> {
    iss: String,
    aud: RelyingPartyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<UserId>,
    jti: ResultId,
    iat: Seconds,
    exp: Seconds,
    request: RequestId,
    purpose: &'static str,
    end: &'static str,
    asked: Hash,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<Seconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
}

/// The word for a purpose, in the API and in results.
pub const fn word(purpose: &Purpose) -> &'static str {
    match purpose {
        Purpose::SignIn => "sign_in",
        Purpose::ConfirmTest => "confirm_test",
        Purpose::OpenSecurity => "open_security",
        Purpose::AddDevice { .. } => "add_device",
        Purpose::TrustBrowser { .. } => "trust_browser",
        Purpose::EnablePhoneSignIn => "enable_phone_sign_in",
        Purpose::ResetPassword => "reset_password",
    }
}

/// The result of an ended request, signed now. Signed again it has the same `jti`. `None` while it is pending, or
/// when no relying party has asked.
///
/// An approval claims the possession of a key (`pop`, RFC 8176) and no more: that a person was verified can only be
/// said of devices whose key was attested.
pub fn signed(app: &App, request: &SignInRequest) -> Option<String> {
    let (ended, commission) = (request.ended?, request.asker.commission()?);
    let now = app.clock.now().seconds();
    let approved = ended.end == End::Approved;
    let claims = Claims {
        iss: app.config.public_url.to_string(),
        aud: commission.relying_party,
        // Whoever has not approved may be nobody, and that is not told.
        sub: approved.then_some(request.user),
        jti: commission.result,
        iat: now,
        exp: Seconds(now.0.saturating_add(LIFE)),
        request: request.id,
        purpose: word(&request.purpose),
        end: ended.end.as_str(),
        asked: commission.asked,
        nonce: commission.nonce.as_deref(),
        auth_time: approved.then(|| ended.at.seconds()),
        amr: approved.then_some(["pop"]),
        acr: approved.then_some("urn:styrk:acr:device"),
    };
    let keys = app.keys();
    let key = keys.results.signing(now)?;
    let header = serde_json::json!({ "alg": "ES256", "typ": TYP, "kid": key.kid });
    let part = |json: Result<Vec<u8>, serde_json::Error>| Some(encode(&json.ok()?));
    let input = format!("{}.{}", part(serde_json::to_vec(&header))?, part(serde_json::to_vec(&claims))?);
    let signature = key.sign(input.as_bytes());
    Some(format!("{input}.{}", encode(&signature)))
}
