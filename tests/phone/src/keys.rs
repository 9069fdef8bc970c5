//! The phone's key store: two P-256 keys for each account, in software.

use crate::random::Random;
use authenticator_core::effect::{Key, KeyFailure, Outcome};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use std::collections::BTreeMap;

/// The keys of every account, by the name that the core gave.
#[derive(Default)]
pub(crate) struct Keys {
    pairs: BTreeMap<String, Pair>,
}

struct Pair {
    device: SigningKey,
    approval: SigningKey,
}

impl Keys {
    pub(crate) fn create(&mut self, account: &str, random: &mut Random) -> Outcome {
        let pair = Pair { device: key(random), approval: key(random) };
        let (device, approval) = (public(&pair.device), public(&pair.approval));
        self.pairs.insert(account.to_owned(), pair);
        Outcome::KeysCreated { device, approval }
    }

    /// In DER, as both platforms give it.
    pub(crate) fn sign(&self, account: &str, key: Key, message: &[u8]) -> Outcome {
        let Some(pair) = self.pairs.get(account) else {
            return Outcome::KeyFailed(KeyFailure::Invalidated);
        };
        let key = match key {
            Key::Device => &pair.device,
            Key::Approval => &pair.approval,
        };
        let signature: Signature = key.sign(message);
        Outcome::Signed(signature.to_der().as_bytes().to_vec())
    }

    pub(crate) fn delete(&mut self, account: &str) {
        self.pairs.remove(account);
    }

    /// Account, device key and approval key, for the folder.
    pub(crate) fn export(&self) -> Vec<(String, Vec<u8>, Vec<u8>)> {
        let bytes = |key: &SigningKey| key.to_bytes().to_vec();
        self.pairs
            .iter()
            .map(|(name, pair)| (name.clone(), bytes(&pair.device), bytes(&pair.approval)))
            .collect()
    }

    /// `None` when one of them is no key.
    pub(crate) fn import(saved: Vec<(String, Vec<u8>, Vec<u8>)>) -> Option<Self> {
        let mut pairs = BTreeMap::new();
        for (account, device, approval) in saved {
            let device = SigningKey::from_slice(&device).ok()?;
            let approval = SigningKey::from_slice(&approval).ok()?;
            pairs.insert(account, Pair { device, approval });
        }
        Some(Self { pairs })
    }
}

fn key(random: &mut Random) -> SigningKey {
    loop {
        // Fails once in 2^32, when the bytes are no scalar of P-256.
        if let Ok(key) = SigningKey::from_slice(&random.next()) {
            return key;
        }
    }
}

fn public(key: &SigningKey) -> Vec<u8> {
    key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;

    #[test]
    fn both_keys_sign_under_their_public_half() {
        let mut keys = Keys::default();
        let Outcome::KeysCreated { device, approval } = keys.create("a", &mut Random::new(Some([1; 32])))
        else {
            panic!("no keys");
        };
        assert_ne!(device, approval);
        for (key, public) in [(Key::Device, device), (Key::Approval, approval)] {
            assert_eq!(public.len(), 65);
            let Outcome::Signed(der) = keys.sign("a", key, b"message") else { panic!("not signed") };
            let public = VerifyingKey::from_sec1_bytes(&public).unwrap();
            public.verify(b"message", &Signature::from_der(&der).unwrap()).unwrap();
        }
        keys.delete("a");
        assert_eq!(keys.sign("a", Key::Device, b""), Outcome::KeyFailed(KeyFailure::Invalidated));
    }
}
