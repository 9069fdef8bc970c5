//! The pages that people see: a typed view in, an HTML text out. Nothing here knows HTTP or the store.
//!
//! Start at [`Page`]: a [`Frame`], which all pages have in common, and a [`View`], one for each page. The
//! templates are in `templates/`, the sentences in the crate `texts`, the looks in `assets/styrk.css`.
//! Every page works without script; [`assets`] has the little that there is, and the policy that the pages
//! keep to.

pub mod apps;
pub mod assets;
pub mod brand;
pub mod confirm;
pub mod ended;
pub mod link;
pub mod number;
pub mod other_way;
pub mod pass;
pub mod problem;
pub mod register;
pub mod security;
pub mod sign_in;

#[cfg(test)]
mod tests;

use askama::Template;
use texts::{Language, Texts};

/// A whole page.
#[derive(Clone, Debug)]
pub struct Page {
    /// What all pages have in common.
    pub frame: Frame,
    /// What this page is about.
    pub view: View,
}

/// What all pages have in common.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The organisation's name.
    pub organisation: String,
    /// The letter in the organisation's mark.
    pub mark: char,
    /// The language of the page.
    pub language: Language,
    /// The page's own path, with its query where it needs one: where the other language leads back to.
    pub path: String,
    /// The signed-in user's display name.
    pub user: Option<String>,
    /// How to reach IT support, as people read it: "026-00 00 00".
    pub support: String,
    /// The id under which the log knows this page view.
    pub request_id: String,
    /// From [`assets::version`]: changes when a style sheet or the script changes.
    pub assets: String,
    /// Whether the page may load the script. Without it, every page still works.
    pub script: bool,
}

/// One variant for each page.
#[derive(Clone, Debug)]
pub enum View {
    /// E-mail and password.
    SignIn(sign_in::SignIn),
    /// The number, while the phone is asked.
    Number(number::Number),
    /// A sign-in that ended without success.
    Ended(ended::Ended),
    /// A second factor is needed from here on.
    Confirm(confirm::Confirm),
    /// The other ways to sign in.
    OtherWay(other_way::OtherWay),
    /// A temporary pass, beside the password.
    Pass(pass::Pass),
    /// Registration needs more than the password.
    NotAllowed(other_way::NotAllowed),
    /// Registration of a phone, step by step.
    Register(register::Register),
    /// The configured applications.
    Apps(apps::Apps),
    /// The user's own devices and what has happened.
    Security(security::Security),
    /// The question before a device is removed.
    RemoveDevice(security::RemoveDevice),
    /// What a browser shows at `/e` when the app is not there.
    Link,
    /// The page cannot be shown.
    Problem(problem::Problem),
}

impl Page {
    /// The page as HTML. Everything that comes from outside is escaped by the templates.
    #[must_use]
    pub fn html(&self) -> String {
        let frame = Framed { frame: &self.frame, t: Texts::new(self.frame.language) };
        match &self.view {
            View::SignIn(view) => view.html(frame),
            View::Number(view) => view.html(frame),
            View::Ended(view) => view.html(frame),
            View::Confirm(view) => view.html(frame),
            View::OtherWay(view) => view.html(frame),
            View::Pass(view) => view.html(frame),
            View::NotAllowed(view) => view.html(frame),
            View::Register(view) => view.html(frame),
            View::Apps(view) => view.html(frame),
            View::Security(view) => view.html(frame),
            View::RemoveDevice(view) => view.html(frame),
            View::Link => link::html(frame),
            View::Problem(view) => view.html(frame),
        }
    }
}

/// The frame with the sentences of its language: what every template starts from.
#[derive(Clone, Copy)]
struct Framed<'a> {
    frame: &'a Frame,
    t: Texts,
}

impl Framed<'_> {
    /// The same page in the other language.
    fn other_language(&self) -> String {
        let query = form_encoded(&self.frame.path);
        format!("/language/{}?to={query}", self.frame.language.other().tag())
    }
}

impl std::ops::Deref for Framed<'_> {
    type Target = Frame;

    fn deref(&self) -> &Frame {
        self.frame
    }
}

/// How a page waits for the phone: what `wait.js` is told.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Where to ask whether something has changed: `/sign-in/wait?request=…&seen=…`.
    pub address: String,
    /// Seconds left.
    pub left: u32,
    /// Seconds in all.
    pub total: u32,
}

fn render(template: &impl Template) -> String {
    template.render().expect("a template into a String fails only when a Display does, and ours do not")
}

/// A path as the value of a query parameter; `/` stays readable.
fn form_encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
