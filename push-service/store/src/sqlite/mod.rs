//! The SQLite engine: one file, one writing thread, a few readers.
//!
//! [`Sqlite::open`] is the way in. `cases` has the use cases, each of which reads what a rule needs, asks the rule
//! and carries its decision out; the nouns (`users`, `sessions`, `requests`, `enrolments`, `devices`, `channels`, `passes`, `relying_parties`, `audit`) have
//! the SQL; `apply` maps changes to it; `engine` commits; `file`, `in_use` and `migrate` open;
//! `backup` copies, `replace` puts back; `retention` erases.

mod apply;
mod audit;
mod backup;
mod cases;
mod channels;
mod devices;
mod engine;
mod enrolments;
mod file;
mod in_use;
mod migrate;
mod passes;
mod readers;
mod relying_parties;
mod replace;
mod requests;
mod retention;
mod rows;
#[cfg(any(test, feature = "seed"))]
pub mod seed;
mod sessions;
mod users;

pub use backup::{Alone, Later, Migrated, State, inspect, names, newest_record};
pub use engine::{Clock, Watch};
pub use file::OpenError;

use crate::store::{Committed, Outcome, StoreError};
use crate::vault::Vault;
use authenticator_protocol::random::Random;
use authenticator_protocol::time::Millis;
use engine::{Hand, Time, Writer};
use readers::Readers;
use rusqlite::Connection;
use signin::fact::Fact;
use signin::policy::Policy;
use signin::{Decision, Notice};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use tokio::sync::oneshot;

/// Where the data is.
#[derive(Clone, Debug)]
pub enum Place {
    /// In this file, which is made if it is not there, and in others beside it: `.lock`, `-wal`, `-shm`.
    File(PathBuf),
    /// In memory, gone with the store.
    Memory,
}

/// What a store is given.
pub struct Options {
    /// What the organisation decides.
    pub policy: Policy,
    /// The clock; a store's time follows it forwards only.
    pub clock: Clock,
    /// Seals what must not lie open.
    pub vault: Arc<Vault>,
    /// Draws ids, numbers and nonces.
    pub random: Box<dyn Random + Send>,
    /// Connections that read at the same time; 4 is plenty for two cores.
    pub readers: u8,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("policy", &self.policy)
            .field("readers", &self.readers)
            .finish_non_exhaustive()
    }
}

/// What every job sees beside the database.
#[derive(Debug)]
struct Shared {
    policy: Policy,
    vault: Arc<Vault>,
    time: Arc<Time>,
}

/// The engine. Dropping it finishes what is queued; [`Sqlite::close`] also waits for reads.
#[derive(Debug)]
pub struct Sqlite {
    shared: Arc<Shared>,
    /// `None` in memory: there the writing thread reads as well.
    readers: Option<Arc<Readers>>,
    writer: Writer<Box<dyn Random + Send>>,
    unheard: Arc<Ear>,
    /// Where it is, when it is in a file.
    path: Option<PathBuf>,
    /// After the writer, so that nobody else opens the file before it is done.
    _lock: Option<file::Lock>,
}

impl Sqlite {
    /// Opens a database, or makes a new one; brings it to the newest schema. Blocks for as long as that takes.
    pub fn open(place: &Place, options: Options) -> Result<Arc<Self>, OpenError> {
        let wrong = |(setting, problem)| OpenError::Policy(format!("{setting}: {problem}"));
        options.policy.check().map_err(wrong)?;
        let path = match place {
            Place::File(path) => Some(path.as_path()),
            Place::Memory => None,
        };
        let lock = path.map(file::take).transpose()?;
        let has_log = path.is_some_and(in_use::has_log);
        let mut connection = file::writer(path)?;
        in_use::check(&connection, path, has_log)?;
        migrate::migrate(&mut connection, path, migrate::STEPS)?;
        let committed = migrate::check_key(&connection, &options.vault)?;
        in_use::begin(&connection)?;
        let readers = path.map(|path| Readers::open(path, options.readers)).transpose()?.map(Arc::new);
        let time = Arc::new(Time::new(options.clock, committed));
        let writer = Writer::start(connection, Arc::clone(&time), options.random, in_use::end)
            .map_err(OpenError::Thread)?;
        let shared = Arc::new(Shared { policy: options.policy, vault: options.vault, time });
        let (path, unheard) = (path.map(Into::into), Arc::default());
        Ok(Arc::new(Self { shared, readers, writer, unheard, path, _lock: lock }))
    }

    /// Tells `watch` of each commit from now on. There is one.
    pub fn watch(&self, watch: Arc<dyn Watch>) {
        self.writer.watch(watch);
    }

    /// From now on `unheard` is handed what was committed for a caller who has gone away. There is one.
    pub fn when_unheard(&self, unheard: Box<Unheard>) {
        let _ = self.unheard.0.set(unheard);
    }

    /// Takes no more work, finishes what was taken, and leaves one whole file behind.
    pub async fn close(self: &Arc<Self>) {
        if let Some(readers) = &self.readers {
            readers.close().await;
        }
        let store = Arc::clone(self);
        let stopped = tokio::task::spawn_blocking(move || store.writer.stop()).await;
        if let Err(error) = stopped {
            tracing::error!(%error, "closing the store");
        }
    }

    /// Queues a job that writes.
    fn submit<T, F>(&self, work: F) -> Outcome<Pending<T>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Outcome<T> + Send + 'static,
    {
        let (shared, unheard) = (Arc::clone(&self.shared), Arc::clone(&self.unheard));
        let work = move |hand: Hand<'_, Box<dyn Random + Send>>| {
            let at = Reading::of(&shared, hand.connection, hand.now);
            let mut tx = Tx { at, random: &mut **hand.state, notices: Vec::new(), facts: Vec::new() };
            let value = work(&mut tx)?;
            Ok(Committed { value, notices: tx.notices, facts: tx.facts, at: hand.now })
        };
        let told = move |committed| Told { committed: Some(committed), unheard };
        self.writer.submit(work, told).map(Pending)
    }

    /// Runs a job that writes; answers when it is on disk.
    async fn commit<T, F>(&self, work: F) -> Outcome<Committed<T>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Outcome<T> + Send + 'static,
    {
        self.submit(work)?.wait().await
    }

    /// Runs a job that only reads, and may take a while.
    async fn read<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(Reading<'_>) -> Outcome<T> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        match &self.readers {
            Some(readers) => readers.run(move |db| work(Reading::of(&shared, db, shared.time.now()))).await,
            None => Ok(self.commit(move |tx| work(tx.at)).await?.value),
        }
    }

    /// Reads a few rows by their keys.
    async fn look<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(Reading<'_>) -> Outcome<T> + Send + 'static,
    {
        match &self.readers {
            Some(readers) => {
                readers.run_here(|db| work(Reading::of(&self.shared, db, self.shared.time.now()))).await
            }
            None => self.read(work).await,
        }
    }
}

/// A queued job.
struct Pending<T>(oneshot::Receiver<Outcome<Told<T>>>);

impl<T> Pending<T> {
    async fn wait(self) -> Outcome<Committed<T>> {
        let mut told = self.0.await.unwrap_or(Err(StoreError::Unavailable))?;
        told.committed.take().ok_or(StoreError::Unavailable)
    }
}

/// Hears of what was committed when whoever asked for it has gone away meanwhile.
pub type Unheard = dyn Fn(Committed<()>) + Send + Sync;

#[derive(Default)]
struct Ear(OnceLock<Box<Unheard>>);

impl fmt::Debug for Ear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ear")
    }
}

/// What was committed, on its way to whoever asked for it. If it does not arrive, others must hear of it all the same.
struct Told<T> {
    committed: Option<Committed<T>>,
    unheard: Arc<Ear>,
}

impl<T> Drop for Told<T> {
    fn drop(&mut self) {
        if let (Some(committed), Some(unheard)) = (self.committed.take(), self.unheard.0.get()) {
            let Committed { notices, facts, at, .. } = committed;
            unheard(Committed { value: (), notices, facts, at });
        }
    }
}

/// One state of the database, at one time.
#[derive(Clone, Copy)]
struct Reading<'a> {
    db: &'a Connection,
    now: Millis,
    policy: &'a Policy,
    vault: &'a Vault,
}

impl<'a> Reading<'a> {
    fn of(shared: &'a Shared, db: &'a Connection, now: Millis) -> Self {
        Self { db, now, policy: &shared.policy, vault: &shared.vault }
    }
}

/// A job that writes, while it runs.
struct Tx<'a> {
    at: Reading<'a>,
    random: &'a mut dyn Random,
    notices: Vec<Notice>,
    facts: Vec<Fact>,
}

impl Tx<'_> {
    /// Keeps the time as the last committed one, although nothing else is written.
    fn keep_time(&mut self) -> Outcome<()> {
        rows::write_one(
            self.at.db,
            "the time",
            "UPDATE meta SET time = max(time, ?1)",
            [rows::ms(self.at.now)],
        )
    }

    /// Writes what a rule has decided, facts included; hands its answer back.
    fn carry_out<T>(&mut self, decision: Decision<T>) -> Outcome<T> {
        for change in &decision.changes {
            apply::apply(self, change)?;
        }
        for fact in &decision.facts {
            audit::append(self.at.db, self.at.now, fact)?;
        }
        self.facts.extend(decision.facts);
        for notice in decision.notices {
            if !self.notices.contains(&notice) {
                self.notices.push(notice);
            }
        }
        Ok(decision.value)
    }
}

#[cfg(test)]
mod tests;
