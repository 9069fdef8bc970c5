//! E-mail or user name, and password.

use super::{Framed, render};
use askama::Template;
use texts::Texts;

/// The sign-in page. Posts `login`, `password` and `to` to `/sign-in`.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The application that the user is on the way to.
    pub application: Option<String>,
    /// Where to go afterwards: a path of this service.
    pub to: String,
    /// What the user typed the last time.
    pub login: String,
    /// What has happened before.
    pub state: State,
}

/// Why the sign-in page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The first time.
    Fresh,
    /// Unknown user, wrong password, disabled user: nobody can tell which.
    Wrong,
    /// Too many attempts from this source or for this login.
    Throttled {
        /// Whole minutes until the next attempt, at least 1.
        minutes: u64,
    },
    /// The user has signed out.
    SignedOut,
    /// The session was too old or was ended.
    SessionEnded,
}

impl State {
    fn words(self, t: &Texts) -> Option<String> {
        match self {
            Self::Fresh => None,
            Self::Wrong => Some(t.page_sign_in_wrong().to_owned()),
            Self::Throttled { minutes } => Some(t.page_sign_in_throttled(minutes)),
            Self::SignedOut => Some(t.page_sign_in_signed_out().to_owned()),
            Self::SessionEnded => Some(t.page_sign_in_session_ended().to_owned()),
        }
    }

    fn is_error(self) -> bool {
        matches!(self, Self::Wrong | Self::Throttled { .. })
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Html<'a> {
    f: Framed<'a>,
    view: &'a SignIn,
}

impl SignIn {
    pub(super) fn html(&self, f: Framed<'_>) -> String {
        render(&Html { f, view: self })
    }
}
