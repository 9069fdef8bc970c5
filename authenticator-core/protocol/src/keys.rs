//! P-256 public keys, and the two traits through which signatures are made and checked.

use crate::code::{Bytes, Hash, decode_array, encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;

/// An ES256 signature as JWS carries it: `r‖s`, 64 bytes (RFC 7518 section 3.4).
pub type Signature = [u8; 64];

/// SHA-256 thumbprint of a key (RFC 7638).
pub type Thumbprint = Hash;

/// The first 128 bits of a [`Thumbprint`], as the enrolment code carries it.
pub type ShortThumbprint = Bytes<16>;

/// Something that holds a private P-256 key.
pub trait Sign {
    /// ES256 over `message`: the signer hashes with SHA-256.
    fn sign(&self, message: &[u8]) -> Signature;
    /// The public half.
    fn public_key(&self) -> PublicKey;
}

/// Something that checks ES256 signatures.
pub trait Verify {
    /// True only for a valid signature of `message` under a `key` that is a point of the curve.
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool;
}

/// A P-256 public key: `x‖y`, 64 bytes. That it is a point of the curve is checked by [`Verify`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(pub [u8; 64]);

impl PublicKey {
    /// From the uncompressed SEC 1 form, `04‖x‖y`.
    pub fn from_sec1(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first() {
            Some((4, rest)) => rest.try_into().ok().map(Self),
            _ => None,
        }
    }

    /// The uncompressed SEC 1 form, `04‖x‖y`.
    pub fn to_sec1(&self) -> [u8; 65] {
        let mut out = [4; 65];
        out[1..].copy_from_slice(&self.0);
        out
    }

    /// RFC 7638: SHA-256 over the required members in lexical order, without white space.
    pub fn thumbprint(&self) -> Thumbprint {
        let (x, y) = (encode(&self.0[..32]), encode(&self.0[32..]));
        let json = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Bytes(Sha256::digest(json.as_bytes()).into())
    }

    /// The first half of the thumbprint.
    pub fn short_thumbprint(&self) -> ShortThumbprint {
        short(&self.thumbprint())
    }
}

/// The first 128 bits of `thumbprint`.
pub fn short(thumbprint: &Thumbprint) -> ShortThumbprint {
    let mut out = [0; 16];
    out.copy_from_slice(&thumbprint.0[..16]);
    Bytes(out)
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.thumbprint())
    }
}

#[derive(Serialize, Deserialize)]
struct Jwk {
    crv: String,
    kty: String,
    x: String,
    y: String,
}

/// As a JWK (RFC 7517): members `crv`, `kty`, `x`, `y`.
impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (x, y) = (encode(&self.0[..32]), encode(&self.0[32..]));
        Jwk { crv: "P-256".into(), kty: "EC".into(), x, y }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let jwk = Jwk::deserialize(deserializer)?;
        if (jwk.kty.as_str(), jwk.crv.as_str()) != ("EC", "P-256") {
            return Err(serde::de::Error::custom("jwk: only EC keys on P-256"));
        }
        match (decode_array::<32>(&jwk.x), decode_array::<32>(&jwk.y)) {
            (Some(x), Some(y)) => {
                let mut out = [0; 64];
                out[..32].copy_from_slice(&x);
                out[32..].copy_from_slice(&y);
                Ok(Self(out))
            }
            _ => Err(serde::de::Error::custom("jwk: x and y are 32 bytes of base64url each")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 7517 appendix A.1; its thumbprint was computed with Python's hashlib.
    #[test]
    fn thumbprint_follows_rfc_7638() {
        let jwk = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"}"#;
        let key: PublicKey = serde_json::from_str(jwk).unwrap();
        assert_eq!(key.thumbprint().to_string(), "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
    }

    #[test]
    fn other_keys_are_refused() {
        for jwk in [
            r#"{"kty":"RSA","crv":"P-256","x":"","y":""}"#,
            r#"{"kty":"EC","crv":"P-384","x":"","y":""}"#,
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
        ] {
            assert!(serde_json::from_str::<PublicKey>(jwk).is_err(), "{jwk}");
        }
    }
}
