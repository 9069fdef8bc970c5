//! What is on the screen: a pure function of where the user is.

use crate::approve::{Asking, Step as Answer};
use crate::ending::Ending;
use crate::enrol::{Enrolment, Step};
use crate::inbox::Waiting;
use crate::screen::{AccountRow, AccountState, Fact, Screen, ScreenModel, Sender, Value, WaitingRow};
use crate::state::Account;
use crate::text::Text;
use crate::{Core, Place};
use authenticator_protocol::challenge::{Challenge, Purpose};

/// Where an organisation's colour is no colour.
const NEUTRAL: &str = "#44546a";

impl Core {
    /// Everything that the current screen shows.
    pub fn view(&self) -> ScreenModel {
        let screen = self.screen();
        let announce = match &screen {
            Screen::Approve { title, .. } | Screen::Result { title, .. } => Some(title.clone()),
            _ => None,
        };
        let changes_at = match &self.place {
            Place::Asking(asking) if matches!(screen, Screen::Approve { .. }) => {
                Some(self.deadline(&asking.request))
            }
            _ => None,
        };
        ScreenModel {
            secure: matches!(screen, Screen::Approve { .. } | Screen::Characters { .. }),
            announce,
            changes_at,
            language: self.book.language.clone(),
            screen,
        }
    }

    fn screen(&self) -> Screen {
        match &self.place {
            Place::Accounts => self.accounts_screen(),
            Place::AddAccount { problem } => Screen::AddAccount { problem: problem.clone() },
            Place::Scan => Screen::Scan,
            Place::PasteLink { problem } => Screen::PasteLink { problem: problem.clone() },
            Place::TypeCode(form) => Screen::TypeCode {
                typed: form.typed.clone(),
                asks_server: form.asks_server,
                wrong: form.wrong.clone(),
            },
            Place::FindingServer(_) => Screen::Working { title: Text::plain("phone-type-finding") },
            Place::Enrolling(enrolment, step) => self.enrolling_screen(enrolment, step),
            Place::Asking(asking) => self.asking_screen(asking),
            Place::Result(ending) => result(ending),
            Place::Account(id) => self.account_screen(id),
            Place::Remove(id) => match self.book.get(id) {
                Some(account) => Screen::RemoveAccount { sender: sender(account) },
                None => self.accounts_screen(),
            },
            Place::Removing(_) => working(),
            Place::Settings => {
                Screen::Settings { version: self.config.app.clone(), language: self.book.language.clone() }
            }
        }
    }

    fn accounts_screen(&self) -> Screen {
        let trouble = self.lines.iter().find_map(|(id, line)| match (&line.trouble, self.book.get(id)) {
            (None, Some(account)) if line.unproven => {
                let organisation = account.organisation.name.as_str();
                Some(Text::with("phone-error-unproven", &[("organisation", organisation)]))
            }
            (trouble, _) => trouble.clone(),
        });
        let checking = self.lines.values().any(|line| line.fetching);
        let nothing =
            (self.looked && self.inbox.waiting.is_empty()).then(|| Text::plain("phone-no-requests"));
        let row = |account: &Account| AccountRow {
            id: account.id.clone(),
            sender: sender(account),
            user: account.user.clone(),
            state: state(account),
        };
        let waiting = |waiting: &Waiting| WaitingRow {
            id: waiting.name(),
            sender: self.asker(waiting),
            application: waiting.body().application.clone(),
            at: waiting.body().iat.millis(),
        };
        Screen::Accounts {
            accounts: self.book.accounts.iter().filter(|account| !account.leaving).map(row).collect(),
            waiting: self.inbox.waiting.iter().map(waiting).collect(),
            notice: if checking { None } else { trouble.or(nothing) },
            checking,
        }
    }

    fn account_screen(&self, id: &str) -> Screen {
        match self.book.get(id) {
            Some(account) => Screen::Account {
                account: account.id.clone(),
                sender: sender(account),
                user: account.user.clone(),
                host: account.server.authority().to_owned(),
                added: account.added,
                state: state(account),
            },
            None => self.accounts_screen(),
        }
    }

    fn enrolling_screen(&self, enrolment: &Enrolment, step: &Step) -> Screen {
        match (step, self.book.get(&enrolment.account)) {
            (Step::Offered(offered), _) => Screen::Confirm {
                sender: Sender {
                    organisation: offered.offer.organisation.name.clone(),
                    colour: colour(&offered.offer.organisation.colour),
                    login: offered.offer.login.clone(),
                },
                user: offered.offer.user.clone(),
                host: enrolment.server.authority().to_owned(),
            },
            (Step::Characters(characters), Some(account)) => {
                Screen::Characters { sender: sender(account), characters: characters.clone() }
            }
            (Step::Stuck(ending, _), _) => result(ending),
            (
                Step::MakingKeys
                | Step::Claiming(_)
                | Step::Proving(_)
                | Step::Registering(..)
                | Step::Characters(_),
                _,
            ) => working(),
        }
    }

    fn asking_screen(&self, asking: &Asking) -> Screen {
        let body = asking.request.body();
        match &asking.step {
            Answer::Unsent(ending, _) => result(ending),
            Answer::Sending => working(),
            Answer::Reading | Answer::Signing => Screen::Approve {
                request: asking.request.name(),
                sender: self.asker(&asking.request),
                title: title(&body.purpose),
                facts: facts(body),
                digits: body.digits.get(),
                entered: asking.entered.clone(),
                ready: asking.ready() && matches!(asking.step, Answer::Reading),
                notice: asking.notice.clone(),
                others: self.inbox.others(&asking.request),
            },
        }
    }

    /// The organisation as it was signed, with the account's own colour.
    fn asker(&self, waiting: &Waiting) -> Sender {
        let organisation = waiting.body().organisation.clone();
        match self.book.get(&waiting.account) {
            Some(account) => Sender { organisation, ..sender(account) },
            None => Sender { organisation, colour: NEUTRAL.to_owned(), login: String::new() },
        }
    }
}

fn sender(account: &Account) -> Sender {
    Sender {
        organisation: account.organisation.name.clone(),
        colour: colour(&account.organisation.colour),
        login: account.login.clone(),
    }
}

fn state(account: &Account) -> AccountState {
    match (account.ended, account.confirmed) {
        (true, _) => AccountState::Ended,
        (false, true) => AccountState::Ready,
        (false, false) => AccountState::Unfinished,
    }
}

fn colour(text: &str) -> String {
    let hex = |digits: &str| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if text.strip_prefix('#').is_some_and(hex) { text.to_owned() } else { NEUTRAL.to_owned() }
}

fn working() -> Screen {
    Screen::Working { title: Text::plain("phone-working") }
}

fn result(ending: &Ending) -> Screen {
    Screen::Result {
        mood: ending.mood,
        title: ending.title.clone(),
        text: ending.text.clone(),
        code: ending.code.clone(),
        retry: ending.retry,
    }
}

fn title(purpose: &Purpose) -> Text {
    match purpose {
        Purpose::SignIn => Text::plain("phone-approve-title"),
        Purpose::ConfirmTest => Text::plain("phone-test-title"),
        other => purpose_text(other),
    }
}

fn purpose_text(purpose: &Purpose) -> Text {
    match purpose {
        Purpose::SignIn => Text::plain("phone-purpose-sign-in"),
        Purpose::ConfirmTest => Text::plain("phone-purpose-confirm-test"),
        Purpose::OpenSecurity => Text::plain("phone-purpose-open-security"),
        Purpose::AddDevice { model } => Text::with("phone-purpose-add-device", &[("device", model)]),
        Purpose::TrustBrowser { days } => {
            Text::with("phone-purpose-trust-browser-days", &[("days", &days.to_string())])
        }
        Purpose::EnablePhoneSignIn => Text::plain("phone-purpose-enable-phone-sign-in"),
        Purpose::ResetPassword => Text::plain("phone-purpose-reset-password"),
    }
}

/// Every fact that was signed (property 5).
fn facts(challenge: &Challenge) -> Vec<Fact> {
    let fact = |label: &str, value| Fact { label: Text::plain(label), value };
    let name = |label: &str, name: &Option<String>| name.clone().map(|name| fact(label, Value::Name(name)));
    let purpose = (challenge.purpose != Purpose::SignIn)
        .then(|| fact("phone-fact-purpose", Value::Text(purpose_text(&challenge.purpose))));
    let from = match (&challenge.browser, &challenge.system) {
        (Some(browser), Some(system)) => {
            Value::Text(Text::with("phone-from", &[("browser", browser), ("system", system)]))
        }
        (Some(only), None) | (None, Some(only)) => Value::Name(only.clone()),
        (None, None) => Value::Text(Text::plain("phone-from-unknown")),
    };
    let browser = if challenge.recognised { "phone-fact-recognised" } else { "phone-fact-unknown-browser" };
    [
        purpose,
        Some(fact("phone-fact-to", Value::Name(challenge.application.clone()))),
        Some(fact("phone-fact-from", from)),
        Some(fact("phone-fact-browser", Value::Text(Text::plain(browser)))),
        name("phone-fact-place", &challenge.place),
        name("phone-fact-address", &challenge.address),
        Some(fact("phone-fact-time", Value::Moment(challenge.iat.millis()))),
        name("phone-fact-message", &challenge.message),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_colour_becomes_a_neutral_one() {
        assert_eq!(colour("#005Ea5"), "#005Ea5");
        for text in ["", "#", "005ea5", "#005ea", "#005ea55", "#00gea5", "red", "#005ea5;background:url(x)"] {
            assert_eq!(colour(text), NEUTRAL, "{text}");
        }
    }
}
