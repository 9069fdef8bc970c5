use super::*;
use authenticator_protocol::code::Bytes;

fn at(address: &str) -> Place {
    Place::network(address.parse().unwrap())
}

fn wrong(limits: &Limits, login: &str, place: &Place, now: Millis) -> bool {
    assert_eq!(limits.password(login, place, now), Try::Now);
    limits.password_ended(login, place, Tried::Wrong, now)
}

#[test]
fn a_stranger_elsewhere_does_not_lock_the_owner_out() {
    let (limits, home, now) = (Limits::default(), at("192.0.2.7"), Millis(1_000_000));
    limits.password_ended("Anna@x.example", &home, Tried::Right, now);
    for attempt in 0..100 {
        wrong(&limits, "anna@x.example", &at(&format!("198.51.{attempt}.9")), now);
    }
    assert_eq!(limits.password("anna@x.example", &at("203.0.113.1"), now), Try::Wait(3600));
    assert_eq!(limits.password("anna@x.example", &home, now), Try::Now);
}

#[test]
fn nobody_locks_a_browser_out_that_its_owner_has_signed_in_with() {
    let (limits, own, now) = (Limits::default(), Place::Browser(Bytes([1; 32])), Millis(1_000_000));
    for attempt in 0..100 {
        wrong(&limits, "a", &at(&format!("198.51.{attempt}.9")), now);
    }
    assert!(!wrong(&limits, "a", &own, now), "nothing was typed there since the start");
    assert_eq!(limits.password("a", &own, now), Try::Now);
}

#[test]
fn typing_mistakes_of_many_do_not_lock_a_house_out() {
    let (limits, house, now) = (Limits::default(), at("192.0.2.7"), Millis(0));
    limits.password_ended("anna", &house, Tried::Right, now);
    for invented in 0..100 {
        wrong(&limits, &format!("nobody{invented}"), &house, now);
    }
    assert_eq!(limits.password("bo", &house, now), Try::Wait(600));
    for _ in 0..9 {
        assert!(!wrong(&limits, "anna", &house, now));
    }
    assert!(wrong(&limits, "anna", &house, now), "her own ten are enough");
}

#[test]
fn ten_wrong_passwords_from_one_network_are_enough_there() {
    let (limits, network, now) = (Limits::default(), at("192.0.2.7"), Millis(0));
    let last = (0..10).map(|_| wrong(&limits, "a", &network, now)).collect::<Vec<_>>();
    assert_eq!(last.iter().filter(|last| **last).count(), 1, "one is the last");
    assert_eq!(limits.password("a", &network, now), Try::Wait(600));
    assert_eq!(limits.password("b", &network, now), Try::Now);
    let hits: Vec<_> = limits.hits().filter(|(_, hits)| *hits > 0).collect();
    assert_eq!((hits, limits.passwords_running()), (vec![("password", 1)], 1));
    assert_eq!(limits.password("a", &Place::Browser(Bytes([1; 32])), now), Try::Now, "the owner's browser");
}

#[test]
fn one_login_does_not_take_all_the_places() {
    let (limits, now) = (Limits::default(), Millis(0));
    let place = at("192.0.2.7");
    assert_eq!(limits.password("a", &place, now), Try::Now);
    assert_eq!(limits.password("a", &place, now), Try::Now);
    assert_eq!(limits.password("A", &place, now), Try::Wait(1));
    assert_eq!(limits.password("a", &at("203.0.113.1"), now), Try::Now, "elsewhere it may be somebody else");
    assert_eq!(limits.password("b", &place, now), Try::Now);
    limits.password_ended("a", &place, Tried::NotAtAll, now);
    assert_eq!(limits.password("a", &place, now), Try::Now);
}

#[test]
fn strangers_everywhere_leave_a_place_for_the_owner() {
    let (limits, now) = (Limits::default(), Millis(0));
    let (home, browser) = (at("192.0.2.7"), Place::Browser(Bytes([1; 32])));
    limits.password_ended("a", &home, Tried::Right, now);
    let tries = |place: &Place| limits.password("a", place, now) == Try::Now;
    let elsewhere = |network: u8| at(&format!("198.51.{network}.9"));
    assert_eq!((0..100).filter(|network| tries(&elsewhere(*network))).count(), 8);
    assert_eq!([tries(&home), tries(&home), tries(&home)], [true, true, false]);
    assert_eq!([tries(&browser), tries(&browser), tries(&browser)], [true, true, false]);
    assert!(!tries(&Place::Browser(Bytes([2; 32]))), "twelve of seventeen are enough");
    for network in 0..8 {
        limits.password_ended("a", &elsewhere(network), Tried::NotAtAll, now);
    }
    for place in [&home, &home, &browser, &browser] {
        limits.password_ended("a", place, Tried::NotAtAll, now);
    }
    assert_eq!(limits.passwords_running(), 0, "nothing is kept");
}

#[test]
fn only_guesses_of_typed_codes_count_and_only_in_their_network() {
    let (limits, now) = (Limits::default(), Millis(0));
    let (here, there) = ("192.0.2.7".parse().unwrap(), "203.0.113.1".parse().unwrap());
    for _ in 0..20 {
        assert_eq!(limits.typed_try(here, now), Ok(()));
        limits.typed_was_right(here);
    }
    for _ in 0..10 {
        assert_eq!(limits.typed_try(here, now), Ok(()));
    }
    assert_eq!(limits.typed_try("192.0.2.200".parse().unwrap(), now), Err(60));
    assert_eq!(limits.claim_wait(here, now), None, "links are not held up by it");
    assert_eq!(limits.typed_try(there, now), Ok(()));
    assert_eq!(limits.typed_try(here, Millis(60_000)), Ok(()));
}

#[test]
fn requests_of_strangers_leave_the_owner_numbers() {
    let (limits, now) = (Limits::default(), Millis(0));
    let (user, other) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
    for network in 0..2 {
        for _ in 0..30 {
            assert_eq!(limits.request(user, at(&format!("192.0.{network}.7")), now), Ok(()));
        }
    }
    assert_eq!(limits.request(user, at("192.0.0.8"), now), Err(300));
    assert_eq!(limits.request(user, at("203.0.113.1"), now), Err(300));
    assert_eq!(limits.request(other, at("192.0.0.8"), now), Ok(()));
    let own = Place::Browser(Bytes([1; 32]));
    for _ in 0..30 {
        assert_eq!(limits.request(user, own.clone(), now), Ok(()));
    }
    assert_eq!(limits.request(user, own, now), Err(300));
    assert_eq!(limits.request(user, at("203.0.113.1"), Millis(300_000)), Ok(()));
}
