//! How long to wait before something is tried again.

use ring::rand::{SecureRandom as _, SystemRandom};
use std::time::Duration;

/// A number from 0 to 1, below 1.
pub(crate) fn chance() -> f64 {
    let mut random = [0];
    // Without randomness it is 0.
    let _ = SystemRandom::new().fill(&mut random);
    f64::from(random[0]) / 256.0
}

/// After so many failures: twice as long each time, less a random part up to half, so that many machines do not come
/// back together.
pub(crate) fn pause(failures: u32, first: Duration, longest: Duration) -> Duration {
    let whole = first.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(longest);
    whole - whole.mul_f64(chance() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ() {
        let (first, longest) = (Duration::from_millis(100), Duration::from_secs(10));
        for (failures, whole) in [(0, 100), (1, 100), (2, 200), (3, 400), (100, 10_000)] {
            let (whole, pause) = (Duration::from_millis(whole), pause(failures, first, longest));
            assert!(pause <= whole && pause >= whole / 2, "{failures}: {pause:?}");
        }
        let many: std::collections::HashSet<Duration> = (0..50).map(|_| pause(100, first, longest)).collect();
        assert!(many.len() > 5);
    }
}
