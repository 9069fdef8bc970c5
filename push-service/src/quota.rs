//! How often relying parties may call, counted per node, in memory.

use crate::limits::Place;
use authenticator_protocol::ids::RelyingPartyId;
use authenticator_protocol::time::Millis;
use signin::throttle::Throttle;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Calls of one relying party within [`WINDOW`], as a bucket that fills up evenly; and wrong keys by network.
pub struct Quotas {
    per_second: u32,
    buckets: Mutex<HashMap<RelyingPartyId, Bucket>>,
    /// Wrong keys from one network: 30 in a minute.
    strangers: Mutex<Throttle<Place>>,
}

/// Seconds for which a relying party may save up its calls.
const WINDOW: u32 = 10;

/// In thousandths of a call.
#[derive(Clone, Copy)]
struct Bucket {
    left: u64,
    at: Millis,
}

/// Where a relying party stands after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Calls within the window.
    pub most: u32,
    /// The window, in seconds.
    pub window: u32,
    /// Calls that are left.
    pub left: u32,
    /// Seconds until all are there again.
    pub full_in: u64,
    refused: bool,
}

impl Quota {
    /// Seconds to wait, when this call was one too many.
    pub fn wait(&self) -> Option<u64> {
        self.refused.then_some(1)
    }
}

impl Quotas {
    /// So many calls a second for each relying party.
    pub fn new(per_second: u32) -> Self {
        Self { per_second, buckets: Mutex::default(), strangers: Mutex::new(Throttle::new(30, 60)) }
    }

    /// Counts a call, if it is allowed.
    pub fn call(&self, party: RelyingPartyId, now: Millis) -> Quota {
        let most = self.per_second.saturating_mul(WINDOW);
        let full = u64::from(most) * 1000;
        let mut buckets = lock(&self.buckets);
        let bucket = buckets.entry(party).or_insert(Bucket { left: full, at: now });
        let gained = now.since(bucket.at).saturating_mul(self.per_second.into());
        *bucket = Bucket { left: bucket.left.saturating_add(gained).min(full), at: now.max(bucket.at) };
        let refused = bucket.left < 1000;
        if !refused {
            bucket.left -= 1000;
        }
        Quota {
            most,
            window: WINDOW,
            left: u32::try_from(bucket.left / 1000).unwrap_or(u32::MAX),
            full_in: (full - bucket.left).div_ceil(u64::from(self.per_second) * 1000),
            refused,
        }
    }

    /// Seconds to wait for a network that has shown too many wrong keys.
    pub fn strangers_wait(&self, address: IpAddr, now: Millis) -> Option<u64> {
        lock(&self.strangers).wait(&Place::network(address), now)
    }

    /// A wrong key.
    pub fn stranger(&self, address: IpAddr, now: Millis) {
        lock(&self.strangers).count(Place::network(address), now);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_used_up_and_come_back_evenly() {
        let quotas = Quotas::new(2);
        let (party, other) = ([1, 2]).map(|n| RelyingPartyId::from_bytes([n; 16])).into();
        let now = Millis(1_000_000);
        for left in (0..20).rev() {
            let quota = quotas.call(party, now);
            assert_eq!((quota.left, quota.wait()), (left, None));
        }
        let over = quotas.call(party, now);
        assert_eq!((over.left, over.full_in, over.wait()), (0, 10, Some(1)));
        assert_eq!(quotas.call(other, now).left, 19, "each has its own");
        assert_eq!(quotas.call(party, Millis(1_000_499)).wait(), Some(1));
        assert_eq!(quotas.call(party, Millis(1_000_500)).wait(), None);
        assert_eq!(quotas.call(party, Millis(9_000_000)).left, 19, "never more than the window's");
        assert_eq!(quotas.call(party, Millis(0)).left, 18, "a clock stepped back gives nothing");
    }
}
