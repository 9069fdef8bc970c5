//! Encryption for a subscription: RFC 8291, which is `aes128gcm` of RFC 8188 in one record.

use crate::address::Subscription;
use p256::SecretKey;
use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// The size of the one record. Larger than any that is sent: what a receiver reads is the last record, which ends
/// where the message ends.
const RECORD: u32 = 4096;

/// Bytes around the payload: salt, record size, length and key; delimiter and tag.
pub(super) const OVERHEAD: usize = 16 + 4 + 1 + 65 + 1 + 16;

/// What is drawn for each message, and used for no other.
pub(super) struct Fresh {
    key: SecretKey,
    salt: [u8; 16],
}

impl Fresh {
    /// Drawn from the system; `None` when it has no randomness.
    pub(super) fn draw() -> Option<Self> {
        let random = SystemRandom::new();
        let mut salt = [0; 16];
        random.fill(&mut salt).ok()?;
        // One number in 2^32 is no key.
        (0..4).find_map(|_| {
            let mut scalar = Zeroizing::new([0; 32]);
            random.fill(scalar.as_mut()).ok()?;
            Self::from(scalar.as_ref(), salt)
        })
    }

    fn from(scalar: &[u8], salt: [u8; 16]) -> Option<Self> {
        Some(Self { key: SecretKey::from_slice(scalar).ok()?, salt })
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(prk: &Prk, info: &[&[u8]]) -> Zeroizing<[u8; N]> {
    let mut out = Zeroizing::new([0; N]);
    let expanded = prk.expand(info, Length(N)).and_then(|okm| okm.fill(out.as_mut()));
    expanded.expect("no more than 32 bytes are asked for");
    out
}

/// The body of a push message.
pub(super) fn encrypt(to: &Subscription, payload: &[u8], fresh: Fresh) -> Vec<u8> {
    let (theirs, ours) = (to.key.to_sec1_point(false), fresh.key.public_key().to_sec1_point(false));
    let shared = diffie_hellman(fresh.key.to_nonzero_scalar(), to.key.as_affine());
    // Section 3.4.
    let prk = Salt::new(HKDF_SHA256, &to.auth).extract(shared.raw_secret_bytes().as_slice());
    let ikm: Zeroizing<[u8; 32]> = expand(&prk, &[b"WebPush: info\0", theirs.as_bytes(), ours.as_bytes()]);
    let prk = Salt::new(HKDF_SHA256, &fresh.salt).extract(ikm.as_ref());
    let key: Zeroizing<[u8; 16]> = expand(&prk, &[b"Content-Encoding: aes128gcm\0"]);
    let nonce: Zeroizing<[u8; 12]> = expand(&prk, &[b"Content-Encoding: nonce\0"]);

    let mut record = payload.to_vec();
    // The delimiter of the last record, without padding (RFC 8188, section 2).
    record.push(2);
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key.as_ref()).expect("16 bytes"));
    cipher
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut record)
        .expect("a few thousand bytes");

    let mut body = Vec::with_capacity(record.len() + OVERHEAD);
    body.extend_from_slice(&fresh.salt);
    body.extend_from_slice(&RECORD.to_be_bytes());
    body.push(65);
    body.extend_from_slice(ours.as_bytes());
    body.extend_from_slice(&record);
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// RFC 8291, section 5 and appendix A.
    #[test]
    fn the_example_of_the_rfc_comes_out_as_it_stands_there() {
        let to = Subscription::new(
            "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        )
        .unwrap();
        let scalar = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let fresh = Fresh::from(&scalar, bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap()).unwrap();
        let body = encrypt(&to, b"When I grow up, I want to be a watermelon", fresh);
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz\
                        AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(&body), expected);
        assert_eq!(body.len(), 41 + OVERHEAD);
    }

    #[test]
    fn no_two_messages_share_key_or_salt() {
        let (one, other) = (Fresh::draw().unwrap(), Fresh::draw().unwrap());
        assert_ne!(one.salt, other.salt);
        assert_ne!(one.key.public_key(), other.key.public_key());
    }
}
