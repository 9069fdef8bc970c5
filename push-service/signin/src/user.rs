//! A person in the organisation's directory.

mod operate;

pub use operate::{Order, Whole, close, obey, shut_out};

use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;
use std::fmt;

/// A user; debug output has no name, address or number.
#[derive(Clone, PartialEq, Eq)]
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

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("disabled", &self.disabled)
            .field("first_confirmed", &self.first_confirmed)
            .field("failures", &self.failures)
            .field("app_locked", &self.app_locked)
            .finish_non_exhaustive()
    }
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

#[cfg(test)]
mod tests {
    use crate::world::World;

    #[test]
    fn a_user_is_printed_without_what_they_are_called() {
        let user = World::new().user;
        let user = super::User { mobile: Some("+46701234567".into()), ..user };
        let printed = format!("{user:?}");
        for part in [user.upn.as_str(), user.name.as_str(), "+46701234567"] {
            assert!(!printed.contains(part), "{printed}");
        }
    }
}
