use super::Engine;
use super::world::{Phone, World};
use crate::store::*;
use authenticator_protocol::answer::{DenialReason, End};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::ids::{ApiKeyId, RelyingPartyId, RequestId, UserId};
use authenticator_protocol::keys::PublicKey;
use signin::fact::FactKind;
use signin::policy::Policy;
use signin::relying_party::{ApiKey, Proof, RelyingParty, Scope};
use signin::request::{Origin, SignInRequest};

fn party(world: &World, name: &str) -> (RelyingParty, ApiKey) {
    let party = RelyingParty {
        id: RelyingPartyId::from_bytes(world.id()),
        name: name.to_owned(),
        applications: vec![name.to_owned(), "Tid och lön".to_owned()],
        webhook: Some("https://journalen.example/styrk".to_owned()),
        added: world.now(),
    };
    (party, key(world, &[Scope::Read]))
}

fn key(world: &World, scopes: &[Scope]) -> ApiKey {
    let id = ApiKeyId::from_bytes(world.id());
    ApiKey { id, proof: Proof::Secret(world.hash()), scopes: scopes.to_vec(), added: world.now() }
}

async fn added(world: &World, name: &str) -> RelyingPartyId {
    let (party, key) = party(world, name);
    let id = party.id;
    world.store.add_relying_party(party, key).await.unwrap().value.unwrap();
    id
}

fn wanted(world: &World, party: RelyingPartyId, user: &str) -> Ask {
    Ask {
        relying_party: party,
        user: user.to_owned(),
        purpose: Purpose::SignIn,
        application: "Journalen".into(),
        message: Some("Attest".into()),
        origin: Origin { address: "198.51.100.7".into(), ..Origin::default() },
        organisation: "Region X".into(),
        digits: None,
        lifetime: None,
        place: None,
        asked: world.hash(),
        nonce: Some("n".into()),
        repeat: None,
        delivered: true,
    }
}

/// A user with a phone, and a relying party.
async fn with_phone(world: &World) -> (UserId, Phone, RelyingPartyId) {
    let user = world.user().await;
    let (phone, _) = world.enrolled(world.session(user).await).await;
    (user, phone, added(world, "Journalen").await)
}

async fn asked(world: &World, ask: &Ask) -> SignInRequest {
    world.store.ask(ask.clone()).await.unwrap().value.unwrap().request
}

async fn due(world: &World) -> Vec<RequestId> {
    world.store.deliveries(10).await.unwrap().into_iter().map(|delivery| delivery.request).collect()
}

pub async fn a_relying_party_and_its_keys_are_kept(engine: Box<dyn Engine>) {
    let mut world = World::plain(engine).await;
    let (journal, first) = party(&world, "Journalen");
    world.store.add_relying_party(journal.clone(), first.clone()).await.unwrap().value.unwrap();
    let (other, of_other) = party(&world, "Journalen");
    let again = world.store.add_relying_party(other, of_other.clone()).await.unwrap().value;
    assert_eq!(again, Err(NotAdded::NameTaken));
    assert!(world.store.relying_party_by_key(of_other.id).await.unwrap().is_none(), "nothing was written");
    world.kill().await;
    assert_eq!(
        world.store.relying_party_by_key(first.id).await.unwrap(),
        Some((journal.clone(), first.clone()))
    );
    let found = world.store.relying_party(journal.id).await.unwrap();
    assert_eq!(found, Some((journal.clone(), vec![first.clone()])));

    world.pass(1);
    // One kind follows the other.
    let proof = Proof::Signature(PublicKey([7; 64]));
    let second = ApiKey { proof, ..key(&world, &Scope::ALL) };
    assert!(world.store.rotate_api_key(journal.id, second.clone()).await.unwrap().value);
    let list = world.store.relying_parties().await.unwrap();
    assert_eq!(list, [(journal.clone(), vec![first.clone(), second.clone()])]);
    assert_eq!(world.store.retire_api_keys(journal.id).await.unwrap().value, Some(1));
    assert!(world.store.relying_party_by_key(first.id).await.unwrap().is_none());
    let found = world.store.relying_party(journal.id).await.unwrap();
    assert_eq!(found, Some((journal.clone(), vec![second.clone()])));

    assert!(world.store.remove_relying_party(journal.id).await.unwrap().value);
    assert!(!world.store.remove_relying_party(journal.id).await.unwrap().value);
    assert!(world.store.relying_party_by_key(second.id).await.unwrap().is_none());
    assert!(world.store.relying_party(journal.id).await.unwrap().is_none());
    assert!(world.store.relying_parties().await.unwrap().is_empty());
    let name = world.store.name_of_party(journal.id).await.unwrap();
    assert_eq!(name.as_deref(), Some("Journalen"), "for the trail");
    assert!(!world.store.rotate_api_key(journal.id, key(&world, &[])).await.unwrap().value);
    assert_eq!(world.store.retire_api_keys(journal.id).await.unwrap().value, None);
    added(&world, "Journalen").await;
}

/// Property 22.
pub async fn what_a_relying_party_asks_is_answered_like_any_other(engine: Box<dyn Engine>) {
    let mut world = World::plain(engine).await;
    let (user, phone, journal) = with_phone(&world).await;
    let ask = Ask { place: Some(world.hash()), ..wanted(&world, journal, &user.to_string()) };
    let first = asked(&world, &ask).await;
    let request = asked(&world, &ask).await;
    assert_eq!(world.view(first.id).await.request.ended.unwrap().end, End::Superseded);
    let of = request.asker.commission().unwrap();
    assert_eq!((of.relying_party, of.asked, of.nonce.as_deref()), (journal, ask.asked, Some("n")));
    assert_eq!(world.view(request.id).await.request, request, "read as it was written");
    world.kill().await;
    assert!(world.approve(&phone, request.id).await.counted);
    let ended = world.view(request.id).await.request;
    assert_eq!((ended.ended.unwrap().end, ended.number, &ended.asker), (End::Approved, None, &request.asker));
    assert_eq!(world.store.cancel_asked(journal, request.id).await.unwrap().value, Some(false));

    // The trail says who asked, and of those that nobody asked for nothing of the kind.
    let trail = world.store.audit(0, 1_000).await.unwrap();
    let about = |id| trail.iter().filter(move |record| record.fact.request == Some(id));
    for id in [first.id, request.id] {
        assert_eq!(about(id).count(), 2, "opened and ended");
        assert!(about(id).all(|record| record.fact.relying_party == Some(journal)));
    }
    let enrolled = trail.iter().filter(|record| record.fact.relying_party.is_none());
    assert!(enrolled.count() > 5);
    assert_eq!(world.store.name_of_party(journal).await.unwrap().as_deref(), Some("Journalen"));

    let theirs = asked(&world, &wanted(&world, journal, &user.to_string())).await.id;
    let other = added(&world, "Tidportalen").await;
    assert_eq!(world.store.cancel_asked(other, theirs).await.unwrap().value, None);
    assert_eq!(world.store.cancel_asked(journal, theirs).await.unwrap().value, Some(true));
    let own = world.open(world.session(user).await).await.unwrap();
    assert_eq!(world.store.cancel_asked(journal, own).await.unwrap().value, None);
}

pub async fn nobody_is_asked_like_anybody(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let journal = added(&world, "Journalen").await;
    let request = asked(&world, &wanted(&world, journal, "nobody@regionx.example")).await;
    let again = asked(&world, &wanted(&world, journal, " Nobody@RegionX.example")).await;
    assert_eq!(request.user, again.user, "always the same id");
    assert!(request.number.is_some() && request.number != again.number);
    world.pass(90);
    world.store.expire().await.unwrap();
    assert_eq!(world.view(request.id).await.request.ended.unwrap().end, End::Expired);
    let removed = RelyingPartyId::from_bytes([8; 16]);
    let refused = world.store.ask(wanted(&world, removed, "nobody")).await.unwrap().value;
    assert_eq!(refused.unwrap_err(), NotAsked::NoRelyingParty);
}

pub async fn the_same_again_opens_nothing(engine: Box<dyn Engine>) {
    let mut world = World::plain(engine).await;
    let (user, phone, journal) = with_phone(&world).await;
    let ask = Ask { repeat: Some(world.hash()), ..wanted(&world, journal, &user.to_string()) };
    let first = asked(&world, &ask).await;
    world.kill().await;
    let again = world.store.ask(ask.clone()).await.unwrap();
    assert!(again.notices.is_empty() && again.facts.is_empty());
    let again = again.value.unwrap();
    assert_eq!((again.again, again.request), (true, first));
    let other = Ask { asked: world.hash(), ..ask.clone() };
    assert_eq!(world.store.ask(other).await.unwrap().value.unwrap_err(), NotAsked::OtherBody);
    world.deny(&phone, DenialReason::Cancelled).await;
    assert_eq!(asked(&world, &ask).await.ended.unwrap().end, End::Denied);
    let elsewhere = Ask { relying_party: added(&world, "Tidportalen").await, ..ask };
    assert_eq!(asked(&world, &elsewhere).await.ended, None, "another's key is another key");
}

pub async fn a_result_is_delivered_until_it_has_arrived(engine: Box<dyn Engine>) {
    let mut world = World::plain(engine).await;
    let (user, phone, journal) = with_phone(&world).await;
    let request = asked(&world, &wanted(&world, journal, &user.to_string())).await.id;
    assert!(due(&world).await.is_empty(), "while it is pending there is nothing to deliver");
    world.approve(&phone, request).await;
    world.kill().await;
    assert_eq!(due(&world).await, [request], "written with the end");
    world.store.not_delivered(request).await.unwrap();
    assert!(due(&world).await.is_empty());
    world.pass(1);
    assert_eq!(due(&world).await, [request]);
    world.store.delivered(request).await.unwrap();
    world.store.delivered(request).await.unwrap();
    world.store.not_delivered(request).await.unwrap();
    world.pass(3_600);
    assert!(due(&world).await.is_empty());

    // Given up after a day, and on record.
    let request = asked(&world, &wanted(&world, journal, &user.to_string())).await.id;
    world.deny(&phone, DenialReason::Cancelled).await;
    let mut facts = Vec::new();
    for _ in 0..200 {
        world.pass(600);
        if due(&world).await.is_empty() {
            break;
        }
        facts.extend(world.store.not_delivered(request).await.unwrap().facts);
    }
    assert_eq!(
        facts.iter().map(|fact| (fact.kind, fact.request, fact.relying_party)).collect::<Vec<_>>(),
        [(FactKind::DeliveryFailed, Some(request), Some(journal))]
    );
    // One that is removed waits for nothing.
    let last = asked(&world, &wanted(&world, journal, &user.to_string())).await.id;
    assert!(world.store.remove_relying_party(journal).await.unwrap().value);
    assert_eq!(world.view(last).await.request.ended.unwrap().end, End::Failed);
    assert!(due(&world).await.is_empty());
}

pub async fn what_one_has_open_is_counted(engine: Box<dyn Engine>) {
    let policy = Policy { pending_of_party: 2, undelivered_of_party: 3, ..Policy::default() };
    let mut world = World::new(engine, policy).await;
    let (one, other) = (added(&world, "Journalen").await, added(&world, "Tidportalen").await);
    let ask = async |world: &World, party, name: &str| {
        world.store.ask(wanted(world, party, name)).await.unwrap().value.map(|placed| placed.request.id)
    };
    for name in ["a", "b"] {
        ask(&world, one, name).await.unwrap();
    }
    assert_eq!(ask(&world, one, "c").await.unwrap_err(), NotAsked::Pending);
    ask(&world, other, "c").await.unwrap();
    // Those whose time is over are not pending, although nobody has ended them yet.
    world.pass(90);
    let third = ask(&world, one, "c").await.unwrap();
    world.store.expire().await.unwrap();
    world.store.cancel_asked(one, third).await.unwrap();
    world.kill().await;
    assert_eq!(ask(&world, one, "d").await.unwrap_err(), NotAsked::Undelivered);
    ask(&world, other, "d").await.unwrap();
    world.store.delivered(third).await.unwrap();
    ask(&world, one, "d").await.unwrap();
}

pub async fn one_that_hangs_keeps_nothing_from_the_others(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let (one, two) = (added(&world, "Journalen").await, added(&world, "Tidportalen").await);
    for (party, count) in [(one, 5), (two, 1)] {
        for user in 0..count {
            let request = asked(&world, &wanted(&world, party, &format!("user{user}"))).await.id;
            world.store.cancel_asked(party, request).await.unwrap();
        }
    }
    let found = world.store.deliveries(2).await.unwrap();
    let of = |party| found.iter().filter(|delivery| delivery.relying_party == party).count();
    assert_eq!((of(one), of(two)), (2, 1));
}
