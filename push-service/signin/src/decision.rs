//! What a rule answers: what to write, what to record, whom to tell.

use crate::channel::{Channel, ChannelState, List, Noted, Provider};
use crate::device::Device;
use crate::enrolment::{Enrolment, Phase};
use crate::fact::Fact;
use crate::pass::Pass;
use crate::relying_party::{ApiKey, RelyingParty};
use crate::request::{ChallengeRecord, Ended, SignInRequest};
use crate::session::{Session, SessionKey};
use crate::user::Failures;
use authenticator_protocol::answer::AnswerReply;
use authenticator_protocol::channels;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::{
    ApiKeyId, ChallengeId, ChannelId, DeviceId, EnrolmentId, RelyingPartyId, RequestId, UserId,
};
use authenticator_protocol::time::Millis;

/// The outcome of a rule. All of it is committed in one transaction, or none.
#[derive(Debug)]
pub struct Decision<T> {
    /// What the caller is told.
    pub value: T,
    /// What to write, in this order.
    pub changes: Vec<Change>,
    /// What the audit trail keeps.
    pub facts: Vec<Fact>,
    /// Who must hear of it, once it is committed.
    pub notices: Vec<Notice>,
}

impl<T> Decision<T> {
    /// Nothing follows but the answer.
    pub fn nothing(value: T) -> Self {
        Self { value, changes: Vec::new(), facts: Vec::new(), notices: Vec::new() }
    }

    /// The same decision with another answer.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Decision<U> {
        Decision { value: f(self.value), changes: self.changes, facts: self.facts, notices: self.notices }
    }

    /// Adds what follows from another rule; its answer is handed back.
    pub fn absorb<U>(&mut self, other: Decision<U>) -> U {
        self.changes.extend(other.changes);
        self.facts.extend(other.facts);
        for notice in other.notices {
            self.tell(notice);
        }
        other.value
    }

    /// Adds something to write.
    pub(crate) fn write(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Adds something to record.
    pub(crate) fn record(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    /// Adds somebody to tell; nobody is told the same twice.
    pub(crate) fn tell(&mut self, notice: Notice) {
        if !self.notices.contains(&notice) {
            self.notices.push(notice);
        }
    }
}

/// One thing to write.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new request with its challenges.
    AddRequest(Box<SignInRequest>, Vec<ChallengeRecord>),
    /// A pending request ends; its number is erased.
    EndRequest(RequestId, Ended),
    /// An approved request has been used for its purpose.
    UseRequest(RequestId),
    /// The result of an ended request is to be delivered to its relying party.
    AddDelivery(RequestId),
    /// The delivery has arrived, or was given up.
    EndDelivery(RequestId),
    /// The delivery is tried again then.
    PutOffDelivery(RequestId, Millis),
    /// A new relying party.
    AddRelyingParty(Box<RelyingParty>),
    /// The relying party is no more; its row stays.
    EndRelyingParty(RelyingPartyId, Millis),
    /// A new key of a relying party.
    AddApiKey(RelyingPartyId, Box<ApiKey>),
    /// The key is valid no more.
    EndApiKey(ApiKeyId, Millis),
    /// A challenge was answered: the same answer again gets the same reply.
    KeepReply(ChallengeId, Hash, AnswerReply),
    /// The counters of wrong numbers.
    SetFailures(UserId, Failures),
    /// The app method is locked, or unlocked again by a confirmed enrolment.
    SetAppLocked(UserId, bool),
    /// Whether the user may not sign in.
    SetDisabled(UserId, bool),
    /// The PHC string of the user's new password.
    SetPassword(UserId, String),
    /// Everything about the user goes; the audit trail keeps ids, kinds and times.
    EraseUser(UserId),
    /// A method of this user counted for the first time.
    SetFirstConfirmed(UserId, Millis),
    /// A new session.
    AddSession(Box<Session>),
    /// The session's pending request, or none.
    SetSessionRequest(SessionKey, Option<RequestId>),
    /// Where the session's user is going now.
    SetSessionDestination(SessionKey, String),
    /// The password alone let the session in, for the first time then.
    EnterSession(SessionKey, Millis),
    /// The session's enrolment, or none.
    SetSessionEnrolment(SessionKey, Option<EnrolmentId>),
    /// The session was used.
    TouchSession(SessionKey, Millis),
    /// The session has ended.
    EndSession(SessionKey, Millis),
    /// This user has completed a sign-in in this browser.
    RecogniseBrowser(UserId, Hash, Millis),
    /// A new enrolment.
    AddEnrolment(Box<Enrolment>),
    /// An enrolment moves on.
    SetPhase(EnrolmentId, Box<Phase>),
    /// Another phone tried a code that was claimed.
    SetOtherPhone(EnrolmentId, String),
    /// A new pass; its user has no other.
    AddPass(Box<Pass>),
    /// Another was typed in the place of this user's pass.
    CountWrongPass(UserId),
    /// The pass of this user is no more.
    EndPass(UserId),
    /// A new device, not yet confirmed.
    AddDevice(Box<Device>),
    /// The device counts from now on.
    ConfirmDevice(DeviceId, Millis),
    /// The device approved something.
    UseDevice(DeviceId, Millis),
    /// The device was heard of.
    ReachDevice(DeviceId, Millis, String),
    /// The device is no more; its row stays (N11), and its channels end.
    EndDevice(DeviceId, Millis),
    /// A new channel of a device, with its secret and its address.
    AddChannel(Box<Channel>, Box<channels::Channel>),
    /// The channel is in another state, for this reason.
    SetChannel(ChannelId, ChannelState, Option<String>, Millis),
    /// Something was heard of a channel.
    NoteChannel(ChannelId, Noted, Millis),
    /// Whether no channel of this provider may be dropped until a person says so.
    HoldChannels(Provider, bool, Millis),
    /// The newest list of channels that a device has signed.
    KeepChannelList(DeviceId, List),
}

/// Whom to tell, once a decision is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    /// The pages and relying parties that wait for this request.
    Request(RequestId),
    /// The page that waits for this enrolment.
    Enrolment(EnrolmentId),
    /// This device should fetch.
    Wake(DeviceId),
    /// This device is no more: its socket ends.
    DeviceEnded(DeviceId),
    /// This key of a relying party is valid no more: whoever waits with it has to go.
    KeyEnded(ApiKeyId),
    /// There is something to deliver.
    Delivery,
    /// This user may not sign in any more: the sockets of all their devices end.
    UserDisabled(UserId),
}
