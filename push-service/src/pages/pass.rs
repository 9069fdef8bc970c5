//! The temporary pass from IT support, beside the password.

use super::{Framed, render};
use askama::Template;
use texts::Texts;

/// Posts `pass` to `/sign-in/pass`.
#[derive(Clone, Debug)]
pub struct Pass {
    /// What has happened before.
    pub state: State,
}

/// What has happened before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Fresh,
    /// What was typed can be no pass: a slip of the finger.
    Mistyped,
    /// It is not this user's, was used, or has ended: nobody can tell which.
    Wrong,
}

impl State {
    fn words(self, t: &Texts) -> Option<&'static str> {
        match self {
            Self::Fresh => None,
            Self::Mistyped => Some(t.page_pass_mistyped()),
            Self::Wrong => Some(t.page_pass_wrong()),
        }
    }
}

#[derive(Template)]
#[template(path = "pass.html")]
struct Html<'a> {
    f: Framed<'a>,
    view: &'a Pass,
}

impl Pass {
    pub(super) fn html(&self, f: Framed<'_>) -> String {
        render(&Html { f, view: self })
    }
}
