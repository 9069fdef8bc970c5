//! Requests to the service: signed, posted, and signed once more with the service's time if the clock was wrong.

use crate::Core;
use crate::approve::Asking;
use crate::crypto::accept;
use crate::effect::{EffectKind, Key, KeyFailure, Outcome};
use crate::ending::Failure;
use crate::inbox::Waiting;
use crate::state::{Account, Offset};
use crate::text::{Hidden, Text};
use authenticator_protocol::answer::{Approval, Denial};
use authenticator_protocol::channels::Channels;
use authenticator_protocol::code::Secret;
use authenticator_protocol::enrolment::{Claim, Registration};
use authenticator_protocol::fetch::{Fetch, Leave};
use authenticator_protocol::ids::{ChallengeId, DeviceId, RequestNonce};
use authenticator_protocol::json;
use authenticator_protocol::jws::{Header, Unsigned};
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::link::ServerAddress;
use authenticator_protocol::problem::{Code, Problem};
use authenticator_protocol::request::{header, paths};
use authenticator_protocol::time::Seconds;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How long a request may take, in milliseconds.
pub(crate) const TIMEOUT: u64 = 15_000;
pub(crate) const JOSE: &str = "application/jose";

/// What is waiting for its outcome.
#[derive(Debug)]
pub(crate) enum Pending {
    /// The keys of the account that is being added.
    Keys,
    /// Keys that nobody wants any more: deleted once they are there.
    Unwanted(String),
    /// The approval key's part of a registration.
    ApprovalKey(Unsigned),
    /// A request's signature.
    Signature(Box<Request>, Unsigned),
    /// A request's answer.
    Reply(Box<Request>),
    /// A socket's opening.
    Opening { account: String, socket: u64, secret: Secret<32>, unsigned: Unsigned },
    /// A domain says which service its people use.
    Discovery,
    /// Whatever comes of it.
    Receipt(String),
}

impl Pending {
    /// The account that it is about; `None` for one that is still being added.
    fn account(&self) -> Option<&str> {
        match self {
            Self::Signature(request, _) | Self::Reply(request) => Some(&request.party.account),
            Self::Opening { account, .. } => Some(account),
            Self::Keys | Self::Unwanted(_) | Self::ApprovalKey(_) | Self::Discovery | Self::Receipt(_) => {
                None
            }
        }
    }
}

/// Who asks whom.
#[derive(Clone, Debug)]
pub(crate) struct Party {
    /// As the shell knows its keys.
    pub(crate) account: String,
    pub(crate) server: ServerAddress,
    pub(crate) device_key: PublicKey,
    pub(crate) approval_key: PublicKey,
    /// `None` before the registration.
    pub(crate) device: Option<DeviceId>,
    pub(crate) offset: Offset,
}

impl From<&Account> for Party {
    fn from(account: &Account) -> Self {
        Self {
            account: account.id.clone(),
            server: account.server.clone(),
            device_key: account.device_key,
            approval_key: account.approval_key,
            device: Some(account.device),
            offset: account.offset,
        }
    }
}

impl Party {
    /// The header of a request of this party.
    pub(crate) fn header(&self, core: &mut Core, method: &str, path: &str) -> Header {
        let at = self.offset.service(core.now).seconds();
        let header =
            header(method, self.server.url(path), at, RequestNonce::random(&mut core.random), self.device);
        if self.device.is_none() { header.with_key(self.device_key) } else { header }
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Claim(Claim),
    Registration(Registration),
    Fetch(Fetch),
    Approval(Approval),
    Denial(Denial),
    Channels(Channels),
    Leave,
}

impl Ask {
    fn path(&self) -> &'static str {
        match self {
            Self::Claim(_) => paths::CLAIM,
            Self::Registration(_) => paths::REGISTRATION,
            Self::Fetch(_) => paths::FETCH,
            Self::Approval(_) | Self::Denial(_) => paths::ANSWER,
            Self::Channels(_) => paths::CHANNELS,
            Self::Leave => paths::LEAVE,
        }
    }

    fn unsigned(&self, header: Header) -> Unsigned {
        match self {
            Self::Claim(message) => Unsigned::new(header, message),
            Self::Registration(message) => Unsigned::new(header, message),
            Self::Fetch(message) => Unsigned::new(header, message),
            Self::Approval(message) => Unsigned::new(header, message),
            Self::Denial(message) => Unsigned::new(header, message),
            Self::Channels(message) => Unsigned::new(header, message),
            Self::Leave => Unsigned::new(header, &Leave {}),
        }
    }

    /// Property 9: only an approval takes the approval key.
    fn key(&self) -> Key {
        match self {
            Self::Approval(_) => Key::Approval,
            Self::Claim(_)
            | Self::Registration(_)
            | Self::Fetch(_)
            | Self::Denial(_)
            | Self::Channels(_)
            | Self::Leave => Key::Device,
        }
    }

    /// The request that it answers.
    pub(crate) fn challenge(&self) -> Option<ChallengeId> {
        match self {
            Self::Approval(Approval { challenge, .. }) | Self::Denial(Denial { challenge, .. }) => {
                Some(*challenge)
            }
            Self::Claim(_) | Self::Registration(_) | Self::Fetch(_) | Self::Channels(_) | Self::Leave => None,
        }
    }
}

/// One request on its way.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) party: Party,
    pub(crate) ask: Ask,
    /// What was posted; it holds the number, if any.
    body: Option<Hidden>,
    /// The service has already told its time.
    told: bool,
}

impl Request {
    pub(crate) fn new(party: Party, ask: Ask) -> Self {
        Self { party, ask, body: None, told: false }
    }
}

impl Core {
    /// Signs and posts. What was already signed is posted as it is: the same answer counts once.
    pub(crate) fn send(&mut self, mut request: Request) {
        request.told = false;
        if request.body.is_some() { self.post(request) } else { self.sign(request) }
    }

    fn sign(&mut self, request: Request) {
        let header = request.party.clone().header(self, "POST", request.ask.path());
        let unsigned = request.ask.unsigned(header);
        let key = request.ask.key();
        let id = self.queue.push(EffectKind::Sign {
            account: request.party.account.clone(),
            key,
            message: unsigned.as_str().as_bytes().to_vec(),
            reason: (key == Key::Approval).then(|| Text::plain("phone-approve-yes")),
        });
        self.pending.insert(id, Pending::Signature(Box::new(request), unsigned));
    }

    fn post(&mut self, request: Request) {
        let body = request.body.clone().unwrap_or_default();
        let id = self.queue.push(EffectKind::Post {
            url: request.party.server.url(request.ask.path()),
            content_type: JOSE.to_owned(),
            body: body.as_bytes().to_vec(),
            timeout: TIMEOUT,
        });
        self.pending.insert(id, Pending::Reply(Box::new(request)));
    }

    /// A request's signature was made, or not.
    pub(crate) fn signed(&mut self, mut request: Request, unsigned: &Unsigned, outcome: Outcome) {
        let key = match request.ask.key() {
            Key::Device => &request.party.device_key,
            Key::Approval => &request.party.approval_key,
        };
        match signature(key, unsigned, outcome) {
            Ok(jws) => {
                if let Ask::Claim(_) = request.ask {
                    self.claim_signed(unsigned.hash());
                }
                request.body = Some(Hidden(jws));
                if let Some(challenge) = request.ask.challenge() {
                    self.edit_asking(Asking::signed);
                    self.inbox.posted(&request.party.account, challenge, Some(request.clone()));
                }
                self.post(request);
            }
            Err(failure) => self.finish(request, Err(Failure::Key(failure))),
        }
    }

    /// A request was answered, or not.
    pub(crate) fn replied(&mut self, mut request: Request, outcome: Outcome) {
        let result = match outcome {
            Outcome::Http { status: 200..=299, body } => Ok(body),
            Outcome::Http { status, body } => match json::read(&body) {
                Some(Problem { code: Code::Clock, now: Some(service), .. }) if !request.told => {
                    request.party.offset = Offset::learn(service, self.now);
                    self.learn(&request.party.account, service);
                    if let Some(challenge) = request.ask.challenge() {
                        self.inbox.posted(&request.party.account, challenge, None);
                        if !self.is_asking(&request.party.account, challenge) {
                            return;
                        }
                        self.edit_asking(Asking::sign_again);
                    }
                    request.body = None;
                    request.told = true;
                    return self.sign(request);
                }
                Some(problem) => Err(Failure::Refused(problem.code)),
                // 511 is for networks that want to be signed in to first (RFC 6585).
                None if (500..=599).contains(&status) && status != 511 => Err(Failure::Garbled),
                None => Err(Failure::Stranger),
            },
            _ => Err(Failure::Offline),
        };
        self.finish(request, result);
    }

    fn finish(&mut self, request: Request, result: Result<Vec<u8>, Failure>) {
        let account = request.party.account.clone();
        match request.ask {
            Ask::Claim(_) => self.claimed(result),
            Ask::Registration(_) => self.registered(result.and_then(|body| read_json(&body))),
            Ask::Fetch(_) => self.fetched(&account, result),
            Ask::Approval(_) | Ask::Denial(_) => self.answered(request, result),
            Ask::Channels(_) => self.channels_registered(&account, result),
            Ask::Leave => {
                let told: Result<Told, Failure> = result.and_then(|body| read_json(&body));
                self.left(&account, told.err());
            }
        }
    }

    /// The service of `account` has said what time it is.
    pub(crate) fn learn(&mut self, account: &str, service: Seconds) {
        let offset = Offset::learn(service, self.now);
        match self.book.get_mut(account) {
            Some(account) if account.offset != offset => {
                account.offset = offset;
                self.save();
            }
            Some(_) => {}
            None => self.enrolment_learnt(offset),
        }
    }

    /// Forgets what was asked for `account`; late outcomes will be unknown.
    pub(crate) fn drop_pending(&mut self, account: &str) {
        self.pending.retain(|_, pending| pending.account() != Some(account));
    }

    /// Whether the organisation is being told that this phone leaves.
    pub(crate) fn is_leaving(&self, account: &str) -> bool {
        self.pending.values().any(|pending| {
            matches!(pending, Pending::Signature(request, _) | Pending::Reply(request)
                if matches!(request.ask, Ask::Leave) && request.party.account == account)
        })
    }

    /// Forgets the answer to `asked` that is being made or on its way.
    pub(crate) fn drop_answer(&mut self, asked: &Waiting) {
        let (account, id) = (&asked.account, asked.body().id);
        self.pending.retain(|_, pending| match pending {
            Pending::Signature(request, _) | Pending::Reply(request) => {
                request.ask.challenge() != Some(id) || request.party.account != *account
            }
            _ => true,
        });
    }

    /// Whether the reply to this answer is still waited for.
    pub(crate) fn is_on_its_way(&self, answer: &Request) -> bool {
        self.pending.values().any(|pending| match pending {
            Pending::Reply(request) => {
                request.ask.challenge() == answer.ask.challenge()
                    && request.party.account == answer.party.account
            }
            _ => false,
        })
    }
}

/// A reply that says nothing but that it was heard.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Told {}

/// A reply's content. What cannot be read has come from somebody else, such as a network's own page.
pub(crate) fn read_json<T: DeserializeOwned + Serialize>(body: &[u8]) -> Result<T, Failure> {
    json::read(body).ok_or(Failure::Stranger)
}

/// The finished message, when the outcome holds a signature that verifies.
pub(crate) fn signature(
    key: &PublicKey,
    unsigned: &Unsigned,
    outcome: Outcome,
) -> Result<String, KeyFailure> {
    match outcome {
        Outcome::Signed(made) => accept(key, unsigned.as_str().as_bytes(), &made)
            .map(|signature| unsigned.attach(&signature))
            .ok_or(KeyFailure::Failed),
        Outcome::KeyFailed(failure) => Err(failure),
        _ => Err(KeyFailure::Failed),
    }
}
