//! The configuration: one TOML file. Unknown names are errors, and every error names its setting.

use authenticator_protocol::enrolment::Organisation;
use authenticator_protocol::link::{MAX_LINK, ServerAddress};
use authenticator_protocol::number::Digits;
use authenticator_protocol::text::is_visible;
use serde::Deserialize;
use signin::network::Network;
use signin::policy::Policy;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::pages::brand::Colour;

/// Everything that an operator decides.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address under which browsers and phones reach the service: `https://mfa.regionx.example`.
    pub public_url: ServerAddress,
    /// Where enrolment links lead: the same, unless the app belongs to another publisher.
    pub link_url: ServerAddress,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The database file.
    pub database: PathBuf,
    /// The folder with the keys, which `styrk init` makes.
    pub keys: PathBuf,
    /// Proxies whose `X-Forwarded-For` counts.
    pub proxies: Vec<Network>,
    /// Who runs it.
    pub organisation: Organisation,
    /// Its colour, for the pages.
    pub colour: Colour,
    /// What MyApps lists.
    pub applications: Vec<Application>,
    /// The rules.
    pub policy: Policy,
}

/// An application that people sign in to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// "Journalen".
    pub name: String,
    /// One line about it.
    #[serde(default)]
    pub description: String,
    /// `https`, or a path of this service.
    pub url: String,
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// It is not TOML of this shape; the message names line and setting.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A setting has a value that it cannot have.
    #[error("{setting}: {problem}")]
    Value {
        /// `organisation.colour`.
        setting: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    public_url: String,
    link_url: Option<String>,
    listen: SocketAddr,
    database: PathBuf,
    keys: PathBuf,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    organisation: OrganisationFile,
    #[serde(default)]
    applications: Vec<Application>,
    #[serde(default)]
    policy: PolicyFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationFile {
    name: String,
    colour: String,
    support: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PolicyFile {
    digits: Option<u8>,
    lifetime: Option<u64>,
    enrolment_lifetime: Option<u64>,
    wrong_in_row: Option<u32>,
    wrong_in_day: Option<u32>,
    first_registration: Option<FirstRegistration>,
    trusted_networks: Vec<String>,
    session_idle: Option<u64>,
    session_total: Option<u64>,
}

/// What the very first registration of a user needs beside the password.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FirstRegistration {
    /// A trusted network, or later: a pass from IT support, a text code to the directory's number.
    MoreThanPassword,
    /// Nothing: an accepted risk.
    PasswordIsEnough,
}

fn value(setting: &'static str, problem: impl ToString) -> ConfigError {
    ConfigError::Value { setting, problem: problem.to_string() }
}

impl Config {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::File(path.into(), error))?;
        Self::parse(&text)
    }

    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(text)?;
        let address = |setting, text: &str| {
            ServerAddress::parse(text).map_err(|error| value(setting, format!("{text}: {error}")))
        };
        let networks = |setting, list: &[String]| {
            list.iter()
                .map(|text| text.parse::<Network>().map_err(|error| value(setting, error)))
                .collect::<Result<Vec<_>, _>>()
        };
        let public_url = address("public_url", &file.public_url)?;
        let link_url = match &file.link_url {
            Some(text) => address("link_url", text)?,
            None => public_url.clone(),
        };
        let config = Self {
            colour: file.organisation.colour.parse().map_err(|error| value("organisation.colour", error))?,
            policy: file
                .policy
                .policy(networks("policy.trusted_networks", &file.policy.trusted_networks)?)?,
            proxies: networks("trusted_proxies", &file.trusted_proxies)?,
            organisation: Organisation {
                name: file.organisation.name,
                colour: file.organisation.colour,
                support: file.organisation.support,
            },
            public_url,
            link_url,
            listen: file.listen,
            database: file.database,
            keys: file.keys,
            applications: file.applications,
        };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        for (setting, text) in [
            ("organisation.name", &self.organisation.name),
            ("organisation.support", &self.organisation.support),
        ] {
            if text.is_empty() || !is_visible(text, 80) {
                return Err(value(setting, "1 to 80 characters, none of them invisible"));
            }
        }
        let (link, server) = (self.link_url.url("/e").len(), self.public_url.authority().len());
        let host = if self.link_url == self.public_url { 0 } else { server };
        if link + host + "#1///".len() + 44 >= MAX_LINK {
            return Err(value("link_url", "too long: an enrolment link must stay under 120 characters"));
        }
        // Without TLS of its own the service speaks to this machine or to a proxy that it knows.
        if !self.listen.ip().is_loopback() && self.proxies.is_empty() {
            return Err(value(
                "listen",
                "not a loopback address: name the proxy in front of it in trusted_proxies",
            ));
        }
        // Whoever counts as a proxy chooses the address that counts.
        if let Some(wide) = self.proxies.iter().find(|network| network.is_wider_than(24, 56)) {
            return Err(value("trusted_proxies", format!("{wide}: wider than /24 (IPv4) or /56 (IPv6)")));
        }
        for application in &self.applications {
            let local = application.url.starts_with('/') && !application.url.starts_with("//");
            if !(local || application.url.starts_with("https://")) || application.url.contains('\\') {
                return Err(value(
                    "applications.url",
                    format!("{}: https or a path of this service", application.url),
                ));
            }
            if application.name.is_empty() || !is_visible(&application.name, 80) {
                return Err(value("applications.name", "1 to 80 characters, none of them invisible"));
            }
        }
        Ok(())
    }

    /// What the administrator accepts with this configuration, in plain sentences.
    pub fn accepted_risks(&self) -> Vec<String> {
        let mut risks = Vec::new();
        if self.policy.first_by_password {
            risks.push(
                "policy.first_registration = \"password-is-enough\": whoever has a user's password before the user \
                 has registered a phone can register their own."
                    .to_owned(),
            );
        }
        if !self.public_url.is_secure() {
            risks
                .push("public_url is plain http: only for trying the service out on one machine.".to_owned());
        }
        if self.public_url.is_secure() && self.proxies.is_empty() {
            risks.push(
                "trusted_proxies is empty: behind a proxy, every visitor would seem to come from the proxy's address."
                    .to_owned(),
            );
        }
        risks
    }
}

impl PolicyFile {
    fn policy(&self, trusted_networks: Vec<Network>) -> Result<Policy, ConfigError> {
        let default = Policy::default();
        let digits = match self.digits {
            None => default.digits,
            Some(digits) => Digits::new(digits).ok_or_else(|| value("policy.digits", "2 to 8"))?,
        };
        let policy = Policy {
            digits,
            lifetime: self.lifetime.unwrap_or(default.lifetime),
            enrolment_lifetime: self.enrolment_lifetime.unwrap_or(default.enrolment_lifetime),
            wrong_in_row: self.wrong_in_row.unwrap_or(default.wrong_in_row),
            wrong_in_day: self.wrong_in_day.unwrap_or(default.wrong_in_day),
            first_by_password: matches!(self.first_registration, Some(FirstRegistration::PasswordIsEnough)),
            trusted_networks,
            unlock: default.unlock,
            session_idle: self.session_idle.unwrap_or(default.session_idle),
            session_total: self.session_total.unwrap_or(default.session_total),
        };
        policy.check().map_err(|problem| value("policy", problem))?;
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALLEST: &str = r##"
        public_url = "https://mfa.regionx.example"
        listen = "127.0.0.1:8080"
        database = "styrk.db"
        keys = "keys"
        [organisation]
        name = "Region X"
        colour = "#00585f"
        support = "026-00 00 00"
    "##;

    #[test]
    fn the_defaults_are_the_safe_ones() {
        let config = Config::parse(SMALLEST).unwrap();
        assert_eq!(config.policy, Policy::default());
        assert_eq!(config.link_url, config.public_url);
        assert_eq!(config.accepted_risks().len(), 1, "only the missing proxy");
    }

    #[test]
    fn every_mistake_names_its_setting() {
        for (from, to, says) in [
            ("https://mfa", "http://mfa", "public_url"),
            ("#00585f", "green", "organisation.colour"),
            ("Region X", "Region\u{202e}X", "organisation.name"),
            ("127.0.0.1:8080", "0.0.0.0:8080", "listen"),
            ("keys = \"keys\"", "keyz = \"keys\"", "keyz"),
            ("listen =", "trusted_proxies = [\"10.0.0.0/8\"]\nlisten =", "trusted_proxies"),
            ("[organisation]", "[policy]\ndigits = 9\n[organisation]", "policy.digits"),
            ("[organisation]", "[policy]\nlifetime = 600\n[organisation]", "policy.lifetime"),
            (
                "[organisation]",
                "[policy]\ntrusted_networks = [\"0.0.0.0/0\"]\n[organisation]",
                "policy.trusted_networks",
            ),
            (
                "[organisation]",
                "[[applications]]\nname = \"A\"\nurl = \"//evil.example\"\n[organisation]",
                "applications.url",
            ),
        ] {
            let error = Config::parse(&SMALLEST.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(says), "{says}: {error}");
        }
    }
}
