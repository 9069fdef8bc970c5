//! Relying parties and their keys.

use super::users::Changed;
use super::{Answer, Refused, time};
use crate::app::App;
use crate::http::api::caller::fresh_key;
use crate::webhooks;
use authenticator_protocol::ids::{ApiKeyId, RelyingPartyId};
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::text::is_visible;
use authenticator_protocol::time::Millis;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use signin::relying_party::{ApiKey, Proof, RelyingParty, Scope};
use std::sync::Arc;
use store::{NotAdded, SystemRandom};

/// A relying party that is to be added.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewRelyingParty {
    /// For the administrator.
    pub name: String,
    /// The names that phones show; the relying party's own when there is none.
    pub applications: Vec<String>,
    /// Where results are delivered.
    pub webhook: Option<String>,
    /// A JWK: its first key is this one, and no secret.
    pub public_key: Option<PublicKey>,
    /// What its key is good for; everything when there is none.
    pub scopes: Vec<String>,
}

/// What is shown once.
#[derive(Serialize, Deserialize)]
pub struct KeyShown {
    /// The `aud` of results.
    pub id: String,
    /// The key's id.
    pub key_id: String,
    /// The key itself, if it is a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

prints_only!(KeyShown: id, key_id);

/// A relying party as a command shows it.
#[derive(Debug, Serialize, Deserialize)]
pub struct RelyingPartyShown {
    /// The `aud` of results.
    pub id: String,
    /// For the administrator.
    pub name: String,
    /// The names that phones show.
    pub applications: Vec<String>,
    /// Where results are delivered.
    pub webhook: Option<String>,
    /// When it was added.
    pub added: String,
    /// Its valid keys, oldest first.
    pub keys: Vec<ApiKeyShown>,
}

/// A key as a command shows it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ApiKeyShown {
    /// The second part of a secret key.
    pub id: String,
    /// `secret`, or `public_key`: tokens are signed with its private half.
    pub kind: String,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// When it was made.
    pub added: String,
}

impl RelyingPartyShown {
    fn of(party: RelyingParty, keys: &[ApiKey]) -> Self {
        let key = |key: &ApiKey| ApiKeyShown {
            id: key.id.to_string(),
            kind: match key.proof {
                Proof::Secret(_) => "secret",
                Proof::Signature(_) => "public_key",
            }
            .to_owned(),
            scopes: key.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
            added: time(key.added),
        };
        Self {
            id: party.id.to_string(),
            added: time(party.added),
            keys: keys.iter().map(key).collect(),
            name: party.name,
            applications: party.applications,
            webhook: party.webhook,
        }
    }
}

/// A key, and what is shown of it.
fn a_key(
    party: RelyingPartyId,
    public: Option<PublicKey>,
    scopes: Vec<Scope>,
    now: Millis,
) -> (ApiKey, KeyShown) {
    let (key, text) = match public {
        None => {
            let (key, text) = fresh_key(scopes, now);
            (key, Some(text))
        }
        Some(public) => {
            let id = ApiKeyId::random(&mut SystemRandom::new());
            (ApiKey { id, proof: Proof::Signature(public), scopes, added: now }, None)
        }
    };
    let shown = KeyShown { id: party.to_string(), key_id: key.id.to_string(), key: text };
    (key, shown)
}

fn wrong(what: impl Into<String>) -> Refused {
    Refused::new(StatusCode::UNPROCESSABLE_ENTITY, what)
}

fn scopes(words: &[String]) -> Result<Vec<Scope>, Refused> {
    if words.is_empty() {
        return Ok(Scope::ALL.to_vec());
    }
    let known = Scope::ALL.map(Scope::as_str).join(", ");
    let scope = |word: &String| {
        Scope::from_word(word).ok_or_else(|| wrong(format!("scope: {word}: not one of {known}")))
    };
    words.iter().map(scope).collect()
}

/// `GET /v1/relying-parties`.
pub async fn list(State(app): State<Arc<App>>) -> Answer<Vec<RelyingPartyShown>> {
    let all = app.store.relying_parties().await?;
    Ok(Json(all.into_iter().map(|(party, keys)| RelyingPartyShown::of(party, &keys)).collect()))
}

/// `POST /v1/relying-parties`.
pub async fn add(State(app): State<Arc<App>>, Json(new): Json<NewRelyingParty>) -> Answer<KeyShown> {
    let visible = |text: &str| !text.is_empty() && is_visible(text, 80);
    if !visible(&new.name) {
        return Err(wrong("name: 1 to 80 characters, none of them invisible"));
    }
    if !new.applications.iter().all(|name| visible(name)) {
        return Err(wrong("application: 1 to 80 characters, none of them invisible"));
    }
    if let Some(webhook) = &new.webhook {
        let uri = webhook.parse().map_err(|error| wrong(format!("webhook: {error}")))?;
        webhooks::check(&uri, &app.config.webhook_networks).map_err(wrong)?;
    }
    let scopes = scopes(&new.scopes)?;
    let now = app.store.now();
    let party = RelyingParty {
        id: RelyingPartyId::random(&mut SystemRandom::new()),
        applications: if new.applications.is_empty() { vec![new.name.clone()] } else { new.applications },
        name: new.name,
        webhook: new.webhook,
        added: now,
    };
    let (key, shown) = a_key(party.id, new.public_key, scopes, now);
    let name = party.name.clone();
    let added = app.store.add_relying_party(party, key).await?;
    match app.tell(added) {
        Ok(()) => Ok(Json(shown)),
        Err(NotAdded::NameTaken) => {
            Err(Refused::new(StatusCode::CONFLICT, format!("name: there is a relying party {name} already")))
        }
    }
}

/// One by its name or id.
async fn find(app: &App, name: &str) -> Result<RelyingPartyId, Refused> {
    let all = app.store.relying_parties().await?;
    let found = all.iter().find(|(party, _)| party.name == name || party.id.to_string() == name);
    found.map(|(party, _)| party.id).ok_or_else(|| Refused::not_found(name))
}

/// A further key.
#[derive(Debug, Serialize, Deserialize)]
pub struct Further {
    /// A JWK; without one it is a secret.
    #[serde(default)]
    pub public_key: Option<PublicKey>,
    /// What it is good for.
    /// Everything when there is none.
    pub scopes: Vec<String>,
}

/// `POST /v1/relying-parties/NAME/rotate`.
pub async fn rotate(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Json(further): Json<Further>,
) -> Answer<KeyShown> {
    let (id, scopes) = (find(&app, &name).await?, scopes(&further.scopes)?);
    let (key, shown) = a_key(id, further.public_key, scopes, app.store.now());
    let rotated = app.store.rotate_api_key(id, key).await?;
    if app.tell(rotated) { Ok(Json(shown)) } else { Err(Refused::not_found(&name)) }
}

/// `POST /v1/relying-parties/NAME/retire`.
pub async fn retire(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer<Changed> {
    let id = find(&app, &name).await?;
    let retired = app.store.retire_api_keys(id).await?;
    let count = app.tell(retired).ok_or_else(|| Refused::not_found(&name))?;
    Ok(Json(Changed { changed: count > 0, what: name }))
}

/// `DELETE /v1/relying-parties/NAME`.
pub async fn remove(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer<Changed> {
    let id = find(&app, &name).await?;
    let removed = app.store.remove_relying_party(id).await?;
    Ok(Json(Changed { changed: app.tell(removed), what: name }))
}
