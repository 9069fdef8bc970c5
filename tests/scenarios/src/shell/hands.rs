//! What the shell does for the core: keys, network, storage, timers.

use super::{Phone, Signing};
use crate::service::{Key as SoftKey, Service};
use authenticator_core::effect::{EffectKind, Key, KeyFailure, Outcome};
use authenticator_protocol::keys::Sign;
use authenticator_protocol::time::Millis;

impl Phone {
    pub(super) fn perform(&mut self, services: &mut [&mut Service], kind: EffectKind) -> Option<Outcome> {
        match kind {
            EffectKind::CreateKeys { account, .. } => Some(self.create(account)),
            EffectKind::Sign { account, key, message, reason } => {
                assert_eq!(reason.is_some(), key == Key::Approval);
                Some(self.sign(account, key, &message))
            }
            EffectKind::DeleteKeys { account } => {
                self.keys.remove(&account);
                self.deleted.push(account);
                None
            }
            EffectKind::Post { url, content_type, body, .. } => {
                assert_eq!(content_type, "application/jose");
                Some(self.post(services, &url, &body))
            }
            EffectKind::Get { .. } => Some(match &self.domain {
                Some((status, body)) if !self.offline => {
                    Outcome::Http { status: *status, body: body.clone() }
                }
                _ => Outcome::NoNetwork,
            }),
            EffectKind::OpenSocket { socket, url } => {
                self.sockets.push((socket, url));
                None
            }
            EffectKind::SendSocket { socket, text } => {
                self.sent.push((socket, text));
                None
            }
            EffectKind::CloseSocket { socket } => {
                self.sockets.retain(|(open, _)| *open != socket);
                None
            }
            EffectKind::StartTimer { timer, after } => {
                self.timers.insert(timer, Millis(self.now.0 + after));
                None
            }
            EffectKind::CancelTimer { timer } => {
                assert!(self.timers.remove(&timer).is_some(), "a timer that was not running");
                None
            }
            EffectKind::Save { state } => {
                self.saved = Some(state);
                None
            }
            EffectKind::Subscribe { account, key } => {
                self.subscriptions.insert(account, key);
                None
            }
            EffectKind::Unsubscribe { account } => {
                self.subscriptions.remove(&account);
                None
            }
            EffectKind::Notify { .. } | EffectKind::TakeBackNotification | EffectKind::Render => None,
        }
    }

    fn create(&mut self, account: String) -> Outcome {
        if let Some((_, failure)) = self.key_failure.filter(|(key, _)| *key == Key::Device) {
            return Outcome::KeyFailed(failure);
        }
        self.made += 2;
        let (device, approval) = (SoftKey::new(self.made), SoftKey::new(self.made + 1));
        let sec1 = |key: &SoftKey| key.public_key().to_sec1().to_vec();
        let outcome = Outcome::KeysCreated { device: sec1(&device), approval: sec1(&approval) };
        self.keys.insert(account, (device, approval));
        outcome
    }

    fn sign(&mut self, account: String, key: Key, message: &[u8]) -> Outcome {
        let typ = typ(message);
        self.signed.push(Signing { account: account.clone(), key, typ });
        if let Some((_, failure)) = self.key_failure.filter(|(failing, _)| *failing == key) {
            return Outcome::KeyFailed(failure);
        }
        let Some((device, approval)) = self.keys.get(&account) else {
            return Outcome::KeyFailed(KeyFailure::Invalidated);
        };
        let right = (key == Key::Device) != self.wrong_key;
        let made = (if right { device } else { approval }).sign(message);
        // Android gives DER, iOS may give either.
        match key {
            Key::Device => Outcome::Signed(made.to_vec()),
            Key::Approval => {
                let der = p256::ecdsa::Signature::from_slice(&made).unwrap().to_der();
                Outcome::Signed(der.as_bytes().to_vec())
            }
        }
    }

    fn post(&mut self, services: &mut [&mut Service], url: &str, body: &[u8]) -> Outcome {
        if self.offline {
            return Outcome::NoNetwork;
        }
        let service = services.iter_mut().find(|service| url.starts_with(&service.server.url("/"))).unwrap();
        let (status, body) = service.post(url, body, self.now.seconds());
        if self.lose.is_some_and(|path| url.ends_with(path)) {
            return Outcome::NoNetwork;
        }
        Outcome::Http { status, body }
    }
}

/// How an effect ended, in a sentence.
pub(super) fn ended(kind: Option<&EffectKind>, outcome: &Outcome) -> String {
    let what = match kind {
        Some(EffectKind::Post { url, .. } | EffectKind::Get { url, .. }) => {
            url.rsplit('/').next().unwrap_or_default().to_owned()
        }
        Some(EffectKind::Sign { message, .. }) => typ(message),
        Some(EffectKind::CreateKeys { .. }) => "the keys of a new account".to_owned(),
        _ => "something that nobody waits for".to_owned(),
    };
    match outcome {
        Outcome::KeysCreated { .. } => format!("The key store has made {what}."),
        Outcome::Signed(_) => format!("The key store has signed: {what}."),
        Outcome::KeyFailed(why) => format!("The key store has not done it: {what}, {why:?}."),
        Outcome::Http { status, .. } => format!("An answer to {what}: {status}."),
        Outcome::NoNetwork => format!("No answer to {what}."),
    }
}

/// The type that a signing input names.
fn typ(message: &[u8]) -> String {
    let header = std::str::from_utf8(message).unwrap().split('.').next().unwrap();
    let header = authenticator_protocol::code::decode(header).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    header["typ"].as_str().unwrap().to_owned()
}
