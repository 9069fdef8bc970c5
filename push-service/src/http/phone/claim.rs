//! A phone has read an enrolment code.

use super::{MAX_NAME, jose};
use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::signed::Body;
use authenticator_protocol::enrolment::Claim;
use authenticator_protocol::jws::Unsigned;
use authenticator_protocol::keys::Sign as _;
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
    let claimed = app
        .store
        .claim(ClaimCode {
            code: app.vault.code_mac(&said.code),
            device_key,
            approval_key: said.approval_key,
            commitment: said.commitment,
            claim: claim.hash,
            model: visible(&said.model, MAX_NAME),
            system: visible(&said.system, MAX_NAME),
            organisation: app.config.organisation.clone(),
            identity_key: app.identity.public_key(),
            next_identity_key: app.next_identity,
        })
        .await?;
    match app.tell(claimed) {
        Ok(offer) => Ok(jose(Unsigned::from_stored(offer).sign(&app.identity))),
        Err(NotClaimed::Expired) => {
            // Guessing is hopeless; only guesses are counted, so that nobody uses up the tries of a neighbour.
            app.limits.claim_failed(address, app.clock.now());
            Err(ApiError::plain(Code::CodeExpired))
        }
        Err(NotClaimed::Used) => Err(ApiError::plain(Code::CodeUsed)),
        Err(NotClaimed::KeyKnown) => Err(ApiError::plain(Code::KeyKnown)),
        Err(NotClaimed::TooMany) => Err(ApiError::too_many(600)),
    }
}
