//! What is waiting for a device; and leaving.

use crate::answer::End;
use crate::channels::Push;
use crate::ids::ChallengeId;
use crate::json::present;
use crate::jws::{Message, Typ};
use crate::time::Seconds;
use serde::{Deserialize, Serialize};

/// Phone → service: what is waiting? Signed by the device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetch {
    /// The app's version: "1.0.0".
    pub app: String,
    /// The number of the identity key that this phone pins; answered by the statements of those that followed.
    pub key_number: u32,
}

impl Message for Fetch {
    const TYP: Typ = Typ::Fetch;
}

/// Service → phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchReply {
    /// The service's time.
    pub now: Seconds,
    /// A compact JWS of each [`crate::challenge::Challenge`] that is pending for this device, oldest first; at most 30.
    pub challenges: Vec<String>,
    /// Challenges of this device that ended within the last ten minutes.
    pub ended: Vec<Ended>,
    /// Whether the device counts: its test approval has been given.
    pub confirmed: bool,
    /// A compact JWS of each [`crate::statement::KeyStatement`] that this phone has missed, in order; at most 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_statements: Vec<String>,
    /// Which channels this service can use; absent when it has no provider at all.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub push: Option<Push>,
    /// Whether the service has no living channel of this device although it could have one: the phone registers its
    /// channels again, with fresh secrets.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub renew: bool,
}

/// A challenge that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Which.
    pub challenge: ChallengeId,
    /// How.
    pub end: End,
    /// Whether this device's own answer ended it.
    pub here: bool,
}

/// Phone → service: this device is no more. Signed by the device key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {}

impl Message for Leave {
    const TYP: Typ = Typ::Leave;
}
