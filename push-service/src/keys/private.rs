//! A private P-256 key in memory, signed with by ring.

use super::KeysError;
use authenticator_protocol::keys::{PublicKey, Sign, Signature, Verify};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use std::fmt;
use std::path::Path;
use zeroize::Zeroizing;

/// A private key. What is on disk is PKCS #8.
pub struct PrivateKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl PrivateKey {
    /// A fresh key, and what is to be kept of it.
    pub(super) fn generate() -> Result<(Self, Zeroizing<Vec<u8>>), KeysError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| KeysError::Random)?;
        let pkcs8 = Zeroizing::new(document.as_ref().to_vec());
        Ok((Self::from_pkcs8(&pkcs8, Path::new("a fresh key"))?, pkcs8))
    }

    /// The key in the content of `path`.
    pub(super) fn from_pkcs8(pkcs8: &[u8], path: &Path) -> Result<Self, KeysError> {
        let random = SystemRandom::new();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &random)
            .map(|pair| Self { pair, random })
            .map_err(|_| KeysError::Content(path.into()))
    }
}

impl Sign for PrivateKey {
    fn sign(&self, message: &[u8]) -> Signature {
        let signature = self.pair.sign(&self.random, message).expect("the system has randomness");
        signature.as_ref().try_into().expect("a fixed-size ES256 signature has 64 bytes")
    }

    fn public_key(&self) -> PublicKey {
        PublicKey::from_sec1(self.pair.public_key().as_ref()).expect("ring writes the uncompressed form")
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey([redacted] of {})", self.public_key().thumbprint())
    }
}

/// Checks signatures with ring.
#[derive(Clone, Copy, Debug)]
pub struct RingVerify;

impl Verify for RingVerify {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.to_sec1()).verify(message, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_what_verifies_and_prints_nothing() {
        let (key, pkcs8) = PrivateKey::generate().unwrap();
        let again = PrivateKey::from_pkcs8(&pkcs8, Path::new("kept")).unwrap();
        let signature = again.sign(b"message");
        assert!(RingVerify.verify(&key.public_key(), b"message", &signature));
        assert!(!RingVerify.verify(&key.public_key(), b"another", &signature));
        assert_eq!(
            format!("{key:?}"),
            format!("PrivateKey([redacted] of {})", again.public_key().thumbprint())
        );
    }
}
