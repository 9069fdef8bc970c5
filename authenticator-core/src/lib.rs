//! The phone without a phone: events in, effects out, and what each screen shows.
//!
//! Start with [`Core`]: [`Core::dispatch`] takes what happened, [`Core::resolve`] how an effect ended, and
//! [`Core::view`] says what to draw. The shell runs the effects ([`effect`]) and owns everything real: keys, network,
//! timers, storage, words.
//!
//! Inside, a `Place` says where the user is, and each room moves it on: `enrol` adds an account, which `by_link` or
//! `by_hand` begins and `offer` lets in, `requests` fetches and checks what waits, `approve` answers it, `accounts` leaves; `network` signs
//! and posts, `sockets` listens, `push` tells where pushes reach this phone, `screens` draws. Time is an argument, randomness comes from the seed, nothing here does I/O.

pub mod effect;
pub mod event;
pub mod screen;
pub mod text;

mod accounts;
mod approve;
mod by_hand;
mod by_link;
mod crypto;
mod ending;
mod enrol;
mod inbox;
mod network;
mod offer;
mod push;
mod queue;
mod random;
mod requests;
mod screens;
mod sockets;
mod state;

use approve::Asking;
use authenticator_protocol::link::ServerAddress;
use authenticator_protocol::time::Millis;
use by_hand::{Entry, Form};
use effect::{Effect, EffectKind, Outcome};
use ending::Ending;
use enrol::{Enrolment, Step};
use event::Event;
use inbox::Inbox;
use network::Pending;
use queue::Queue;
use random::Generator;
use screen::ScreenModel;
use sockets::Line;
use state::{Book, Unreadable};
use std::collections::BTreeMap;
use std::fmt;
use text::Text;

pub use text::texts;

/// What the shell knows about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The app's version: "1.0.0".
    pub app: String,
    /// What the phone is: "Pixel 9".
    pub model: String,
    /// Its system: "Android 16".
    pub system: String,
    /// Development only: accepts a service at `http://localhost`.
    pub allow_loopback_http: bool,
}

impl Config {
    /// Whether a service may be at this address.
    fn allows(&self, server: &ServerAddress) -> bool {
        self.allow_loopback_http || server.is_secure()
    }
}

/// The authenticator of one phone, with all its accounts.
pub struct Core {
    config: Config,
    book: Book,
    random: Generator,
    queue: Queue,
    /// Effects whose outcome is still to come.
    pending: BTreeMap<u64, Pending>,
    lines: BTreeMap<String, Line>,
    inbox: Inbox,
    place: Place,
    now: Millis,
    front: bool,
    /// Closes the sockets some time after the app went to the back.
    grace: Option<u64>,
    /// The timer for the next request that expires, and when.
    alarm: Option<(u64, Millis)>,
    /// A notification is shown, until then.
    notified: Option<Millis>,
    /// The user asked whether something waits.
    looked: bool,
    /// What is saved is a newer version's, and nothing may replace it.
    locked: bool,
    /// What arrived and meant nothing.
    ignored: u64,
    drawn: Option<ScreenModel>,
}

/// Where the user is.
#[derive(Debug, Default)]
enum Place {
    #[default]
    Accounts,
    AddAccount {
        problem: Option<Text>,
    },
    Scan,
    PasteLink {
        problem: Option<Text>,
    },
    TypeCode(Box<Form>),
    FindingServer(Box<Entry>),
    Enrolling(Box<Enrolment>, Step),
    Asking(Box<Asking>),
    Result(Ending),
    Account(String),
    Remove(String),
    Removing(String),
    Settings,
}

impl Core {
    /// A phone with what it saved last (the newest [`EffectKind::Save`]), and 32 bytes of fresh randomness that are
    /// used for nothing else. Saved bytes that cannot be read are reported on the first screen. Those that mean nothing
    /// are replaced when something new is to be saved; those of a newer version never are.
    pub fn open(config: Config, saved_state: Option<&[u8]>, seed: [u8; 32]) -> Self {
        let allowed = |book: &Book| book.accounts.iter().all(|account| config.allows(&account.server));
        let read = |bytes| {
            Book::from_bytes(bytes).and_then(|book| allowed(&book).then_some(book).ok_or(Unreadable::Foreign))
        };
        let (book, first) = match saved_state.map(read) {
            None => (Book::empty(), None),
            Some(Ok(book)) => (book, None),
            Some(Err(unreadable)) => (Book::empty(), Some(unreadable)),
        };
        Self {
            config,
            book,
            random: Generator::new(seed),
            queue: Queue::default(),
            pending: BTreeMap::new(),
            lines: BTreeMap::new(),
            inbox: Inbox::default(),
            place: first.map_or(Place::Accounts, |unreadable| Place::Result(Ending::unreadable(unreadable))),
            now: Millis(0),
            front: false,
            grace: None,
            alarm: None,
            notified: None,
            looked: false,
            locked: first == Some(Unreadable::Newer),
            ignored: 0,
            drawn: None,
        }
    }

    /// Something happened at `now`.
    pub fn dispatch(&mut self, now: Millis, event: Event) -> Vec<Effect> {
        self.now = now;
        self.sweep();
        match event {
            Event::Launched => self.launched(),
            Event::Foregrounded => {
                self.looked = false;
                self.inbox.bring_back();
                self.came_to_front();
                self.fetch_all();
                self.present(false);
            }
            Event::Backgrounded => {
                if let Place::Result(ending) = &mut self.place {
                    ending.keep = false;
                }
                self.went_to_back();
            }
            Event::Refresh => {
                self.looked = true;
                self.inbox.bring_back();
                self.fetch_all();
            }
            Event::NetworkBack => {
                for id in self.book.live() {
                    self.connect_anew(&id);
                    self.register_at_once(&id);
                }
                self.fetch_all();
            }
            Event::WakeArrived(bytes) => self.wake_arrived(&bytes),
            Event::AddressTold(address) => self.address_told(address),
            Event::AddressGone(way) => self.address_gone(&way),
            Event::TimerFired(timer) => match self.alarm {
                Some((alarm, _)) if alarm == timer => self.alarm = None,
                _ => self.line_timer(timer),
            },
            Event::SocketMessage { socket, frame } => self.socket_message(socket, frame),
            Event::SocketClosed { socket, code } => self.socket_closed(socket, code),
            event => {
                let place = std::mem::take(&mut self.place);
                self.place = self.moved(place, event);
            }
        }
        self.hand_out()
    }

    /// The effect `id` ended at `now`. An unknown, late or unfitting outcome changes nothing and is counted.
    pub fn resolve(&mut self, now: Millis, id: u64, outcome: Outcome) -> Vec<Effect> {
        self.now = now;
        self.sweep();
        match (self.pending.remove(&id), outcome) {
            (Some(Pending::Keys), outcome @ (Outcome::KeysCreated { .. } | Outcome::KeyFailed(_))) => {
                self.keys_created(outcome);
            }
            (Some(Pending::Unwanted(name)), Outcome::KeysCreated { .. } | Outcome::KeyFailed(_)) => {
                self.delete_keys(&name);
            }
            (
                Some(Pending::ApprovalKey(unsigned)),
                outcome @ (Outcome::Signed(_) | Outcome::KeyFailed(_)),
            ) => {
                self.proved(&unsigned, outcome);
            }
            (
                Some(Pending::Signature(request, unsigned)),
                outcome @ (Outcome::Signed(_) | Outcome::KeyFailed(_)),
            ) => self.signed(*request, &unsigned, outcome),
            (Some(Pending::Reply(request)), outcome @ (Outcome::Http { .. } | Outcome::NoNetwork)) => {
                self.replied(*request, outcome);
            }
            (
                Some(Pending::Opening { account, socket, secret, unsigned }),
                outcome @ (Outcome::Signed(_) | Outcome::KeyFailed(_)),
            ) => self.opened(&account, socket, secret, &unsigned, outcome),
            (Some(Pending::Discovery), outcome @ (Outcome::Http { .. } | Outcome::NoNetwork)) => {
                self.discovered(outcome);
            }
            (Some(Pending::Receipt(_)), Outcome::Http { .. } | Outcome::NoNetwork) => {}
            (unfitting, _) => {
                self.ignored += 1;
                self.pending.extend(unfitting.map(|pending| (id, pending)));
            }
        }
        self.hand_out()
    }

    /// How many events and outcomes were late, unknown or not valid.
    pub fn ignored(&self) -> u64 {
        self.ignored
    }

    /// Finishes what a process that was killed had begun: keys that nobody wants go, and so do accounts.
    fn launched(&mut self) {
        let current = match &self.place {
            Place::Enrolling(enrolment, _) => Some(&enrolment.account),
            _ => None,
        };
        // Keys that are still being made are deleted once they are there, or at the next start after a kill.
        let in_the_making = |name: &str| {
            self.pending.values().any(|pending| matches!(pending, Pending::Unwanted(other) if other == name))
        };
        let left = self.book.unfinished.iter().filter(|name| Some(*name) != current && !in_the_making(name));
        let left: Vec<String> = left.cloned().collect();
        for name in left {
            self.delete_keys(&name);
        }
        let leaving = self.book.accounts.iter().filter(|account| account.leaving);
        let leaving: Vec<String> = leaving.map(|account| account.id.clone()).collect();
        for id in leaving {
            let place = self.leave(id);
            if matches!(self.place, Place::Accounts) {
                self.place = place;
            }
        }
        self.came_to_front();
        self.fetch_all();
    }

    /// What the user does, and where it leads.
    fn moved(&mut self, place: Place, event: Event) -> Place {
        match (place, event) {
            (Place::Enrolling(enrolment, step), event) => self.enrolling(enrolment, step, event),
            (Place::Asking(asking), event) => self.asking(asking, event),

            (
                Place::Accounts | Place::Settings | Place::Result(_),
                Event::AddAccount | Event::LinkOpened(_) | Event::ChooseLanguage(_),
            ) if self.locked => Place::Result(Ending::unreadable(Unreadable::Newer)),

            (Place::Accounts, Event::AddAccount) => Place::AddAccount { problem: None },
            (Place::Accounts, Event::OpenAccount(id))
                if self.book.get(&id).is_some_and(|account| !account.leaving) =>
            {
                Place::Account(id)
            }
            (Place::Accounts, Event::OpenSettings) => Place::Settings,
            (Place::Accounts, Event::OpenRequest(id)) => {
                let found = self.inbox.find(&id).cloned();
                found.map_or(Place::Accounts, |waiting| self.ask(waiting))
            }
            (Place::Accounts, Event::Retry) => {
                self.fetch_all();
                Place::Accounts
            }

            (Place::AddAccount { .. } | Place::PasteLink { .. }, Event::ChooseScan) => Place::Scan,
            (Place::AddAccount { .. } | Place::Scan, Event::ChooseLink) => Place::PasteLink { problem: None },
            (Place::AddAccount { .. }, Event::ChooseTyped) => Place::TypeCode(Box::default()),
            (Place::TypeCode(form), Event::CodeTyped(typed)) => self.typed(&form, typed),
            (Place::FindingServer(entry), Event::Back) => self.stop_finding(*entry),
            (Place::AddAccount { .. } | Place::Scan, Event::CameraRefused) => {
                Place::AddAccount { problem: Some(Text::plain("phone-add-camera-refused")) }
            }
            (Place::AddAccount { .. } | Place::Scan, Event::PictureRead(None)) => {
                Place::AddAccount { problem: Some(Text::plain("phone-error-no-code")) }
            }
            (
                Place::AddAccount { .. } | Place::Scan,
                Event::QrScanned(text) | Event::PictureRead(Some(text)),
            ) => self.begin(&text).unwrap_or_else(|problem| Place::AddAccount { problem: Some(problem) }),
            (Place::PasteLink { .. }, Event::LinkOpened(text)) => {
                self.begin(&text).unwrap_or_else(|problem| Place::PasteLink { problem: Some(problem) })
            }
            (
                Place::Accounts
                | Place::AddAccount { .. }
                | Place::Scan
                | Place::TypeCode(_)
                | Place::Account(_)
                | Place::Settings
                | Place::Result(_),
                Event::LinkOpened(text),
            ) => self.begin(&text).unwrap_or_else(|problem| Place::AddAccount { problem: Some(problem) }),

            (Place::Account(id), Event::RemoveAccount) => Place::Remove(id),
            (Place::Remove(id), Event::RemoveConfirmed) => self.leave(id),
            (Place::Remove(id), Event::Back) => Place::Account(id),
            (Place::Settings, Event::ChooseLanguage(language))
                if matches!(language.as_deref(), None | Some("sv" | "en")) =>
            {
                self.book.language = language;
                self.save();
                Place::Settings
            }

            (Place::Scan | Place::PasteLink { .. } | Place::TypeCode(_), Event::Back) => {
                Place::AddAccount { problem: None }
            }
            (Place::AddAccount { .. } | Place::Account(_) | Place::Settings, Event::Back | Event::Done)
            | (Place::Result(_) | Place::Removing(_), Event::Done | Event::Back) => self.home(),

            (place, _) => {
                self.ignored += 1;
                place
            }
        }
    }

    fn save(&mut self) {
        self.queue.push(EffectKind::Save { state: self.book.to_bytes() });
    }

    fn hand_out(&mut self) -> Vec<Effect> {
        self.sweep();
        self.set_alarm();
        let view = Some(self.view());
        if self.drawn != view {
            self.drawn = view;
            self.queue.push(EffectKind::Render);
        }
        self.queue.take()
    }
}

/// Prints nothing that was typed, read or signed.
impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("accounts", &self.book.accounts.len())
            .field("waiting", &self.inbox.waiting.len())
            .field("pending", &self.pending.len())
            .field("ignored", &self.ignored)
            .finish_non_exhaustive()
    }
}
