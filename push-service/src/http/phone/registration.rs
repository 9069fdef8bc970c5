//! A phone accepts the offer.

use super::{MAX_NAME, new_enough};
use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::signed::Body;
use crate::keys::RingVerify;
use authenticator_protocol::enrolment::{ApprovalKey, Registration};
use authenticator_protocol::jws::Unverified;
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::problem::Code;
use authenticator_protocol::text::visible;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use std::sync::Arc;
use store::{NotRegistered, Register};

/// Registration → `{}`: the device exists, and waits for its test approval.
pub async fn post(State(app): State<Arc<App>>, body: Body) -> Result<Json<Value>, ApiError> {
    let address = body.address();
    let (registration, device_key) = body.with_own_key::<Registration>(&app)?;
    let said = registration.payload;
    new_enough(&app, &said.app)?;
    let approval_key = approval_key(&said, &device_key)?;
    let registered = app
        .store
        .register(Register {
            enrolment: said.enrolment,
            device_key,
            approval_key,
            offer: said.offer,
            nonce: said.nonce,
            app: visible(&said.app, MAX_NAME),
        })
        .await?;
    match app.tell(registered) {
        Ok(_) => Ok(Json(json!({}))),
        Err(NotRegistered::Expired) => {
            app.limits.claim_failed(address, app.clock.now());
            Err(ApiError::plain(Code::CodeExpired))
        }
        Err(NotRegistered::Mismatch) => Err(ApiError::plain(Code::OfferMismatch)),
        Err(NotRegistered::KeyKnown) => Err(ApiError::plain(Code::KeyKnown)),
    }
}

/// The key of the inner part, which must speak of the same as the outer.
fn approval_key(said: &Registration, device_key: &PublicKey) -> Result<PublicKey, ApiError> {
    let inner = Unverified::<ApprovalKey>::parse(&said.approval)?;
    let approval_key =
        inner.header().jwk.ok_or_else(|| ApiError::new(Code::Malformed, "approval.jwk: missing"))?;
    let inner = inner.verify(&approval_key, &RingVerify)?.payload;
    if inner.enrolment != said.enrolment
        || inner.offer != said.offer
        || inner.device_key != device_key.thumbprint()
    {
        return Err(ApiError::new(Code::OfferMismatch, "approval: speaks of another registration"));
    }
    Ok(approval_key)
}

#[cfg(test)]
mod tests;
