//! From the core's screens.

use super::{
    AccountRow, AccountState, Fact, Field, Mood, Screen, ScreenModel, Sender, Value, WaitingRow, Wrong,
};
use crate::{Sentence, all};
use authenticator_core::event::ByHand;
use authenticator_core::screen as core;
use authenticator_core::text::Text;

impl From<core::ScreenModel> for ScreenModel {
    fn from(model: core::ScreenModel) -> Self {
        let core::ScreenModel { screen, secure, announce, changes_at, language } = model;
        Self {
            screen: screen.into(),
            secure,
            announce: announce.map(Sentence::from),
            changes_at: changes_at.map(|at| at.0),
            language,
        }
    }
}

fn say(text: Option<Text>) -> Option<Sentence> {
    text.map(Sentence::from)
}

impl From<core::Screen> for Screen {
    fn from(screen: core::Screen) -> Self {
        use core::Screen as Core;
        match screen {
            Core::Accounts { accounts, waiting, notice, checking } => Self::Accounts {
                accounts: all(accounts),
                waiting: all(waiting),
                notice: say(notice),
                checking,
            },
            Core::AddAccount { problem } => Self::AddAccount { problem: say(problem) },
            Core::Scan => Self::Scan,
            Core::PasteLink { problem } => Self::PasteLink { problem: say(problem) },
            Core::TypeCode { typed: ByHand { login, code, server }, asks_server, wrong } => {
                Self::TypeCode { login, code, server, asks_server, wrong: wrong.map(Wrong::from) }
            }
            Core::Confirm { sender, user, host } => Self::Confirm { sender: sender.into(), user, host },
            Core::Working { title } => Self::Working { title: title.into() },
            Core::Characters { sender, characters } => {
                Self::Characters { sender: sender.into(), characters: characters.0 }
            }
            Core::Approve { request, sender, title, facts, digits, entered, ready, notice, others } => {
                Self::Approve {
                    request,
                    sender: sender.into(),
                    title: title.into(),
                    facts: all(facts),
                    digits,
                    entered: entered.0,
                    ready,
                    notice: say(notice),
                    others,
                }
            }
            Core::Result { mood, title, text, code, retry } => {
                Self::Result { mood: mood.into(), title: title.into(), text: text.into(), code, retry }
            }
            Core::Account { account, sender, user, host, added, state } => {
                let (sender, added) = (sender.into(), added.0);
                Self::Account { account, sender, user, host, added, state: state.into() }
            }
            Core::RemoveAccount { sender } => Self::RemoveAccount { sender: sender.into() },
            Core::Settings { version, language } => Self::Settings { version, language },
        }
    }
}

impl From<core::Wrong> for Wrong {
    fn from(core::Wrong { field, text }: core::Wrong) -> Self {
        let field = match field {
            core::Field::Login => Field::Login,
            core::Field::Code => Field::Code,
            core::Field::Server => Field::Server,
        };
        Self { field, text: text.into() }
    }
}

impl From<core::Sender> for Sender {
    fn from(core::Sender { organisation, colour, login }: core::Sender) -> Self {
        Self { organisation, colour, login }
    }
}

impl From<core::AccountRow> for AccountRow {
    fn from(core::AccountRow { id, sender, user, state }: core::AccountRow) -> Self {
        Self { id, sender: sender.into(), user, state: state.into() }
    }
}

impl From<core::AccountState> for AccountState {
    fn from(state: core::AccountState) -> Self {
        match state {
            core::AccountState::Ready => Self::Ready,
            core::AccountState::Unfinished => Self::Unfinished,
            core::AccountState::Ended => Self::Ended,
        }
    }
}

impl From<core::WaitingRow> for WaitingRow {
    fn from(core::WaitingRow { id, sender, application, at }: core::WaitingRow) -> Self {
        Self { id, sender: sender.into(), application, at: at.0 }
    }
}

impl From<core::Fact> for Fact {
    fn from(core::Fact { label, value }: core::Fact) -> Self {
        let value = match value {
            core::Value::Name(name) => Value::Name { name },
            core::Value::Text(text) => Value::Text { text: text.into() },
            core::Value::Moment(at) => Value::Moment { at: at.0 },
        };
        Self { label: label.into(), value }
    }
}

impl From<core::Mood> for Mood {
    fn from(mood: core::Mood) -> Self {
        match mood {
            core::Mood::Good => Self::Good,
            core::Mood::Bad => Self::Bad,
            core::Mood::Neutral => Self::Neutral,
        }
    }
}
