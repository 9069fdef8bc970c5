//! What no service on this machine can do without: checking P-256 signatures, by one core alone and by all at once.
//! Cores that share something, with each other or with strangers, do less together.

use crate::key::Key;
use crate::{Error, clock};
use authenticator_protocol::keys::{Sign as _, Verify as _};
use push_service::keys::RingVerify;
use std::thread;
use std::time::Duration;

/// Signatures that were checked in a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Floor {
    /// By one core, while the others rest.
    pub(crate) alone: f64,
    /// By all cores at once.
    pub(crate) together: f64,
    pub(crate) cores: usize,
}

pub(crate) fn measure(time: Duration) -> Result<Floor, Error> {
    let cores = thread::available_parallelism()?.get();
    let checks = |cores: usize| -> Result<f64, Error> {
        let threads: Vec<_> = (0..cores).map(|_| thread::spawn(move || check(time))).collect();
        threads.into_iter().try_fold(0.0, |sum, one| Ok(sum + one.join().map_err(|_| "a thread panicked")?))
    };
    Ok(Floor { alone: checks(1)?, together: checks(cores)?, cores })
}

fn check(time: Duration) -> f64 {
    let key = Key::fresh();
    let (message, public) = (b"what was signed", key.public_key());
    let signature = key.sign(message);
    let began = clock::now();
    let mut checked = 0_u32;
    while clock::now() - began < time {
        assert!(RingVerify.verify(&public, message, &signature), "what was signed fits");
        checked += 1;
    }
    f64::from(checked) / (clock::now() - began).as_secs_f64()
}
