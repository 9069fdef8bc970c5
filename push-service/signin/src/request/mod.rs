//! A sign-in request: opened once, asked on devices, ended exactly once.
//!
//! [`open`] asks the devices for a session, [`ask_for`] for a relying party, [`answer`] takes what they say, and [`expire`], [`cancel`] and [`fail`] end what
//! nobody answered. Every end, whatever caused it, goes through one function in `end.rs` (property 21).

mod answer;
mod ask;
mod challenge;
mod end;
#[cfg(test)]
mod life;
mod number;
mod open;
mod silence;

pub use answer::{Answer, NotTaken, Questioned, Says, answer};
pub use ask::{Ask, Asking, LIFETIME, NotAsked, Placed, ask_for};
pub(crate) use end::end;
pub use end::{cancel, expire, fail};
pub use open::{NotOpened, OpenRequest, Opener, open};
pub(crate) use open::{Question, ask};
pub use silence::{FLOOD_WINDOW, REPORT_WINDOW, Strangers};

use crate::enrolment::Enrolment;
use crate::session::SessionKey;
use authenticator_protocol::answer::{AnswerReply, End};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::{
    ChallengeId, DeviceId, EnrolmentId, RelyingPartyId, RequestId, ResultId, UserId,
};
use authenticator_protocol::number::{Digits, Number};
use authenticator_protocol::time::Millis;

/// A sign-in request.
#[derive(Clone, Debug, PartialEq)]
pub struct SignInRequest {
    /// Its id.
    pub id: RequestId,
    /// Who is asked.
    pub user: UserId,
    /// Who asks, and may use the approval.
    pub asker: Asker,
    /// What an approval is for.
    pub purpose: Purpose,
    /// The enrolment that it tests, with [`Purpose::ConfirmTest`].
    pub enrolment: Option<EnrolmentId>,
    /// Where the user is signing in.
    pub application: String,
    /// Where it came from.
    pub origin: Origin,
    /// What the asker wants to say.
    pub message: Option<String>,
    /// How many digits.
    pub digits: Digits,
    /// The number; sealed at rest, erased at the end.
    pub number: Option<Number>,
    /// When it was opened.
    pub opened: Millis,
    /// From this moment on no answer counts; a whole second.
    pub expires: Millis,
    /// How it ended.
    pub ended: Option<Ended>,
    /// An approval serves once.
    pub used: bool,
    /// Neither its beginning nor its end wakes anybody (properties 14 and 18).
    pub silent: bool,
}

impl SignInRequest {
    /// Whether an answer at `now` can still count.
    pub fn is_pending(&self, now: Millis) -> bool {
        self.ended.is_none() && now < self.expires
    }

    /// The relying party that asked, if one did.
    pub fn relying_party(&self) -> Option<RelyingPartyId> {
        self.asker.commission().map(|of| of.relying_party)
    }

    /// The address that the service has seen itself: what a relying party reports is its word.
    pub fn seen_address(&self) -> Option<String> {
        self.asker.session().and_then(|_| self.origin.known_address())
    }

    /// What [`crate::Change::EndRequest`] does to it: the end stays for ever, the number goes.
    pub fn finish(&mut self, ended: Ended) {
        if self.ended.is_none() {
            self.ended = Some(ended);
            self.number = None;
        }
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A session of our own pages.
    Session {
        /// It may use the approval.
        key: SessionKey,
        /// Hash of the browser cookie.
        browser: Hash,
    },
    /// A relying party: it gets a signed result.
    RelyingParty(Box<Commission>),
}

impl Asker {
    /// A newer request from the same place supersedes the older one (property 14): the same browser, or the same
    /// session at the relying party.
    pub fn place(&self) -> Hash {
        match self {
            Self::Session { browser, .. } => *browser,
            Self::RelyingParty(commission) => commission.place,
        }
    }

    /// The session, if one asks.
    pub fn session(&self) -> Option<SessionKey> {
        match self {
            Self::Session { key, .. } => Some(*key),
            Self::RelyingParty(_) => None,
        }
    }

    /// The relying party, if one asks.
    pub fn commission(&self) -> Option<&Commission> {
        match self {
            Self::Session { .. } => None,
            Self::RelyingParty(commission) => Some(commission),
        }
    }
}

/// What a relying party has asked for, as far as its result needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commission {
    /// Which one.
    pub relying_party: RelyingPartyId,
    /// Hash of its own session, or of this request alone.
    pub place: Hash,
    /// SHA-256 of the body with which it asked.
    pub asked: Hash,
    /// Repeated in the result.
    pub nonce: Option<String>,
    /// Names the result.
    pub result: ResultId,
    /// SHA-256 of the `Idempotency-Key`: the same one again opens nothing.
    pub repeat: Option<Hash>,
    /// The result is delivered to the address that the relying party has registered.
    pub delivered: bool,
}

/// A request with all that its end touches, as it was read in this transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The request.
    pub request: SignInRequest,
    /// The devices that have a challenge for it.
    pub devices: Vec<DeviceId>,
    /// The enrolment that it tests; there with [`Purpose::ConfirmTest`] and only then.
    pub enrolment: Option<Enrolment>,
}

/// Seconds after its end during which a number is not drawn again for the same user (property 2).
pub const NUMBER_MEMORY: u64 = 300;

/// Where a request came from, as the service saw it; made visible and short at the door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// "192.0.2.7".
    pub address: String,
    /// "Firefox".
    pub browser: Option<String>,
    /// "Windows".
    pub system: Option<String>,
    /// "Gävle".
    pub place: Option<String>,
    /// This user has completed a sign-in in this browser before.
    pub recognised: bool,
}

impl Origin {
    /// The address, if there is one.
    pub fn known_address(&self) -> Option<String> {
        Some(self.address.clone()).filter(|address| !address.is_empty())
    }
}

/// How and when a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub end: End,
    /// When.
    pub at: Millis,
    /// By which device's answer.
    pub by: Option<DeviceId>,
}

/// The challenge to one device: the bytes to sign are fixed when the request is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeRecord {
    /// Its id.
    pub id: ChallengeId,
    /// Of which request.
    pub request: RequestId,
    /// To which device.
    pub device: DeviceId,
    /// The JWS signing input; the identity key signs it when the device fetches.
    pub signing_input: String,
    /// Hash of the signing input.
    pub hash: Hash,
    /// The answer that came, and what it was told.
    pub reply: Option<(Hash, AnswerReply)>,
}
