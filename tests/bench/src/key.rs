//! A phone's private key, signed with by ring.

use authenticator_protocol::keys::{PublicKey, Sign, Signature};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};

pub(crate) struct Key {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Key {
    pub(crate) fn fresh() -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("the system has randomness");
        let pair =
            EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random).expect("ring reads what it wrote");
        Self { pair, random }
    }
}

impl Sign for Key {
    fn sign(&self, message: &[u8]) -> Signature {
        let signature = self.pair.sign(&self.random, message).expect("the system has randomness");
        signature.as_ref().try_into().expect("a fixed-size ES256 signature has 64 bytes")
    }

    fn public_key(&self) -> PublicKey {
        PublicKey::from_sec1(self.pair.public_key().as_ref()).expect("ring writes the uncompressed form")
    }
}
