//! Randomness from the shell's 32 bytes: HMAC-SHA-256 over a counter.

use authenticator_protocol::random::Random;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// A generator that never repeats itself as long as no seed is used twice.
pub(crate) struct Generator {
    seed: [u8; 32],
    counter: u64,
}

impl Generator {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0 }
    }

    fn block(&mut self) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.seed).expect("HMAC takes keys of any length");
        mac.update(b"styrk random v1\0");
        mac.update(&self.counter.to_be_bytes());
        self.counter += 1;
        mac.finalize().into_bytes().into()
    }

    /// How long to wait after so many failures: `first`, doubled up to `last`, and up to half of it more, so that not all
    /// phones come back together.
    pub(crate) fn wait(&mut self, first: u64, last: u64, failed: u32) -> u64 {
        let wait = first.saturating_mul(1 << failed.min(32)).min(last);
        wait.saturating_add(self.below(wait / 2))
    }

    /// A number below `bound`, for spreading out what need not be secret.
    fn below(&mut self, bound: u64) -> u64 {
        u64::from_le_bytes(authenticator_protocol::random::bytes(self)) % bound.max(1)
    }
}

impl Random for Generator {
    fn fill(&mut self, dest: &mut [u8]) {
        for chunk in dest.chunks_mut(32) {
            let block = self.block();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

impl fmt::Debug for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use authenticator_protocol::random::bytes;

    #[test]
    fn never_the_same_again() {
        let mut random = Generator::new([1; 32]);
        let (first, second): ([u8; 40], [u8; 40]) = (bytes(&mut random), bytes(&mut random));
        assert_ne!(first, second);
        assert_ne!(first[..8], first[32..]);
        assert_eq!(first, bytes(&mut Generator::new([1; 32])));
        assert_ne!(first, bytes(&mut Generator::new([2; 32])));
    }

    #[test]
    fn everything_below_the_bound_comes_and_nothing_else() {
        let mut random = Generator::new([1; 32]);
        let mut drawn: Vec<u64> = (0..200).map(|_| random.below(5)).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn, [0, 1, 2, 3, 4]);
        assert_eq!(random.below(0), 0);
    }
}
