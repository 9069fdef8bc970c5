//! The fake service's side of channels: what it can use, and the wakes that it sends.

use crate::keys::Key;
use crate::service::{Answer, Service};
use authenticator_protocol::channels::{Channel, Channels, ChannelsReply, Push, Refusal, Taken, WebPushKey};
use authenticator_protocol::code::Bytes;
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::request::paths;
use authenticator_protocol::time::Seconds;

/// Everything, with a key for Web Push.
pub fn everything() -> Push {
    let key = Bytes(Key::new(88).public_key().to_sec1());
    Push { apns: true, fcm: true, web_push: Some(WebPushKey { key }) }
}

impl Service {
    /// The channels of `device` that count.
    pub fn channels(&self, device: DeviceId) -> &[Channel] {
        self.channels.get(&device).map_or(&[], Vec::as_slice)
    }

    /// Those of the device that registered last.
    pub fn newest_channels(&self) -> &[Channel] {
        self.devices.last().map_or(&[], |device| self.channels(device.id))
    }

    pub(crate) fn take_channels(&mut self, body: &str, phone: Seconds) -> Answer {
        let (message, device) = self.by_device::<Channels>(paths::CHANNELS, body, phone)?;
        let channels = message.payload.channels;
        let taken = if self.takes_none { Taken::Refused { reason: Refusal::Address } } else { Taken::Active };
        let reply = ChannelsReply { channels: vec![taken; channels.len()] };
        self.channels.insert(device, if self.takes_none { Vec::new() } else { channels });
        Ok(serde_json::to_string(&reply).unwrap())
    }
}
