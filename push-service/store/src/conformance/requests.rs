use super::Engine;
use super::world::{Phone, START, World, other_than};
use crate::store::*;
use authenticator_protocol::answer::{AnswerReply, DenialReason, End};
use authenticator_protocol::ids::{RequestId, UserId};
use authenticator_protocol::number::Digits;
use authenticator_protocol::time::Millis;
use signin::fact::FactKind;
use signin::policy::Policy;
use std::collections::HashSet;
use std::sync::Arc;

/// A user with a phone.
async fn with_phone(world: &World) -> (UserId, Phone) {
    let user = world.user().await;
    let (phone, _) = world.enrolled(world.session(user).await).await;
    (user, phone)
}

/// A second phone, enrolled with an approval on the first.
pub(super) async fn another_phone(world: &World, user: UserId, first: &Phone) -> Phone {
    let session = world.session(user).await;
    let request = world.open(session).await.unwrap();
    assert!(world.approve(first, request).await.counted);
    let raised = world.complete(session).await.unwrap();
    world.enrolled(raised.key).await.0
}

/// Property 2.
pub async fn numbers_of_a_user_differ(engine: Box<dyn Engine>) {
    let world = World::new(engine, Policy::default()).await;
    let user = world.user().await;
    let (phone, own) = world.enrolled(world.session(user).await).await;
    world.pass(301);
    let (mut seen, mut last) = (HashSet::new(), None);
    for round in 0..100 {
        // Unknown browsers may not have them all (property 14).
        let browser = if round < 59 { world.hash() } else { own.browser };
        let session = world.session_in(user, browser).await;
        let request = world.open(session).await.unwrap();
        assert!(seen.insert(world.number(request).await.as_str().to_owned()), "round {round}");
        if round % 2 == 0 {
            assert!(world.store.cancel_request(session).await.unwrap().value);
        }
        last = Some(session);
    }
    let session = world.session_in(user, own.browser).await;
    assert_eq!(world.open(session).await, Err(NotOpened::TooMany));
    assert!(world.store.cancel_request(last.unwrap()).await.unwrap().value);
    world.pass(300);
    assert_eq!(world.open(session).await, Err(NotOpened::TooMany), "for five minutes");
    world.store.expire().await.unwrap();
    world.set(Millis(world.now().0 + 1));
    let request = world.open(session).await.unwrap();
    assert!(world.approve(&phone, request).await.counted);
}

async fn failures(world: &World, request: RequestId) -> (u32, u32, bool) {
    let user = world.view(request).await.request.user;
    let session = world.session(user).await;
    let Found::Live(known) = world.store.session(session).await.unwrap() else { panic!("live") };
    (known.user.failures.in_row, known.user.failures.today, known.user.app_locked)
}

/// Property 3.
pub async fn a_wrong_number_ends_the_request(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let (user, phone) = with_phone(&world).await;
    let other = another_phone(&world, user, &phone).await;
    let request = world.open(world.session(user).await).await.unwrap();
    let number = world.number(request).await;
    let (first, second) = (world.challenge(&phone).await.unwrap(), world.challenge(&other).await.unwrap());
    let wrong = world.answer(&phone, first, Says::Yes(other_than(&number)));
    assert_eq!(world.reply(wrong).await, AnswerReply { end: End::WrongNumber, counted: true });
    let right = world.answer(&other, second, Says::Yes(number));
    assert_eq!(world.reply(right).await, AnswerReply { end: End::WrongNumber, counted: false });
    assert_eq!(failures(&world, request).await, (1, 1, false));
    let request = world.open(world.session(user).await).await.unwrap();
    assert!(world.approve(&phone, request).await.counted);
    assert_eq!(failures(&world, request).await, (0, 1, false));
}

pub async fn ten_wrong_numbers_lock_the_app(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let (user, phone) = with_phone(&world).await;
    let session = world.session(user).await;
    for round in 1..=10 {
        let request = world.open(session).await.unwrap();
        let wrong = other_than(&world.number(request).await);
        let challenge = world.challenge(&phone).await.unwrap();
        assert_eq!(
            world.reply(world.answer(&phone, challenge, Says::Yes(wrong))).await.end,
            End::WrongNumber
        );
        assert_eq!(failures(&world, request).await, (round, round, round == 10));
    }
    assert_eq!(world.open(session).await, Err(NotOpened::AppLocked));
}

pub async fn another_requests_number_is_not_counted(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let (user, phone) = with_phone(&world).await;
    let (one, two) = (world.session(user).await, world.session(user).await);
    let older = world.open(one).await.unwrap();
    let other = world.number(older).await;
    world.store.cancel_request(one).await.unwrap();
    world.pass(60);
    for counted in [false, true] {
        let request = world.open(two).await.unwrap();
        let challenge = world.challenge(&phone).await.unwrap();
        let reply = world.reply(world.answer(&phone, challenge, Says::Yes(other.clone()))).await;
        assert_eq!(reply, AnswerReply { end: End::WrongNumber, counted: true });
        assert_eq!(
            failures(&world, request).await.0,
            u32::from(counted),
            "after five minutes it is just wrong"
        );
        world.pass(300);
        world.store.expire().await.unwrap();
    }
}

/// Property 4.
pub async fn one_answer_counts(engine: Box<dyn Engine>) {
    let world = Arc::new(World::plain(engine).await);
    let (user, phone) = with_phone(&world).await;
    let other = another_phone(&world, user, &phone).await;
    let session = world.session(user).await;
    let mut yes_won = 0;
    for round in 0..1000 {
        let request = world.open(session).await.unwrap();
        let number = world.number(request).await;
        let yes = world.answer(&phone, world.challenge(&phone).await.unwrap(), Says::Yes(number));
        let no = Says::No(DenialReason::NotMe);
        let no = world.answer(&other, world.challenge(&other).await.unwrap(), no);
        let answers = [yes.clone(), no.clone()];
        let tasks = answers.map(|answer| {
            let store = Arc::clone(&world.store);
            tokio::spawn(async move { store.answer(answer).await.unwrap().value.unwrap() })
        });
        let [first, second] = tasks;
        let replies = if round % 2 == 0 {
            (first.await.unwrap(), second.await.unwrap())
        } else {
            let second = second.await.unwrap();
            (first.await.unwrap(), second)
        };
        assert_ne!(replies.0.counted, replies.1.counted, "round {round}");
        assert_eq!(replies.0.end, replies.1.end);
        assert_eq!(replies.0.end, if replies.0.counted { End::Approved } else { End::Reported });
        yes_won += usize::from(replies.0.counted);
        assert_eq!(world.reply(yes).await, replies.0, "the same again gets the same reply");
        assert_eq!(world.reply(no).await, replies.1);
        assert_eq!(world.view(request).await.request.ended.unwrap().end, replies.0.end);
    }
    assert!(yes_won > 0, "the race went one way only");
}

/// Property 14.
pub async fn the_same_browser_has_one_request(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let (user, phone) = with_phone(&world).await;
    let browser = world.hash();
    let (one, two) = (world.session_in(user, browser).await, world.session_in(user, browser).await);
    let elsewhere = world.open(world.session(user).await).await.unwrap();
    let older = world.open(one).await.unwrap();
    let newer = world.open(two).await.unwrap();
    assert_eq!(world.view(older).await.request.ended.unwrap().end, End::Superseded);
    assert!(world.view(newer).await.request.ended.is_none());
    assert!(world.view(elsewhere).await.request.ended.is_none(), "another browser's is left alone");
    assert_eq!(
        world.store.fetch(phone.device, "1.0.0".to_owned()).await.unwrap().unwrap().challenges.len(),
        2
    );
    assert!(world.approve(&phone, newer).await.counted);
}

/// Property 15.
pub async fn expiry_is_exact(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let (user, phone) = with_phone(&world).await;
    let session = world.session(user).await;
    for (early, counted) in [(1, true), (0, false)] {
        let request = world.open(session).await.unwrap();
        let number = world.number(request).await;
        let challenge = world.challenge(&phone).await.unwrap();
        let expires = world.view(request).await.request.expires;
        world.set(Millis(expires.0 - early));
        let reply = world.reply(world.answer(&phone, challenge, Says::Yes(number))).await;
        assert_eq!(reply.counted, counted);
        assert_eq!(reply.end, if counted { End::Approved } else { End::Expired });
    }
    let request = world.open(session).await.unwrap();
    world.set(world.view(request).await.request.expires);
    assert!(
        world.store.fetch(phone.device, "1.0.0".to_owned()).await.unwrap().unwrap().challenges.is_empty()
    );
    let seen = world.store.request(request).await.unwrap().unwrap();
    assert_eq!(seen.value.request.ended.unwrap().end, End::Expired, "a look ends it");
    assert!(seen.notices.contains(&signin::Notice::Request(request)));
    assert!(seen.value.request.number.is_none());
}

pub async fn a_clock_stepped_back_revives_nothing(engine: Box<dyn Engine>) {
    let mut world = World::plain(engine).await;
    let (user, phone) = with_phone(&world).await;
    let (session, idle) = (world.session(user).await, world.session(user).await);
    let request = world.open(session).await.unwrap();
    let number = world.number(request).await;
    let challenge = world.challenge(&phone).await.unwrap();
    world.pass(60 * 60);
    assert!(!world.is_live(idle).await);
    assert_eq!(world.view(request).await.request.ended.unwrap().end, End::Expired);
    let late = world.now();
    for _ in 0..2 {
        world.set(Millis(START));
        assert_eq!(world.store.now(), late);
        assert!(!world.is_live(idle).await);
        let reply = world.reply(world.answer(&phone, challenge, Says::Yes(number.clone()))).await;
        assert_eq!(reply, AnswerReply { end: End::Expired, counted: false });
        world.kill().await;
    }

    // What was only found to be over, without anything to write, stays over as well.
    let session = world.session(user).await;
    world.set(late.plus_seconds(60 * 60));
    assert!(!world.is_live(session).await);
    world.set(late);
    world.kill().await;
    assert!(!world.is_live(session).await);
}

/// Property 17.
pub async fn all_devices_are_asked(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let (user, phone) = with_phone(&world).await;
    let other = another_phone(&world, user, &phone).await;
    world.pass(601);
    let request = world.open(world.session(user).await).await.unwrap();
    let (here, there) = (world.challenge(&phone).await.unwrap(), world.challenge(&other).await.unwrap());
    assert_eq!(world.view(request).await.asked.len(), 2);
    let number = world.number(request).await;
    let done = world.store.answer(world.answer(&phone, here, Says::Yes(number))).await.unwrap();
    assert!(done.notices.contains(&signin::Notice::Request(request)));
    assert!(done.notices.contains(&signin::Notice::Wake(other.device)));
    for (phone, challenge, was_here) in [(phone, here, true), (other, there, false)] {
        let fetched = world.store.fetch(phone.device, "1.0.0".to_owned()).await.unwrap().unwrap();
        assert!(fetched.challenges.is_empty() && fetched.confirmed);
        let ended =
            fetched.ended.iter().map(|ended| (ended.challenge, ended.end, ended.here)).collect::<Vec<_>>();
        assert_eq!(ended, [(challenge.0, End::Approved, was_here)]);
    }
    world.pass(600);
    assert!(
        world.store.fetch(other.device, "1.0.0".to_owned()).await.unwrap().unwrap().ended.is_empty(),
        "told for ten minutes"
    );
    let foreign = world.answer(&other, here, Says::No(DenialReason::Cancelled));
    assert_eq!(world.store.answer(foreign).await.unwrap().value, Err(NotTaken::Unknown));
}

/// Property 21.
pub async fn each_end_is_recorded_once_and_stays(engine: Box<dyn Engine>) {
    let world = World::new(engine, Policy { digits: Digits::new(6).expect("6"), ..Policy::default() }).await;
    let mut world = world;
    let (user, phone) = with_phone(&world).await;
    let browser = world.hash();
    let session = world.session_in(user, browser).await;
    let mut ends = Vec::new();
    for end in End::ALL {
        let request = world.open(session).await.unwrap();
        match end {
            End::Approved => drop(world.approve(&phone, request).await),
            End::Denied => drop(world.deny(&phone, DenialReason::Cancelled).await),
            End::Reported => drop(world.deny(&phone, DenialReason::NotMe).await),
            End::WrongNumber => {
                let wrong = Says::Yes(other_than(&world.number(request).await));
                let challenge = world.challenge(&phone).await.unwrap();
                world.reply(world.answer(&phone, challenge, wrong)).await;
            }
            End::Expired => {
                world.pass(90);
                let notices = world.store.expire().await.unwrap().notices;
                assert!(notices.contains(&signin::Notice::Request(request)));
            }
            End::Cancelled => drop(world.store.cancel_request(session).await.unwrap()),
            End::Superseded => drop(world.open(world.session_in(user, browser).await).await.unwrap()),
            End::Failed => drop(world.store.leave(phone.device).await.unwrap()),
        }
        ends.push((request, end));
    }
    for again in [false, true] {
        if again {
            world.kill().await;
        }
        let all = world.store.audit(0, 10_000).await.unwrap();
        for (request, end) in &ends {
            let ended = world.view(*request).await.request;
            assert_eq!(ended.ended.unwrap().end, *end);
            assert!(ended.number.is_none());
            let word = format!("request_{}", end.as_str());
            let records = all.iter().filter(|record| {
                record.fact.request == Some(*request)
                    && ![FactKind::RequestOpened, FactKind::RequestSilent].contains(&record.fact.kind)
                    && record.fact.kind.as_str().starts_with("request_")
            });
            assert_eq!(records.map(|record| record.fact.kind.as_str()).collect::<Vec<_>>(), [word]);
        }
        world.store.expire().await.unwrap();
    }
}
