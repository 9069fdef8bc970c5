//! The request on the screen: the number, yes, no, and what becomes of the answer.

use crate::effect::KeyFailure;
use crate::ending::{Ending, Failure};
use crate::event::Event;
use crate::network::{Ask, Party, Request};
use crate::requests::Waiting;
use crate::text::{Hidden, Text};
use crate::{Core, Place};
use authenticator_protocol::answer::{AnswerReply, Approval, Denial, DenialReason, End};
use authenticator_protocol::challenge::Purpose;
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
    pub(crate) fn new(request: Waiting) -> Self {
        Self { request, entered: Hidden::default(), notice: None, step: Step::Reading }
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

    /// Whether an answer may already have reached the service, so that only the service knows the end.
    pub(crate) fn is_sending(&self) -> bool {
        matches!(self.step, Step::Sending)
    }
}

impl Core {
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
            (Step::Unsent(_, request), Event::Retry) => {
                self.send(*request);
                asking.at(Step::Sending)
            }
            (_, Event::Back | Event::Done) => {
                self.drop_answer();
                self.inbox.set_aside(challenge);
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
        let asking = match std::mem::take(&mut self.place) {
            Place::Asking(asking) => asking,
            other => {
                self.place = other;
                return;
            }
        };
        let reply = result
            .and_then(|body| serde_json::from_slice::<AnswerReply>(&body).map_err(|_| Failure::Garbled));
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
                    self.inbox.close(asking.request.body().id);
                    Place::Result(ending)
                }
            }
        };
    }

    /// The shown request has ended, so and so; `here` when this phone ended it.
    pub(crate) fn ended(&mut self, request: &Waiting, end: End, here: bool) -> Place {
        self.drop_answer();
        self.inbox.close(request.body().id);
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

    pub(crate) fn edit_asking(&mut self, edit: fn(&mut Asking)) {
        if let Place::Asking(asking) = &mut self.place {
            edit(asking);
        }
    }
}
