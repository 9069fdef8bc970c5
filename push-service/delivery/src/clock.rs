//! Time is a parameter: what this crate knows of it, it reads and waits for here.

use futures_util::future::{BoxFuture, FutureExt as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Time, and waiting for it.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> SystemTime;
    /// Ends when `duration` has passed on this clock.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The machine's clock, and tokio's timers.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the module that reads the machine's clock")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the module that waits on the machine's clock")]
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        tokio::time::sleep(duration).boxed()
    }
}

/// Whole seconds since 1970; 0 before.
pub(crate) fn unix(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// What lies between now and then; nothing when it is over.
pub(crate) fn left(until: SystemTime, now: SystemTime) -> Duration {
    until.duration_since(now).unwrap_or_default()
}

#[cfg(feature = "fake")]
pub use manual::ManualClock;

#[cfg(feature = "fake")]
mod manual {
    use super::{Clock, left};
    use futures_util::future::{BoxFuture, FutureExt as _};
    use std::sync::Arc;
    use std::time::{Duration, SystemTime};
    use tokio::sync::watch;

    /// A clock that stands still until somebody advances it.
    #[derive(Clone, Debug)]
    pub struct ManualClock(Arc<watch::Sender<SystemTime>>);

    impl ManualClock {
        /// Stands still at `now`.
        pub fn standing(now: SystemTime) -> Self {
            Self(Arc::new(watch::Sender::new(now)))
        }

        /// Moves on; everybody whose time has come wakes up.
        pub fn advance(&self, duration: Duration) {
            self.0.send_modify(|now| *now += duration);
        }

        /// Steps back; nobody who waits is woken.
        pub fn step_back(&self, duration: Duration) {
            self.0.send_modify(|now| *now -= duration);
        }
    }

    impl Clock for ManualClock {
        fn now(&self) -> SystemTime {
            *self.0.borrow()
        }

        fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
            let (clock, until) = (self.clone(), self.now() + duration);
            async move {
                let mut now = clock.0.subscribe();
                // This future holds a sender, so there is always one.
                let _ = now.wait_for(|now| left(until, *now).is_zero()).await;
            }
            .boxed()
        }
    }
}
