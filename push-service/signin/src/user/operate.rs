//! What an operator does with a user, and what ends with it.

use super::User;
use crate::decision::{Change, Decision, Notice};
use crate::device::Device;
use crate::enrolment::{self, Enrolment, Failure, Phase};
use crate::fact::{Fact, FactKind};
use crate::pass::{self, Pass};
use crate::request::{self, Asked};
use crate::session::Session;
use authenticator_protocol::answer::End;
use authenticator_protocol::time::Millis;
use std::collections::HashSet;

/// A user with all that an order may touch, as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a> {
    /// The user.
    pub user: &'a User,
    /// The requests that have not ended; tests among them.
    pub pending: &'a [Asked],
    /// The sessions that have not ended.
    pub sessions: &'a [Session],
    /// The enrolments that are not finished.
    pub enrolments: &'a [Enrolment],
    /// The devices that have not ended.
    pub devices: &'a [Device],
    /// The user's pass.
    pub pass: Option<&'a Pass>,
}

/// What an operator wants.
#[derive(Clone, PartialEq, Eq)]
pub enum Order {
    /// May not sign in until further notice.
    Disable,
    /// May sign in again.
    Enable,
    /// The app method counts again after too many wrong numbers.
    Unlock,
    /// Another password; its PHC string.
    SetPassword(String),
    /// Everything about the user is erased.
    Remove,
}

/// Carries an order out. False when it was so before.
pub fn obey(order: Order, whole: &Whole<'_>, now: Millis) -> Decision<bool> {
    let user = whole.user;
    let mut decision = Decision::nothing(true);
    let fact = |kind| Fact { user: Some(user.id), ..Fact::new(kind) };
    match order {
        Order::Disable if !user.disabled => {
            decision.write(Change::SetDisabled(user.id, true));
            decision.record(fact(FactKind::UserDisabled));
            decision.absorb(shut_out(whole, "disabled", now));
        }
        Order::Enable if user.disabled => {
            decision.write(Change::SetDisabled(user.id, false));
            decision.record(fact(FactKind::UserEnabled));
        }
        Order::Unlock if user.app_locked => {
            let failures = super::Failures { in_row: 0, today: 0, ..user.failures };
            decision.write(Change::SetFailures(user.id, failures));
            decision.write(Change::SetAppLocked(user.id, false));
            decision.record(fact(FactKind::AppUnlocked));
        }
        Order::SetPassword(hash) => {
            decision.write(Change::SetPassword(user.id, hash));
            decision.record(fact(FactKind::PasswordSet));
            // Whoever knew the old one may have begun something.
            let Whole { pending, enrolments, sessions, .. } = whole;
            decision.absorb(close(pending, enrolments, sessions, "password_set", now));
        }
        Order::Remove => remove(whole, &mut decision, now),
        Order::Disable | Order::Enable | Order::Unlock => decision.value = false,
    }
    decision
}

/// Who may not sign in any more has nothing open: codes, requests, sessions, sockets.
pub fn shut_out(whole: &Whole<'_>, why: &str, now: Millis) -> Decision<()> {
    let mut decision = close(whole.pending, whole.enrolments, whole.sessions, why, now);
    if let Some(pass) = whole.pass {
        decision.absorb(pass::end(pass, why));
    }
    decision.tell(Notice::UserDisabled(whole.user.id));
    decision
}

/// Ends what is open: of one user, or of all after a restore.
pub fn close(
    pending: &[Asked],
    enrolments: &[Enrolment],
    sessions: &[Session],
    why: &str,
    now: Millis,
) -> Decision<()> {
    let mut decision = Decision::nothing(());
    for enrolment in enrolments {
        let test = pending.iter().find(|asked| asked.request.enrolment == Some(enrolment.id));
        decision.absorb(enrolment::abandon(enrolment, test, Failure::Cancelled, End::Failed, now));
    }
    let unfinished: HashSet<_> = enrolments.iter().map(|enrolment| enrolment.id).collect();
    // A test has ended with its enrolment.
    let is_test = |asked: &&Asked| asked.request.enrolment.is_some_and(|id| unfinished.contains(&id));
    for asked in pending.iter().filter(|asked| !is_test(asked)) {
        decision.absorb(request::fail(asked, now));
    }
    for session in sessions.iter().filter(|session| session.ended.is_none()) {
        decision.write(Change::EndSession(session.key, now));
        decision.record(Fact {
            user: Some(session.user),
            detail: Some(why.to_owned()),
            ..Fact::new(FactKind::SessionEnded)
        });
    }
    decision
}

fn remove(whole: &Whole<'_>, decision: &mut Decision<bool>, now: Millis) {
    let id = whole.user.id;
    decision.absorb(shut_out(whole, "removed", now));
    let made_by = |device: &Device| {
        whole.enrolments.iter().any(|enrolment| match &enrolment.phase {
            Phase::Registered { claimed, .. } => claimed.device == device.id,
            Phase::Testing { device: making, .. } => *making == device.id,
            Phase::Open | Phase::Claimed(_) | Phase::Done { .. } | Phase::Failed(_) => false,
        })
    };
    for device in whole.devices {
        if !made_by(device) {
            decision.write(Change::EndDevice(device.id, now));
            decision.tell(Notice::DeviceEnded(device.id));
        }
        decision.record(Fact {
            user: Some(id),
            device: Some(device.id),
            ..Fact::new(FactKind::DeviceWithdrawn)
        });
    }
    decision.write(Change::EraseUser(id));
    decision.record(Fact { user: Some(id), ..Fact::new(FactKind::UserRemoved) });
    // These are written after the erasing.
    for fact in &mut decision.facts {
        (fact.address, fact.detail) = (None, None);
    }
    // A socket that ends needs no wake.
    decision.notices.retain(|notice| !matches!(notice, Notice::Wake(_)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceState;
    use crate::session::Level;
    use crate::world::{ANNA, Phone, World, hash};

    impl World {
        fn order(&mut self, order: Order) -> bool {
            let decision = {
                let alive = |device: &&Device| device.state != DeviceState::Ended;
                let devices: Vec<_> = self.devices.iter().filter(alive).cloned().collect();
                let open = |session: &&Session| session.ended.is_none();
                let sessions: Vec<_> = self.sessions.iter().filter(open).cloned().collect();
                let unfinished = |enrolment: &&Enrolment| enrolment.is_unfinished();
                let enrolments: Vec<_> = self.enrolments.iter().filter(unfinished).cloned().collect();
                let pending = self.pending();
                let whole = Whole {
                    user: &self.user,
                    pending: &pending,
                    sessions: &sessions,
                    enrolments: &enrolments,
                    devices: &devices,
                    pass: self.pass.as_ref(),
                };
                obey(order, &whole, self.now)
            };
            self.commit(decision)
        }
    }

    /// A device, a session that it approved, a request, and a second device in its test.
    fn busy() -> World {
        let mut world = World::new();
        world.add_device(1, DeviceState::Active);
        let approved = world.add_session(2, Level::Approved, 2);
        world.enrol_to_test(approved, Phone(7), 1);
        world.add_session(3, Level::Password, 3);
        world.open(hash(3));
        world.facts.clear();
        world
    }

    fn is_closed(world: &World) -> bool {
        world.requests.iter().all(|request| request.ended.is_some_and(|ended| ended.end != End::Approved))
            && world.sessions.iter().all(|session| session.ended.is_some())
            && world.enrolments.iter().all(|enrolment| !enrolment.is_unfinished())
    }

    #[test]
    fn disabling_ends_all_that_is_open_and_keeps_the_devices() {
        let mut world = busy();
        assert!(world.order(Order::Disable));
        assert!(world.user.disabled && is_closed(&world) && world.told(Notice::UserDisabled(ANNA)));
        assert_eq!(world.devices[0].state, DeviceState::Active);
        assert_eq!(world.devices[1].state, DeviceState::Ended, "the one in its test");
        assert_eq!(world.count(FactKind::SessionEnded), 3);
        assert!(!world.order(Order::Disable), "once");
        assert!(world.order(Order::Enable) && !world.user.disabled && !world.order(Order::Enable));
        assert_eq!((world.count(FactKind::UserDisabled), world.count(FactKind::UserEnabled)), (1, 1));
    }

    #[test]
    fn a_new_password_ends_what_the_old_one_had_begun() {
        let mut world = busy();
        assert!(world.order(Order::SetPassword("$argon2id$new".into())));
        assert!(is_closed(&world) && !world.user.disabled);
        assert!(!world.told(Notice::UserDisabled(ANNA)), "the phone's socket stays");
        assert_eq!(world.password, "$argon2id$new");
    }

    #[test]
    fn unlocking_resets_the_counters() {
        let mut world = World::new();
        assert!(!world.order(Order::Unlock), "was not locked");
        world.user.app_locked = true;
        world.user.failures = super::super::Failures { in_row: 10, today: 12, day: 5 };
        assert!(world.order(Order::Unlock));
        assert_eq!(world.user.failures, super::super::Failures { in_row: 0, today: 0, day: 5 });
        assert!(!world.user.app_locked && world.count(FactKind::AppUnlocked) == 1);
    }

    #[test]
    fn removing_leaves_ids_alone() {
        let mut world = busy();
        assert!(world.order(Order::Remove));
        assert!(world.erased && is_closed(&world));
        assert!(world.facts.iter().all(|fact| fact.address.is_none() && fact.detail.is_none()));
        assert_eq!(world.count(FactKind::DeviceWithdrawn), 2);
        for device in world.devices.clone() {
            assert!(world.told(Notice::DeviceEnded(device.id)));
        }
        assert_eq!(world.facts.last().unwrap().kind, FactKind::UserRemoved);
    }
}
