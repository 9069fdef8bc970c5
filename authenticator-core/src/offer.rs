//! What a phone checks in an offer, before it asks its user (properties 10 and 11).

use crate::crypto::P256;
use crate::ending::Ending;
use authenticator_protocol::code::Hash;
use authenticator_protocol::enrolment::Offer;
use authenticator_protocol::jws::{JwsError, Unverified, Verified};
use authenticator_protocol::keys::{PublicKey, ShortThumbprint};
use authenticator_protocol::text::is_visible;
use authenticator_protocol::time::Seconds;

/// What the offer must be for.
pub(crate) struct Expected<'a> {
    /// The identity key that the link names; a typed code names none.
    pub(crate) identity: Option<ShortThumbprint>,
    /// The login that was typed, where one was.
    pub(crate) login: Option<&'a str>,
    /// The claim that was sent last.
    pub(crate) claim: Option<Hash>,
    /// The service's time.
    pub(crate) now: Seconds,
    /// Whether a confirmed account of this login is there.
    pub(crate) known: &'a dyn Fn(&str) -> bool,
}

/// Why it is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfferError {
    /// No message at all, and so nobody's offer.
    NotAMessage,
    /// A newer version has made it.
    Version,
    /// Not a signed offer.
    Signature,
    /// Signed, and not to be read.
    Form,
    /// Another identity key than the link names.
    Identity,
    /// To another login than was typed.
    Login,
    /// It answers another claim.
    Claim,
    /// The enrolment is over.
    Expired,
    /// A name is empty, too long, or holds characters that cannot be seen.
    Text,
    /// The account is there already.
    Known,
}

impl OfferError {
    /// What the user is told; `None` when the claim can be sent again.
    pub(crate) fn ending(self) -> Option<Ending> {
        let (text, code) = match self {
            Self::NotAMessage => return None,
            Self::Known => return Some(Ending::error("phone-error-already-added")),
            Self::Version => ("phone-error-update", "offer_version"),
            Self::Signature => ("phone-error-identity", "offer_signature"),
            Self::Form => ("phone-error-server", "offer_form"),
            Self::Identity => ("phone-error-identity", "offer_identity"),
            Self::Login => ("phone-error-identity", "offer_login"),
            Self::Claim => ("phone-error-identity", "offer_claim"),
            Self::Expired => ("phone-error-code-expired", "offer_expired"),
            Self::Text => ("phone-error-server", "offer_text"),
        };
        Some(Ending::error(text).with_code(code))
    }

    fn unreadable(error: JwsError) -> Self {
        match error {
            JwsError::TooLong | JwsError::Form | JwsError::Header => Self::NotAMessage,
            JwsError::Version | JwsError::Crit => Self::Version,
            JwsError::Signature | JwsError::Typ | JwsError::Alg => Self::Signature,
            JwsError::Payload => Self::Form,
        }
    }
}

/// Reads an offer, in the order of `docs/protocol.md`; returns it with the key that signed it.
pub(crate) fn read(body: &[u8], expected: &Expected<'_>) -> Result<(PublicKey, Verified<Offer>), OfferError> {
    let text = std::str::from_utf8(body).map_err(|_| OfferError::NotAMessage)?;
    let offer = Unverified::<Offer>::parse(text.trim()).map_err(OfferError::unreadable)?;
    let is_named = |key: &PublicKey| expected.identity.is_none_or(|named| key.short_thumbprint() == named);
    let identity = offer.header().jwk.filter(is_named).ok_or(OfferError::Identity)?;
    let verified = offer.verify(&identity, &P256).map_err(OfferError::unreadable)?;
    let offer = &verified.payload;
    if expected.login.is_some_and(|typed| typed.to_lowercase() != offer.login.to_lowercase()) {
        return Err(OfferError::Login);
    }
    if expected.claim != Some(offer.claim) {
        return Err(OfferError::Claim);
    }
    if expected.now >= offer.exp {
        return Err(OfferError::Expired);
    }
    let is_name = |text: &String| !text.is_empty() && is_visible(text, 200);
    if ![&offer.organisation.name, &offer.user, &offer.login].into_iter().all(is_name) {
        return Err(OfferError::Text);
    }
    if (expected.known)(&offer.login) {
        return Err(OfferError::Known);
    }
    Ok((identity, verified))
}

#[cfg(test)]
mod tests {
    use super::*;
    use authenticator_protocol::link::EnrolmentLink;
    use serde_json::Value;

    const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/v1/offers.json");

    fn text<'a>(vector: &'a Value, member: &str) -> &'a str {
        vector[member].as_str().unwrap_or_else(|| panic!("{member} of {vector}"))
    }

    fn name(error: OfferError) -> &'static str {
        match error {
            OfferError::Signature => "signature",
            OfferError::Identity => "offer_identity",
            OfferError::Login => "offer_login",
            OfferError::Claim => "offer_claim",
            OfferError::Expired => "offer_expired",
            OfferError::Text => "offer_text",
            OfferError::Known => "offer_known",
            OfferError::NotAMessage | OfferError::Version | OfferError::Form => "none of these vectors",
        }
    }

    #[test]
    fn offers_are_read_as_everybody_reads_them() {
        let file: Value = serde_json::from_slice(&std::fs::read(VECTORS).unwrap()).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        for vector in vectors {
            let link = vector.get("link").map(|link| EnrolmentLink::parse(link.as_str().unwrap()).unwrap());
            let accounts: Vec<String> = serde_json::from_value(vector["accounts"].clone()).unwrap();
            let known = |login: &str| accounts.iter().any(|known| known.eq_ignore_ascii_case(login));
            let expected = Expected {
                identity: link.map(|link| link.identity),
                login: vector.get("login").and_then(Value::as_str),
                claim: Some(serde_json::from_value(vector["claim"].clone()).unwrap()),
                now: serde_json::from_value(vector["now"].clone()).unwrap(),
                known: &known,
            };
            let found = match read(text(vector, "message").as_bytes(), &expected) {
                Ok((identity, _)) => {
                    assert!(expected.identity.is_none_or(|named| identity.short_thumbprint() == named));
                    "accept"
                }
                Err(error) => name(error),
            };
            assert_eq!(found, text(vector, "outcome"), "{}", text(vector, "name"));
        }
        assert!(vectors.len() > 16);
    }
}
