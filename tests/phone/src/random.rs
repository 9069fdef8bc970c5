//! Where a phone's randomness comes from: the system, or a seed for runs that can be repeated.

use sha2::{Digest, Sha256};

pub(crate) enum Random {
    System,
    /// The seed, and how much was taken from it.
    Seeded([u8; 32], u64),
}

impl Random {
    pub(crate) fn new(seed: Option<[u8; 32]>) -> Self {
        seed.map_or(Self::System, |seed| Self::Seeded(seed, 0))
    }

    /// 32 bytes that were never given before.
    pub(crate) fn next(&mut self) -> [u8; 32] {
        match self {
            Self::System => {
                let mut bytes = [0; 32];
                getrandom::fill(&mut bytes).expect("the system has randomness");
                bytes
            }
            Self::Seeded(seed, taken) => {
                *taken += 1;
                Sha256::new().chain_update(*seed).chain_update(taken.to_be_bytes()).finalize().into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_a_run_but_never_itself() {
        let mut one = Random::new(Some([7; 32]));
        let mut two = Random::new(Some([7; 32]));
        let first = one.next();
        assert_eq!(first, two.next());
        assert_ne!(first, one.next());
        assert_ne!(Random::new(None).next(), Random::new(None).next());
    }
}
