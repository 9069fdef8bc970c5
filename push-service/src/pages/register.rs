//! Registration of a phone: the code, the four characters, the test approval.

use super::{Framed, Waiting, render};
use askama::Template;
use texts::Texts;

/// One page for each step. All but the form of the characters post to `/register/start` to begin again.
#[derive(Clone, Debug)]
pub enum Register {
    /// What will happen.
    Intro(Intro),
    /// Step 1: the code to scan.
    Code(Code),
    /// Step 2: the characters that the phone shows. Posts `enrolment` and `characters` to `/register/characters`.
    Characters(Characters),
    /// Step 3: the number of the test approval.
    Test(Test),
    /// The phone counts.
    Done(Done),
    /// No phone was added.
    Ended(Ended),
}

/// Before the first step.
#[derive(Clone, Copy, Debug)]
pub struct Intro {
    /// The user cannot go on without it.
    pub required: bool,
}

/// The code to scan.
#[derive(Clone, Debug)]
pub struct Code {
    /// The QR code.
    pub image: TrustedSvg,
    /// The same as a link for people who are already on the phone.
    pub link: String,
    /// The same for people who type it.
    pub by_hand: ByHand,
    /// How to wait for a phone to scan it.
    pub waiting: Waiting,
}

/// What people type who cannot scan.
#[derive(Clone, Debug)]
pub struct ByHand {
    /// The e-mail or UPN.
    pub login: String,
    /// The code, in two groups.
    pub code: String,
    /// The service's address, for when the app asks for it.
    pub server: String,
}

impl ByHand {
    /// The code as a voice reads it: character by character.
    fn spoken(&self) -> String {
        let group = |group: &str| group.chars().map(String::from).collect::<Vec<_>>().join(" ");
        self.code.split('-').map(group).collect::<Vec<_>>().join(", ")
    }
}

/// A QR code drawn as `<svg>`; it goes into the page as it is, so nobody else can make one.
#[derive(Clone, Debug)]
pub struct TrustedSvg(String);

impl TrustedSvg {
    /// Draws the modules of a QR code, row by row, dark ones `true`, with the quiet zone that a scanner needs.
    #[must_use]
    pub fn draw(rows: &[Vec<bool>]) -> Self {
        const QUIET: usize = 4;
        let mut path = String::new();
        for (y, row) in rows.iter().enumerate() {
            for (x, _) in row.iter().enumerate().filter(|(_, dark)| **dark) {
                path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
            }
        }
        let size = rows.len() + 2 * QUIET;
        Self(format!(
            "<svg viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\" aria-hidden=\"true\">\
             <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path d=\"{path}\"/></svg>"
        ))
    }
}

/// The characters that the phone shows.
#[derive(Clone, Debug)]
pub struct Characters {
    /// The registration that the form is for.
    pub enrolment: String,
    /// The model that used the code.
    pub device: String,
    /// After wrong characters: how many tries are left.
    pub tries_left: Option<u64>,
    /// How to notice that the registration ends.
    pub waiting: Waiting,
}

/// The number of the test approval.
#[derive(Clone, Debug)]
pub struct Test {
    /// The model that is being added.
    pub device: String,
    /// The digits as the user types them.
    pub number: String,
    /// How to wait.
    pub waiting: Waiting,
}

/// The phone counts.
#[derive(Clone, Debug)]
pub struct Done {
    /// The model that was added.
    pub device: String,
    /// Whether a mobile number is on file; one is recommended if not.
    pub has_mobile_number: bool,
    /// Where the user was going: a path of this service.
    pub to: String,
}

/// No phone was added.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How it ended.
    pub reason: Reason,
    /// What IT support finds the registration by.
    pub reference: String,
}

/// How a registration ended without a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The code was too old.
    Expired,
    /// A second phone tried the code.
    SecondPhone,
    /// Too many wrong characters.
    WrongCharacters,
    /// The test was denied on the phone.
    TestDenied,
    /// A wrong number in the test.
    TestWrongNumber,
    /// Nobody answered the test.
    TestExpired,
    /// Cancelled, here or on the phone.
    Cancelled,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Expired,
        Self::SecondPhone,
        Self::WrongCharacters,
        Self::TestDenied,
        Self::TestWrongNumber,
        Self::TestExpired,
        Self::Cancelled,
    ];

    /// The code that stands small beneath, for IT support.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Expired => "code_expired",
            Self::SecondPhone => "second_phone",
            Self::WrongCharacters => "wrong_characters",
            Self::TestDenied => "test_denied",
            Self::TestWrongNumber => "test_wrong_number",
            Self::TestExpired => "test_expired",
            Self::Cancelled => "cancelled",
        }
    }

    fn words(self, t: &Texts) -> (&'static str, &'static str) {
        match self {
            Self::Expired => (t.page_register_ended_expired_title(), t.page_register_ended_expired_text()),
            Self::SecondPhone => (t.page_register_ended_second_title(), t.page_register_ended_second_text()),
            Self::WrongCharacters => {
                (t.page_register_ended_characters_title(), t.page_register_ended_characters_text())
            }
            Self::TestDenied => {
                (t.page_register_ended_test_denied_title(), t.page_register_ended_test_denied_text())
            }
            Self::TestWrongNumber => {
                (t.page_register_ended_test_number_title(), t.page_register_ended_test_number_text())
            }
            Self::TestExpired => {
                (t.page_register_ended_test_expired_title(), t.page_register_ended_test_expired_text())
            }
            Self::Cancelled => {
                (t.page_register_ended_cancelled_title(), t.page_register_ended_cancelled_text())
            }
        }
    }

    fn is_alarm(self) -> bool {
        self == Self::SecondPhone
    }

    /// How loudly it is told: what the user did, or time, is no alarm.
    fn note(self) -> &'static str {
        match self {
            Self::Expired | Self::TestExpired | Self::Cancelled => "note",
            _ => "note bad",
        }
    }
}

#[derive(Template)]
#[template(path = "register_intro.html")]
struct IntroHtml<'a> {
    f: Framed<'a>,
    view: &'a Intro,
}

#[derive(Template)]
#[template(path = "register_code.html")]
struct CodeHtml<'a> {
    f: Framed<'a>,
    view: &'a Code,
    time: String,
}

#[derive(Template)]
#[template(path = "register_characters.html")]
struct CharactersHtml<'a> {
    f: Framed<'a>,
    view: &'a Characters,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "register_test.html")]
struct TestHtml<'a> {
    f: Framed<'a>,
    view: &'a Test,
}

#[derive(Template)]
#[template(path = "register_done.html")]
struct DoneHtml<'a> {
    f: Framed<'a>,
    view: &'a Done,
}

#[derive(Template)]
#[template(path = "register_ended.html")]
struct EndedHtml<'a> {
    f: Framed<'a>,
    view: &'a Ended,
    title: &'static str,
    text: &'static str,
}

impl Register {
    pub(super) fn html(&self, f: Framed<'_>) -> String {
        match self {
            Self::Intro(view) => render(&IntroHtml { f, view }),
            Self::Code(view) => {
                let minutes = u64::from(view.waiting.left.div_ceil(60).max(1));
                render(&CodeHtml { f, view, time: f.t.page_register_code_time(minutes) })
            }
            Self::Characters(view) => {
                let wrong = view.tries_left.map(|tries| f.t.page_register_characters_wrong(tries));
                render(&CharactersHtml { f, view, wrong })
            }
            Self::Test(view) => render(&TestHtml { f, view }),
            Self::Done(view) => render(&DoneHtml { f, view }),
            Self::Ended(view) => {
                let (title, text) = view.reason.words(&f.t);
                render(&EndedHtml { f, view, title, text })
            }
        }
    }
}
