use super::Engine;
use super::world::World;
use crate::operate::*;
use crate::store::*;
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::ids::{ApiKeyId, RelyingPartyId, RequestId};
use signin::Notice;
use signin::fact::FactKind;
use signin::relying_party::{ApiKey, Proof, RelyingParty};
use signin::request::Origin;
use signin::user::Order;

const DAY: u64 = 24 * 60 * 60;

fn entry(name: &str) -> Entry {
    Entry {
        upn: format!("{name}@Region.example"),
        email: Some(format!("{name}@Mail.example")),
        name: name.to_owned(),
        mobile: None,
        password_hash: None,
    }
}

async fn count(world: &World, kind: FactKind) -> usize {
    let all = world.store.audit(0, 10_000).await.unwrap();
    all.iter().filter(|record| record.fact.kind == kind).count()
}

pub async fn an_order_ends_what_is_open(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let (phone, raised) = world.enrolled(world.session(user).await).await;
    let request = world.open(world.session(user).await).await.unwrap();
    let (added, test) = world.to_the_test(raised.key).await;
    let disabled = world.store.order(user, Order::Disable).await.unwrap();
    assert_eq!(disabled.value, Some(true));
    for notice in [Notice::UserDisabled(user), Notice::Request(request), Notice::DeviceEnded(added.device)] {
        assert!(disabled.notices.contains(&notice), "{notice:?}");
    }
    for id in [request, test] {
        assert_eq!(world.view(id).await.request.ended.unwrap().end, End::Failed);
    }
    assert!(!world.is_live(raised.key).await);
    assert_eq!(world.store.reach(phone.device).await.unwrap(), Reach::Disabled);
    assert_eq!(world.store.order(user, Order::Disable).await.unwrap().value, Some(false), "once");
    assert_eq!(world.store.order(user, Order::Enable).await.unwrap().value, Some(true));
    assert_eq!(world.store.reach(phone.device).await.unwrap(), Reach::Open);
    assert!(!world.is_live(raised.key).await, "what has ended stays ended");
    let session = world.session(user).await;
    world.store.order(user, Order::SetPassword("other".into())).await.unwrap();
    assert!(!world.is_live(session).await);
    let upn = world.store.user(user).await.unwrap().unwrap().upn;
    assert_eq!(world.store.user_by_login(&upn).await.unwrap().unwrap().1, "other");
    let nobody = authenticator_protocol::ids::UserId::from_bytes([9; 16]);
    assert_eq!(world.store.order(nobody, Order::Remove).await.unwrap().value, None);
}

pub async fn a_removed_user_leaves_ids_alone(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let (user, other) = (world.user().await, world.user().await);
    let (phone, raised) = world.enrolled(world.session(user).await).await;
    let (others, _) = world.enrolled(world.session(other).await).await;
    let request = world.open(world.session(user).await).await.unwrap();
    world.to_the_test(raised.key).await;
    let upn = world.store.user(user).await.unwrap().unwrap().upn;
    let before = world.store.audit(0, 10_000).await.unwrap();
    let removed = world.store.order(user, Order::Remove).await.unwrap();
    assert!(removed.notices.contains(&Notice::DeviceEnded(phone.device)));
    assert!(removed.notices.contains(&Notice::Request(request)));
    assert!(world.store.user_by_login(&upn).await.unwrap().is_none());
    assert!(world.store.user(user).await.unwrap().is_none());
    assert!(world.store.device(phone.device).await.unwrap().is_none());
    assert!(world.store.request(request).await.unwrap().is_none());
    assert!(!world.is_live(raised.key).await);
    assert!(world.store.fetch(phone.device, "1.0.0".into()).await.unwrap().is_none());
    assert_eq!(world.store.reach(phone.device).await.unwrap(), Reach::Ended);
    let after = world.store.audit(0, 10_000).await.unwrap();
    for (was, is) in before.iter().zip(&after) {
        assert_eq!((was.sequence, was.at, was.fact.kind), (is.sequence, is.at, is.fact.kind));
        assert_eq!((was.fact.user, was.fact.device), (is.fact.user, is.fact.device));
    }
    let of = |id| after.iter().filter(move |record| record.fact.user == Some(id));
    assert!(of(user).all(|record| record.fact.address.is_none() && record.fact.detail.is_none()));
    assert!(of(other).any(|record| record.fact.address.is_some()), "others keep theirs");
    assert_eq!(of(user).next_back().unwrap().fact.kind, FactKind::UserRemoved);
    assert!(world.store.device(others.device).await.unwrap().is_some());
}

pub async fn an_import_is_whole_or_nothing(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let import = |entries: Vec<Entry>, how| world.store.import(entries, how);
    let done = import(vec![entry("Anna"), entry("bo")], Import::DryRun).await.unwrap().value.unwrap();
    assert_eq!((done.added, count(&world, FactKind::UserAdded).await), (2, 0));
    assert!(world.store.users("", 10).await.unwrap().is_empty());
    let done = import(vec![entry("Anna"), entry("bo")], Import::AddOrChange).await.unwrap().value.unwrap();
    assert_eq!((done.added, count(&world, FactKind::UserAdded).await), (2, 2));
    let (anna, hash) = world.store.user_by_login("ANNA@mail.example").await.unwrap().unwrap();
    assert_eq!((anna.upn.as_str(), hash.as_str()), ("anna@region.example", ""));

    world.store.order(anna.id, Order::SetPassword("kept".into())).await.unwrap();
    world.store.order(anna.id, Order::Disable).await.unwrap();
    let berg = Entry { name: "Anna Berg".into(), ..entry("anna") };
    let done = import(vec![berg, entry("bo")], Import::AddOrChange).await.unwrap().value.unwrap();
    assert_eq!(done, Imported { added: 0, changed: 1, same: 1 });
    let (changed, hash) = world.store.user_by_login("anna@region.example").await.unwrap().unwrap();
    assert_eq!((changed.id, changed.name.as_str(), hash.as_str()), (anna.id, "Anna Berg", "kept"));
    assert!(changed.disabled, "an import lets nobody in again");

    world.store.order(anna.id, Order::Enable).await.unwrap();
    let session = world.session(anna.id).await;
    let with =
        |hash: &str| Entry { name: "Anna Berg".into(), password_hash: Some(hash.into()), ..entry("anna") };
    import(vec![with("kept")], Import::AddOrChange).await.unwrap().value.unwrap();
    assert!(world.is_live(session).await, "the same password");
    import(vec![with("another")], Import::AddOrChange).await.unwrap().value.unwrap();
    assert!(!world.is_live(session).await, "another password ends what the old one has opened");
    assert_eq!(count(&world, FactKind::PasswordSet).await, 2);

    let theirs = Entry { email: Some("BO@mail.example".into()), ..entry("cia") };
    for (wrong, how, column) in [
        (vec![entry("dan"), entry("anna")], Import::Add, "upn"),
        (vec![entry("dan"), theirs], Import::AddOrChange, "email"),
        (vec![entry("dan"), Entry { email: None, ..entry("DAN") }], Import::AddOrChange, "upn"),
    ] {
        let refused = import(wrong, how).await.unwrap().value.unwrap_err();
        assert_eq!((refused.entry, refused.column), (1, column), "{}", refused.problem);
    }
    let all = world.store.users("", 10).await.unwrap();
    assert_eq!(all.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["Anna Berg", "bo"]);
    assert_eq!(world.store.users("anna@region.example", 10).await.unwrap().len(), 1);
}

pub async fn a_withdrawn_device_is_gone(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let (phone, raised) = world.enrolled(world.session(user).await).await;
    let request = world.open(world.session(user).await).await.unwrap();
    let withdrawn = world.store.withdraw(phone.device).await.unwrap();
    assert_eq!(withdrawn.value, Some(true));
    assert!(withdrawn.notices.contains(&Notice::DeviceEnded(phone.device)));
    assert_eq!(world.view(request).await.request.ended.unwrap().end, End::Failed);
    assert!(!world.is_live(raised.key).await);
    assert_eq!(world.store.withdraw(phone.device).await.unwrap().value, Some(false));
    let nothing = authenticator_protocol::ids::DeviceId::from_bytes([9; 16]);
    assert_eq!(world.store.withdraw(nothing).await.unwrap().value, None);
}

/// A request of a relying party for whoever has this name; its result is delivered.
async fn asked(world: &World, user: &str) -> RequestId {
    let id = RelyingPartyId::from_bytes(world.id());
    let party = RelyingParty {
        id,
        name: world.hash().to_string(),
        applications: vec!["Journalen".into()],
        webhook: Some("https://app.region.example/results".into()),
        added: world.now(),
    };
    let key = ApiKey {
        id: ApiKeyId::from_bytes(world.id()),
        proof: Proof::Secret(world.hash()),
        scopes: Vec::new(),
        added: world.now(),
    };
    world.store.add_relying_party(party, key).await.unwrap().value.unwrap();
    let ask = Ask {
        relying_party: id,
        user: user.to_owned(),
        purpose: Purpose::SignIn,
        application: "Journalen".into(),
        message: Some("Attest".into()),
        origin: Origin {
            address: "198.51.100.7".into(),
            browser: Some("Firefox".into()),
            ..Origin::default()
        },
        organisation: "Region X".into(),
        digits: None,
        lifetime: Some(600),
        place: Some(world.hash()),
        asked: world.hash(),
        nonce: Some("n".into()),
        repeat: None,
        delivered: true,
    };
    world.store.ask(ask).await.unwrap().value.unwrap().request.id
}

pub async fn what_a_relying_party_asked_is_no_obstacle(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    world.enrolled(world.session(user).await).await;
    let upn = world.store.user(user).await.unwrap().unwrap().upn;
    let (known, unknown) = (asked(&world, &upn).await, asked(&world, "nobody@region.example").await);
    world.store.begin_anew(String::new()).await.unwrap();
    for id in [known, unknown] {
        assert_eq!(world.view(id).await.request.ended.unwrap().end, End::Failed);
    }
    assert_eq!(world.store.deliveries(10).await.unwrap().len(), 2, "and they are told");
    let pending = asked(&world, &upn).await;
    let own = world.open(world.session(user).await).await.unwrap();
    let removed = world.store.order(user, Order::Remove).await.unwrap();
    assert_eq!(removed.value, Some(true));
    assert!(
        removed.notices.contains(&Notice::Delivery) && removed.notices.contains(&Notice::Request(pending))
    );
    assert!(world.store.request(own).await.unwrap().is_none());
    for id in [known, pending] {
        let view = world.view(id).await;
        assert_eq!(view.request.ended.unwrap().end, End::Failed, "whoever asked hears of it");
        let of = view.request.asker.commission().unwrap();
        assert_eq!((of.nonce.as_deref(), of.place.0), (Some("n"), [0; 32]));
        assert_eq!(
            (view.request.origin, view.request.message),
            (Origin::default(), None),
            "and of nothing else"
        );
    }
    assert_eq!(world.store.deliveries(10).await.unwrap().len(), 3, "and is told");
    world.pass(31 * DAY);
    world.store.expire().await.unwrap();
    for id in [known, unknown, pending] {
        assert!(world.store.request(id).await.unwrap().is_none(), "although it was never delivered");
    }
    assert!(world.store.deliveries(10).await.unwrap().is_empty());
}

pub async fn what_is_old_is_erased(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let (phone, raised) = world.enrolled(world.session(user).await).await;
    let session = world.session(user).await;
    let request = world.open(session).await.unwrap();
    world.approve(&phone, request).await;
    world.complete(session).await.unwrap();
    let trail = world.store.audit(0, 1000).await.unwrap().len();
    world.pass(30 * DAY - 60);
    world.store.expire().await.unwrap();
    assert!(world.store.request(request).await.unwrap().is_some(), "not yet");
    world.pass(61);
    world.store.expire().await.unwrap();
    assert!(world.store.request(request).await.unwrap().is_none());
    assert_eq!(world.store.forget().await.unwrap(), 0, "one round was enough");
    assert!(world.store.recognises(user, raised.browser).await.unwrap());
    assert_eq!(world.store.audit(0, 1000).await.unwrap().len(), trail, "the trail stays");
    assert!(world.store.device(phone.device).await.unwrap().is_some());
    world.pass(336 * DAY);
    world.store.expire().await.unwrap();
    assert!(!world.store.recognises(user, raised.browser).await.unwrap());
    world.pass(world.policy.audit_months * 30 * DAY);
    world.store.expire().await.unwrap();
    let left = world.store.audit(0, 1000).await.unwrap();
    assert_eq!(left.iter().map(|record| record.sequence).collect::<Vec<_>>(), [trail as u64]);
    world.session(user).await;
    world.store.expire().await.unwrap();
    let left = world.store.audit(0, 1000).await.unwrap();
    assert_eq!(left.iter().map(|record| record.sequence).collect::<Vec<_>>(), [trail as u64 + 1], "no gap");
    assert_eq!(world.store.forget().await.unwrap(), 0);
}

pub async fn after_a_restore_all_begins_anew(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let (phone, raised) = world.enrolled(world.session(user).await).await;
    let request = world.open(world.session(user).await).await.unwrap();
    let enrolment = world.open_enrolment(raised.key).await.unwrap();
    world.store.begin_anew("2027-01-15".into()).await.unwrap();
    assert_eq!(world.view(request).await.request.ended.unwrap().end, End::Failed);
    assert!(!world.store.enrolment(enrolment).await.unwrap().unwrap().value.is_unfinished());
    assert!(!world.is_live(raised.key).await);
    assert_eq!(world.store.reach(phone.device).await.unwrap(), Reach::Open, "phones stay");
    assert_eq!(count(&world, FactKind::Restored).await, 1);
    assert_eq!(count(&world, FactKind::SessionEnded).await, 2);
}

pub async fn the_trail_is_read_by_user_and_time(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let (one, other) = (world.user().await, world.user().await);
    world.session(one).await;
    world.pass(60);
    let since = world.now();
    world.session(other).await;
    world.session(one).await;
    let read = |trail: Trail| world.store.trail(Trail { limit: 10, ..trail });
    let sequences = |found: Vec<AuditRecord>| found.iter().map(|record| record.sequence).collect::<Vec<_>>();
    assert_eq!(sequences(read(Trail::default()).await.unwrap()), [1, 2, 3]);
    assert_eq!(sequences(read(Trail { after: 2, ..Trail::default() }).await.unwrap()), [3]);
    assert_eq!(sequences(read(Trail { since, ..Trail::default() }).await.unwrap()), [2, 3]);
    assert_eq!(sequences(read(Trail { user: Some(one), ..Trail::default() }).await.unwrap()), [1, 3]);
    assert_eq!(sequences(read(Trail { user: Some(one), since, ..Trail::default() }).await.unwrap()), [3]);
}
