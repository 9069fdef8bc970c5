//! A temporary access pass: what IT support gives to somebody who has no other way to show who they are. It stands beside
//! the password, never in its place, and serves once.

mod code;

pub use code::{PassCode, PassError};

use crate::decision::{Change, Decision};
use crate::fact::{Fact, FactKind};
use crate::policy::Policy;
use crate::session::{Complete, Means, Session, UnderWay, is_live, raise};
use crate::user::User;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;

/// Seconds that a pass is valid at least.
pub const SHORTEST: u64 = 10 * 60;

/// Seconds that a pass is valid at most. Longer ones, and ones for several uses, would need a second administrator.
pub const LONGEST: u64 = 24 * 60 * 60;

/// Seconds that a pass is valid when nobody says otherwise.
pub const USUAL: u64 = 60 * 60;

/// Wrong passes that end the right one.
pub const TRIES: u32 = 5;

/// A pass, of which its user has one at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Whose.
    pub user: UserId,
    /// HMAC of the code and the user, under a key outside the database.
    pub mac: Hash,
    /// When it was made.
    pub made: Millis,
    /// From this moment on it opens nothing.
    pub expires: Millis,
    /// How often another was typed in its place.
    pub wrong: u32,
}

/// Why there is no pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCreated {
    /// The user may not sign in.
    Disabled,
    /// Shorter than [`SHORTEST`] or longer than [`LONGEST`].
    Length,
}

/// Makes a pass; the user's earlier one ends.
pub fn create(
    user: &User,
    mac: Hash,
    seconds: u64,
    earlier: Option<&Pass>,
    now: Millis,
) -> Decision<Result<Millis, NotCreated>> {
    if user.disabled {
        return Decision::nothing(Err(NotCreated::Disabled));
    }
    if !(SHORTEST..=LONGEST).contains(&seconds) {
        return Decision::nothing(Err(NotCreated::Length));
    }
    let mut decision = Decision::nothing(());
    if let Some(earlier) = earlier {
        decision.absorb(end(earlier, "replaced"));
    }
    let expires = now.plus_seconds(seconds);
    let pass = Pass { user: user.id, mac, made: now, expires, wrong: 0 };
    decision.write(Change::AddPass(Box::new(pass)));
    decision.record(Fact {
        user: Some(user.id),
        detail: Some(format!("{} minutes", seconds / 60)),
        ..Fact::new(FactKind::PassCreated)
    });
    decision.map(|()| Ok(expires))
}

/// Ends a pass before it was used.
pub fn end(pass: &Pass, why: &str) -> Decision<()> {
    let mut decision = Decision::nothing(());
    decision.write(Change::EndPass(pass.user));
    decision.record(Fact {
        user: Some(pass.user),
        detail: Some(why.to_owned()),
        ..Fact::new(FactKind::PassEnded)
    });
    decision
}

/// Shows a pass after the password.
#[derive(Clone, Debug)]
pub struct UsePass {
    /// Which session rises.
    pub complete: Complete,
    /// HMAC of what was typed, as in [`Pass::mac`].
    pub mac: Hash,
    /// Where the user is signing in.
    pub application: String,
}

/// Who shows a pass, as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Showing<'a> {
    /// The session of the password.
    pub session: &'a Session,
    /// Its user.
    pub user: &'a User,
    /// What the session has under way.
    pub under_way: &'a UnderWay,
    /// The user's pass.
    pub pass: Option<&'a Pass>,
}

/// Uses a pass up and raises the session. `None` when it is not this user's pass, or none is valid: nobody learns which.
pub fn use_up(
    used: &UsePass,
    showing: &Showing<'_>,
    policy: &Policy,
    now: Millis,
) -> Decision<Option<Session>> {
    let Showing { session, user, under_way, pass } = *showing;
    if !is_live(session, user, policy, now) || used.complete.session != session.key {
        return Decision::nothing(None);
    }
    let address = Some(used.complete.address.clone());
    let fact = |kind| Fact { user: Some(user.id), address: address.clone(), ..Fact::new(kind) };
    let mut decision = Decision::nothing(());
    let Some(pass) = pass.filter(|pass| pass.user == user.id && now < pass.expires) else {
        decision.record(fact(FactKind::PassWrong));
        return decision.map(|()| None);
    };
    if pass.mac != used.mac {
        decision.record(fact(FactKind::PassWrong));
        if pass.wrong + 1 >= TRIES {
            decision.absorb(end(pass, "wrong"));
        } else {
            decision.write(Change::CountWrongPass(user.id));
        }
        return decision.map(|()| None);
    }
    decision.write(Change::EndPass(user.id));
    decision.record(fact(FactKind::PassUsed));
    let with = (Means::Pass, used.application.as_str());
    let raised = decision.absorb(raise(&used.complete, session, under_way, with, now));
    decision.map(|()| Some(raised))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Level;
    use crate::world::{World, hash};
    use authenticator_protocol::answer::End;

    fn create_for(world: &mut World, mac: u8, seconds: u64) -> Result<Millis, NotCreated> {
        let decision = create(&world.user, hash(mac), seconds, world.pass.as_ref(), world.now);
        world.commit(decision)
    }

    fn try_with(world: &mut World, session: u8, mac: u8) -> Option<Session> {
        let complete = Complete { session: hash(session), new: hash(9), address: "192.0.2.7".into() };
        let used = UsePass { complete, mac: hash(mac), application: "MyApps".into() };
        let showing = Showing {
            session: world.session(hash(session)),
            user: &world.user,
            under_way: &world.under_way(hash(session)),
            pass: world.pass.as_ref(),
        };
        let decision = use_up(&used, &showing, &world.policy, world.now);
        world.commit(decision)
    }

    #[test]
    fn ten_minutes_to_a_day() {
        for (seconds, fits) in [(599, false), (600, true), (3600, true), (86_400, true), (86_401, false)] {
            let mut world = World::new();
            let made = create_for(&mut world, 50, seconds);
            assert_eq!(made.is_ok(), fits, "{seconds}");
            assert!(fits || made == Err(NotCreated::Length));
            assert_eq!(world.pass.is_some(), fits);
        }
        let mut world = World::new();
        world.user.disabled = true;
        assert_eq!(create_for(&mut world, 50, USUAL), Err(NotCreated::Disabled));
    }

    #[test]
    fn it_raises_the_session_once() {
        let mut world = World::new();
        world.add_session(2, Level::Password, 1);
        create_for(&mut world, 50, USUAL).unwrap();
        let raised = try_with(&mut world, 1, 50).unwrap();
        assert_eq!(
            (raised.level, raised.means, raised.approved_by),
            (Level::Approved, Some(Means::Pass), None)
        );
        assert_eq!(world.session(hash(1)).ended, Some(world.now));
        assert_eq!((world.count(FactKind::PassUsed), world.count(FactKind::SignedIn)), (1, 1));
        assert_eq!(try_with(&mut world, 2, 50), None, "once");
        assert!(world.session(hash(2)).ended.is_none());
    }

    #[test]
    fn what_the_session_had_under_way_ends() {
        let mut world = World::new();
        world.add_device(1, crate::device::DeviceState::Active);
        let request = world.open(hash(1));
        create_for(&mut world, 50, USUAL).unwrap();
        try_with(&mut world, 1, 50).unwrap();
        assert_eq!(world.request(request).ended.unwrap().end, End::Cancelled);
    }

    #[test]
    fn a_newer_one_ends_the_older() {
        let mut world = World::new();
        create_for(&mut world, 50, USUAL).unwrap();
        create_for(&mut world, 51, USUAL).unwrap();
        assert_eq!((world.count(FactKind::PassCreated), world.count(FactKind::PassEnded)), (2, 1));
        assert_eq!(try_with(&mut world, 1, 50), None);
        assert!(try_with(&mut world, 1, 51).is_some());
    }

    #[test]
    fn it_ends_with_its_time() {
        let mut world = World::new();
        world.policy.session_idle = 86_400;
        let expires = create_for(&mut world, 50, USUAL).unwrap();
        world.now = expires;
        assert_eq!(try_with(&mut world, 1, 50), None);
        world.now = Millis(expires.0 - 1);
        assert!(try_with(&mut world, 1, 50).is_some());
    }

    #[test]
    fn the_fifth_wrong_one_ends_it() {
        for (wrong, opens) in [(4, true), (5, false)] {
            let mut world = World::new();
            create_for(&mut world, 50, USUAL).unwrap();
            for _ in 0..wrong {
                assert_eq!(try_with(&mut world, 1, 49), None);
            }
            assert_eq!(world.count(FactKind::PassWrong), wrong);
            assert_eq!(try_with(&mut world, 1, 50).is_some(), opens, "after {wrong}");
            assert_eq!(world.count(FactKind::PassEnded), usize::from(!opens));
        }
    }

    #[test]
    fn without_a_live_session_it_opens_nothing() {
        let mut world = World::new();
        create_for(&mut world, 50, USUAL).unwrap();
        world.sessions[0].ended = Some(world.now);
        assert_eq!(try_with(&mut world, 1, 50), None);
        world.sessions[0].ended = None;
        world.user.disabled = true;
        assert_eq!(try_with(&mut world, 1, 50), None);
        assert!(world.pass.is_some(), "and it is not used up");
    }
}
