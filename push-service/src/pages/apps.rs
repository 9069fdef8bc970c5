//! MyApps: the applications that the organisation has configured.

use super::{Framed, render};
use askama::Template;

/// The page with all applications.
#[derive(Clone, Debug)]
pub struct Apps {
    /// In the order of the configuration.
    pub applications: Vec<Application>,
}

/// An application as it is configured.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// One line about it; may be empty.
    pub description: String,
    /// Where it is: `https` or a path of this service, checked when the configuration is read.
    pub url: String,
    /// The letter in its mark.
    pub mark: char,
}

#[derive(Template)]
#[template(path = "apps.html")]
struct Html<'a> {
    f: Framed<'a>,
    view: &'a Apps,
}

impl Apps {
    pub(super) fn html(&self, f: Framed<'_>) -> String {
        render(&Html { f, view: self })
    }
}
