//! What a browser shows at `/e` when it opens an enrolment link instead of the app.
//!
//! The secret is in the fragment, which a browser sends to nobody. This page has no script and no link to
//! elsewhere, so nothing reads it either.

use super::{Framed, render};
use askama::Template;

#[derive(Template)]
#[template(path = "link.html")]
struct Html<'a> {
    f: Framed<'a>,
}

pub(super) fn html(f: Framed<'_>) -> String {
    render(&Html { f })
}
