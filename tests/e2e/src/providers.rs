//! The providers' fakes, and channels that lead to them.

use crate::Error;
use authenticator_protocol::channels::{
    ApnsAddress, Channel, Environment, FcmAddress, PushAddress, WebPushAddress,
};
use authenticator_protocol::code::{Bytes, Secret, decode};
use authenticator_protocol::random::bytes;
use authenticator_protocol::wake::Wake;
use delivery::fake::{FakeApns, FakeFcm, FakeWebPush, Received, TEST_KEY};
use hmac::{Hmac, KeyInit as _, Mac as _};
use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::{PublicKey, SecretKey};
use push_service::clock::ManualClock;
use push_service::push::OnClock;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use store::SystemRandom;
use tempfile::TempDir;

/// The app's bundle id.
const TOPIC: &str = "se.regionx.styrk";

/// All three, on loopback.
pub struct Providers {
    /// Apple.
    pub apns: FakeApns,
    /// Google.
    pub fcm: FakeFcm,
    /// A push service.
    pub web: FakeWebPush,
    folder: TempDir,
}

impl Providers {
    /// Starts them, on this clock.
    pub async fn start(clock: &ManualClock) -> Result<Self, Error> {
        let clock: Arc<dyn delivery::Clock> = Arc::new(OnClock(Arc::new(clock.clone())));
        let apns = FakeApns::start(TOPIC, Arc::clone(&clock)).await;
        let fcm = FakeFcm::start(Arc::clone(&clock)).await;
        let web = FakeWebPush::start(clock).await;
        Ok(Self { apns, fcm, web, folder: tempfile::tempdir()? })
    }

    /// The service's `[push]`, with keys that the fakes know.
    pub fn configuration(&self) -> Result<String, Error> {
        let roots = [self.apns.root(), self.fcm.root(), self.web.root()].concat();
        let (roots, key) = (self.file("roots.pem", &roots)?, self.file("key.pem", TEST_KEY)?);
        let account = self.file("account.json", &self.fcm.account())?;
        let (apns, fcm) = (self.apns.endpoint(), self.fcm.endpoint());
        Ok(format!(
            "[push]\nroots = {roots:?}\n\
             [push.apns]\nkey = {key:?}\nkey_id = \"ABCDE12345\"\nteam_id = \"TEAM123456\"\ntopic = \"{TOPIC}\"\n\
             endpoint = \"{apns}\"\n\
             [push.fcm]\naccount = {account:?}\nendpoint = \"{fcm}\"\n\
             [push.web]\nkey = {key:?}\ncontact = \"mailto:it@regionx.example\"\nnetworks = [\"127.0.0.0/8\", \"::1/128\"]\n"
        ))
    }

    /// The files of the keys hold nonsense from now on; [`Self::configuration`] mends them.
    pub fn spoil_keys(&self) -> Result<(), Error> {
        self.file("key.pem", "no key").map(drop)
    }

    fn file(&self, name: &str, content: &str) -> Result<PathBuf, Error> {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(path)
    }

    /// All that came in, from all of them.
    pub fn received(&self) -> Vec<Received> {
        [self.apns.script.received(), self.fcm.script.received(), self.web.script.received()].concat()
    }
}

fn fresh() -> Secret<32> {
    Secret(bytes(&mut SystemRandom::new()))
}

/// A channel of a phone by Apple.
pub fn apns() -> Channel {
    let token: [u8; 32] = bytes(&mut SystemRandom::new());
    let token = token.iter().map(|byte| format!("{byte:02x}")).collect();
    let address = ApnsAddress { token, environment: Environment::Production, topic: None };
    Channel { secret: fresh(), address: PushAddress::Apns(address) }
}

/// A channel of a phone by Google.
pub fn fcm() -> Channel {
    let token: [u8; 16] = bytes(&mut SystemRandom::new());
    let token = format!("fY3:{}", Bytes(token));
    Channel { secret: fresh(), address: PushAddress::Fcm(FcmAddress { token }) }
}

/// A subscription of Web Push, with what opens its messages (RFC 8291).
pub struct Subscriber {
    key: SecretKey,
    auth: [u8; 16],
}

impl Subscriber {
    /// A fresh one.
    pub fn fresh() -> Result<Self, Error> {
        let scalar: [u8; 32] = bytes(&mut SystemRandom::new());
        Ok(Self { key: SecretKey::from_slice(&scalar)?, auth: bytes(&mut SystemRandom::new()) })
    }

    fn public(&self) -> Result<[u8; 65], Error> {
        Ok(self.key.public_key().to_sec1_point(false).as_bytes().try_into()?)
    }

    /// Its channel.
    pub fn channel(&self, endpoint: &str) -> Result<Channel, Error> {
        let (p256dh, auth) = (Bytes(self.public()?), Secret(self.auth));
        let address = WebPushAddress { endpoint: endpoint.to_owned(), p256dh, auth };
        Ok(Channel { secret: fresh(), address: PushAddress::WebPush(address) })
    }

    /// Opens a message (RFC 8188 with one record).
    pub fn open(&self, body: &[u8]) -> Result<Vec<u8>, Error> {
        let (salt, sender) = (body.get(..16).ok_or("short")?, body.get(21..86).ok_or("short")?);
        let shared =
            diffie_hellman(&self.key.to_nonzero_scalar(), PublicKey::from_sec1_bytes(sender)?.as_affine());
        let info = [b"WebPush: info\0", &self.public()?[..], sender, &[1]].concat();
        let key = mac(&mac(&self.auth, shared.raw_secret_bytes())?, &info)?;
        let pseudo = mac(salt, &key)?;
        let key = mac(&pseudo, b"Content-Encoding: aes128gcm\0\x01")?;
        let nonce = mac(&pseudo, b"Content-Encoding: nonce\0\x01")?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key[..16]).map_err(|_| "key")?);
        let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).map_err(|_| "nonce")?;
        let mut message = body[86..].to_vec();
        let plain = key.open_in_place(nonce, Aad::empty(), &mut message).map_err(|_| "not for this one")?;
        let end = plain.iter().rposition(|byte| *byte != 0).ok_or("padding alone")?;
        Ok(plain[..end].to_vec())
    }
}

fn mac(key: &[u8], message: &[u8]) -> Result<Vec<u8>, Error> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
    mac.update(message);
    Ok(mac.finalize().into_bytes().to_vec())
}

/// The wake in a request to APNs or FCM.
pub fn wake_of(received: &Received) -> Result<Wake, Error> {
    let body: serde_json::Value = serde_json::from_slice(&received.body)?;
    let found = body.get("w").or_else(|| body.pointer("/message/data/w"));
    let text = found.and_then(|wake| wake.as_str()).ok_or("no wake")?;
    decode(text).as_deref().and_then(Wake::from_bytes).ok_or_else(|| "no wake".into())
}
