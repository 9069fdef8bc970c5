//! What waits for an answer: fetching it, checking it, showing it.

use crate::approve::Asking;
use crate::crypto::P256;
use crate::effect::EffectKind;
use crate::ending::{Ending, Failure};
use crate::enrol::Step;
use crate::inbox::Waiting;
use crate::network::{Ask, Party, Request, read_json};
use crate::state::Account;
use crate::text::Text;
use crate::{Core, Place};
use authenticator_protocol::answer::End;
use authenticator_protocol::challenge::{ChallengeError, Purpose, check};
use authenticator_protocol::code::Bytes;
use authenticator_protocol::fetch::{Ended, Fetch, FetchReply};
use authenticator_protocol::jws::{JwsError, Unverified};
use authenticator_protocol::problem::Code;
use authenticator_protocol::statement::MAX_STATEMENTS;
use authenticator_protocol::text::visible;
use authenticator_protocol::time::Millis;
use sha2::{Digest, Sha256};

/// What a timer or a notification may last, in milliseconds. A request is over in minutes; an organisation that says
/// otherwise does not bring a system's timers to their limits.
const LONGEST: u64 = 86_400_000;

/// Why a challenge is not shown.
enum Refused {
    /// The app needs an update.
    Unknown,
    /// In the name of another organisation on this phone.
    Taken,
    /// The pinned key did not sign it.
    Unproven,
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
        let Some(account) = self.book.get(id).filter(|account| account.is_live()) else { return };
        let party = Party::from(account);
        let fetch = Fetch { app: visible(&self.config.app, 64), key_number: account.key_number };
        let line = self.lines.entry(id.to_owned()).or_default();
        if line.fetching {
            line.again = true;
        } else {
            line.fetching = true;
            self.send(Request::new(party, Ask::Fetch(fetch)));
        }
    }

    /// The service has told what waits, or not.
    pub(crate) fn fetched(&mut self, id: &str, result: Result<Vec<u8>, Failure>) {
        let line = self.lines.entry(id.to_owned()).or_default();
        line.fetching = false;
        let again = std::mem::take(&mut line.again);
        let reply = result.and_then(|body| read_json::<FetchReply>(&body));
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
        if self.follow(id, &reply.key_statements) {
            // There are more, and the challenges are signed by the last key of all.
            return self.fetch(id);
        }
        let told = self.tell_end(id, &reply.ended) | self.tell_confirmed(id, reply.confirmed);
        let known: Vec<Waiting> =
            self.inbox.waiting.extract_if(.., |waiting| waiting.account == id).collect();
        for jws in &reply.challenges {
            self.receive(id, jws, &known);
        }
        self.inbox.waiting.sort_by_key(|waiting| std::cmp::Reverse((waiting.body().iat, waiting.body().id)));
        let is_known = |new: &Waiting| known.iter().any(|known| known.body().id == new.body().id);
        let fresh = self.inbox.waiting.iter().any(|waiting| waiting.account == id && !is_known(waiting));
        // Something waited: "nothing waits" would be an old answer later.
        self.looked &= self.inbox.waiting.is_empty();
        if !told {
            self.present(fresh);
        }
        self.notify();
        self.usable_told(id, reply.push, reply.renew);
    }

    /// Moves the pin on along the statements, as far as they hold. Whether there may be more of them.
    fn follow(&mut self, id: &str, statements: &[String]) -> bool {
        let Some(before) = self.book.get(id).map(Account::pin) else { return false };
        let mut pin = before;
        for statement in statements.iter().take(MAX_STATEMENTS) {
            match pin.follow(statement, &P256) {
                Ok(next) => pin = next,
                Err(_) => {
                    self.ignored += 1;
                    break;
                }
            }
        }
        if let Some(account) = self.book.get_mut(id).filter(|_| pin != before) {
            account.set_pin(pin);
            self.save();
        }
        usize::try_from(pin.number - before.number) == Ok(MAX_STATEMENTS)
    }

    fn receive(&mut self, id: &str, jws: &str, known: &[Waiting]) {
        let read = self.challenge(id, jws);
        let unproven = matches!(read, Err(Refused::Unproven));
        if let Some(line) = self.lines.get_mut(id).filter(|_| unproven || read.is_ok()) {
            line.unproven = unproven;
        }
        match read {
            Ok(waiting) if self.inbox.is_closed(id, waiting.body().id) => {}
            Ok(waiting) if self.inbox.holds(id, waiting.body().id) => {}
            Ok(waiting) => {
                let again = known.iter().find(|known| known.verified.hash == waiting.verified.hash);
                let waiting = again.cloned().unwrap_or_else(|| self.renamed(waiting));
                self.inbox.waiting.push(waiting);
            }
            Err(Refused::Invalid | Refused::Unproven) => self.ignored += 1,
            Err(Refused::Unknown) => {
                self.cannot_show(id, jws, Ending::error("phone-error-update").with_code("challenge_unknown"));
            }
            Err(Refused::Taken) => {
                let organisation =
                    self.book.get(id).map(|it| it.organisation.name.clone()).unwrap_or_default();
                self.cannot_show(id, jws, Ending::name_taken(&organisation));
            }
        }
    }

    /// Says so once, where it interrupts nothing.
    fn cannot_show(&mut self, id: &str, jws: &str, ending: Ending) {
        if self.is_idle() && self.inbox.is_news(id, Bytes(Sha256::digest(jws.as_bytes()).into())) {
            self.place = Place::Result(ending);
        }
    }

    /// Property 7: signed by the pinned key, for this device, unexpired; and nothing in it that cannot be shown.
    fn challenge(&self, id: &str, jws: &str) -> Result<Waiting, Refused> {
        let account = self.book.get(id).ok_or(Refused::Invalid)?;
        let refused = |error| match error {
            JwsError::Version | JwsError::Crit | JwsError::Payload => Refused::Unknown,
            JwsError::Signature => Refused::Unproven,
            _ => Refused::Invalid,
        };
        let verified = Unverified::parse(jws)
            .and_then(|challenge| challenge.verify(&account.identity_key, &P256))
            .map_err(refused)?;
        match check(&verified, account.device, account.offset.service(self.now).seconds()) {
            Ok(()) if self.book.is_taken(account, &verified.payload.organisation) => Err(Refused::Taken),
            Ok(()) => Ok(Waiting { account: id.to_owned(), verified, formerly: None }),
            Err(ChallengeError::Unknown) => Err(Refused::Unknown),
            Err(_) => Err(Refused::Invalid),
        }
    }

    /// An organisation may change its name (`docs/adr`): its account follows, and the request says so.
    fn renamed(&mut self, waiting: Waiting) -> Waiting {
        let name = waiting.body().organisation.clone();
        let Some(account) = self.book.get_mut(&waiting.account).filter(|it| it.organisation.name != name)
        else {
            return waiting;
        };
        let formerly = Some(std::mem::replace(&mut account.organisation.name, name));
        self.save();
        Waiting { formerly, ..waiting }
    }

    /// Shows how the request on the screen has ended, if it has.
    fn tell_end(&mut self, id: &str, ended: &[Ended]) -> bool {
        for Ended { challenge, .. } in ended {
            self.inbox.close(id, *challenge);
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
            let others = self.inbox.others(&asking.request);
            if fresh && others > 0 {
                let all = others.saturating_add(1).to_string();
                asking.notice = Some(Text::with("phone-approve-many", &[("count", &all)]));
            }
            return;
        }
        let test = match &self.place {
            Place::Enrolling(enrolment, Step::Characters(_)) => self.inbox.waiting.iter().find(|waiting| {
                waiting.account == enrolment.account && waiting.body().purpose == Purpose::ConfirmTest
            }),
            _ => None,
        };
        if let Some(test) = test.cloned() {
            self.place = self.ask(test);
        } else if matches!(self.place, Place::Accounts) || fresh && self.is_idle() {
            self.place = self.home();
        }
    }

    /// Where the user is when nothing is under way: at the one request that waits, or at the accounts.
    pub(crate) fn home(&mut self) -> Place {
        match self.inbox.only().cloned() {
            Some(waiting) => self.ask(waiting),
            None => Place::Accounts,
        }
    }

    /// When `request` expires, on this phone's clock.
    pub(crate) fn deadline(&self, request: &Waiting) -> Millis {
        let expiry = request.body().exp.millis();
        self.book.get(&request.account).map_or(expiry, |account| account.offset.phone(expiry))
    }

    /// Puts away what has expired.
    pub(crate) fn sweep(&mut self) {
        let over = self.inbox.waiting.iter().filter(|waiting| self.deadline(waiting) <= self.now);
        let over: Vec<String> = over.map(Waiting::name).collect();
        self.inbox.waiting.retain(|waiting| !over.contains(&waiting.name()));
        let Place::Asking(asking) = &self.place else { return };
        if asking.is_sending() || self.deadline(&asking.request) > self.now {
            return;
        }
        if asking.is_unsent() {
            self.edit_asking(Asking::too_late);
        } else {
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
        self.alarm = next.map(|at| (self.queue.timer(at.since(self.now).min(LONGEST)), at));
    }

    /// At the back, a request is announced without content; the announcement goes when there is none.
    pub(crate) fn notify(&mut self) {
        let until = self.inbox.waiting.iter().map(|waiting| self.deadline(waiting)).max();
        match until {
            Some(until) if !self.front && self.notified.is_none_or(|before| before < until) => {
                self.notified = Some(until);
                let until = until.min(Millis(self.now.0.saturating_add(LONGEST)));
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
