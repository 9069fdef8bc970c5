//! Which requests wake nobody (properties 14 and 18).
//!
//! Whoever knows the password can open requests. From a browser in which the user has signed in before, each one wakes
//! the phones. Unknown browsers share three places, one for each network, and a flood of them, or a report, makes no
//! noise at all. A silent request is like any other: it is there when the app is opened, and it ends nothing else.

use super::{Asked, Asker, SignInRequest};
use crate::network::{Network, neighbourhood};
use authenticator_protocol::number::Digits;
use authenticator_protocol::time::Millis;
use std::collections::HashSet;
use std::net::IpAddr;

/// Networks of unknown browsers whose requests wake somebody at the same time (property 14).
const PLACES: usize = 3;
/// Requests of unknown browsers within [`FLOOD_WINDOW`] that nobody approved, after which further ones are silent
/// (property 18).
const FLOOD: usize = 3;
/// Seconds.
pub const FLOOD_WINDOW: u64 = 600;
/// Seconds for which a report silences the network that was reported (journey 9).
pub const REPORT_WINDOW: u64 = 3600;

/// What unknown browsers have asked of a user lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strangers {
    /// How many of their requests have ended within [`FLOOD_WINDOW`] and were not approved.
    pub unanswered: usize,
    /// How many of their numbers are shown, or were within [`super::NUMBER_MEMORY`], and cannot be shown to the user again.
    pub numbers: usize,
    /// From which addresses came those that were reported within [`REPORT_WINDOW`].
    pub reported: Vec<String>,
}

/// Whether unknown browsers hold so many numbers of this length that the others are needed where the user has signed in
/// before (property 14): six of ten.
pub(super) fn hold_enough(strangers: &Strangers, digits: Digits) -> bool {
    strangers.numbers >= 6 * 10_usize.pow(u32::from(digits.get()) - 1)
}

/// Why a request wakes nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// Another unknown browser of this network waits, or three networks do.
    Crowded,
    /// Too many were not approved.
    Flood,
    /// The network was reported.
    Reported,
}

impl Silence {
    /// The word in the audit trail.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Crowded => "crowded",
            Self::Flood => "flood",
            Self::Reported => "reported",
        }
    }
}

/// Whether the network of `request` is to be counted: it comes from a browser that this user has not signed in with.
fn is_strange(request: &SignInRequest) -> bool {
    matches!(request.asker, Asker::Session { .. })
        && !request.origin.recognised
        && request.enrolment.is_none()
}

/// Whether `request` wakes nobody, and why.
pub(super) fn silence(
    request: &SignInRequest,
    pending: &[Asked],
    strangers: &Strangers,
    now: Millis,
) -> Option<Silence> {
    if !is_strange(request) {
        return None;
    }
    let own = network(&request.origin.address);
    if strangers.reported.iter().any(|address| network(address) == own) {
        return Some(Silence::Reported);
    }
    if strangers.unanswered >= FLOOD {
        return Some(Silence::Flood);
    }
    // What this browser asked before is superseded.
    let others = pending.iter().map(|asked| &asked.request).filter(|other| {
        is_strange(other)
            && !other.silent
            && other.is_pending(now)
            && other.asker.place() != request.asker.place()
    });
    let networks: HashSet<Option<Network>> = others.map(|other| network(&other.origin.address)).collect();
    (networks.contains(&own) || networks.len() >= PLACES).then_some(Silence::Crowded)
}

/// All addresses that are none are one network.
fn network(address: &str) -> Option<Network> {
    address.parse::<IpAddr>().ok().map(neighbourhood)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Notice;
    use crate::device::DeviceState;
    use crate::fact::FactKind;
    use crate::request::{NUMBER_MEMORY, NotOpened, Says};
    use crate::session::Level;
    use crate::world::{World, hash};
    use authenticator_protocol::answer::{DenialReason, End};
    use authenticator_protocol::challenge::Purpose;
    use authenticator_protocol::ids::{DeviceId, RequestId};

    /// Sessions 1 to 9, each in a browser of its own.
    fn world() -> (World, DeviceId) {
        let mut world = World::new();
        let device = world.add_device(1, DeviceState::Active);
        for n in 2..10 {
            world.add_session(n, Level::Password, n);
        }
        (world, device)
    }

    /// Opens one from this address; whether it woke the phone.
    fn wakes(world: &mut World, browser: u8, address: &str, device: DeviceId) -> (RequestId, bool) {
        world.address = address.into();
        let id = world.open(hash(browser));
        let silent = world.request(id).silent;
        assert_eq!(
            world.told(Notice::Wake(device)),
            !silent || world.notices.len() > 1,
            "{:?}",
            world.notices
        );
        (id, !silent)
    }

    #[test]
    fn three_networks_of_strangers_are_heard_and_one_browser_of_each() {
        let (mut world, device) = world();
        let (first, heard) = wakes(&mut world, 1, "192.0.2.7", device);
        assert!(heard);
        assert!(!wakes(&mut world, 2, "192.0.2.200", device).1, "the same network");
        assert!(wakes(&mut world, 3, "198.51.100.1", device).1);
        assert!(wakes(&mut world, 4, "2001:db8:1:200::9", device).1);
        assert!(!wakes(&mut world, 5, "203.0.113.1", device).1, "a fourth network");
        assert!(!wakes(&mut world, 6, "2001:db8:1:2ff::1", device).1, "the same /56");
        assert_eq!(world.pending().len(), 6, "nothing ended");
        world.approve(device, first).unwrap();
        assert!(wakes(&mut world, 7, "203.0.113.1", device).1, "a place is free again");
    }

    #[test]
    fn the_same_browser_again_keeps_its_place() {
        let (mut world, device) = world();
        wakes(&mut world, 1, "192.0.2.7", device);
        assert!(wakes(&mut world, 1, "192.0.2.7", device).1);
    }

    #[test]
    fn strangers_leave_four_of_ten_numbers_to_the_owner_however_long_they_wait() {
        let (mut world, _) = world();
        for _ in 0..60 {
            world.open(hash(1));
        }
        let too_many = Err(NotOpened::TooMany);
        assert_eq!(world.open_for(hash(2), Purpose::SignIn), too_many);
        world.now = world.now.plus_seconds(NUMBER_MEMORY - 1);
        assert_eq!(world.open_for(hash(2), Purpose::SignIn), too_many, "fifty-nine cannot be shown yet");
        world.recognised.push(hash(3));
        for _ in 0..40 {
            world.open(hash(3));
        }
        world.now = world.now.plus_seconds(1);
        assert!(world.open_for(hash(2), Purpose::SignIn).is_ok());
        let enough = Strangers { numbers: 600, ..Strangers::default() };
        assert!(
            !hold_enough(&enough, Digits::new(4).unwrap()) && hold_enough(&enough, Digits::new(3).unwrap())
        );
    }

    #[test]
    fn what_nobody_approves_three_times_goes_silent_for_ten_minutes() {
        let (mut world, device) = world();
        for n in 1..=3 {
            let (id, heard) = wakes(&mut world, n, "192.0.2.7", device);
            assert!(heard);
            world.say(device, id, Says::No(DenialReason::Cancelled)).unwrap();
        }
        let (id, heard) = wakes(&mut world, 4, "203.0.113.1", device);
        assert!(!heard);
        let fact = world.facts.iter().find(|fact| fact.kind == FactKind::RequestSilent).unwrap();
        assert_eq!((fact.request, fact.detail.as_deref()), (Some(id), Some("flood")));
        world.now = world.now.plus_seconds(FLOOD_WINDOW + 90);
        assert!(wakes(&mut world, 5, "203.0.113.1", device).1);
    }

    #[test]
    fn a_report_silences_its_network_for_an_hour_and_no_other() {
        let (mut world, device) = world();
        let (id, _) = wakes(&mut world, 1, "192.0.2.7", device);
        world.say(device, id, Says::No(DenialReason::NotMe)).unwrap();
        assert!(!wakes(&mut world, 2, "192.0.2.8", device).1);
        assert!(wakes(&mut world, 3, "198.51.100.1", device).1);
        world.now = world.now.plus_seconds(REPORT_WINDOW);
        world.sessions.iter_mut().for_each(|session| session.seen = world.now);
        world.policy.session_idle = 2 * REPORT_WINDOW;
        world.sessions.iter_mut().for_each(|session| session.created = world.now);
        assert!(wakes(&mut world, 4, "192.0.2.8", device).1);
    }

    #[test]
    fn a_browser_that_is_known_is_always_heard() {
        let (mut world, device) = world();
        for n in 1..=5 {
            let (id, _) = wakes(&mut world, n, "192.0.2.7", device);
            world.say(device, id, Says::No(DenialReason::NotMe)).unwrap();
        }
        world.recognised.push(hash(9));
        let (id, heard) = wakes(&mut world, 9, "192.0.2.7", device);
        assert!(heard);
        world.approve(device, id).unwrap();
    }

    #[test]
    fn the_end_of_a_silent_one_wakes_nobody() {
        let (mut world, device) = world();
        wakes(&mut world, 1, "192.0.2.7", device);
        let (silent, _) = wakes(&mut world, 2, "192.0.2.7", device);
        let decision = super::super::cancel(&world.asked(silent), world.now);
        assert_eq!(decision.notices, [Notice::Request(silent)]);
        world.commit(decision);
        assert_eq!(world.request(silent).ended.unwrap().end, End::Cancelled);
        let (silent, _) = wakes(&mut world, 3, "192.0.2.7", device);
        world.approve(device, silent).expect("it can be answered like any other");
    }
}
