//! How much of something one holder may have at the same time, so that nobody alone takes all of it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts what each holder has.
pub struct Shares<K> {
    held: Mutex<Held<K>>,
}

struct Held<K> {
    /// For each holder.
    most: usize,
    /// For all together.
    most_of_all: usize,
    /// By all together.
    taken: usize,
    by: HashMap<K, usize>,
}

/// One of them; given back when it is dropped.
pub struct Share<K: Eq + Hash> {
    of: Arc<Shares<K>>,
    holder: K,
}

impl<K: Eq + Hash> Shares<K> {
    /// So many for each holder.
    pub fn new(most: usize) -> Arc<Self> {
        let held = Held { most, most_of_all: usize::MAX, taken: 0, by: HashMap::new() };
        Arc::new(Self { held: Mutex::new(held) })
    }

    /// From now on at most so many for all together, and no more than a quarter of them for one holder.
    pub fn within(&self, most_of_all: usize) {
        let mut held = self.lock();
        held.most_of_all = most_of_all;
        held.most = held.most.min(most_of_all / 4).max(1);
    }

    /// How many are taken by all together.
    pub fn taken(&self) -> usize {
        self.lock().taken
    }

    /// One more for `holder`; `None` when that would be too many.
    pub fn take(self: &Arc<Self>, holder: K) -> Option<Share<K>>
    where
        K: Copy,
    {
        let mut held = self.lock();
        let (most, full) = (held.most, held.taken >= held.most_of_all);
        let count = held.by.entry(holder).or_default();
        if full || *count >= most {
            if *count == 0 {
                held.by.remove(&holder);
            }
            return None;
        }
        *count += 1;
        held.taken += 1;
        Some(Share { of: Arc::clone(self), holder })
    }

    /// Nothing that is done under this lock can stop half-way.
    fn lock(&self) -> MutexGuard<'_, Held<K>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Drop for Share<K> {
    fn drop(&mut self) {
        let mut held = self.of.lock();
        held.taken -= 1;
        match held.by.get_mut(&self.holder) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(held.by.remove(&self.holder)),
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
        assert!(shares.lock().by.is_empty() && shares.taken() == 0, "nothing is kept");
    }

    #[test]
    fn one_alone_takes_a_quarter_of_what_there_is_for_all() {
        let shares = Shares::new(100);
        shares.within(8);
        let mut all = Vec::new();
        for holder in 0..4 {
            all.extend((0..3).filter_map(|_| shares.take(holder)));
        }
        assert_eq!((all.len(), shares.taken()), (8, 8), "two each");
        assert!(shares.take(9).is_none() && shares.lock().by.len() == 4);
        all.pop();
        assert!(shares.take(9).is_some());
    }
}
