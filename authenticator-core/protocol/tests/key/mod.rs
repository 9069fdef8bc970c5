//! Keys for tests, by the `p256` crate.

use authenticator_protocol::keys::{PublicKey, Sign, Signature, Verify};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{SigningKey, VerifyingKey};

pub(crate) struct Key(SigningKey);

impl Key {
    pub(crate) fn new(seed: u8) -> Self {
        Self(SigningKey::from_slice(&[seed; 32]).unwrap())
    }
}

impl Sign for Key {
    fn sign(&self, message: &[u8]) -> Signature {
        let signature: p256::ecdsa::Signature = self.0.sign(message);
        signature.to_bytes().into()
    }

    fn public_key(&self) -> PublicKey {
        PublicKey::from_sec1(self.0.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
    }
}

pub(crate) struct P256;

impl Verify for P256 {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
        let Ok(key) = VerifyingKey::from_sec1_bytes(&key.to_sec1()) else { return false };
        p256::ecdsa::Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}
