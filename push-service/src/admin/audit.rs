//! The audit trail.

use super::users::find;
use super::{Answer, time};
use crate::app::App;
use authenticator_protocol::ids::{RelyingPartyId, UserId};
use authenticator_protocol::time::Millis;
use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use store::{AuditRecord, Trail};

/// A record as a command shows it.
#[derive(Serialize, Deserialize)]
pub struct RecordShown {
    /// Counts up without gaps.
    pub sequence: u64,
    /// When.
    pub at: String,
    /// What.
    pub kind: String,
    /// To whom: an id.
    pub user: Option<String>,
    /// The name that this id has today.
    pub upn: Option<String>,
    /// By or on which device.
    pub device: Option<String>,
    /// About which request.
    pub request: Option<String>,
    /// About which enrolment.
    pub enrolment: Option<String>,
    /// Which relying party it is about, or asked: an id.
    pub relying_party: Option<String>,
    /// The name that this id has.
    pub relying_party_name: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// More.
    pub detail: Option<String>,
}

prints_only!(RecordShown: sequence, kind);

impl RecordShown {
    /// With the names that its user and its relying party have.
    pub fn of(record: &AuditRecord, upn: Option<String>, relying_party_name: Option<String>) -> Self {
        let AuditRecord { sequence, at, fact } = record;
        Self {
            sequence: *sequence,
            at: time(*at),
            kind: fact.kind.as_str().to_owned(),
            user: fact.user.map(|id| id.to_string()),
            upn,
            device: fact.device.map(|id| id.to_string()),
            request: fact.request.map(|id| id.to_string()),
            enrolment: fact.enrolment.map(|id| id.to_string()),
            relying_party: fact.relying_party.map(|id| id.to_string()),
            relying_party_name,
            address: fact.address.clone(),
            detail: fact.detail.clone(),
        }
    }
}

/// Which records.
#[derive(Default, Serialize, Deserialize)]
pub struct Which {
    /// After this number.
    #[serde(default)]
    pub after: u64,
    /// Not before this time, in milliseconds.
    #[serde(default)]
    pub since: u64,
    /// About this user, by UPN, e-mail or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

prints_only!(Which: after, since);

/// Records of one page.
pub const PAGE: u32 = 1000;

/// `GET /v1/audit?after=N&since=MILLIS&user=NAME`: a thousand at most.
pub async fn read(State(app): State<Arc<App>>, Query(which): Query<Which>) -> Answer<Vec<RecordShown>> {
    let user = match which.user {
        // Somebody who was removed has only an id left.
        Some(name) => match name.parse::<UserId>() {
            Ok(id) => Some(id),
            Err(_) => Some(find(&app, &name).await?.id),
        },
        None => None,
    };
    let trail = Trail { after: which.after, since: Millis(which.since), user, limit: PAGE };
    let records = app.store.trail(trail).await?;
    let mut names: HashMap<UserId, Option<String>> = HashMap::new();
    let mut parties: HashMap<RelyingPartyId, Option<String>> = HashMap::new();
    let mut shown = Vec::with_capacity(records.len());
    for record in &records {
        let upn = match record.fact.user {
            None => None,
            Some(id) => match names.get(&id) {
                Some(name) => name.clone(),
                None => {
                    let name = app.store.user(id).await?.map(|user| user.upn);
                    names.insert(id, name.clone());
                    name
                }
            },
        };
        let party = match record.fact.relying_party {
            None => None,
            Some(id) => match parties.get(&id) {
                Some(name) => name.clone(),
                None => {
                    let name = app.store.name_of_party(id).await?;
                    parties.insert(id, name.clone());
                    name
                }
            },
        };
        shown.push(RecordShown::of(record, upn, party));
    }
    Ok(Json(shown))
}
