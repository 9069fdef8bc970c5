//! How much of something one holder may have at the same time, so that nobody alone takes all of it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts what each holder has.
pub struct Shares<K> {
    most: u32,
    held: Mutex<HashMap<K, u32>>,
}

/// One of them; given back when it is dropped.
pub struct Share<K: Eq + Hash> {
    of: Arc<Shares<K>>,
    holder: K,
}

impl<K: Eq + Hash + Copy> Shares<K> {
    /// So many for each holder.
    pub fn new(most: u32) -> Arc<Self> {
        Arc::new(Self { most, held: Mutex::default() })
    }

    /// How many are taken by all together.
    pub fn taken(&self) -> usize {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.values().map(|count| usize::try_from(*count).unwrap_or(usize::MAX)).sum()
    }

    /// One more for `holder`; `None` when that would be too many.
    pub fn take(self: &Arc<Self>, holder: K) -> Option<Share<K>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(holder).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share { of: Arc::clone(self), holder })
    }
}

impl<K: Eq + Hash> Drop for Share<K> {
    fn drop(&mut self) {
        let mut held = self.of.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get_mut(&self.holder) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(held.remove(&self.holder)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_their_own_and_gives_them_back() {
        let shares = Shares::new(2);
        let one = shares.take('a');
        let two = shares.take('a');
        assert_eq!(shares.taken(), 2);
        assert!(one.is_some() && two.is_some() && shares.take('a').is_none());
        assert!(shares.take('b').is_some());
        drop(one);
        assert!(shares.take('a').is_some());
        drop(two);
        assert!(shares.held.lock().unwrap().is_empty(), "nothing is kept");
    }
}
