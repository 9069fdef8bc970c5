//! Rate limits, everywhere a stranger can knock. Counted per node, in memory.
//!
//! What is counted belongs to a [`Place`]: the network that a request comes from, or, where its user has completed a
//! sign-in before, the browser itself. So nobody in the same network can use up what the owner of an account needs.

mod passwords;

pub use passwords::{Tried, Try};

use crate::places::Places;
use crate::shares::Shares;
use authenticator_protocol::code;
use authenticator_protocol::ids::{DeviceId, RelyingPartyId, UserId};
use authenticator_protocol::time::Millis;
use passwords::Passwords;
use signin::Notice;
use signin::network::neighbourhood;
use signin::throttle::Throttle;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where tries are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A /24 or a /56.
    Network(String),
    /// A browser that its user has signed in with before.
    Browser(code::Hash),
}

impl Place {
    /// The network of an address.
    pub fn network(address: IpAddr) -> Self {
        Self::Network(neighbourhood(address).to_string())
    }
}

/// All limits of one node.
pub struct Limits {
    passwords: Mutex<Passwords>,
    /// Claims and registrations of unknown codes from one network: 60 in a minute.
    claims: Mutex<Throttle<Place>>,
    /// Claims by a typed code that is nobody's, from one network: 10 in a minute.
    typed: Mutex<Throttle<Place>>,
    /// Unknown receipts from one network: 60 in a minute.
    receipts: Mutex<Throttle<Place>>,
    /// Sign-in requests of one user from one place: 30 in 5 minutes.
    requests: Mutex<Throttle<(UserId, Place)>>,
    /// Registrations that one user begins from one place: 20 in 10 minutes.
    enrolments: Mutex<Throttle<(UserId, Place)>>,
    /// Registrations that were refused to one user in one place, and stand in the audit trail: 20 in 10 minutes.
    refusals: Mutex<Throttle<(UserId, Place)>>,
    /// Lists of channels of one device: 20 in 10 minutes.
    channels: Mutex<Throttle<DeviceId>>,
    /// Passes that one user types from one place: 10 in 10 minutes.
    codes: Mutex<Throttle<(UserId, Place)>>,
    /// Sign-in requests of one user from all networks together: 60 in 5 minutes. With those of the owner's own
    /// browser that leaves two-digit numbers to show.
    strangers: Mutex<Throttle<UserId>>,
    /// Places for sockets whose phone has not said yet who it is; each is given up after five seconds.
    pub unopened: Arc<Places>,
    /// Open sockets of one device.
    pub sockets: Arc<Shares<DeviceId>>,
    /// Pages that wait for the same.
    pub waiting: Arc<Shares<Notice>>,
    /// Waits of one relying party, for whatever requests.
    pub parties: Arc<Shares<RelyingPartyId>>,
    hits: [AtomicU64; Limit::ALL.len()],
}

/// What is counted when it refuses somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Passwords.
    Password,
    /// Claims and registrations of unknown codes.
    Claim,
    /// Typed codes that are nobody's.
    TypedCode,
    /// Unknown receipts.
    Receipt,
    /// Sign-in requests from our own page.
    Request,
    /// Registrations that were begun.
    Enrolment,
    /// Passes that were typed.
    Pass,
    /// Lists of channels of one device.
    Channels,
    /// Calls of one relying party.
    ApiCall,
    /// Wrong keys of relying parties from one network.
    ApiKey,
    /// Waits of one relying party, or for one request.
    ApiWait,
    /// Requests that one relying party has open, or asks of one user.
    ApiRequest,
}

impl Limit {
    /// All of them, in their order.
    pub const ALL: [Self; 12] = [
        Self::Password,
        Self::Claim,
        Self::TypedCode,
        Self::Receipt,
        Self::Request,
        Self::Enrolment,
        Self::Pass,
        Self::Channels,
        Self::ApiCall,
        Self::ApiKey,
        Self::ApiWait,
        Self::ApiRequest,
    ];

    /// Its label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Claim => "claim",
            Self::TypedCode => "typed_code",
            Self::Receipt => "receipt",
            Self::Request => "request",
            Self::Enrolment => "enrolment",
            Self::Pass => "pass",
            Self::Channels => "channels",
            Self::ApiCall => "api_call",
            Self::ApiKey => "api_key",
            Self::ApiWait => "api_wait",
            Self::ApiRequest => "api_request",
        }
    }
}

/// Open sockets of one device: one, and those that it has lost without a word and that no ping has missed yet.
const SOCKETS: usize = 8;

/// Pages that wait for one request or one registration: tabs of one browser.
const WAITING: usize = 8;

/// Waits of one relying party, unless the operator says otherwise.
pub const PARTY_WAITS: u32 = 1_000;

/// Sockets that may wait for their opening at the same time. A phone needs one round trip for it.
const UNOPENED: usize = 4096;

/// Those of one network: as many as a hospital's phones open in a second after its network was away.
const UNOPENED_FROM_ONE: usize = 512;

impl Default for Limits {
    fn default() -> Self {
        Self::new(PARTY_WAITS)
    }
}

impl Limits {
    /// With so many waits for each relying party.
    pub fn new(party_waits: u32) -> Self {
        Self {
            passwords: Mutex::default(),
            claims: Mutex::new(Throttle::new(60, 60)),
            typed: Mutex::new(Throttle::new(10, 60)),
            receipts: Mutex::new(Throttle::new(60, 60)),
            requests: Mutex::new(Throttle::new(30, 300)),
            enrolments: Mutex::new(Throttle::new(20, 600)),
            refusals: Mutex::new(Throttle::new(20, 600)),
            channels: Mutex::new(Throttle::new(20, 600)),
            codes: Mutex::new(Throttle::new(10, 600)),
            strangers: Mutex::new(Throttle::new(60, 300)),
            unopened: Places::new(UNOPENED, UNOPENED_FROM_ONE),
            sockets: Shares::new(SOCKETS),
            waiting: Shares::new(WAITING),
            parties: Shares::new(party_waits as usize),
            hits: Default::default(),
        }
    }
}

/// Nothing that is done under these locks leaves a half-changed count.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts a try, unless there were too many: then the seconds to wait.
fn counted<K: Hash + Eq + Clone>(tries: &Mutex<Throttle<K>>, key: K, now: Millis) -> Result<(), u64> {
    let mut tries = lock(tries);
    match tries.wait(&key, now) {
        Some(seconds) => Err(seconds),
        None => {
            tries.count(key, now);
            Ok(())
        }
    }
}

impl Limits {
    /// How often each limit has refused somebody.
    pub fn hits(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Limit::ALL
            .map(Limit::as_str)
            .into_iter()
            .zip(self.hits.iter().map(|hits| hits.load(Ordering::Relaxed)))
    }

    /// Somebody was refused.
    pub fn hit(&self, limit: Limit) {
        self.hits[limit as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a sign-in request; seconds to wait when there were too many. Whoever knows a password must not use up
    /// the numbers that its owner can be shown (property 14).
    pub fn request(&self, user: UserId, place: Place, now: Millis) -> Result<(), u64> {
        let from_network = matches!(place, Place::Network(_));
        let key = (user, place);
        let (mut requests, mut strangers) = (lock(&self.requests), lock(&self.strangers));
        let together = if from_network { strangers.wait(&user, now) } else { None };
        if let Some(seconds) = requests.wait(&key, now).max(together) {
            self.hit(Limit::Request);
            return Err(seconds);
        }
        requests.count(key, now);
        if from_network {
            strangers.count(user, now);
        }
        Ok(())
    }

    /// Seconds until a phone from this network may claim or register again.
    pub fn claim_wait(&self, address: IpAddr, now: Millis) -> Option<u64> {
        lock(&self.claims).wait(&Place::network(address), now).inspect(|_| self.hit(Limit::Claim))
    }

    /// Counts a claim or a registration of an unknown code.
    pub fn claim_failed(&self, address: IpAddr, now: Millis) {
        lock(&self.claims).count(Place::network(address), now);
    }

    /// Counts a pass that this user types there; seconds to wait when there were too many.
    pub fn code(&self, user: UserId, place: Place, now: Millis) -> Result<(), u64> {
        counted(&self.codes, (user, place), now).inspect_err(|_| self.hit(Limit::Pass))
    }

    /// Seconds until this user may begin another registration from there.
    pub fn enrolment_wait(&self, user: UserId, place: &Place, now: Millis) -> Option<u64> {
        lock(&self.enrolments).wait(&(user, place.clone()), now).inspect(|_| self.hit(Limit::Enrolment))
    }

    /// Counts a registration that has begun. Who may not begin one uses up nothing of who may.
    pub fn enrolment_begun(&self, user: UserId, place: Place, now: Millis) {
        lock(&self.enrolments).count((user, place), now);
    }

    /// Counts a registration that is refused; seconds to wait when there were too many to be noted once more.
    pub fn enrolment_refused(&self, user: UserId, place: Place, now: Millis) -> Result<(), u64> {
        counted(&self.refusals, (user, place), now).inspect_err(|_| self.hit(Limit::Enrolment))
    }

    /// Counts a list of channels that a device sends; seconds to wait when there were too many.
    pub fn channels(&self, device: DeviceId, now: Millis) -> Result<(), u64> {
        counted(&self.channels, device, now).inspect_err(|_| self.hit(Limit::Channels))
    }

    /// Counts a claim by a typed code before it is known whether the code is right, so that many at once are no way
    /// around; seconds to wait when there were too many. Never per user or code: a guess costs its owner nothing.
    pub fn typed_try(&self, address: IpAddr, now: Millis) -> Result<(), u64> {
        counted(&self.typed, Place::network(address), now).inspect_err(|_| self.hit(Limit::TypedCode))
    }

    /// It was no guess after all.
    pub fn typed_was_right(&self, address: IpAddr) {
        lock(&self.typed).take_back(&Place::network(address));
    }

    /// Counts an unknown receipt; seconds to wait when there were too many.
    pub fn receipt_unknown(&self, address: IpAddr, now: Millis) -> Result<(), u64> {
        counted(&self.receipts, Place::network(address), now).inspect_err(|_| self.hit(Limit::Receipt))
    }
}

#[cfg(test)]
mod tests;
