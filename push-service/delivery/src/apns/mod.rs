//! Apple: APNs over HTTP/2 with a provider token.
//!
//! Apple's page "Sending notification requests to APNs" is what this follows. A push is an alert whose text the app has
//! itself (`loc-key`), with `mutable-content`, so that the notification extension runs and finds the payload, in
//! base64url, under `w`.

mod reason;
mod token;

use crate::address::{Address, Channel};
use crate::answer::{Alarm, Answer, Outcome, Reason};
use crate::breaker::Breaker;
use crate::clock::{Clock, left, unix};
use crate::endpoint::Endpoint;
use crate::http2::{Pool, Style};
use crate::jwt::{EcKey, KeyError};
use crate::provider::{Checked, Provider};
use crate::push::{Push, Urgency};
use crate::trust::Trust;
use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Request, header};
use reason::Next;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use token::Tokens;

/// For one try, waiting for a place included.
const PATIENCE: Duration = Duration::from_secs(2);

const STYLE: Style = Style { connections: 2, most_waiting: 2_000, prove_first: true };

/// `https://api.push.apple.com`.
pub const PRODUCTION: &str = "https://api.push.apple.com";
/// `https://api.sandbox.push.apple.com`: for apps that were put on a phone by Xcode.
pub const SANDBOX: &str = "https://api.sandbox.push.apple.com";

/// A key for provider tokens, from developer.apple.com, "Keys".
#[derive(Clone, Debug)]
pub struct ApnsKey {
    key: EcKey,
    key_id: String,
    team_id: String,
}

impl ApnsKey {
    /// `pem` is the text of the `.p8` file; `key_id` and `team_id` have ten characters each.
    pub fn new(pem: &str, key_id: &str, team_id: &str) -> Result<Self, ApnsKeyError> {
        let fits = |id: &str| id.len() == 10 && id.bytes().all(|letter| letter.is_ascii_alphanumeric());
        if !fits(key_id) {
            return Err(ApnsKeyError::KeyId);
        }
        if !fits(team_id) {
            return Err(ApnsKeyError::TeamId);
        }
        let key = EcKey::from_pem(pem)?;
        Ok(Self { key, key_id: key_id.to_owned(), team_id: team_id.to_owned() })
    }
}

/// Why there is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApnsKeyError {
    /// The file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Its id.
    #[error("the key id has ten letters and digits")]
    KeyId,
    /// The team's id.
    #[error("the team id has ten letters and digits")]
    TeamId,
}

/// What a client of APNs needs to know.
#[derive(Clone, Debug)]
pub struct ApnsSettings {
    /// [`PRODUCTION`], [`SANDBOX`], or somebody's proxy.
    pub endpoint: Endpoint,
    /// Whose certificates are believed there.
    pub trust: Trust,
    /// Who sends.
    pub key: ApnsKey,
    /// The app's bundle id.
    pub topic: String,
    /// The key in the app's texts of what an alert says; the same for every push.
    pub loc_key: String,
    /// The category of its actions, if it has any.
    pub category: Option<String>,
}

/// A client of APNs.
pub struct Apns {
    topic: String,
    about: String,
    body: Body,
    endpoint: Endpoint,
    tokens: Tokens,
    pool: Pool,
    breaker: Breaker,
    clock: Arc<dyn Clock>,
}

struct Body {
    loc_key: String,
    category: Option<String>,
}

impl Apns {
    /// Connects at once, within a tokio runtime.
    pub fn start(settings: ApnsSettings, clock: Arc<dyn Clock>) -> Self {
        let ApnsSettings { endpoint, trust, key, topic, loc_key, category } = settings;
        let tls = Arc::new(trust.client(&[b"h2"]));
        Self {
            about: format!("key {} of team {}", key.key_id, key.team_id),
            pool: Pool::start(endpoint.clone(), tls, Arc::clone(&clock), STYLE),
            tokens: Tokens::new(key),
            breaker: Breaker::default(),
            body: Body { loc_key, category },
            topic,
            endpoint,
            clock,
        }
    }

    /// Sends with another key from now on, on new connections.
    pub fn replace_key(&self, key: ApnsKey) {
        self.tokens.replace(key);
        self.pool.renew();
    }

    /// Connections that are up.
    pub fn connections(&self) -> usize {
        self.pool.live()
    }

    /// Whether pushes are turned away at once, because too many failed in a row.
    pub fn is_resting(&self) -> bool {
        self.breaker.is_open()
    }

    /// When the token that was last made ends; APNs takes it for an hour.
    pub fn token_ends(&self) -> Option<SystemTime> {
        self.tokens.ends().map(|ends| UNIX_EPOCH + Duration::from_secs(ends))
    }

    fn request(&self, token: &str, device: &str, push: &Push) -> Result<Request<()>, http::Error> {
        let (kind, priority) = match push.urgency {
            Urgency::High => ("alert", "10"),
            Urgency::Normal => ("alert", "5"),
            Urgency::Quiet => ("background", "5"),
        };
        let mut request = Request::post(self.endpoint.url(&format!("/3/device/{device}")))
            .header(header::AUTHORIZATION, format!("bearer {token}"))
            .header("apns-topic", &self.topic)
            .header("apns-push-type", kind)
            .header("apns-priority", priority)
            .header("apns-expiration", unix(push.expires))
            .header("apns-id", push.id.to_string());
        if let Some(collapse) = &push.collapse {
            request = request.header("apns-collapse-id", collapse.as_str());
        }
        request.body(())
    }

    async fn deliver(&self, device: &str, push: &Push) -> Answer {
        let body = Bytes::from(self.body.json(push));
        let mut token = self.tokens.at(unix(self.clock.now()));
        let (mut tries, mut except, mut again) = (0, None, true);
        let mut alarm = None;
        loop {
            let Ok(request) = self.request(&token.text, device, push) else {
                return Answer::wrong("topic: not for a header");
            };
            let (response, serial) = self.pool.ask(request, body.clone(), except, PATIENCE).await;
            tries += 1;
            let reading = match response {
                Ok(response) if response.status.is_success() => {
                    let id = response.headers.get("apns-id").and_then(|id| id.to_str().ok()).map(Reason::new);
                    let reason = Reason::new(response.status.as_str());
                    return Answer { outcome: Outcome::Accepted { id }, reason, alarm, tries };
                }
                Ok(response) => reason::read(response.status, &response.body),
                Err(why) => reason::nothing(why),
            };
            alarm = reading.alarm.or(alarm);
            let retry = again
                && match reading.next {
                    Next::Done => false,
                    Next::Elsewhere => !left(push.expires, self.clock.now()).is_zero(),
                    Next::NewToken => match self.tokens.anew(&token, unix(self.clock.now())) {
                        Some(anew) => {
                            token = anew;
                            // On a connection of its own, where no other token has been seen.
                            self.pool.renew();
                            true
                        }
                        None => false,
                    },
                    Next::NewConnections => self.pool.renew(),
                };
            if !retry {
                return Answer { outcome: reading.outcome, reason: reading.reason, alarm, tries };
            }
            (again, except) = (false, serial);
        }
    }
}

impl Body {
    fn json(&self, push: &Push) -> Vec<u8> {
        let mut aps = json!({
            "alert": { "loc-key": self.loc_key },
            "mutable-content": 1,
            "interruption-level": "time-sensitive",
        });
        if let Some(category) = &self.category {
            aps["category"] = json!(category);
        }
        if push.urgency == Urgency::Quiet {
            aps = json!({ "content-available": 1 });
        }
        let body = json!({ "aps": aps, "w": BASE64_URL_SAFE_NO_PAD.encode(&push.payload) });
        body.to_string().into_bytes()
    }
}

#[async_trait]
impl Provider for Apns {
    fn channel(&self) -> Channel {
        Channel::Apns
    }

    async fn send(&self, to: &Address, push: &Push) -> Answer {
        let Address::Apns(device) = to else { return Answer::wrong("not an address of APNs") };
        let now = self.clock.now();
        if let Some(answer) = push.refuse(now) {
            return answer;
        }
        let permit = match self.breaker.permit(device.as_str(), now) {
            Ok(permit) => permit,
            Err(wait) => return Answer::resting(wait),
        };
        let answer = self.deliver(device.as_str(), push).await;
        permit.record(&answer, self.clock.now());
        answer
    }

    /// Pushes to a device token that cannot exist: whoever is told that this token is bad has been let in.
    async fn check(&self) -> Checked {
        let push = Push::to_nobody(self.clock.now());
        let answer = self.deliver(&"0".repeat(64), &push).await;
        let (about, topic, at) = (&self.about, &self.topic, &self.endpoint);
        let says = &answer.reason;
        match (answer.outcome, answer.alarm) {
            (_, Some(Alarm::Clock)) => Checked::Fails(format!(
                "APNs takes our token for expired ({says}): this machine's clock is wrong. Set it by NTP."
            )),
            (Outcome::Suspect, None) => Checked::Works(format!("APNs at {at} accepts {about} for {topic}.")),
            (_, Some(Alarm::Credentials)) => Checked::Fails(format!(
                "APNs at {at} does not accept {about} ({says}): the key file, its id or the team's id is wrong, or the \
                 key was revoked."
            )),
            (_, Some(Alarm::Configuration)) => Checked::Fails(format!(
                "APNs at {at} accepts {about}, but not for {topic} here ({says}): the topic must be the app's bundle \
                 id, and the key be made for it and for this environment."
            )),
            (Outcome::TheirSide | Outcome::Busy { .. }, _) => {
                Checked::Fails(format!("APNs at {at} cannot be asked now: {says}"))
            }
            (_, _) => Checked::Fails(format!("APNs at {at} answers what was not expected: {says}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::PushId;

    #[test]
    fn the_body_is_an_alert_that_says_nothing() {
        let body = Body { loc_key: "signInRequest".to_owned(), category: Some("SIGN_IN".to_owned()) };
        let push = Push {
            id: PushId([7; 16]),
            payload: Bytes::from_static(&[0xfb, 0xff]),
            expires: UNIX_EPOCH,
            urgency: Urgency::High,
            collapse: None,
        };
        let json: serde_json::Value = serde_json::from_slice(&body.json(&push)).unwrap();
        let expected = json!({
            "aps": {
                "alert": { "loc-key": "signInRequest" },
                "category": "SIGN_IN",
                "interruption-level": "time-sensitive",
                "mutable-content": 1,
            },
            "w": "-_8",
        });
        assert_eq!(json, expected);
        let mut longest = push;
        longest.payload = vec![0; Push::LONGEST].into();
        assert!(body.json(&longest).len() <= 4096);
    }

    #[test]
    fn a_key_names_what_is_wrong_with_it() {
        let key = crate::fake::TEST_KEY;
        assert_eq!(ApnsKey::new("x", "ABCDE12345", "TEAM123456").err(), Some(KeyError::P256.into()));
        assert_eq!(ApnsKey::new(key, "ABCDE", "TEAM123456").err(), Some(ApnsKeyError::KeyId));
        assert_eq!(ApnsKey::new(key, "ABCDE12345", "").err(), Some(ApnsKeyError::TeamId));
    }
}
