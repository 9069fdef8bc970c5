//! The trait of use cases.

use async_trait::async_trait;
use authenticator_protocol::answer::AnswerReply;
use authenticator_protocol::channels;
use authenticator_protocol::code::Hash;
use authenticator_protocol::fetch::Ended;
use authenticator_protocol::ids::{
    ApiKeyId, ChannelId, DeviceId, EnrolmentId, RelyingPartyId, RequestId, UserId,
};
use authenticator_protocol::time::Millis;
use signin::Notice;
use signin::channel::{self, Channel, Noted, Said};
use signin::device::Device;
use signin::enrolment::Enrolment;
use signin::fact::{Fact, FactKind};
use signin::relying_party::{ApiKey, RelyingParty};
use signin::request::SignInRequest;
use signin::session::{Session, SessionKey};
use signin::user::User;
use std::fmt;
use std::net::IpAddr;

pub use signin::enrolment::{
    ClaimCode, NotClaimed, NotPermitted, NotRegistered, OpenEnrolment, Register, TypeCharacters, Typed,
};
pub use signin::entry::{Target, Verdict};
pub use signin::pass::{NotCreated, UsePass};
pub use signin::request::{Answer, Ask, NotAsked, NotOpened, NotTaken, OpenRequest, Placed, Says};
pub use signin::session::{BeginSession, Complete};

/// What a use case answers, and who must hear of it now that it is committed.
#[derive(Debug)]
pub struct Committed<T> {
    /// The answer.
    pub value: T,
    /// To be told at once.
    pub notices: Vec<Notice>,
    /// What the audit trail now holds, for the log.
    pub facts: Vec<Fact>,
    /// The store's time of the commit.
    pub at: Millis,
}

/// The engine failed; nothing was written. Callers answer with `internal` or `unavailable`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused.
    #[error("database: {0}")]
    Database(String),
    /// A stored value cannot be read: wrong key, or damage.
    #[error("stored value cannot be read: {0}")]
    Corrupt(&'static str),
    /// The database cannot work at the moment: its disk is full, read-only or failing, memory is short, or another
    /// process holds it.
    /// Trying again later helps.
    #[error("database, at the moment: {0}")]
    NotNow(String),
    /// The store is shutting down or overloaded.
    #[error("store is not taking work")]
    Unavailable,
}

/// Result of every use case.
pub type Outcome<T> = Result<T, StoreError>;

/// A user as an import or `styrk user add` brings them.
#[derive(Clone)]
pub struct NewUser {
    /// The user, without failures or methods.
    pub user: User,
    /// PHC string of the argon2id hash.
    pub password_hash: String,
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A session with its user, as a page needs them.
#[derive(Clone, Debug)]
pub struct Known {
    /// The session; not ended, not too old.
    pub session: Session,
    /// Its user; not disabled.
    pub user: User,
}

/// What a session token leads to.
#[derive(Clone, Debug)]
pub enum Found {
    /// A live session.
    Live(Box<Known>),
    /// It was replaced when its level rose, within the last minute: another tab has the new one. Where it was going.
    Raised(String),
    /// It ended, is too old, or never was.
    Gone,
}

/// A request as its page shows it.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// The request; `number` only while it is pending.
    pub request: SignInRequest,
    /// The models of the devices that are asked.
    pub asked: Vec<String>,
    /// The store's time.
    pub now: Millis,
}

/// What waits for a device.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Signing inputs of pending challenges, oldest first.
    pub challenges: Vec<String>,
    /// Challenges that ended within ten minutes.
    pub ended: Vec<Ended>,
    /// The device counts.
    pub confirmed: bool,
    /// The phone is to say again where it can be woken.
    pub renew: bool,
    /// The store's time.
    pub now: Millis,
}

/// Why a relying party was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdded {
    /// Another one has this name.
    NameTaken,
}

/// A result that is to be delivered.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The request.
    pub request: RequestId,
    /// To whom.
    pub relying_party: RelyingPartyId,
    /// Where to.
    pub webhook: String,
}

/// Whether there is somebody to wake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Yes.
    Open,
    /// The device has ended, or never was.
    Ended,
    /// Its user may not sign in for now.
    Disabled,
}

/// Where a device is to be woken.
#[derive(Clone, Debug)]
pub struct ToWake {
    /// Its living channels, with secret and address; not empty.
    pub channels: Vec<(Channel, channels::Channel)>,
    /// When the last of the requests ends that ask it; `None` when none does, and what it shows is to be taken back.
    pub until: Option<Millis>,
    /// The store's time.
    pub now: Millis,
}

/// A record of the audit trail.
#[derive(Clone, Debug)]
pub struct AuditRecord {
    /// Counts up without gaps.
    pub sequence: u64,
    /// The store's time.
    pub at: Millis,
    /// What happened.
    pub fact: Fact,
}

/// One trait of use cases. Each is one transaction.
#[async_trait]
pub trait Store: crate::Operate + Send + Sync {
    /// The store's time: the clock's, but never less than the last committed time.
    fn now(&self) -> Millis;

    // Users.

    /// Adds a user, or replaces what the directory says of one with the same UPN (failures and methods stay).
    async fn put_user(&self, user: NewUser) -> Outcome<Committed<UserId>>;
    /// By UPN or e-mail, whatever the case; with the password's hash. Disabled users too.
    async fn user_by_login(&self, login: &str) -> Outcome<Option<(User, String)>>;
    /// Whether this user has completed a sign-in in the browser with this cookie before.
    async fn recognises(&self, user: UserId, browser: Hash) -> Outcome<bool>;
    /// Records a fact that no other use case records (a wrong password, for one).
    async fn record(&self, fact: Fact) -> Outcome<Committed<()>>;

    // Sessions.

    /// A session at the [`Password`](signin::session::Level::Password) level, and whether that is enough.
    async fn begin_session(&self, begin: BeginSession) -> Outcome<Committed<Option<Verdict>>>;
    /// Whether a session may go there from this address; the first time without a second factor is on record.
    async fn enter(&self, session: SessionKey, target: Target, from: IpAddr) -> Outcome<Committed<Verdict>>;
    /// What a token leads to. Notes the use, at most once a minute.
    async fn session(&self, key: SessionKey) -> Outcome<Found>;
    /// Ends a session (sign out) together with its pending request (cancelled).
    async fn end_session(&self, key: SessionKey) -> Outcome<Committed<()>>;
    /// After the session's request was approved: uses the approval up, ends the session, begins one at the
    /// [`Approved`](signin::session::Level::Approved) level, recognises the browser. `None` when the request is not approved, was used, or is not
    /// this session's. The approval of a test (`confirm_test`) raises the session as well.
    async fn complete(&self, complete: Complete) -> Outcome<Committed<Option<Session>>>;

    /// Shows a pass: raises the session and uses it up. `None` when it does not fit, or none is valid.
    async fn use_pass(&self, used: UsePass) -> Outcome<Committed<Option<Session>>>;

    // Sign-in requests.

    /// Opens a request; a pending one of the same user in the same browser is superseded.
    async fn open_request(&self, open: OpenRequest) -> Outcome<Committed<Result<RequestId, NotOpened>>>;
    /// A request as its page shows it. One whose time is over is ended first.
    async fn request(&self, id: RequestId) -> Outcome<Option<Committed<RequestView>>>;
    /// Ends the session's own pending request as cancelled. False when there was none.
    async fn cancel_request(&self, session: SessionKey) -> Outcome<Committed<bool>>;
    /// Ends every request and enrolment whose time is over, and erases a round of what has been kept long enough.
    async fn expire(&self) -> Outcome<Committed<()>>;
    /// A device by id, for checking what it signs; ended ones too.
    async fn device(&self, id: DeviceId) -> Outcome<Option<Device>>;
    /// Whether a device may keep a socket open.
    async fn reach(&self, device: DeviceId) -> Outcome<Reach>;
    /// What waits for a device; notes that it was reached, and the version of its app. `None` when it has ended.
    async fn fetch(&self, device: DeviceId, app: String) -> Outcome<Option<Fetched>>;
    /// An answer. The first valid one wins; the same one again gets the same reply.
    async fn answer(&self, answer: Answer) -> Outcome<Committed<Result<AnswerReply, NotTaken>>>;

    // Enrolments and devices.

    /// Opens an enrolment if the rules permit it.
    async fn open_enrolment(&self, open: OpenEnrolment) -> Outcome<Committed<Result<(), NotPermitted>>>;
    /// Whether an enrolment would be permitted, without opening one.
    async fn may_enrol(
        &self,
        session: SessionKey,
        trusted_network: bool,
    ) -> Outcome<Result<(), NotPermitted>>;
    /// An enrolment as its page shows it. One whose time is over is ended first.
    async fn enrolment(&self, id: EnrolmentId) -> Outcome<Option<Committed<Enrolment>>>;
    /// Ends the session's unfinished enrolment as cancelled.
    async fn cancel_enrolment(&self, session: SessionKey) -> Outcome<Committed<()>>;
    /// A claim; answered by the signing input of the offer.
    async fn claim(&self, claim: ClaimCode) -> Outcome<Committed<Result<String, NotClaimed>>>;
    /// A registration. The same one again is told the same.
    async fn register(&self, register: Register) -> Outcome<Committed<Result<DeviceId, NotRegistered>>>;
    /// The characters that the user typed; right ones open the test.
    async fn type_characters(&self, typed: TypeCharacters) -> Outcome<Committed<Typed>>;
    /// The user's devices that have not ended, oldest first.
    async fn devices(&self, user: UserId) -> Outcome<Vec<Device>>;
    /// Ends a device of this user, with everything that it had approved but the session that asks: pending
    /// requests that only it was asked fail, sessions that it approved end. False when it is not the user's.
    async fn remove_device(
        &self,
        session: SessionKey,
        device: DeviceId,
        address: String,
    ) -> Outcome<Committed<bool>>;
    /// The phone has removed its account.
    async fn leave(&self, device: DeviceId) -> Outcome<Committed<()>>;

    // Channels.

    /// The list of a device's channels.
    async fn register_channels(
        &self,
        register: channel::Register,
    ) -> Outcome<Committed<Result<(), channel::NotTaken>>>;
    /// A device's channels, newest first; ended ones too, until they are erased.
    async fn channels(&self, device: DeviceId) -> Outcome<Vec<Channel>>;
    /// Where to wake a device. `None` when it has ended, its user may not sign in, or it has no living channel.
    async fn to_wake(&self, device: DeviceId) -> Outcome<Option<ToWake>>;
    /// Notes what was heard of a channel, at most once a minute.
    async fn note_channel(&self, id: ChannelId, noted: Noted) -> Outcome<()>;

    /// What a provider said of a channel, and why in its words.
    async fn judge_channel(&self, id: ChannelId, said: Said, reason: String) -> Outcome<Committed<()>>;

    // Relying parties.

    /// A relying party with its first key.
    async fn add_relying_party(
        &self,
        party: RelyingParty,
        key: ApiKey,
    ) -> Outcome<Committed<Result<(), NotAdded>>>;
    /// All, by name, each with its valid keys, oldest first.
    async fn relying_parties(&self) -> Outcome<Vec<(RelyingParty, Vec<ApiKey>)>>;
    /// One that has not been removed, with its valid keys, oldest first.
    async fn relying_party(&self, id: RelyingPartyId) -> Outcome<Option<(RelyingParty, Vec<ApiKey>)>>;
    /// Whose key this is, while it is valid.
    async fn relying_party_by_key(&self, key: ApiKeyId) -> Outcome<Option<(RelyingParty, ApiKey)>>;
    /// A further key; of the others only the newest stays valid. False when there is no such relying party.
    async fn rotate_api_key(&self, id: RelyingPartyId, key: ApiKey) -> Outcome<Committed<bool>>;
    /// Ends all keys but the newest; how many.
    async fn retire_api_keys(&self, id: RelyingPartyId) -> Outcome<Committed<Option<usize>>>;
    /// Ends a relying party with its keys; what it waits for fails.
    async fn remove_relying_party(&self, id: RelyingPartyId) -> Outcome<Committed<bool>>;
    /// Opens a request for a relying party, or finds what it opened with the same `Idempotency-Key`.
    async fn ask(&self, ask: Ask) -> Outcome<Committed<Result<Placed, NotAsked>>>;
    /// Ends a relying party's own request as cancelled. `None` when it is not its own, false when it was over.
    async fn cancel_asked(&self, party: RelyingPartyId, id: RequestId) -> Outcome<Committed<Option<bool>>>;
    /// Results that are due to be delivered, so many for each relying party at most, longest due first.
    async fn deliveries(&self, each: u32) -> Outcome<Vec<Delivery>>;
    /// A delivery has arrived.
    async fn delivered(&self, id: RequestId) -> Outcome<Committed<()>>;
    /// A delivery was tried and has not arrived: it is put off, or given up.
    async fn not_delivered(&self, id: RequestId) -> Outcome<Committed<()>>;

    // The audit trail.

    /// Records after `after`, oldest first, at most `limit`.
    async fn audit(&self, after: u64, limit: u32) -> Outcome<Vec<AuditRecord>>;
    /// The newest records about a user, newest first, of these kinds.
    async fn activity(&self, user: UserId, kinds: &[FactKind], limit: u32) -> Outcome<Vec<AuditRecord>>;
}
