//! What the organisation decides. Every default is the safe choice.

use crate::network::Network;
use authenticator_protocol::enrolment::Unlock;
use authenticator_protocol::number::Digits;
use authenticator_protocol::version::AppVersion;
use std::net::IpAddr;

/// The organisation's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Digits of a number, 2 to 8 (property 2).
    pub digits: Digits,
    /// Seconds that a sign-in request of our own pages lives, 60 to 120 (property 15).
    pub lifetime: u64,
    /// Seconds that an enrolment lives, at most 600 (property 10).
    pub enrolment_lifetime: u64,
    /// Wrong numbers in a row until the app method locks, at most 100 (property 3).
    pub wrong_in_row: u32,
    /// Wrong numbers in a day until it locks.
    pub wrong_in_day: u32,
    /// Whether a password alone is enough for the very first registration (property 12): an accepted risk.
    pub first_by_password: bool,
    /// Requests of one user that one relying party may open within five minutes, whatever becomes of them.
    pub asks_of_user: u32,
    /// Requests that one relying party may have pending.
    pub pending_of_party: u32,
    /// Results of one relying party that have not been delivered, above which it opens nothing more.
    pub undelivered_of_party: u32,
    /// Whether relying parties are told that a user is unknown or cannot be asked. Otherwise such a user is one who
    /// does not answer.
    pub reveal_users: bool,
    /// From where the password is enough, to sign in and for a registration of whoever has nothing yet.
    pub trusted_networks: Vec<Network>,
    /// Applications that ask for a second factor wherever the user is.
    pub always_ask: Vec<String>,
    /// The oldest version of the app that is served; any when `None`.
    pub oldest_app: Option<AppVersion>,
    /// How the approval key is unlocked.
    pub unlock: Unlock,
    /// Seconds after which an unused session ends (N16: at most one hour).
    pub session_idle: u64,
    /// Seconds after which a session ends (N16: at most 24 hours).
    pub session_total: u64,
    /// Months of 30 days that the audit trail is kept.
    pub audit_months: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            digits: Digits::DEFAULT,
            lifetime: 90,
            enrolment_lifetime: 600,
            wrong_in_row: 10,
            wrong_in_day: 20,
            first_by_password: false,
            asks_of_user: 10,
            pending_of_party: 5_000,
            undelivered_of_party: 100_000,
            reveal_users: false,
            trusted_networks: Vec::new(),
            always_ask: Vec::new(),
            oldest_app: None,
            unlock: Unlock::Credential,
            session_idle: 60 * 60,
            session_total: 24 * 60 * 60,
            audit_months: 24,
        }
    }
}

impl Policy {
    /// The trusted network in which an address lies.
    pub fn trusted_network(&self, address: IpAddr) -> Option<Network> {
        self.trusted_networks.iter().find(|network| network.contains(address)).copied()
    }

    /// Refuses what no organisation may set: the setting, and what is wrong with it.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let within = |name: &'static str, value: u64, from: u64, to: u64| {
            if (from..=to).contains(&value) {
                Ok(())
            } else {
                Err((name, format!("{value} is not within {from} to {to}")))
            }
        };
        within("policy.lifetime", self.lifetime, 60, 120)?;
        within("policy.enrolment_lifetime", self.enrolment_lifetime, 60, 600)?;
        within("policy.asks_of_user", self.asks_of_user.into(), 1, 100_000)?;
        within("policy.pending_of_party", self.pending_of_party.into(), 1, 1_000_000)?;
        within("policy.undelivered_of_party", self.undelivered_of_party.into(), 1, 10_000_000)?;
        within("policy.wrong_in_row", self.wrong_in_row.into(), 1, 100)?;
        within("policy.wrong_in_day", self.wrong_in_day.into(), 1, 100)?;
        within("policy.session_idle", self.session_idle, 60, 60 * 60)?;
        within("policy.session_total", self.session_total, 60, 24 * 60 * 60)?;
        within("policy.audit_months", self.audit_months, 3, 240)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_organisation_may_set_is_named() {
        assert_eq!(Policy::default().check(), Ok(()));
        let default = Policy::default;
        for (policy, name) in [
            (Policy { lifetime: 59, ..default() }, "policy.lifetime"),
            (Policy { lifetime: 121, ..default() }, "policy.lifetime"),
            (Policy { enrolment_lifetime: 601, ..default() }, "policy.enrolment_lifetime"),
            (Policy { asks_of_user: 0, ..default() }, "policy.asks_of_user"),
            (Policy { pending_of_party: 0, ..default() }, "policy.pending_of_party"),
            (Policy { undelivered_of_party: 0, ..default() }, "policy.undelivered_of_party"),
            (Policy { wrong_in_row: 0, ..default() }, "policy.wrong_in_row"),
            (Policy { wrong_in_row: 101, ..default() }, "policy.wrong_in_row"),
            (Policy { wrong_in_day: 101, ..default() }, "policy.wrong_in_day"),
            (Policy { session_idle: 3601, ..default() }, "policy.session_idle"),
            (Policy { session_total: 86_401, ..default() }, "policy.session_total"),
            (Policy { audit_months: 2, ..default() }, "policy.audit_months"),
        ] {
            assert_eq!(policy.check().unwrap_err().0, name);
        }
    }
}
