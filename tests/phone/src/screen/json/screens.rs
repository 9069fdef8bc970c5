//! The screens, one variant for each of the core's.

use super::{SenderJson, value};
use crate::screen::words::Words;
use authenticator_core::event::ByHand;
use authenticator_core::screen::{AccountRow, AccountState, Fact, Field, Screen, WaitingRow, Wrong};
use serde::Serialize;

/// A screen with every text that stands on it. `kind` names the variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "a field is the text, or the part of the core's screen, that it is named after"
)]
pub enum ScreenJson {
    Accounts {
        title: &'static str,
        accounts: Vec<AccountJson>,
        waiting: Vec<WaitingJson>,
        waiting_title: Option<String>,
        empty: &'static str,
        notice: Option<String>,
        checking: Option<&'static str>,
        refresh: &'static str,
        add: &'static str,
        settings: &'static str,
    },
    AddAccount {
        title: &'static str,
        lead: &'static str,
        why: &'static str,
        scan: &'static str,
        picture: &'static str,
        link: &'static str,
        typed: &'static str,
        problem: Option<String>,
        back: &'static str,
    },
    Scan {
        title: &'static str,
        why: &'static str,
        picture: &'static str,
        link: &'static str,
        back: &'static str,
    },
    PasteLink {
        title: &'static str,
        add: &'static str,
        problem: Option<String>,
        back: &'static str,
    },
    TypeCode {
        title: &'static str,
        lead: &'static str,
        inputs: Vec<InputJson>,
        add: &'static str,
        back: &'static str,
    },
    Confirm {
        sender: SenderJson,
        title: String,
        question: String,
        host: String,
        user: String,
        yes: &'static str,
        cancel: &'static str,
    },
    Working {
        title: String,
        back: &'static str,
    },
    Characters {
        sender: SenderJson,
        step: &'static str,
        title: &'static str,
        characters: String,
        why: String,
        cancel: &'static str,
    },
    Approve {
        request: String,
        sender: SenderJson,
        from: String,
        title: String,
        facts: Vec<FactJson>,
        input: &'static str,
        digits: u8,
        entered: String,
        ready: bool,
        notice: Option<String>,
        others: Option<String>,
        advice: &'static str,
        yes: &'static str,
        no: &'static str,
        cancel: &'static str,
    },
    Result {
        mood: MoodJson,
        title: String,
        text: String,
        code: Option<String>,
        retry: Option<&'static str>,
        done: &'static str,
    },
    Account {
        account: String,
        sender: SenderJson,
        title: &'static str,
        user: String,
        host: String,
        added: String,
        trouble_title: Option<&'static str>,
        trouble_text: Option<String>,
        remove: &'static str,
        back: &'static str,
    },
    RemoveAccount {
        sender: SenderJson,
        title: &'static str,
        text: String,
        yes: &'static str,
        cancel: &'static str,
    },
    Settings {
        title: &'static str,
        language: &'static str,
        languages: Vec<LanguageJson>,
        about: String,
        back: &'static str,
    },
}

/// An input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputJson {
    /// Its name in `code_typed`: `login`, `code` or `server`.
    pub name: &'static str,
    /// What stands above it.
    pub label: &'static str,
    /// What it begins with.
    pub value: String,
    /// What is wrong with it.
    pub wrong: Option<String>,
}

/// A row of the accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountJson {
    /// For `open_account`.
    pub id: String,
    /// Whose.
    pub sender: SenderJson,
    /// The user's display name.
    pub user: String,
    /// Says why it cannot be used.
    pub trouble: Option<&'static str>,
}

/// A waiting request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitingJson {
    /// For `open_request`.
    pub id: String,
    /// Who asks.
    pub sender: SenderJson,
    /// Where the user is signing in.
    pub application: String,
    /// When it was asked.
    pub at: String,
}

/// A label and what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactJson {
    /// "From".
    pub label: String,
    /// "Firefox on Windows".
    pub value: String,
}

/// A language of the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LanguageJson {
    /// For `choose_language`; `None` follows the phone.
    pub tag: Option<&'static str>,
    /// In that language.
    pub name: &'static str,
    /// It is the one that holds.
    pub chosen: bool,
}

/// How a result feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "as in the core")]
pub enum MoodJson {
    Good,
    Bad,
    Neutral,
}

impl ScreenJson {
    pub(super) fn new(words: Words, screen: &Screen) -> Self {
        let texts = words.texts;
        let say = |text: &Option<_>| text.as_ref().map(|text| words.say(text));
        match screen {
            Screen::Accounts { accounts, waiting, notice, checking } => Self::Accounts {
                title: texts.phone_accounts_title(),
                accounts: accounts.iter().map(|row| account(words, row)).collect(),
                waiting: waiting.iter().map(|row| waiting_row(words, row)).collect(),
                waiting_title: (!waiting.is_empty()).then(|| texts.phone_approve_many(waiting.len() as u64)),
                empty: texts.phone_accounts_empty(),
                notice: say(notice),
                checking: checking.then(|| texts.phone_checking()),
                refresh: texts.phone_accounts_pull(),
                add: texts.phone_add_account(),
                settings: texts.phone_settings(),
            },
            Screen::AddAccount { problem } => Self::AddAccount {
                title: texts.phone_add_title(),
                lead: texts.phone_add_work_account(),
                why: texts.phone_add_scan_why(),
                scan: texts.phone_add_scan(),
                picture: texts.phone_add_picture(),
                link: texts.phone_add_link(),
                typed: texts.phone_add_type(),
                problem: say(problem),
                back: texts.phone_back(),
            },
            Screen::Scan => Self::Scan {
                title: texts.phone_add_scan(),
                why: texts.phone_add_scan_why(),
                picture: texts.phone_add_picture(),
                link: texts.phone_add_link(),
                back: texts.phone_back(),
            },
            Screen::PasteLink { problem } => Self::PasteLink {
                title: texts.phone_add_link(),
                add: texts.phone_add_continue(),
                problem: say(problem),
                back: texts.phone_back(),
            },
            Screen::TypeCode { typed, asks_server, wrong } => Self::TypeCode {
                title: texts.phone_add_type(),
                lead: texts.phone_type_where(),
                inputs: inputs(words, typed, *asks_server, wrong.as_ref()),
                add: texts.phone_add_continue(),
                back: texts.phone_back(),
            },
            Screen::Confirm { sender, user, host } => Self::Confirm {
                sender: SenderJson::new(sender),
                title: texts.phone_confirm_title(&sender.organisation),
                question: texts.phone_confirm_question(host, &sender.organisation, user),
                host: host.clone(),
                user: user.clone(),
                yes: texts.phone_confirm_yes(),
                cancel: texts.phone_cancel(),
            },
            Screen::Working { title } => Self::Working { title: words.say(title), back: texts.phone_back() },
            Screen::Characters { sender, characters } => Self::Characters {
                sender: SenderJson::new(sender),
                step: texts.phone_add_title(),
                title: texts.phone_characters_title(),
                characters: characters.0.clone(),
                why: texts.phone_characters_why(&sender.organisation),
                cancel: texts.phone_cancel(),
            },
            Screen::Approve { request, sender, title, facts, digits, entered, ready, notice, others } => {
                Self::Approve {
                    request: request.clone(),
                    sender: SenderJson::new(sender),
                    from: texts.phone_approve_sender(&sender.organisation),
                    title: words.say(title),
                    facts: facts.iter().map(|item| fact(words, item)).collect(),
                    input: texts.phone_approve_input(),
                    digits: *digits,
                    entered: entered.0.clone(),
                    ready: *ready,
                    notice: say(notice),
                    others: (*others > 0).then(|| texts.phone_approve_many(u64::from(*others) + 1)),
                    advice: texts.phone_approve_advice(),
                    yes: texts.phone_approve_yes(),
                    no: texts.phone_approve_no(),
                    cancel: texts.phone_approve_cancel(),
                }
            }
            Screen::Result { mood, title, text, code, retry } => Self::Result {
                mood: (*mood).into(),
                title: words.say(title),
                text: words.say(text),
                code: code.as_deref().map(|code| texts.phone_error_small(code)),
                retry: retry.then(|| texts.phone_retry()),
                done: texts.phone_done(),
            },
            Screen::Account { account, sender, user, host, added, state } => Self::Account {
                account: account.clone(),
                sender: SenderJson::new(sender),
                title: texts.phone_account_title(),
                user: user.clone(),
                host: host.clone(),
                added: texts.phone_account_enrolled(&words.date(*added)),
                trouble_title: trouble(words, *state),
                trouble_text: match state {
                    AccountState::Ready => None,
                    AccountState::Unfinished => {
                        Some(texts.phone_account_unfinished_text(&sender.organisation))
                    }
                    AccountState::Ended => Some(texts.phone_account_ended_text(&sender.organisation)),
                },
                remove: texts.phone_account_remove(),
                back: texts.phone_back(),
            },
            Screen::RemoveAccount { sender } => Self::RemoveAccount {
                sender: SenderJson::new(sender),
                title: texts.phone_remove_title(),
                text: texts.phone_remove_text(&sender.organisation),
                yes: texts.phone_remove_yes(),
                cancel: texts.phone_cancel(),
            },
            Screen::Settings { version, language } => Self::Settings {
                title: texts.phone_settings_title(),
                language: texts.phone_settings_language(),
                languages: languages(words, language.as_deref()),
                about: texts.phone_settings_about(version),
                back: texts.phone_back(),
            },
        }
    }
}

fn inputs(words: Words, typed: &ByHand, asks_server: bool, wrong: Option<&Wrong>) -> Vec<InputJson> {
    let input = |field, name, label, value: &str| InputJson {
        name,
        label,
        value: value.to_owned(),
        wrong: wrong.filter(|wrong| wrong.field == field).map(|wrong| words.say(&wrong.text)),
    };
    let texts = words.texts;
    let mut inputs = vec![
        input(Field::Login, "login", texts.phone_type_login(), &typed.login),
        input(Field::Code, "code", texts.phone_type_code(), &typed.code),
    ];
    if asks_server {
        inputs.push(input(Field::Server, "server", texts.phone_type_server_label(), &typed.server));
    }
    inputs
}

/// A language is named in itself, whatever the app speaks now.
fn languages(words: Words, chosen: Option<&str>) -> Vec<LanguageJson> {
    [(None, words.texts.phone_settings_language_phone()), (Some("sv"), "Svenska"), (Some("en"), "English")]
        .map(|(tag, name)| LanguageJson { tag, name, chosen: tag == chosen })
        .to_vec()
}

fn account(words: Words, row: &AccountRow) -> AccountJson {
    AccountJson {
        id: row.id.clone(),
        sender: SenderJson::new(&row.sender),
        user: row.user.clone(),
        trouble: trouble(words, row.state),
    }
}

fn trouble(words: Words, state: AccountState) -> Option<&'static str> {
    match state {
        AccountState::Ready => None,
        AccountState::Unfinished => Some(words.texts.phone_account_unfinished_title()),
        AccountState::Ended => Some(words.texts.phone_account_ended_title()),
    }
}

fn waiting_row(words: Words, row: &WaitingRow) -> WaitingJson {
    WaitingJson {
        id: row.id.clone(),
        sender: SenderJson::new(&row.sender),
        application: row.application.clone(),
        at: words.moment(row.at),
    }
}

fn fact(words: Words, fact: &Fact) -> FactJson {
    FactJson { label: words.say(&fact.label), value: value(words, &fact.value) }
}
