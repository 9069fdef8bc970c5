//! The clock: one module that reads the machine's, and one that tests and the demo advance by hand.

use authenticator_protocol::time::Millis;
use futures_util::future::{BoxFuture, FutureExt as _};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

/// Time, and waiting for it.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Millis;
    /// Ends when `millis` have passed on this clock.
    fn sleep(&self, millis: u64) -> BoxFuture<'static, ()>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the module that reads the machine's clock")]
    fn now(&self) -> Millis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the module that waits on the machine's clock")]
    fn sleep(&self, millis: u64) -> BoxFuture<'static, ()> {
        tokio::time::sleep(Duration::from_millis(millis)).boxed()
    }
}

/// How long the process has run, by a clock that nobody sets: for durations alone.
#[expect(clippy::disallowed_methods, reason = "this is the module that reads the machine's clock")]
pub fn monotonic() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// A clock that somebody can advance: it stands still, or flows with the machine's.
#[derive(Clone, Debug)]
pub struct ManualClock {
    /// Added to the machine's time, or all there is.
    ahead: watch::Sender<Millis>,
    flows: bool,
}

impl ManualClock {
    /// Stands still at `now`.
    pub fn standing(now: Millis) -> Self {
        Self { ahead: watch::Sender::new(now), flows: false }
    }

    /// Flows with the machine's clock until it is advanced.
    pub fn flowing() -> Self {
        Self { ahead: watch::Sender::new(Millis(0)), flows: true }
    }

    /// Moves on; everybody whose time has come wakes up.
    pub fn advance(&self, millis: u64) {
        self.ahead.send_modify(|ahead| ahead.0 += millis);
    }

    /// Steps back; nobody who waits is woken.
    pub fn step_back(&self, millis: u64) {
        self.ahead.send_modify(|ahead| ahead.0 = ahead.0.saturating_sub(millis));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Millis {
        let base = if self.flows { SystemClock.now().0 } else { 0 };
        Millis(base + self.ahead.borrow().0)
    }

    fn sleep(&self, millis: u64) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        let until = Millis(self.now().0.saturating_add(millis));
        let mut ahead = self.ahead.subscribe();
        async move {
            loop {
                let left = until.since(clock.now());
                if left == 0 {
                    return;
                }
                let flows = async {
                    if clock.flows { SystemClock.sleep(left).await } else { std::future::pending().await }
                };
                tokio::select! {
                    () = flows => {}
                    // This future holds a sender, so there is always one.
                    _ = ahead.changed() => {}
                }
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleepers_wake_when_their_time_comes() {
        let clock = ManualClock::standing(Millis(1000));
        let mut sleeper = clock.sleep(50);
        clock.advance(49);
        assert!((&mut sleeper).now_or_never().is_none());
        clock.advance(1);
        sleeper.await;
        assert_eq!(clock.now(), Millis(1050));
    }
}
