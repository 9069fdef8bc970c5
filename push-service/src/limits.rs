//! Rate limits, everywhere a stranger can knock. Counted per node, in memory.
//!
//! What is counted belongs to a [`Place`]: the network that a request comes from, or, where its user has completed a
//! sign-in before, the browser itself. So nobody in the same network can use up what the owner of an account needs.

use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;
use sha2::{Digest as _, Sha256};
use signin::network::neighbourhood;
use signin::throttle::Throttle;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

type Login = [u8; 32];

/// Where tries are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A /24 or a /56.
    Network(String),
    /// A browser that its user has signed in with before.
    Browser(Hash),
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
    /// Unknown receipts from one network: 60 in a minute.
    receipts: Mutex<Throttle<Place>>,
    /// Sign-in requests of one user from one place: 30 in 5 minutes.
    requests: Mutex<Throttle<(UserId, Place)>>,
    /// Sign-in requests of one user from all networks together: 60 in 5 minutes. With those of the owner's own
    /// browser that leaves two-digit numbers to show.
    strangers: Mutex<Throttle<UserId>>,
    /// Places for sockets whose phone has not said yet who it is; each is given up after five seconds.
    pub unopened: Arc<Semaphore>,
}

/// Sockets that may wait for their opening at the same time.
const UNOPENED: usize = 4096;

struct Passwords {
    /// One login from one place: 10 in 10 minutes.
    pair: Throttle<(Login, Place)>,
    /// One place, whatever the login: 100 in 10 minutes.
    place: Throttle<Place>,
    /// One login from networks where its owner has not signed in before: 100 in an hour.
    login: Throttle<Login>,
    /// Places where the owner of a login has given the right password. They cannot be crowded out from elsewhere.
    familiar: HashMap<(Login, Place), Millis>,
    /// Checks of a login that run or wait at this moment.
    running: HashMap<Login, u32>,
}

/// Familiar places that are remembered at most.
const FAMILIAR: usize = 100_000;

/// Checks of one login at the same time: more are no person's.
const RUNNING: u32 = 2;

/// What a check of a password may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// Go on; say how it ended with [`Limits::password_ended`].
    Now,
    /// Wait so many seconds.
    Wait(u64),
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The password was right.
    Right,
    /// It was wrong.
    Wrong,
    /// It was not checked.
    NotAtAll,
}

impl Default for Limits {
    fn default() -> Self {
        let passwords = Passwords {
            pair: Throttle::new(10, 600),
            place: Throttle::new(100, 600),
            login: Throttle::new(100, 3600),
            familiar: HashMap::new(),
            running: HashMap::new(),
        };
        Self {
            passwords: Mutex::new(passwords),
            claims: Mutex::new(Throttle::new(60, 60)),
            receipts: Mutex::new(Throttle::new(60, 60)),
            requests: Mutex::new(Throttle::new(30, 300)),
            strangers: Mutex::new(Throttle::new(60, 300)),
            unopened: Arc::new(Semaphore::new(UNOPENED)),
        }
    }
}

/// Nothing that is done under these locks leaves a half-changed count.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Logins themselves are not kept in memory.
fn hashed(login: &str) -> Login {
    Sha256::digest(login.to_lowercase().as_bytes()).into()
}

impl Passwords {
    fn wait(&self, pair: &(Login, Place), now: Millis) -> Option<u64> {
        let elsewhere = if self.familiar.contains_key(pair) { None } else { self.login.wait(&pair.0, now) };
        [self.pair.wait(pair, now), self.place.wait(&pair.1, now), elsewhere].into_iter().flatten().max()
    }
}

impl Limits {
    /// Whether a password may be tried now.
    pub fn password(&self, login: &str, place: &Place, now: Millis) -> Try {
        let pair = (hashed(login), place.clone());
        let mut passwords = lock(&self.passwords);
        if let Some(seconds) = passwords.wait(&pair, now) {
            return Try::Wait(seconds);
        }
        let running = passwords.running.entry(pair.0).or_default();
        if *running >= RUNNING {
            return Try::Wait(1);
        }
        *running += 1;
        Try::Now
    }

    /// Says how a check ended. True when this was the wrong one after which others must wait.
    pub fn password_ended(&self, login: &str, place: &Place, how: Tried, now: Millis) -> bool {
        let pair = (hashed(login), place.clone());
        let mut passwords = lock(&self.passwords);
        match passwords.running.get_mut(&pair.0) {
            Some(running) if *running > 1 => *running -= 1,
            _ => drop(passwords.running.remove(&pair.0)),
        }
        match how {
            Tried::NotAtAll => false,
            Tried::Right => {
                passwords.pair.forget(&pair);
                if passwords.familiar.len() < FAMILIAR {
                    passwords.familiar.insert(pair, now);
                }
                false
            }
            Tried::Wrong => {
                if !passwords.familiar.contains_key(&pair) {
                    passwords.login.count(pair.0, now);
                }
                passwords.place.count(pair.1.clone(), now);
                passwords.pair.count(pair.clone(), now);
                passwords.wait(&pair, now).is_some()
            }
        }
    }

    /// Counts a sign-in request; seconds to wait when there were too many. Whoever knows a password must not use up
    /// the numbers that its owner can be shown (property 14).
    pub fn request(&self, user: UserId, place: Place, now: Millis) -> Result<(), u64> {
        let from_network = matches!(place, Place::Network(_));
        let key = (user, place);
        let (mut requests, mut strangers) = (lock(&self.requests), lock(&self.strangers));
        let together = if from_network { strangers.wait(&user, now) } else { None };
        if let Some(seconds) = requests.wait(&key, now).max(together) {
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
        lock(&self.claims).wait(&Place::network(address), now)
    }

    /// Counts a claim or a registration of an unknown code.
    pub fn claim_failed(&self, address: IpAddr, now: Millis) {
        lock(&self.claims).count(Place::network(address), now);
    }

    /// Counts an unknown receipt; seconds to wait when there were too many.
    pub fn receipt_unknown(&self, address: IpAddr, now: Millis) -> Result<(), u64> {
        let place = Place::network(address);
        let mut receipts = lock(&self.receipts);
        match receipts.wait(&place, now) {
            Some(seconds) => Err(seconds),
            None => {
                receipts.count(place, now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use authenticator_protocol::code::Bytes;

    fn at(address: &str) -> Place {
        Place::network(address.parse().unwrap())
    }

    fn wrong(limits: &Limits, login: &str, place: &Place, now: Millis) -> bool {
        assert_eq!(limits.password(login, place, now), Try::Now);
        limits.password_ended(login, place, Tried::Wrong, now)
    }

    #[test]
    fn a_stranger_elsewhere_does_not_lock_the_owner_out() {
        let (limits, home, now) = (Limits::default(), at("192.0.2.7"), Millis(1_000_000));
        limits.password_ended("Anna@x.example", &home, Tried::Right, now);
        for attempt in 0..100 {
            wrong(&limits, "anna@x.example", &at(&format!("198.51.{attempt}.9")), now);
        }
        assert_eq!(limits.password("anna@x.example", &at("203.0.113.1"), now), Try::Wait(3600));
        assert_eq!(limits.password("anna@x.example", &home, now), Try::Now);
    }

    #[test]
    fn ten_wrong_passwords_from_one_network_are_enough_there() {
        let (limits, network, now) = (Limits::default(), at("192.0.2.7"), Millis(0));
        let last = (0..10).map(|_| wrong(&limits, "a", &network, now)).collect::<Vec<_>>();
        assert_eq!(last.iter().filter(|last| **last).count(), 1, "one is the last");
        assert_eq!(limits.password("a", &network, now), Try::Wait(600));
        assert_eq!(limits.password("b", &network, now), Try::Now);
        assert_eq!(
            limits.password("a", &Place::Browser(Bytes([1; 32])), now),
            Try::Now,
            "the owner's browser"
        );
    }

    #[test]
    fn one_login_does_not_take_all_the_places() {
        let (limits, now) = (Limits::default(), Millis(0));
        let place = at("192.0.2.7");
        assert_eq!(limits.password("a", &place, now), Try::Now);
        assert_eq!(limits.password("a", &at("203.0.113.1"), now), Try::Now);
        assert_eq!(limits.password("A", &place, now), Try::Wait(1));
        assert_eq!(limits.password("b", &place, now), Try::Now);
        limits.password_ended("a", &place, Tried::NotAtAll, now);
        assert_eq!(limits.password("a", &place, now), Try::Now);
    }

    #[test]
    fn requests_of_strangers_leave_the_owner_numbers() {
        let (limits, now) = (Limits::default(), Millis(0));
        let (user, other) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        for network in 0..2 {
            for _ in 0..30 {
                assert_eq!(limits.request(user, at(&format!("192.0.{network}.7")), now), Ok(()));
            }
        }
        assert_eq!(limits.request(user, at("192.0.0.8"), now), Err(300));
        assert_eq!(limits.request(user, at("203.0.113.1"), now), Err(300));
        assert_eq!(limits.request(other, at("192.0.0.8"), now), Ok(()));
        let own = Place::Browser(Bytes([1; 32]));
        for _ in 0..30 {
            assert_eq!(limits.request(user, own.clone(), now), Ok(()));
        }
        assert_eq!(limits.request(user, own, now), Err(300));
        assert_eq!(limits.request(user, at("203.0.113.1"), Millis(300_000)), Ok(()));
    }
}
