//! What the current screen shows: one variant per screen, complete, ready to draw.

mod translation;

use crate::Sentence;

/// Everything that the shell needs to draw. It may hold a number: log none.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct ScreenModel {
    /// Which screen, with its content.
    pub screen: Screen,
    /// No screenshots, nothing in the app switcher. To be set before the screen is drawn.
    pub secure: bool,
    /// What a screen reader says when this screen appears: when the variant or, for `Approve`, the request is another one
    /// than before. Problems and notices are said when they change.
    pub announce: Option<Sentence>,
    /// When the screen changes by itself, in milliseconds since 1970 on this phone's clock. For a countdown, if any: the
    /// core has a timer of its own.
    pub changes_at: Option<u64>,
    /// The language that the user chose in the app, "sv" or "en", for every sentence; null follows the phone.
    pub language: Option<String>,
}

/// One variant for each screen. The user's events that fit it stand at each, that of the primary control in front, where
/// there is one; `Event.Refresh`, and what the system tells, fit everywhere. `bindings/README.md` has the words of each
/// control.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Screen {
    /// All accounts; the first screen. A single request that waits opens by itself.
    /// Events: `AddAccount` (primary), `OpenAccount`, `OpenRequest`, `OpenSettings`, `Retry`, `LinkOpened`. Back is the shell's: it
    /// leaves the app.
    Accounts {
        /// In the order in which they were added.
        accounts: Vec<AccountRow>,
        /// Requests that wait, when there is more than one to choose from.
        waiting: Vec<WaitingRow>,
        /// No network, nothing waiting, and the like.
        notice: Option<Sentence>,
        /// A fetch is on its way.
        checking: bool,
    },
    /// Scan, choose a picture, paste the link, or type the code.
    /// Events: `ChooseScan` (primary), `PictureRead`, `ChooseLink`, `ChooseTyped`, `CameraRefused`, `LinkOpened`, `Back`.
    AddAccount {
        /// What was wrong with the last try.
        problem: Option<Sentence>,
    },
    /// The camera. What was wrong with a code is told on `AddAccount`.
    /// Events: `QrScanned`, `PictureRead`, `CameraRefused`, `ChooseLink`, `LinkOpened`, `Back`.
    Scan,
    /// An input for the link. Events: `LinkOpened` when "continue" is pressed (primary), `ChooseScan`, `Back`.
    PasteLink {
        /// What was wrong with the last try.
        problem: Option<Sentence>,
    },
    /// Inputs for e-mail and code, and for the server's address once that is needed.
    /// Events: `CodeTyped` (primary), `LinkOpened`, `Back`.
    TypeCode {
        /// E-mail or UPN, as it was sent off last. The inputs begin with these three, and are the user's from then on.
        login: String,
        /// The code, as it was sent off last.
        code: String,
        /// The server's address, as it was sent off last.
        server: String,
        /// There is a third input: the domain of the e-mail does not tell the server.
        asks_server: bool,
        /// What is wrong with one of them; the focus goes there.
        wrong: Option<Wrong>,
    },
    /// Add this account? Events: `Confirmed` (primary), `Back`.
    Confirm {
        /// Who offers it.
        sender: Sender,
        /// The user's display name.
        user: String,
        /// The service's host, with its port where that is not 443.
        host: String,
    },
    /// Something is on its way that the user waits for. Events: `Back`. What was sent is not taken back by it.
    Working {
        /// What.
        title: Sentence,
    },
    /// Type these characters on the page. It goes by itself when the page has them.
    /// Events: `Done` to wait elsewhere in the app, `Back` to give the account up.
    Characters {
        /// Who offers the account.
        sender: Sender,
        /// Four of them, digits and capital letters; read out one by one.
        characters: String,
    },
    /// Are you trying to sign in? Another request never takes its place without a screen in between.
    /// Events: `Approve` (primary, once `ready`), `NumberEntered`, `CancelSignIn`, `NotMe`, `Back` to answer later.
    Approve {
        /// Names the request.
        request: String,
        /// Who asks.
        sender: Sender,
        /// "Are you trying to sign in?", or what else the approval is for.
        title: Sentence,
        /// Every fact that was signed: all are shown, in this order, each whole.
        facts: Vec<Fact>,
        /// How many digits to type, two or more.
        digits: u8,
        /// The digits typed so far. The input is the user's; it is set from this when it differs from what was told last.
        entered: String,
        /// "Yes" can be pressed: all digits are there, and no answer is under way.
        ready: bool,
        /// What is wrong or has changed: no network, the prompt was cancelled, a newer request came.
        notice: Option<Sentence>,
        /// How many other requests wait; `Back` leads to them.
        others: u32,
    },
    /// How it ended. Events: `Retry` when `retry` is true (primary then), `Done`, `Back`, `LinkOpened`.
    Result {
        /// Good, bad or neither.
        mood: Mood,
        /// In a word.
        title: Sentence,
        /// What it means, and what to do.
        text: Sentence,
        /// Small, for IT support, as it is: the parameter of the text `phone-error-small`.
        code: Option<String>,
        /// There is a button "try again".
        retry: bool,
    },
    /// One account. Events: `RemoveAccount`, `LinkOpened`, `Back`.
    Account {
        /// Names the account.
        account: String,
        /// Whose.
        sender: Sender,
        /// The user's display name.
        user: String,
        /// The service's host, with its port where that is not 443.
        host: String,
        /// When it was added, in milliseconds since 1970.
        added: u64,
        /// What it is good for.
        state: AccountState,
    },
    /// Really remove? Events: `RemoveConfirmed` (primary, and drawn as a danger), `Back`.
    RemoveAccount {
        /// Whose.
        sender: Sender,
    },
    /// Language and version. Events: `ChooseLanguage`, `LinkOpened`, `Back`.
    Settings {
        /// The app's version.
        version: String,
        /// The language chosen in the app; null follows the phone.
        language: Option<String>,
    },
}

/// What is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Wrong {
    /// Which.
    pub field: Field,
    /// What, and what to do.
    pub text: Sentence,
}

/// An input of `Screen.TypeCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Field {
    /// E-mail or UPN.
    Login,
    /// The code.
    Code,
    /// The server's address.
    Server,
}

/// An organisation as the sender of something.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Sender {
    /// "Region X".
    pub organisation: String,
    /// The organisation's, `#rrggbb`, for a mark beside its name; the shell chooses what can be read on it.
    pub colour: String,
    /// The user's e-mail or UPN there, as the organisation writes it.
    pub login: String,
}

/// A row of the accounts.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct AccountRow {
    /// Names it in `Event.OpenAccount`.
    pub id: String,
    /// Whose.
    pub sender: Sender,
    /// The user's display name.
    pub user: String,
    /// What it is good for.
    pub state: AccountState,
}

/// What an account is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum AccountState {
    /// The organisation counts on this phone.
    Ready,
    /// Not yet: the registration goes on at its page.
    Unfinished,
    /// No longer: the organisation has removed this phone. All that is left is to remove the account here.
    Ended,
}

/// A waiting request.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct WaitingRow {
    /// Names it in `Event.OpenRequest`.
    pub id: String,
    /// Who asks.
    pub sender: Sender,
    /// Where the user is signing in.
    pub application: String,
    /// When it was asked, in milliseconds since 1970.
    pub at: u64,
}

/// A label and what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Fact {
    /// "From".
    pub label: Sentence,
    /// "Firefox on Windows".
    pub value: Value,
}

/// What stands beside a label.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Value {
    /// A name, exactly as signed.
    Name {
        /// To be written as it is.
        name: String,
    },
    /// A sentence.
    Text {
        /// Which.
        text: Sentence,
    },
    /// A moment, to be written as people say it: "today 14:32" (`texts/README.md` has the rule).
    Moment {
        /// Milliseconds since 1970.
        at: u64,
    },
}

/// How a result feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Mood {
    /// It worked.
    Good,
    /// Something is wrong.
    Bad,
    /// Neither.
    Neutral,
}
