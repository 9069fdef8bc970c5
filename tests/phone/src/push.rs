//! How pushes reach a phone: what its system gives the app, and what comes.

use crate::random::Random;
use authenticator_core::event::PushAddress;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use std::fmt;
use std::sync::Arc;

/// A way by which the app is woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The open socket.
    Socket,
    /// Apple's service.
    Apns,
    /// Google's.
    Fcm,
    /// Web Push, over a distributor.
    WebPush,
}

/// A push as it comes to the phone.
#[derive(Clone, PartialEq, Eq)]
pub enum Push {
    /// The payload that APNs was sent.
    Apns(Vec<u8>),
    /// The request that FCM was sent.
    Fcm(Vec<u8>),
    /// The message that came at the endpoint of a subscription (RFC 8291).
    WebPush {
        /// Of which subscription.
        endpoint: String,
        /// Encrypted.
        body: Vec<u8>,
    },
}

/// It may hold a wake.
impl fmt::Debug for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Push({:?})", self.way())
    }
}

impl Push {
    /// The way that it came.
    pub fn way(&self) -> Way {
        match self {
            Self::Apns(_) => Way::Apns,
            Self::Fcm(_) => Way::Fcm,
            Self::WebPush { .. } => Way::WebPush,
        }
    }
}

/// What brings Web Push to a phone: it gives out endpoints (RFC 8030), and hands what comes there to
/// [`crate::Phone::pushed`].
pub trait Distributor: Send + Sync {
    /// The endpoint of a new subscription, which the holder of `key` alone may use (RFC 8292).
    fn subscribe(&self, key: &str) -> String;
}

/// What a phone's system gives the app for pushes.
#[derive(Clone, Default)]
pub struct Pushes {
    /// Of Apple or Google: told at each start of the app.
    pub addresses: Vec<PushAddress>,
    /// Of Web Push, when there is one.
    pub distributor: Option<Arc<dyn Distributor>>,
}

impl Pushes {
    /// The ways of this phone.
    pub fn ways(&self) -> Vec<Way> {
        let told = self.addresses.iter().map(|address| match address {
            PushAddress::Apns { .. } => Way::Apns,
            PushAddress::Fcm { .. } => Way::Fcm,
            PushAddress::WebPush { .. } => Way::WebPush,
        });
        let web = self.distributor.is_some().then_some(Way::WebPush);
        let mut ways: Vec<Way> = std::iter::once(Way::Socket).chain(told).chain(web).collect();
        ways.sort_unstable();
        ways.dedup();
        ways
    }
}

/// The wake in the payload of APNs, or in the request to FCM.
pub(crate) fn wake_in(json: &[u8], path: &str) -> Option<Vec<u8>> {
    let json: serde_json::Value = serde_json::from_slice(json).ok()?;
    BASE64_URL_SAFE_NO_PAD.decode(json.pointer(path)?.as_str()?).ok()
}

/// A subscription of Web Push: the connector's side, which alone can read what comes.
pub(crate) struct Subscription {
    pub(crate) endpoint: String,
    /// Whose it is to use.
    pub(crate) sender: String,
    key: SecretKey,
    auth: [u8; 16],
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(prk: &Prk, info: &[&[u8]]) -> [u8; N] {
    let mut out = [0; N];
    let expanded = prk.expand(info, Length(N)).and_then(|okm| okm.fill(&mut out));
    expanded.expect("no more than 32 bytes are asked for");
    out
}

impl Subscription {
    pub(crate) fn new(endpoint: String, sender: String, random: &mut Random) -> Self {
        // One number in 2^32 is no key.
        let key = std::iter::repeat_with(|| SecretKey::from_slice(&random.next()).ok()).flatten().next();
        let key = key.expect("there is always another number");
        let mut auth = [0; 16];
        auth.copy_from_slice(&random.next()[..16]);
        Self { endpoint, sender, key, auth }
    }

    pub(crate) fn address(&self, account: &str) -> PushAddress {
        PushAddress::WebPush {
            account: account.to_owned(),
            endpoint: self.endpoint.clone(),
            p256dh: BASE64_URL_SAFE_NO_PAD.encode(self.key.public_key().to_sec1_point(false).as_bytes()),
            auth: BASE64_URL_SAFE_NO_PAD.encode(self.auth),
        }
    }

    /// RFC 8291 section 3.4, and one record of RFC 8188; `None` when it was not encrypted for this subscription.
    pub(crate) fn read(&self, body: &[u8]) -> Option<Vec<u8>> {
        let (salt, rest) = body.split_at_checked(16)?;
        let (_record_size, rest) = rest.split_at_checked(4)?;
        let (length, rest) = rest.split_at_checked(1)?;
        let (theirs, record) = rest.split_at_checked(usize::from(length[0]))?;
        let sender = PublicKey::from_sec1_bytes(theirs).ok()?;
        let ours = self.key.public_key().to_sec1_point(false);
        let shared = diffie_hellman(self.key.to_nonzero_scalar(), sender.as_affine());
        let prk = Salt::new(HKDF_SHA256, &self.auth).extract(shared.raw_secret_bytes().as_slice());
        let ikm: [u8; 32] = expand(&prk, &[b"WebPush: info\0", ours.as_bytes(), theirs]);
        let prk = Salt::new(HKDF_SHA256, salt).extract(&ikm);
        let key: [u8; 16] = expand(&prk, &[b"Content-Encoding: aes128gcm\0"]);
        let nonce: [u8; 12] = expand(&prk, &[b"Content-Encoding: nonce\0"]);
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).expect("16 bytes"));
        let mut record = record.to_vec();
        let plain =
            cipher.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record).ok()?;
        // The last record ends with 2 and padding.
        let end = plain.iter().rposition(|byte| *byte != 0).filter(|end| plain[*end] == 2)?;
        Some(plain[..end].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// RFC 8291, section 5 and appendix A.
    #[test]
    fn the_example_of_the_rfc_is_read() {
        let auth = bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().unwrap();
        let key = SecretKey::from_slice(&bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).unwrap();
        let (endpoint, sender) = (String::new(), String::new());
        let mut subscription = Subscription { endpoint, sender, key, auth };
        let PushAddress::WebPush { p256dh, .. } = subscription.address("a") else { panic!() };
        assert_eq!(
            p256dh,
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        );
        let mut body = bytes(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz\
             AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
        assert_eq!(subscription.read(&body).unwrap(), b"When I grow up, I want to be a watermelon");
        for cut in [0, 20, 21, 86, body.len() - 1] {
            assert_eq!(subscription.read(&body[..cut]), None, "{cut}");
        }
        body[100] ^= 1;
        assert_eq!(subscription.read(&body), None);
        body[100] ^= 1;
        subscription.auth[0] ^= 1;
        assert_eq!(subscription.read(&body), None, "another subscription's");
    }

    #[test]
    fn a_wake_is_found_where_each_provider_has_it() {
        assert_eq!(wake_in(br#"{"aps":{},"w":"AQI"}"#, "/w"), Some(vec![1, 2]));
        assert_eq!(wake_in(br#"{"message":{"data":{"w":"AQI"}}}"#, "/message/data/w"), Some(vec![1, 2]));
        for json in [&b"{}"[..], b"", br#"{"w":7}"#, br#"{"w":"A"}"#] {
            assert_eq!(wake_in(json, "/w"), None);
        }
    }
}
