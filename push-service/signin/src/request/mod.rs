//! A sign-in request: opened once, asked on devices, ended exactly once.
//!
//! [`open`] asks the devices, [`answer`] takes what they say, and [`expire`], [`cancel`] and [`fail`] end what
//! nobody answered. Every end, whatever caused it, goes through one function in `end.rs` (property 21).

mod answer;
mod challenge;
mod end;
#[cfg(test)]
mod life;
mod number;
mod open;

pub use answer::{Answer, NotTaken, Questioned, Says, answer};
pub(crate) use end::end;
pub use end::{cancel, expire, fail};
pub use open::{NotOpened, OpenRequest, Opener, open};
pub(crate) use open::{Question, ask};

use crate::enrolment::Enrolment;
use crate::session::SessionKey;
use authenticator_protocol::answer::{AnswerReply, End};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::{ChallengeId, DeviceId, EnrolmentId, RequestId, UserId};
use authenticator_protocol::number::{Digits, Number};
use authenticator_protocol::time::Millis;

/// A sign-in request.
#[derive(Clone, Debug, PartialEq)]
pub struct SignInRequest {
    /// Its id.
    pub id: RequestId,
    /// Who is asked.
    pub user: UserId,
    /// The session that opened it and may use its approval.
    pub session: SessionKey,
    /// Hash of the browser cookie: a newer request of the same browser supersedes it (property 14).
    pub browser: Hash,
    /// What an approval is for.
    pub purpose: Purpose,
    /// The enrolment that it tests, with [`Purpose::ConfirmTest`].
    pub enrolment: Option<EnrolmentId>,
    /// Where the user is signing in.
    pub application: String,
    /// Where it came from.
    pub origin: Origin,
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
}

impl SignInRequest {
    /// Whether an answer at `now` can still count.
    pub fn is_pending(&self, now: Millis) -> bool {
        self.ended.is_none() && now < self.expires
    }

    /// What [`crate::Change::EndRequest`] does to it: the end stays for ever, the number goes.
    pub fn finish(&mut self, ended: Ended) {
        if self.ended.is_none() {
            self.ended = Some(ended);
            self.number = None;
        }
    }
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
