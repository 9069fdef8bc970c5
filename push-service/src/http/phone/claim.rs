//! A phone has read an enrolment code, or its user has typed it.

use super::{MAX_NAME, jose, new_enough};
use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::signed::Body;
use authenticator_protocol::enrolment::{Claim, Proof};
use authenticator_protocol::jws::Unsigned;
use authenticator_protocol::problem::Code;
use authenticator_protocol::text::visible;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use store::{ClaimCode, NotClaimed};

/// Claim → offer.
pub async fn post(State(app): State<Arc<App>>, body: Body) -> Result<Response, ApiError> {
    let address = body.address();
    let (claim, device_key) = body.with_own_key::<Claim>(&app)?;
    let said = claim.payload;
    new_enough(&app, &said.app)?;
    // Whether the name is anybody's is not looked up: an unknown one costs the same as a wrong code.
    let (code, is_typed) = match &said.code {
        Proof::Link(code) => (app.vault.code_mac(code), false),
        Proof::Typed { login, secret } => (app.vault.typed_mac(login, secret), true),
    };
    if is_typed {
        app.limits.typed_try(address, app.clock.now()).map_err(ApiError::too_many)?;
    }
    let keys = app.keys();
    let pin = keys.identity.pin();
    let claimed = app
        .store
        .claim(ClaimCode {
            code,
            device_key,
            approval_key: said.approval_key,
            commitment: said.commitment,
            claim: claim.hash,
            model: visible(&said.model, MAX_NAME),
            system: visible(&said.system, MAX_NAME),
            organisation: app.config.organisation.clone(),
            identity_key: pin.key,
            key_number: pin.number,
            next_identity_key: pin.next,
        })
        .await;
    let is_guess = matches!(&claimed, Ok(claimed) if claimed.value == Err(NotClaimed::Expired));
    if is_typed && !is_guess {
        app.limits.typed_was_right(address);
    }
    match app.tell(claimed?) {
        Ok(offer) => Ok(jose(Unsigned::from_stored(offer).sign(&keys.identity))),
        Err(NotClaimed::Expired) => {
            // Guessing is hopeless; only guesses are counted, so that nobody uses up the tries of a neighbour.
            if !is_typed {
                app.limits.claim_failed(address, app.clock.now());
            }
            Err(ApiError::plain(Code::CodeExpired))
        }
        Err(NotClaimed::Used) => {
            app.limits.claim_failed(address, app.clock.now());
            Err(ApiError::plain(Code::CodeUsed))
        }
        Err(NotClaimed::KeyKnown) => Err(ApiError::plain(Code::KeyKnown)),
        Err(NotClaimed::TooMany) => Err(ApiError::too_many(600)),
    }
}
