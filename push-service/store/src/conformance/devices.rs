use super::Engine;
use super::requests::another_phone;
use super::world::World;
use crate::store::*;
use authenticator_protocol::answer::{DenialReason, End};
use signin::Notice;
use signin::device::DeviceState;

pub async fn a_removed_device_takes_its_approvals_along(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let (phone, first) = world.enrolled(world.session(user).await).await;
    let other = another_phone(&world, user, &phone).await;
    let session = world.session(user).await;
    let request = world.open(session).await.unwrap();
    assert!(world.approve(&phone, request).await.counted);
    let second = world.complete(session).await.unwrap();
    let asked = world.open(world.session(user).await).await.unwrap();
    let challenge = world.challenge(&phone).await.unwrap();

    let stranger = world.session(world.user().await).await;
    assert!(!world.store.remove_device(stranger, phone.device, String::new()).await.unwrap().value);
    let removed = world.store.remove_device(first.key, phone.device, "192.0.2.7".into()).await.unwrap();
    assert!(removed.value && removed.notices.contains(&Notice::DeviceEnded(phone.device)));
    assert!(world.is_live(first.key).await, "the session that asks stays");
    assert!(!world.is_live(second.key).await, "what it had approved ends");
    assert!(world.view(asked).await.request.ended.is_none(), "the other phone can still answer");
    let late = world.answer(&phone, challenge, Says::No(DenialReason::Cancelled));
    assert_eq!(world.store.answer(late).await.unwrap().value, Err(NotTaken::DeviceEnded));
    assert!(world.store.fetch(phone.device, "1.0.0".to_owned()).await.unwrap().is_none());
    assert_eq!(world.store.device(phone.device).await.unwrap().unwrap().state, DeviceState::Ended);
    let left: Vec<_> = world.store.devices(user).await.unwrap().iter().map(|device| device.id).collect();
    assert_eq!(left, [other.device]);
    assert!(!world.store.remove_device(first.key, phone.device, String::new()).await.unwrap().value);

    world.store.leave(other.device).await.unwrap();
    assert_eq!(world.view(asked).await.request.ended.unwrap().end, End::Failed, "nobody is left to answer");
}

pub async fn a_phone_that_leaves_is_gone(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let session = world.session(user).await;
    let (phone, test) = world.to_the_test(session).await;
    let left = world.store.leave(phone.device).await.unwrap();
    assert!(left.notices.contains(&Notice::Request(test)));
    assert_eq!(world.view(test).await.request.ended.unwrap().end, End::Failed);
    assert!(world.store.leave(phone.device).await.unwrap().notices.is_empty(), "once");
    let before = world.store.audit(0, 1000).await.unwrap().len();
    world.store.leave(phone.device).await.unwrap();
    assert_eq!(world.store.audit(0, 1000).await.unwrap().len(), before);

    let (phone, raised) = world.enrolled(session).await;
    assert_eq!(world.store.device(phone.device).await.unwrap().unwrap().last_used, Some(world.now()));
    world.pass(60);
    world.store.fetch(phone.device, "1.0.0".to_owned()).await.unwrap();
    assert_eq!(world.store.device(phone.device).await.unwrap().unwrap().last_reached, Some(world.now()));
    world.store.fetch(phone.device, "1.0.1".to_owned()).await.unwrap();
    assert_eq!(
        world.store.device(phone.device).await.unwrap().unwrap().app,
        "1.0.1",
        "another version, at once"
    );
    world.store.leave(phone.device).await.unwrap();
    assert!(!world.is_live(raised.key).await);
    assert!(world.store.devices(user).await.unwrap().is_empty());
}
