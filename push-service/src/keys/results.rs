//! The keys that sign results for relying parties, published as a JWKS. They change without touching phones.
//!
//! Each is a file `result-keys/SECONDS-KID.pk8`: when it was made, and its thumbprint (RFC 7638), which is its `kid`.
//! A new key is published at once and signs after [`OVERLAP`], when every relying party has seen it; the one before
//! it stays published for as long again, because what it signed is still on its way.

use super::private::PrivateKey;
use super::{KeysError, file};
use authenticator_protocol::keys::{PublicKey, Sign as _, Signature, Thumbprint};
use authenticator_protocol::time::Seconds;
use serde::Serialize;
use std::path::Path;

pub(super) const FOLDER: &str = "result-keys";

/// Seconds between a key's publication and its first signature, and between its last one and its removal.
pub const OVERLAP: u64 = 24 * 60 * 60;

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Published; signs from then on.
    Waits(Seconds),
    /// Published, and signs.
    Signs,
    /// Published until then.
    Leaves(Seconds),
    /// To be forgotten.
    Over,
}

/// The phase at `now` of each key of `made`, which is in order. Exactly one signs: the first of all at once, since
/// nobody knows another.
pub fn phases(made: &[Seconds], now: Seconds) -> Vec<Phase> {
    let later = |at: Seconds| Seconds(at.0.saturating_add(OVERLAP));
    let begins = |index: usize| if index == 0 { Seconds(0) } else { later(made[index]) };
    let phase = |index: usize| match made.get(index + 1).map(|_| begins(index + 1)) {
        _ if now < begins(index) => Phase::Waits(begins(index)),
        Some(ends) if now >= later(ends) => Phase::Over,
        Some(ends) if now >= ends => Phase::Leaves(later(ends)),
        _ => Phase::Signs,
    };
    (0..made.len()).map(phase).collect()
}

/// One of them.
#[derive(Debug)]
pub struct ResultKey {
    /// When it was made.
    pub made: Seconds,
    /// Its thumbprint.
    pub kid: Thumbprint,
    key: PrivateKey,
}

impl ResultKey {
    /// ES256 over the signing input of a JWS.
    pub fn sign(&self, input: &[u8]) -> Signature {
        self.key.sign(input)
    }
}

/// All that are on disk, oldest first.
#[derive(Debug)]
pub struct ResultKeys(Vec<ResultKey>);

impl ResultKeys {
    /// Reads them; there is at least one.
    pub fn load(folder: &Path) -> Result<Self, KeysError> {
        let folder = folder.join(FOLDER);
        let mut keys = Vec::new();
        for name in file::names(&folder)?.iter().filter(|name| name.ends_with(".pk8")) {
            let path = folder.join(name);
            let key = PrivateKey::from_pkcs8(&file::read(&path)?, &path)?;
            let kid = key.public_key().thumbprint();
            let made = name.split('-').next().and_then(|made| made.parse().ok().map(Seconds));
            let made = made.filter(|made| *name == file_name(*made, kid)).ok_or(KeysError::Content(path))?;
            keys.push(ResultKey { made, kid, key });
        }
        keys.sort_by_key(|key| (key.made, key.kid.0));
        if keys.is_empty() { Err(KeysError::Content(folder)) } else { Ok(Self(keys)) }
    }

    /// Each with its phase.
    pub fn at(&self, now: Seconds) -> impl Iterator<Item = (&ResultKey, Phase)> {
        let made: Vec<Seconds> = self.0.iter().map(|key| key.made).collect();
        self.0.iter().zip(phases(&made, now))
    }

    /// The one that signs now.
    pub fn signing(&self, now: Seconds) -> Option<&ResultKey> {
        self.at(now).find(|(_, phase)| *phase == Phase::Signs).map(|(key, _)| key)
    }

    /// What relying parties are told (RFC 7517).
    pub fn published(&self, now: Seconds) -> Jwks {
        let published = self.at(now).filter(|(_, phase)| *phase != Phase::Over);
        let jwk = |(key, _): (&ResultKey, Phase)| Jwk {
            key: key.key.public_key(),
            kid: key.kid,
            purpose: "sig",
            alg: "ES256",
        };
        Jwks { keys: published.map(jwk).collect() }
    }
}

fn file_name(made: Seconds, kid: Thumbprint) -> String {
    format!("{}-{kid}.pk8", made.0)
}

/// Makes a key, and forgets those that are over. Its `kid`.
pub fn rotate(folder: &Path, now: Seconds) -> Result<Thumbprint, KeysError> {
    file::make_folder(&folder.join(FOLDER))?;
    let (key, pkcs8) = PrivateKey::generate()?;
    let kid = key.public_key().thumbprint();
    file::write(&folder.join(FOLDER).join(file_name(now, kid)), &pkcs8)?;
    forget(folder, now)?;
    Ok(kid)
}

/// Removes the keys that are over.
pub(super) fn forget(folder: &Path, now: Seconds) -> Result<(), KeysError> {
    for (key, _) in ResultKeys::load(folder)?.at(now).filter(|(_, phase)| *phase == Phase::Over) {
        file::remove(&folder.join(FOLDER).join(file_name(key.made, key.kid)))?;
    }
    Ok(())
}

/// A set of public keys, as JSON (RFC 7517 section 5).
#[derive(Debug, Serialize)]
pub struct Jwks {
    keys: Vec<Jwk>,
}

#[derive(Debug, Serialize)]
struct Jwk {
    #[serde(flatten)]
    key: PublicKey,
    kid: Thumbprint,
    #[serde(rename = "use")]
    purpose: &'static str,
    alg: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;

    const DAY: u64 = OVERLAP;

    fn at(made: &[u64], now: u64) -> Vec<Phase> {
        let made: Vec<Seconds> = made.iter().copied().map(Seconds).collect();
        phases(&made, Seconds(now))
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_after_it_has_signed() {
        use Phase::{Leaves, Over, Signs, Waits};
        assert_eq!(at(&[100], 100), [Signs], "the first one, at once");
        let (begins, gone) = (1_000 + DAY, 1_000 + 2 * DAY);
        for (now, expected) in [
            (1_000, [Signs, Waits(Seconds(begins))]),
            (begins - 1, [Signs, Waits(Seconds(begins))]),
            (begins, [Leaves(Seconds(gone)), Signs]),
            (gone - 1, [Leaves(Seconds(gone)), Signs]),
            (gone, [Over, Signs]),
        ] {
            assert_eq!(at(&[100, 1_000], now), expected, "{now}");
        }
    }

    #[test]
    fn exactly_one_signs_whatever_was_made_when() {
        let times = [0, 1, 1, 5_000, DAY, DAY + 1, 3 * DAY];
        for first in 0..times.len() {
            for now in [0, 1, DAY - 1, DAY, DAY + 5_000, 2 * DAY, 3 * DAY, 4 * DAY, 9 * DAY] {
                let phases = at(&times[first..], now);
                let signing = phases.iter().filter(|phase| **phase == Phase::Signs).count();
                assert_eq!(signing, 1, "{now}: {phases:?}");
            }
        }
        assert!(at(&[], 5).is_empty());
    }

    #[test]
    fn what_is_over_is_forgotten_at_the_next_rotation_or_start() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("keys");
        Keys::create(&folder, Seconds(0)).unwrap();
        let count = || file::names(&folder.join(FOLDER)).unwrap().len();
        let kid = rotate(&folder, Seconds(10)).unwrap();
        assert_eq!(count(), 2);
        let keys = ResultKeys::load(&folder).unwrap();
        let json = serde_json::to_value(keys.published(Seconds(10))).unwrap();
        assert_eq!(json["keys"].as_array().unwrap().len(), 2);
        let newest = &json["keys"][1];
        assert_eq!(newest["kid"], kid.to_string());
        for (member, value) in [("kty", "EC"), ("crv", "P-256"), ("use", "sig"), ("alg", "ES256")] {
            assert_eq!(newest[member], value);
        }
        assert!(newest["d"].is_null() && newest["x"].is_string() && newest["y"].is_string());

        let over = Seconds(10 + 2 * DAY);
        assert_eq!(serde_json::to_value(keys.published(over)).unwrap()["keys"].as_array().unwrap().len(), 1);
        Keys::load(&folder, Seconds(over.0 - 1)).unwrap();
        assert_eq!(count(), 2);
        Keys::load(&folder, over).unwrap();
        assert_eq!(count(), 1);
        assert_eq!(ResultKeys::load(&folder).unwrap().0[0].kid, kid);
    }
}
