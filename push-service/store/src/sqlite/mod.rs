//! The SQLite engine: one file, one writing thread, a few readers.
//!
//! [`Sqlite::open`] is the way in. `cases` has the use cases, each of which reads what a rule needs, asks the rule
//! and carries its decision out; the nouns (`users`, `sessions`, `requests`, `enrolments`, `devices`, `audit`) have
//! the SQL; `apply` maps changes to it; `engine` commits; `file` and `migrate` open.

mod apply;
mod audit;
mod cases;
mod devices;
mod engine;
mod enrolments;
mod file;
mod migrate;
mod readers;
mod requests;
mod rows;
mod sessions;
mod users;

pub use engine::Clock;
pub use file::OpenError;

use crate::store::{Committed, Outcome};
use crate::vault::Vault;
use authenticator_protocol::random::Random;
use authenticator_protocol::time::Millis;
use engine::{Time, Writer};
use readers::Readers;
use rusqlite::Connection;
use signin::fact::Fact;
use signin::policy::Policy;
use signin::{Decision, Notice};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
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
    /// After the writer, so that nobody else opens the file before it is done.
    _lock: Option<file::Lock>,
}

impl Sqlite {
    /// Opens a database, or makes a new one; brings it to the newest schema. Blocks for as long as that takes.
    pub fn open(place: &Place, options: Options) -> Result<Arc<Self>, OpenError> {
        options.policy.check().map_err(OpenError::Policy)?;
        let path = match place {
            Place::File(path) => Some(path.as_path()),
            Place::Memory => None,
        };
        let lock = path.map(file::take).transpose()?;
        let mut connection = file::writer(path)?;
        migrate::migrate(&mut connection, path, migrate::STEPS)?;
        let committed = migrate::check_key(&connection, &options.vault)?;
        let readers = path.map(|path| Readers::open(path, options.readers)).transpose()?.map(Arc::new);
        let time = Arc::new(Time::new(options.clock, committed));
        let writer =
            Writer::start(connection, Arc::clone(&time), options.random).map_err(OpenError::Thread)?;
        let shared = Arc::new(Shared { policy: options.policy, vault: options.vault, time });
        Ok(Arc::new(Self { shared, readers, writer, _lock: lock }))
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
        let shared = Arc::clone(&self.shared);
        self.writer
            .submit(move |hand| {
                let at = Reading::of(&shared, hand.connection, hand.now);
                let mut tx = Tx { at, random: &mut **hand.state, notices: Vec::new(), facts: Vec::new() };
                let value = work(&mut tx)?;
                Ok(Committed { value, notices: tx.notices, facts: tx.facts, at: hand.now })
            })
            .map(Pending)
    }

    /// Runs a job that writes; answers when it is on disk.
    async fn commit<T, F>(&self, work: F) -> Outcome<Committed<T>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Outcome<T> + Send + 'static,
    {
        self.submit(work)?.wait().await
    }

    /// Runs a job that only reads.
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
}

/// A queued job.
struct Pending<T>(oneshot::Receiver<Outcome<Committed<T>>>);

impl<T> Pending<T> {
    async fn wait(self) -> Outcome<Committed<T>> {
        self.0.await.unwrap_or(Err(crate::StoreError::Unavailable))
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
