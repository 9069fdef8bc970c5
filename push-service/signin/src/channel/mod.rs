//! The ways to wake a device beside its open socket: [`register`] takes the phone's list,
//! [`judge`] says what a provider's answer does to a channel.
//!
//! Rules know neither addresses nor secrets; those go from the phone into the store, sealed, and from there to the
//! provider.

mod outcome;
mod register;

pub use outcome::{CROWD_WITHIN, Judged, SECOND_PROOF, Said, Step, judge, release, step};
pub use register::{NotTaken, Register, register};

use authenticator_protocol::channels::PushAddress;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::{ChannelId, DeviceId};
use authenticator_protocol::time::{Millis, Seconds};

/// Whose service brings wakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Apple Push Notification service.
    Apns,
    /// Firebase Cloud Messaging.
    Fcm,
    /// Web Push, UnifiedPush among it.
    WebPush,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Apns, Self::Fcm, Self::WebPush];

    /// Who takes this address.
    pub const fn of(address: &PushAddress) -> Self {
        match address {
            PushAddress::Apns(_) => Self::Apns,
            PushAddress::Fcm(_) => Self::Fcm,
            PushAddress::WebPush(_) => Self::WebPush,
        }
    }

    /// The word for it, in the database, the log and the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Apns => "apns",
            Self::Fcm => "fcm",
            Self::WebPush => "web_push",
        }
    }

    /// The provider with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == word)
    }
}

/// Whether a channel is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChannelState {
    /// It is.
    Active,
    /// It is, but its provider has said that it may reach nobody.
    Suspect,
    /// It reached nobody any more; its address is erased.
    Dead,
    /// The phone has sent another list, or the device has ended; its address is erased.
    Superseded,
}

impl ChannelState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Suspect, Self::Dead, Self::Superseded];

    /// Whether wakes go there.
    pub const fn is_living(self) -> bool {
        matches!(self, Self::Active | Self::Suspect)
    }

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspect => "suspect",
            Self::Dead => "dead",
            Self::Superseded => "superseded",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// One way to wake a device, without its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// Which device it wakes.
    pub device: DeviceId,
    /// Who brings the wakes.
    pub provider: Provider,
    /// Whether it is used.
    pub state: ChannelState,
    /// Why it is in that state: the provider's word, or ours.
    pub reason: Option<String>,
    /// When the phone registered it.
    pub registered: Millis,
    /// When it came into its state.
    pub changed: Millis,
    /// When the provider last took a wake for it, to the minute.
    pub accepted: Option<Millis>,
    /// When the phone last confirmed a wake that came by it, to the minute.
    pub received: Option<Millis>,
}

/// What is heard of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// The provider has taken a wake. It may be on its way.
    Accepted,
    /// The phone has confirmed a wake that came by it.
    Received,
}

/// Seconds between two notes of the same.
pub const NOTED_EVERY: u64 = 60;

impl Channel {
    /// Whether it is worth writing down that this was heard of it now.
    pub fn is_worth_noting(&self, noted: Noted, now: Millis) -> bool {
        let last = match noted {
            Noted::Accepted => self.accepted,
            Noted::Received => self.received,
        };
        last.is_none_or(|last| now >= last.plus_seconds(NOTED_EVERY))
    }
}

/// Whether the phone is to register again: its list is not known here, or nothing of it works.
pub fn needs_renewal(newest: Option<&List>, channels: &[Channel]) -> bool {
    newest.is_none_or(|newest| {
        let mut of_list = channels.iter().filter(|channel| channel.registered == newest.taken).peekable();
        of_list.peek().is_some() && of_list.all(|channel| channel.state != ChannelState::Active)
    })
}

/// The newest list that a device has signed: what is older counts no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// When it was taken; its channels were registered then.
    pub taken: Millis,
    /// When it was signed, by the phone's account of our time.
    pub signed: Seconds,
    /// The hash of the message.
    pub hash: Hash,
}
