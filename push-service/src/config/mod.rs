//! The configuration: one TOML file, and what the environment says instead of it. Unknown names are errors, and every
//! error names its setting. `settings.rs` lists them, with their defaults, for people.

mod environment;
mod file;
pub mod push;
mod sentences;
pub mod settings;

use authenticator_protocol::enrolment::Organisation;
use authenticator_protocol::link::{MAX_LINK, ServerAddress};
use authenticator_protocol::text::is_visible;
use axum::http::Uri;
use file::File;
use serde::Deserialize;
use signin::network::Network;
use signin::policy::Policy;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::http::pages::MYAPPS;
use crate::limits::PARTY_WAITS;
use crate::pages::brand::Colour;
use crate::webhooks;

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
    /// The socket for the operator's commands: beside the database, unless it is named.
    pub admin_socket: PathBuf,
    /// The group whose members may give commands; without it, only the service's own user and root may.
    pub admin_group: Option<String>,
    /// The folder with the keys, which `styrk init` makes.
    pub keys: PathBuf,
    /// Its own certificate, unless a proxy does TLS.
    pub tls: Option<TlsFiles>,
    /// Proxies whose `X-Forwarded-For` counts.
    pub proxies: Vec<Network>,
    /// Who runs it.
    pub organisation: Organisation,
    /// Its colour, for the pages.
    pub colour: Colour,
    /// How it logs.
    pub log: Log,
    /// Where metrics can be read, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// What MyApps lists.
    pub applications: Vec<Application>,
    /// What wakes phones beside their open sockets.
    pub push: push::Push,
    /// Private networks that results may be delivered to.
    pub webhook_networks: Vec<Network>,
    /// Who is told of alarms, if anybody.
    pub alarms: Option<Uri>,
    /// Calls of the API within a second, for each relying party.
    pub api_calls: u32,
    /// Waits at the same time, for each relying party.
    pub api_waits: u32,
    /// Connections at the same time, open sockets of phones among them.
    pub connections: usize,
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

/// PEM files; they are read again when they change.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The certificate, and after it those that lead to a root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// How it logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// For people or for machines.
    pub format: Format,
    /// What is worth a line: `info`, or `push_service=debug,info`.
    pub level: String,
}

/// What a log line looks like.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// An object on each line.
    Json,
}

impl Log {
    /// Which lines are written.
    pub fn filter(&self) -> Result<EnvFilter, String> {
        // A word alone that is no level would be read as the name of a part, and silence all others.
        let words = self.level.split(',').filter(|part| !part.contains('='));
        if let Some(word) = words.map(str::trim).find(|word| word.parse::<LevelFilter>().is_err()) {
            return Err(format!("{word} is not error, warn, info, debug or trace"));
        }
        EnvFilter::try_new(&self.level).map_err(|error| error.to_string())
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: Format::Text, level: "info".to_owned() }
    }
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
    /// A variable that begins with `STYRK_` and does not fit.
    #[error("{0}: {1}")]
    Variable(String, String),
    /// A setting has a value that it cannot have.
    #[error("{setting}: {problem}")]
    Value {
        /// `organisation.colour`.
        setting: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

/// `styrk.db` → `styrk.db.socket`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn value(setting: &'static str, problem: impl ToString) -> ConfigError {
    ConfigError::Value { setting, problem: problem.to_string() }
}

/// Where alarms go; whether it is allowed depends on `webhook_networks`, see [`Config::check`].
fn alarms(text: &str) -> Result<Uri, ConfigError> {
    text.parse().map_err(|error| value("alarms.webhook", error))
}

impl Config {
    /// Reads a file, and what the environment says instead of it.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::File(path.into(), error))?;
        Self::parse_with(&text, std::env::vars_os())
    }

    /// Reads the text of a file alone.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::from_file(toml::from_str(text)?)
    }

    /// Reads the text of a file; variables such as `STYRK_POLICY__LIFETIME` count instead of what it says.
    pub fn parse_with(
        text: &str,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let overrides = environment::overrides(variables)?;
        if overrides.is_empty() {
            return Self::parse(text);
        }
        let mut table: toml::Table = toml::from_str(text)?;
        for over in overrides {
            over.apply(&mut table);
        }
        Self::from_file(table.try_into()?)
    }

    fn from_file(file: File) -> Result<Self, ConfigError> {
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
            webhook_networks: networks("webhook_networks", &file.webhook_networks)?,
            alarms: file.alarms.webhook.as_deref().map(alarms).transpose()?,
            proxies: networks("trusted_proxies", &file.trusted_proxies)?,
            organisation: Organisation {
                name: file.organisation.name,
                colour: file.organisation.colour,
                support: file.organisation.support,
            },
            public_url,
            link_url,
            listen: file.listen,
            admin_socket: file.admin_socket.unwrap_or_else(|| beside(&file.database, "socket")),
            admin_group: file.admin_group,
            database: file.database,
            keys: file.keys,
            tls: file.tls,
            log: Log { format: file.log.format, level: file.log.level.unwrap_or(Log::default().level) },
            metrics: file.metrics.listen,
            applications: file.applications,
            push: file.push.push()?,
            api_calls: file.api_calls.unwrap_or(20),
            api_waits: file.api_waits.unwrap_or(PARTY_WAITS),
            connections: file.connections.unwrap_or(16_384),
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
        if let Some(webhook) = &self.alarms {
            webhooks::check(webhook, &self.webhook_networks)
                .map_err(|problem| value("alarms.webhook", problem))?;
        }
        for (setting, address) in [("public_url", &self.public_url), ("link_url", &self.link_url)] {
            // What looks like another host in one script or the other.
            if address.authority().contains("xn--") {
                return Err(value(
                    setting,
                    format!("{address}: phones accept host names in plain ASCII only"),
                ));
            }
        }
        let (link, server) = (self.link_url.url("/e").len(), self.public_url.authority().len());
        let host = if self.link_url == self.public_url { 0 } else { server };
        if link + host + "#1///".len() + 44 >= MAX_LINK {
            return Err(value("link_url", "too long: an enrolment link must stay under 120 characters"));
        }
        // Without TLS of its own the service speaks to this machine or to a proxy that it knows.
        if !self.listen.ip().is_loopback() && self.proxies.is_empty() && self.tls.is_none() {
            return Err(value(
                "listen",
                "not a loopback address: set tls.certificate and tls.key, or name the proxy in front of it in \
                 trusted_proxies",
            ));
        }
        if self.tls.is_some() && !self.public_url.is_secure() {
            return Err(value("public_url", "plain http, although tls.certificate is set"));
        }
        self.log.filter().map_err(|problem| value("log.level", problem))?;
        // Whoever counts as a proxy chooses the address that counts.
        if let Some(wide) = self.proxies.iter().find(|network| network.is_wider_than(24, 56)) {
            return Err(value("trusted_proxies", format!("{wide}: wider than /24 (IPv4) or /56 (IPv6)")));
        }
        self.check_trust()?;
        for (setting, is) in [("api_calls", self.api_calls), ("api_waits", self.api_waits)] {
            if !(1..=10_000).contains(&is) {
                return Err(value(setting, "not within 1 to 10000"));
            }
        }
        if !(64..=1_000_000).contains(&self.connections) {
            return Err(value("connections", "not within 64 to 1000000"));
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

    /// Whoever can seem to come from a trusted network needs nothing but a password.
    fn check_trust(&self) -> Result<(), ConfigError> {
        let trusted = &self.policy.trusted_networks;
        let refused = |why: String| Err(value("policy.trusted_networks", why));
        for network in trusted {
            if let Some(proxy) = self.proxies.iter().find(|proxy| network.overlaps(proxy)) {
                return refused(format!(
                    "{network} has addresses of the proxy {proxy} in it: whatever reaches the service without a \
                     forwarded address would seem to come from inside"
                ));
            }
            let own =
                LOOPBACK.iter().any(|loopback| loopback.parse().is_ok_and(|own| network.overlaps(&own)));
            if own && self.public_url.is_secure() {
                return refused(format!(
                    "{network} is this machine itself: behind a proxy that trusted_proxies does not name, everybody \
                     would seem to come from inside"
                ));
            }
        }
        if let Some(name) = self.policy.always_ask.iter().find(|name| *name != MYAPPS) {
            return Err(value(
                "policy.always_ask",
                format!(
                    "{name}: people sign in to {MYAPPS} alone on these pages; what relying parties ask is always \
                     asked on a phone"
                ),
            ));
        }
        Ok(())
    }

    /// The host of the public address, without a port.
    pub fn host(&self) -> String {
        let url = url::Url::parse(&self.public_url.url("/")).ok();
        let host = url.as_ref().and_then(url::Url::host_str).unwrap_or_default();
        host.trim_matches(['[', ']']).to_owned()
    }
}

#[cfg(test)]
pub(crate) mod tests;
