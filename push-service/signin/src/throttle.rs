//! Counts tries per key in a sliding window, in memory of a bounded size.

use authenticator_protocol::time::Millis;
use std::collections::HashMap;
use std::hash::Hash;

/// At most `limit` tries per key within `window` seconds.
#[derive(Debug)]
pub struct Throttle<K> {
    limit: u32,
    window: u64,
    /// Keys that are kept at most.
    capacity: usize,
    tries: HashMap<K, Tries>,
}

#[derive(Debug)]
struct Tries {
    since: Millis,
    count: u32,
}

/// Keys that are kept at most; the oldest windows go first.
const CAPACITY: usize = 100_000;

impl<K: Hash + Eq + Clone> Throttle<K> {
    /// Nothing counted yet.
    pub fn new(limit: u32, window: u64) -> Self {
        Self { limit, window, capacity: CAPACITY, tries: HashMap::new() }
    }

    /// Seconds to wait when the key has used its tries up; `None` when another try is allowed.
    pub fn wait(&self, key: &K, now: Millis) -> Option<u64> {
        let tries = self.tries.get(key)?;
        let end = tries.since.plus_seconds(self.window);
        (tries.count >= self.limit && now < end).then(|| end.since(now).div_ceil(1000))
    }

    /// Counts a try.
    pub fn count(&mut self, key: K, now: Millis) {
        let window = self.window;
        if self.tries.len() >= self.capacity && !self.tries.contains_key(&key) {
            self.tries.retain(|_, tries| now < tries.since.plus_seconds(window));
            if self.tries.len() >= self.capacity
                && let Some(oldest) =
                    self.tries.iter().min_by_key(|(_, tries)| tries.since).map(|(key, _)| key.clone())
            {
                self.tries.remove(&oldest);
            }
        }
        let tries = self.tries.entry(key).or_insert(Tries { since: now, count: 0 });
        if now >= tries.since.plus_seconds(window) {
            *tries = Tries { since: now, count: 0 };
        }
        tries.count += 1;
    }

    /// Takes one try back: it turned out to be none.
    pub fn take_back(&mut self, key: &K) {
        if let Some(tries) = self.tries.get_mut(key) {
            tries.count = tries.count.saturating_sub(1);
        }
    }

    /// Forgets a key: its owner has proved who they are.
    pub fn forget(&mut self, key: &K) {
        self.tries.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_holds_until_the_window_ends() {
        let mut throttle = Throttle::new(2, 60);
        let at = |second: u64| Millis(second * 1000);
        throttle.count("a", at(0));
        assert_eq!(throttle.wait(&"a", at(1)), None);
        throttle.count("a", at(1));
        assert_eq!(throttle.wait(&"a", at(1)), Some(59));
        assert_eq!(throttle.wait(&"b", at(1)), None);
        assert_eq!(throttle.wait(&"a", at(60)), None);
        throttle.count("a", at(61));
        assert_eq!(throttle.wait(&"a", at(61)), None);
        throttle.count("a", at(62));
        assert_eq!(throttle.wait(&"a", at(62)), Some(59));
        throttle.take_back(&"a");
        assert_eq!(throttle.wait(&"a", at(62)), None);
        throttle.count("a", at(62));
        throttle.forget(&"a");
        assert_eq!(throttle.wait(&"a", at(62)), None);
    }

    #[test]
    fn a_crowd_of_strangers_fills_no_memory() {
        let mut throttle = Throttle::new(1, 60);
        assert_eq!(throttle.capacity, 100_000);
        throttle.capacity = 20;
        for key in 0..20 {
            throttle.count(key, Millis(if key < 10 { 1000 + key } else { 2000 }));
        }
        let is_kept = |throttle: &Throttle<u64>, key| throttle.tries.contains_key(&key);
        throttle.count(0, Millis(3000));
        assert!(throttle.tries.len() == 20 && is_kept(&throttle, 0), "known keys push nobody out");
        throttle.count(20, Millis(3000));
        assert!(throttle.tries.len() == 20 && !is_kept(&throttle, 0), "the oldest makes room");
        // The last of the other nine ends at this very moment.
        throttle.count(0, Millis(61_009));
        assert_eq!(throttle.tries.len(), 12, "what is over makes room, and nothing else");
        assert!(is_kept(&throttle, 0) && is_kept(&throttle, 10) && is_kept(&throttle, 20));
    }
}
