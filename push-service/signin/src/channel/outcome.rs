//! What a provider's answer does to a channel: one table, and a guard before anything is dropped.
//!
//! No answer drops a channel by itself. The first that says "gone" or "wrong address" makes it suspect, which has its
//! phone register again; a second one, [`SECOND_PROOF`] later, drops it. So a fault of ours that makes every address
//! look wrong shows as a crowd of suspects before the first of them could be dropped; then nothing of that provider is,
//! until a person says so.

use super::{Channel, ChannelState, Provider};
use crate::decision::{Change, Decision};
use crate::fact::{Fact, FactKind};
use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;

/// What a provider says of an address, whichever provider it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It has taken the wake.
    Accepted,
    /// The app is gone from the phone.
    Gone {
        /// Since when; an address that was registered after that is alive.
        since: Option<Millis>,
    },
    /// The address may be wrong.
    Suspect,
    /// Our key or setting is wrong.
    Misconfigured,
    /// Not now.
    Busy,
    /// The provider is at fault or cannot be reached.
    TheirSide,
}

/// What follows for the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It stays as it is.
    Keep,
    /// It is suspect no more.
    Trust,
    /// It is suspect from now on.
    Doubt,
    /// It is dropped, unless too many are.
    Drop,
}

/// Seconds between a first proof and one that counts as the second.
pub const SECOND_PROOF: u64 = 600;

/// Seconds in which suspects are counted.
pub const CROWD_WITHIN: u64 = 3_600;

/// Suspects of one provider within [`CROWD_WITHIN`] that are no crowd, whatever the organisation's size.
const FEW: u64 = 20;

/// Of so many devices one may become suspect within [`CROWD_WITHIN`].
const ONE_IN: u64 = 200;

/// The table.
pub fn step(said: Said, channel: &Channel, now: Millis) -> Step {
    let doubted_before = match channel.state {
        ChannelState::Active => false,
        ChannelState::Suspect => true,
        ChannelState::Dead | ChannelState::Superseded => return Step::Keep,
    };
    match said {
        Said::Accepted if doubted_before => Step::Trust,
        Said::Gone { since: Some(since) } if since < channel.registered => Step::Keep,
        Said::Gone { .. } | Said::Suspect if !doubted_before => Step::Doubt,
        Said::Gone { .. } | Said::Suspect if now >= channel.changed.plus_seconds(SECOND_PROOF) => Step::Drop,
        Said::Accepted | Said::Gone { .. } | Said::Suspect => Step::Keep,
        Said::Misconfigured | Said::Busy | Said::TheirSide => Step::Keep,
    }
}

/// What is known when a channel is judged.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The channel.
    pub channel: &'a Channel,
    /// Whose device it wakes.
    pub user: UserId,
    /// Channels of this provider that became suspect within [`CROWD_WITHIN`] and still are.
    pub suspects: u64,
    /// Devices that were ever enrolled: the organisation's size.
    pub devices: u64,
    /// Whether nothing of this provider is to be dropped, until a person says so.
    pub held: bool,
}

/// Carries the table out.
pub fn judge(said: Said, reason: &str, judged: &Judged<'_>, now: Millis) -> Decision<()> {
    let (mut decision, channel) = (Decision::nothing(()), judged.channel);
    let why = || Some(reason.to_owned());
    match step(said, channel, now) {
        Step::Keep => {}
        Step::Trust => decision.write(Change::SetChannel(channel.id, ChannelState::Active, None, now)),
        Step::Doubt => decision.write(Change::SetChannel(channel.id, ChannelState::Suspect, why(), now)),
        Step::Drop if judged.held => {}
        Step::Drop if judged.suspects > FEW.max(judged.devices / ONE_IN) => {
            decision.write(Change::HoldChannels(channel.provider, true, now));
            decision.record(Fact {
                detail: Some(format!(
                    "{}: {} became suspect within an hour",
                    channel.provider.as_str(),
                    judged.suspects
                )),
                ..Fact::new(FactKind::ChannelsHeld)
            });
        }
        Step::Drop => {
            decision.write(Change::SetChannel(channel.id, ChannelState::Dead, why(), now));
            decision.record(Fact {
                user: Some(judged.user),
                device: Some(channel.device),
                detail: Some(format!("{}: {reason}", channel.provider.as_str())),
                ..Fact::new(FactKind::ChannelDropped)
            });
        }
    }
    decision
}

/// A person has looked: channels of this provider may be dropped again. False when nothing was held.
pub fn release(provider: Provider, held: bool, now: Millis) -> Decision<bool> {
    let mut decision = Decision::nothing(held);
    if held {
        decision.write(Change::HoldChannels(provider, false, now));
        let detail = Some(provider.as_str().to_owned());
        decision.record(Fact { detail, ..Fact::new(FactKind::ChannelsReleased) });
    }
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::ANNA;
    use authenticator_protocol::ids::{ChannelId, DeviceId};

    const REGISTERED: Millis = Millis(1_000_000);
    const NOW: Millis = Millis(9_000_000);

    fn channel(state: ChannelState, seconds_ago: u64) -> Channel {
        Channel {
            id: ChannelId::from_bytes([1; 16]),
            device: DeviceId::from_bytes([2; 16]),
            provider: Provider::Apns,
            state,
            reason: None,
            registered: REGISTERED,
            changed: NOW.minus_seconds(seconds_ago),
            accepted: None,
            received: None,
        }
    }

    fn of(said: Said, state: ChannelState, seconds_ago: u64) -> Step {
        step(said, &channel(state, seconds_ago), NOW)
    }

    const GONE: Said = Said::Gone { since: None };

    #[test]
    fn accepted_trusts_a_suspect() {
        assert_eq!(of(Said::Accepted, ChannelState::Active, 1), Step::Keep);
        assert_eq!(of(Said::Accepted, ChannelState::Suspect, 1), Step::Trust);
    }

    #[test]
    fn gone_before_it_was_registered_changes_nothing() {
        let since = |millis| Said::Gone { since: Some(Millis(millis)) };
        for state in [ChannelState::Active, ChannelState::Suspect] {
            assert_eq!(of(since(REGISTERED.0 - 1), state, SECOND_PROOF), Step::Keep);
        }
        assert_eq!(of(since(REGISTERED.0), ChannelState::Active, 1), Step::Doubt);
    }

    #[test]
    fn gone_is_believed_the_second_time() {
        assert_eq!(of(GONE, ChannelState::Active, SECOND_PROOF), Step::Doubt);
        assert_eq!(of(GONE, ChannelState::Suspect, SECOND_PROOF - 1), Step::Keep);
        assert_eq!(of(GONE, ChannelState::Suspect, SECOND_PROOF), Step::Drop);
    }

    #[test]
    fn suspect_is_believed_the_second_time() {
        assert_eq!(of(Said::Suspect, ChannelState::Active, SECOND_PROOF), Step::Doubt);
        assert_eq!(of(Said::Suspect, ChannelState::Suspect, SECOND_PROOF - 1), Step::Keep);
        assert_eq!(of(Said::Suspect, ChannelState::Suspect, SECOND_PROOF), Step::Drop);
    }

    #[test]
    fn misconfigured_never_touches_a_channel() {
        for state in ChannelState::ALL {
            assert_eq!(of(Said::Misconfigured, state, SECOND_PROOF), Step::Keep);
        }
    }

    #[test]
    fn busy_never_touches_a_channel() {
        for state in ChannelState::ALL {
            assert_eq!(of(Said::Busy, state, SECOND_PROOF), Step::Keep);
        }
    }

    #[test]
    fn their_side_never_touches_a_channel() {
        for state in ChannelState::ALL {
            assert_eq!(of(Said::TheirSide, state, SECOND_PROOF), Step::Keep);
        }
    }

    #[test]
    fn what_is_over_stays_over() {
        for state in [ChannelState::Dead, ChannelState::Superseded] {
            for said in [Said::Accepted, GONE, Said::Suspect] {
                assert_eq!(of(said, state, SECOND_PROOF), Step::Keep);
            }
        }
    }

    fn judged(channel: &Channel, suspects: u64, held: bool) -> Decision<()> {
        judge(GONE, "Unregistered", &Judged { channel, user: ANNA, suspects, devices: 18_000, held }, NOW)
    }

    #[test]
    fn a_few_are_dropped_and_a_crowd_is_not() {
        let suspect = channel(ChannelState::Suspect, SECOND_PROOF);
        let few = judged(&suspect, 90, false);
        let reason = Some("Unregistered".to_owned());
        assert_eq!(few.changes, [Change::SetChannel(suspect.id, ChannelState::Dead, reason, NOW)]);
        assert_eq!(few.facts[0].kind, FactKind::ChannelDropped);
        let crowd = judged(&suspect, 91, false);
        assert_eq!(crowd.changes, [Change::HoldChannels(Provider::Apns, true, NOW)]);
        assert_eq!(crowd.facts[0].kind, FactKind::ChannelsHeld);
    }

    #[test]
    fn what_is_held_stays_until_a_person_says_so() {
        let suspect = channel(ChannelState::Suspect, SECOND_PROOF);
        let held = judged(&suspect, 1, true);
        assert!(held.changes.is_empty() && held.facts.is_empty());
        let released = release(Provider::Apns, true, NOW);
        assert_eq!(released.changes, [Change::HoldChannels(Provider::Apns, false, NOW)]);
        assert_eq!(released.facts[0].kind, FactKind::ChannelsReleased);
        assert!(release(Provider::Apns, false, NOW).changes.is_empty());
    }

    /// Every phone's address is refused, each again as often as it signs in: nothing is dropped.
    #[test]
    fn a_million_dead_addresses_at_once_drop_nothing() {
        let (mut held, mut dropped) = (false, 0);
        for round in 0..3_u64 {
            for n in 0..1_000_u64 {
                let suspect = channel(ChannelState::Suspect, SECOND_PROOF * round);
                // By the time of the first second proof all that signed in meanwhile are suspects.
                let suspects = if round == 0 { n } else { 100_000 };
                let judged = Judged { channel: &suspect, user: ANNA, suspects, devices: 1_000_000, held };
                for change in judge(GONE, "Unregistered", &judged, NOW).changes {
                    match change {
                        Change::HoldChannels(..) => held = true,
                        Change::SetChannel(_, ChannelState::Dead, ..) => dropped += 1,
                        other => panic!("{other:?}"),
                    }
                }
            }
        }
        assert_eq!((held, dropped), (true, 0));
    }
}
