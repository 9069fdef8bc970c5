//! Signed tokens by which a sender says who it is (RFC 7515, RFC 7519).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::pkcs8::DecodePrivateKey as _;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Serialize;
use std::fmt;

/// Why a file is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A P-256 key was expected.
    #[error("not a P-256 private key in PEM (\"BEGIN PRIVATE KEY\", PKCS #8)")]
    P256,
    /// An RSA key was expected.
    #[error("not an RSA private key of 2,048 bits or more in PEM (\"BEGIN PRIVATE KEY\", PKCS #8)")]
    Rsa,
}

/// A P-256 key, signing by ES256. The same text gets the same signature (RFC 6979), on every machine.
#[derive(Clone)]
pub(crate) struct EcKey(SigningKey);

/// An RSA key, signing by RS256.
pub(crate) struct RsaKey(RsaKeyPair);

impl EcKey {
    pub(crate) fn from_pem(pem: &str) -> Result<Self, KeyError> {
        SigningKey::from_pkcs8_pem(pem.trim()).map(Self).map_err(|_| KeyError::P256)
    }

    /// The uncompressed point, in base64url.
    pub(crate) fn public(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0.verifying_key().as_affine().to_sec1_point(false).as_bytes())
    }

    pub(crate) fn token(&self, header: &impl Serialize, claims: &impl Serialize) -> String {
        let text = unsigned(header, claims);
        let signature: Signature = self.0.sign(text.as_bytes());
        format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

impl RsaKey {
    pub(crate) fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| KeyError::Rsa)?;
        RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map(Self).map_err(|_| KeyError::Rsa)
    }

    pub(crate) fn token(&self, header: &impl Serialize, claims: &impl Serialize) -> String {
        let text = unsigned(header, claims);
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .expect("the system has randomness, and the buffer has the modulus' length");
        format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

fn unsigned(header: &impl Serialize, claims: &impl Serialize) -> String {
    format!("{}.{}", part(header), part(claims))
}

fn part(value: &impl Serialize) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).expect("texts and numbers alone"))
}

impl fmt::Debug for EcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EcKey([redacted] of {})", self.public())
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey([redacted])")
    }
}
