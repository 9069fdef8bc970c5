//! What waits for an answer: fetching it, checking it, showing it.

use crate::approve::Asking;
use crate::crypto::P256;
use crate::effect::EffectKind;
use crate::ending::{Ending, Failure};
use crate::enrol::Step;
use crate::network::{Ask, Party, Request};
use crate::text::Text;
use crate::{Core, Place};
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::{Challenge, ChallengeError, Purpose, check};
use authenticator_protocol::code::{Bytes, Hash};
use authenticator_protocol::fetch::{Ended, FetchReply};
use authenticator_protocol::ids::ChallengeId;
use authenticator_protocol::jws::{JwsError, Unverified, Verified};
use authenticator_protocol::problem::Code;
use authenticator_protocol::time::Millis;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// How many ended or unreadable requests are remembered, so that none comes up twice.
const REMEMBERED: usize = 64;

/// A request that waits, checked (property 7).
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) account: String,
    pub(crate) verified: Verified<Challenge>,
}

impl Waiting {
    pub(crate) fn body(&self) -> &Challenge {
        &self.verified.payload
    }
}

/// Everything that waits, of all accounts, newest first.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    pub(crate) waiting: Vec<Waiting>,
    /// The user turned back from these; they are listed, but do not open by themselves.
    aside: Vec<ChallengeId>,
    /// Ended here; a fetch that was under way may still bring them.
    closed: VecDeque<ChallengeId>,
    /// Could not be shown by this version, and the user was told.
    unknown: VecDeque<Hash>,
}

impl Inbox {
    pub(crate) fn set_aside(&mut self, id: ChallengeId) {
        self.aside.push(id);
    }

    /// The user looks again.
    pub(crate) fn bring_back(&mut self) {
        self.aside.clear();
    }

    /// Has ended.
    pub(crate) fn close(&mut self, id: ChallengeId) {
        self.waiting.retain(|waiting| waiting.body().id != id);
        self.aside.retain(|aside| *aside != id);
        remember(&mut self.closed, id);
    }

    pub(crate) fn forget_account(&mut self, account: &str) {
        self.waiting.retain(|waiting| waiting.account != account);
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Waiting> {
        self.waiting.iter().find(|waiting| waiting.body().id.to_string() == id)
    }

    /// The only one that waits, unless the user turned back from it.
    fn only(&self) -> Option<&Waiting> {
        match self.waiting.as_slice() {
            [waiting] if !self.aside.contains(&waiting.body().id) => Some(waiting),
            _ => None,
        }
    }

    /// How many wait besides `id`.
    pub(crate) fn others(&self, id: ChallengeId) -> u32 {
        let others = self.waiting.iter().filter(|waiting| waiting.body().id != id).count();
        u32::try_from(others).unwrap_or(u32::MAX)
    }
}

fn remember<T: PartialEq>(list: &mut VecDeque<T>, item: T) {
    if !list.contains(&item) {
        list.truncate(REMEMBERED - 1);
        list.push_front(item);
    }
}

/// Why a challenge is not shown.
enum Refused {
    /// The app needs an update.
    Unknown,
    /// Not for this phone, not from this organisation, over, or not fit to be read.
    Invalid,
}

impl Core {
    /// Asks for every account.
    pub(crate) fn fetch_all(&mut self) {
        for id in self.book.live() {
            self.fetch(&id);
        }
    }

    /// Asks what waits for `id`: one question at a time, and at most one more after it.
    pub(crate) fn fetch(&mut self, id: &str) {
        let Some(account) = self.book.get(id).filter(|account| !account.ended) else { return };
        let party = Party::from(account);
        let line = self.lines.entry(id.to_owned()).or_default();
        if line.fetching {
            line.again = true;
        } else {
            line.fetching = true;
            self.send(Request::new(party, Ask::Fetch));
        }
    }

    /// The service has told what waits, or not.
    pub(crate) fn fetched(&mut self, id: &str, result: Result<Vec<u8>, Failure>) {
        let line = self.lines.entry(id.to_owned()).or_default();
        line.fetching = false;
        let again = std::mem::take(&mut line.again);
        let reply =
            result.and_then(|body| serde_json::from_slice::<FetchReply>(&body).map_err(|_| Failure::Garbled));
        line.trouble = reply.as_ref().err().map(|failure| failure.ending().text);
        match reply {
            Ok(reply) => self.read(id, reply),
            Err(Failure::Refused(Code::DeviceEnded)) => self.account_has_ended(id),
            Err(_) => {}
        }
        if again {
            self.fetch(id);
        }
    }

    fn read(&mut self, id: &str, reply: FetchReply) {
        self.learn(id, reply.now);
        let told = self.tell_end(id, &reply.ended) | self.tell_confirmed(id, reply.confirmed);
        let known: Vec<ChallengeId> = self.inbox.waiting.iter().map(|waiting| waiting.body().id).collect();
        self.inbox.waiting.retain(|waiting| waiting.account != id);
        for jws in &reply.challenges {
            self.receive(id, jws);
        }
        self.inbox.waiting.sort_by_key(|waiting| std::cmp::Reverse((waiting.body().iat, waiting.body().id)));
        let fresh = self.inbox.waiting.iter().any(|waiting| !known.contains(&waiting.body().id));
        // Something waited: "nothing waits" would be an old answer later.
        self.looked &= self.inbox.waiting.is_empty();
        if !told {
            self.present(fresh);
        }
        self.notify();
    }

    fn receive(&mut self, id: &str, jws: &str) {
        match self.challenge(id, jws) {
            Ok(verified) if self.inbox.closed.contains(&verified.payload.id) => {}
            Ok(verified) if self.inbox.waiting.iter().any(|other| other.body().id == verified.payload.id) => {
            }
            Ok(verified) => self.inbox.waiting.push(Waiting { account: id.to_owned(), verified }),
            Err(Refused::Invalid) => self.ignored += 1,
            Err(Refused::Unknown) => {
                let hash = Bytes(Sha256::digest(jws.as_bytes()).into());
                if !self.inbox.unknown.contains(&hash) && self.is_idle() {
                    remember(&mut self.inbox.unknown, hash);
                    self.place =
                        Place::Result(Ending::error("phone-error-update").with_code("challenge_unknown"));
                }
            }
        }
    }

    /// Property 7: signed by the pinned key, for this device, unexpired; and nothing in it that cannot be shown.
    fn challenge(&self, id: &str, jws: &str) -> Result<Verified<Challenge>, Refused> {
        let account = self.book.get(id).ok_or(Refused::Invalid)?;
        let refused = |error| match error {
            JwsError::Version | JwsError::Crit | JwsError::Payload => Refused::Unknown,
            _ => Refused::Invalid,
        };
        let verified = Unverified::parse(jws)
            .and_then(|challenge| challenge.verify(&account.identity_key, &P256))
            .map_err(refused)?;
        match check(&verified, account.device, account.offset.service(self.now).seconds()) {
            // No organisation asks in the name of another.
            Ok(()) if verified.payload.organisation != account.organisation.name => Err(Refused::Invalid),
            Ok(()) => Ok(verified),
            Err(ChallengeError::Unknown) => Err(Refused::Unknown),
            Err(_) => Err(Refused::Invalid),
        }
    }

    /// Shows how the request on the screen has ended, if it has.
    fn tell_end(&mut self, id: &str, ended: &[Ended]) -> bool {
        for Ended { challenge, .. } in ended {
            self.inbox.close(*challenge);
        }
        let Place::Asking(asking) = &self.place else { return false };
        // The answer's own reply tells more, and is on its way.
        if asking.request.account != id || asking.is_sending() {
            return false;
        }
        let request = asking.request.clone();
        let Some(ended) = ended.iter().find(|ended| ended.challenge == request.body().id) else {
            return false;
        };
        self.place = self.ended(&request, ended.end, ended.here);
        true
    }

    fn tell_confirmed(&mut self, id: &str, confirmed: bool) -> bool {
        if !confirmed || !self.confirm(id) {
            return false;
        }
        match (&self.place, self.book.get(id)) {
            (Place::Enrolling(enrolment, Step::Characters(_)), Some(account)) if enrolment.account == id => {
                self.place = Place::Result(Ending::ready(&account.organisation.name));
                true
            }
            _ => false,
        }
    }

    /// Whether nothing of the user's is under way that a request would interrupt.
    pub(crate) fn is_idle(&self) -> bool {
        match &self.place {
            Place::Accounts | Place::Account(_) | Place::Settings => true,
            Place::Result(ending) => !ending.keep,
            _ => false,
        }
    }

    /// Brings a request to the screen, where that interrupts nothing.
    pub(crate) fn present(&mut self, fresh: bool) {
        if let Place::Asking(asking) = &mut self.place {
            let others = self.inbox.others(asking.request.body().id);
            if fresh && others > 0 {
                asking.notice = Some(Text::with("phone-approve-many", &[("count", &others.to_string())]));
            }
            return;
        }
        let place = match &self.place {
            Place::Enrolling(enrolment, Step::Characters(_)) => self
                .inbox
                .waiting
                .iter()
                .find(|waiting| {
                    waiting.account == enrolment.account && waiting.body().purpose == Purpose::ConfirmTest
                })
                .cloned()
                .map(ask),
            Place::Accounts => Some(self.home()),
            _ if fresh && self.is_idle() => Some(self.home()),
            _ => None,
        };
        if let Some(place) = place {
            self.place = place;
        }
    }

    /// Where the user is when nothing is under way: at the one request that waits, or at the accounts.
    pub(crate) fn home(&self) -> Place {
        self.inbox.only().cloned().map_or(Place::Accounts, ask)
    }

    /// When `request` expires, on this phone's clock.
    pub(crate) fn deadline(&self, request: &Waiting) -> Millis {
        let expiry = request.body().exp.millis();
        self.book.get(&request.account).map_or(expiry, |account| account.offset.phone(expiry))
    }

    /// Puts away what has expired.
    pub(crate) fn sweep(&mut self) {
        let over: Vec<ChallengeId> = self
            .inbox
            .waiting
            .iter()
            .filter(|waiting| self.deadline(waiting) <= self.now)
            .map(|waiting| waiting.body().id)
            .collect();
        self.inbox.waiting.retain(|waiting| !over.contains(&waiting.body().id));
        let Place::Asking(asking) = &self.place else { return };
        if !asking.is_sending() && self.deadline(&asking.request) <= self.now {
            let request = asking.request.clone();
            self.place = self.ended(&request, End::Expired, false);
        }
    }

    /// Keeps one timer for the next request that expires.
    pub(crate) fn set_alarm(&mut self) {
        let shown = match &self.place {
            Place::Asking(asking) if !asking.is_sending() => Some(&asking.request),
            _ => None,
        };
        let next = self.inbox.waiting.iter().chain(shown).map(|waiting| self.deadline(waiting)).min();
        let next = next.filter(|at| *at > self.now);
        if self.alarm.map(|(_, at)| at) == next {
            return;
        }
        if let Some((timer, _)) = self.alarm.take() {
            self.queue.push(EffectKind::CancelTimer { timer });
        }
        self.alarm = next.map(|at| (self.queue.timer(at.since(self.now)), at));
    }

    /// At the back, a request is announced without content; the announcement goes when there is none.
    pub(crate) fn notify(&mut self) {
        let until = self.inbox.waiting.iter().map(|waiting| self.deadline(waiting)).max();
        match until {
            Some(until) if !self.front && self.notified.is_none_or(|before| before < until) => {
                self.notified = Some(until);
                self.queue.push(EffectKind::Notify { text: Text::plain("phone-lock-push"), until });
            }
            None => self.take_back_notification(),
            Some(_) => {}
        }
    }

    pub(crate) fn take_back_notification(&mut self) {
        if self.notified.take().is_some() {
            self.queue.push(EffectKind::TakeBackNotification);
        }
    }
}

/// The screen that asks.
pub(crate) fn ask(waiting: Waiting) -> Place {
    Place::Asking(Box::new(Asking::new(waiting)))
}
