use super::Engine;
use super::world::World;
use authenticator_protocol::answer::DenialReason;
use authenticator_protocol::channels::{Channel, FcmAddress, PushAddress};
use authenticator_protocol::code::{Bytes, Secret};
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::time::Seconds;
use signin::channel::{self, ChannelState, NotTaken, Noted, Said};
use signin::fact::FactKind;

/// A list with one channel.
pub(super) fn list(device: DeviceId, n: u8) -> channel::Register {
    let address = PushAddress::Fcm(FcmAddress { token: format!("a-token-that-is-found-{n}") });
    let channels = vec![Channel { secret: Secret([n; 32]), address }];
    channel::Register { device, signed: Seconds(u64::from(n)), hash: Bytes([0x40 | n; 32]), channels }
}

pub async fn a_devices_channels_are_replaced_judged_and_end_with_it(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let (phone, _) = world.enrolled(world.session(world.user().await).await).await;
    let device = phone.device;
    let renew = || async { world.store.fetch(device, "1.0.0".to_owned()).await.unwrap().unwrap().renew };
    assert!(renew().await && world.store.to_wake(device).await.unwrap().is_none());

    let register = |n| world.store.register_channels(list(device, n));
    assert_eq!(register(1).await.unwrap().value, Ok(()));
    assert_eq!(register(1).await.unwrap().value, Ok(()), "the same again");
    assert_eq!(register(2).await.unwrap().value, Ok(()));
    assert_eq!(register(1).await.unwrap().value, Err(NotTaken::Replayed));
    let states = || async {
        let found = world.store.channels(device).await.unwrap();
        found.iter().map(|channel| channel.state).collect::<Vec<_>>()
    };
    assert_eq!(states().await, [ChannelState::Active, ChannelState::Superseded]);

    let to_wake = world.store.to_wake(device).await.unwrap().unwrap();
    let (known, said) = &to_wake.channels[0];
    assert_eq!((said, to_wake.channels.len()), (&list(device, 2).channels[0], 1));
    world.store.note_channel(known.id, Noted::Received).await.unwrap();
    assert!(world.store.channels(device).await.unwrap()[0].received.is_some());
    let judge = |said| world.store.judge_channel(known.id, said, "Unregistered".to_owned());
    judge(Said::Misconfigured).await.unwrap();
    assert!(!renew().await);
    judge(Said::Suspect).await.unwrap();
    assert!(renew().await);
    judge(Said::Accepted).await.unwrap();
    assert_eq!(states().await[0], ChannelState::Active);
    judge(Said::Suspect).await.unwrap();
    world.pass(channel::SECOND_PROOF);
    let dropped = judge(Said::Suspect).await.unwrap();
    assert_eq!(dropped.facts[0].kind, FactKind::ChannelDropped);
    assert_eq!(states().await[0], ChannelState::Dead);
    assert!(renew().await && world.store.to_wake(device).await.unwrap().is_none());

    assert_eq!(register(3).await.unwrap().value, Ok(()));
    world.store.leave(device).await.unwrap();
    assert_eq!(states().await[0], ChannelState::Superseded);
    assert!(world.store.to_wake(device).await.unwrap().is_none());
    assert_eq!(register(4).await.unwrap().value, Err(NotTaken::Ended));
}

/// A request that wakes nobody makes no other wake urgent (property 18).
pub async fn a_silent_request_is_no_reason_to_wake(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let (phone, _) = world.enrolled(world.session(user).await).await;
    world.store.register_channels(list(phone.device, 1)).await.unwrap().value.unwrap();
    let until = || async { world.store.to_wake(phone.device).await.unwrap().unwrap().until };
    assert_eq!(until().await, None);
    let loud = world.open(world.session(user).await).await.unwrap();
    assert_eq!(until().await, Some(world.view(loud).await.request.expires));
    world.deny(&phone, DenialReason::NotMe).await;
    let silent = world.open(world.session(user).await).await.unwrap();
    assert!(world.view(silent).await.request.silent && world.challenge(&phone).await.is_some());
    assert_eq!(until().await, None);
}

impl World {
    /// A phone registers twice, and ends.
    #[cfg(test)]
    pub(crate) async fn some_channels(&self) -> DeviceId {
        let (phone, _) = self.enrolled(self.session(self.user().await).await).await;
        for n in [1, 2] {
            self.store.register_channels(list(phone.device, n)).await.unwrap().value.unwrap();
        }
        phone.device
    }

    #[cfg(test)]
    pub(crate) async fn leave(&self, device: DeviceId) {
        self.store.leave(device).await.unwrap();
    }
}
