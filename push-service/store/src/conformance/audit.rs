use super::Engine;
use super::world::World;
use authenticator_protocol::answer::End;
use signin::fact::{Fact, FactKind};

pub async fn the_audit_trail_has_no_gaps(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let session = world.session(user).await;
    world.enrolled(session).await;
    for address in ["192.0.2.1", "192.0.2.2"] {
        let fact = Fact { address: Some(address.into()), ..Fact::new(FactKind::PasswordWrong) };
        let committed = world.store.record(fact.clone()).await.unwrap();
        assert_eq!(committed.facts, [fact], "whoever asked for it can tell of it");
    }
    let all = world.store.audit(0, 1000).await.unwrap();
    assert!(all.iter().map(|record| record.sequence).eq(1..=all.len() as u64));
    assert!(all.iter().map(|record| record.at).is_sorted());
    let mut paged = Vec::new();
    loop {
        let page = world.store.audit(paged.len() as u64, 3).await.unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged.len(), all.len());
    assert_eq!(all.last().unwrap().fact.address.as_deref(), Some("192.0.2.2"));
    let kinds = [FactKind::SignedIn, FactKind::DeviceConfirmed];
    let activity = world.store.activity(user, &kinds, 10).await.unwrap();
    let found: Vec<_> = activity.iter().map(|record| record.fact.kind).collect();
    assert_eq!(found, [FactKind::SignedIn, FactKind::DeviceConfirmed], "newest first");
    assert_eq!(world.store.activity(user, &kinds, 1).await.unwrap().len(), 1);
    assert!(world.store.activity(user, &[], 10).await.unwrap().is_empty());
}

pub async fn what_was_committed_survives_a_kill(engine: Box<dyn Engine>) {
    let mut world = World::plain(engine).await;
    let user = world.user().await;
    let (phone, raised) = world.enrolled(world.session(user).await).await;
    let session = world.session(user).await;
    let request = world.open(session).await.unwrap();
    let number = world.number(request).await;
    let enrolment = world.open_enrolment(raised.key).await.unwrap();
    let second = world.phone();
    let claimed = world.claim(enrolment, &second).await.unwrap();
    world.register(&claimed, &second).await.unwrap();
    let before = (
        world.view(request).await.request,
        world.store.enrolment(enrolment).await.unwrap().unwrap().value,
        world.store.devices(user).await.unwrap(),
        world.store.audit(0, 1000).await.unwrap().len(),
    );
    world.kill().await;
    assert_eq!(world.view(request).await.request, before.0);
    assert_eq!(world.number(request).await, number);
    assert_eq!(world.store.enrolment(enrolment).await.unwrap().unwrap().value, before.1);
    assert_eq!(world.store.devices(user).await.unwrap(), before.2);
    assert_eq!(world.store.audit(0, 1000).await.unwrap().len(), before.3);
    assert!(world.is_live(raised.key).await);
    assert_eq!(world.approve(&phone, request).await.end, End::Approved);
    assert!(world.complete(session).await.is_some());
}
