//! What the current screen shows: one variant per screen, complete, ready to draw.

use crate::event::ByHand;
use crate::text::{Hidden, Text};
use authenticator_protocol::time::Millis;

/// Everything that the shell needs to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenModel {
    /// Which screen, with its content.
    pub screen: Screen,
    /// No screenshots, nothing in the app switcher.
    pub secure: bool,
    /// What a screen reader says when this screen appears.
    pub announce: Option<Text>,
    /// When the screen changes by itself, on this phone's clock.
    pub changes_at: Option<Millis>,
    /// The language that the user chose in the app, "sv" or "en"; `None` follows the phone.
    pub language: Option<String>,
}

/// One variant per screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// All accounts; the first screen.
    Accounts {
        /// In the order in which they were added.
        accounts: Vec<AccountRow>,
        /// Requests that wait, when there is more than one to choose from.
        waiting: Vec<WaitingRow>,
        /// No network, nothing waiting, and the like.
        notice: Option<Text>,
        /// A fetch is on its way.
        checking: bool,
    },
    /// Scan, choose a picture, paste the link, or type the code.
    AddAccount {
        /// What was wrong with the last try.
        problem: Option<Text>,
    },
    /// The camera.
    Scan,
    /// An input for the link.
    PasteLink {
        /// What was wrong with the last try.
        problem: Option<Text>,
    },
    /// Inputs for e-mail and code, and for the server's address once that is needed.
    TypeCode {
        /// What was sent off last; the inputs begin with it.
        typed: ByHand,
        /// There is a third input: the domain of the e-mail does not tell the server.
        asks_server: bool,
        /// What is wrong with it.
        wrong: Option<Wrong>,
    },
    /// Add this account?
    Confirm {
        /// Who offers it.
        sender: Sender,
        /// The user's display name.
        user: String,
        /// Host and port of the service.
        host: String,
    },
    /// Something is on its way that the user waits for.
    Working {
        /// What.
        title: Text,
    },
    /// Type these characters on the page.
    Characters {
        /// Who offers the account.
        sender: Sender,
        /// Four of them.
        characters: Hidden,
    },
    /// Are you trying to sign in?
    Approve {
        /// Names the request.
        request: String,
        /// Who asks.
        sender: Sender,
        /// "Are you trying to sign in?", or what else the approval is for.
        title: Text,
        /// Every fact that was signed.
        facts: Vec<Fact>,
        /// How many digits to type.
        digits: u8,
        /// The digits typed so far.
        entered: Hidden,
        /// All digits are there: "yes" can be pressed.
        ready: bool,
        /// What is wrong or has changed: no network, the prompt was cancelled, a newer request came.
        notice: Option<Text>,
        /// How many other requests wait.
        others: u32,
    },
    /// How it ended.
    Result {
        /// Good, bad or neither.
        mood: Mood,
        /// In a word.
        title: Text,
        /// What it means, and what to do.
        text: Text,
        /// Small, for IT support.
        code: Option<String>,
        /// Whether "try again" makes sense.
        retry: bool,
    },
    /// One account.
    Account {
        /// Names the account.
        account: String,
        /// Whose.
        sender: Sender,
        /// The user's display name.
        user: String,
        /// Host and port of the service.
        host: String,
        /// When it was added.
        added: Millis,
        /// What it is good for.
        state: AccountState,
    },
    /// Really remove?
    RemoveAccount {
        /// Whose.
        sender: Sender,
    },
    /// Language and version.
    Settings {
        /// The app's version.
        version: String,
        /// The language chosen in the app; `None` follows the phone.
        language: Option<String>,
    },
}

/// What is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which.
    pub field: Field,
    /// What, and what to do.
    pub text: Text,
}

/// An input of [`Screen::TypeCode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// E-mail or UPN.
    Login,
    /// The code.
    Code,
    /// The server's address.
    Server,
}

/// An organisation as the sender of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// "Region X".
    pub organisation: String,
    /// `#rrggbb`.
    pub colour: String,
    /// The user's e-mail or UPN there.
    pub login: String,
}

/// A row of the accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Names it in [`crate::event::Event::OpenAccount`].
    pub id: String,
    /// Whose.
    pub sender: Sender,
    /// The user's display name.
    pub user: String,
    /// What it is good for.
    pub state: AccountState,
}

/// What an account is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// The organisation counts on this phone.
    Ready,
    /// Not yet: the registration goes on at its page.
    Unfinished,
    /// No longer: the organisation has removed this phone. All that is left is to remove the account here.
    Ended,
}

/// A waiting request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRow {
    /// Names it in [`crate::event::Event::OpenRequest`].
    pub id: String,
    /// Who asks.
    pub sender: Sender,
    /// Where the user is signing in.
    pub application: String,
    /// When it was asked.
    pub at: Millis,
}

/// A label and what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// "From".
    pub label: Text,
    /// "Firefox on Windows".
    pub value: Value,
}

/// What stands beside a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A name, exactly as signed.
    Name(String),
    /// A sentence.
    Text(Text),
    /// A moment, to be written as people say it.
    Moment(Millis),
}

/// How a result feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It worked.
    Good,
    /// Something is wrong.
    Bad,
    /// Neither.
    Neutral,
}
