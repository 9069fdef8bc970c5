//! Wakes: how a phone hears that it should fetch, and what is known of their arrival.
//!
//! A wake goes out over every channel that a device has at once: the open socket, whose task waits for
//! [`signin::Notice::Wake`] on the bus, and the providers of [`crate::push`]. Both ask [`Wakes::make`] for the 24 bytes. The wake is a hint: what waits is always in the store, and a phone that opens fetches anyway.

use crate::remembered::Remembered;
use authenticator_protocol::code::Secret;
use authenticator_protocol::ids::{ChannelId, DeviceId, WakeId};
use authenticator_protocol::random::Random;
use authenticator_protocol::time::Millis;
use authenticator_protocol::wake::Wake;
use std::sync::{Mutex, PoisonError};

/// Wakes that were handed over and not yet received.
#[derive(Default)]
pub struct Wakes {
    out: Mutex<Remembered<WakeId, Out>>,
    heard: Mutex<Remembered<DeviceId, Millis>>,
    woken: Mutex<Remembered<DeviceId, Woken>>,
}

/// A phone that was woken, by however many wakes.
struct Woken {
    at: Millis,
    /// It has asked what waits.
    fetched: bool,
}

/// A wake that was handed over.
struct Out {
    device: DeviceId,
    channel: Option<ChannelId>,
    at: Millis,
}

/// A wake that has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Where.
    pub device: DeviceId,
    /// By which channel; `None` for the open socket.
    pub channel: Option<ChannelId>,
    /// How many milliseconds it took.
    pub millis: u64,
}

/// Seconds after which nobody asks about a wake any more.
const FORGOTTEN: u64 = 300;
/// Wakes that are remembered at most.
const CAPACITY: usize = 100_000;

impl Wakes {
    /// A fresh wake for one channel of `device`; `None` is the open socket.
    pub fn make(
        &self,
        device: DeviceId,
        channel: Option<ChannelId>,
        secret: &Secret<32>,
        now: Millis,
        random: &mut dyn Random,
    ) -> Wake {
        let wake = Wake::new(WakeId::random(random), secret);
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.tidy(CAPACITY, now.seconds(), |out| now < out.at.plus_seconds(FORGOTTEN));
        if out.things.len() < CAPACITY {
            out.things.insert(wake.id, Out { device, channel, at: now });
        }
        drop(out);
        let mut woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        woken.tidy(CAPACITY, now.seconds(), |woken| now < woken.at.plus_seconds(FORGOTTEN));
        if woken.things.len() < CAPACITY && woken.things.get(&device).is_none_or(|woken| woken.fetched) {
            woken.things.insert(device, Woken { at: now, fetched: false });
        }
        wake
    }

    /// A phone has asked what waits. True for the first time since it was woken.
    pub fn fetched(&self, device: DeviceId) -> bool {
        let mut woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let woken = woken.things.get_mut(&device);
        woken.is_some_and(|woken| !std::mem::replace(&mut woken.fetched, true))
    }

    /// A phone has answered. True for the first answer since it was woken and has asked what waits.
    pub fn answered(&self, device: DeviceId) -> bool {
        let mut woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let has_fetched = woken.things.get(&device).is_some_and(|woken| woken.fetched);
        has_fetched && woken.things.remove(&device).is_some()
    }

    /// A receipt: proves that the wake was delivered, and nothing else. `None` for one that is unknown or was confirmed before.
    pub fn received(&self, id: WakeId, now: Millis) -> Option<Arrived> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let Out { device, channel, at } = out.things.remove(&id)?;
        drop(out);
        self.hear(device, now);
        Some(Arrived { device, channel, millis: now.since(at) })
    }
}

impl Wakes {
    /// The device has shown that it is awake.
    pub fn hear(&self, device: DeviceId, now: Millis) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.tidy(CAPACITY, now.seconds(), |at| now < at.plus_seconds(FORGOTTEN));
        if heard.things.len() < CAPACITY {
            heard.things.insert(device, now);
        }
    }

    /// Whether it has shown that since then.
    pub fn was_heard(&self, device: DeviceId, since: Millis) -> bool {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.things.get(&device).is_some_and(|at| *at >= since)
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
        let first = wakes.make(device, None, &secret, Millis(1000), &mut random);
        let channel = Some(ChannelId::from_bytes([3; 16]));
        let second = wakes.make(device, channel, &secret, Millis(1000), &mut random);
        let (a, b) = (first.to_bytes(), second.to_bytes());
        assert!(a.iter().zip(b).filter(|(x, y)| **x == *y).count() < 8, "two wakes of one phone look alike");
        assert!(!wakes.was_heard(device, Millis(1000)));
        let arrived = Arrived { device, channel: None, millis: 40 };
        assert_eq!(wakes.received(first.id, Millis(1040)), Some(arrived));
        assert!(wakes.was_heard(device, Millis(1000)) && !wakes.was_heard(device, Millis(1041)));
        assert_eq!(wakes.received(first.id, Millis(1040)), None);
        assert_eq!(wakes.received(second.id, Millis(1040)).unwrap().channel, channel);
    }

    #[test]
    fn a_phone_that_was_woken_by_several_ways_fetches_and_answers_once() {
        let (wakes, device, secret) = (Wakes::default(), DeviceId::from_bytes([1; 16]), Secret([2; 32]));
        let mut random = Counting(0);
        let mut wake = || {
            wakes.make(device, None, &secret, Millis(1000), &mut random);
        };
        assert!(!wakes.fetched(device) && !wakes.answered(device), "it came by itself");
        wake();
        wake();
        assert!(!wakes.answered(device), "it has not seen yet what waits");
        assert_eq!([wakes.fetched(device), wakes.fetched(device)], [true, false]);
        assert_eq!([wakes.answered(device), wakes.answered(device)], [true, false]);
        wake();
        assert!(wakes.fetched(device));
        wake();
        assert!(wakes.fetched(device), "woken again");
    }
}
