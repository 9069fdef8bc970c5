//! The request on the screen: the number, yes, no, and what becomes of the answer.

use crate::effect::KeyFailure;
use crate::ending::{Ending, Failure};
use crate::event::Event;
use crate::inbox::Waiting;
use crate::network::{Ask, Party, Request, read_json};
use crate::text::{Hidden, Text};
use crate::{Core, Place};
use authenticator_protocol::answer::{AnswerReply, Approval, Denial, DenialReason, End};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::ids::ChallengeId;
use authenticator_protocol::number::Number;
use authenticator_protocol::problem::Code;

/// A request that the user looks at.
#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) request: Waiting,
    /// The digits typed so far. They live here and in the answer, and nowhere else.
    pub(crate) entered: Hidden,
    pub(crate) notice: Option<Text>,
    pub(crate) step: Step,
}

/// How far the answer has come.
#[derive(Debug)]
pub(crate) enum Step {
    /// The user reads and types.
    Reading,
    /// The phone signs the answer, perhaps with a prompt.
    Signing,
    /// The answer is on its way.
    Sending,
    /// It did not get through; the same bytes can be sent again.
    Unsent(Ending, Box<Request>),
}

impl Asking {
    fn new(request: Waiting) -> Self {
        let notice = request.formerly.as_ref().map(|before| {
            let now = request.body().organisation.as_str();
            Text::with("phone-approve-renamed", &[("before", before), ("now", now)])
        });
        Self { request, entered: Hidden::default(), notice, step: Step::Reading }
    }

    fn at(self: Box<Self>, step: Step) -> Place {
        Place::Asking(Box::new(Self { step, ..*self }))
    }

    /// An answer is being signed or sent.
    pub(crate) fn is_on_its_way(&self) -> bool {
        matches!(self.step, Step::Signing | Step::Sending)
    }

    /// All digits are there.
    pub(crate) fn ready(&self) -> bool {
        self.entered.len() == usize::from(self.request.body().digits.get())
    }

    pub(crate) fn signed(&mut self) {
        self.step = Step::Sending;
    }

    pub(crate) fn sign_again(&mut self) {
        self.step = Step::Signing;
    }

    /// Whether an answer was made that nobody has replied to.
    pub(crate) fn is_unsent(&self) -> bool {
        matches!(self.step, Step::Unsent(..))
    }

    /// The time is out, and what became of the answer is not known.
    pub(crate) fn too_late(&mut self) {
        if let Step::Unsent(ending, request) = &mut self.step {
            *ending = Ending::unheard(&request.ask);
        }
    }

    /// Whether an answer may already have reached the service, so that only the service knows the end.
    pub(crate) fn is_sending(&self) -> bool {
        matches!(self.step, Step::Sending)
    }
}

impl Core {
    /// The screen that asks. An answer that was posted before is not made again: its reply is waited for, and where
    /// none is on its way the same bytes are.
    pub(crate) fn ask(&mut self, waiting: Waiting) -> Place {
        let posted = self.inbox.answer(&waiting).cloned();
        let asking = Box::new(Asking::new(waiting));
        match posted {
            Some(answer) => {
                if !self.is_on_its_way(&answer) {
                    self.send(answer);
                }
                asking.at(Step::Sending)
            }
            None => asking.at(Step::Reading),
        }
    }

    /// What the user does with the request.
    pub(crate) fn asking(&mut self, mut asking: Box<Asking>, event: Event) -> Place {
        let (challenge, hash) = (asking.request.body().id, asking.request.verified.hash);
        let denial = |reason| Ask::Denial(Denial { challenge, hash, reason });
        let step = std::mem::replace(&mut asking.step, Step::Reading);
        match (step, event) {
            (Step::Reading, Event::NumberEntered(typed)) => {
                let digits = usize::from(asking.request.body().digits.get());
                let kept = typed.chars().filter(char::is_ascii_digit).take(digits).collect();
                asking.entered = Hidden(kept);
                asking.notice = None;
                asking.at(Step::Reading)
            }
            (Step::Reading, Event::Approve) if asking.ready() => match asking.entered.parse::<Number>() {
                Ok(number) => self.answer(asking, Ask::Approval(Approval { challenge, hash, number })),
                Err(_) => asking.at(Step::Reading),
            },
            (Step::Reading, Event::CancelSignIn) => self.answer(asking, denial(DenialReason::Cancelled)),
            (Step::Reading, Event::NotMe) => self.answer(asking, denial(DenialReason::NotMe)),
            (Step::Unsent(ending, request), Event::Retry) if ending.retry => {
                self.send(*request);
                asking.at(Step::Sending)
            }
            (step, Event::Back | Event::Done) => {
                // What was posted cannot be taken back; its reply is worth knowing.
                if let Step::Signing = step {
                    self.drop_answer(&asking.request);
                }
                self.inbox.set_aside(&asking.request);
                Place::Accounts
            }
            (step, _) => {
                self.ignored += 1;
                asking.at(step)
            }
        }
    }

    fn answer(&mut self, asking: Box<Asking>, ask: Ask) -> Place {
        let Some(account) = self.book.get(&asking.request.account) else { return Place::Accounts };
        let party = Party::from(account);
        self.send(Request::new(party, ask));
        Box::new(Asking { notice: None, ..*asking }).at(Step::Signing)
    }

    /// The answer was answered, or not.
    pub(crate) fn answered(&mut self, request: Request, result: Result<Vec<u8>, Failure>) {
        let Some(challenge) = request.ask.challenge() else { return };
        let account = request.party.account.clone();
        let reply = result.and_then(|body| read_json::<AnswerReply>(&body));
        if !self.is_asking(&account, challenge) {
            return self.answered_elsewhere(&account, challenge, reply);
        }
        let asking = match std::mem::take(&mut self.place) {
            Place::Asking(asking) => asking,
            other => return self.place = other,
        };
        self.place = match reply {
            Ok(AnswerReply { end, counted }) => self.ended(&asking.request, end, counted),
            Err(Failure::Key(failure)) => {
                let notice = Some(Failure::Key(failure).ending().text);
                let entered =
                    if failure == KeyFailure::Cancelled { asking.entered.clone() } else { Hidden::default() };
                Box::new(Asking { notice, entered, ..*asking }).at(Step::Reading)
            }
            Err(Failure::Refused(Code::DeviceEnded)) => self.end_account(&asking.request.account),
            Err(failure) => {
                let ending = failure.ending();
                if ending.retry {
                    // The digits are in the signed answer now; nothing needs them here.
                    let entered = Hidden::default();
                    Box::new(Asking { entered, ..*asking }).at(Step::Unsent(ending, Box::new(request)))
                } else {
                    self.inbox.close(&account, challenge);
                    Place::Result(ending)
                }
            }
        };
    }

    /// The same, when the user has gone on to something else.
    fn answered_elsewhere(&mut self, account: &str, id: ChallengeId, reply: Result<AnswerReply, Failure>) {
        match reply {
            Ok(_) => self.inbox.close(account, id),
            Err(Failure::Refused(Code::DeviceEnded)) => self.account_has_ended(account),
            Err(failure) if failure.ending().retry => {}
            Err(_) => self.inbox.close(account, id),
        }
        self.notify();
    }

    /// The shown request has ended, so and so; `here` when this phone ended it.
    pub(crate) fn ended(&mut self, request: &Waiting, end: End, here: bool) -> Place {
        self.drop_answer(request);
        self.inbox.close(&request.account, request.body().id);
        if here && end == End::Approved && request.body().purpose == Purpose::ConfirmTest {
            self.confirm(&request.account);
        }
        Place::Result(Ending::of_request(end, here, request.body()))
    }

    /// The account counts from now on.
    pub(crate) fn confirm(&mut self, account: &str) -> bool {
        match self.book.get_mut(account) {
            Some(account) if !account.confirmed => {
                account.confirmed = true;
                self.save();
                true
            }
            _ => false,
        }
    }

    /// This request is on the screen.
    pub(crate) fn is_asking(&self, account: &str, id: ChallengeId) -> bool {
        matches!(&self.place, Place::Asking(it) if it.request.account == account && it.request.body().id == id)
    }

    pub(crate) fn edit_asking(&mut self, edit: fn(&mut Asking)) {
        if let Place::Asking(asking) = &mut self.place {
            edit(asking);
        }
    }
}
