//! The extractors without which no handler of the relying-party API is reached: [`Asks`] and [`Reads`].
//!
//! A key is `styrk.ID.SECRET`; what is stored of the secret, which has 256 random bits, is its SHA-256. A relying
//! party that has registered a public key may sign its own tokens instead (RFC 7523), each good for five minutes.

use super::problem::Code;
use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::visit::Visit;
use crate::keys::RingVerify;
use crate::quota::Quota;
use authenticator_protocol::code::{Hash, Secret, decode, decode_array, encode};
use authenticator_protocol::ids::{ApiKeyId, RelyingPartyId};
use authenticator_protocol::keys::Verify as _;
use authenticator_protocol::random::bytes;
use authenticator_protocol::time::{Millis, Seconds};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use signin::relying_party::{ApiKey, RelyingParty, Scope};
use std::sync::Arc;

/// Who calls.
#[derive(Clone, Debug)]
struct Caller {
    party: RelyingParty,
    scopes: Vec<Scope>,
}

/// A caller who may open and cancel requests.
pub struct Asks(pub RelyingParty);

/// A caller who may wait for results.
pub struct Reads(pub RelyingParty);

macro_rules! extractors {
    ($($name:ident: $scope:expr),+) => {$(
        impl FromRequestParts<Arc<App>> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, ApiError> {
                let caller = parts.extensions.get::<Caller>();
                let caller = caller.ok_or_else(|| ApiError::plain(Code::Unauthorized))?;
                if caller.scopes.contains(&$scope) {
                    Ok(Self(caller.party.clone()))
                } else {
                    Err(ApiError::new(Code::Scope, format!("needs the scope `{}`", $scope.as_str())))
                }
            }
        }
    )+};
}
extractors!(Asks: Scope::Ask, Reads: Scope::Read);

/// Finds out who calls, and counts the call.
pub async fn known(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let visit = Visit::of(&app, request.extensions(), request.headers());
    let now = app.clock.now();
    let caller = match caller(&app, request.headers(), now).await {
        Ok(caller) => caller,
        Err(error) => {
            // Whoever has the right key is never held up by strangers beside them.
            if let Some(seconds) = app.quotas.strangers_wait(visit.address, now) {
                return ApiError::too_many(seconds).into_response();
            }
            if error.is(Code::Unauthorized) && request.headers().contains_key(header::AUTHORIZATION) {
                app.quotas.stranger(visit.address, now);
            }
            let mut response = error.into_response();
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return response;
        }
    };
    let quota = app.quotas.call(caller.party.id, now);
    let mut response = match quota.wait() {
        Some(seconds) => ApiError::too_many(seconds).into_response(),
        None => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
    };
    tell(response.headers_mut(), &quota);
    response
}

/// What is left, as `draft-ietf-httpapi-ratelimit-headers` writes it.
fn tell(headers: &mut HeaderMap, quota: &Quota) {
    let policy = format!("\"calls\";q={};w={}", quota.most, quota.window);
    let left = format!("\"calls\";r={};t={}", quota.left, quota.full_in);
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", left)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

async fn caller(app: &App, headers: &HeaderMap, now: Millis) -> Result<Caller, ApiError> {
    let refused = |what: &str| ApiError::new(Code::Unauthorized, what);
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let value = value.ok_or_else(|| refused("authorization: missing"))?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused("authorization: not a Bearer token"));
    }
    let unknown = || refused("authorization: not a valid key");
    if let Some(key) = token.strip_prefix(PREFIX) {
        let (id, secret) = read_key(key).ok_or_else(unknown)?;
        let (party, key) = app.store.relying_party_by_key(id).await?.ok_or_else(unknown)?;
        // In constant time, although a hash of so many bits gives nothing away.
        if Secret(hashed(&secret).0) != Secret(key.hash.0) {
            return Err(unknown());
        }
        return Ok(Caller { party, scopes: key.scopes });
    }
    let own = OwnToken::parse(token).ok_or_else(unknown)?;
    let party = app.store.relying_party(own.issuer).await?.ok_or_else(unknown)?;
    own.check(&party, &app.config.public_url.to_string(), now.seconds()).map_err(refused)?;
    Ok(Caller { party, scopes: Scope::ALL.to_vec() })
}

const PREFIX: &str = "styrk.";

fn hashed(secret: &[u8; 32]) -> Hash {
    authenticator_protocol::code::Bytes(Sha256::digest(secret).into())
}

fn read_key(text: &str) -> Option<(ApiKeyId, [u8; 32])> {
    let (id, secret) = text.split_once('.')?;
    Some((id.parse().ok()?, decode_array(secret)?))
}

/// A fresh key, and the text of it, which is shown once.
pub fn fresh_key(scopes: Vec<Scope>, now: Millis) -> (ApiKey, String) {
    let random = &mut store::SystemRandom::new();
    let id = ApiKeyId::random(random);
    let secret: [u8; 32] = bytes(random);
    let text = format!("{PREFIX}{id}.{}", encode(&secret));
    (ApiKey { id, hash: hashed(&secret), scopes, added: now }, text)
}

/// A token that the relying party has signed itself (`private_key_jwt`).
struct OwnToken {
    issuer: RelyingPartyId,
    claims: Claims,
    input: String,
    signature: [u8; 64],
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    typ: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    iat: u64,
    exp: u64,
}

/// Seconds that such a token may be good for.
const OWN_LIFE: u64 = 300;

/// Seconds that a relying party's clock may be ahead.
const AHEAD: u64 = 60;

impl OwnToken {
    fn parse(text: &str) -> Option<Self> {
        let (input, signature) = text.rsplit_once('.')?;
        let (head, claims) = input.split_once('.')?;
        let head: Head = serde_json::from_slice(&decode(head)?).ok()?;
        let claims: Claims = serde_json::from_slice(&decode(claims)?).ok()?;
        let plain = head.crit.is_none() && head.typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
        (head.alg == "ES256" && plain && claims.iss == claims.sub).then_some(())?;
        let issuer = claims.iss.parse().ok()?;
        Some(Self { issuer, claims, input: input.to_owned(), signature: decode_array(signature)? })
    }

    fn check(&self, party: &RelyingParty, audience: &str, now: Seconds) -> Result<(), &'static str> {
        let key = party.public_key.as_ref().ok_or("authorization: no public key is registered")?;
        if !RingVerify.verify(key, self.input.as_bytes(), &self.signature) {
            return Err("authorization: the signature does not match the registered key");
        }
        let Claims { aud, iat, exp, .. } = &self.claims;
        if aud != audience {
            return Err("aud: must be this service's address");
        }
        if *iat > now.0.saturating_add(AHEAD) || *exp > iat.saturating_add(OWN_LIFE) {
            return Err("exp: more than 300 seconds after `iat`, or `iat` is in the future");
        }
        if *exp <= now.0 {
            return Err("exp: has passed");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_differs_each_time() {
        let (key, text) = fresh_key(Scope::ALL.to_vec(), Millis(5));
        let (id, secret) = read_key(text.strip_prefix(PREFIX).unwrap()).unwrap();
        assert_eq!((id, hashed(&secret)), (key.id, key.hash));
        assert_ne!(fresh_key(Vec::new(), Millis(5)).1, text);
        for wrong in ["", "a.b", &text[..text.len() - 1], &text] {
            assert!(read_key(wrong).is_none(), "{wrong}");
        }
    }
}
