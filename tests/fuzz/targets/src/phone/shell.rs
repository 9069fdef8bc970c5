//! A shell with software keys that trusts the core with nothing.

use authenticator_core::Core;
use authenticator_core::effect::{Effect, EffectKind, Key, KeyFailure, Outcome};
use authenticator_core::event::Event;
use authenticator_core::screen::{Screen, ScreenModel};
use authenticator_protocol::answer::AnswerReply;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::decode;
use authenticator_protocol::keys::{PublicKey, Sign as _};
use authenticator_protocol::request::paths;
use authenticator_protocol::time::{Millis, Seconds};
use scenarios::sentences;
use scenarios::service::{Device, Key as SoftKey, Service};
use scenarios::shell::{START, config};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const SERVERS: [(&str, u8); 2] = [("https://mfa.regionx.example", 1), ("https://mfa.b.example:8443", 7)];

/// Device and approval keys, made once.
static KEYS: LazyLock<Vec<[SoftKey; 2]>> =
    LazyLock::new(|| (0..12).map(|n| [SoftKey::new(100 + 2 * n), SoftKey::new(101 + 2 * n)]).collect());

/// What a phone and its services have when an input begins.
#[derive(Default)]
pub(crate) struct Start {
    saved: Option<Vec<u8>>,
    keys: BTreeMap<String, usize>,
    devices: [Vec<Device>; 2],
}

pub(crate) struct Shell {
    pub(crate) core: Core,
    pub(crate) now: Millis,
    pub(crate) services: [Service; 2],
    /// No network.
    pub(crate) offline: bool,
    /// Outcomes wait until they are released.
    pub(crate) held: bool,
    /// The process ends after so many effects.
    pub(crate) killed_after: Option<u8>,
    /// Effects that wait for their outcome.
    pub(crate) waiting: Vec<Effect>,
    pub(crate) timers: BTreeMap<u64, Millis>,
    pub(crate) sockets: BTreeSet<u64>,
    pub(crate) keys: BTreeMap<String, usize>,
    saved: Option<Vec<u8>>,
    /// Numbers of effects, timers and sockets.
    used: BTreeSet<u64>,
    /// Accounts by server and device id, as they were saved.
    known: BTreeMap<(String, String), String>,
    /// Accounts whose keys the core had deleted.
    gone: BTreeSet<String>,
    /// Challenges whose end the service has told in its reply to an answer.
    told: BTreeSet<(String, String)>,
    drawn: Option<ScreenModel>,
    restarts: u32,
    /// How many pairs of keys have been made.
    made: usize,
}

impl Shell {
    pub(crate) fn new(start: &Start) -> Self {
        let services = [0, 1].map(|server: usize| {
            let (host, seed) = SERVERS[server];
            let mut service = Service::new(host, seed);
            // Beyond the ids that the start has used.
            (0..10).for_each(|_| service.another_code());
            service.devices = start.devices[server].iter().map(copy).collect();
            service
        });
        let mut shell = Self {
            // No seed is used twice, and every start was made with the first.
            core: Core::open(config(), start.saved.as_deref(), [u8::from(start.saved.is_some()); 32]),
            now: START,
            services,
            offline: false,
            held: false,
            killed_after: None,
            waiting: Vec::new(),
            timers: BTreeMap::new(),
            sockets: BTreeSet::new(),
            keys: start.keys.clone(),
            saved: None,
            used: BTreeSet::new(),
            known: BTreeMap::new(),
            gone: BTreeSet::new(),
            told: BTreeSet::new(),
            drawn: None,
            restarts: 0,
            made: start.keys.len(),
        };
        if let Some(saved) = &start.saved {
            shell.save(saved.clone());
        }
        shell
    }

    /// What it has now, as a start of others.
    pub(crate) fn start(&self) -> Start {
        let devices = [0, 1].map(|server: usize| self.services[server].devices.iter().map(copy).collect());
        Start { saved: self.saved.clone(), keys: self.keys.clone(), devices }
    }

    pub(crate) fn enrol(&mut self, server: usize, confirmed: bool) {
        let (link, now) = (self.services[server].link(), self.seconds());
        self.event(Event::LinkOpened(link));
        self.event(Event::Confirmed);
        if confirmed {
            self.services[server].ask(Purpose::ConfirmTest, now);
            self.event(Event::Refresh);
            self.event(Event::NumberEntered("47".into()));
            self.event(Event::Approve);
            self.event(Event::Done);
        }
        let device = self.services[server].devices.last().expect("it is registered");
        assert_eq!(device.confirmed, confirmed);
    }

    pub(crate) fn seconds(&self) -> Seconds {
        self.now.seconds()
    }

    pub(crate) fn screen(&self) -> Screen {
        self.core.view().screen
    }

    pub(crate) fn event(&mut self, event: Event) {
        match &event {
            Event::TimerFired(timer) => drop(self.timers.remove(timer)),
            Event::SocketClosed { socket, .. } => drop(self.sockets.remove(socket)),
            _ => {}
        }
        let effects = self.core.dispatch(self.now, event);
        self.take(effects);
        self.settle();
    }

    /// Tells how an effect ended; it waits no longer, unless the core does not take this for its outcome.
    pub(crate) fn outcome(&mut self, effect: &Effect, outcome: Outcome) {
        let before = self.core.ignored();
        let reply = match (&effect.kind, &outcome) {
            (EffectKind::Post { url, body, .. }, Outcome::Http { status: 200..=299, body: reply })
                if url.ends_with(paths::ANSWER) && serde_json::from_slice::<AnswerReply>(reply).is_ok() =>
            {
                Some((server(url), challenge(body)))
            }
            _ => None,
        };
        let effects = self.core.resolve(self.now, effect.id, outcome);
        if self.core.ignored() == before {
            self.told.extend(reply);
        }
        self.take(effects);
    }

    /// Until nothing waits any more.
    pub(crate) fn settle(&mut self) {
        let mut left = 400;
        while !self.held && !self.waiting.is_empty() {
            let effect = self.waiting.remove(0);
            let outcome = self.honest(&effect);
            self.outcome(&effect, outcome);
            left -= 1;
            assert!(left > 0, "it comes to no rest");
        }
        let works = matches!(self.screen(), Screen::Working { .. });
        assert!(!works || !self.waiting.is_empty(), "at work with nothing");
    }

    /// The outcome with keys that work and a service that is asked.
    pub(crate) fn honest(&mut self, effect: &Effect) -> Outcome {
        match &effect.kind {
            EffectKind::CreateKeys { account, .. } => {
                let Some(pair) = KEYS.get(self.made) else { return Outcome::KeyFailed(KeyFailure::Failed) };
                self.keys.insert(account.clone(), self.made);
                self.made += 1;
                let [device, approval] =
                    [0, 1].map(|which: usize| pair[which].public_key().to_sec1().to_vec());
                Outcome::KeysCreated { device, approval }
            }
            EffectKind::Sign { account, key, message, .. } => match self.keys.get(account) {
                Some(pair) => {
                    Outcome::Signed(KEYS[*pair][usize::from(*key == Key::Approval)].sign(message).into())
                }
                None => Outcome::KeyFailed(KeyFailure::Invalidated),
            },
            EffectKind::Post { url, body, .. } if !self.offline => {
                let now = self.seconds();
                let at = self.services.iter_mut().find(|service| url.starts_with(&service.server.url("/")));
                match at {
                    Some(service) => {
                        let (status, body) = service.post(url, body, now);
                        Outcome::Http { status, body }
                    }
                    None => Outcome::NoNetwork,
                }
            }
            _ => Outcome::NoNetwork,
        }
    }

    /// The process is killed and started again.
    pub(crate) fn restart(&mut self) {
        self.restarts += 1;
        let mut seed = [2; 32];
        seed[..4].copy_from_slice(&self.restarts.to_be_bytes());
        self.core = Core::open(config(), self.saved.as_deref(), seed);
        self.timers.clear();
        self.sockets.clear();
        self.waiting.clear();
        self.used.clear();
        self.gone.clear();
        self.told.clear();
        self.drawn = None;
        self.killed_after = None;
        self.event(Event::Launched);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        let view = self.core.view();
        assert_eq!(self.core.view(), view, "looking changes nothing");
        sentences::check(&view);
        let drawn = effects.iter().any(|effect| effect.kind == EffectKind::Render);
        assert!(drawn || self.drawn.as_ref() == Some(&view), "what changes is drawn");
        self.drawn = Some(view);
        for effect in effects {
            if self.killed_after.is_some_and(|left| left == 0) {
                return self.restart();
            }
            self.killed_after = self.killed_after.map(|left| left - 1);
            assert!(self.used.insert(effect.id), "no effect twice");
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match &effect.kind {
            EffectKind::CreateKeys { account, .. } | EffectKind::Sign { account, .. } => {
                self.is_alive(account);
                self.waiting.push(effect);
            }
            EffectKind::Post { url, body, .. } => {
                self.may_be_sent(&server(url), body);
                if url.ends_with(paths::ANSWER) {
                    assert!(!self.told.contains(&(server(url), challenge(body))), "answered twice");
                }
                self.waiting.push(effect);
            }
            EffectKind::Get { .. } => self.waiting.push(effect),
            EffectKind::DeleteKeys { account } => {
                self.keys.remove(account);
                self.gone.insert(account.clone());
            }
            EffectKind::OpenSocket { socket, .. } => {
                assert!(self.used.insert(*socket) && self.sockets.insert(*socket), "no socket twice");
            }
            EffectKind::SendSocket { socket, text } => {
                assert!(self.sockets.contains(socket), "a socket that is not open");
                let address = header(text.as_bytes())["url"].as_str().map(server).unwrap_or_default();
                self.may_be_sent(&address, text.as_bytes());
            }
            EffectKind::CloseSocket { socket } => {
                assert!(self.sockets.remove(socket), "a socket that is not open");
            }
            EffectKind::StartTimer { timer, after } => {
                assert!(self.used.insert(*timer), "no timer twice");
                self.timers.insert(*timer, Millis(self.now.0.saturating_add(*after)));
            }
            EffectKind::CancelTimer { timer } => {
                assert!(self.timers.remove(timer).is_some(), "a timer that is not running");
            }
            EffectKind::Save { state } => self.save(state.clone()),
            EffectKind::Notify { .. }
            | EffectKind::TakeBackNotification
            | EffectKind::Subscribe { .. }
            | EffectKind::Unsubscribe { .. }
            | EffectKind::Render => {}
        }
    }

    fn save(&mut self, state: Vec<u8>) {
        let book: Value = serde_json::from_slice(&state).expect("JSON");
        for account in book["accounts"].as_array().expect("accounts") {
            let text = |name: &str| account[name].as_str().expect("a text").to_owned();
            self.known.insert((text("server"), text("device")), text("id"));
        }
        self.saved = Some(state);
    }

    fn is_alive(&self, account: &str) {
        assert!(!self.gone.contains(account), "an account that is gone");
    }

    /// Whoever signed it is not gone.
    fn may_be_sent(&self, server: &str, body: &[u8]) {
        // A receipt is not signed.
        if body.is_empty() {
            return;
        }
        let header = header(body);
        if let Some(kid) = header["kid"].as_str() {
            let account = self.known.get(&(server.to_owned(), kid.to_owned()));
            self.is_alive(account.expect("it was saved before it was used"));
        } else {
            let key: PublicKey = serde_json::from_value(header["jwk"].clone()).expect("kid or jwk");
            let mine = |pair: &usize| KEYS[*pair][0].public_key() == key;
            assert!(self.keys.values().any(mine), "an account that is gone");
        }
    }

    /// Wherever the user is: back leads home, and home leads on.
    pub(crate) fn there_is_a_way(&mut self) {
        self.killed_after = None;
        for _ in 0..6 {
            if matches!(self.screen(), Screen::Accounts { .. }) {
                break;
            }
            let before = self.core.ignored();
            let held = std::mem::replace(&mut self.held, true);
            let effects = self.core.dispatch(self.now, Event::Back);
            assert_eq!(self.core.ignored(), before, "back counts");
            self.take(effects);
            self.held = held;
        }
        assert!(matches!(self.screen(), Screen::Accounts { .. }), "no way home from {:?}", self.screen());
        self.held = true;
        self.event(Event::AddAccount);
        assert!(matches!(self.screen(), Screen::AddAccount { .. }), "no way on");
    }

    /// After a start with everything in order, every key belongs to an account.
    pub(crate) fn nothing_is_left_behind(&mut self) {
        (self.offline, self.held) = (false, false);
        for service in &mut self.services {
            service.refuse.clear();
        }
        self.restart();
        let saved = self.saved.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        for account in self.keys.keys() {
            assert!(saved.contains(account.as_str()), "keys without an account");
        }
        assert!(!matches!(self.screen(), Screen::Working { .. }), "a start waits for nothing");
    }
}

fn copy(device: &Device) -> Device {
    Device { ..*device }
}

/// The address before the path.
fn server(url: &str) -> String {
    url.replacen("wss://", "https://", 1).split("/api/").next().unwrap_or_default().to_owned()
}

/// A part of a compact JWS.
fn part(body: &[u8], index: usize) -> Value {
    let text = std::str::from_utf8(body).expect("a compact JWS");
    let part = text.split('.').nth(index).and_then(decode).expect("base64url");
    serde_json::from_slice(&part).expect("JSON")
}

fn header(body: &[u8]) -> Value {
    part(body, 0)
}

fn challenge(answer: &[u8]) -> String {
    part(answer, 1)["challenge"].as_str().expect("an answer names its challenge").to_owned()
}
