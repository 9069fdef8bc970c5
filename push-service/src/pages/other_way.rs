//! The other ways to sign in, and why registration needs more than the password.

use super::{Framed, render};
use askama::Template;

/// The ways that the user has, strongest first.
#[derive(Clone, Debug)]
pub struct OtherWay {
    /// What the user can use.
    pub methods: Vec<Method>,
    /// Where "Back" leads: a path of this service.
    pub back: String,
}

/// A way to show that it is you.
#[derive(Clone, Debug)]
pub enum Method {
    /// Approve in the app: posts to `/sign-in/again`.
    App {
        /// The names of the devices that are asked.
        devices: Vec<String>,
    },
    /// A pass from IT support: leads to `/sign-in/pass`.
    Pass,
}

/// Registration needs something beside the password.
#[derive(Clone, Debug)]
pub struct NotAllowed {
    /// Which ways exist for this user; IT support is always one.
    pub ways: Vec<Way>,
}

/// A way to be allowed to register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A phone that is already registered.
    RegisteredPhone,
    /// The organisation's network.
    Network,
    /// A pass from IT support.
    Pass,
}

#[derive(Template)]
#[template(path = "other_way.html")]
struct Html<'a> {
    f: Framed<'a>,
    view: &'a OtherWay,
}

#[derive(Template)]
#[template(path = "not_allowed.html")]
struct NotAllowedHtml<'a> {
    f: Framed<'a>,
    view: &'a NotAllowed,
}

impl OtherWay {
    pub(super) fn html(&self, f: Framed<'_>) -> String {
        render(&Html { f, view: self })
    }
}

impl NotAllowed {
    pub(super) fn html(&self, f: Framed<'_>) -> String {
        render(&NotAllowedHtml { f, view: self })
    }
}
