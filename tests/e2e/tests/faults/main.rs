//! What the service does when it is killed and starved: the real program in processes of its own, and after each the count of
//! what was lost, which is 0.
//!
//! One test at a time: each takes the machine for itself.

mod damaged;
mod disk;
mod files;
mod killed;
mod locked;
mod log_disk;
mod lost_log;
mod memory;
mod readonly;
mod restored;
mod slow;
mod twice;

use tokio::sync::{Mutex, MutexGuard};

/// Held by the test whose turn it is.
async fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    TURN.lock().await
}
