//! What a node keeps in memory for a while, by name.

use authenticator_protocol::time::Seconds;
use std::collections::HashMap;
use std::hash::Hash;

/// Things by name, of which those that are too old are forgotten now and then.
pub(crate) struct Remembered<K, V> {
    pub(crate) things: HashMap<K, V>,
    /// When what is too old was forgotten last.
    tidied: Option<Seconds>,
}

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self { things: HashMap::new(), tidied: None }
    }
}

impl<K: Eq + Hash, V> Remembered<K, V> {
    /// From `many` things on, forgets what is not to be kept; once a second at most, since it goes through all of them.
    pub(crate) fn tidy(&mut self, many: usize, now: Seconds, keep: impl Fn(&V) -> bool) {
        if self.things.len() >= many && self.tidied != Some(now) {
            self.things.retain(|_, thing| keep(thing));
            self.tidied = Some(now);
        }
    }
}

impl<K: Eq + Hash> Remembered<K, Seconds> {
    /// Whether this is the first such thing in so many seconds; if so, it is remembered as that.
    pub(crate) fn is_first(&mut self, thing: K, seconds: u64, now: Seconds) -> bool {
        let is_first = self.things.get(&thing).is_none_or(|last| now.0 >= last.0 + seconds);
        if is_first {
            self.things.insert(thing, now);
        }
        is_first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_a_second_and_only_when_there_are_many() {
        let mut remembered = Remembered::default();
        let count = |remembered: &mut Remembered<u32, bool>, now| {
            remembered.tidy(2, Seconds(now), |keep| *keep);
            remembered.things.len()
        };
        remembered.things.insert(1, false);
        assert_eq!(count(&mut remembered, 7), 1, "few");
        remembered.things.extend([(2, true), (3, false)]);
        assert_eq!(count(&mut remembered, 7), 1);
        remembered.things.extend([(4, false), (5, false)]);
        assert_eq!(count(&mut remembered, 7), 3, "in the same second");
        assert_eq!(count(&mut remembered, 8), 1);
    }
}
