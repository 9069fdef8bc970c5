//! The life of requests, driven by whatever may happen to them in whatever order.

use super::{Says, cancel, expire, fail};
use crate::device::DeviceState;
use crate::fact::FactKind;
use crate::session::{Level, SessionKey};
use crate::user::Failures;
use crate::world::{World, hash};
use authenticator_protocol::answer::{AnswerReply, DenialReason, End};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::ids::RequestId;
use authenticator_protocol::number::Number;
use authenticator_protocol::time::Millis;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Event {
    /// Device, and whether the newest or the oldest request is meant.
    Right(usize, bool),
    Wrong(usize, bool),
    /// The number of the other request.
    Mixed(usize),
    Deny(usize, bool),
    Report(usize, bool),
    /// The newest answer once more.
    Again,
    Cancel(bool),
    Fail(bool),
    Expire(bool),
    /// Seconds.
    Wait(u64),
    /// By session 1 or 2, each in its own browser.
    Open(u8),
    Remove(usize),
    Leave(usize),
    Complete,
    SignOut,
    /// The directory says that the user may not sign in: what waits fails.
    Disable,
    /// And that they may again.
    Enable,
}

fn event() -> impl Strategy<Value = Event> {
    use Event::*;
    let device = 0_usize..3;
    prop_oneof![
        4 => (device.clone(), any::<bool>()).prop_map(|(device, newest)| Right(device, newest)),
        2 => (device.clone(), any::<bool>()).prop_map(|(device, newest)| Wrong(device, newest)),
        1 => device.clone().prop_map(Mixed),
        1 => (device.clone(), any::<bool>()).prop_map(|(device, newest)| Deny(device, newest)),
        1 => (device.clone(), any::<bool>()).prop_map(|(device, newest)| Report(device, newest)),
        2 => Just(Again),
        1 => any::<bool>().prop_map(Cancel),
        1 => any::<bool>().prop_map(Fail),
        2 => any::<bool>().prop_map(Expire),
        2 => (0_u64..100).prop_map(Wait),
        3 => (1_u8..=2).prop_map(Open),
        1 => device.clone().prop_map(Remove),
        1 => device.prop_map(Leave),
        2 => Just(Complete),
        1 => Just(SignOut),
        1 => Just(Disable),
        2 => Just(Enable),
    ]
}

/// A world, and what it has told phones so far.
struct Life {
    world: World,
    newest: Option<(super::Answer, AnswerReply)>,
    messages: u8,
    /// What the counters must say.
    failures: Failures,
    /// Sessions that have risen.
    risen: Vec<SessionKey>,
}

impl Life {
    fn pick(&self, newest: bool) -> Option<RequestId> {
        let requests = &self.world.requests;
        if newest { requests.last() } else { requests.first() }.map(|request| request.id)
    }

    fn say(&mut self, device: usize, id: Option<RequestId>, says: impl FnOnce(&World, RequestId) -> Says) {
        let Some(id) = id else { return };
        let device = self.world.devices[device].id;
        if !self.world.asked(id).devices.contains(&device) {
            return;
        }
        self.messages = self.messages.wrapping_add(1);
        let says = says(&self.world, id);
        let mixed_up = matches!(&says, Says::Yes(typed) if self.is_of_another(id, typed));
        let answer = self.world.said(device, id, says, self.messages);
        let was_pending = self.world.request(id).is_pending(self.world.now);
        if let Ok(reply) = self.world.answer(&answer) {
            assert!(was_pending || !reply.counted, "only what was pending is ended by an answer");
            assert_eq!(self.world.request(id).ended.map(|ended| ended.end), Some(reply.end));
            if reply.counted {
                match reply.end {
                    End::WrongNumber if !mixed_up => {
                        self.failures = self.failures.and_one_more(self.world.now);
                    }
                    End::Approved => self.failures.in_row = 0,
                    _ => {}
                }
                self.newest = Some((answer, reply));
            }
        }
    }

    /// Pending, or ended within five minutes (property 3).
    fn is_of_another(&self, id: RequestId, typed: &Number) -> bool {
        let now = self.world.now;
        self.world.numbers.iter().any(|(other, number)| {
            let ended = self.world.request(*other).ended;
            *other != id && number == typed && ended.is_none_or(|ended| now < ended.at.plus_seconds(300))
        })
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Right(device, newest) => {
                self.say(device, self.pick(newest), |world, id| Says::Yes(world.number(id)));
            }
            Event::Wrong(device, newest) => {
                self.say(device, self.pick(newest), |world, _| Says::Yes(world.wrong()));
            }
            Event::Mixed(device) => {
                let (Some(one), other) = (self.pick(false), self.pick(true)) else { return };
                self.say(device, other, |world, _| Says::Yes(world.number(one)));
            }
            Event::Deny(device, newest) => {
                self.say(device, self.pick(newest), |_, _| Says::No(DenialReason::Cancelled));
            }
            Event::Report(device, newest) => {
                self.say(device, self.pick(newest), |_, _| Says::No(DenialReason::NotMe));
            }
            Event::Again => {
                if let Some((answer, reply)) = self.newest.clone() {
                    let again = self.world.decide(&answer);
                    assert!(again.changes.is_empty() && again.facts.is_empty(), "counts exactly once");
                    assert_eq!(again.value, Ok(reply));
                }
            }
            Event::Cancel(newest) => self.rule(newest, cancel),
            Event::Fail(newest) => self.rule(newest, fail),
            Event::Expire(newest) => self.rule(newest, expire),
            Event::Wait(seconds) => self.world.now = self.world.now.plus_seconds(seconds),
            Event::Open(session) => {
                _ = self.world.open_for(hash(session), Purpose::SignIn);
            }
            Event::Remove(device) => _ = self.world.remove(hash(3), self.world.devices[device].id),
            Event::Leave(device) => _ = self.world.leave(self.world.devices[device].id),
            Event::Complete => {
                for session in 1..=2 {
                    if self.world.complete(hash(session), 9 + session).is_some() {
                        assert!(
                            !self.world.user.disabled && !self.risen.contains(&hash(session)),
                            "it rises once"
                        );
                        self.risen.push(hash(session));
                    }
                }
            }
            Event::Disable => {
                self.world.user.disabled = true;
                for asked in self.world.pending() {
                    let decision = fail(&asked, self.world.now);
                    self.world.commit(decision);
                }
            }
            Event::Enable => self.world.user.disabled = false,
            Event::SignOut => {
                let session = self.world.session(hash(1)).clone();
                let under_way = self.world.under_way(hash(1));
                self.world.commit(crate::session::end(&session, &under_way, self.world.now));
            }
        }
    }

    fn rule(&mut self, newest: bool, rule: impl FnOnce(&super::Asked, Millis) -> crate::Decision<bool>) {
        if let Some(id) = self.pick(newest) {
            let decision = rule(&self.world.asked(id), self.world.now);
            self.world.commit(decision);
        }
    }
}

const ENDS: [FactKind; 8] = [
    FactKind::RequestApproved,
    FactKind::RequestDenied,
    FactKind::RequestReported,
    FactKind::RequestWrongNumber,
    FactKind::RequestExpired,
    FactKind::RequestCancelled,
    FactKind::RequestSuperseded,
    FactKind::RequestFailed,
];

proptest! {
    #![proptest_config(ProptestConfig::default())]

    /// The tiny store itself refuses a second end, a second use and a second end of a device or session.
    #[test]
    fn a_request_ends_exactly_once_whatever_happens(events in proptest::collection::vec(event(), 1..40)) {
        let mut world = World::new();
        for n in 1..=3 {
            world.add_device(n, DeviceState::Active);
        }
        world.add_session(2, Level::Password, 2);
        world.add_session(3, Level::Approved, 3);
        let mut life =
            Life { world, newest: None, messages: 0, failures: Failures::default(), risen: Vec::new() };
        life.happen(Event::Open(1));
        let mut ended_before: Vec<(RequestId, super::Ended)> = Vec::new();

        for event in events {
            life.happen(event);
            let world = &life.world;
            for (id, ended) in &ended_before {
                prop_assert_eq!(world.request(*id).ended, Some(*ended), "an end stays as it was told");
            }
            ended_before = world.requests.iter().filter_map(|it| Some((it.id, it.ended?))).collect();
            for request in &world.requests {
                let ends: Vec<_> = world
                    .facts
                    .iter()
                    .filter(|fact| fact.request == Some(request.id) && ENDS.contains(&fact.kind))
                    .collect();
                match request.ended {
                    None => prop_assert!(ends.is_empty() && request.number.is_some()),
                    Some(ended) => {
                        prop_assert_eq!(ends.len(), 1, "one fact for one end");
                        prop_assert_eq!(ends[0].kind.as_str(), format!("request_{}", ended.end.as_str()));
                        prop_assert_eq!(&request.number, &None, "the number is erased");
                        prop_assert!(ended.end == End::Expired || ended.at < request.expires);
                        let by_answer =
                            matches!(ended.end, End::Approved | End::Denied | End::Reported | End::WrongNumber);
                        prop_assert_eq!(ended.by.is_some(), by_answer);
                    }
                }
                prop_assert!(!request.used || request.ended.unwrap().end == End::Approved);
            }
            let open = |browser| world.requests.iter().filter(|it| it.ended.is_none() && it.asker.place() == hash(browser)).count();
            prop_assert!(open(1) <= 1 && open(2) <= 1, "one slot for each browser");
            prop_assert_eq!(world.user.failures, life.failures);
            prop_assert_eq!(world.count(FactKind::SignedIn), life.risen.len());
            prop_assert!(life.risen.len() <= world.count(FactKind::RequestApproved));
        }

        // When all time is over, nothing is left pending.
        life.world.now = life.world.now.plus_seconds(1000);
        for asked in life.world.pending() {
            let decision = expire(&asked, life.world.now);
            prop_assert!(life.world.commit(decision));
        }
        prop_assert!(life.world.requests.iter().all(|request| request.ended.is_some() && request.number.is_none()));
    }
}
