//! What the audit trail keeps: one record per fact, appended, never changed.

use authenticator_protocol::ids::{DeviceId, EnrolmentId, RequestId, UserId};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub kind: FactKind,
    /// To whom.
    pub user: Option<UserId>,
    /// By or on which device.
    pub device: Option<DeviceId>,
    /// About which request.
    pub request: Option<RequestId>,
    /// About which enrolment.
    pub enrolment: Option<EnrolmentId>,
    /// From which network address.
    pub address: Option<String>,
    /// More, in words without secrets: a reason, a model, an application.
    pub detail: Option<String>,
}

impl Fact {
    /// Only that it happened.
    pub const fn new(kind: FactKind) -> Self {
        Self { kind, user: None, device: None, request: None, enrolment: None, address: None, detail: None }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FactKind { $($(#[$doc])* $name),+ }

        impl FactKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word in the audit trail.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// The kind with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
            }
        }
    };
}

kinds! {
    /// A password was right.
    PasswordRight = "password_right",
    /// A password was wrong, or the user is unknown or disabled.
    PasswordWrong = "password_wrong",
    /// That was one wrong password too many: further tries must wait.
    PasswordThrottled = "password_throttled",
    /// A sign-in request was opened.
    RequestOpened = "request_opened",
    /// It ended: approved.
    RequestApproved = "request_approved",
    /// It ended: denied.
    RequestDenied = "request_denied",
    /// It ended: reported.
    RequestReported = "request_reported",
    /// It ended: wrong number.
    RequestWrongNumber = "request_wrong_number",
    /// It ended: expired.
    RequestExpired = "request_expired",
    /// It ended: cancelled.
    RequestCancelled = "request_cancelled",
    /// It ended: superseded.
    RequestSuperseded = "request_superseded",
    /// It ended: failed.
    RequestFailed = "request_failed",
    /// Too many wrong numbers: the app method is locked.
    AppLocked = "app_locked",
    /// The app method counts again.
    AppUnlocked = "app_unlocked",
    /// A sign-in was completed.
    SignedIn = "signed_in",
    /// The user signed out.
    SignedOut = "signed_out",
    /// Registration was refused by policy.
    EnrolmentRefused = "enrolment_refused",
    /// An enrolment was opened; the detail says what permitted it.
    EnrolmentOpened = "enrolment_opened",
    /// A phone claimed the code.
    EnrolmentClaimed = "enrolment_claimed",
    /// Another phone tried a claimed code.
    EnrolmentOtherPhone = "enrolment_other_phone",
    /// The phone registered.
    EnrolmentRegistered = "enrolment_registered",
    /// The characters were wrong.
    EnrolmentWrongCharacters = "enrolment_wrong_characters",
    /// The characters were right.
    EnrolmentCharacters = "enrolment_characters",
    /// The enrolment ended without a device; the detail says why.
    EnrolmentFailed = "enrolment_failed",
    /// The device counts.
    DeviceConfirmed = "device_confirmed",
    /// The device was removed on the security page.
    DeviceRemoved = "device_removed",
    /// The account was removed on the phone.
    DeviceLeft = "device_left",
}
