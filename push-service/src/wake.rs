//! Wakes: how a phone hears that it should fetch, and what is known of their arrival.
//!
//! A wake goes out over every channel that a device has. Today that is the open socket, whose task waits for
//! [`signin::Notice::Wake`] on the bus and asks [`Wakes::make`] for the 24 bytes; a provider's channel will do the
//! same. The wake is a hint: what waits is always in the store, and a phone that opens fetches anyway.

use crate::remembered::Remembered;
use authenticator_protocol::code::Secret;
use authenticator_protocol::ids::{DeviceId, WakeId};
use authenticator_protocol::random::Random;
use authenticator_protocol::time::Millis;
use authenticator_protocol::wake::Wake;
use std::sync::{Mutex, PoisonError};

/// Wakes that were handed over and not yet received.
#[derive(Default)]
pub struct Wakes {
    out: Mutex<Remembered<WakeId, (DeviceId, Millis)>>,
}

/// Seconds after which nobody asks about a wake any more.
const FORGOTTEN: u64 = 300;
/// Wakes that are remembered at most.
const CAPACITY: usize = 100_000;

impl Wakes {
    /// A fresh wake for one channel of `device`.
    pub fn make(&self, device: DeviceId, secret: &Secret<32>, now: Millis, random: &mut dyn Random) -> Wake {
        let wake = Wake::new(WakeId::random(random), secret);
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.tidy(CAPACITY, now.seconds(), |(_, at)| now < at.plus_seconds(FORGOTTEN));
        if out.things.len() < CAPACITY {
            out.things.insert(wake.id, (device, now));
        }
        wake
    }

    /// A receipt: proves that the wake was delivered, and nothing else. Whose it was and how many milliseconds it
    /// took; `None` for one that is unknown or was confirmed before.
    pub fn received(&self, id: WakeId, now: Millis) -> Option<(DeviceId, u64)> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.things.remove(&id).map(|(device, at)| (device, now.since(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);
    impl Random for Counting {
        fn fill(&mut self, dest: &mut [u8]) {
            self.0 += 1;
            dest.fill(self.0);
        }
    }

    #[test]
    fn a_receipt_counts_once_and_wakes_share_nothing() {
        let (wakes, device, secret) = (Wakes::default(), DeviceId::from_bytes([1; 16]), Secret([2; 32]));
        let mut random = Counting(0);
        let first = wakes.make(device, &secret, Millis(1000), &mut random);
        let second = wakes.make(device, &secret, Millis(1000), &mut random);
        let (a, b) = (first.to_bytes(), second.to_bytes());
        assert!(a.iter().zip(b).filter(|(x, y)| **x == *y).count() < 8, "two wakes of one phone look alike");
        assert_eq!(wakes.received(first.id, Millis(1040)), Some((device, 40)));
        assert_eq!(wakes.received(first.id, Millis(1040)), None);
    }
}
