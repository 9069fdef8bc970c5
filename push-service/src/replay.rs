//! Remembers the names of signed requests that change nothing, so that none is accepted twice (property 8).

use authenticator_protocol::ids::RequestNonce;
use authenticator_protocol::request::TOLERANCE;
use authenticator_protocol::time::{Millis, Seconds};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// What this node has seen since it started.
pub struct Replay {
    started: Seconds,
    seen: Mutex<HashMap<RequestNonce, Seconds>>,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It was seen before.
    Seen,
    /// It was signed before this node started, which cannot know whether it was seen. Sign again with this time.
    TooOld(Seconds),
    /// Too many requests are remembered.
    Full,
}

/// Requests that are remembered at most: 5,000 a second over the tolerance.
const CAPACITY: usize = 1_200_000;

impl Replay {
    /// A node that starts at `now`.
    pub fn new(now: Millis) -> Self {
        Self { started: now.seconds(), seen: Mutex::default() }
    }

    /// Accepts a request once.
    pub fn accept(&self, nonce: RequestNonce, signed: Seconds, now: Seconds) -> Result<(), Refused> {
        if signed <= self.started {
            return Err(Refused::TooOld(Seconds(now.0.max(self.started.0 + 1))));
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.contains_key(&nonce) {
            return Err(Refused::Seen);
        }
        if seen.len() >= CAPACITY / 2 {
            // What is older than the tolerance is refused by its time.
            seen.retain(|_, at| at.distance(now) <= TOLERANCE);
            if seen.len() >= CAPACITY {
                return Err(Refused::Full);
            }
        }
        seen.insert(nonce, signed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_and_not_from_before_the_start() {
        let replay = Replay::new(Millis(5_000));
        let nonce = RequestNonce::from_bytes([1; 16]);
        assert_eq!(replay.accept(nonce, Seconds(5), Seconds(5)), Err(Refused::TooOld(Seconds(6))));
        assert_eq!(replay.accept(nonce, Seconds(6), Seconds(5)), Ok(()));
        assert_eq!(replay.accept(nonce, Seconds(6), Seconds(7)), Err(Refused::Seen));
    }
}
