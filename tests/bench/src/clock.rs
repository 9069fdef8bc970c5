//! The machine's time, in this crate's one place for it.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's time")]

use authenticator_protocol::time::Seconds;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Now, for measuring.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Now, for signing.
pub(crate) fn seconds() -> Seconds {
    Seconds(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// Waits so long.
pub(crate) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Waits until then.
pub(crate) async fn until(then: Instant) {
    tokio::time::sleep_until(then.into()).await;
}
