//! Connections that only read, each lent to one caller at a time.

use super::file::{OpenError, reader};
use crate::store::{Outcome, StoreError};
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// A fixed number of connections; whoever finds none waits.
#[derive(Debug)]
pub(super) struct Readers {
    count: u32,
    free: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

/// A lent connection; it goes back even when its work panics.
struct Lent<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

impl Readers {
    pub(super) fn open(path: &Path, count: u8) -> Result<Self, OpenError> {
        let idle: Vec<Connection> = (0..count.max(1)).map(|_| reader(path)).collect::<Result<_, _>>()?;
        let free = Arc::new(Semaphore::new(idle.len()));
        Ok(Self { count: u32::from(count.max(1)), free, idle: Mutex::new(idle) })
    }

    /// Runs `work` on a thread that may block, in one transaction: it sees one state of the database.
    pub(super) async fn run<T, F>(self: &Arc<Self>, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(|_| StoreError::Unavailable)?;
        let readers = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            let outcome = readers.lend(work);
            drop(permit);
            outcome
        });
        reading.await.unwrap_or_else(|error| Err(StoreError::Database(format!("a read failed: {error}"))))
    }

    /// The same at once, where the caller runs: for a few rows by their keys, which takes less time than to wake
    /// another thread and to be woken by it.
    pub(super) async fn run_here<T>(&self, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
        let _permit = self.free.acquire().await.map_err(|_| StoreError::Unavailable)?;
        catch_unwind(AssertUnwindSafe(|| self.lend(work)))
            .unwrap_or_else(|_| Err(StoreError::Database("a read failed: it panicked".into())))
    }

    fn lend<T>(&self, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
        let connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let lent = Lent { readers: self, connection };
        let connection = lent.connection.as_ref().ok_or(StoreError::Unavailable)?;
        let _transaction = Snapshot::begin(connection)?;
        work(connection)
    }

    /// Lends no more, waits for those that are lent, closes all.
    pub(super) async fn close(&self) {
        let all = self.free.acquire_many(self.count).await;
        self.free.close();
        drop(all);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A transaction that only reads; it ends when it is dropped.
struct Snapshot<'a>(&'a Connection);

impl<'a> Snapshot<'a> {
    fn begin(connection: &'a Connection) -> Outcome<Self> {
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Self(connection))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let end = self.0.prepare_cached("COMMIT").and_then(|mut statement| statement.execute([]));
        if let Err(error) = end {
            tracing::warn!(%error, "end of a read");
        }
    }
}
