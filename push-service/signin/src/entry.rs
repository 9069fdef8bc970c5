//! When the password is enough, and when a second factor is asked for (journey 1): one decision, [`decide`]. Registration
//! has its own, [`crate::enrolment::Applicant::permitted`].

use crate::decision::{Change, Decision};
use crate::fact::{Fact, FactKind};
use crate::network::Network;
use crate::policy::Policy;
use crate::session::{Level, Session};
use authenticator_protocol::time::Millis;
use std::fmt;
use std::net::IpAddr;

/// Where somebody wants to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An application.
    Application(String),
    /// My security information.
    Security,
}

/// Whether they get there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing more is asked for.
    Enter(Enough),
    /// A second factor is asked for.
    Ask(Why),
}

/// Why nothing more is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enough {
    /// The second factor was given in this session.
    Given,
    /// The connection comes from this trusted network.
    Network(Network),
}

/// Why a second factor is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The connection comes from no trusted network.
    Outside,
    /// The organisation wants it for this application wherever the connection comes from.
    Application,
    /// My security information always asks.
    Security,
}

impl fmt::Display for Verdict {
    /// The words in the audit trail.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Enter(Enough::Given) => f.write_str("enough: second_factor"),
            Self::Enter(Enough::Network(network)) => write!(f, "enough: trusted_network {network}"),
            Self::Ask(Why::Outside) => f.write_str("asked: outside"),
            Self::Ask(Why::Application) => f.write_str("asked: application"),
            Self::Ask(Why::Security) => f.write_str("asked: security"),
        }
    }
}

/// Decides. `from` is the address that counts: the connection's own, or what a configured proxy says.
pub fn decide(target: &Target, level: Level, from: IpAddr, policy: &Policy) -> Verdict {
    if level >= Level::Approved {
        return Verdict::Enter(Enough::Given);
    }
    match (target, policy.trusted_network(from)) {
        (Target::Security, _) => Verdict::Ask(Why::Security),
        (Target::Application(name), _) if policy.always_ask.contains(name) => Verdict::Ask(Why::Application),
        (Target::Application(_), None) => Verdict::Ask(Why::Outside),
        (Target::Application(_), Some(network)) => Verdict::Enter(Enough::Network(network)),
    }
}

/// Decides for a live session. The first time that the password alone lets it in is on record.
pub fn enter(
    session: &Session,
    target: &Target,
    from: IpAddr,
    policy: &Policy,
    now: Millis,
) -> Decision<Verdict> {
    let verdict = decide(target, session.level, from, policy);
    let mut decision = Decision::nothing(verdict);
    if matches!(verdict, Verdict::Enter(Enough::Network(_))) && session.entered.is_none() {
        decision.write(Change::EnterSession(session.key, now));
        decision.record(Fact {
            user: Some(session.user),
            address: Some(from.to_string()),
            detail: Some(verdict.to_string()),
            ..Fact::new(FactKind::EnteredByPassword)
        });
    }
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{World, hash};

    fn policy() -> Policy {
        let trusted_networks = ["192.0.2.0/24", "2001:db8::/32"].map(|text| text.parse().unwrap()).into();
        Policy { trusted_networks, always_ask: vec!["Journalen".into()], ..Policy::default() }
    }

    const INSIDE: [(&str, &str); 5] = [
        ("192.0.2.0", "192.0.2.0/24"),
        ("192.0.2.255", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8::1", "2001:db8::/32"),
        ("2001:db8:ffff::", "2001:db8::/32"),
    ];
    const OUTSIDE: [&str; 6] =
        ["192.0.1.255", "192.0.3.0", "::ffff:192.0.3.7", "2001:db9::", "::1", "::192.0.2.7"];

    /// Every case: level, target, inside or outside.
    #[test]
    fn when_a_second_factor_is_asked_for() {
        let policy = policy();
        let apps = || Target::Application("MyApps".into());
        let always = || Target::Application("Journalen".into());
        let mut cases = 0;
        let mut check = |target: Target, level, from: &str, expected: Verdict| {
            let verdict = decide(&target, level, from.parse().unwrap(), &policy);
            assert_eq!(verdict, expected, "{target:?} {level:?} {from}");
            cases += 1;
        };
        for (from, network) in INSIDE {
            let network = Verdict::Enter(Enough::Network(network.parse().unwrap()));
            check(apps(), Level::Password, from, network);
            check(always(), Level::Password, from, Verdict::Ask(Why::Application));
            check(Target::Security, Level::Password, from, Verdict::Ask(Why::Security));
        }
        for from in OUTSIDE {
            check(apps(), Level::Password, from, Verdict::Ask(Why::Outside));
            check(always(), Level::Password, from, Verdict::Ask(Why::Application));
            check(Target::Security, Level::Password, from, Verdict::Ask(Why::Security));
        }
        for from in INSIDE.map(|(from, _)| from).into_iter().chain(OUTSIDE) {
            for target in [apps(), always(), Target::Security] {
                check(target, Level::Approved, from, Verdict::Enter(Enough::Given));
            }
        }
        assert_eq!(cases, 2 * 3 * (INSIDE.len() + OUTSIDE.len()));
    }

    #[test]
    fn by_default_no_network_is_trusted() {
        for (from, _) in INSIDE {
            let verdict = decide(
                &Target::Application("MyApps".into()),
                Level::Password,
                from.parse().unwrap(),
                &Policy::default(),
            );
            assert_eq!(verdict, Verdict::Ask(Why::Outside));
        }
    }

    #[test]
    fn the_password_alone_is_on_record_once() {
        let mut world = World::new();
        world.policy = policy();
        let apps = Target::Application("MyApps".into());
        let enter_from = |world: &mut World, target: &Target, from: &str| {
            let session = world.session(hash(1)).clone();
            world.commit(enter(&session, target, from.parse().unwrap(), &world.policy, world.now))
        };
        assert_eq!(enter_from(&mut world, &apps, "198.51.100.1"), Verdict::Ask(Why::Outside));
        assert_eq!(enter_from(&mut world, &Target::Security, "192.0.2.7"), Verdict::Ask(Why::Security));
        assert_eq!((world.session(hash(1)).entered, world.facts.len()), (None, 0));
        for _ in 0..2 {
            let verdict = enter_from(&mut world, &apps, "192.0.2.7");
            assert!(matches!(verdict, Verdict::Enter(Enough::Network(_))));
        }
        assert_eq!(world.session(hash(1)).entered, Some(world.now));
        assert_eq!(world.count(FactKind::EnteredByPassword), 1);
        assert_eq!(world.facts[0].detail.as_deref(), Some("enough: trusted_network 192.0.2.0/24"));
        assert_eq!(world.facts[0].address.as_deref(), Some("192.0.2.7"));
        // It stays a session of the password: carried outside, it is asked.
        assert_eq!(enter_from(&mut world, &apps, "198.51.100.1"), Verdict::Ask(Why::Outside));
    }
}
