//! Wakes by way of providers: APNs, FCM, Web Push.
//!
//! Whoever commits something that a phone should hear of calls [`Pushes::wake`], which never waits. [`send`] takes the
//! devices from there, asks the store where each can be woken, and hands a wake to every channel at once. Everything
//! that piles up when a provider hangs is bounded here: devices that wait ([`WAITING`]), devices under way
//! (`send::UNDER_WAY`), pushes in the hands of one provider ([`HANDED_OVER`]). What finds no room is dropped and counted; the phone
//! fetches when it is opened.

mod note;
mod providers;
mod send;

pub use providers::{Providers, Standing};
pub use send::send;

use crate::clock::Clock;
use crate::providers::Readied;
use authenticator_protocol::ids::DeviceId;
use futures_util::future::BoxFuture;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;

/// Devices that wait to be looked at, at most.
const WAITING: usize = 16_384;

/// Pushes in the hands of one provider, at most.
const HANDED_OVER: usize = 2_048;

/// What brings wakes to phones beside the socket.
pub struct Pushes {
    providers: RwLock<Arc<Providers>>,
    clock: Arc<dyn delivery::Clock>,
    queue: mpsc::Sender<DeviceId>,
    /// Until [`send`] takes it.
    waiting: Mutex<Option<mpsc::Receiver<DeviceId>>>,
    dropped: AtomicU64,
    alarms: note::Alarms,
}

impl Pushes {
    /// Connects, within a tokio runtime.
    pub fn start(readied: Readied, clock: Arc<dyn Clock>) -> Self {
        let clock: Arc<dyn delivery::Clock> = Arc::new(OnClock(clock));
        let (queue, waiting) = mpsc::channel(WAITING);
        Self {
            providers: RwLock::new(Arc::new(Providers::start(readied, &clock))),
            clock,
            queue,
            waiting: Mutex::new(Some(waiting)),
            dropped: AtomicU64::new(0),
            alarms: note::Alarms::default(),
        }
    }

    /// The providers as they are now.
    pub fn providers(&self) -> Arc<Providers> {
        Arc::clone(&self.providers.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Others take their place; what those of before have in their hands is finished.
    pub fn replace(&self, readied: Readied) {
        let providers = Arc::new(Providers::start(readied, &self.clock));
        *self.providers.write().unwrap_or_else(PoisonError::into_inner) = providers;
    }

    /// This device should fetch, or take back what it shows.
    pub fn wake(&self, device: DeviceId) {
        if self.providers().can().is_some() && self.queue.try_send(device).is_err() {
            self.drop_one();
        }
    }

    fn take_queue(&self) -> Option<mpsc::Receiver<DeviceId>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// Wakes that found no room.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// The service's clock, as `delivery` reads it.
pub struct OnClock(pub Arc<dyn Clock>);

impl delivery::Clock for OnClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.now().0)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }
}
