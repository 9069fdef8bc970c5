//! Rate limits, everywhere a stranger can knock. Counted per node, in memory.

use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;
use sha2::{Digest as _, Sha256};
use signin::network::neighbourhood;
use signin::throttle::Throttle;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

type Login = [u8; 32];

/// All limits of one node.
pub struct Limits {
    passwords: Mutex<Passwords>,
    strangers: Mutex<Throttle<String>>,
    /// Sign-in requests of one user from one network: 30 in 5 minutes.
    requests: Mutex<Throttle<(UserId, String)>>,
    /// Places for sockets whose phone has not said yet who it is; each is given up after five seconds.
    pub unopened: Arc<Semaphore>,
}

/// Sockets that may wait for their opening at the same time.
const UNOPENED: usize = 4096;

struct Passwords {
    /// One login from one network: 10 in 10 minutes.
    pair: Throttle<(Login, String)>,
    /// One network, whatever the login: 100 in 10 minutes.
    network: Throttle<String>,
    /// One login from networks where its owner has not signed in before: 100 in an hour.
    login: Throttle<Login>,
    /// Networks where the owner of a login has given the right password. They cannot be crowded out by others.
    familiar: HashMap<(Login, String), Millis>,
}

/// Familiar networks that are remembered at most.
const FAMILIAR: usize = 100_000;

impl Default for Limits {
    fn default() -> Self {
        let passwords = Passwords {
            pair: Throttle::new(10, 600),
            network: Throttle::new(100, 600),
            login: Throttle::new(100, 3600),
            familiar: HashMap::new(),
        };
        Self {
            passwords: Mutex::new(passwords),
            strangers: Mutex::new(Throttle::new(60, 60)),
            requests: Mutex::new(Throttle::new(30, 300)),
            unopened: Arc::new(Semaphore::new(UNOPENED)),
        }
    }
}

/// What is counted; logins themselves are not kept in memory.
fn keys(login: &str, address: IpAddr) -> (Login, String) {
    (Sha256::digest(login.to_lowercase().as_bytes()).into(), neighbourhood(address).to_string())
}

impl Limits {
    /// Seconds until another password may be tried; `None` when it may now.
    pub fn password_wait(&self, login: &str, address: IpAddr, now: Millis) -> Option<u64> {
        let pair = keys(login, address);
        let passwords = self.passwords.lock().unwrap_or_else(PoisonError::into_inner);
        let others =
            if passwords.familiar.contains_key(&pair) { None } else { passwords.login.wait(&pair.0, now) };
        [passwords.pair.wait(&pair, now), passwords.network.wait(&pair.1, now), others]
            .into_iter()
            .flatten()
            .max()
    }

    /// Counts a wrong password.
    pub fn password_wrong(&self, login: &str, address: IpAddr, now: Millis) {
        let pair = keys(login, address);
        let mut passwords = self.passwords.lock().unwrap_or_else(PoisonError::into_inner);
        if !passwords.familiar.contains_key(&pair) {
            passwords.login.count(pair.0, now);
        }
        passwords.network.count(pair.1.clone(), now);
        passwords.pair.count(pair, now);
    }

    /// The owner was here.
    pub fn password_right(&self, login: &str, address: IpAddr, now: Millis) {
        let pair = keys(login, address);
        let mut passwords = self.passwords.lock().unwrap_or_else(PoisonError::into_inner);
        passwords.pair.forget(&pair);
        if passwords.familiar.len() < FAMILIAR {
            passwords.familiar.insert(pair, now);
        }
    }

    /// Counts a sign-in request; seconds to wait when there were too many. Whoever knows a password must not use up
    /// the numbers that its owner can be shown (property 14).
    pub fn request(&self, user: UserId, address: IpAddr, now: Millis) -> Result<(), u64> {
        let key = (user, neighbourhood(address).to_string());
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        match requests.wait(&key, now) {
            Some(seconds) => Err(seconds),
            None => {
                requests.count(key, now);
                Ok(())
            }
        }
    }

    /// Seconds until a stranger's phone from this network may send another request that cannot be tied to a device.
    pub fn stranger_wait(&self, address: IpAddr, now: Millis) -> Option<u64> {
        self.strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .wait(&neighbourhood(address).to_string(), now)
    }

    /// Counts one.
    pub fn stranger(&self, address: IpAddr, now: Millis) {
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        strangers.count(neighbourhood(address).to_string(), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_elsewhere_does_not_lock_the_owner_out() {
        let limits = Limits::default();
        let at = |text: &str| text.parse::<IpAddr>().unwrap();
        let (home, now) = (at("192.0.2.7"), Millis(1_000_000));
        limits.password_right("Anna@x.example", home, now);
        for attempt in 0..200 {
            limits.password_wrong("anna@x.example", at(&format!("198.51.{attempt}.9")), now);
        }
        assert!(limits.password_wait("anna@x.example", at("203.0.113.1"), now).is_some());
        assert_eq!(limits.password_wait("anna@x.example", home, now), None);
    }

    #[test]
    fn requests_are_counted_per_user_and_network() {
        let limits = Limits::default();
        let (here, there) = ("192.0.2.7".parse().unwrap(), "203.0.113.1".parse().unwrap());
        let (user, other) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        for _ in 0..30 {
            assert_eq!(limits.request(user, here, Millis(0)), Ok(()));
        }
        assert_eq!(limits.request(user, here, Millis(0)), Err(300));
        assert_eq!(limits.request(user, there, Millis(0)), Ok(()));
        assert_eq!(limits.request(other, here, Millis(0)), Ok(()));
        assert_eq!(limits.request(user, here, Millis(300_000)), Ok(()));
    }

    #[test]
    fn ten_wrong_passwords_from_one_network_are_enough() {
        let limits = Limits::default();
        let (address, now) = ("192.0.2.7".parse().unwrap(), Millis(0));
        for _ in 0..10 {
            assert_eq!(limits.password_wait("a", address, now), None);
            limits.password_wrong("a", address, now);
        }
        assert_eq!(limits.password_wait("a", address, now), Some(600));
        assert_eq!(limits.password_wait("b", address, now), None);
    }
}
