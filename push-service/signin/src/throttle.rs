//! Counts tries per key in a sliding window, in memory of a bounded size.

use authenticator_protocol::time::Millis;
use std::collections::HashMap;
use std::hash::Hash;

/// At most `limit` tries per key within `window` seconds.
#[derive(Debug)]
pub struct Throttle<K> {
    limit: u32,
    window: u64,
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
        Self { limit, window, tries: HashMap::new() }
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
        if self.tries.len() >= CAPACITY && !self.tries.contains_key(&key) {
            self.tries.retain(|_, tries| now < tries.since.plus_seconds(window));
            if self.tries.len() >= CAPACITY
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
        throttle.forget(&"a");
        assert_eq!(throttle.wait(&"a", at(62)), None);
    }
}
