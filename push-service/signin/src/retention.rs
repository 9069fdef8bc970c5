//! How long what is kept: one table. The expiry task carries it out, and `docs/operations.md` shows it.

use crate::policy::Policy;
use crate::request::NUMBER_MEMORY;

/// Something that the database keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Rows of `users`.
    Users,
    /// Rows of `devices`, and the keys that they were enrolled with.
    Devices,
    /// Rows of `channels` whose channel has ended.
    Channels,
    /// A channel's secret and address, sealed; and the newest list of a device.
    Addresses,
    /// Rows of `browsers`.
    Browsers,
    /// Rows of `sessions`.
    Sessions,
    /// Rows of `enrolments`.
    Enrolments,
    /// What a phone and the service exchanged while it was enrolled.
    EnrolmentSecrets,
    /// Rows of `requests`, and their challenges.
    Requests,
    /// Rows of `passes`.
    Passes,
    /// A pending number, sealed.
    Number,
    /// A keyed tag of a number.
    NumberTag,
    /// Rows of `relying_parties` and `api_keys`.
    RelyingParties,
    /// Rows of `deliveries`.
    Deliveries,
    /// Rows of `audit`.
    Audit,
}

/// For how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Until an operator removes the user.
    UntilRemoved,
    /// It is about no person.
    ForEver,
    /// Until what it belongs to ends.
    WhileItLasts,
    /// This many seconds after it began, or was last used.
    Seconds(u64),
}

const DAY: u64 = 24 * 60 * 60;

impl Kept {
    /// All of it.
    pub const ALL: &'static [Self] = &[
        Self::Users,
        Self::Devices,
        Self::Channels,
        Self::Addresses,
        Self::Browsers,
        Self::Sessions,
        Self::Enrolments,
        Self::EnrolmentSecrets,
        Self::Requests,
        Self::Passes,
        Self::Number,
        Self::NumberTag,
        Self::RelyingParties,
        Self::Deliveries,
        Self::Audit,
    ];

    /// In words.
    pub const fn what(self) -> &'static str {
        match self {
            Self::Users => {
                "users: UPN, e-mail, display name, mobile number, argon2id hash of the password, counters of wrong \
                 numbers, locked or disabled"
            }
            Self::Devices => {
                "devices: model, system, app version, two public keys, when added, confirmed, used, reached, ended"
            }
            Self::Channels => "channels that have ended: provider, state, reason, times",
            Self::Addresses => "a channel's secret and push address, sealed",
            Self::Browsers => "browsers in which a user has signed in: hash of the cookie",
            Self::Sessions => "sessions: hash of the token, level, destination, times",
            Self::Enrolments => "enrolments: who, when, what permitted it, HMACs of the code, how it ended",
            Self::EnrolmentSecrets => "keys, nonces and the four characters of an enrolment",
            Self::Requests => {
                "requests: application, address, browser, system, times, how it ended; the text that was signed"
            }
            Self::Passes => "passes from IT support: HMAC of the code, times, wrong tries",
            Self::Number => "a pending number, sealed",
            Self::NumberTag => "a keyed tag of a number",
            Self::RelyingParties => {
                "relying parties: name, applications, webhook, hashes of keys; ended ones too"
            }
            Self::Deliveries => "results that are still to be delivered",
            Self::Audit => "audit trail: what, when, ids, address, detail",
        }
    }

    /// For how long.
    pub const fn term(self, policy: &Policy) -> Term {
        match self {
            Self::Users | Self::Devices => Term::UntilRemoved,
            Self::Browsers => Term::Seconds(365 * DAY),
            Self::Sessions | Self::Enrolments | Self::Requests | Self::Channels => Term::Seconds(30 * DAY),
            Self::RelyingParties => Term::ForEver,
            Self::EnrolmentSecrets | Self::Passes | Self::Number | Self::Deliveries | Self::Addresses => {
                Term::WhileItLasts
            }
            Self::NumberTag => Term::Seconds(NUMBER_MEMORY),
            Self::Audit => Term::Seconds(policy.audit_months * 30 * DAY),
        }
    }

    /// The seconds of a [`Term::Seconds`].
    pub const fn seconds(self, policy: &Policy) -> Option<u64> {
        match self.term(policy) {
            Term::Seconds(seconds) => Some(seconds),
            Term::UntilRemoved | Term::WhileItLasts | Term::ForEver => None,
        }
    }

    /// The term in words, with the default policy's numbers.
    pub fn how_long(self) -> String {
        let from = match self {
            Self::Browsers => "after the last sign-in there",
            Self::Channels => "after its end",
            Self::NumberTag => "after the request has ended",
            Self::Sessions | Self::Enrolments | Self::Requests | Self::Audit => "after it began",
            Self::Users
            | Self::Devices
            | Self::EnrolmentSecrets
            | Self::Addresses
            | Self::Passes
            | Self::Number
            | Self::RelyingParties
            | Self::Deliveries => "",
        };
        match self.term(&Policy::default()) {
            Term::UntilRemoved => "until the user is removed".to_owned(),
            Term::WhileItLasts => "until it ends".to_owned(),
            Term::ForEver => "for ever".to_owned(),
            Term::Seconds(seconds) if self == Self::Audit => {
                format!("`policy.audit_months`, {} days by default, {from}", seconds / DAY)
            }
            Term::Seconds(seconds) if seconds >= DAY => format!("{} days {from}", seconds / DAY),
            Term::Seconds(seconds) => format!("{} minutes {from}", seconds / 60),
        }
    }

    /// What it is kept for.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Users => "to sign in",
            Self::Devices => "to sign in; every authenticator ever bound is on record (SP 800-63B-4 4.1)",
            Self::Channels => "support answers \"why did the phone not ring?\"",
            Self::Addresses => "to wake the phone",
            Self::Browsers => "strangers cannot crowd out the requests of a browser that is known",
            Self::Sessions => "what a stolen cookie was used for",
            Self::Enrolments => "how a phone came in that nobody knows",
            Self::EnrolmentSecrets => "the phone sends the same message again after a lost answer",
            Self::Requests => "support answers \"what did the phone ask me?\"",
            Self::Passes => "to let in who has no phone at hand",
            Self::Number => "to compare it with what is typed",
            Self::NumberTag => "the same number is not drawn again",
            Self::RelyingParties => "which party a result was for",
            Self::Deliveries => "a receiver may be down for a while",
            Self::Audit => "to find out what happened, and to prove it",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_decides_on_the_trail() {
        let policy = Policy { audit_months: 60, ..Policy::default() };
        assert_eq!(Kept::Audit.seconds(&policy), Some(60 * 30 * DAY));
        assert_eq!(Kept::Users.seconds(&policy), None);
    }

    /// A session must still be there for what it opened; both lie within one day of its beginning.
    #[test]
    fn nothing_leaves_before_it_is_over() {
        let policy = Policy::default();
        for kept in [Kept::Sessions, Kept::Enrolments, Kept::Requests] {
            assert!(kept.seconds(&policy).unwrap() > 2 * policy.session_total);
        }
    }
}
