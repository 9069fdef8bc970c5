//! Errors of the phone API: problem details (RFC 9457) with a stable code.

use crate::json::present;
use crate::time::Seconds;
use serde::{Deserialize, Serialize};

/// Why the service refused a phone's request. `docs/errors.md` says what the phone does about each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The body is not the message that belongs here; `field` says which part.
    Malformed,
    /// The message's version, type or critical members are not known to this service.
    Unsupported,
    /// The signature does not match, or the key is not the one that is known.
    Signature,
    /// The request was signed for another address or method.
    WrongAddress,
    /// The request's time is too far off, or before this node started; `now` says the service's.
    Clock,
    /// This signed request was seen before.
    Replayed,
    /// No such device, or it was removed: the account has ended.
    DeviceEnded,
    /// No such enrolment code, or its time is over, or it was cancelled.
    CodeExpired,
    /// The organisation asks for a newer version of the app.
    AppTooOld,
    /// Another phone claimed this code.
    CodeUsed,
    /// This key was enrolled before.
    KeyKnown,
    /// The registration does not fit the offer.
    OfferMismatch,
    /// No such challenge for this device.
    UnknownChallenge,
    /// The answer does not name the hash of the challenge that was sent.
    ChallengeMismatch,
    /// Too many requests; `Retry-After` says when.
    TooMany,
    /// Larger than the service reads.
    TooLarge,
    /// The body took too long to arrive; trying again may help.
    TooSlow,
    /// There is nothing at this address.
    NotFound,
    /// This address takes another method.
    Method,
    /// The service failed; trying again later may help.
    Internal,
    /// The service is stopping or overloaded; trying again soon helps.
    Unavailable,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Malformed,
        Self::Unsupported,
        Self::Signature,
        Self::WrongAddress,
        Self::Clock,
        Self::Replayed,
        Self::DeviceEnded,
        Self::CodeExpired,
        Self::AppTooOld,
        Self::CodeUsed,
        Self::KeyKnown,
        Self::OfferMismatch,
        Self::UnknownChallenge,
        Self::ChallengeMismatch,
        Self::TooMany,
        Self::TooLarge,
        Self::TooSlow,
        Self::NotFound,
        Self::Method,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The word for it on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::Signature => "signature",
            Self::WrongAddress => "wrong_address",
            Self::Clock => "clock",
            Self::Replayed => "replayed",
            Self::DeviceEnded => "device_ended",
            Self::CodeExpired => "code_expired",
            Self::AppTooOld => "app_too_old",
            Self::CodeUsed => "code_used",
            Self::KeyKnown => "key_known",
            Self::OfferMismatch => "offer_mismatch",
            Self::UnknownChallenge => "unknown_challenge",
            Self::ChallengeMismatch => "challenge_mismatch",
            Self::TooMany => "too_many",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::NotFound => "not_found",
            Self::Method => "method",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    /// The HTTP status that goes with it.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed
            | Self::Unsupported
            | Self::WrongAddress
            | Self::OfferMismatch
            | Self::ChallengeMismatch => 400,
            Self::Signature | Self::Clock | Self::Replayed => 401,
            Self::AppTooOld => 403,
            Self::DeviceEnded | Self::CodeExpired => 410,
            Self::UnknownChallenge | Self::NotFound => 404,
            Self::Method => 405,
            Self::CodeUsed | Self::KeyKnown => 409,
            Self::TooMany => 429,
            Self::TooLarge => 413,
            Self::TooSlow => 408,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }
}

/// The body of an error, `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:styrk:error:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code again, for a `match`.
    pub code: Code,
    /// A sentence for a developer.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What exactly is wrong; names the field.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request id, as in the service's log.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The service's time, with [`Code::Clock`]: sign again with this.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub now: Option<Seconds>,
}
