//! The beginning, after a right password, and the sign-out.

use super::{Level, Session, SessionKey, UnderWay};
use crate::decision::{Change, Decision};
use crate::entry::{Target, Verdict};
use crate::fact::{Fact, FactKind};
use crate::policy::Policy;
use crate::{enrolment, entry, request};
use authenticator_protocol::answer::End;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;
use std::net::IpAddr;

/// Opens a session after a right password.
#[derive(Clone, Debug)]
pub struct BeginSession {
    /// For whom.
    pub user: UserId,
    /// Hash of a fresh token.
    pub key: SessionKey,
    /// Hash of the browser cookie.
    pub browser: Hash,
    /// Where the user was going.
    pub to: String,
    /// What that is.
    pub target: Target,
    /// From where.
    pub address: IpAddr,
    /// A session of the same browser that ends with this.
    pub replaces: Option<SessionKey>,
    /// Stands for the password that was checked: another may have taken its place while that went on. `None` for a
    /// directory that keeps the passwords itself.
    pub checked: Option<Hash>,
}

/// A session at [`Level::Password`], and whether that is enough. The session that it replaces ends with all that it had under way.
pub fn begin(
    begin: &BeginSession,
    replaced: Option<(&Session, &UnderWay)>,
    policy: &Policy,
    now: Millis,
) -> Decision<Verdict> {
    let mut decision = Decision::nothing(());
    if let Some((session, under_way)) = replaced
        && begin.replaces == Some(session.key)
        && begin.browser == session.browser
    {
        // The same browser is at it again (property 14).
        decision.absorb(close(session, under_way, End::Superseded, now));
    }
    let session = Session {
        key: begin.key,
        user: begin.user,
        level: Level::Password,
        browser: begin.browser,
        to: begin.to.clone(),
        request: None,
        enrolment: None,
        means: None,
        approved_by: None,
        entered: None,
        created: now,
        seen: now,
        ended: None,
    };
    decision.write(Change::AddSession(Box::new(session.clone())));
    let entered = entry::enter(&session, &begin.target, begin.address, policy, now);
    decision.record(Fact {
        user: Some(begin.user),
        address: Some(begin.address.to_string()),
        detail: Some(entered.value.to_string()),
        ..Fact::new(FactKind::PasswordRight)
    });
    let verdict = decision.absorb(entered);
    decision.map(|()| verdict)
}

/// Signs out. What the session had under way is cancelled. False when it had ended before.
pub fn end(session: &Session, under_way: &UnderWay, now: Millis) -> Decision<bool> {
    let mut decision = close(session, under_way, End::Cancelled, now);
    if decision.value {
        decision.record(Fact { user: Some(session.user), ..Fact::new(FactKind::SignedOut) });
    }
    decision
}

pub(super) fn close(session: &Session, under_way: &UnderWay, how: End, now: Millis) -> Decision<bool> {
    if session.ended.is_some() {
        return Decision::nothing(false);
    }
    let mut decision = Decision::nothing(true);
    let mut request =
        under_way.request.as_ref().filter(|asked| asked.request.asker.session() == Some(session.key));
    if let Some(enrolment) = under_way.enrolment.as_ref().filter(|enrolment| enrolment.session == session.key)
    {
        let test = request.take_if(|asked| asked.request.enrolment == Some(enrolment.id));
        decision.absorb(enrolment::cancel(enrolment, test, now));
    }
    if let Some(asked) = request {
        decision.absorb(request::end(asked, how, None, now));
    }
    decision.write(Change::EndSession(session.key, now));
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Notice;
    use crate::device::DeviceState;
    use crate::enrolment::{Failure, Phase};
    use crate::world::{ANNA, Phone, World, hash};

    fn begin_session(replaces: Option<SessionKey>, browser: u8) -> BeginSession {
        BeginSession {
            user: ANNA,
            key: hash(9),
            browser: hash(browser),
            to: "/apps".into(),
            target: Target::Application("MyApps".into()),
            address: [192, 0, 2, 7].into(),
            replaces,
            checked: None,
        }
    }

    #[test]
    fn a_password_opens_the_lowest_level() {
        let mut world = World::new();
        let decision = begin(&begin_session(None, 3), None, &world.policy, world.now);
        world.commit(decision);
        let session = world.session(hash(9));
        assert_eq!((session.level, session.approved_by, session.browser), (Level::Password, None, hash(3)));
        assert_eq!((session.created, session.seen, session.ended), (world.now, world.now, None));
        assert_eq!(world.count(FactKind::PasswordRight), 1);
        assert_eq!(world.facts[0].address.as_deref(), Some("192.0.2.7"));
        assert_eq!(world.facts[0].detail.as_deref(), Some("asked: outside"));
    }

    #[test]
    fn from_a_trusted_network_the_password_is_enough() {
        let mut world = World::new();
        world.policy.trusted_networks = vec!["192.0.2.0/24".parse().unwrap()];
        let decision = begin(&begin_session(None, 3), None, &world.policy, world.now);
        assert!(matches!(world.commit(decision), Verdict::Enter(_)));
        let session = world.session(hash(9));
        assert_eq!((session.level, session.entered), (Level::Password, Some(world.now)));
        let kinds: Vec<_> = world.facts.iter().map(|fact| fact.kind).collect();
        assert_eq!(kinds, [FactKind::PasswordRight, FactKind::EnteredByPassword]);
        assert!(world.recognised.is_empty(), "a browser is recognised after a second factor alone");
    }

    #[test]
    fn a_new_session_ends_the_one_that_it_replaces_in_the_same_browser_only() {
        for (browser, ends) in [(1, true), (2, false)] {
            let mut world = World::new();
            world.add_device(1, DeviceState::Active);
            let request = world.open(hash(1));
            let (session, under_way) = (world.session(hash(1)).clone(), world.under_way(hash(1)));
            let begun = begin_session(Some(hash(1)), browser);
            world.commit(begin(&begun, Some((&session, &under_way)), &world.policy, world.now));
            assert_eq!(world.session(hash(1)).ended.is_some(), ends);
            assert_eq!(world.request(request).ended.map(|ended| ended.end), ends.then_some(End::Superseded));
            assert_eq!(world.count(FactKind::SignedOut), 0);
        }
    }

    #[test]
    fn signing_out_cancels_the_pending_request() {
        let mut world = World::new();
        let device = world.add_device(1, DeviceState::Active);
        let request = world.open(hash(1));
        let decision = end(world.session(hash(1)), &world.under_way(hash(1)), world.now);
        assert!(world.commit(decision));
        assert_eq!(world.request(request).ended.unwrap().end, End::Cancelled);
        assert_eq!(world.session(hash(1)).ended, Some(world.now));
        assert!(world.told(Notice::Request(request)) && world.told(Notice::Wake(device)));
        assert_eq!(world.count(FactKind::SignedOut), 1);
        let again = end(world.session(hash(1)), &world.under_way(hash(1)), world.now);
        assert!(again.changes.is_empty() && again.facts.is_empty() && !again.value);
    }

    #[test]
    fn signing_out_cancels_an_enrolment_with_its_test_once() {
        let mut world = World::new();
        let (enrolment, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
        let decision = end(world.session(hash(1)), &world.under_way(hash(1)), world.now);
        world.commit(decision);
        assert_eq!(world.enrolment(enrolment).phase, Phase::Failed(Failure::Cancelled));
        assert_eq!(world.device(device).state, DeviceState::Ended);
        assert_eq!(world.request(test).ended.unwrap().end, End::Cancelled);
        assert_eq!(world.count(FactKind::RequestCancelled), 1);
    }

    #[test]
    fn signing_out_cancels_a_request_beside_an_enrolment() {
        let mut world = World::new();
        let enrolment = world.open_enrolment(hash(1), true, 1).unwrap();
        world.add_device(1, DeviceState::Active);
        let request = world.open(hash(1));
        let decision = end(world.session(hash(1)), &world.under_way(hash(1)), world.now);
        world.commit(decision);
        assert_eq!(world.enrolment(enrolment).phase, Phase::Failed(Failure::Cancelled));
        assert_eq!(world.request(request).ended.unwrap().end, End::Cancelled);
    }
}
