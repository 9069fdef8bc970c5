//! Somebody between phone and service who has keys of their own: at a look-alike host, or in the place of the real one.

use crate::raw_phone::Key;
use crate::{Error, Offered, RawPhone};
use authenticator_protocol::code::{Bytes, Hash};
use authenticator_protocol::enrolment::{ApprovalKey, Claim, Offer, Registration, characters};
use authenticator_protocol::jws::{Header, Unsigned, Unverified};
use authenticator_protocol::keys::{PublicKey, Sign as _};
use authenticator_protocol::problem::Code;
use authenticator_protocol::random::bytes;
use authenticator_protocol::request::paths;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use push_service::keys::RingVerify;
use serde_json::json;
use std::sync::Arc;
use store::SystemRandom;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, MutexGuard};

/// What the relay answers a claim with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// An offer of its own, under a key of its own.
    Forged,
    /// The service's offer, word for word: it answers the relay's claim, not the phone's.
    Genuine,
}

/// The relay. Phones reach it at `localhost:port`.
#[derive(Clone)]
pub struct Relay {
    /// Host and port.
    pub authority: String,
    inside: Arc<Mutex<Inside>>,
}

/// What it holds.
pub struct Inside {
    /// With its own keys, enrolled in the place of the victim's.
    pub phone: RawPhone,
    /// Every offer that the service made it.
    pub offers: Vec<Offered>,
    /// What the victim's phone shows, once that has registered.
    pub victims: Option<String>,
    /// Claims of the victim's phone.
    pub claims: u32,
    /// Offer and nonce of each registration of it.
    pub registrations: Vec<(Hash, Bytes<32>)>,
    /// What it answers a registration with instead of passing it on, in the hope of another claim by the same nonce.
    pub fails_with: Option<StatusCode>,
    identity: Key,
    answers: Answers,
    /// The victim's claim, its key, and the offer that it got.
    given: Option<(Claim, Hash, PublicKey, Hash)>,
}

impl Relay {
    /// Between whoever comes and the service of this phone.
    pub async fn start(phone: RawPhone, answers: Answers) -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let authority = format!("localhost:{}", listener.local_addr()?.port());
        let inside = Inside {
            phone,
            offers: Vec::new(),
            victims: None,
            claims: 0,
            registrations: Vec::new(),
            fails_with: None,
            identity: Key::fresh(),
            answers,
            given: None,
        };
        let relay = Self { authority, inside: Arc::new(Mutex::new(inside)) };
        let router = Router::new()
            .route(paths::CLAIM, post(claim))
            .route(paths::REGISTRATION, post(registration))
            .with_state(relay.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        Ok(relay)
    }

    /// What it holds.
    pub async fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().await
    }
}

struct Failed(Error);

impl<E: Into<Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::BAD_GATEWAY, self.0.to_string()).into_response()
    }
}

async fn claim(State(relay): State<Relay>, body: String) -> Result<String, Failed> {
    relay.inside().await.claim(&body).await.map_err(Failed)
}

async fn registration(State(relay): State<Relay>, body: String) -> Result<Response, Failed> {
    let mut inside = relay.inside().await;
    if let Some(status) = inside.fails_with {
        inside.opened(&body)?;
        return Ok(status.into_response());
    }
    inside.registration(&body).await.map_err(Failed)?;
    Ok(Json(json!({})).into_response())
}

impl Inside {
    /// The same code, for its own keys; or why not.
    pub async fn claim_again(&mut self) -> Result<Result<(), Code>, Error> {
        let (claim, ..) = self.given.clone().ok_or("nobody has claimed")?;
        // A claim brings its key, also when the same keys have registered already.
        let mut phone = self.phone.but(|phone| phone.device = None);
        let offered = phone.send_claim(&phone.claim_by(claim.code)).await?;
        self.phone.identity = phone.identity;
        Ok(offered.map(|offered| self.offers.push(offered)).map_err(|problem| problem.code))
    }

    async fn claim(&mut self, body: &str) -> Result<String, Error> {
        let claim = Unverified::<Claim>::parse(body)?;
        let key = claim.header().jwk.ok_or("no key")?;
        let claim = claim.verify(&key, &RingVerify)?;
        self.claims += 1;
        self.given = Some((claim.payload, claim.hash, key, Bytes([0; 32])));
        self.claim_again().await?.map_err(|code| code.as_str())?;
        let offered = self.offers.last().ok_or("no offer")?;
        if self.answers == Answers::Genuine {
            return Ok(offered.text.clone());
        }
        let nonce = Bytes(bytes(&mut SystemRandom::new()));
        let offer = Offer { claim: claim.hash, nonce, ..offered.offer.payload.clone() };
        let forged = Unsigned::new(Header::default().with_key(self.identity.public_key()), &offer);
        if let Some((.., hash)) = &mut self.given {
            *hash = forged.hash();
        }
        Ok(forged.sign(&self.identity))
    }

    /// What the phone has registered with: its commitment is open now.
    fn opened(&mut self, body: &str) -> Result<Registration, Error> {
        let (.., device, _) = self.given.as_ref().ok_or("nobody has claimed")?;
        let said = Unverified::<Registration>::parse(body)?.verify(device, &RingVerify)?.payload;
        self.registrations.push((said.offer, said.nonce));
        Ok(said)
    }

    /// Only now it learns what the phone will show. It claims anew for as long as it may, in the hope of the same
    /// characters, and registers.
    async fn registration(&mut self, body: &str) -> Result<(), Error> {
        let (_, claim, device, offer) = self.given.clone().ok_or("nobody has claimed")?;
        let said = self.opened(body)?;
        let inner = Unverified::<ApprovalKey>::parse(&said.approval)?;
        let approval = inner.header().jwk.ok_or("no key")?.thumbprint();
        let victims = characters(&claim, &offer, &said.nonce, &device.thumbprint(), &approval);
        let victims = victims.as_str().to_owned();
        while self.own().as_deref() != Some(&victims) && self.claim_again().await?.is_ok() {}
        self.victims = Some(victims);
        let offered = self.offers.last().ok_or("no offer")?.clone();
        let reply = self.phone.register(&offered).await?;
        if reply.status == 200 { Ok(()) } else { Err(reply.text().into()) }
    }

    /// What the service expects under its newest offer.
    pub fn own(&self) -> Option<String> {
        self.offers.last().map(|offered| self.phone.characters(offered))
    }
}
