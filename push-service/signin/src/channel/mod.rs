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

/// Whether a device can be reached, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// Nothing works, and the phone has not been heard of since: its app must be opened.
    Lost,
    /// Nothing has been heard of it.
    Never,
    /// It was heard of.
    Heard(Millis),
    /// A wake by this provider reached it, and nothing was heard of it later.
    By(Millis, Provider),
}

/// Judges by all that is known of a device's channels, and when the device was last heard of, to the minute.
pub fn reach(channels: &[Channel], heard: Option<Millis>) -> Reached {
    let works = channels.iter().any(|channel| channel.state == ChannelState::Active);
    let broke = channels
        .iter()
        .filter(|channel| matches!(channel.state, ChannelState::Suspect | ChannelState::Dead))
        .map(|channel| channel.changed)
        .max();
    if !works && broke.is_some_and(|broke| heard.is_none_or(|heard| broke >= heard)) {
        return Reached::Lost;
    }
    let woken = channels.iter().filter_map(|channel| Some((channel.received?, channel.provider)));
    match (woken.max_by_key(|(at, _)| *at), heard) {
        // A phone that is woken fetches, so the two are noted together.
        (Some((at, provider)), heard) if heard.is_none_or(|heard| at.plus_seconds(NOTED_EVERY) > heard) => {
            Reached::By(at, provider)
        }
        (_, Some(heard)) => Reached::Heard(heard),
        (_, None) => Reached::Never,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(state: ChannelState, changed: u64, received: Option<u64>) -> Channel {
        Channel {
            id: ChannelId::from_bytes([1; 16]),
            device: DeviceId::from_bytes([2; 16]),
            provider: Provider::Apns,
            state,
            reason: None,
            registered: Millis(0),
            changed: Millis(changed),
            accepted: None,
            received: received.map(Millis),
        }
    }

    #[test]
    fn people_are_told_who_reached_the_phone_or_that_nobody_can() {
        let heard = Some(Millis(500_000));
        assert_eq!(reach(&[], None), Reached::Never);
        assert_eq!(reach(&[], heard), Reached::Heard(Millis(500_000)));
        let active = |received| channel(ChannelState::Active, 0, received);
        let by = Reached::By(Millis(450_000), Provider::Apns);
        assert_eq!(reach(&[active(None), active(Some(450_000))], heard), by);
        assert_eq!(reach(&[active(Some(440_000))], heard), Reached::Heard(Millis(500_000)));
        for state in [ChannelState::Suspect, ChannelState::Dead] {
            assert_eq!(reach(&[channel(state, 500_000, None)], heard), Reached::Lost);
            assert_eq!(reach(&[channel(state, 499_999, None)], heard), Reached::Heard(Millis(500_000)));
            assert_ne!(reach(&[channel(state, 500_000, None), active(None)], heard), Reached::Lost);
        }
        let superseded = channel(ChannelState::Superseded, 500_000, None);
        assert_eq!(reach(&[superseded], heard), Reached::Heard(Millis(500_000)));
    }
}
