//! Remembers the names of signed requests that change nothing, so that none is accepted twice (property 8).

use crate::remembered::Remembered;
use authenticator_protocol::ids::RequestNonce;
use authenticator_protocol::request::TOLERANCE;
use authenticator_protocol::time::{Millis, Seconds};
use std::sync::{Mutex, PoisonError};

/// What this node has seen since it started.
pub struct Replay {
    started: Seconds,
    seen: Mutex<Remembered<RequestNonce, Seconds>>,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It was seen before.
    Seen,
    /// It was signed ahead of time, or when this node had not started, which cannot know whether it was seen. Sign
    /// again with this time.
    OtherTime(Seconds),
    /// Too many requests are remembered.
    Full,
}

/// How far ahead of the service's time such a request may be signed, in seconds. What an earlier process of this node
/// may have accepted was signed at most so long after this one started, so that is refused.
const AHEAD: u64 = 5;

/// Requests that are remembered at most: 5,000 a second over the tolerance.
const CAPACITY: usize = 1_200_000;

impl Replay {
    /// A node that starts at `now`.
    pub fn new(now: Millis) -> Self {
        Self { started: now.seconds(), seen: Mutex::default() }
    }

    /// The time that a phone is told whose clock is wrong: what it signs then is accepted.
    pub fn told(&self, now: Seconds) -> Seconds {
        Seconds(now.0.max(self.started.0.saturating_add(AHEAD + 1)))
    }

    /// Accepts a request once.
    pub fn accept(&self, nonce: RequestNonce, signed: Seconds, now: Seconds) -> Result<(), Refused> {
        let first = self.started.0.saturating_add(AHEAD + 1);
        if signed.0 < first || signed.0 > now.0.saturating_add(AHEAD).max(first) {
            return Err(Refused::OtherTime(self.told(now)));
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.things.contains_key(&nonce) {
            return Err(Refused::Seen);
        }
        // What is older than the tolerance is refused by its time.
        seen.tidy(CAPACITY / 2, now, |at| at.distance(now) <= TOLERANCE);
        if seen.things.len() >= CAPACITY {
            return Err(Refused::Full);
        }
        seen.things.insert(nonce, signed);
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
        let early = Err(Refused::OtherTime(Seconds(11)));
        for signed in [0, 5, 10] {
            assert_eq!(replay.accept(nonce, Seconds(signed), Seconds(5)), early, "{signed}");
        }
        assert_eq!(replay.accept(nonce, Seconds(11), Seconds(5)), Ok(()), "the time that it is told");
        assert_eq!(replay.accept(nonce, Seconds(11), Seconds(7)), Err(Refused::Seen));
    }

    #[test]
    fn what_was_accepted_before_a_restart_is_not_accepted_after_it() {
        for seconds in 1..20 {
            let (before, after) =
                (Replay::new(Millis(100_000)), Replay::new(Millis(100_000 + seconds * 1_000)));
            let now = Seconds(100 + seconds);
            for signed in (0..240).map(Seconds) {
                let nonce = RequestNonce::from_bytes([u8::try_from(signed.0).unwrap(); 16]);
                if before.accept(nonce, signed, now).is_ok() {
                    for later in now.0..now.0 + 200 {
                        assert!(
                            after.accept(nonce, signed, Seconds(later)).is_err(),
                            "{signed:?} at {now:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn ahead_of_time_is_told_the_time() {
        let replay = Replay::new(Millis(0));
        let nonce = RequestNonce::from_bytes([1; 16]);
        assert_eq!(replay.accept(nonce, Seconds(106), Seconds(100)), Err(Refused::OtherTime(Seconds(100))));
        assert_eq!(replay.accept(nonce, Seconds(105), Seconds(100)), Ok(()));
    }
}
