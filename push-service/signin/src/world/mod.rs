//! A tiny store for the tests: one user, everything in memory, every change applied as its doc comment says.

mod applying;
mod channels;
mod enrolling;
mod leaving;
mod strangers;

pub(crate) use enrolling::Phone;

use crate::channel::{Channel, List};
use crate::device::{Device, DeviceState};
use crate::enrolment::Enrolment;
use crate::fact::{Fact, FactKind};
use crate::pass::Pass;
use crate::policy::Policy;
use crate::request::{
    Answer, Asked, ChallengeRecord, NUMBER_MEMORY, NotOpened, NotTaken, OpenRequest, Opener, Origin,
    Questioned, Says, SignInRequest,
};
use crate::session::{Complete, Level, Raising, Session, SessionKey, UnderWay};
use crate::user::{Failures, User};
use crate::{Decision, Notice, request, session};
use authenticator_protocol::answer::{AnswerReply, DenialReason};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::Bytes;
use authenticator_protocol::ids::{DeviceId, EnrolmentId, RequestId, UserId};
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::number::Number;
use authenticator_protocol::random::{Random, bytes};
use authenticator_protocol::time::Millis;

/// SplitMix64: no secret, the same for the same seed.
pub(crate) struct Seeded(pub(crate) u64);

impl Random for Seeded {
    fn fill(&mut self, dest: &mut [u8]) {
        for byte in dest {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (z ^ (z >> 31)).to_le_bytes()[0];
        }
    }
}

pub(crate) struct World {
    pub(crate) now: Millis,
    pub(crate) policy: Policy,
    pub(crate) random: Seeded,
    pub(crate) user: User,
    pub(crate) password: String,
    pub(crate) erased: bool,
    pub(crate) pass: Option<Pass>,
    pub(crate) devices: Vec<Device>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) lists: Vec<(DeviceId, List)>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) requests: Vec<SignInRequest>,
    pub(crate) challenges: Vec<ChallengeRecord>,
    pub(crate) enrolments: Vec<Enrolment>,
    pub(crate) deliveries: Vec<RequestId>,
    pub(crate) recognised: Vec<Bytes<32>>,
    pub(crate) facts: Vec<Fact>,
    /// Of the newest commit.
    pub(crate) notices: Vec<Notice>,
    /// What was drawn; a store keeps hashes under a key.
    pub(crate) numbers: Vec<(RequestId, Number)>,
    /// From where the browsers ask.
    pub(crate) address: String,
}

/// A key, thumbprint or hash told apart by its number.
pub(crate) fn key(n: u8) -> PublicKey {
    PublicKey([n; 64])
}
pub(crate) fn hash(n: u8) -> Bytes<32> {
    Bytes([n; 32])
}
pub(crate) const ANNA: UserId = UserId::from_bytes([1; 16]);

impl World {
    /// Anna, without devices, with a session `hash(1)` in the browser `hash(1)` after her password.
    pub(crate) fn new() -> Self {
        let user = User {
            id: ANNA,
            upn: "anna@x.example".into(),
            email: None,
            name: "Anna Andersson".into(),
            mobile: None,
            disabled: false,
            first_confirmed: None,
            failures: Failures::default(),
            app_locked: false,
        };
        let mut world = Self {
            now: Millis(1_000_000_500),
            policy: Policy::default(),
            random: Seeded(7),
            user,
            password: String::new(),
            erased: false,
            pass: None,
            devices: Vec::new(),
            channels: Vec::new(),
            lists: Vec::new(),
            sessions: Vec::new(),
            requests: Vec::new(),
            challenges: Vec::new(),
            enrolments: Vec::new(),
            recognised: Vec::new(),
            deliveries: Vec::new(),
            facts: Vec::new(),
            notices: Vec::new(),
            numbers: Vec::new(),
            address: "192.0.2.7".into(),
        };
        world.add_session(1, Level::Password, 1);
        world
    }

    pub(crate) fn add_session(&mut self, n: u8, level: Level, browser: u8) -> SessionKey {
        let approved_by =
            (level == Level::Approved).then(|| self.devices.first().map(|device| device.id)).flatten();
        self.sessions.push(Session {
            key: hash(n),
            user: ANNA,
            level,
            browser: hash(browser),
            to: "/apps".into(),
            request: None,
            enrolment: None,
            means: None,
            approved_by,
            entered: None,
            created: self.now,
            seen: self.now,
            ended: None,
        });
        hash(n)
    }

    /// A device with the keys `2n` and `2n + 1`.
    pub(crate) fn add_device(&mut self, n: u8, state: DeviceState) -> DeviceId {
        let id = DeviceId::from_bytes([n; 16]);
        self.devices.push(Device {
            id,
            user: ANNA,
            model: format!("Phone {n}"),
            system: "Android 16".into(),
            app: "1.0.0".into(),
            device_key: key(2 * n),
            approval_key: key(2 * n + 1),
            state,
            added: self.now,
            confirmed: (state != DeviceState::Unconfirmed).then_some(self.now),
            last_used: None,
            last_reached: None,
            ended: None,
        });
        self.user.first_confirmed = Some(self.now);
        id
    }

    // Reading.

    pub(crate) fn session(&self, key: SessionKey) -> &Session {
        self.sessions.iter().find(|session| session.key == key).unwrap()
    }
    pub(crate) fn device(&self, id: DeviceId) -> &Device {
        self.devices.iter().find(|device| device.id == id).unwrap()
    }
    pub(crate) fn request(&self, id: RequestId) -> &SignInRequest {
        self.requests.iter().find(|request| request.id == id).unwrap()
    }
    pub(crate) fn enrolment(&self, id: EnrolmentId) -> &Enrolment {
        self.enrolments.iter().find(|enrolment| enrolment.id == id).unwrap()
    }
    pub(crate) fn asked(&self, id: RequestId) -> Asked {
        let request = self.request(id).clone();
        let of_request = self.challenges.iter().filter(|challenge| challenge.request == id);
        let enrolment = request.enrolment.map(|id| self.enrolment(id).clone());
        Asked { request, devices: of_request.map(|challenge| challenge.device).collect(), enrolment }
    }
    pub(crate) fn pending(&self) -> Vec<Asked> {
        let pending = self.requests.iter().filter(|request| request.ended.is_none());
        pending.map(|request| self.asked(request.id)).collect()
    }
    pub(crate) fn under_way(&self, key: SessionKey) -> UnderWay {
        let session = self.session(key);
        UnderWay {
            request: session.request.map(|id| self.asked(id)),
            enrolment: session.enrolment.map(|id| self.enrolment(id).clone()),
        }
    }
    pub(crate) fn number(&self, id: RequestId) -> Number {
        self.numbers.iter().find(|(request, _)| *request == id).unwrap().1.clone()
    }
    /// A number that no request has had.
    pub(crate) fn wrong(&self) -> Number {
        let all = (0..100).map(|n| format!("{n:02}").parse().unwrap());
        all.into_iter().find(|number| self.numbers.iter().all(|(_, drawn)| drawn != number)).unwrap()
    }
    fn recent(&self, number: &Number, but: Option<RequestId>) -> bool {
        self.numbers.iter().any(|(id, drawn)| {
            let ended = self.request(*id).ended;
            let recent = ended.is_none_or(|ended| self.now < ended.at.plus_seconds(NUMBER_MEMORY));
            Some(*id) != but && recent && drawn == number
        })
    }
    pub(crate) fn count(&self, kind: FactKind) -> usize {
        self.facts.iter().filter(|fact| fact.kind == kind).count()
    }
    pub(crate) fn told(&self, notice: Notice) -> bool {
        self.notices.contains(&notice)
    }

    // Writing.

    pub(crate) fn commit<T>(&mut self, decision: Decision<T>) -> T {
        for change in decision.changes {
            self.apply(change);
        }
        self.facts.extend(decision.facts);
        self.notices = decision.notices;
        decision.value
    }

    // The use cases.

    pub(crate) fn origin() -> Origin {
        Origin { address: "192.0.2.7".into(), browser: Some("Firefox".into()), ..Origin::default() }
    }

    pub(crate) fn open_for(&mut self, session: SessionKey, purpose: Purpose) -> Result<RequestId, NotOpened> {
        let open = OpenRequest {
            session,
            purpose,
            application: "MyApps".into(),
            origin: Origin {
                address: self.address.clone(),
                recognised: self.recognised.contains(&self.session(session).browser),
                ..Self::origin()
            },
            organisation: "Region X".into(),
            to: None,
        };
        let mut random = Seeded(bytes::<1>(&mut self.random)[0].into());
        let pending = self.pending();
        let opener = Opener {
            session: self.session(session),
            user: &self.user,
            devices: &self.devices,
            pending: &pending,
            taken: &|number| self.recent(number, None),
            strangers: &self.strangers(),
        };
        random.0 ^= u64::try_from(self.requests.len()).unwrap() << 8;
        let decision = request::open(&open, &opener, &self.policy, self.now, &mut random);
        self.commit(decision)
    }

    pub(crate) fn open(&mut self, session: SessionKey) -> RequestId {
        self.open_for(session, Purpose::SignIn).unwrap()
    }

    /// An answer to the challenge of `device` for `request`, with the message hash `hash(message)`.
    pub(crate) fn said(&self, device: DeviceId, request: RequestId, says: Says, message: u8) -> Answer {
        let challenge =
            self.challenges.iter().find(|it| it.device == device && it.request == request).unwrap();
        Answer { device, challenge: challenge.id, hash: challenge.hash, message: hash(message), says }
    }

    pub(crate) fn decide(&self, answer: &Answer) -> Decision<Result<AnswerReply, NotTaken>> {
        let challenge = self.challenges.iter().find(|it| it.id == answer.challenge).unwrap();
        let questioned = Questioned {
            challenge,
            asked: &self.asked(challenge.request),
            user: &self.user,
            device: self.device(answer.device),
            has_active_device: self.has_active_device(),
            of_another: &|number| self.recent(number, Some(challenge.request)),
        };
        request::answer(answer, &questioned, &self.policy, self.now)
    }

    pub(crate) fn has_active_device(&self) -> bool {
        self.devices.iter().any(|device| device.state == DeviceState::Active)
    }

    pub(crate) fn answer(&mut self, answer: &Answer) -> Result<AnswerReply, NotTaken> {
        let decision = self.decide(answer);
        self.commit(decision)
    }

    pub(crate) fn say(
        &mut self,
        device: DeviceId,
        id: RequestId,
        says: Says,
    ) -> Result<AnswerReply, NotTaken> {
        let message = bytes::<1>(&mut self.random)[0];
        let answer = self.said(device, id, says, message);
        self.answer(&answer)
    }

    pub(crate) fn approve(&mut self, device: DeviceId, id: RequestId) -> Result<AnswerReply, NotTaken> {
        let number = self.number(id);
        self.say(device, id, Says::Yes(number))
    }

    pub(crate) fn deny(&mut self, device: DeviceId, id: RequestId) -> Result<AnswerReply, NotTaken> {
        self.say(device, id, Says::No(DenialReason::Cancelled))
    }

    pub(crate) fn complete(&mut self, key: SessionKey, new: u8) -> Option<Session> {
        let session = self.session(key);
        let request = session.request.map(|id| self.request(id));
        let by = request.and_then(|request| request.ended).and_then(|ended| ended.by);
        let raising =
            Raising { session, user: &self.user, request, approver: by.map(|device| self.device(device)) };
        let complete = Complete { session: key, new: hash(new), address: "192.0.2.7".into() };
        let decision = session::complete(&complete, &raising, &self.policy, self.now);
        self.commit(decision)
    }
}
