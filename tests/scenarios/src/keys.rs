//! Keys in software. Their signatures are deterministic (RFC 6979), so that a recording is the same each time.

use authenticator_protocol::keys::{PublicKey, Sign, Signature, Verify};
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature as Ecdsa, SigningKey, VerifyingKey};

pub struct Key(pub SigningKey);

impl Key {
    pub fn new(seed: u8) -> Self {
        Self(SigningKey::from_slice(&[seed.max(1); 32]).unwrap())
    }
}

impl Sign for Key {
    fn sign(&self, message: &[u8]) -> Signature {
        let made: Ecdsa = self.0.sign(message);
        made.to_bytes().into()
    }

    fn public_key(&self) -> PublicKey {
        PublicKey::from_sec1(self.0.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
    }
}

pub struct Check;

impl Verify for Check {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
        let Ok(key) = VerifyingKey::from_sec1_bytes(&key.to_sec1()) else { return false };
        Ecdsa::from_slice(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}
