//! The breaker: a provider that fails again and again is left alone for a while, so that callers take another way at
//! once instead of waiting for it.

use crate::answer::{Alarm, Answer, Outcome};
use crate::clock::left;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// Failures in a row that open it. Several of one address count once: nobody stops a provider for others with an
/// address of their own.
const AFTER: usize = 8;

/// How long it stays open before one push may try again.
const PAUSE: Duration = Duration::from_secs(10);

/// Whether a provider is tried.
#[derive(Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    /// Of the addresses that failed since the last success.
    failed: Vec<u64>,
    /// Set while it is open.
    until: Option<SystemTime>,
    /// One push is trying whether it works again.
    trying: bool,
}

/// The right to try once. Dropped without a word, it changes nothing.
pub(crate) struct Permit<'a> {
    breaker: &'a Breaker,
    address: u64,
    tries: bool,
}

impl Breaker {
    /// Asks to send to `address`; how long it stays open otherwise.
    pub(crate) fn permit(&self, address: impl Hash, now: SystemTime) -> Result<Permit<'_>, Duration> {
        let mut hasher = DefaultHasher::new();
        address.hash(&mut hasher);
        let mut state = self.state();
        let tries = match state.until {
            None => false,
            Some(until) => {
                let left = left(until, now);
                // A clock that was stepped back must not keep it open for long.
                if (!left.is_zero() && left <= PAUSE) || state.trying {
                    return Err(left.min(PAUSE));
                }
                state.trying = true;
                true
            }
        };
        Ok(Permit { breaker: self, address: hasher.finish(), tries })
    }

    /// Whether it is open.
    pub(crate) fn is_open(&self) -> bool {
        self.state().until.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// What came of it.
    pub(crate) fn record(self, answer: &Answer, now: SystemTime) {
        let failed = match answer.outcome {
            Outcome::Accepted { .. } | Outcome::Gone { .. } | Outcome::Suspect => false,
            // A fault of the request says nothing about the next one.
            Outcome::Misconfigured => answer.alarm != Some(Alarm::Request),
            Outcome::TheirSide | Outcome::Unknown => true,
            // Works, but not for this address now.
            Outcome::Busy { .. } => return,
        };
        let mut state = self.breaker.state();
        if !failed {
            state.failed.clear();
            state.until = None;
        } else if self.tries {
            state.until = Some(now + PAUSE);
        } else if state.until.is_none() {
            if !state.failed.contains(&self.address) {
                state.failed.push(self.address);
            }
            if state.failed.len() >= AFTER {
                state.until = Some(now + PAUSE);
            }
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.tries {
            self.breaker.state().trying = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
    }

    fn say(breaker: &Breaker, address: usize, outcome: Outcome, now: SystemTime) -> bool {
        let Ok(permit) = breaker.permit(address, now) else { return false };
        permit.record(&Answer::unsent(outcome, ""), now);
        true
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_one_push_tries_again() {
        let breaker = Breaker::default();
        for address in 0..AFTER - 1 {
            assert!(say(&breaker, address, Outcome::TheirSide, at(0)));
        }
        assert!(say(&breaker, 99, Outcome::Accepted { id: None }, at(0)), "and a success begins anew");
        for address in 0..AFTER {
            assert!(say(&breaker, address, Outcome::TheirSide, at(0)));
        }
        assert!(breaker.is_open());
        assert_eq!(breaker.permit(1, at(4)).err(), Some(Duration::from_secs(6)));
        let trial = breaker.permit(1, at(10)).unwrap();
        assert!(breaker.permit(2, at(10)).is_err(), "one at a time");
        trial.record(&Answer::unsent(Outcome::TheirSide, ""), at(12));
        assert!(breaker.permit(2, at(21)).is_err(), "ten seconds more");
        drop(breaker.permit(1, at(22)).unwrap());
        assert!(say(&breaker, 1, Outcome::Gone { since: None }, at(22)), "who gave up keeps nobody out");
        assert!(!breaker.is_open());
    }

    #[test]
    fn one_address_stops_nobody_else() {
        let breaker = Breaker::default();
        for _ in 0..100 {
            assert!(say(&breaker, 7, Outcome::Misconfigured, at(0)));
        }
        assert!(!breaker.is_open());
    }

    #[test]
    fn what_is_not_the_providers_fault_does_not_open_it() {
        let breaker = Breaker::default();
        for address in 0..100 {
            for outcome in [Outcome::Suspect, Outcome::Busy { wait: None }] {
                assert!(say(&breaker, address, outcome, at(0)));
            }
        }
        assert!(!breaker.is_open());
    }

    #[test]
    fn a_clock_stepped_back_does_not_keep_it_open() {
        let breaker = Breaker::default();
        for address in 0..AFTER {
            assert!(say(&breaker, address, Outcome::TheirSide, at(100_000)));
        }
        assert!(breaker.permit(1, at(0)).is_ok());
    }
}
