//! One thread writes. It takes the jobs that are queued, runs each in a savepoint, commits them together, and only
//! then answers: many commits for the price of one, and nobody is told what a power cut could still undo.

use super::rows::ms;
use crate::store::{Outcome, StoreError};
use authenticator_protocol::time::Millis;
use rusqlite::Connection;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// The clock that is handed in.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// Hears of commits.
pub trait Watch: Send + Sync {
    /// A time that only goes forwards, for durations.
    fn now(&self) -> Duration;
    /// So many jobs were committed together, and not all had nothing to write; it took so long from the first of them on.
    fn committed(&self, jobs: u64, took: Duration);
}

/// What is done with the connection when there is nothing more to write.
pub(super) type End = fn(&Connection) -> Result<(), rusqlite::Error>;

type Watched = Arc<OnceLock<Arc<dyn Watch>>>;

/// Jobs in one commit at most.
const BATCH: usize = 256;
/// Jobs that wait at most; more are turned away.
const QUEUE: usize = 4096;

/// The store's time: the clock's, but never less than the last committed time.
pub(super) struct Time {
    clock: Clock,
    committed: AtomicU64,
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Time({:?})", self.now())
    }
}

impl Time {
    pub(super) fn new(clock: Clock, committed: u64) -> Self {
        Self { clock, committed: AtomicU64::new(committed) }
    }

    pub(super) fn now(&self) -> Millis {
        (self.clock)().max(self.committed())
    }

    /// The last committed time.
    pub(super) fn committed(&self) -> Millis {
        Millis(self.committed.load(Ordering::Acquire))
    }
}

/// What the writing thread hands to a job.
pub(super) struct Hand<'a, S> {
    pub(super) connection: &'a Connection,
    pub(super) now: Millis,
    pub(super) state: &'a mut S,
}

/// A job: it runs, and later hears whether what it did was committed.
trait Job<S>: Send {
    /// True when what it wrote is to be kept.
    fn run(&mut self, hand: Hand<'_, S>) -> bool;
    fn refuse(&mut self, error: StoreError);
    /// Why it did not work.
    fn why(&self) -> Option<&StoreError>;
    fn answer(self: Box<Self>);
}

struct Call<T, U, F, G> {
    work: Option<F>,
    outcome: Outcome<T>,
    then: G,
    caller: oneshot::Sender<Outcome<U>>,
}

impl<S, T, U, F, G> Job<S> for Call<T, U, F, G>
where
    T: Send,
    U: Send,
    F: FnOnce(Hand<'_, S>) -> Outcome<T> + Send,
    G: FnOnce(T) -> U + Send,
{
    fn run(&mut self, hand: Hand<'_, S>) -> bool {
        if let Some(work) = self.work.take() {
            self.outcome = catch_unwind(AssertUnwindSafe(|| work(hand)))
                .unwrap_or_else(|_| Err(StoreError::Database("a job panicked".into())));
        }
        self.outcome.is_ok()
    }

    fn refuse(&mut self, error: StoreError) {
        self.outcome = Err(error);
    }

    fn why(&self) -> Option<&StoreError> {
        self.outcome.as_ref().err()
    }

    fn answer(self: Box<Self>) {
        // Who does not wait any more does not want to know; what is in the answer may want something when it is dropped.
        let _ = self.caller.send(self.outcome.map(self.then));
    }
}

type Queue<S> = SyncSender<Box<dyn Job<S>>>;

/// The handle on the writing thread. Dropping it finishes what is queued.
pub(super) struct Writer<S> {
    queue: Mutex<Option<Queue<S>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    watched: Watched,
}

impl<S> fmt::Debug for Writer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

impl<S: Send + 'static> Writer<S> {
    /// Starts the thread. `state` is what jobs share; only they touch it. `end` is done after the last of them.
    pub(super) fn start(
        connection: Connection,
        time: Arc<Time>,
        state: S,
        end: End,
    ) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let watched = Watched::default();
        let watch = Arc::clone(&watched);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || Thread { connection, time, state, watched: watch, end }.serve(&jobs))?;
        Ok(Self { queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)), watched })
    }

    /// Tells `watch` of each commit from now on. There is one.
    pub(super) fn watch(&self, watch: Arc<dyn Watch>) {
        let _ = self.watched.set(watch);
    }

    /// Queues a job. When what it wrote is on disk, and only then, it is answered with what `then` makes of its outcome.
    pub(super) fn submit<T, U, F, G>(&self, work: F, then: G) -> Outcome<oneshot::Receiver<Outcome<U>>>
    where
        T: Send + 'static,
        U: Send + 'static,
        F: FnOnce(Hand<'_, S>) -> Outcome<T> + Send + 'static,
        G: FnOnce(T) -> U + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let job = Box::new(Call { work: Some(work), outcome: Err(StoreError::Unavailable), then, caller });
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref().map(|queue| queue.try_send(job)) {
            Some(Ok(())) => Ok(answer),
            Some(Err(TrySendError::Full(_))) => {
                tracing::warn!(waiting = QUEUE, "too many writes are waiting: turned one away");
                Err(StoreError::Unavailable)
            }
            Some(Err(TrySendError::Disconnected(_))) | None => Err(StoreError::Unavailable),
        }
    }
}

#[cfg(test)]
impl<S: Send + 'static> Writer<S> {
    fn run<T, F>(&self, work: F) -> Outcome<oneshot::Receiver<Outcome<T>>>
    where
        T: Send + 'static,
        F: FnOnce(Hand<'_, S>) -> Outcome<T> + Send + 'static,
    {
        self.submit(work, |value| value)
    }
}

impl<S> Writer<S> {
    /// Takes no more jobs, finishes those that are queued, writes the log back into the file. Blocks.
    pub(super) fn stop(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writing thread had panicked");
        }
    }
}

impl<S> Drop for Writer<S> {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Thread<S> {
    connection: Connection,
    time: Arc<Time>,
    state: S,
    watched: Watched,
    end: End,
}

impl<S> Thread<S> {
    fn serve(mut self, jobs: &Receiver<Box<dyn Job<S>>>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = Vec::new();
            let watch = self.watched.get().map(|watch| (watch.now(), Arc::clone(watch)));
            let committed = self.batch(first, jobs, &mut batch);
            if let (Ok(true), Some((began, watch))) = (&committed, watch) {
                watch.committed(batch.len() as u64, watch.now().saturating_sub(began));
            }
            if let Err(error) = &committed {
                tracing::error!(%error, jobs = batch.len(), "commit failed; nothing of it was kept");
                // Whatever state the failure left the transaction in, it ends here.
                if !self.connection.is_autocommit() {
                    let _ = self.connection.execute_batch("ROLLBACK");
                }
            }
            for mut job in batch {
                if let Err(error) = &committed {
                    let text = format!("commit failed: {error}");
                    job.refuse(match error {
                        StoreError::NotNow(_) => StoreError::NotNow(text),
                        _ => StoreError::Database(text),
                    });
                }
                job.answer();
            }
        }
        let optimized = self.connection.execute_batch("PRAGMA optimize");
        if let Err(error) = (self.end)(&self.connection).and(optimized) {
            tracing::warn!(%error, "the end of the database");
        }
    }

    /// One transaction of `first` and what else is queued by the time it has run. True when something was written.
    fn batch(
        &mut self,
        first: Box<dyn Job<S>>,
        jobs: &Receiver<Box<dyn Job<S>>>,
        batch: &mut Vec<Box<dyn Job<S>>>,
    ) -> Outcome<bool> {
        batch.push(first);
        self.plain("BEGIN IMMEDIATE")?;
        let before = self.connection.total_changes();
        let mut latest = self.time.now();
        let mut ran = 0;
        while let Some(job) = batch.get_mut(ran) {
            latest = latest.max(self.time.now());
            self.plain("SAVEPOINT job")?;
            let hand = Hand { connection: &self.connection, now: latest, state: &mut self.state };
            let keep = job.run(hand);
            if self.connection.is_autocommit() {
                // SQLite gave the whole transaction up (disk full, for one), the jobs before this one included.
                return Err(match job.why() {
                    Some(StoreError::NotNow(why)) => StoreError::NotNow(why.clone()),
                    _ => StoreError::Database("the transaction was given up".into()),
                });
            }
            if !keep {
                self.plain("ROLLBACK TO job")?;
            }
            self.plain("RELEASE job")?;
            ran += 1;
            if ran < BATCH
                && let Ok(next) = jobs.try_recv()
            {
                batch.push(next);
            }
        }
        let wrote = self.connection.total_changes() != before;
        if wrote {
            let sql = "UPDATE meta SET time = ?1 WHERE time < ?1";
            self.connection.prepare_cached(sql)?.execute([ms(latest)])?;
        }
        self.plain("COMMIT")?;
        if wrote {
            self.time.committed.fetch_max(latest.0, Ordering::AcqRel);
        }
        Ok(wrote)
    }

    fn plain(&self, sql: &str) -> Outcome<()> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
