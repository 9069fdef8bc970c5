//! The extractors without which no handler of the relying-party API is reached: [`Asks`] and [`Reads`].
//!
//! A key is `styrk.ID.SECRET`; what is stored of the secret, which has 256 random bits, is its SHA-256. Or it is a public
//! key, and the relying party signs a token for each call ([`super::token`]).

use super::problem::Code;
use super::token::{Name, Token};
use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::visit::Visit;
use crate::limits::Limit;
use crate::quota::Quota;
use authenticator_protocol::code::{Hash, Secret, decode_array, encode};
use authenticator_protocol::ids::{ApiKeyId, RelyingPartyId};
use authenticator_protocol::random::bytes;
use authenticator_protocol::time::Millis;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use signin::relying_party::{ApiKey, Proof, RelyingParty, Scope};
use std::sync::Arc;

/// Who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The relying party.
    pub party: RelyingParty,
    /// The key that it has shown, or signed with.
    pub key: ApiKeyId,
    scopes: Vec<Scope>,
    /// What it has signed.
    token: Option<Name>,
}

/// Says in the extensions of an answer whose it is, for the log.
#[derive(Clone, Copy)]
pub struct CalledBy(pub RelyingPartyId);

/// A caller who may open and cancel requests.
pub struct Asks(pub Caller);

/// A caller who may wait for results.
pub struct Reads(pub Caller);

macro_rules! extractors {
    ($($name:ident: $scope:expr),+) => {$(
        impl FromRequestParts<Arc<App>> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, ApiError> {
                let caller = parts.extensions.get::<Caller>();
                let caller = caller.ok_or_else(|| ApiError::plain(Code::Unauthorized))?;
                if caller.scopes.contains(&$scope) {
                    Ok(Self(caller.clone()))
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
    let address = Visit::address(&app, request.extensions(), request.headers());
    let now = app.clock.now();
    let caller = match caller(&app, request.headers(), now).await {
        Ok(caller) => caller,
        Err(error) => {
            // Whoever has the right key is never held up by strangers beside them.
            if let Some(seconds) = app.quotas.strangers_wait(address, now) {
                app.limits.hit(Limit::ApiKey);
                return ApiError::too_many(seconds).into_response();
            }
            if error.is(Code::Unauthorized) && request.headers().contains_key(header::AUTHORIZATION) {
                app.quotas.stranger(address, now);
            }
            let mut response = error.into_response();
            say_how(&mut response);
            return response;
        }
    };
    let party = caller.party.id;
    let quota = app.quotas.call(party, now);
    let used = |token| app.tokens.use_up(party, token, now.seconds());
    let mut response = match (quota.wait(), caller.token) {
        (Some(seconds), _) => {
            app.limits.hit(Limit::ApiCall);
            ApiError::too_many(seconds).into_response()
        }
        (None, Some(token)) if let Err(why) = used(token) => {
            ApiError::new(Code::Unauthorized, why).into_response()
        }
        (None, _) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
    };
    say_how(&mut response);
    tell(response.headers_mut(), &quota);
    response.extensions_mut().insert(CalledBy(party));
    response
}

/// Says to whoever has no valid key what to bring (RFC 9110 section 11.6.1).
fn say_how(response: &mut Response) {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
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
        let Proof::Secret(hash) = key.proof else { return Err(unknown()) };
        // In constant time, although a hash of so many bits gives nothing away.
        if Secret(hashed(&secret).0) != Secret(hash.0) {
            return Err(unknown());
        }
        return Ok(Caller { party, key: key.id, scopes: key.scopes, token: None });
    }
    let token = Token::parse(token).ok_or_else(unknown)?;
    let (party, keys) = app.store.relying_party(token.issuer).await?.ok_or_else(unknown)?;
    let key = token.signed_by(&keys);
    let key = key.ok_or_else(|| refused("authorization: no registered key has signed this"))?;
    let name = token.check(&app.config.public_url.to_string(), now.seconds()).map_err(refused)?;
    Ok(Caller { party, key: key.id, scopes: key.scopes.clone(), token: Some(name) })
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
    (ApiKey { id, proof: Proof::Secret(hashed(&secret)), scopes, added: now }, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_differs_each_time() {
        let (key, text) = fresh_key(Scope::ALL.to_vec(), Millis(5));
        let (id, secret) = read_key(text.strip_prefix(PREFIX).unwrap()).unwrap();
        assert_eq!((id, Proof::Secret(hashed(&secret))), (key.id, key.proof));
        assert_ne!(fresh_key(Vec::new(), Millis(5)).1, text);
        for wrong in ["", "a.b", &text[..text.len() - 1], &text] {
            assert!(read_key(wrong).is_none(), "{wrong}");
        }
    }
}
