//! Users, browsers and phones, and a clock that stands until it is set.

use super::starts::open;
use super::{Engine, Seeded};
use crate::store::*;
use crate::vault::Vault;
use authenticator_protocol::answer::{AnswerReply, DenialReason};
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::code::{Bytes, Hash, decode};
use authenticator_protocol::enrolment::{Characters, Organisation, characters, commitment};
use authenticator_protocol::ids::{ChallengeId, DeviceId, EnrolmentId, RequestId, UserId};
use authenticator_protocol::jws;
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::number::{Digits, Number};
use authenticator_protocol::random::Random as _;
use authenticator_protocol::time::Millis;
use signin::enrolment::TypedCodes;
use signin::policy::Policy;
use signin::request::Origin;
use signin::session::{Session, SessionKey};
use signin::user::{Failures, User};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a case acts in.
pub struct World {
    pub(super) engine: Box<dyn Engine>,
    pub(super) policy: Policy,
    pub(super) clock: Arc<AtomicU64>,
    pub(super) vault: Arc<Vault>,
    pub(super) store: Arc<dyn Store>,
    next: AtomicU64,
}

/// A phone; before it is enrolled its device is all zeros.
#[derive(Clone, Copy)]
pub(super) struct Phone {
    pub(super) device: DeviceId,
    pub(super) device_key: PublicKey,
    pub(super) approval_key: PublicKey,
    pub(super) nonce: Bytes<32>,
}

/// A claim that was answered.
pub(super) struct Claimed {
    pub(super) enrolment: EnrolmentId,
    pub(super) device: DeviceId,
    pub(super) claim: Hash,
    pub(super) offer: Hash,
    pub(super) nonce: Bytes<32>,
    pub(super) login: String,
}

/// When it all begins.
pub(super) const START: u64 = 1_800_000_000_000;

impl World {
    /// A world with this policy's settings, which starts empty.
    pub async fn new(engine: Box<dyn Engine>, policy: Policy) -> Self {
        let clock = Arc::new(AtomicU64::new(START));
        let vault = Arc::new(Vault::new([7; 32]));
        let store = open(&*engine, &policy, &clock, &vault, 1).await;
        Self { engine, policy, clock, vault, store, next: AtomicU64::new(1) }
    }

    /// Eight digits, so that many requests in a row never run out of numbers; a network is trusted.
    pub(super) async fn plain(engine: Box<dyn Engine>) -> Self {
        let digits = Digits::new(8).expect("8 digits");
        Self::new(engine, Policy { digits, ..Policy::default() }).await
    }

    pub(super) fn fresh(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn hash(&self) -> Hash {
        let mut out = Bytes([0; 32]);
        Seeded(self.fresh() << 32).fill(&mut out.0);
        out
    }

    pub(super) fn id(&self) -> [u8; 16] {
        let mut out = [0; 16];
        Seeded(self.fresh() << 32).fill(&mut out);
        out
    }

    pub(super) fn now(&self) -> Millis {
        Millis(self.clock.load(Ordering::SeqCst))
    }

    pub(super) fn set(&self, now: Millis) {
        self.clock.store(now.0, Ordering::SeqCst);
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.set(self.now().plus_seconds(seconds));
    }

    pub(super) async fn user(&self) -> UserId {
        let number = self.fresh();
        let new = NewUser {
            user: blank(UserId::from_bytes(self.id()), number),
            password_hash: "$argon2id$".into(),
        };
        self.store.put_user(new).await.unwrap().value
    }

    /// A session in a browser of its own.
    pub(super) async fn session(&self, user: UserId) -> SessionKey {
        self.session_in(user, self.hash()).await
    }

    pub(super) async fn session_in(&self, user: UserId, browser: Hash) -> SessionKey {
        let key = self.hash();
        let to = "/apps".to_owned();
        let (target, address) = (Target::Application("MyApps".into()), [192, 0, 2, 7].into());
        let begin = BeginSession { user, key, browser, to, target, address, replaces: None, checked: None };
        self.store.begin_session(begin).await.unwrap();
        key
    }

    pub(super) async fn is_live(&self, key: SessionKey) -> bool {
        matches!(self.store.session(key).await.unwrap(), Found::Live(_))
    }

    pub(super) fn phone(&self) -> Phone {
        let half = |a: Hash, b: Hash| {
            let mut key = [0; 64];
            key[..32].copy_from_slice(&a.0);
            key[32..].copy_from_slice(&b.0);
            PublicKey(key)
        };
        Phone {
            device: DeviceId::from_bytes([0; 16]),
            device_key: half(self.hash(), self.hash()),
            approval_key: half(self.hash(), self.hash()),
            nonce: self.hash(),
        }
    }

    /// Opens an enrolment from a trusted network.
    pub(super) async fn open_enrolment(&self, session: SessionKey) -> Result<EnrolmentId, NotPermitted> {
        self.open_enrolment_from(session, true).await
    }

    pub(super) async fn open_enrolment_from(
        &self,
        session: SessionKey,
        trusted_network: bool,
    ) -> Result<EnrolmentId, NotPermitted> {
        let id = EnrolmentId::from_bytes(self.id());
        let code = self.vault.code_mac(&self.vault.enrolment_code(id));
        let typed = match self.store.session(session).await.unwrap() {
            Found::Live(known) => self.vault.typed_codes(id, &known.user),
            _ => TypedCodes { with_upn: None, with_email: None },
        };
        let open = OpenEnrolment { session, id, code, typed, trusted_network, address: "192.0.2.7".into() };
        self.store.open_enrolment(open).await.unwrap().value.map(|()| id)
    }

    pub(super) async fn claim(&self, enrolment: EnrolmentId, phone: &Phone) -> Result<Claimed, NotClaimed> {
        let code = self.vault.code_mac(&self.vault.enrolment_code(enrolment));
        self.claim_by(code, enrolment, phone).await
    }

    /// By typing this name and the code of an enrolment.
    pub(super) async fn claim_typed(
        &self,
        login: &str,
        enrolment: EnrolmentId,
        phone: &Phone,
    ) -> Result<Claimed, NotClaimed> {
        let code = self.vault.typed_mac(login, &self.vault.typed_code(enrolment));
        self.claim_by(code, enrolment, phone).await
    }

    async fn claim_by(
        &self,
        code: Hash,
        enrolment: EnrolmentId,
        phone: &Phone,
    ) -> Result<Claimed, NotClaimed> {
        let (device_key, approval_key) = (phone.device_key.thumbprint(), phone.approval_key.thumbprint());
        let claim = ClaimCode {
            code,
            device_key: phone.device_key,
            approval_key,
            commitment: commitment(&phone.nonce, &device_key, &approval_key),
            claim: self.hash(),
            model: "Pixel 9".into(),
            system: "Android 16".into(),
            organisation: Organisation {
                name: "Region X".into(),
                colour: "#005ea5".into(),
                support: "4711".into(),
            },
            identity_key: PublicKey([1; 64]),
            key_number: 0,
            next_identity_key: Bytes([2; 32]),
        };
        let hash = claim.claim;
        let offer = self.store.claim(claim).await.unwrap().value?;
        let payload: authenticator_protocol::enrolment::Offer = payload(&offer);
        Ok(Claimed {
            enrolment,
            device: payload.device,
            claim: hash,
            offer: jws::Unsigned::from_stored(offer).hash(),
            nonce: payload.nonce,
            login: payload.login,
        })
    }

    pub(super) async fn register(&self, claimed: &Claimed, phone: &Phone) -> Result<DeviceId, NotRegistered> {
        let register = Register {
            enrolment: claimed.enrolment,
            device_key: phone.device_key,
            approval_key: phone.approval_key,
            offer: claimed.offer,
            nonce: phone.nonce,
            app: "1.0.0".into(),
        };
        self.store.register(register).await.unwrap().value
    }

    pub(super) fn shown_on_phone(&self, claimed: &Claimed, phone: &Phone) -> Characters {
        let (device_key, approval_key) = (phone.device_key.thumbprint(), phone.approval_key.thumbprint());
        characters(&claimed.claim, &claimed.offer, &phone.nonce, &device_key, &approval_key)
    }

    pub(super) async fn type_characters(&self, session: SessionKey, typed: Characters) -> Typed {
        let Found::Live(known) = self.store.session(session).await.unwrap() else { panic!("it lives") };
        let typed = TypeCharacters {
            session,
            enrolment: known.session.enrolment.unwrap(),
            typed,
            origin: origin(),
            organisation: "Region X".into(),
            application: "Test".into(),
        };
        self.store.type_characters(typed).await.unwrap().value
    }

    /// The way to the test; answers its request.
    pub(super) async fn to_the_test(&self, session: SessionKey) -> (Phone, RequestId) {
        let enrolment = self.open_enrolment(session).await.expect("permitted");
        let mut phone = self.phone();
        let claimed = self.claim(enrolment, &phone).await.expect("claimed");
        phone.device = self.register(&claimed, &phone).await.expect("registered");
        let Typed::Right(test) = self.type_characters(session, self.shown_on_phone(&claimed, &phone)).await
        else {
            panic!("the characters are right");
        };
        (phone, test)
    }

    /// A confirmed phone, and the session that it raised.
    pub(super) async fn enrolled(&self, session: SessionKey) -> (Phone, Session) {
        let (phone, test) = self.to_the_test(session).await;
        let reply = self.approve(&phone, test).await;
        assert!(reply.counted, "the test counts");
        let raised = self.complete(session).await.expect("raised");
        (phone, raised)
    }

    pub(super) async fn complete(&self, session: SessionKey) -> Option<Session> {
        let complete = Complete { session, new: self.hash(), address: "192.0.2.7".into() };
        self.store.complete(complete).await.unwrap().value
    }

    pub(super) async fn open(&self, session: SessionKey) -> Result<RequestId, NotOpened> {
        let open = OpenRequest {
            session,
            purpose: Purpose::SignIn,
            application: "MyApps".into(),
            origin: origin(),
            organisation: "Region X".into(),
            to: None,
        };
        self.store.open_request(open).await.unwrap().value
    }

    pub(super) async fn view(&self, request: RequestId) -> RequestView {
        self.store.request(request).await.unwrap().expect("it is there").value
    }

    /// The number on the page.
    pub(super) async fn number(&self, request: RequestId) -> Number {
        self.view(request).await.request.number.expect("it is pending")
    }

    /// The newest challenge that waits for a phone.
    pub(super) async fn challenge(&self, phone: &Phone) -> Option<(ChallengeId, Hash)> {
        let mut fetched = self.store.fetch(phone.device, "1.0.0".to_owned()).await.unwrap()?;
        let input = fetched.challenges.pop()?;
        let challenge: Challenge = payload(&input);
        assert_eq!(challenge.device, phone.device);
        Some((challenge.id, jws::Unsigned::from_stored(input).hash()))
    }

    pub(super) fn answer(&self, phone: &Phone, (challenge, hash): (ChallengeId, Hash), says: Says) -> Answer {
        Answer { device: phone.device, challenge, hash, message: self.hash(), says }
    }

    pub(super) async fn reply(&self, answer: Answer) -> AnswerReply {
        self.store.answer(answer).await.unwrap().value.expect("taken")
    }

    /// Types the number of a request on a phone whose newest challenge is that request's.
    pub(super) async fn approve(&self, phone: &Phone, request: RequestId) -> AnswerReply {
        let number = self.number(request).await;
        let challenge = self.challenge(phone).await.expect("it is asked");
        self.reply(self.answer(phone, challenge, Says::Yes(number))).await
    }

    pub(super) async fn deny(&self, phone: &Phone, reason: DenialReason) -> AnswerReply {
        let challenge = self.challenge(phone).await.expect("it is asked");
        self.reply(self.answer(phone, challenge, Says::No(reason))).await
    }
}

pub(super) fn blank(id: UserId, number: u64) -> User {
    User {
        id,
        upn: format!("User{number}@Example.org"),
        email: Some(format!("First.Last{number}@Example.org")),
        name: "Anna Andersson".into(),
        mobile: None,
        disabled: false,
        first_confirmed: None,
        failures: Failures::default(),
        app_locked: false,
    }
}

pub(super) fn origin() -> Origin {
    Origin { address: "192.0.2.7".into(), browser: Some("Firefox".into()), ..Origin::default() }
}

/// The payload of a signing input.
fn payload<T: serde::de::DeserializeOwned>(input: &str) -> T {
    let (_, payload) = input.split_once('.').expect("two parts");
    serde_json::from_slice(&decode(payload).expect("base64url")).expect("JSON")
}

/// Another number of the same length.
pub(super) fn other_than(number: &Number) -> Number {
    let digits = number.as_str();
    let first = if digits.starts_with('9') { "0" } else { "9" };
    format!("{first}{}", &digits[1..]).parse().expect("digits")
}

/// For what an engine looks at in its own files.
impl World {
    /// Sign-ins of one user, and one request that is left pending; answers their numbers.
    pub async fn some_sign_ins(&self, count: u32) -> Vec<String> {
        let user = self.user().await;
        let (phone, _) = self.enrolled(self.session(user).await).await;
        let mut numbers = Vec::new();
        for round in 0..=count {
            let request = self.open(self.session(user).await).await.unwrap();
            numbers.push(self.number(request).await.as_str().to_owned());
            if round < count {
                assert!(self.approve(&phone, request).await.counted);
            }
        }
        numbers
    }

    /// Lets all that waits expire, and the time of its numbers pass.
    pub async fn forget_numbers(&self) {
        for _ in 0..2 {
            self.pass(301);
            self.store.expire().await.unwrap();
        }
    }
}
