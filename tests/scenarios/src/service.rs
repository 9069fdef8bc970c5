//! A push service in memory: just enough rules to be a fair partner, and knobs to be an unfair one.

use authenticator_protocol::answer::{AnswerReply, Approval, Denial, DenialReason, End};
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::channels::{Channel, Push};
use authenticator_protocol::code::{Bytes, Hash, Secret};
use authenticator_protocol::enrolment::{
    ApprovalKey, Characters, Claim, Offer, Organisation, Policy, Proof, Registration, Unlock, characters,
    commitment,
};
use authenticator_protocol::fetch::{Ended, Fetch, FetchReply, Leave};
use authenticator_protocol::ids::{ChallengeId, DeviceId, EnrolmentId};
use authenticator_protocol::jws::{Header, Message, Unsigned, Unverified, Verified};
use authenticator_protocol::keys::{PublicKey, Sign, Thumbprint};
use authenticator_protocol::link::{EnrolmentLink, ServerAddress};
use authenticator_protocol::number::Digits;
use authenticator_protocol::problem::{Code, Problem};
use authenticator_protocol::request::{self, paths};
use authenticator_protocol::time::Seconds;
use authenticator_protocol::typed::TypedCode;
use std::collections::BTreeMap;

pub use crate::keys::{Check, Key};

pub struct Device {
    pub id: DeviceId,
    pub device_key: PublicKey,
    pub approval_key: PublicKey,
    pub confirmed: bool,
    pub ended: bool,
}

pub struct Asked {
    pub id: ChallengeId,
    device: DeviceId,
    pub jws: String,
    hash: Hash,
    number: &'static str,
    purpose: Purpose,
    exp: Seconds,
    pub end: Option<(End, bool)>,
    answer: Option<(String, AnswerReply)>,
}

struct Claimed {
    device_key: PublicKey,
    approval_key: Thumbprint,
    hash: Hash,
    commitment: Hash,
    offer: Offer,
    offer_hash: Hash,
}

pub struct Service {
    pub server: ServerAddress,
    pub identity: Key,
    pub key_number: u32,
    pub next_identity: Key,
    /// A phone is sent those after its own number.
    pub statements: Vec<String>,
    pub code: Secret<16>,
    pub typed: TypedCode,
    pub organisation: String,
    pub login: String,
    /// Its clock, minus the phone's, in seconds.
    pub ahead: i64,
    pub devices: Vec<Device>,
    pub asked: Vec<Asked>,
    /// The offer, before it is signed.
    pub change_offer: fn(&mut Offer),
    /// The key that signs offers, where it is not the identity key.
    pub offer_key: Option<Key>,
    /// The next request is refused like this.
    pub refuse: Vec<Code>,
    /// Answers with this to the next request.
    pub say: Vec<(u16, &'static str)>,
    pub characters: Option<Characters>,
    /// Bodies that arrived, with their paths.
    pub arrived: Vec<(String, Vec<u8>)>,
    /// What it can use; nothing at first.
    pub push: Option<Push>,
    /// The channels of each device that it took last.
    pub channels: BTreeMap<DeviceId, Vec<Channel>>,
    /// It takes none, and says that this is no address.
    pub takes_none: bool,
    claimed: Option<Claimed>,
    made: u8,
}

pub(crate) type Answer = Result<String, Code>;

impl Service {
    pub fn new(host: &str, seed: u8) -> Self {
        Self {
            server: ServerAddress::parse(host).unwrap(),
            identity: Key::new(seed),
            key_number: 0,
            next_identity: Key::new(seed + 180),
            statements: Vec::new(),
            code: Secret([seed; 16]),
            organisation: "Region X".into(),
            typed: TypedCode::from_bits([seed; 8]),
            login: "anna@regionx.example".into(),
            ahead: 0,
            devices: Vec::new(),
            asked: Vec::new(),
            change_offer: |_| {},
            offer_key: None,
            refuse: Vec::new(),
            say: Vec::new(),
            characters: None,
            arrived: Vec::new(),
            push: None,
            channels: BTreeMap::new(),
            takes_none: false,
            claimed: None,
            made: seed.wrapping_mul(20),
        }
    }

    pub fn link(&self) -> String {
        EnrolmentLink {
            link: self.server.clone(),
            server: self.server.clone(),
            code: self.code.clone(),
            identity: self.identity.public_key().short_thumbprint(),
        }
        .to_string()
    }

    pub fn now(&self, phone: Seconds) -> Seconds {
        Seconds(phone.0.saturating_add_signed(self.ahead))
    }

    fn fresh(&mut self) -> [u8; 16] {
        self.made = self.made.wrapping_add(1);
        [self.made; 16]
    }

    /// A new code for another enrolment.
    pub fn another_code(&mut self) {
        self.code = Secret(self.fresh());
        self.typed = TypedCode::from_bits([self.code.0[0]; 8]);
        self.claimed = None;
    }

    pub fn challenge(&mut self, purpose: Purpose, phone: Seconds) -> Challenge {
        Challenge {
            id: ChallengeId::from_bytes(self.fresh()),
            device: self.devices.last().unwrap().id,
            organisation: self.organisation.clone(),
            purpose,
            application: "MyApps".into(),
            browser: Some("Firefox".into()),
            system: Some("Windows".into()),
            address: Some("192.0.2.7".into()),
            place: Some("Gävle".into()),
            message: None,
            recognised: true,
            digits: Digits::DEFAULT,
            iat: self.now(phone),
            exp: Seconds(self.now(phone).0 + 90),
        }
    }

    /// Asks with the number 47.
    pub fn ask(&mut self, purpose: Purpose, phone: Seconds) -> ChallengeId {
        let challenge = self.challenge(purpose, phone);
        self.put(challenge.clone(), challenge.unsigned().sign(&self.identity));
        challenge.id
    }

    pub fn put(&mut self, challenge: Challenge, jws: String) {
        self.asked.push(Asked {
            id: challenge.id,
            device: challenge.device,
            hash: challenge.unsigned().hash(),
            jws,
            number: "47",
            exp: challenge.exp,
            purpose: challenge.purpose,
            end: None,
            answer: None,
        });
    }

    pub fn end(&mut self, id: ChallengeId, end: End) {
        self.asked.iter_mut().find(|asked| asked.id == id).unwrap().end = Some((end, false));
    }

    pub fn post(&mut self, url: &str, body: &[u8], phone: Seconds) -> (u16, Vec<u8>) {
        let path = url.strip_prefix(&self.server.url("")).expect("the service's own address");
        self.arrived.push((path.to_owned(), body.to_vec()));
        if let Some((status, body)) = self.say.pop() {
            return (status, body.into());
        }
        let answer = match self.refuse.pop() {
            Some(code) => Err(code),
            None if path.starts_with(paths::RECEIPTS) => Ok(String::new()),
            None => self.route(path, std::str::from_utf8(body).unwrap(), phone),
        };
        match answer {
            Ok(body) => (200, body.into_bytes()),
            Err(code) => (code.status(), serde_json::to_vec(&self.problem(code, phone)).unwrap()),
        }
    }

    pub fn problem(&self, code: Code, phone: Seconds) -> Problem {
        Problem {
            kind: format!("urn:styrk:error:{}", code.as_str()),
            code,
            title: String::new(),
            status: code.status(),
            detail: None,
            instance: None,
            now: (code == Code::Clock).then(|| self.now(phone)),
        }
    }

    fn route(&mut self, path: &str, body: &str, phone: Seconds) -> Answer {
        match path {
            paths::CLAIM => self.claim(body, phone),
            paths::REGISTRATION => self.register(body, phone),
            paths::FETCH => {
                let (fetch, device) = self.by_device::<Fetch>(path, body, phone)?;
                let mine = self.asked.iter().filter(|asked| asked.device == device);
                let now = self.now(phone);
                let reply = FetchReply {
                    now,
                    challenges: mine
                        .clone()
                        .filter(|asked| asked.end.is_none())
                        .map(|a| a.jws.clone())
                        .collect(),
                    ended: mine
                        .filter_map(|a| a.end.map(|(end, here)| Ended { challenge: a.id, end, here }))
                        .collect(),
                    confirmed: self.device(device).confirmed,
                    key_statements: self.missed(fetch.payload.key_number),
                    push: self.push.clone(),
                    renew: self.push.is_some() && self.channels(device).is_empty(),
                };
                Ok(serde_json::to_string(&reply).unwrap())
            }
            paths::ANSWER => self.answer(body, phone),
            paths::CHANNELS => self.take_channels(body, phone),
            paths::LEAVE => {
                let (_, device) = self.by_device::<Leave>(path, body, phone)?;
                self.device(device).ended = true;
                Ok("{}".into())
            }
            _ => panic!("no such address: {path}"),
        }
    }

    pub fn device(&mut self, id: DeviceId) -> &mut Device {
        self.devices.iter_mut().find(|device| device.id == id).unwrap()
    }

    fn bound<M: Message>(&self, path: &str, body: &str, phone: Seconds) -> Result<Unverified<M>, Code> {
        let message = Unverified::<M>::parse(body).map_err(|_| Code::Malformed)?;
        match request::check(message.header(), "POST", &self.server.url(path), self.now(phone)) {
            Ok(_) => Ok(message),
            Err(request::RequestError::Clock) => Err(Code::Clock),
            Err(_) => Err(Code::WrongAddress),
        }
    }

    pub(crate) fn by_device<M: Message>(
        &self,
        path: &str,
        body: &str,
        phone: Seconds,
    ) -> Result<(Verified<M>, DeviceId), Code> {
        let message = self.bound::<M>(path, body, phone)?;
        let id: DeviceId = message.header().kid.as_deref().unwrap().parse().unwrap();
        let device =
            self.devices.iter().find(|device| device.id == id && !device.ended).ok_or(Code::DeviceEnded)?;
        let key = if M::TYP == Approval::TYP { device.approval_key } else { device.device_key };
        Ok((message.verify(&key, &Check).map_err(|_| Code::Signature)?, id))
    }

    fn claim(&mut self, body: &str, phone: Seconds) -> Answer {
        let claim = self.bound::<Claim>(paths::CLAIM, body, phone)?;
        let device_key = claim.header().jwk.unwrap();
        let claim = claim.verify(&device_key, &Check).map_err(|_| Code::Signature)?;
        match claim.payload.code {
            Proof::Link(code) if code == self.code => {}
            Proof::Typed { login, secret }
                if secret == self.typed && login.eq_ignore_ascii_case(&self.login) => {}
            _ => return Err(Code::CodeExpired),
        }
        if self.claimed.as_ref().is_some_and(|claimed| claimed.device_key != device_key) {
            return Err(Code::CodeUsed);
        }
        let mut offer = Offer {
            enrolment: EnrolmentId::from_bytes(self.fresh()),
            device: DeviceId::from_bytes(self.fresh()),
            claim: claim.hash,
            organisation: Organisation {
                name: self.organisation.clone(),
                colour: "#005ea5".into(),
                support: "010-123 45 67".into(),
            },
            user: "Anna Andersson".into(),
            login: self.login.clone(),
            policy: Policy { digits: Digits::DEFAULT, unlock: Unlock::Credential },
            nonce: Bytes([9; 32]),
            key_number: self.key_number,
            next_identity_key: self.next_identity.public_key().thumbprint(),
            exp: Seconds(self.now(phone).0 + 600),
        };
        (self.change_offer)(&mut offer);
        let key = self.offer_key.as_ref().unwrap_or(&self.identity);
        let unsigned = Unsigned::new(Header::default().with_key(key.public_key()), &offer);
        let signed = unsigned.sign(key);
        self.claimed = Some(Claimed {
            device_key,
            approval_key: claim.payload.approval_key,
            hash: claim.hash,
            commitment: claim.payload.commitment,
            offer,
            offer_hash: unsigned.hash(),
        });
        Ok(signed)
    }

    fn register(&mut self, body: &str, phone: Seconds) -> Answer {
        let claimed = self.claimed.as_ref().ok_or(Code::CodeExpired)?;
        let message = self.bound::<Registration>(paths::REGISTRATION, body, phone)?;
        let message = message.verify(&claimed.device_key, &Check).map_err(|_| Code::Signature)?.payload;
        let proof = Unverified::<ApprovalKey>::parse(&message.approval).unwrap();
        let approval_key = proof.header().jwk.unwrap();
        let proof = proof.verify(&approval_key, &Check).unwrap().payload;
        let (device, approval) = (claimed.device_key.thumbprint(), approval_key.thumbprint());
        assert_eq!(approval, claimed.approval_key);
        assert_eq!((proof.offer, proof.device_key), (claimed.offer_hash, device));
        assert_eq!(commitment(&message.nonce, &device, &approval), claimed.commitment);
        self.characters =
            Some(characters(&claimed.hash, &claimed.offer_hash, &message.nonce, &device, &approval));
        let id = claimed.offer.device;
        let device =
            Device { id, device_key: claimed.device_key, approval_key, confirmed: false, ended: false };
        self.devices.retain(|device| device.id != id);
        self.devices.push(device);
        Ok("{}".into())
    }

    fn answer(&mut self, body: &str, phone: Seconds) -> Answer {
        let now = self.now(phone);
        if let Some((_, reply)) =
            self.asked.iter().filter_map(|a| a.answer.as_ref()).find(|(answer, _)| answer == body)
        {
            return Ok(serde_json::to_string(reply).unwrap());
        }
        let (challenge, hash, number, reason, device) =
            match self.by_device::<Approval>(paths::ANSWER, body, phone) {
                Ok((approval, device)) => {
                    let Approval { challenge, hash, number } = approval.payload;
                    (challenge, hash, Some(number), None, device)
                }
                Err(Code::Malformed) => {
                    let (denial, device) = self.by_device::<Denial>(paths::ANSWER, body, phone)?;
                    let Denial { challenge, hash, reason } = denial.payload;
                    (challenge, hash, None, Some(reason), device)
                }
                Err(code) => return Err(code),
            };
        let asked = self.asked.iter_mut().find(|a| a.id == challenge && a.device == device);
        let asked = asked.ok_or(Code::UnknownChallenge)?;
        if asked.hash != hash {
            return Err(Code::ChallengeMismatch);
        }
        let reply = match asked.end {
            Some((end, _)) => AnswerReply { end, counted: false },
            None if now >= asked.exp => AnswerReply { end: End::Expired, counted: false },
            None => {
                let end = match (number, reason) {
                    (Some(number), _) if number.as_str() == asked.number => End::Approved,
                    (Some(_), _) => End::WrongNumber,
                    (None, Some(DenialReason::NotMe)) => End::Reported,
                    (None, _) => End::Denied,
                };
                asked.end = Some((end, true));
                AnswerReply { end, counted: true }
            }
        };
        asked.answer = Some((body.to_owned(), reply));
        if reply == (AnswerReply { end: End::Approved, counted: true })
            && asked.purpose == Purpose::ConfirmTest
        {
            self.device(device).confirmed = true;
        }
        Ok(serde_json::to_string(&reply).unwrap())
    }
}
