//! A shell with software keys: runs effects at once, or holds some back.

use crate::service::{Key as SoftKey, Service};
use crate::texts;
use authenticator_core::effect::{Effect, EffectKind, Key, KeyFailure, Outcome};
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use authenticator_core::{Config, Core};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::keys::Sign;
use authenticator_protocol::request::paths;
use authenticator_protocol::time::{Millis, Seconds};
use std::collections::{BTreeMap, VecDeque};

pub(crate) const START: Millis = Millis(1_800_000_000_000);

pub(crate) fn config() -> Config {
    Config {
        app: "1.0.0".into(),
        model: "Pixel 9".into(),
        system: "Android 16".into(),
        allow_loopback_http: true,
    }
}

/// A signature that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Signing {
    pub(crate) account: String,
    pub(crate) key: Key,
    pub(crate) typ: String,
}

pub(crate) struct Phone {
    pub(crate) core: Core,
    pub(crate) now: Millis,
    /// No network.
    pub(crate) offline: bool,
    /// Requests to this path arrive, their answers do not.
    pub(crate) lose: Option<&'static str>,
    /// Requests to this path wait in `held`.
    pub(crate) hold: Option<&'static str>,
    /// Signatures wait in `held`.
    pub(crate) hold_signing: Option<Key>,
    pub(crate) held: VecDeque<Effect>,
    pub(crate) key_failure: Option<(Key, KeyFailure)>,
    /// Signs with another key than it should.
    pub(crate) wrong_key: bool,
    pub(crate) keys: BTreeMap<String, (SoftKey, SoftKey)>,
    pub(crate) deleted: Vec<String>,
    pub(crate) signed: Vec<Signing>,
    pub(crate) timers: BTreeMap<u64, Millis>,
    pub(crate) saved: Option<Vec<u8>>,
    pub(crate) sockets: Vec<(u64, String)>,
    pub(crate) sent: Vec<(u64, String)>,
    pub(crate) log: Vec<Effect>,
    made: u8,
}

impl Phone {
    pub(crate) fn new() -> Self {
        Self::with(config(), None)
    }

    pub(crate) fn with(config: Config, saved: Option<&[u8]>) -> Self {
        Self {
            core: Core::open(config, saved, [7; 32]),
            now: START,
            offline: false,
            lose: None,
            hold: None,
            hold_signing: None,
            held: VecDeque::new(),
            key_failure: None,
            wrong_key: false,
            keys: BTreeMap::new(),
            deleted: Vec::new(),
            signed: Vec::new(),
            timers: BTreeMap::new(),
            saved: saved.map(<[u8]>::to_vec),
            sockets: Vec::new(),
            sent: Vec::new(),
            log: Vec::new(),
            made: 100,
        }
    }

    /// The app was killed and is started again.
    pub(crate) fn restart(&mut self, services: &mut [&mut Service]) {
        self.core = Core::open(config(), self.saved.as_deref(), [8; 32]);
        self.timers.clear();
        self.sockets.clear();
        self.held.clear();
        self.event(services, Event::Launched);
    }

    pub(crate) fn seconds(&self) -> Seconds {
        self.now.seconds()
    }

    pub(crate) fn screen(&self) -> Screen {
        self.core.view().screen
    }

    pub(crate) fn event(&mut self, services: &mut [&mut Service], event: Event) {
        let effects = self.core.dispatch(self.now, event);
        self.run(services, effects);
    }

    pub(crate) fn outcome(&mut self, services: &mut [&mut Service], id: u64, outcome: Outcome) {
        let effects = self.core.resolve(self.now, id, outcome);
        self.run(services, effects);
    }

    /// Runs what was held back.
    pub(crate) fn release(&mut self, services: &mut [&mut Service]) {
        self.hold = None;
        self.hold_signing = None;
        let held = self.held.drain(..).collect();
        self.run(services, held);
    }

    /// Time passes; timers fire in their order.
    pub(crate) fn wait(&mut self, services: &mut [&mut Service], seconds: u64) {
        let end = self.now.plus_seconds(seconds);
        while let Some((timer, at)) = self
            .timers
            .iter()
            .map(|(timer, at)| (*timer, *at))
            .min_by_key(|(_, at)| *at)
            .filter(|(_, at)| *at <= end)
        {
            self.timers.remove(&timer);
            self.now = at.max(self.now);
            self.event(services, Event::TimerFired(timer));
        }
        self.now = end;
    }

    fn run(&mut self, services: &mut [&mut Service], effects: Vec<Effect>) {
        texts::check(&self.core.view());
        let mut todo: VecDeque<Effect> = effects.into();
        while let Some(effect) = todo.pop_front() {
            self.log.push(effect.clone());
            if self.holds(&effect) {
                self.held.push_back(effect);
            } else if let Some(outcome) = self.perform(services, effect.kind) {
                todo.extend(self.core.resolve(self.now, effect.id, outcome));
                texts::check(&self.core.view());
            }
        }
    }

    fn holds(&self, effect: &Effect) -> bool {
        match &effect.kind {
            EffectKind::Post { url, .. } => self.hold.is_some_and(|path| url.ends_with(path)),
            EffectKind::Sign { key, .. } => self.hold_signing == Some(*key),
            EffectKind::CreateKeys { .. } => self.hold == Some("keys"),
            _ => false,
        }
    }

    fn perform(&mut self, services: &mut [&mut Service], kind: EffectKind) -> Option<Outcome> {
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
        let header = std::str::from_utf8(message).unwrap().split('.').next().unwrap();
        let header = authenticator_protocol::code::decode(header).unwrap();
        let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
        let typ = header["typ"].as_str().unwrap().to_owned();
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

    /// From the first screen to the four characters.
    pub(crate) fn scan(&mut self, service: &mut Service) {
        self.event(&mut [service], Event::AddAccount);
        self.event(&mut [service], Event::ChooseScan);
        let link = service.link();
        self.event(&mut [service], Event::QrScanned(link));
    }

    /// To an account that counts.
    pub(crate) fn enrol(&mut self, service: &mut Service) {
        self.scan(service);
        self.event(&mut [service], Event::Confirmed);
        service.ask(Purpose::ConfirmTest, self.seconds());
        self.event(&mut [service], Event::Refresh);
        self.approve(service, "47");
        self.event(&mut [service], Event::Done);
        assert!(service.devices.last().unwrap().confirmed);
    }

    pub(crate) fn approve(&mut self, service: &mut Service, number: &str) {
        self.event(&mut [service], Event::NumberEntered(number.into()));
        self.event(&mut [service], Event::Approve);
    }

    /// Which keys signed messages of type `typ`.
    pub(crate) fn keys_for(&self, typ: &str) -> Vec<Key> {
        self.signed.iter().filter(|signing| signing.typ == typ).map(|signing| signing.key).collect()
    }
}

/// A phone with one account, and its service.
pub(crate) fn enrolled() -> (Phone, Service) {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.event(&mut [&mut service], Event::Launched);
    phone.enrol(&mut service);
    (phone, service)
}

/// A phone that is asked whether its user signs in.
pub(crate) fn asked() -> (Phone, Service) {
    let (mut phone, mut service) = enrolled();
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    assert!(matches!(phone.screen(), Screen::Approve { .. }), "{:?}", phone.screen());
    phone.signed.clear();
    (phone, service)
}

/// The key of the text of a result screen.
pub(crate) fn result(screen: &Screen) -> &str {
    match screen {
        Screen::Result { text, .. } => &text.key,
        other => panic!("not a result: {other:?}"),
    }
}

/// The bodies that arrived at `path`.
pub(crate) fn bodies<'a>(service: &'a Service, path: &str) -> Vec<&'a [u8]> {
    service.arrived.iter().filter(|(to, _)| to == path).map(|(_, body)| &body[..]).collect()
}

/// How many answers arrived.
pub(crate) fn answers(service: &Service) -> usize {
    bodies(service, paths::ANSWER).len()
}
