//! What operators do, as use cases.

use crate::store::{AuditRecord, Committed, NotCreated, Outcome};
use async_trait::async_trait;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::{DeviceId, RelyingPartyId, UserId};
use authenticator_protocol::time::Millis;
use signin::channel::Provider;
use signin::pass::Pass;
use signin::user::{Order, User};
use std::fmt;

/// What a directory says of a user; debug output has nothing of it.
#[derive(Clone)]
pub struct Entry {
    /// The full user name (UPN); it names the user, whatever the case.
    pub upn: String,
    /// The e-mail.
    pub email: Option<String>,
    /// The name to show.
    pub name: String,
    /// The mobile number.
    pub mobile: Option<String>,
    /// PHC string of the argon2id hash. `None` leaves what there is; a new user has no password then.
    pub password_hash: Option<String>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").finish_non_exhaustive()
    }
}

/// What to do with entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Import {
    /// Only say what would happen.
    DryRun,
    /// Add; refuse what is there.
    Add,
    /// Add, or change what is there.
    AddOrChange,
}

/// What an import did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// New users.
    pub added: u32,
    /// Users of whom something else is said now.
    pub changed: u32,
    /// Users of whom the same is said as before.
    pub same: u32,
}

/// An entry that cannot be; nothing was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotImported {
    /// Which entry, from 0.
    pub entry: usize,
    /// `upn` or `email`.
    pub column: &'static str,
    /// What is wrong.
    pub problem: String,
}

/// Which records of the audit trail.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trail {
    /// After this number.
    pub after: u64,
    /// Not before this time.
    pub since: Millis,
    /// About this user alone.
    pub user: Option<UserId>,
    /// So many at most.
    pub limit: u32,
}

/// The use cases of operators. Each is one transaction.
#[async_trait]
pub trait Operate: Send + Sync {
    /// Users by UPN, from the first after `after`, at most `limit`.
    async fn users(&self, after: &str, limit: u32) -> Outcome<Vec<User>>;
    /// A user by id.
    async fn user(&self, id: UserId) -> Outcome<Option<User>>;
    /// Adds or changes users: all of them, or none.
    async fn import(
        &self,
        entries: Vec<Entry>,
        how: Import,
    ) -> Outcome<Committed<Result<Imported, NotImported>>>;
    /// What an operator does with a user. False when it was so before; `None` when there is no such user.
    async fn order(&self, user: UserId, order: Order) -> Outcome<Committed<Option<bool>>>;
    /// Makes a pass for a user; their earlier one ends. Until when it is valid; `None` when there is no such user.
    async fn create_pass(
        &self,
        user: UserId,
        mac: Hash,
        seconds: u64,
    ) -> Outcome<Committed<Option<Result<Millis, NotCreated>>>>;
    /// Ends the pass of a user. False when there is none.
    async fn end_pass(&self, user: UserId) -> Outcome<Committed<bool>>;
    /// The pass of a user, while it is valid.
    async fn pass(&self, user: UserId) -> Outcome<Option<Pass>>;
    /// Ends a device. False when it had ended before; `None` when there is no such device.
    async fn withdraw(&self, device: DeviceId) -> Outcome<Committed<Option<bool>>>;
    /// Channels of this provider may be dropped again. False when none was held.
    async fn release_channels(&self, provider: Provider) -> Outcome<Committed<bool>>;
    /// The name of a relying party, removed or not.
    async fn name_of_party(&self, id: RelyingPartyId) -> Outcome<Option<String>>;
    /// Records of the audit trail, oldest first.
    async fn trail(&self, trail: Trail) -> Outcome<Vec<AuditRecord>>;
    /// Erases what has been kept for long enough; how many rows. Call it again while it erases.
    async fn forget(&self) -> Outcome<u64>;
    /// After a restore: ends every request, code and session, and records from when the backup was.
    async fn begin_anew(&self, detail: String) -> Outcome<Committed<()>>;
}
