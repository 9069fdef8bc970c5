//! Who sends: a signed token for the origin of each push service (RFC 8292).

use crate::jwt::{EcKey, KeyError};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Seconds that a token counts; 24 hours are allowed.
const LIFE: u64 = 12 * 3600;
/// Seconds before its end in which it is not used any more.
const MARGIN: u64 = 6 * 3600;
/// Origins whose tokens are kept.
const MOST: usize = 1_000;

/// A key by which push services know the sender, and whom they may ask about it. Apps are given its public half when
/// they subscribe (`applicationServerKey`).
#[derive(Clone, Debug)]
pub struct VapidKey {
    key: EcKey,
    contact: String,
}

/// Why there is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VapidKeyError {
    /// The file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Nobody to ask.
    #[error("the contact is a `mailto:` or `https:` address")]
    Contact,
}

impl VapidKey {
    /// `pem` holds a P-256 key (PKCS #8), `contact` is a `mailto:` or `https:` address (RFC 8292, section 2.1).
    pub fn new(pem: &str, contact: &str) -> Result<Self, VapidKeyError> {
        let key = EcKey::from_pem(pem)?;
        let rest = contact.strip_prefix("mailto:").or_else(|| contact.strip_prefix("https://"));
        if rest.is_none_or(|rest| rest.is_empty() || !rest.bytes().all(|letter| letter.is_ascii_graphic())) {
            return Err(VapidKeyError::Contact);
        }
        Ok(Self { key, contact: contact.to_owned() })
    }

    /// The public key in base64url: what an app subscribes with.
    pub fn public(&self) -> String {
        self.key.public()
    }
}

/// The tokens that count now.
pub(super) struct Tokens {
    key: VapidKey,
    made: Mutex<HashMap<String, Made>>,
}

struct Made {
    ends: u64,
    header: Arc<str>,
}

impl Tokens {
    pub(super) fn new(key: VapidKey) -> Self {
        Self { key, made: Mutex::default() }
    }

    pub(super) fn public(&self) -> String {
        self.key.public()
    }

    /// The value of `Authorization` for a push service, in seconds since 1970.
    pub(super) fn authorization(&self, origin: &str, now: u64) -> Arc<str> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = |made: &&Made| now + MARGIN <= made.ends && made.ends <= now + LIFE;
        if let Some(made) = made.get(origin).filter(counts) {
            return Arc::clone(&made.header);
        }
        // Strangers choose the origins.
        if made.len() >= MOST {
            made.clear();
        }
        let ends = now + LIFE;
        let claims = json!({ "aud": origin, "exp": ends, "sub": self.key.contact });
        let token = self.key.key.token(&json!({ "typ": "JWT", "alg": "ES256" }), &claims);
        let header: Arc<str> = format!("vapid t={token}, k={}", self.key.public()).into();
        made.insert(origin.to_owned(), Made { ends, header: Arc::clone(&header) });
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::TEST_KEY;

    const NOW: u64 = 1_800_000_000;

    #[test]
    fn a_token_is_for_one_origin_and_made_anew_in_time() {
        let key = VapidKey::new(TEST_KEY, "mailto:push@regionx.example").unwrap();
        let tokens = Tokens::new(key);
        let first = tokens.authorization("https://a.example", NOW);
        assert_eq!(first, tokens.authorization("https://a.example", NOW + LIFE - MARGIN));
        assert_ne!(first, tokens.authorization("https://a.example", NOW + LIFE - MARGIN + 1));
        assert_ne!(first, tokens.authorization("https://b.example", NOW));
    }

    #[test]
    fn tokens_of_a_clock_that_was_ahead_are_not_used() {
        let tokens = Tokens::new(VapidKey::new(TEST_KEY, "https://regionx.example/").unwrap());
        let ahead = tokens.authorization("https://a.example", NOW + 86_400);
        assert_ne!(ahead, tokens.authorization("https://a.example", NOW));
    }

    #[test]
    fn strangers_origins_take_bounded_room() {
        let tokens = Tokens::new(VapidKey::new(TEST_KEY, "https://regionx.example/").unwrap());
        tokens.made.lock().unwrap().extend(
            (0..MOST).map(|number| (number.to_string(), Made { ends: NOW + LIFE, header: "".into() })),
        );
        tokens.authorization("https://a.example", NOW);
        assert_eq!(tokens.made.lock().unwrap().len(), 1);
    }

    #[test]
    fn somebody_can_be_asked() {
        for contact in ["", "push@regionx.example", "mailto:", "https://a b", "mailto:a\r\nb"] {
            assert_eq!(VapidKey::new(TEST_KEY, contact).err(), Some(VapidKeyError::Contact), "{contact}");
        }
    }
}
