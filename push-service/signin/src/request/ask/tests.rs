use super::*;
use crate::fact::FactKind;
use crate::world::{Seeded, World, hash};
use crate::{Change, Notice};
use authenticator_protocol::answer::End;
use authenticator_protocol::ids::DeviceId;

fn wanted() -> Ask {
    Ask {
        relying_party: RelyingPartyId::from_bytes([1; 16]),
        user: "anna".into(),
        purpose: Purpose::SignIn,
        application: "Journalen".into(),
        message: None,
        origin: Origin::default(),
        organisation: "Region X".into(),
        digits: None,
        lifetime: None,
        place: None,
        asked: hash(7),
        nonce: None,
        repeat: None,
        delivered: false,
    }
}

/// Asks `user`, or nobody, with what the world has; the seed makes each request another one.
fn place(world: &mut World, ask: &Ask, nobody: bool, seed: u64) -> Result<Placed, NotAsked> {
    let pending = world.pending();
    let id = UserId::from_bytes([9; 16]);
    let pending: Vec<Asked> = pending
        .into_iter()
        .filter(|asked| asked.request.user == if nobody { id } else { world.user.id })
        .collect();
    let user = world.user.clone();
    let devices = if nobody { Vec::new() } else { world.devices.clone() };
    let earlier = world.requests.iter().find(|request| {
        ask.repeat.is_some() && request.asker.commission().is_some_and(|of| of.repeat == ask.repeat)
    });
    let opened = |request: &&SignInRequest| {
        request.user == if nobody { id } else { user.id }
            && request.ended.is_none_or(|ended| world.now < ended.at.plus_seconds(300))
    };
    let of = |request: &&SignInRequest| {
        request.asker.commission().is_some_and(|of| of.relying_party == ask.relying_party)
    };
    let asked = || world.requests.iter().filter(opened).filter(|it| it.asker.commission().is_some());
    let recent = (asked().filter(of).count(), asked().count());
    let own = || world.requests.iter().filter(of);
    let open = own().filter(|it| it.is_pending(world.now)).count();
    let undelivered = own().filter(|it| world.deliveries.contains(&it.id)).count();
    let full = (
        open >= world.policy.pending_of_party as usize,
        undelivered >= world.policy.undelivered_of_party as usize,
    );
    let asking = Asking {
        user: if nobody { Err(id) } else { Ok(&user) },
        devices: &devices,
        pending: &pending,
        taken: &|_| false,
        recent,
        full,
        earlier,
    };
    let decision = ask_for(ask, &asking, &world.policy, world.now, &mut Seeded(seed));
    world.commit(decision)
}

fn with_phone() -> (World, DeviceId) {
    let mut world = World::new();
    let device = world.add_device(1, DeviceState::Active);
    (world, device)
}

#[test]
fn devices_are_asked_for_what_was_wanted() {
    let (mut world, device) = with_phone();
    let ask = Ask { lifetime: Some(600), digits: Digits::new(4), message: Some("Attest".into()), ..wanted() };
    let placed = place(&mut world, &ask, false, 1).unwrap();
    let request = &placed.request;
    assert!(!placed.again && world.told(Notice::Wake(device)));
    assert_eq!(request.expires, world.now.seconds().millis().plus_seconds(600));
    assert_eq!((request.digits.get(), request.message.as_deref()), (4, Some("Attest")));
    assert_eq!(request.asker.session(), None);
    assert_eq!(world.approve(device, request.id).unwrap().end, End::Approved);
    assert!(world.sessions.iter().all(|session| session.request.is_none()), "no session has a part in it");
}

#[test]
fn what_is_reported_is_its_word_and_never_cut() {
    let message = |message: Option<&str>, origin: Origin| {
        let (mut world, _) = with_phone();
        let ask = Ask { message: message.map(str::to_owned), origin, ..wanted() };
        place(&mut world, &ask, false, 1).unwrap();
        let payload = world.challenges[0].signing_input.split_once('.').unwrap().1;
        let payload = authenticator_protocol::code::decode(payload).unwrap();
        let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        assert!(payload["browser"].is_null() && payload["address"].is_null() && payload["system"].is_null());
        payload["message"].as_str().map(str::to_owned)
    };
    let seen =
        || Origin { address: "192.0.2.7".into(), browser: Some("Firefox".into()), ..Origin::default() };
    assert_eq!(message(None, Origin::default()), None);
    assert_eq!(message(None, seen()).unwrap(), "Firefox, 192.0.2.7");
    assert_eq!(message(Some("Attest"), Origin::default()).unwrap(), "Attest");
    assert_eq!(message(Some("Attest"), seen()).unwrap(), "Attest (Firefox, 192.0.2.7)");
    let long = "a".repeat(185);
    assert_eq!(message(Some(&long), seen()).unwrap(), long);
}

#[test]
fn the_organisations_digits_are_the_fewest_and_its_lifetime_the_default() {
    let (mut world, _) = with_phone();
    world.policy.digits = Digits::new(6).unwrap();
    let fewer = place(&mut world, &Ask { digits: Digits::new(2), ..wanted() }, false, 1).unwrap();
    assert_eq!((fewer.request.digits.get(), fewer.request.number.unwrap().as_str().len()), (6, 6));
    assert_eq!(fewer.request.expires, world.now.seconds().millis().plus_seconds(world.policy.lifetime));
    let more = place(&mut world, &Ask { digits: Digits::new(8), ..wanted() }, false, 2).unwrap();
    assert_eq!(more.request.digits.get(), 8);
}

#[test]
fn whoever_cannot_be_asked_is_one_who_does_not_answer() {
    type Prepare = fn(&mut World);
    let cases: [(Prepare, bool, NotAsked); 5] = [
        (|_| (), true, NotAsked::UnknownUser),
        (|world| world.user.disabled = true, false, NotAsked::UnknownUser),
        (|world| world.user.app_locked = true, false, NotAsked::AppLocked),
        (|world| world.devices[0].state = DeviceState::Unconfirmed, false, NotAsked::NoDevice),
        (|world| world.devices.clear(), false, NotAsked::NoDevice),
    ];
    for (prepare, nobody, why) in cases {
        let (mut world, device) = with_phone();
        prepare(&mut world);
        let placed = place(&mut world, &wanted(), nobody, 1).unwrap();
        assert!(placed.request.number.is_some() && world.challenges.is_empty(), "{why:?}");
        assert!(!world.told(Notice::Wake(device)), "{why:?}");
        assert_eq!(world.count(FactKind::RequestOpened), 1);

        world.policy.reveal_users = true;
        assert_eq!(place(&mut world, &wanted(), nobody, 2).unwrap_err(), why);
        assert_eq!(world.requests.len(), 1, "{why:?}");
    }
}

#[test]
fn the_same_session_supersedes_and_others_wait_three_at_a_time() {
    for nobody in [false, true] {
        let (mut world, _) = with_phone();
        let in_session = Ask { place: Some(hash(5)), ..wanted() };
        let first = place(&mut world, &in_session, nobody, 1).unwrap().request.id;
        let second = place(&mut world, &in_session, nobody, 2).unwrap().request.id;
        assert_eq!(world.request(first).ended.unwrap().end, End::Superseded);
        for seed in 3..5 {
            place(&mut world, &wanted(), nobody, seed).unwrap();
        }
        assert_eq!(place(&mut world, &wanted(), nobody, 5).unwrap_err(), NotAsked::Waiting);
        assert_eq!(world.pending().len(), 3);
        // A newer one in the place of an older one is no fourth.
        place(&mut world, &in_session, nobody, 6).unwrap();
        assert_eq!(world.request(second).ended.unwrap().end, End::Superseded);
        // Another relying party has its own three, and those whose time is over do not count.
        let other = Ask { relying_party: RelyingPartyId::from_bytes([2; 16]), ..wanted() };
        place(&mut world, &other, nobody, 7).unwrap();
        world.now = world.now.plus_seconds(90);
        place(&mut world, &wanted(), nobody, 8).unwrap();
    }
}

#[test]
fn nobodys_numbers_are_used_up_by_asking_again_and_again() {
    for nobody in [false, true] {
        let (mut world, _) = with_phone();
        let again = |party: u8| Ask {
            relying_party: RelyingPartyId::from_bytes([party; 16]),
            place: Some(hash(5 + party)),
            ..wanted()
        };
        for party in 1..4 {
            for seed in 0..10 {
                place(&mut world, &again(party), nobody, u64::from(party) * 100 + seed).unwrap();
            }
            assert_eq!(place(&mut world, &again(party), nobody, 900).unwrap_err(), NotAsked::Waiting);
        }
        assert_eq!(place(&mut world, &again(4), nobody, 901).unwrap_err(), NotAsked::Waiting, "all together");
        world.now = world.now.plus_seconds(301);
        let pending = world.pending();
        for asked in &pending {
            let expired = crate::request::expire(asked, world.now);
            world.commit(expired);
        }
        world.now = world.now.plus_seconds(301);
        place(&mut world, &again(1), nobody, 902).unwrap();
    }
}

#[test]
fn what_one_has_open_is_bounded_whoever_is_asked_and_another_has_its_own() {
    for nobody in [false, true] {
        let (mut world, device) = with_phone();
        world.policy.pending_of_party = 2;
        world.policy.undelivered_of_party = 2;
        let ask = Ask { delivered: true, repeat: Some(hash(3)), ..wanted() };
        let other = Ask { relying_party: RelyingPartyId::from_bytes([2; 16]), ..wanted() };
        let first = place(&mut world, &ask, nobody, 1).unwrap().request.id;
        let second = place(&mut world, &Ask { repeat: None, ..ask.clone() }, nobody, 2).unwrap().request.id;
        assert_eq!(place(&mut world, &wanted(), nobody, 3).unwrap_err(), NotAsked::Pending);
        assert_eq!(place(&mut world, &wanted(), !nobody, 4).unwrap_err(), NotAsked::Pending);
        assert!(place(&mut world, &ask, nobody, 5).unwrap().again, "what was opened is found");
        place(&mut world, &other, nobody, 6).unwrap();
        for id in [first, second] {
            let cancelled = crate::request::cancel(&world.asked(id), world.now);
            world.commit(cancelled);
        }
        assert_eq!(place(&mut world, &wanted(), nobody, 7).unwrap_err(), NotAsked::Undelivered);
        place(&mut world, &other, nobody, 8).unwrap();
        world.deliveries.pop();
        place(&mut world, &wanted(), nobody, 9).unwrap();
        assert_eq!(world.device(device).state, DeviceState::Active);
    }
}

#[test]
fn our_own_pages_and_relying_parties_do_not_supersede_each_other() {
    let (mut world, _) = with_phone();
    let own = world.open(hash(1));
    let theirs = place(&mut world, &Ask { place: Some(hash(5)), ..wanted() }, false, 1).unwrap().request.id;
    world.open(hash(1));
    assert_eq!(world.request(own).ended.unwrap().end, End::Superseded);
    assert_eq!(world.request(theirs).ended, None);
}

#[test]
fn the_same_again_is_found_and_another_body_refused() {
    let (mut world, device) = with_phone();
    let ask = Ask { repeat: Some(hash(3)), ..wanted() };
    let first = place(&mut world, &ask, false, 1).unwrap().request.id;
    let again = place(&mut world, &ask, false, 2).unwrap();
    assert_eq!((again.request.id, again.again, world.requests.len()), (first, true, 1));
    assert_eq!(
        place(&mut world, &Ask { asked: hash(8), ..ask.clone() }, false, 3).unwrap_err(),
        NotAsked::OtherBody
    );
    world.deny(device, first).unwrap();
    let after = place(&mut world, &ask, false, 4).unwrap();
    assert_eq!(after.request.ended.unwrap().end, End::Denied, "it is not asked twice");
}

#[test]
fn an_end_is_delivered_when_that_was_wanted() {
    let (mut world, device) = with_phone();
    let silent = place(&mut world, &wanted(), false, 1).unwrap().request.id;
    world.deny(device, silent).unwrap();
    assert!(world.deliveries.is_empty());
    let loud = place(&mut world, &Ask { delivered: true, ..wanted() }, false, 2).unwrap().request.id;
    world.deny(device, loud).unwrap();
    assert_eq!(world.deliveries, [loud]);
    assert!(world.told(Notice::Delivery));
}

#[test]
fn nothing_is_opened_when_every_number_is_taken() {
    let (world, _) = with_phone();
    let asking = Asking {
        user: Ok(&world.user),
        devices: &world.devices,
        pending: &[],
        taken: &|_| true,
        recent: (0, 0),
        full: (false, false),
        earlier: None,
    };
    let decision = ask_for(&wanted(), &asking, &world.policy, world.now, &mut Seeded(1));
    assert_eq!(decision.value.unwrap_err(), NotAsked::TooMany);
    assert!(decision.changes.iter().all(|change| !matches!(change, Change::AddRequest(..))));
}
