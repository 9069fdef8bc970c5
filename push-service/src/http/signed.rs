//! The extractor that is the authorisation of the phone API: a handler that takes [`Signed`] or [`FromDevice`]
//! cannot be reached without a message that was checked.

use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::visit::Visit;
use crate::keys::RingVerify;
use crate::replay::Refused;
use authenticator_protocol::ids::{DeviceId, RequestNonce};
use authenticator_protocol::jws::{Header, Message, Unverified, Verified};
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request;
use authenticator_protocol::time::Seconds;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use signin::device::{Device, DeviceState};
use std::net::IpAddr;
use std::sync::Arc;

/// The media type of a compact JWS (RFC 7515 section 9.2.1).
pub const JOSE: &str = "application/jose";

/// The text of a signed message, and who sent it over which address.
pub struct Body {
    text: String,
    path: String,
    address: IpAddr,
}

impl FromRequest<Arc<App>> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        let address = Visit::address(app, request.extensions(), request.headers());
        let path = request.uri().path().to_owned();
        if !is_jose(request.headers()) {
            return Err(ApiError::new(Code::Malformed, "content-type: application/jose"));
        }
        let text = String::from_request(request, &())
            .await
            .map_err(|_| ApiError::new(Code::Malformed, "body: not UTF-8"))?;
        Ok(Self { text, path, address })
    }
}

fn is_jose(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| value == JOSE)
}

impl Body {
    /// Whether it says that it is an `M`.
    pub fn is<M: Message>(&self) -> bool {
        Unverified::<M>::parse(&self.text).is_ok()
    }

    /// Checks a message that brings its signer's key, unless its network has failed too often.
    pub fn with_own_key<M: Message>(self, app: &App) -> Result<(Verified<M>, PublicKey), ApiError> {
        let now = app.clock.now();
        if let Some(seconds) = app.limits.claim_wait(self.address, now) {
            return Err(ApiError::too_many(seconds));
        }
        let message = Unverified::<M>::parse(&self.text)?;
        let key = message.header().jwk.ok_or_else(|| ApiError::new(Code::Malformed, "jwk: missing"))?;
        bound(app, message.header(), "POST", &self.path)?;
        Ok((message.verify(&key, &RingVerify)?, key))
    }

    /// Checks a message of an enrolled device, under one of its two keys.
    pub async fn from_device<M: Message>(
        self,
        app: &App,
        key: impl FnOnce(&Device) -> PublicKey,
    ) -> Result<FromDevice<M>, ApiError> {
        check::<M>(app, &self.text, "POST", &self.path, key).await
    }

    /// Where it came from.
    pub fn address(&self) -> IpAddr {
        self.address
    }
}

/// A message of a device that has not ended.
pub struct FromDevice<M> {
    /// The device.
    pub device: Device,
    /// The message.
    pub message: Verified<M>,
    /// When it was signed.
    pub signed: Seconds,
    /// Its name.
    pub nonce: RequestNonce,
}

/// Checks `text` as a message of an enrolled device for `method` and `path`.
pub async fn check<M: Message>(
    app: &App,
    text: &str,
    method: &str,
    path: &str,
    key: impl FnOnce(&Device) -> PublicKey,
) -> Result<FromDevice<M>, ApiError> {
    let message = Unverified::<M>::parse(text)?;
    let kid =
        message.header().kid.as_deref().ok_or_else(|| ApiError::new(Code::Malformed, "kid: missing"))?;
    let id: DeviceId =
        kid.parse().map_err(|error| ApiError::new(Code::Malformed, format!("kid: {error}")))?;
    let (signed, nonce) = bound(app, message.header(), method, path)?;
    let device = app.store.device(id).await?.ok_or_else(|| ApiError::plain(Code::DeviceEnded))?;
    let message = message.verify(&key(&device), &RingVerify)?;
    // Only its owner learns that a device has ended.
    if device.state == DeviceState::Ended {
        return Err(ApiError::plain(Code::DeviceEnded));
    }
    Ok(FromDevice { device, message, signed, nonce })
}

fn bound(app: &App, header: &Header, method: &str, path: &str) -> Result<(Seconds, RequestNonce), ApiError> {
    let now = app.store.now().seconds();
    request::check(header, method, &app.config.public_url.url(path), now)
        .map_err(|error| (error, app.replay.told(now)).into())
}

/// For requests that change nothing and so are no replay guard of their own (property 8).
pub fn once<M>(app: &App, from: &FromDevice<M>) -> Result<(), ApiError> {
    app.replay.accept(from.nonce, from.signed, app.store.now().seconds()).map_err(|refused| match refused {
        Refused::Seen => ApiError::plain(Code::Replayed),
        Refused::OtherTime(now) => ApiError::clock(now),
        Refused::Full => ApiError::plain(Code::Unavailable).after(5),
    })
}
