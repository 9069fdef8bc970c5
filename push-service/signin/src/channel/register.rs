//! A phone says where it can be woken.

use super::{Channel, ChannelState, List, Provider};
use crate::decision::{Change, Decision};
use crate::device::{Device, DeviceState};
use crate::fact::{Fact, FactKind};
use authenticator_protocol::channels;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::{ChannelId, DeviceId};
use authenticator_protocol::random::Random;
use authenticator_protocol::time::{Millis, Seconds};

/// A phone's list, as it came.
#[derive(Clone, Debug)]
pub struct Register {
    /// Whose.
    pub device: DeviceId,
    /// When it was signed.
    pub signed: Seconds,
    /// The hash of the message that carried it.
    pub hash: Hash,
    /// Those of the list that this service can use.
    pub channels: Vec<channels::Channel>,
}

/// Why a list does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// The device has ended.
    Ended,
    /// A newer list was taken.
    Replayed,
}

/// Puts the list in the place of the device's living channels. The same message again changes nothing.
pub fn register(
    register: &Register,
    device: &Device,
    newest: Option<&List>,
    living: &[Channel],
    now: Millis,
    random: &mut dyn Random,
) -> Decision<Result<(), NotTaken>> {
    if device.state == DeviceState::Ended {
        return Decision::nothing(Err(NotTaken::Ended));
    }
    if let Some(newest) = newest {
        if (newest.signed, newest.hash) == (register.signed, register.hash) {
            return Decision::nothing(Ok(()));
        }
        if register.signed <= newest.signed {
            return Decision::nothing(Err(NotTaken::Replayed));
        }
    }
    let mut decision = Decision::nothing(Ok(()));
    for channel in living {
        let why = Some("registered again".to_owned());
        decision.write(Change::SetChannel(channel.id, ChannelState::Superseded, why, now));
    }
    let mut named = Vec::new();
    for said in &register.channels {
        let provider = Provider::of(&said.address);
        let channel = Channel {
            id: ChannelId::random(random),
            device: device.id,
            provider,
            state: ChannelState::Active,
            reason: None,
            registered: now,
            changed: now,
            accepted: None,
            received: None,
        };
        named.push(provider.as_str());
        decision.write(Change::AddChannel(Box::new(channel), Box::new(said.clone())));
    }
    let list = List { signed: register.signed, hash: register.hash, taken: now };
    decision.write(Change::KeepChannelList(device.id, list));
    decision.record(Fact {
        user: Some(device.user),
        device: Some(device.id),
        detail: Some(if named.is_empty() { "none".to_owned() } else { named.join(", ") }),
        ..Fact::new(FactKind::ChannelsRegistered)
    });
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{World, hash};
    use authenticator_protocol::channels::{FcmAddress, PushAddress};
    use authenticator_protocol::code::Secret;

    fn fcm(n: u8) -> channels::Channel {
        let address = PushAddress::Fcm(FcmAddress { token: format!("token-{n}") });
        channels::Channel { secret: Secret([n; 32]), address }
    }

    fn list(signed: u64, n: u8) -> (Seconds, Hash) {
        (Seconds(signed), hash(n))
    }

    impl World {
        fn register_channels(
            &mut self,
            device: DeviceId,
            (signed, hash): (Seconds, Hash),
            channels: Vec<channels::Channel>,
        ) -> Result<(), NotTaken> {
            let living: Vec<Channel> =
                self.channels.iter().filter(|channel| channel.state.is_living()).cloned().collect();
            let newest = self.lists.iter().find(|(of, _)| *of == device).map(|(_, list)| *list);
            let mut random = crate::world::Seeded(u64::from(hash.0[0]));
            let register = Register { device, signed, hash, channels };
            let device = self.device(device).clone();
            let decision =
                super::register(&register, &device, newest.as_ref(), &living, self.now, &mut random);
            self.commit(decision)
        }

        fn states(&self) -> Vec<ChannelState> {
            self.channels.iter().map(|channel| channel.state).collect()
        }
    }

    #[test]
    fn a_list_replaces_what_was_there() {
        let mut world = World::new();
        let device = world.add_device(1, DeviceState::Active);
        world.register_channels(device, list(10, 1), vec![fcm(1), fcm(2)]).unwrap();
        world.register_channels(device, list(11, 2), vec![fcm(3)]).unwrap();
        let (active, superseded) = (ChannelState::Active, ChannelState::Superseded);
        assert_eq!(world.states(), [superseded, superseded, active]);
        world.register_channels(device, list(12, 3), Vec::new()).unwrap();
        assert_eq!(world.states(), [superseded; 3]);
        let details: Vec<_> = world.facts.iter().map(|fact| fact.detail.clone().unwrap()).collect();
        assert_eq!(details, ["fcm, fcm", "fcm", "none"]);
    }

    #[test]
    fn a_list_is_its_own_replay_guard() {
        let mut world = World::new();
        let device = world.add_device(1, DeviceState::Active);
        let newest = list(10, 1);
        world.register_channels(device, newest, vec![fcm(1)]).unwrap();
        world.register_channels(device, newest, vec![fcm(1)]).unwrap();
        assert_eq!((world.channels.len(), world.facts.len()), (1, 1), "the same bytes change nothing");
        for older in [list(9, 2), list(10, 3)] {
            assert_eq!(world.register_channels(device, older, Vec::new()), Err(NotTaken::Replayed));
        }
        assert_eq!(world.states(), [ChannelState::Active]);
    }

    #[test]
    fn they_end_with_their_device() {
        let mut world = World::new();
        let device = world.add_device(1, DeviceState::Active);
        world.register_channels(device, list(10, 1), vec![fcm(1)]).unwrap();
        assert!(world.leave(device));
        assert_eq!(world.states(), [ChannelState::Superseded]);
        assert_eq!(world.register_channels(device, list(11, 2), vec![fcm(2)]), Err(NotTaken::Ended));
    }
    #[test]
    fn a_phone_registers_again_when_its_list_is_lost_or_nothing_of_it_works() {
        let mut world = World::new();
        let device = world.add_device(1, DeviceState::Active);
        let renew = |world: &World| {
            let newest = world.lists.first().map(|(_, list)| list);
            super::super::needs_renewal(newest, &world.channels)
        };
        assert!(renew(&world), "a list that is not known");
        world.register_channels(device, list(10, 1), vec![fcm(1), fcm(2)]).unwrap();
        assert!(!renew(&world));
        world.channels[0].state = ChannelState::Dead;
        assert!(!renew(&world), "one is left");
        world.channels[1].state = ChannelState::Suspect;
        assert!(renew(&world));
        world.now = world.now.plus_seconds(1);
        world.register_channels(device, list(11, 2), Vec::new()).unwrap();
        assert!(!renew(&world), "it wants none");
    }
}
