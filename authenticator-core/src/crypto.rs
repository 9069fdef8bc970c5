//! Checking P-256 signatures, those of the service and those that this phone has just made.

use authenticator_protocol::keys::{PublicKey, Signature, Verify};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature as Ecdsa, VerifyingKey};

/// ES256 by the `p256` crate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct P256;

impl Verify for P256 {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
        match (VerifyingKey::from_sec1_bytes(&key.to_sec1()), Ecdsa::from_slice(signature)) {
            (Ok(key), Ok(signature)) => key.verify(message, &signature).is_ok(),
            _ => false,
        }
    }
}

/// A public key as the shell tells it; `None` unless it is a point of the curve.
pub(crate) fn public_key(sec1: &[u8]) -> Option<PublicKey> {
    VerifyingKey::from_sec1_bytes(sec1).ok()?;
    PublicKey::from_sec1(sec1)
}

/// What the shell's key store made, `r‖s` or DER, as JWS carries it; `None` unless it verifies.
pub(crate) fn accept(key: &PublicKey, message: &[u8], made: &[u8]) -> Option<Signature> {
    let raw = Signature::try_from(made).ok();
    let der = || Some(Signature::from(Ecdsa::from_der(made).ok()?.to_bytes()));
    raw.filter(|raw| P256.verify(key, message, raw))
        .or_else(|| der().filter(|der| P256.verify(key, message, der)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;

    #[test]
    fn both_forms_count_and_only_under_the_right_key() {
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let other = SigningKey::from_slice(&[8; 32]).unwrap();
        let public =
            |key: &SigningKey| public_key(key.verifying_key().to_sec1_point(false).as_bytes()).unwrap();
        let made: Ecdsa = key.sign(b"message");
        let raw = Signature::from(made.to_bytes());
        assert_eq!(accept(&public(&key), b"message", &raw), Some(raw));
        assert_eq!(accept(&public(&key), b"message", made.to_der().as_bytes()), Some(raw));
        assert_eq!(accept(&public(&other), b"message", &raw), None);
        assert_eq!(accept(&public(&key), b"another", &raw), None);
        assert_eq!(accept(&public(&key), b"message", &raw[..63]), None);
        assert_eq!(public_key(&[4; 65]), None);
    }
}
