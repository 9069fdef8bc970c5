//! Making a device, from the code on the page to the test approval (properties 10-12).
//!
//! The way is [`permit`], [`open`], [`claim`], [`register`], [`type_characters`], and the answer to the test, which
//! comes through [`crate::request::answer()`]. [`expire`], [`cancel`] and [`device_left`] end what was not finished.

mod claim;
mod end;
mod open;
mod register;
mod test;

pub use claim::{ClaimCode, NotClaimed, claim};
pub(crate) use end::{abandon, fail};
pub use end::{cancel, device_left, expire};
pub use open::{Applicant, NotPermitted, OpenEnrolment, open};
pub use register::{NotRegistered, Register, register};
pub(crate) use test::confirm;
pub use test::{TypeCharacters, Typed, Typing, type_characters};

use crate::fact::{Fact, FactKind};
use crate::session::SessionKey;
use crate::user::User;
use authenticator_protocol::code::{Bytes, Hash};
use authenticator_protocol::enrolment::Characters;
use authenticator_protocol::ids::{DeviceId, EnrolmentId, RequestId, UserId};
use authenticator_protocol::keys::{PublicKey, Thumbprint};
use authenticator_protocol::time::Millis;

/// An enrolment.
#[derive(Clone, Debug, PartialEq)]
pub struct Enrolment {
    /// Its id; the code is derived from it under a key outside the database.
    pub id: EnrolmentId,
    /// For whom.
    pub user: UserId,
    /// The session whose page shows it.
    pub session: SessionKey,
    /// What stood beside the password (property 12).
    pub permitted: Permission,
    /// HMAC of the link's code under a key outside the database.
    pub code: Hash,
    /// The same of the code for people who type it.
    pub typed: TypedCodes,
    /// When it was opened.
    pub opened: Millis,
    /// When it ends if it is not finished; a whole second.
    pub expires: Millis,
    /// Where in its life it is.
    pub phase: Phase,
    /// The model of another phone that tried the code after it was claimed.
    pub other_phone: Option<String>,
}

/// HMACs of the typed code with each name that its user may type beside it: a guess must fit one user. It is the same
/// code as the link's: whichever phone claims by either is the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedCodes {
    /// With the UPN; `None` in enrolments from before there were typed codes.
    pub with_upn: Option<Hash>,
    /// With the e-mail, where it is another name than the UPN.
    pub with_email: Option<Hash>,
}

/// What permits an enrolment beside the password (property 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// A method that the user has.
    ExistingMethod,
    /// A pass from IT support.
    Pass,
    /// The request came from a trusted network.
    TrustedNetwork,
    /// The organisation accepts a password alone for the very first registration.
    FirstByPassword,
}

impl Enrolment {
    /// Whether something can still come of it.
    pub fn is_unfinished(&self) -> bool {
        match self.phase {
            Phase::Open | Phase::Claimed(_) | Phase::Registered { .. } | Phase::Testing { .. } => true,
            Phase::Done { .. } | Phase::Failed(_) => false,
        }
    }

    /// Whether what permitted it no longer holds: without a second factor behind it, it was opened for a user who had
    /// nothing yet, and another enrolment was finished first (property 12).
    pub fn is_outdated(&self, user: &User, has_active_device: bool) -> bool {
        let confirmed_since = user.first_confirmed.is_some_and(|confirmed| confirmed >= self.opened);
        let alone = !matches!(self.permitted, Permission::ExistingMethod | Permission::Pass);
        alone && (has_active_device || confirmed_since)
    }

    /// Under which name whoever knows this code knows the user: the one that was typed. `None` for any other code.
    fn login<'a>(&self, code: Hash, user: &'a User) -> Option<&'a str> {
        if code == self.code {
            Some(user.login())
        } else if self.typed.with_upn == Some(code) {
            Some(&user.upn)
        } else if self.typed.with_email == Some(code) {
            user.email.as_deref()
        } else {
            None
        }
    }

    /// A fact about it.
    fn fact(&self, kind: FactKind) -> Fact {
        Fact { user: Some(self.user), enrolment: Some(self.id), ..Fact::new(kind) }
    }
}

impl Permission {
    /// The word in the audit trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ExistingMethod => "existing_method",
            Self::Pass => "pass",
            Self::TrustedNetwork => "trusted_network",
            Self::FirstByPassword => "first_by_password",
        }
    }
}

/// What a claim fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The id that the device will have.
    pub device: DeviceId,
    /// The key that claimed.
    pub device_key: PublicKey,
    /// The key that will approve.
    pub approval_key: Thumbprint,
    /// The phone's commitment.
    pub commitment: Hash,
    /// The newest claim's hash.
    pub claim: Hash,
    /// The service's nonce in the newest offer; a fresh one for each claim.
    pub nonce: Bytes<32>,
    /// Signing input of the newest offer.
    pub offer_input: String,
    /// Its hash.
    pub offer: Hash,
    /// "Pixel 9".
    pub model: String,
    /// "Android 16".
    pub system: String,
    /// How many claims there were: each is a fresh chance on the characters, so there are few.
    pub claims: u32,
}

/// Where in its life an enrolment is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// The code is shown; nobody has claimed it.
    Open,
    /// A phone has claimed it.
    Claimed(Claimed),
    /// The phone has registered and shows the characters.
    Registered {
        /// What it claimed with.
        claimed: Claimed,
        /// What the user must type.
        characters: Characters,
        /// How many wrong tries there were.
        wrong: u32,
    },
    /// The characters were right; the test approval is asked for.
    Testing {
        /// The device.
        device: DeviceId,
        /// Its model.
        model: String,
        /// The test.
        request: RequestId,
    },
    /// The device counts.
    Done {
        /// The device.
        device: DeviceId,
        /// Its model.
        model: String,
    },
    /// It did not work out.
    Failed(Failure),
}

/// Why an enrolment ended without a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Ten minutes passed.
    Expired,
    /// A newer code was asked for, or the user stopped.
    Cancelled,
    /// Three times the wrong characters.
    WrongCharacters,
    /// The test approval ended otherwise than approved.
    TestFailed,
    /// The phone removed the account before it counted.
    PhoneLeft,
}

impl Failure {
    /// The word in the audit trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::WrongCharacters => "wrong_characters",
            Self::TestFailed => "test_failed",
            Self::PhoneLeft => "phone_left",
        }
    }
}
