use super::world::{Phone, World, blank, other_than};
use super::{Engine, Seeded};
use crate::store::*;
use authenticator_protocol::answer::{AnswerReply, DenialReason, End};
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::{ChallengeId, RequestId, UserId};
use authenticator_protocol::number::Number;
use authenticator_protocol::random::bytes;
use authenticator_protocol::time::Millis;
use signin::fact::FactKind;
use signin::session::{Level, SessionKey};
use signin::user::Failures;
use std::collections::HashSet;

/// Lives in one store; `PROPTEST_CASES` says otherwise.
const LIVES: u64 = 8;
/// What happens in each.
const STEPS: u32 = 50;

/// Properties 3, 4, 15 and 21, whatever happens in whatever order: answers from two phones, right and wrong and
/// repeated, cancelling, expiry, newer requests, phones that leave, a user who is disabled, kills, restarts, a clock stepped back.
pub async fn a_request_has_one_end_whatever_happens(engine: Box<dyn Engine>) {
    let lives = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(LIVES);
    let mut world = World::plain(engine).await;
    for number in 0..lives {
        let mut life = Life::begin(&world, number).await;
        for _ in 0..STEPS {
            life.step(&mut world).await;
            // Looking ends what is overdue: sometimes an answer should come before.
            if life.below(2) == 0 {
                life.look(&world).await;
            }
        }
        life.finish(&world).await;
    }
}

/// A request as pages and phones were told of it.
struct Told {
    id: RequestId,
    number: Number,
    challenges: Vec<(Phone, ChallengeId, Hash)>,
    end: Option<(End, Millis)>,
    answers: Vec<(Answer, AnswerReply)>,
}

struct Life {
    random: Seeded,
    number: u64,
    user: UserId,
    phones: [Phone; 2],
    /// A session that may remove phones.
    owner: SessionKey,
    /// In a browser of its own each, and whether it has been raised.
    sessions: Vec<(SessionKey, bool)>,
    requests: Vec<Told>,
    failures: Failures,
    disabled: bool,
}

impl Life {
    async fn begin(world: &World, number: u64) -> Self {
        let user = UserId::from_bytes(world.id());
        put(world, user, number, false).await;
        let (first, raised) = world.enrolled(world.session(user).await).await;
        let (second, owner) = world.enrolled(raised.key).await;
        let sessions = vec![(world.session(user).await, false), (world.session(user).await, false)];
        Self {
            random: Seeded(number),
            number,
            user,
            phones: [first, second],
            owner: owner.key,
            sessions,
            requests: Vec::new(),
            failures: Failures::default(),
            disabled: false,
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(bytes::<1>(&mut self.random)[0]) % bound
    }

    /// The newest request, mostly.
    fn some(&mut self) -> Option<usize> {
        let back = [0, 0, 0, 1, 2][self.below(5)];
        self.requests.len().checked_sub(1 + back)
    }

    async fn step(&mut self, world: &mut World) {
        match self.below(20) {
            0..=2 => self.open(world).await,
            3..=8 => self.answer(world).await,
            9 => self.again(world).await,
            10 => drop(world.store.cancel_request(self.session()).await.unwrap()),
            11 => drop(world.store.expire().await.unwrap()),
            12 => world.pass(self.below(60) as u64),
            13 => world.set(world.now().minus_seconds(self.below(200) as u64)),
            14 if self.below(2) == 0 => world.kill().await,
            14 => world.restart().await,
            15 | 16 => self.complete(world).await,
            17 => {
                let which = self.below(self.sessions.len());
                world.store.end_session(self.sessions[which].0).await.unwrap();
                self.sessions[which] = (world.session(self.user).await, false);
            }
            18 if self.below(8) == 0 => {
                self.disabled = true;
                put(world, self.user, self.number, true).await;
            }
            18 if self.below(4) == 0 => {
                let phone = self.phones[self.below(2)].device;
                world.store.leave(phone).await.unwrap();
            }
            19 if self.below(4) == 0 => {
                let phone = self.phones[self.below(2)].device;
                world.store.remove_device(self.owner, phone, "192.0.2.7".into()).await.unwrap();
            }
            _ => {}
        }
    }

    fn session(&mut self) -> SessionKey {
        let which = self.below(self.sessions.len());
        self.sessions[which].0
    }

    async fn open(&mut self, world: &World) {
        let session = self.session();
        let Ok(id) = world.open(session).await else { return };
        let mut challenges = Vec::new();
        for phone in self.phones {
            if let Some((challenge, hash)) = world.challenge(&phone).await {
                challenges.push((phone, challenge, hash));
            }
        }
        let number = world.number(id).await;
        self.requests.push(Told { id, number, challenges, end: None, answers: Vec::new() });
    }

    async fn answer(&mut self, world: &World) {
        let Some(which) = self.some() else { return };
        let one = self.below(2);
        let Some((phone, challenge, hash)) = self.requests[which].challenges.get(one).copied() else {
            return;
        };
        let number = self.requests[which].number.clone();
        let (wrong, says) = match self.below(6) {
            0 | 1 => (false, Says::Yes(number)),
            2 | 3 => (true, Says::Yes(other_than(&number))),
            4 => (false, Says::No(DenialReason::Cancelled)),
            _ => (false, Says::No(DenialReason::NotMe)),
        };
        let answer = world.answer(&phone, (challenge, hash), says);
        let Ok(reply) = world.store.answer(answer.clone()).await.unwrap().value else { return };
        if reply.counted {
            assert_eq!(self.requests[which].end, None, "only what was pending is ended by an answer");
            match reply.end {
                End::WrongNumber => self.failures = self.failures.and_one_more(world.store.now()),
                End::Approved => self.failures.in_row = 0,
                _ => {}
            }
            assert_eq!(reply.end == End::WrongNumber, wrong);
        }
        self.requests[which].answers.push((answer, reply));
    }

    /// The same answer once more: the same reply, at most less certain who was first.
    async fn again(&mut self, world: &World) {
        let Some(which) = self.some() else { return };
        let pick = self.below(4);
        let Some((answer, reply)) = self.requests[which].answers.get(pick).cloned() else { return };
        let before = world.store.audit(0, 100_000).await.unwrap().len();
        match world.store.answer(answer).await.unwrap().value {
            Ok(again) => assert_eq!(again, reply),
            Err(refused) => assert_eq!((refused, reply.counted), (NotTaken::DeviceEnded, false)),
        }
        assert_eq!(world.store.audit(0, 100_000).await.unwrap().len(), before, "it counts once");
    }

    async fn complete(&mut self, world: &World) {
        let which = self.below(self.sessions.len());
        let (session, raised) = self.sessions[which];
        if let Some(new) = world.complete(session).await {
            assert!(!raised && !self.disabled && new.level == Level::Approved, "it rises once");
            self.sessions[which].1 = true;
        }
    }

    /// Whoever asks is told the same end as before, for ever.
    async fn look(&mut self, world: &World) {
        for told in &mut self.requests {
            let request = world.view(told.id).await.request;
            let end = request.ended.map(|ended| (ended.end, ended.at));
            assert!(
                told.end.is_none() || told.end == end,
                "an end stays as it was told: life {}",
                self.number
            );
            assert_eq!(request.number.is_none(), end.is_some(), "the number goes with the end");
            assert!(end.is_some() || told.answers.is_empty(), "an answer ends it");
            told.end = end;
            assert!(told.answers.iter().all(|(_, reply)| Some(reply.end) == end.map(|(end, _)| end)));
            assert!(told.answers.iter().filter(|(_, reply)| reply.counted).count() <= 1, "one answer counts");
        }
        for phone in self.phones {
            let fetched = world.store.fetch(phone.device, "1.0.0".to_owned()).await.unwrap();
            for ended in fetched.iter().flat_map(|fetched| &fetched.ended) {
                let mine = |told: &&Told| told.challenges.iter().any(|(_, id, _)| *id == ended.challenge);
                if let Some(told) = self.requests.iter().find(mine) {
                    assert_eq!(Some(ended.end), told.end.map(|(end, _)| end));
                    let by = |(answer, reply): &(Answer, AnswerReply)| {
                        reply.counted && answer.device == phone.device
                    };
                    assert_eq!(ended.here, told.answers.iter().any(by));
                }
            }
        }
        if !self.disabled {
            let Found::Live(known) = world.store.session(world.session(self.user).await).await.unwrap()
            else {
                panic!("a fresh session is live");
            };
            assert_eq!(known.user.failures, self.failures);
        }
    }

    /// When all time is over, everything has ended, and each end and each sign-in is recorded once.
    async fn finish(&mut self, world: &World) {
        world.pass(1000);
        world.store.expire().await.unwrap();
        self.look(world).await;
        let all = world.store.audit(0, 100_000).await.unwrap();
        let of = |id| all.iter().map(|record| &record.fact).filter(move |fact| fact.request == Some(id));
        let mut raised = HashSet::new();
        for told in &self.requests {
            let (end, _) = told.end.expect("its time is over");
            let word = format!("request_{}", end.as_str());
            let heard = of(told.id).filter(|fact| fact.kind != FactKind::RequestSilent);
            let ends = heard.map(|fact| fact.kind.as_str()).filter(|kind| kind.starts_with("request_"));
            assert_eq!(ends.collect::<Vec<_>>(), ["request_opened", &word]);
            let signed_in = of(told.id).filter(|fact| fact.kind == FactKind::SignedIn).count();
            assert!(signed_in <= usize::from(end == End::Approved), "an approval serves once");
            raised.extend((signed_in == 1).then_some(told.id));
        }
        // Sessions that were signed out and replaced meanwhile may have risen as well.
        assert!(raised.len() >= self.sessions.iter().filter(|(_, raised)| *raised).count());
    }
}

async fn put(world: &World, user: UserId, number: u64, disabled: bool) {
    let mut blank = blank(user, 1_000_000 + number);
    blank.disabled = disabled;
    let new = NewUser { user: blank, password_hash: "$argon2id$".into() };
    world.store.put_user(new).await.unwrap();
}
