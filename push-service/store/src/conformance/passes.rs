use super::Engine;
use super::world::World;
use crate::store::*;
use signin::pass::PassCode;
use signin::policy::Policy;
use signin::session::{Level, Means};
use signin::user::Order;

pub async fn a_pass_is_kept_as_a_hash_until_it_is_used(engine: Box<dyn Engine>) {
    let world = World::new(engine, Policy::default()).await;
    let (anna, bo) = (world.user().await, world.user().await);
    let code = |byte| PassCode::from_bits([byte; 9]);
    let create = async |user, byte| {
        let mac = world.vault.pass_mac(user, &code(byte));
        world.store.create_pass(user, mac, 3600).await.unwrap().value.unwrap().unwrap()
    };
    let show = async |user, byte| {
        let complete =
            Complete { session: world.session(user).await, new: world.hash(), address: "192.0.2.7".into() };
        let mac = world.vault.pass_mac(user, &code(byte));
        let used = UsePass { complete, mac, application: "MyApps".into() };
        world.store.use_pass(used).await.unwrap().value
    };
    assert_ne!(world.vault.pass_mac(anna, &code(7)), world.vault.pass_mac(bo, &code(7)));
    let until = create(anna, 7).await;
    assert_eq!(until, world.now().plus_seconds(3600));
    let kept = world.store.pass(anna).await.unwrap().unwrap();
    assert_eq!((kept.mac, kept.expires, kept.wrong), (world.vault.pass_mac(anna, &code(7)), until, 0));
    assert!(show(bo, 7).await.is_none(), "somebody else's");
    assert!(show(anna, 8).await.is_none());
    assert_eq!(world.store.pass(anna).await.unwrap().unwrap().wrong, 1);
    let raised = show(anna, 7).await.unwrap();
    let Found::Live(known) = world.store.session(raised.key).await.unwrap() else { panic!("live") };
    assert_eq!((known.session.level, known.session.means), (Level::Approved, Some(Means::Pass)));
    assert!(world.store.pass(anna).await.unwrap().is_none() && show(anna, 7).await.is_none(), "once");

    create(anna, 7).await;
    create(anna, 9).await;
    assert!(show(anna, 7).await.is_none(), "a newer one ends the older");
    assert!(world.store.end_pass(anna).await.unwrap().value);
    assert!(!world.store.end_pass(anna).await.unwrap().value && show(anna, 9).await.is_none());
    create(anna, 9).await;
    world.pass(3600);
    assert!(show(anna, 9).await.is_none() && world.store.pass(anna).await.unwrap().is_none());
    while world.store.forget().await.unwrap() > 0 {}
    create(anna, 9).await;
    world.store.order(anna, Order::Disable).await.unwrap();
    world.store.order(anna, Order::Enable).await.unwrap();
    assert!(show(anna, 9).await.is_none(), "it has ended with the right to sign in");
    create(anna, 9).await;
    world.store.begin_anew(String::new()).await.unwrap();
    assert!(show(anna, 9).await.is_none(), "a backup brings none back");
    create(anna, 9).await;
    assert_eq!(world.store.order(anna, Order::Remove).await.unwrap().value, Some(true));
    assert!(world.store.pass(anna).await.unwrap().is_none());
}
