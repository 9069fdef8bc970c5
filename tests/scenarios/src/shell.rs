//! A shell with software keys: runs effects at once, or holds some back, and records what the core is told.

mod hands;
mod user;

pub use user::{apns, fcm, push, web_push};

use crate::replay::{Opening, Scenario};
use crate::sentences;
use crate::service::{Key as SoftKey, Service};
use crate::tape::{Call, Tape};
use authenticator_core::effect::{Effect, EffectKind, Key, KeyFailure, Outcome};
use authenticator_core::event::{Event, Frame};
use authenticator_core::screen::Screen;
use authenticator_core::{Config, Core};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::Bytes;
use authenticator_protocol::jws::Unverified;
use authenticator_protocol::request::paths;
use authenticator_protocol::socket::{Greeting, SocketOpening};
use authenticator_protocol::time::{Millis, Seconds};
use std::collections::{BTreeMap, VecDeque};

pub const START: Millis = Millis(1_800_000_000_000);

pub fn config() -> Config {
    Config {
        app: "1.0.0".into(),
        model: "Pixel 9".into(),
        system: "Android 16".into(),
        allow_loopback_http: true,
    }
}

/// A signature that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Signing {
    pub account: String,
    pub key: Key,
    pub typ: String,
}

pub struct Phone {
    pub core: Core,
    pub now: Millis,
    /// No network.
    pub offline: bool,
    /// What any domain answers to a GET; without it there is no such domain.
    pub domain: Option<(u16, Vec<u8>)>,
    /// Requests to this path arrive, their answers do not.
    pub lose: Option<&'static str>,
    /// Requests to this path arrive, their answers wait in `late`.
    pub slow: Option<&'static str>,
    pub late: Vec<(u64, Outcome)>,
    /// Requests to this path wait in `held`.
    pub hold: Option<&'static str>,
    /// Signatures wait in `held`.
    pub hold_signing: Option<Key>,
    pub held: VecDeque<Effect>,
    pub key_failure: Option<(Key, KeyFailure)>,
    /// Signs with another key than it should.
    pub wrong_key: bool,
    pub keys: BTreeMap<String, (SoftKey, SoftKey)>,
    pub deleted: Vec<String>,
    pub signed: Vec<Signing>,
    pub timers: BTreeMap<u64, Millis>,
    pub saved: Option<Vec<u8>>,
    pub sockets: Vec<(u64, String)>,
    pub sent: Vec<(u64, String)>,
    /// By their names, with their keys.
    pub subscriptions: BTreeMap<String, String>,
    pub log: Vec<Effect>,
    /// The process is killed at one of the effects to come.
    pub kill: Option<Kill>,
    /// It was killed: nothing happens until the restart.
    pub dead: bool,
    made: u8,
    starts: u8,
    tape: Option<Tape>,
}

/// When the process is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kill {
    /// After this many more effects.
    pub after: usize,
    /// The next one is still carried out, its outcome is not told.
    pub carried_out: bool,
}

impl Default for Phone {
    fn default() -> Self {
        Self::new()
    }
}

impl Phone {
    pub fn new() -> Self {
        Self::with(config(), None)
    }

    pub fn with(config: Config, saved: Option<&[u8]>) -> Self {
        Self {
            core: Core::open(config, saved, [7; 32]),
            now: START,
            offline: false,
            domain: None,
            lose: None,
            slow: None,
            late: Vec::new(),
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
            subscriptions: BTreeMap::new(),
            log: Vec::new(),
            kill: None,
            dead: false,
            made: 100,
            starts: 7,
            tape: None,
        }
    }

    /// From here on everything is recorded, beginning with a start of the app.
    pub fn record(&mut self, about: &str, promise: &str) {
        self.stop();
        let open = self.open();
        let (about, promise) = (about.to_owned(), promise.to_owned());
        let scenario = Scenario { about, promise, config: config().into(), open, steps: Vec::new() };
        self.tape = Some(Tape::new(scenario));
    }

    /// What was recorded.
    pub fn scenario(self) -> Scenario {
        self.tape.expect("a recording").scenario()
    }

    /// An event, with a sentence for the recording.
    pub fn step(&mut self, services: &mut [&mut Service], about: &str, event: Event) {
        if let Some(tape) = &mut self.tape {
            tape.about(about);
        }
        self.event(services, event);
    }

    /// The process is gone.
    pub fn stop(&mut self) {
        self.dead = true;
        self.kill = None;
        self.timers.clear();
        self.sockets.clear();
        self.held.clear();
        self.late.clear();
    }

    /// A new process.
    fn open(&mut self) -> Opening {
        self.dead = false;
        self.starts += 1;
        let seed = [self.starts; 32];
        self.core = Core::open(config(), self.saved.as_deref(), seed);
        Opening::new(seed, self.saved.as_deref())
    }

    /// The app was killed, is started again, and is killed once more on the way.
    pub fn restart_killed(&mut self, services: &mut [&mut Service], kill: Kill) {
        self.start(services, Some(kill));
        self.stop();
    }

    /// The app was killed and is started again.
    pub fn restart(&mut self, services: &mut [&mut Service]) {
        self.start(services, None);
    }

    fn start(&mut self, services: &mut [&mut Service], kill: Option<Kill>) {
        self.stop();
        self.kill = kill;
        let opening = self.open();
        if let Some(tape) = &mut self.tape {
            tape.add(&self.core, self.now, Call::Open(opening), &[], "The system has killed the app.");
        }
        self.step(services, "The user starts the app.", Event::Launched);
    }

    pub fn seconds(&self) -> Seconds {
        self.now.seconds()
    }

    pub fn screen(&self) -> Screen {
        self.core.view().screen
    }

    pub fn event(&mut self, services: &mut [&mut Service], event: Event) {
        if self.dead {
            return;
        }
        let effects = self.core.dispatch(self.now, event.clone());
        if let Some(tape) = &mut self.tape {
            let about = format!("{event:?} happens.");
            tape.add(&self.core, self.now, Call::Event(event.into()), &effects, &about);
        }
        self.carry_out(services, effects);
    }

    pub fn outcome(&mut self, services: &mut [&mut Service], id: u64, outcome: Outcome) {
        let effects = self.resolve(id, outcome);
        self.carry_out(services, effects);
    }

    fn resolve(&mut self, id: u64, outcome: Outcome) -> Vec<Effect> {
        let effects = self.core.resolve(self.now, id, outcome.clone());
        if let Some(tape) = &mut self.tape {
            let kind = self.log.iter().rev().find(|effect| effect.id == id).map(|effect| &effect.kind);
            let about = hands::ended(kind, &outcome);
            tape.add(&self.core, self.now, Call::Outcome(id, outcome.into()), &effects, &about);
        }
        effects
    }

    /// Runs what was held back.
    pub fn release(&mut self, services: &mut [&mut Service]) {
        self.hold = None;
        self.hold_signing = None;
        let held = self.held.drain(..).collect();
        self.carry_out(services, held);
    }

    /// What was late arrives.
    pub fn deliver(&mut self, services: &mut [&mut Service]) {
        self.slow = None;
        for (id, outcome) in std::mem::take(&mut self.late) {
            self.outcome(services, id, outcome);
        }
    }

    /// Time passes; timers fire in their order.
    pub fn wait(&mut self, services: &mut [&mut Service], seconds: u64) {
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
            self.step(services, "Time passes; a timer has run out.", Event::TimerFired(timer));
        }
        self.now = end;
    }

    /// Carries out `effects`, and what comes of them.
    pub fn carry_out(&mut self, services: &mut [&mut Service], effects: Vec<Effect>) {
        sentences::check(&self.core.view());
        let mut todo: VecDeque<Effect> = effects.into();
        while let Some(effect) = todo.pop_front() {
            self.log.push(effect.clone());
            if let Some(Kill { after: 0, carried_out }) = self.kill {
                if carried_out {
                    self.perform(services, effect.kind);
                }
                return self.stop();
            }
            if let Some(kill) = &mut self.kill {
                kill.after -= 1;
            }
            let url = match &effect.kind {
                EffectKind::Post { url, .. } => Some(url.clone()),
                _ => None,
            };
            if self.holds(&effect) {
                self.held.push_back(effect);
            } else if let Some(outcome) = self.perform(services, effect.kind) {
                if url.is_some_and(|url| self.slow.is_some_and(|path| url.ends_with(path))) {
                    self.late.push((effect.id, outcome));
                    continue;
                }
                todo.extend(self.resolve(effect.id, outcome));
                sentences::check(&self.core.view());
            }
        }
    }

    fn holds(&self, effect: &Effect) -> bool {
        match &effect.kind {
            EffectKind::Post { url, .. } | EffectKind::Get { url, .. } => {
                self.hold.is_some_and(|path| url.contains(path))
            }
            EffectKind::Sign { key, .. } => self.hold_signing == Some(*key),
            EffectKind::CreateKeys { .. } => self.hold == Some("keys"),
            _ => false,
        }
    }

    /// The opening that was sent last, and on which socket.
    pub fn opening(&self) -> (u64, Unverified<SocketOpening>) {
        let (socket, text) = self.sent.last().expect("an opening");
        (*socket, Unverified::parse(text).expect("an opening"))
    }

    /// Which keys signed messages of type `typ`.
    pub fn keys_for(&self, typ: &str) -> Vec<Key> {
        self.signed.iter().filter(|signing| signing.typ == typ).map(|signing| signing.key).collect()
    }
}

/// A phone with one account, and its service.
pub fn enrolled() -> (Phone, Service) {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.event(&mut [&mut service], Event::Launched);
    phone.enrol(&mut service);
    (phone, service)
}

/// A phone with accounts at two organisations, Region X and Region Y.
pub fn two_accounts() -> (Phone, Service, Service) {
    let (mut phone, mut one) = enrolled();
    let mut two = Service::new("https://mfa.regiony.example", 2);
    (two.login, two.organisation) = ("anna@regiony.example".into(), "Region Y".into());
    phone.enrol_among(&mut [&mut one, &mut two], 1);
    (phone, one, two)
}

/// A service greets on `socket`.
pub fn greeting(socket: u64) -> Event {
    let text = serde_json::to_string(&Greeting { nonce: Bytes([3; 16]) }).unwrap();
    Event::SocketMessage { socket, frame: Frame::Text(text) }
}

/// A phone that is asked whether its user signs in.
pub fn asked() -> (Phone, Service) {
    let (mut phone, mut service) = enrolled();
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    assert!(matches!(phone.screen(), Screen::Approve { .. }), "{:?}", phone.screen());
    phone.signed.clear();
    (phone, service)
}

/// The key of the text of a result screen.
pub fn result(screen: &Screen) -> &str {
    match screen {
        Screen::Result { text, .. } => &text.key,
        other => panic!("not a result: {other:?}"),
    }
}

/// The bodies that arrived at `path`.
pub fn bodies<'a>(service: &'a Service, path: &str) -> Vec<&'a [u8]> {
    service.arrived.iter().filter(|(to, _)| to == path).map(|(_, body)| &body[..]).collect()
}

/// How many answers arrived.
pub fn answers(service: &Service) -> usize {
    bodies(service, paths::ANSWER).len()
}
