//! What becomes of channels.

use super::World;
use crate::Change;
use crate::channel::{Channel, ChannelState, Noted};
use authenticator_protocol::ids::{ChannelId, DeviceId};
use authenticator_protocol::time::Millis;

impl World {
    pub(super) fn apply_to_channels(&mut self, change: Change) {
        fn of(world: &mut World, id: ChannelId) -> &mut Channel {
            world.channels.iter_mut().find(|channel| channel.id == id).expect("it exists")
        }
        match change {
            Change::AddChannel(channel, _) => self.channels.push(*channel),
            Change::SetChannel(id, state, reason, at) => {
                let channel = of(self, id);
                assert!(channel.state.is_living(), "what is over stays over");
                (channel.state, channel.reason, channel.changed) = (state, reason, at);
            }
            Change::NoteChannel(id, Noted::Accepted, at) => of(self, id).accepted = Some(at),
            Change::NoteChannel(id, Noted::Received, at) => of(self, id).received = Some(at),
            Change::KeepChannelList(device, list) => {
                self.lists.retain(|(other, _)| *other != device);
                self.lists.push((device, list));
            }
            Change::HoldChannels(..) => {}
            other => panic!("{other:?} is about no channel"),
        }
    }

    pub(super) fn end_channels(&mut self, device: DeviceId, at: Millis) {
        for channel in self.channels.iter_mut().filter(|channel| channel.device == device) {
            if channel.state.is_living() {
                (channel.state, channel.changed) = (ChannelState::Superseded, at);
            }
        }
    }
}
