//! A sign-in that ended without success: what happened, what it means, what to do next.

use super::{Framed, render};
use askama::Template;
use texts::Texts;

/// The page after a sign-in that did not succeed.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How it ended.
    pub reason: Reason,
    /// The password was enough for what the user had opened before.
    pub inside: bool,
    /// What IT support finds the sign-in by.
    pub reference: String,
}

/// How a sign-in ended. The names follow the ends of a sign-in request; `Locked` is the one before it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Denied on the phone.
    Denied,
    /// "No, it's not me" on the phone.
    Reported,
    /// A wrong number on the phone.
    WrongNumber,
    /// Nobody answered.
    Expired,
    /// Cancelled, here or on the phone.
    Cancelled,
    /// A newer one from the same browser took its place.
    Superseded,
    /// The phone's answer did not stand the test.
    Failed,
    /// The app is locked after too many wrong numbers.
    Locked,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Denied,
        Self::Reported,
        Self::WrongNumber,
        Self::Expired,
        Self::Cancelled,
        Self::Superseded,
        Self::Failed,
        Self::Locked,
    ];

    /// The code that stands small beneath, for IT support.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Reported => "reported",
            Self::WrongNumber => "wrong_number",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
            Self::Locked => "locked",
        }
    }

    /// Title, what happened, what to do next.
    fn words(self, t: &Texts) -> [&'static str; 3] {
        match self {
            Self::Denied => {
                [t.page_ended_denied_title(), t.page_ended_denied_text(), t.page_ended_denied_next()]
            }
            Self::Reported => {
                [t.page_ended_reported_title(), t.page_ended_reported_text(), t.page_ended_reported_next()]
            }
            Self::WrongNumber => [
                t.page_ended_wrong_number_title(),
                t.page_ended_wrong_number_text(),
                t.page_ended_wrong_number_next(),
            ],
            Self::Expired => {
                [t.page_ended_expired_title(), t.page_ended_expired_text(), t.page_ended_expired_next()]
            }
            Self::Cancelled => {
                [t.page_ended_cancelled_title(), t.page_ended_cancelled_text(), t.page_ended_cancelled_next()]
            }
            Self::Superseded => [
                t.page_ended_superseded_title(),
                t.page_ended_superseded_text(),
                t.page_ended_superseded_next(),
            ],
            Self::Failed => {
                [t.page_ended_failed_title(), t.page_ended_failed_text(), t.page_ended_failed_next()]
            }
            Self::Locked => {
                [t.page_ended_locked_title(), t.page_ended_locked_text(), t.page_ended_locked_next()]
            }
        }
    }

    /// Where the user is now, if that is not said yet.
    fn outcome(self, inside: bool, t: &Texts) -> &'static str {
        match self {
            Self::WrongNumber | Self::Superseded | Self::Locked => "",
            _ if inside => t.page_ended_inside(),
            _ => t.page_ended_outside(),
        }
    }

    /// How loudly it is told: what the user did is no alarm.
    fn note(self) -> &'static str {
        match self {
            Self::Cancelled | Self::Superseded | Self::Expired => "note",
            _ => "note bad",
        }
    }
}

#[derive(Template)]
#[template(path = "ended.html")]
struct Html<'a> {
    f: Framed<'a>,
    view: &'a Ended,
    title: &'static str,
    text: &'static str,
    outcome: &'static str,
    next: &'static str,
}

impl Ended {
    pub(super) fn html(&self, f: Framed<'_>) -> String {
        let [title, text, next] = self.reason.words(&f.t);
        let outcome = self.reason.outcome(self.inside, &f.t);
        render(&Html { f, view: self, title, text, outcome, next })
    }
}
