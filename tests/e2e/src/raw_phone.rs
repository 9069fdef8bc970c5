//! A phone that speaks the protocol by hand.

use crate::world::number;
use crate::{Error, Reply, Web};
use authenticator_protocol::answer::{AnswerReply, Approval, Denial, DenialReason};
use authenticator_protocol::challenge::Challenge;
use authenticator_protocol::channels::{Channel, Channels, ChannelsReply, Taken};
use authenticator_protocol::code::{Bytes, Hash};
use authenticator_protocol::enrolment::{
    ApprovalKey, Claim, Offer, Proof, Registration, characters, commitment,
};
use authenticator_protocol::fetch::{Fetch, FetchReply};
use authenticator_protocol::ids::{DeviceId, RequestNonce};
use authenticator_protocol::jws::{Header, Message, Unsigned, Unverified, Verified};
use authenticator_protocol::keys::{PublicKey, Sign, Signature};
use authenticator_protocol::link::EnrolmentLink;
use authenticator_protocol::problem::Problem;
use authenticator_protocol::random::bytes;
use authenticator_protocol::request::{header, paths};
use authenticator_protocol::time::Seconds;
use authenticator_protocol::typed::TypedCode;
use demo::visitor::Visitor;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use push_service::clock::{Clock as _, ManualClock};
use push_service::keys::RingVerify;
use std::net::IpAddr;
use store::SystemRandom;

/// A private key in memory.
#[derive(Clone)]
pub struct Key(SigningKey);

impl Key {
    /// A fresh one.
    pub fn fresh() -> Self {
        loop {
            let scalar: [u8; 32] = bytes(&mut SystemRandom::new());
            // Fails once in 2^32, when the bytes are no scalar of P-256.
            if let Ok(key) = SigningKey::from_slice(&scalar) {
                return Self(key);
            }
        }
    }

    /// The private half.
    pub fn secret(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }
}

impl Sign for Key {
    fn sign(&self, message: &[u8]) -> Signature {
        let signature: p256::ecdsa::Signature = self.0.sign(message);
        signature.to_bytes().into()
    }

    fn public_key(&self) -> PublicKey {
        let point = self.0.verifying_key().to_sec1_point(false);
        PublicKey::from_sec1(point.as_bytes()).expect("the uncompressed form was asked for")
    }
}

/// A phone, enrolled or not.
#[derive(Clone)]
pub struct RawPhone {
    /// Signs everything but approvals.
    pub device_key: Key,
    /// Signs approvals.
    pub approval_key: Key,
    /// Since it registered.
    pub device: Option<DeviceId>,
    /// Since the offer: the key that signs challenges.
    pub identity: Option<PublicKey>,
    /// What the claim commits to.
    pub nonce: Bytes<32>,
    /// As the page will name it.
    pub model: String,
    /// The app's version.
    pub app: String,
    /// Sends what was signed.
    pub web: Web,
    service: String,
    clock: ManualClock,
}

/// What a claim was answered with.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Hash of the claim.
    pub claim: Hash,
    /// The offer as it came.
    pub text: String,
    /// The offer.
    pub offer: Verified<Offer>,
}

impl RawPhone {
    /// For the service at this address, with fresh keys.
    pub fn new(service: &str, clock: &ManualClock) -> Self {
        Self {
            device_key: Key::fresh(),
            approval_key: Key::fresh(),
            device: None,
            identity: None,
            nonce: Bytes(bytes(&mut SystemRandom::new())),
            model: "Raw 1".to_owned(),
            app: "1.0.0".to_owned(),
            web: Web::new(service),
            service: service.to_owned(),
            clock: clock.clone(),
        }
    }

    /// The same phone, but for something.
    #[must_use]
    pub fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = self.clone();
        change(&mut other);
        other
    }

    /// The same phone, when its service has another public address and is reached as before.
    #[must_use]
    pub fn moved_to(mut self, service: &str) -> Self {
        service.clone_into(&mut self.service);
        self
    }

    /// The same phone in the network of this address.
    #[must_use]
    pub fn in_network(mut self, address: IpAddr) -> Self {
        self.web = Web::from(&self.service, address);
        self
    }

    /// The time that it signs.
    pub fn now(&self) -> Seconds {
        self.clock.now().seconds()
    }

    /// The header of a request to `path`.
    pub fn header(&self, method: &str, path: &str) -> Header {
        let nonce = RequestNonce::random(&mut SystemRandom::new());
        let header = header(method, format!("{}{path}", self.service), self.now(), nonce, self.device);
        if self.device.is_none() { header.with_key(self.device_key.public_key()) } else { header }
    }

    /// A message for `path` under one of its keys.
    pub fn signed<M: Message>(&self, path: &str, message: &M, key: &Key) -> String {
        Unsigned::new(self.header("POST", path), message).sign(key)
    }

    /// A claim of the code in this link.
    pub fn claim_of(&self, link: &str) -> Result<Claim, Error> {
        Ok(self.claim_by(Proof::Link(EnrolmentLink::parse(link)?.code)))
    }

    /// A claim.
    pub fn claim_by(&self, code: Proof) -> Claim {
        let (device, approval) =
            (self.device_key.public_key().thumbprint(), self.approval_key.public_key().thumbprint());
        Claim {
            code,
            approval_key: approval,
            commitment: commitment(&self.nonce, &device, &approval),
            model: self.model.clone(),
            system: "Raw 1.0".to_owned(),
            app: self.app.clone(),
        }
    }

    /// Claims the code in this link.
    pub async fn claim(&mut self, link: &str) -> Result<Result<Offered, Problem>, Error> {
        let offered = self.send_claim(&self.claim_of(link)?).await?;
        if offered.is_ok()
            && self.identity.map(|key| key.short_thumbprint()) != Some(EnrolmentLink::parse(link)?.identity)
        {
            return Err("the offer is signed by another key than the link names".into());
        }
        Ok(offered)
    }

    /// Claims with what a person types.
    pub async fn claim_typed(&mut self, login: &str, code: &str) -> Result<Result<Offered, Problem>, Error> {
        let proof = Proof::Typed { login: login.to_owned(), secret: TypedCode::typed(code)? };
        self.send_claim(&self.claim_by(proof)).await
    }

    /// Sends a claim; keeps the key of the offer that answers it.
    pub async fn send_claim(&mut self, claim: &Claim) -> Result<Result<Offered, Problem>, Error> {
        let claim = Unsigned::new(self.header("POST", paths::CLAIM), claim);
        let reply = self.web.jose(paths::CLAIM, claim.sign(&self.device_key)).await?;
        if reply.status != 200 {
            return Ok(Err(reply.problem()?));
        }
        let text = reply.text();
        let offer = Unverified::<Offer>::parse(&text)?;
        let identity = offer.header().jwk.ok_or("the offer brings no key")?;
        self.identity = Some(identity);
        let offer = offer.verify(&identity, &RingVerify)?;
        Ok(Ok(Offered { claim: claim.hash(), text, offer }))
    }

    /// What registers under this offer.
    pub fn registration(&self, offered: &Offered) -> Registration {
        let approval = ApprovalKey {
            enrolment: offered.offer.payload.enrolment,
            offer: offered.offer.hash,
            device_key: self.device_key.public_key().thumbprint(),
        };
        let header = Header::default().with_key(self.approval_key.public_key());
        Registration {
            enrolment: offered.offer.payload.enrolment,
            offer: offered.offer.hash,
            nonce: self.nonce,
            approval: Unsigned::new(header, &approval).sign(&self.approval_key),
            app: self.app.clone(),
        }
    }

    /// Registers; from here on it signs as a device.
    pub async fn register(&mut self, offered: &Offered) -> Result<Reply, Error> {
        let jws = self.signed(paths::REGISTRATION, &self.registration(offered), &self.device_key);
        let reply = self.web.jose(paths::REGISTRATION, jws).await?;
        if reply.status == 200 {
            self.device = Some(offered.offer.payload.device);
        }
        Ok(reply)
    }

    /// What it shows after that.
    pub fn characters(&self, offered: &Offered) -> String {
        let (device, approval) = (self.device_key.public_key(), self.approval_key.public_key());
        let all = (device.thumbprint(), approval.thumbprint());
        characters(&offered.claim, &offered.offer.hash, &self.nonce, &all.0, &all.1).as_str().to_owned()
    }

    /// Claims and registers, from the page where registration begins.
    pub async fn begin(&mut self, browser: &mut Visitor) -> Result<Offered, Error> {
        let page = browser.post("/register/start", &[]).await?;
        let link = page.link().ok_or_else(|| format!("no link at {}: {}", page.path, page.status))?;
        let offered = self.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
        let reply = self.register(&offered).await?;
        if reply.status == 200 { Ok(offered) } else { Err(reply.text().into()) }
    }

    /// Registers from the page where registration begins, up to the last page.
    pub async fn enrol(&mut self, browser: &mut Visitor) -> Result<(), Error> {
        let offered = self.begin(browser).await?;
        let shown = self.characters(&offered);
        let page = browser.type_characters(&shown).await?;
        let number = page.number().ok_or("no number for the test")?;
        self.approve(&number).await?;
        let page = browser.get("/register").await?;
        if page.path.starts_with("/register/done") { Ok(()) } else { Err(page.path.into()) }
    }

    /// Anna signs in with her password and approves with the number that she is shown.
    pub async fn sign_in(&self, browser: &mut Visitor) -> Result<(), Error> {
        let number = number(browser).await?;
        self.approve(&number).await?;
        let page = browser.get("/sign-in/number").await?;
        if page.path == "/apps" { Ok(()) } else { Err(page.path.into()) }
    }

    /// What it asks with.
    pub fn fetch_message(&self) -> Fetch {
        Fetch { app: self.app.clone(), key_number: 0 }
    }

    /// What waits.
    pub async fn fetch(&self) -> Result<FetchReply, Error> {
        let jws = self.signed(paths::FETCH, &self.fetch_message(), &self.device_key);
        self.web.jose(paths::FETCH, jws).await?.json()
    }

    /// Says where it can be woken.
    pub async fn register_channels(&self, channels: Vec<Channel>) -> Result<Vec<Taken>, Error> {
        let jws = self.signed(paths::CHANNELS, &Channels { channels }, &self.device_key);
        let reply: ChannelsReply = self.web.jose(paths::CHANNELS, jws).await?.json()?;
        Ok(reply.channels)
    }

    /// The challenges that wait, as the phone would show them.
    pub async fn challenges(&self) -> Result<Vec<Verified<Challenge>>, Error> {
        let identity = self.identity.ok_or("there was no offer yet")?;
        let read = |jws: &String| Ok(Unverified::<Challenge>::parse(jws)?.verify(&identity, &RingVerify)?);
        self.fetch().await?.challenges.iter().map(read).collect()
    }

    /// The newest of them.
    pub async fn challenge(&self) -> Result<Verified<Challenge>, Error> {
        self.challenges().await?.pop().ok_or_else(|| "nothing waits".into())
    }

    /// Yes, with this number.
    pub fn approval(&self, challenge: &Verified<Challenge>, number: &str) -> Result<String, Error> {
        Ok(self.signed(paths::ANSWER, &approval(challenge, number)?, &self.approval_key))
    }

    /// No.
    pub fn denial(&self, challenge: &Verified<Challenge>, reason: DenialReason) -> String {
        let denial = Denial { challenge: challenge.payload.id, hash: challenge.hash, reason };
        self.signed(paths::ANSWER, &denial, &self.device_key)
    }

    /// Sends an answer.
    pub async fn answer(&self, jws: String) -> Result<Reply, Error> {
        self.web.jose(paths::ANSWER, jws).await
    }

    /// Answers the newest challenge with this number.
    pub async fn approve(&self, number: &str) -> Result<AnswerReply, Error> {
        self.answer(self.approval(&self.challenge().await?, number)?).await?.json()
    }

    /// Denies the newest challenge.
    pub async fn deny(&self, reason: DenialReason) -> Result<AnswerReply, Error> {
        self.answer(self.denial(&self.challenge().await?, reason)).await?.json()
    }
}

/// Yes to this challenge.
pub fn approval(challenge: &Verified<Challenge>, number: &str) -> Result<Approval, Error> {
    Ok(Approval { challenge: challenge.payload.id, hash: challenge.hash, number: number.parse()? })
}
