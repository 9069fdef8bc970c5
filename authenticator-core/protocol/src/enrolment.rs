//! Making a device: claim, offer, registration, and the four characters that tie them to the phone in the hand.
//!
//! 1. The phone makes both keys and a nonce, and sends a [`Claim`] that commits to the nonce.
//! 2. The service answers with an [`Offer`] that names the claim's hash and brings a nonce of its own.
//! 3. The phone opens its commitment in the [`Registration`], and shows [`characters`] over all of it.
//! 4. The user types the characters on the page; the page shows a number; the phone approves with it.
//!
//! Whoever relays or scans first had to fix their half before seeing the other, so that the characters on two
//! different pairs of keys agree by luck alone: once in 2^20 (RFC 6189 section 4.4.1.1 argues the same way).

use crate::code::{Bytes, CROCKFORD, Hash, Secret, crockford};
use crate::ids::{DeviceId, EnrolmentId};
use crate::jws::{Message, Typ};
use crate::keys::Thumbprint;
use crate::number::Digits;
use crate::random::Random;
use crate::time::Seconds;
use crate::typed::TypedCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// The secret of an enrolment code: 128 random bits.
pub type Code = Secret<16>;

/// Phone → service. Signed by the device key, which stands in `jwk`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Proof that this phone has read the code.
    pub code: Proof,
    /// The approval key that will register.
    pub approval_key: Thumbprint,
    /// [`commitment`] to a nonce that the registration opens.
    pub commitment: Hash,
    /// What the phone is, for the page to name: "Pixel 9". At most 64 characters.
    pub model: String,
    /// Its system: "Android 16". At most 64 characters.
    pub system: String,
    /// The app's version: "1.0.0".
    pub app: String,
}

/// How a phone knows an enrolment code: the secret of the link as a string, or what its user typed as an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Proof {
    /// From the link.
    Link(Code),
    /// By hand.
    Typed {
        /// The user's e-mail or UPN.
        login: String,
        /// The typed code.
        secret: TypedCode,
    },
}

impl Message for Claim {
    const TYP: Typ = Typ::Claim;
}

/// Service → phone. Signed by the identity key, which stands in `jwk` and must match the code's thumbprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// This enrolment.
    pub enrolment: EnrolmentId,
    /// The id that the device will have.
    pub device: DeviceId,
    /// Hash of the claim that is answered.
    pub claim: Hash,
    /// Who offers.
    pub organisation: Organisation,
    /// To whom: the user's display name.
    pub user: String,
    /// The user's e-mail or UPN.
    pub login: String,
    /// What the organisation asks of the phone.
    pub policy: Policy,
    /// The service's half of the characters.
    pub nonce: Bytes<32>,
    /// How many identity keys came before this one ([`crate::statement`]).
    pub key_number: u32,
    /// Thumbprint of the identity key that will follow this one, whose private half is kept offline.
    pub next_identity_key: Thumbprint,
    /// When the enrolment ends if it is not finished.
    pub exp: Seconds,
}

impl Message for Offer {
    const TYP: Typ = Typ::Offer;
}

/// The organisation as its phones show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// "Region X".
    pub name: String,
    /// Its colour, `#rrggbb`.
    pub colour: String,
    /// Whom to call.
    pub support: String,
}

/// What the organisation asks of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Digits of a number, for the drawing of the input; each challenge says its own.
    pub digits: Digits,
    /// How the approval key is unlocked at each use.
    pub unlock: Unlock,
}

/// How the approval key is unlocked at each use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unlock {
    /// Biometric or the phone's screen lock.
    Credential,
    /// Biometric only; the key dies when biometrics change.
    Biometric,
}

/// Phone → service. Signed by the device key, which stands in `jwk`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Which enrolment.
    pub enrolment: EnrolmentId,
    /// Hash of the offer that is accepted.
    pub offer: Hash,
    /// Opens the claim's commitment.
    pub nonce: Bytes<32>,
    /// A compact JWS of [`ApprovalKey`], signed by the approval key.
    pub approval: String,
    /// The app's version: "1.0.0".
    pub app: String,
}

impl Message for Registration {
    const TYP: Typ = Typ::Registration;
}

/// Proof that the phone holds the approval key, and that its user unlocked it. The key stands in `jwk`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalKey {
    /// Which enrolment.
    pub enrolment: EnrolmentId,
    /// Hash of the offer that is accepted.
    pub offer: Hash,
    /// The device key that it belongs with.
    pub device_key: Thumbprint,
}

impl Message for ApprovalKey {
    const TYP: Typ = Typ::ApprovalKey;
}

/// What the phone publishes before it sees the offer.
pub fn commitment(nonce: &Bytes<32>, device_key: &Thumbprint, approval_key: &Thumbprint) -> Hash {
    digest("styrk commitment v1", &[&nonce.0, &device_key.0, &approval_key.0])
}

/// The four characters: 20 bits of a hash over everything that both sides have said.
pub fn characters(
    claim: &Hash,
    offer: &Hash,
    nonce: &Bytes<32>,
    device_key: &Thumbprint,
    approval_key: &Thumbprint,
) -> Characters {
    let hash = digest("styrk characters v1", &[&claim.0, &offer.0, &nonce.0, &device_key.0, &approval_key.0]);
    let bits = u32::from_be_bytes([0, hash.0[0], hash.0[1], hash.0[2]]) >> 4;
    let character = |index: u32| char::from(CROCKFORD[((bits >> (15 - 5 * index)) & 31) as usize]);
    Characters((0..4).map(character).collect())
}

/// SHA-256 over a label, a zero byte and 32-byte parts.
fn digest(label: &str, parts: &[&[u8; 32]]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(label.as_bytes());
    hasher.update([0]);
    for part in parts {
        hasher.update(part);
    }
    Bytes(hasher.finalize().into())
}

/// Four characters of Crockford's base32, as the phone shows them and as the user types them.
#[derive(Clone)]
pub struct Characters(String);

impl Characters {
    /// What a person typed: case, spaces, hyphens, `O` and `I`/`L` do not matter. `None` unless four remain.
    pub fn typed(text: &str) -> Option<Self> {
        let meant: Option<String> =
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(5).map(crockford).collect();
        meant.filter(|text| text.len() == 4).map(Self)
    }

    /// To show.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Characters {
    fn eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.0.as_bytes(), other.0.as_bytes()).into()
    }
}

impl fmt::Debug for Characters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A fresh code.
pub fn random_code(random: &mut dyn Random) -> Code {
    Secret(crate::random::bytes(random))
}

#[cfg(test)]
mod tests {
    use super::*;

    const H: fn(u8) -> Hash = |byte| Bytes([byte; 32]);

    #[test]
    fn characters_depend_on_every_part() {
        let base = characters(&H(1), &H(2), &H(3), &H(4), &H(5));
        assert_eq!(base.as_str().len(), 4);
        for (index, other) in [
            characters(&H(9), &H(2), &H(3), &H(4), &H(5)),
            characters(&H(1), &H(9), &H(3), &H(4), &H(5)),
            characters(&H(1), &H(2), &H(9), &H(4), &H(5)),
            characters(&H(1), &H(2), &H(3), &H(9), &H(5)),
            characters(&H(1), &H(2), &H(3), &H(4), &H(9)),
        ]
        .into_iter()
        .enumerate()
        {
            assert_ne!(base, other, "part {index}");
        }
    }

    #[test]
    fn typing_is_forgiving_about_form_only() {
        let shown = Characters("K71F".into());
        assert_eq!(Characters::typed(" k7-l f "), Some(shown.clone()));
        assert_ne!(Characters::typed("K71G"), Some(shown));
        for text in ["", "K71", "K71FF", "K71!", "K71U"] {
            assert_eq!(Characters::typed(text), None, "{text}");
        }
    }
}
