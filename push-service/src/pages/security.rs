//! My security information: the user's devices, and what has happened, in plain words.

use super::{Framed, render};
use askama::Template;
use texts::{Language, Texts, moment};

/// The page with devices and activity. Times are seconds since 1970-01-01 UTC.
#[derive(Clone, Debug)]
pub struct Security {
    /// The moment at which the page is made.
    pub now: i64,
    /// Every device that counts.
    pub devices: Vec<Device>,
    /// What the user has just done.
    pub notice: Option<Notice>,
    /// Newest first.
    pub activity: Vec<Activity>,
}

/// A device of the user.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its id in paths.
    pub id: String,
    /// "iPhone 15".
    pub model: String,
    /// "iOS 19".
    pub system: String,
    /// When it was added.
    pub added: i64,
    /// When it last approved something.
    pub used: Option<i64>,
    /// Whether it can be reached.
    pub reach: Reach,
    /// It approved the session in which the page is shown.
    pub approved_this: bool,
}

/// Whether a device can be reached by a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It was heard of at this time.
    At(i64),
    /// A wake by this provider reached it at this time: "Apple".
    By(i64, &'static str),
    /// Nothing has been sent to it yet.
    Unknown,
    /// What was sent did not get there: the user must open the app.
    Lost,
}

/// What the user has just done.
#[derive(Clone, Debug)]
pub enum Notice {
    /// A device of this model was removed.
    Removed(String),
    /// A device of this model was added.
    Added(String),
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Activity {
    /// When.
    pub at: i64,
    /// What.
    pub what: What,
    /// Where from.
    pub from: Option<Browser>,
}

/// A browser as people know it.
#[derive(Clone, Debug)]
pub struct Browser {
    /// "Firefox".
    pub name: String,
    /// "Windows".
    pub system: String,
}

/// What happened. `application` and `device` are names.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are the words that the page shows")]
pub enum What {
    SignedIn { application: String },
    SignedInFromNetwork { application: String },
    Denied { application: String },
    Reported { application: String },
    WrongNumber { application: String },
    Expired { application: String },
    Cancelled { application: String },
    WrongPassword,
    SecurityOpened,
    DeviceAdded { device: String },
    DeviceRemoved { device: String },
    DeviceBlocked { device: String },
    RegistrationStopped,
    PassCreated,
    PassUsed,
    PassWrong,
    PassEnded,
}

impl What {
    fn text(&self, t: &Texts) -> String {
        match self {
            Self::SignedIn { application } => t.page_activity_signed_in(application),
            Self::SignedInFromNetwork { application } => t.page_activity_signed_in_trusted(application),
            Self::Denied { application } => t.page_activity_denied(application),
            Self::Reported { application } => t.page_activity_reported(application),
            Self::WrongNumber { application } => t.page_activity_wrong_number(application),
            Self::Expired { application } => t.page_activity_expired(application),
            Self::Cancelled { application } => t.page_activity_cancelled(application),
            Self::WrongPassword => t.page_activity_wrong_password().to_owned(),
            Self::SecurityOpened => t.page_activity_security_opened().to_owned(),
            Self::DeviceAdded { device } => t.page_activity_device_added(device),
            Self::DeviceRemoved { device } => t.page_activity_device_removed(device),
            Self::DeviceBlocked { device } => t.page_activity_device_blocked(device),
            Self::RegistrationStopped => t.page_activity_registration_stopped().to_owned(),
            Self::PassCreated => t.page_activity_pass_created().to_owned(),
            Self::PassUsed => t.page_activity_pass_used().to_owned(),
            Self::PassWrong => t.page_activity_pass_wrong().to_owned(),
            Self::PassEnded => t.page_activity_pass_ended().to_owned(),
        }
    }

    /// What the user should look at twice.
    fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::Denied { .. }
                | Self::Reported { .. }
                | Self::WrongNumber { .. }
                | Self::DeviceBlocked { .. }
                | Self::RegistrationStopped
                | Self::PassWrong
        )
    }
}

/// The question before a device is removed. Posts `confirmed` to `/security/devices/ID/remove`.
#[derive(Clone, Debug)]
pub struct RemoveDevice {
    /// Its id in paths.
    pub id: String,
    /// "iPhone 15".
    pub model: String,
    /// Which question is asked.
    pub question: Question,
}

/// Which question is asked; the last device is asked about twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// One of several devices. Posts `confirmed=yes`.
    OneOfSeveral,
    /// The only device, asked for the first time. Posts `confirmed=once`.
    Last,
    /// The only device, asked again. Posts `confirmed=yes`.
    LastAgain,
}

impl Question {
    fn confirmed(self) -> &'static str {
        match self {
            Self::Last => "once",
            Self::OneOfSeveral | Self::LastAgain => "yes",
        }
    }
}

#[derive(Template)]
#[template(path = "security.html")]
struct Html<'a> {
    f: Framed<'a>,
    view: &'a Security,
    language: Language,
}

impl Html<'_> {
    fn moment(&self, then: &i64) -> String {
        moment::moment(self.language, self.view.now, *then)
    }

    fn date(&self, then: &i64) -> String {
        moment::date(self.language, self.view.now, *then)
    }
}

#[derive(Template)]
#[template(path = "remove_device.html")]
struct RemoveHtml<'a> {
    f: Framed<'a>,
    view: &'a RemoveDevice,
}

impl Security {
    pub(super) fn html(&self, f: Framed<'_>) -> String {
        render(&Html { f, view: self, language: f.frame.language })
    }
}

impl RemoveDevice {
    pub(super) fn html(&self, f: Framed<'_>) -> String {
        render(&RemoveHtml { f, view: self })
    }
}
