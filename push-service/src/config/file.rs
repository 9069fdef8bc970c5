//! The shape of the file. What is in it is checked in [`super`].

use super::push::PushFile;
use super::{Application, ConfigError, Format, TlsFiles, value};
use authenticator_protocol::number::Digits;
use serde::Deserialize;
use signin::network::Network;
use signin::policy::Policy;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) public_url: String,
    pub(super) link_url: Option<String>,
    pub(super) listen: SocketAddr,
    pub(super) database: PathBuf,
    pub(super) admin_socket: Option<PathBuf>,
    pub(super) admin_group: Option<String>,
    pub(super) keys: PathBuf,
    #[serde(default)]
    pub(super) trusted_proxies: Vec<String>,
    pub(super) tls: Option<TlsFiles>,
    #[serde(default)]
    pub(super) log: LogFile,
    #[serde(default)]
    pub(super) metrics: MetricsFile,
    pub(super) organisation: OrganisationFile,
    #[serde(default)]
    pub(super) applications: Vec<Application>,
    pub(super) api_calls: Option<u32>,
    pub(super) api_waits: Option<u32>,
    pub(super) connections: Option<usize>,
    #[serde(default)]
    pub(super) webhook_networks: Vec<String>,
    #[serde(default)]
    pub(super) alarms: AlarmsFile,
    #[serde(default)]
    pub(super) policy: PolicyFile,
    #[serde(default)]
    pub(super) push: PushFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganisationFile {
    pub(super) name: String,
    pub(super) colour: String,
    pub(super) support: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LogFile {
    pub(super) format: Format,
    pub(super) level: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AlarmsFile {
    pub(super) webhook: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MetricsFile {
    pub(super) listen: Option<SocketAddr>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PolicyFile {
    pub(super) digits: Option<u8>,
    pub(super) lifetime: Option<u64>,
    pub(super) enrolment_lifetime: Option<u64>,
    pub(super) wrong_in_row: Option<u32>,
    pub(super) wrong_in_day: Option<u32>,
    pub(super) first_registration: Option<FirstRegistration>,
    pub(super) trusted_networks: Vec<String>,
    pub(super) always_ask: Vec<String>,
    pub(super) oldest_app: Option<String>,
    pub(super) asks_of_user: Option<u32>,
    pub(super) pending_of_party: Option<u32>,
    pub(super) undelivered_of_party: Option<u32>,
    pub(super) reveal_users: Option<bool>,
    pub(super) session_idle: Option<u64>,
    pub(super) session_total: Option<u64>,
    pub(super) audit_months: Option<u64>,
}

/// What the very first registration of a user needs beside the password.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FirstRegistration {
    /// A trusted network, or later: a pass from IT support, a text code to the directory's number.
    MoreThanPassword,
    /// Nothing: an accepted risk.
    PasswordIsEnough,
}

impl PolicyFile {
    pub(super) fn policy(&self, trusted_networks: Vec<Network>) -> Result<Policy, ConfigError> {
        let default = Policy::default();
        let digits = match self.digits {
            None => default.digits,
            Some(digits) => Digits::new(digits).ok_or_else(|| value("policy.digits", "2 to 8"))?,
        };
        let oldest_app = self.oldest_app.as_deref().map(str::parse).transpose();
        let policy = Policy {
            oldest_app: oldest_app.map_err(|error| value("policy.oldest_app", error))?,
            digits,
            lifetime: self.lifetime.unwrap_or(default.lifetime),
            enrolment_lifetime: self.enrolment_lifetime.unwrap_or(default.enrolment_lifetime),
            wrong_in_row: self.wrong_in_row.unwrap_or(default.wrong_in_row),
            wrong_in_day: self.wrong_in_day.unwrap_or(default.wrong_in_day),
            first_by_password: matches!(self.first_registration, Some(FirstRegistration::PasswordIsEnough)),
            asks_of_user: self.asks_of_user.unwrap_or(default.asks_of_user),
            pending_of_party: self.pending_of_party.unwrap_or(default.pending_of_party),
            undelivered_of_party: self.undelivered_of_party.unwrap_or(default.undelivered_of_party),
            reveal_users: self.reveal_users.unwrap_or(default.reveal_users),
            trusted_networks,
            always_ask: self.always_ask.clone(),
            unlock: default.unlock,
            session_idle: self.session_idle.unwrap_or(default.session_idle),
            session_total: self.session_total.unwrap_or(default.session_total),
            audit_months: self.audit_months.unwrap_or(default.audit_months),
        };
        policy.check().map_err(|(setting, problem)| value(setting, problem))?;
        Ok(policy)
    }
}
