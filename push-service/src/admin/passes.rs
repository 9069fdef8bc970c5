//! Temporary access passes.

use super::users::{Changed, find};
use super::{Answer, Refused, time};
use crate::app::App;
use authenticator_protocol::random::bytes;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use signin::pass::{LONGEST, NotCreated, PassCode, SHORTEST, USUAL};
use std::sync::Arc;
use store::SystemRandom;

/// For how long.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewPass {
    /// Minutes; an hour when nothing is said.
    #[serde(default)]
    pub minutes: Option<u64>,
}

/// A pass that was made. It is shown here, and never again.
#[derive(Serialize, Deserialize)]
pub struct PassShown {
    /// Whose.
    pub upn: String,
    /// The pass.
    pub pass: String,
    /// Until when.
    pub expires: String,
}

prints_only!(PassShown: expires);

/// `POST /v1/users/NAME/pass`.
pub async fn create(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Json(new): Json<NewPass>,
) -> Answer<PassShown> {
    let user = find(&app, &name).await?;
    let refused = |why: String| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, why);
    let code = PassCode::from_bits(bytes(&mut SystemRandom::new()));
    let mac = app.vault.pass_mac(user.id, &code);
    let seconds = new.minutes.map_or(USUAL, |minutes| minutes.saturating_mul(60));
    let made = app.tell(app.store.create_pass(user.id, mac, seconds).await?);
    match made.ok_or_else(|| Refused::not_found(&name))? {
        Ok(expires) => Ok(Json(PassShown { upn: user.upn, pass: code.grouped(), expires: time(expires) })),
        Err(NotCreated::Disabled) => Err(refused(format!("{} is disabled and may not sign in", user.upn))),
        Err(NotCreated::Length) => {
            Err(refused(format!("a pass is valid for {} to {} minutes", SHORTEST / 60, LONGEST / 60)))
        }
    }
}

/// `DELETE /v1/users/NAME/pass`.
pub async fn end(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer<Changed> {
    let user = find(&app, &name).await?;
    let changed = app.tell(app.store.end_pass(user.id).await?);
    Ok(Json(Changed { changed, what: user.upn }))
}
