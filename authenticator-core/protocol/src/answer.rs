//! The device's answer to one challenge, and how a sign-in request ends.

use crate::code::Hash;
use crate::ids::ChallengeId;
use crate::jws::{Message, Typ};
use crate::number::Number;
use serde::{Deserialize, Serialize};

/// Yes: signed by the approval key, which the user unlocks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Which challenge.
    pub challenge: ChallengeId,
    /// Hash of exactly what was shown.
    pub hash: Hash,
    /// The number that the user typed.
    pub number: Number,
}

impl Message for Approval {
    const TYP: Typ = Typ::Approval;
}

/// No: signed by the device key, without a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denial {
    /// Which challenge.
    pub challenge: ChallengeId,
    /// Hash of exactly what was shown.
    pub hash: Hash,
    /// Why.
    pub reason: DenialReason,
}

impl Message for Denial {
    const TYP: Typ = Typ::Denial;
}

/// Why the user says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DenialReason {
    /// The user started it and changed their mind.
    Cancelled,
    /// The user did not start it.
    NotMe,
}

/// How a sign-in request ended. Exactly one of these, for ever (property 21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The right number, under the approval key.
    Approved,
    /// Cancelled on a phone.
    Denied,
    /// "Not me" on a phone.
    Reported,
    /// A wrong number, validly signed.
    WrongNumber,
    /// Nobody answered in time.
    Expired,
    /// Cancelled where the user was signing in.
    Cancelled,
    /// A newer request of the same browser took its place.
    Superseded,
    /// The service could not carry on: the device or the user was removed or blocked.
    Failed,
}

impl End {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Approved,
        Self::Denied,
        Self::Reported,
        Self::WrongNumber,
        Self::Expired,
        Self::Cancelled,
        Self::Superseded,
        Self::Failed,
    ];

    /// The word for it on the wire and in the audit trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Reported => "reported",
            Self::WrongNumber => "wrong_number",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
        }
    }

    /// The end with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.as_str() == word)
    }
}

/// Service → phone: what became of the request that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerReply {
    /// How the request ended.
    pub end: End,
    /// Whether it was this answer that ended it.
    pub counted: bool,
}
