//! A relying party with a key: what a web application's backend sends, and how it reads what comes back.

use crate::{Error, Reply, Web, World};
use authenticator_protocol::code::decode;
use authenticator_protocol::ids::RelyingPartyId;
use authenticator_protocol::random::bytes;
use axum::http::Method;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::FromSec1Point as _;
use p256::{PublicKey, Sec1Point};
use push_service::http::api::caller::fresh_key;
use serde_json::{Value, json};
use signin::relying_party::{RelyingParty, Scope};

/// Where requests are opened.
pub const SIGN_INS: &str = "/api/v1/sign-ins";

/// A relying party.
pub struct Backend {
    web: Web,
    /// Its id.
    pub id: RelyingPartyId,
    /// `styrk.ID.SECRET`.
    pub key: String,
}

impl World {
    /// The relying party "Journalen", with a key that is good for everything.
    pub async fn relying_party(&self) -> Result<Backend, Error> {
        self.relying_party_with("Journalen", |_| ()).await
    }

    /// The same, changed before it is added.
    pub async fn relying_party_with(
        &self,
        name: &str,
        change: impl FnOnce(&mut RelyingParty),
    ) -> Result<Backend, Error> {
        let app = self.app().await?;
        let now = app.store.now();
        let mut party = RelyingParty {
            id: RelyingPartyId::from_bytes(bytes(&mut store::SystemRandom::new())),
            name: name.to_owned(),
            applications: vec![name.to_owned(), "Tidportalen".to_owned()],
            webhook: None,
            added: now,
        };
        change(&mut party);
        let id = party.id;
        let (key, text) = fresh_key(Scope::ALL.to_vec(), now);
        app.tell(app.store.add_relying_party(party, key).await?).map_err(|why| format!("{why:?}"))?;
        Ok(Backend { web: self.web.clone(), id, key: text })
    }
}

impl Backend {
    /// With a key that an operator has handed out.
    pub fn new(web: Web, id: RelyingPartyId, key: String) -> Self {
        Self { web, id, key }
    }

    /// The same relying party with another key.
    pub fn with_key(&self, key: &str) -> Self {
        Self { web: self.web.clone(), id: self.id, key: key.to_owned() }
    }

    /// Sends a request with the key and these headers.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Reply, Error> {
        let authorization = format!("Bearer {}", self.key);
        let headers = [&[("authorization", authorization.as_str())], headers].concat();
        self.web.send(method, path, &headers, body.to_owned()).await
    }

    /// Asks for an approval.
    pub async fn ask(&self, body: &Value) -> Result<Reply, Error> {
        self.ask_again(body, None).await
    }

    /// Asks with an `Idempotency-Key`.
    pub async fn ask_again(&self, body: &Value, key: Option<&str>) -> Result<Reply, Error> {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        self.send(Method::POST, SIGN_INS, &headers, &body.to_string()).await
    }

    /// Asks Anna; what was opened.
    pub async fn ask_anna(&self) -> Result<Opened, Error> {
        let body = json!({ "user": demo::organisation::USERS[0].login() });
        Opened::of(&self.ask(&body).await?)
    }

    /// How a request stands, after waiting so many seconds at most.
    pub async fn get(&self, id: &str, wait: u64) -> Result<Reply, Error> {
        self.send(Method::GET, &format!("{SIGN_INS}/{id}?wait={wait}"), &[], "").await
    }

    /// Cancels a request.
    pub async fn cancel(&self, id: &str) -> Result<Reply, Error> {
        self.send(Method::POST, &format!("{SIGN_INS}/{id}/cancel"), &[], "").await
    }

    /// The claims of a result, whose signature is checked with the published keys.
    pub async fn read(&self, result: &str) -> Result<Value, Error> {
        let jwks: Value = self.web.get("/.well-known/jwks.json", "").await?.json()?;
        let [header, claims, signature] = result.split('.').collect::<Vec<_>>()[..] else {
            return Err("not three parts".into());
        };
        let json = |part: &str| -> Result<Value, Error> {
            Ok(serde_json::from_slice(&decode(part).ok_or("not base64url")?)?)
        };
        let head = json(header)?;
        assert_eq!((&head["alg"], &head["typ"]), (&json!("ES256"), &json!("styrk-result+jwt")));
        let keys = jwks["keys"].as_array().ok_or("no keys")?;
        let key = keys.iter().find(|key| key["kid"] == head["kid"]).ok_or("unknown kid")?;
        let coordinate = |name: &str| decode(key[name].as_str().unwrap_or_default()).unwrap_or_default();
        let point = [vec![4], coordinate("x"), coordinate("y")].concat();
        let point = Sec1Point::from_bytes(point)?;
        let public: PublicKey = Option::from(PublicKey::from_sec1_point(&point)).ok_or("no point")?;
        let signature = Signature::from_slice(&decode(signature).ok_or("not base64url")?)?;
        VerifyingKey::from(public).verify(format!("{header}.{claims}").as_bytes(), &signature)?;
        json(claims)
    }
}

/// A request that was opened.
#[derive(Debug)]
pub struct Opened {
    /// Its id.
    pub id: String,
    /// The number to show.
    pub number: String,
}

impl Opened {
    /// From the answer, which must be one of success.
    pub fn of(reply: &Reply) -> Result<Self, Error> {
        let body: Value = reply.json()?;
        let text = |name: &str| body[name].as_str().map(str::to_owned).ok_or(format!("no {name}: {body}"));
        assert_eq!(body["status"], "pending", "{body}");
        Ok(Self { id: text("id")?, number: text("number")? })
    }
}

impl Reply {
    /// The code and detail of a refusal, whatever API it is of.
    pub fn refusal(&self) -> Result<(String, String), Error> {
        let body: Value = self.json()?;
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let right = self.header("content-type") == "application/problem+json"
            && text("instance") == self.header("x-request-id")
            && text("type") == format!("urn:styrk:error:{}", text("code"))
            && body["status"] == self.status;
        if right { Ok((text("code"), text("detail"))) } else { Err(format!("{self:?}").into()) }
    }
}
