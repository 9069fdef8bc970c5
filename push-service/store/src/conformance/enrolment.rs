use super::Engine;
use super::world::World;
use crate::store::*;
use authenticator_protocol::answer::{DenialReason, End};
use authenticator_protocol::code::Bytes;
use authenticator_protocol::enrolment::Characters;
use signin::device::DeviceState;
use signin::enrolment::{Failure, Phase};
use signin::policy::Policy;
use signin::session::Level;

/// From the first password to a sign-in in a browser that is known from then on.
pub async fn enrolment_and_sign_in(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let browser = world.hash();
    let session = world.session_in(user, browser).await;
    assert_eq!(world.open(session).await, Err(NotOpened::NoDevice));
    let (phone, test) = world.to_the_test(session).await;
    assert_eq!(world.store.device(phone.device).await.unwrap().unwrap().state, DeviceState::Unconfirmed);
    assert!(world.approve(&phone, test).await.counted);
    let device = world.store.device(phone.device).await.unwrap().unwrap();
    assert_eq!((device.state, device.confirmed), (DeviceState::Active, Some(world.now())));
    assert_eq!((device.device_key, device.approval_key), (phone.device_key, phone.approval_key));
    let raised = world.complete(session).await.unwrap();
    assert_eq!((raised.level, raised.approved_by), (Level::Approved, Some(phone.device)));
    let enrolment = world.store.enrolment(raised.enrolment.unwrap()).await.unwrap().unwrap().value;
    assert!(matches!(enrolment.phase, Phase::Done { device, .. } if device == phone.device));

    for recognised in [true, false] {
        let browser = if recognised { browser } else { world.hash() };
        let session = world.session_in(user, browser).await;
        let request = world.open(session).await.unwrap();
        let view = world.view(request).await;
        assert_eq!(view.asked, ["Pixel 9"]);
        assert_eq!(view.request.origin.recognised, recognised);
        assert!(world.complete(session).await.is_none(), "nothing is approved yet");
        assert_eq!(world.approve(&phone, request).await.end, End::Approved);
        let view = world.view(request).await;
        assert_eq!(view.request.ended.unwrap().by, Some(phone.device));
        assert!(view.request.number.is_none(), "the number goes with the end");
        let raised = world.complete(session).await.unwrap();
        assert!(world.is_live(raised.key).await);
        assert!(world.complete(session).await.is_none(), "an approval serves once");
    }
    let found = world.store.user_by_login(" FIRST.last1@example.ORG ").await.unwrap().unwrap().0;
    assert!(found.id == user && found.first_confirmed.is_some());
}

/// Property 12, and that removing a device never makes it the first time again.
pub async fn a_password_alone_does_not_enrol(engine: Box<dyn Engine>) {
    let world = World::new(engine, Policy { first_by_password: true, ..Policy::default() }).await;
    let user = world.user().await;
    let session = world.session(user).await;
    assert_eq!(world.store.may_enrol(session, false).await.unwrap(), Ok(()));
    let (phone, raised) = world.enrolled(session).await;
    let second = world.session(user).await;
    for trusted in [true, false] {
        assert_eq!(world.open_enrolment_from(second, trusted).await, Err(NotPermitted::MoreNeeded));
    }
    assert_eq!(world.store.may_enrol(raised.key, false).await.unwrap(), Ok(()));
    assert!(world.store.remove_device(raised.key, phone.device, "192.0.2.7".into()).await.unwrap().value);
    assert_eq!(world.open_enrolment_from(second, false).await, Err(NotPermitted::MoreNeeded));
    assert!(world.open_enrolment_from(second, true).await.is_ok());
    assert_eq!(world.store.may_enrol(world.hash(), true).await.unwrap(), Err(NotPermitted::NoSession));
}

pub async fn the_same_phone_may_claim_again(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let session = world.session(world.user().await).await;
    let enrolment = world.open_enrolment(session).await.unwrap();
    let phone = world.phone();
    let first = world.claim(enrolment, &phone).await.unwrap();
    let second = world.claim(enrolment, &phone).await.unwrap();
    assert_eq!(first.device, second.device);
    assert_ne!(first.nonce, second.nonce, "each offer has a nonce that nobody has seen");
    assert_eq!(world.register(&first, &phone).await, Err(NotRegistered::Mismatch), "only the newest offer");
    assert_eq!(world.register(&second, &phone).await, Ok(second.device));
    assert_eq!(world.register(&second, &phone).await, Ok(second.device), "the same again is told the same");

    let session = world.session(world.user().await).await;
    let enrolment = world.open_enrolment(session).await.unwrap();
    let phone = world.phone();
    for _ in 0..5 {
        assert!(world.claim(enrolment, &phone).await.is_ok());
    }
    assert_eq!(world.claim(enrolment, &phone).await.err(), Some(NotClaimed::TooMany));
}

pub async fn a_second_phone_is_refused_and_shown(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let session = world.session(world.user().await).await;
    let enrolment = world.open_enrolment(session).await.unwrap();
    let phone = world.phone();
    let claimed = world.claim(enrolment, &phone).await.unwrap();
    assert_eq!(world.claim(enrolment, &world.phone()).await.err(), Some(NotClaimed::Used));
    let shown = world.store.enrolment(enrolment).await.unwrap().unwrap().value;
    assert_eq!(shown.other_phone.as_deref(), Some("Pixel 9"));
    assert!(world.register(&claimed, &phone).await.is_ok(), "the first phone goes on");
    let unknown = authenticator_protocol::ids::EnrolmentId::from_bytes([9; 16]);
    assert_eq!(world.claim(unknown, &phone).await.err(), Some(NotClaimed::Expired));
}

/// Properties 10 and 11: with each name of its user, and for one phone, however it knows the code.
pub async fn a_typed_code_is_the_links_code(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let (user, other) = (world.user().await, world.user().await);
    let Found::Live(known) = world.store.session(world.session(user).await).await.unwrap() else { panic!() };
    let Found::Live(neighbour) = world.store.session(world.session(other).await).await.unwrap() else {
        panic!()
    };
    let email = known.user.email.unwrap();
    for name in [known.user.upn.as_str(), email.as_str(), &email.to_uppercase()] {
        let session = world.session(user).await;
        let enrolment = world.open_enrolment(session).await.unwrap();
        for wrong in ["", "nobody@example.org", &neighbour.user.upn, known.user.name.as_str()] {
            let refused = world.claim_typed(wrong, enrolment, &world.phone()).await.err();
            assert_eq!(refused, Some(NotClaimed::Expired), "{wrong}");
        }
        let phone = world.phone();
        let claimed = world.claim_typed(name, enrolment, &phone).await.unwrap();
        assert_eq!(claimed.login, name.to_lowercase(), "the phone is told the name that it typed");
        assert_eq!(world.claim(enrolment, &world.phone()).await.err(), Some(NotClaimed::Used));
        assert_eq!(world.claim_typed(name, enrolment, &world.phone()).await.err(), Some(NotClaimed::Used));
        assert!(world.register(&claimed, &phone).await.is_ok());
    }
    let session = world.session(user).await;
    let enrolment = world.open_enrolment(session).await.unwrap();
    assert_eq!(world.claim(enrolment, &world.phone()).await.unwrap().login, email);
    assert_eq!(world.claim_typed(&email, enrolment, &world.phone()).await.err(), Some(NotClaimed::Used));
    world.store.cancel_enrolment(session).await.unwrap();
    assert_eq!(world.claim_typed(&email, enrolment, &world.phone()).await.err(), Some(NotClaimed::Expired));
}

pub async fn only_what_was_claimed_registers(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let session = world.session(world.user().await).await;
    let enrolment = world.open_enrolment(session).await.unwrap();
    let phone = world.phone();
    let claimed = world.claim(enrolment, &phone).await.unwrap();
    let other = world.phone();
    for wrong in [
        super::world::Phone { device_key: other.device_key, ..phone },
        super::world::Phone { approval_key: other.approval_key, ..phone },
        super::world::Phone { nonce: other.nonce, ..phone },
    ] {
        assert_eq!(world.register(&claimed, &wrong).await, Err(NotRegistered::Mismatch));
    }
    let wrong = super::world::Claimed { offer: Bytes([0; 32]), ..claimed };
    assert_eq!(world.register(&wrong, &phone).await, Err(NotRegistered::Mismatch));
    assert!(world.store.device(claimed.device).await.unwrap().is_none(), "nothing of it was kept");
}

pub async fn wrong_characters_end_it_at_the_third(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let session = world.session(world.user().await).await;
    let enrolment = world.open_enrolment(session).await.unwrap();
    let phone = world.phone();
    let claimed = world.claim(enrolment, &phone).await.unwrap();
    let device = world.register(&claimed, &phone).await.unwrap();
    let right = world.shown_on_phone(&claimed, &phone);
    let wrong = Characters::typed(if right.as_str() == "0000" { "1111" } else { "0000" }).unwrap();
    for left in [2, 1, 0] {
        assert_eq!(world.type_characters(session, wrong.clone()).await, Typed::Wrong { left });
    }
    assert_eq!(world.type_characters(session, right).await, Typed::NothingToType);
    let over = world.store.enrolment(enrolment).await.unwrap().unwrap().value;
    assert_eq!(over.phase, Phase::Failed(Failure::WrongCharacters));
    assert_eq!(world.store.device(device).await.unwrap().unwrap().state, DeviceState::Ended);
}

pub async fn an_enrolment_ends_with_its_time(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let open = world.session(world.user().await).await;
    let open = world.open_enrolment(open).await.unwrap();
    let testing = world.session(world.user().await).await;
    world.pass(550);
    let (phone, test) = world.to_the_test(testing).await;
    world.pass(50);
    let seen = world.store.enrolment(open).await.unwrap().unwrap();
    assert_eq!(seen.value.phase, Phase::Failed(Failure::Expired), "a look ends it");
    assert_eq!(seen.notices, [signin::Notice::Enrolment(open)]);
    assert_eq!(world.claim(open, &world.phone()).await.err(), Some(NotClaimed::Expired));
    world.pass(550);
    world.store.expire().await.unwrap();
    assert_eq!(world.view(test).await.request.ended.unwrap().end, End::Expired);
    assert_eq!(world.store.device(phone.device).await.unwrap().unwrap().state, DeviceState::Ended);
    assert!(world.store.fetch(phone.device, "1.0.0".to_owned()).await.unwrap().is_none());
}

pub async fn a_test_that_fails_ends_the_device(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let session = world.session(world.user().await).await;
    let (phone, _) = world.to_the_test(session).await;
    assert_eq!(world.deny(&phone, DenialReason::Cancelled).await.end, End::Denied);
    assert_eq!(world.store.device(phone.device).await.unwrap().unwrap().state, DeviceState::Ended);
    assert!(world.complete(session).await.is_none());

    let (phone, test) = world.to_the_test(session).await;
    world.store.cancel_enrolment(session).await.unwrap();
    assert_eq!(world.view(test).await.request.ended.unwrap().end, End::Cancelled);
    assert_eq!(world.store.device(phone.device).await.unwrap().unwrap().state, DeviceState::Ended);
}

pub async fn keys_are_enrolled_once_for_ever(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let session = world.session(world.user().await).await;
    let (phone, _) = world.enrolled(session).await;
    world.store.leave(phone.device).await.unwrap();
    let session = world.session(world.user().await).await;
    let enrolment = world.open_enrolment(session).await.unwrap();
    let fresh = world.phone();
    for reused in [
        super::world::Phone { device_key: phone.device_key, ..fresh },
        super::world::Phone { approval_key: phone.approval_key, ..fresh },
        super::world::Phone { device_key: phone.approval_key, ..fresh },
        super::world::Phone { approval_key: phone.device_key, ..fresh },
        super::world::Phone { approval_key: fresh.device_key, ..fresh },
    ] {
        assert_eq!(world.claim(enrolment, &reused).await.err(), Some(NotClaimed::KeyKnown));
    }
    assert!(world.claim(enrolment, &fresh).await.is_ok());
}
