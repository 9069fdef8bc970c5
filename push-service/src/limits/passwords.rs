//! Passwords: who may try one, and when.

use super::{Limit, Limits, Place, lock};
use authenticator_protocol::time::Millis;
use sha2::{Digest as _, Sha256};
use signin::throttle::Throttle;
use std::collections::HashMap;

type Login = [u8; 32];

pub(super) struct Passwords {
    /// One login from one place: 10 in 10 minutes.
    pair: Throttle<(Login, Place)>,
    /// One place, whatever the login, where the owner of that login has not signed in before: 100 in 10 minutes.
    place: Throttle<Place>,
    /// One login from networks where its owner has not signed in before: 100 in an hour.
    login: Throttle<Login>,
    /// Places where the owner of a login has given the right password. They cannot be crowded out from elsewhere.
    familiar: HashMap<(Login, Place), Millis>,
    /// Checks of a login, by place, that run or wait at this moment.
    running: HashMap<Login, HashMap<Place, usize>>,
}

/// Familiar places that are remembered at most.
const FAMILIAR: usize = 100_000;

/// Checks of one login from one place at the same time: more are no person's.
const RUNNING: usize = 2;

/// Checks of one login at the same time from all places where its owner has not signed in before.
const RUNNING_ELSEWHERE: usize = 8;

/// Checks of one login at the same time, whatever the place. A service with one core has 17 in all.
const RUNNING_IN_ALL: usize = 12;

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

/// Logins themselves are not kept in memory.
fn hashed(login: &str) -> Login {
    Sha256::digest(login.to_lowercase().as_bytes()).into()
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            pair: Throttle::new(10, 600),
            place: Throttle::new(100, 600),
            login: Throttle::new(100, 3600),
            familiar: HashMap::new(),
            running: HashMap::new(),
        }
    }
}

impl Passwords {
    /// Whether the owner of a login has signed in there. Nobody else can crowd such a place out, neither from elsewhere
    /// nor from beside it; ten wrong passwords in ten minutes are enough there too.
    fn is_familiar(&self, pair: &(Login, Place)) -> bool {
        matches!(pair.1, Place::Browser(_)) || self.familiar.contains_key(pair)
    }

    fn wait(&self, pair: &(Login, Place), now: Millis) -> Option<u64> {
        let own = self.pair.wait(pair, now);
        if self.is_familiar(pair) {
            return own;
        }
        [own, self.place.wait(&pair.1, now), self.login.wait(&pair.0, now)].into_iter().flatten().max()
    }
}

impl Limits {
    /// Password checks that run or wait.
    pub fn passwords_running(&self) -> usize {
        lock(&self.passwords).running.values().flat_map(HashMap::values).sum()
    }

    /// Whether a password may be tried now.
    pub fn password(&self, login: &str, place: &Place, now: Millis) -> Try {
        let tried = self.try_password(login, place, now);
        if tried != Try::Now {
            self.hit(Limit::Password);
        }
        tried
    }

    fn try_password(&self, login: &str, place: &Place, now: Millis) -> Try {
        let pair = (hashed(login), place.clone());
        let mut passwords = lock(&self.passwords);
        if let Some(seconds) = passwords.wait(&pair, now) {
            return Try::Wait(seconds);
        }
        let most = if passwords.is_familiar(&pair) { RUNNING_IN_ALL } else { RUNNING_ELSEWHERE };
        let running = passwords.running.entry(pair.0).or_default();
        let here = running.get(place).copied().unwrap_or_default();
        if here >= RUNNING || running.values().sum::<usize>() >= most {
            return Try::Wait(1);
        }
        running.insert(pair.1, here + 1);
        Try::Now
    }

    /// Says how a check ended. True when this was the wrong one after which others must wait.
    pub fn password_ended(&self, login: &str, place: &Place, how: Tried, now: Millis) -> bool {
        let pair = (hashed(login), place.clone());
        let mut passwords = lock(&self.passwords);
        if let Some(running) = passwords.running.get_mut(&pair.0) {
            match running.get_mut(place) {
                Some(here) if *here > 1 => *here -= 1,
                _ => drop(running.remove(place)),
            }
            if running.is_empty() {
                passwords.running.remove(&pair.0);
            }
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
                if !passwords.is_familiar(&pair) {
                    passwords.login.count(pair.0, now);
                    passwords.place.count(pair.1.clone(), now);
                }
                passwords.pair.count(pair.clone(), now);
                passwords.wait(&pair, now).is_some()
            }
        }
    }
}
