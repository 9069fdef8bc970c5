//! A browser in which a user has proved something: [`begin`] after a password, [`complete`] after an approval
//! ([`crate::pass::use_up`] with a pass), [`end`] at the sign-out.

mod begin;
mod rise;

pub use begin::{BeginSession, begin, end};
pub(crate) use rise::raise;
pub use rise::{Complete, Raising, complete};

use crate::decision::{Change, Decision};
use crate::enrolment::Enrolment;
use crate::policy::Policy;
use crate::request::{Asked, SignInRequest};
use crate::user::User;
use authenticator_protocol::code::{Hash, Secret};
use authenticator_protocol::ids::{DeviceId, EnrolmentId, RequestId, UserId};
use authenticator_protocol::time::Millis;

/// What the cookie holds.
pub type SessionToken = Secret<32>;

/// SHA-256 of a [`SessionToken`]: all that is stored of it.
pub type SessionKey = Hash;

/// What a user has proved in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The password.
    Password,
    /// The password, and a second factor.
    Approved,
}

/// With what the level rose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// An approval on a device.
    Device,
    /// A pass from IT support.
    Pass,
}

impl Means {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Device, Self::Pass];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Pass => "pass",
        }
    }
}

/// A session. It starts at [`Level::Password`]; a new one takes its place when the level rises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Names it.
    pub key: SessionKey,
    /// Whose.
    pub user: UserId,
    /// What was proved.
    pub level: Level,
    /// Hash of the long-lived browser cookie.
    pub browser: Hash,
    /// Where the user was going: a path of this service.
    pub to: String,
    /// The request that this session last opened.
    pub request: Option<RequestId>,
    /// The enrolment that this session last opened.
    pub enrolment: Option<EnrolmentId>,
    /// With what its level rose; `None` before that, and in sessions from before this was kept.
    pub means: Option<Means>,
    /// The device that approved it.
    pub approved_by: Option<DeviceId>,
    /// When the password alone was enough for the first time.
    pub entered: Option<Millis>,
    /// When it began.
    pub created: Millis,
    /// When it was last used.
    pub seen: Millis,
    /// When it ended, if it has.
    pub ended: Option<Millis>,
}

impl Session {
    /// What was proved in it, and with what.
    pub fn proved(&self) -> (Level, Option<Means>) {
        (self.level, self.means)
    }
}

/// What a session has under way, as it was read; both may long be over.
#[derive(Clone, Debug, Default)]
pub struct UnderWay {
    /// The request that `Session::request` names.
    pub request: Option<Asked>,
    /// The enrolment that `Session::enrolment` names.
    pub enrolment: Option<Enrolment>,
}

impl UnderWay {
    /// The request, when it is the test of this enrolment.
    pub fn test_of(&self, enrolment: &Enrolment) -> Option<&Asked> {
        self.request.as_ref().filter(|asked| asked.request.enrolment == Some(enrolment.id))
    }
}

/// What a session token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may be used.
    Live,
    /// It was replaced when its level rose, within the last minute: another tab has the new one.
    Raised,
    /// It ended, is too old, or its user may not sign in.
    Gone,
}

/// How long the old token of a raised session still leads to where the user was going, in seconds.
const RAISED: u64 = 60;

/// How often the use of a session is noted, in seconds.
const TOUCH: u64 = 60;

/// Whether a session may be used: not ended, neither idle nor in all too long, its user not disabled.
pub fn is_live(session: &Session, user: &User, policy: &Policy, now: Millis) -> bool {
    session.user == user.id
        && !user.disabled
        && session.ended.is_none()
        && now < session.seen.plus_seconds(policy.session_idle)
        && now < session.created.plus_seconds(policy.session_total)
}

/// What a session token is worth; `request` is the one that `Session::request` names.
pub fn standing(
    session: &Session,
    user: &User,
    request: Option<&SignInRequest>,
    policy: &Policy,
    now: Millis,
) -> Standing {
    if is_live(session, user, policy, now) {
        return Standing::Live;
    }
    // Only `complete` uses a request up, and it ends the session that opened it.
    let raised = request.is_some_and(|request| request.asker.session() == Some(session.key) && request.used);
    match session.ended {
        Some(ended) if raised && !user.disabled && now < ended.plus_seconds(RAISED) => Standing::Raised,
        _ => Standing::Gone,
    }
}

/// Notes that a live session was used, at most once a minute.
pub fn touch(session: &Session, now: Millis) -> Decision<()> {
    let mut decision = Decision::nothing(());
    if now >= session.seen.plus_seconds(TOUCH) {
        decision.write(Change::TouchSession(session.key, now));
    }
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{World, hash};

    #[test]
    fn a_session_ends_by_time_and_by_its_user() {
        let mut world = World::new();
        let live = |world: &World, after| {
            is_live(world.session(hash(1)), &world.user, &world.policy, world.now.plus_seconds(after))
        };
        let (idle, total) = (world.policy.session_idle, world.policy.session_total);
        assert!(live(&world, idle - 1));
        assert!(!live(&world, idle));
        world.sessions[0].seen = world.now.plus_seconds(total);
        assert!(live(&world, total - 1));
        assert!(!live(&world, total));
        world.user.disabled = true;
        assert!(!live(&world, 0));
        world.user.disabled = false;
        world.sessions[0].ended = Some(world.now);
        assert!(!live(&world, 0));
    }

    #[test]
    fn use_is_noted_once_a_minute() {
        let world = World::new();
        let session = world.session(hash(1));
        assert!(touch(session, world.now.plus_seconds(59)).changes.is_empty());
        let at = world.now.plus_seconds(60);
        assert_eq!(touch(session, at).changes, [Change::TouchSession(hash(1), at)]);
    }
}
