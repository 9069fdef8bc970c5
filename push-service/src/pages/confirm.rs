//! The password was enough until here; from here on a second factor is asked for.

use super::{Framed, render};
use askama::Template;

/// Posts `to` to `/sign-in/again`.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// Where the user is going: a path of this service.
    pub to: String,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct Html<'a> {
    f: Framed<'a>,
    view: &'a Confirm,
}

impl Confirm {
    pub(super) fn html(&self, f: Framed<'_>) -> String {
        render(&Html { f, view: self })
    }
}
