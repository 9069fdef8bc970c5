//! The number that the user types on the phone.

use super::{Framed, Waiting, render};
use askama::Template;
use texts::Texts;

/// The page that shows the number while the phone is asked.
#[derive(Clone, Debug)]
pub struct Number {
    /// What the approval is for.
    pub purpose: Purpose,
    /// The digits as the user types them.
    pub number: String,
    /// The names of the devices that are asked.
    pub devices: Vec<String>,
    /// The sign-in request, sent along with "Cancel" so that the one that is shown is the one that ends.
    pub request: String,
    /// How to wait.
    pub waiting: Waiting,
}

/// What the user approves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To not be asked in this browser for some time.
    TrustBrowser,
    /// To open the user's own security information.
    OpenSecurity,
    /// To add a device, from one that is registered.
    AddDevice,
}

impl Purpose {
    fn title(self, t: &Texts) -> &'static str {
        match self {
            Self::SignIn => t.page_number_title(),
            Self::TrustBrowser => t.page_number_trust_title(),
            Self::OpenSecurity => t.page_number_security_title(),
            Self::AddDevice => t.page_number_add_title(),
        }
    }

    fn lead(self, t: &Texts) -> &'static str {
        match self {
            Self::SignIn => t.page_number_lead(),
            Self::TrustBrowser => t.page_number_trust_lead(),
            Self::OpenSecurity => t.page_number_security_lead(),
            Self::AddDevice => t.page_number_add_lead(),
        }
    }
}

#[derive(Template)]
#[template(path = "number.html")]
struct Html<'a> {
    f: Framed<'a>,
    view: &'a Number,
}

impl Number {
    pub(super) fn html(&self, f: Framed<'_>) -> String {
        render(&Html { f, view: self })
    }
}
