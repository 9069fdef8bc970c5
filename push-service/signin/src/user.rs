//! A person in the organisation's directory.

mod operate;

pub use operate::{Order, Whole, close, obey, shut_out};

use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Ours; never shown.
    pub id: UserId,
    /// The full user name (UPN), lower case.
    pub upn: String,
    /// Lower case; some have none.
    pub email: Option<String>,
    /// "Anna Andersson".
    pub name: String,
    /// The directory's mobile number.
    pub mobile: Option<String>,
    /// May not sign in.
    pub disabled: bool,
    /// When a method of this user counted for the first time. Removing a method never clears it (property 12).
    pub first_confirmed: Option<Millis>,
    /// Wrong numbers.
    pub failures: Failures,
    /// The app method is locked after too many of them.
    pub app_locked: bool,
}

impl User {
    /// What the user signs in with: the e-mail if there is one.
    pub fn login(&self) -> &str {
        self.email.as_deref().unwrap_or(&self.upn)
    }
}

/// Wrong numbers (property 3). A success resets `in_row`, nothing resets `today` but the next day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Since the last success.
    pub in_row: u32,
    /// On `day`.
    pub today: u32,
    /// Days since 1970-01-01, UTC.
    pub day: u64,
}

impl Failures {
    /// With one more at `now`; a new day starts at 0.
    #[must_use]
    pub fn and_one_more(self, now: Millis) -> Self {
        let day = now.seconds().0 / (24 * 60 * 60);
        let today = if day == self.day { self.today } else { 0 };
        Self { in_row: self.in_row.saturating_add(1), today: today.saturating_add(1), day }
    }
}
