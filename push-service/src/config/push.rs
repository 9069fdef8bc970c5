//! Which providers bring wakes to phones, and where their keys lie. What is in those files is read by
//! [`crate::providers`].

use super::{ConfigError, value};
use authenticator_protocol::channels;
use delivery::{Endpoint, apns, fcm};
use serde::Deserialize;
use signin::network::Network;
use std::path::PathBuf;

/// The providers that are used; none is needed.
#[derive(Clone, Debug, Default)]
pub struct Push {
    /// More certificates to believe than the system's: a PEM file.
    pub roots: Option<PathBuf>,
    /// Apple.
    pub apns: Option<ApnsPush>,
    /// Google.
    pub fcm: Option<FcmPush>,
    /// Web Push, UnifiedPush among it.
    pub web: Option<WebPush>,
}

/// How APNs is used.
#[derive(Clone, Debug)]
pub struct ApnsPush {
    /// The key's `.p8` file.
    pub key: PathBuf,
    /// Ten characters.
    pub key_id: String,
    /// Ten characters.
    pub team_id: String,
    /// The app's bundle id.
    pub topic: String,
    /// Which of Apple's environments that is.
    pub environment: channels::Environment,
    /// Where it is.
    pub endpoint: Endpoint,
}

/// How FCM is used.
#[derive(Clone, Debug)]
pub struct FcmPush {
    /// The service account's JSON file.
    pub account: PathBuf,
    /// Where it is.
    pub endpoint: Endpoint,
}

/// How Web Push is used.
#[derive(Clone, Debug)]
pub struct WebPush {
    /// A P-256 key in PEM.
    pub key: PathBuf,
    /// Whom push services may ask.
    pub contact: String,
    /// Private networks that push services may be in.
    pub networks: Vec<Network>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PushFile {
    roots: Option<PathBuf>,
    apns: Option<ApnsFile>,
    fcm: Option<FcmFile>,
    web: Option<WebFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApnsFile {
    key: PathBuf,
    key_id: String,
    team_id: String,
    topic: String,
    environment: Option<Environment>,
    endpoint: Option<String>,
}

/// Which of Apple's two worlds the app belongs to.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Environment {
    Production,
    Sandbox,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FcmFile {
    account: PathBuf,
    endpoint: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebFile {
    key: PathBuf,
    contact: String,
    #[serde(default)]
    networks: Vec<String>,
}

fn endpoint(setting: &'static str, given: Option<&str>, default: &str) -> Result<Endpoint, ConfigError> {
    let text = given.unwrap_or(default);
    text.parse().map_err(|error| value(setting, format!("{text}: {error}")))
}

impl PushFile {
    pub(super) fn push(self) -> Result<Push, ConfigError> {
        Ok(Push {
            roots: self.roots,
            apns: self.apns.map(ApnsFile::apns).transpose()?,
            fcm: self.fcm.map(FcmFile::fcm).transpose()?,
            web: self.web.map(WebFile::web).transpose()?,
        })
    }
}

impl ApnsFile {
    fn apns(self) -> Result<ApnsPush, ConfigError> {
        let (environment, default) = match self.environment {
            Some(Environment::Sandbox) => (channels::Environment::Sandbox, apns::SANDBOX),
            Some(Environment::Production) | None => (channels::Environment::Production, apns::PRODUCTION),
        };
        if self.topic.is_empty() || !self.topic.bytes().all(|letter| letter.is_ascii_graphic()) {
            return Err(value("push.apns.topic", "not a bundle id"));
        }
        let endpoint = endpoint("push.apns.endpoint", self.endpoint.as_deref(), default)?;
        let Self { key, key_id, team_id, topic, .. } = self;
        Ok(ApnsPush { key, key_id, team_id, topic, environment, endpoint })
    }
}

impl FcmFile {
    fn fcm(self) -> Result<FcmPush, ConfigError> {
        let endpoint = endpoint("push.fcm.endpoint", self.endpoint.as_deref(), fcm::PRODUCTION)?;
        Ok(FcmPush { account: self.account, endpoint })
    }
}

impl WebFile {
    fn web(self) -> Result<WebPush, ConfigError> {
        let networks = self.networks.iter().map(|text| text.parse::<Network>());
        let networks =
            networks.collect::<Result<_, _>>().map_err(|error| value("push.web.networks", error))?;
        Ok(WebPush { key: self.key, contact: self.contact, networks })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::super::tests::SMALLEST;

    #[test]
    fn nothing_is_needed_and_the_rest_has_defaults() {
        let push = Config::parse(SMALLEST).unwrap().push;
        assert!(push.apns.is_none() && push.fcm.is_none() && push.web.is_none());
        let more = "[push.apns]\nkey = \"k\"\nkey_id = \"ABCDE12345\"\nteam_id = \"TEAM123456\"\ntopic = \"a.b\"\n\
                    [push.fcm]\naccount = \"a\"\n[push.web]\nkey = \"k\"\ncontact = \"mailto:a@b.example\"\n";
        let push = Config::parse(&format!("{SMALLEST}{more}")).unwrap().push;
        assert_eq!(push.apns.unwrap().endpoint.to_string(), "https://api.push.apple.com");
        assert_eq!(push.fcm.unwrap().endpoint.to_string(), "https://fcm.googleapis.com");
        assert_eq!(push.web.unwrap().networks.len(), 0);
        let sandbox = more.replace("topic =", "environment = \"sandbox\"\ntopic =");
        let push = Config::parse(&format!("{SMALLEST}{sandbox}")).unwrap().push;
        assert_eq!(push.apns.unwrap().endpoint.to_string(), "https://api.sandbox.push.apple.com");
    }

    #[test]
    fn every_mistake_names_its_setting() {
        let apns = "[push.apns]\nkey = \"k\"\nkey_id = \"ABCDE12345\"\nteam_id = \"TEAM123456\"\n";
        for (text, says) in [
            (apns.to_owned(), "topic"),
            (format!("{apns}topic = \"a b\"\n"), "push.apns.topic"),
            (format!("{apns}topic = \"a.b\"\nendpoint = \"http://apns.example\"\n"), "push.apns.endpoint"),
            (format!("{apns}topic = \"a.b\"\nenvironment = \"test\"\n"), "environment"),
            ("[push.fcm]\naccount = \"a\"\nproject = \"x\"\n".to_owned(), "project"),
            (
                "[push.web]\nkey = \"k\"\ncontact = \"c\"\nnetworks = [\"0.0.0.0/0\"]\n".to_owned(),
                "push.web.networks",
            ),
            ("[push.sms]\nkey = \"k\"\n".to_owned(), "sms"),
        ] {
            let error = Config::parse(&format!("{SMALLEST}{text}")).unwrap_err().to_string();
            assert!(error.contains(says), "{says}: {error}");
        }
    }
}
