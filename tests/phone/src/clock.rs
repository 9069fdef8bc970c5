//! Time, injected: the demo and the tests run every phone on a clock that they advance.

use authenticator_protocol::time::Millis;
use futures_util::future::BoxFuture;
use std::time::Duration;

/// The clock of the world that a phone lives in. The phone's own clock may be wrong by an offset.
pub trait PhoneClock: Send + Sync {
    /// What time it is.
    fn now(&self) -> Millis;
    /// Ends when `ms` milliseconds have passed on this clock.
    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl PhoneClock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the module that reads the machine's clock")]
    fn now(&self) -> Millis {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the module that waits on the machine's clock")]
    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(Duration::from_millis(ms)))
    }
}
