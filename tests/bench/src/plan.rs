//! How much is measured.

use std::time::Duration;

/// Sizes, counts and times of a run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Enrolled users.
    pub(crate) sizes: Vec<usize>,
    /// Of these sizes, the one that everything but the cost of size is measured at.
    pub(crate) size: usize,
    /// Phones that sign in.
    pub(crate) phones: usize,
    /// Phones that only hold a socket open.
    pub(crate) sockets: usize,
    /// Sign-ins at the same time.
    pub(crate) at_once: Vec<usize>,
    /// Of these, the one that runs are compared at.
    pub(crate) usual: usize,
    /// Runs of everything that is repeated.
    pub(crate) runs: usize,
    /// Length of one run.
    pub(crate) stretch: Duration,
    /// Sign-ins a second, paced.
    pub(crate) pace: u32,
    /// Sign-ins of each user in the cost of size.
    pub(crate) each: usize,
    /// Password checks a second, paced.
    pub(crate) passwords: u32,
    /// Times that the core is woken.
    pub(crate) wakes: usize,
}

impl Plan {
    /// What docs/figures.md holds.
    pub(crate) fn full() -> Self {
        Self {
            sizes: vec![10, 1_000, 100_000, 1_000_000],
            size: 100_000,
            phones: 6_000,
            sockets: 18_000,
            at_once: vec![1, 16, 64, 256],
            usual: 64,
            runs: 3,
            stretch: Duration::from_secs(5),
            pace: 500,
            each: 10,
            passwords: 20,
            wakes: 500,
        }
    }

    /// What a change has changed: throughput and profile in two minutes, the rest once.
    pub(crate) fn brief() -> Self {
        Self {
            sizes: vec![10, 1_000],
            size: 1_000,
            phones: 1_000,
            sockets: 1_000,
            at_once: vec![16, 64],
            stretch: Duration::from_secs(2),
            each: 5,
            wakes: 50,
            ..Self::full()
        }
    }

    /// Everything once, in seconds, also with a service that was not optimised.
    pub(crate) fn smoke() -> Self {
        Self {
            sizes: vec![10, 200],
            size: 200,
            phones: 100,
            sockets: 150,
            at_once: vec![1, 8],
            usual: 8,
            runs: 1,
            stretch: Duration::from_millis(500),
            pace: 20,
            each: 5,
            passwords: 4,
            wakes: 5,
        }
    }
}
