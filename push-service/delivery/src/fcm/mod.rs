//! Google: FCM HTTP v1 with a service account.
//!
//! A push is a data message of high priority: the app is woken, and draws what is to be seen itself. The payload is in
//! the data, in base64url, under `w`.

mod account;
mod reason;
mod token;

use crate::address::{Address, Channel};
use crate::answer::{Alarm, Answer, Outcome, Reason};
use crate::breaker::Breaker;
use crate::clock::{Clock, left};
use crate::endpoint::Endpoint;
use crate::http2::{Pool, Style};
use crate::pause::chance;
use crate::provider::{Checked, Provider};
use crate::push::{Push, Urgency};
use crate::trust::Trust;
pub use account::{AccountError, ServiceAccount};
use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Request, header};
use reason::{Next, Reading};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use token::{Problem, Tokens};

/// For one try, waiting for a place included.
const PATIENCE: Duration = Duration::from_secs(2);

const STYLE: Style = Style { connections: 2, most_waiting: 2_000, prove_first: false };

/// The longest that a project rests, whatever FCM says.
const LONGEST_REST: Duration = Duration::from_secs(600);

/// `https://fcm.googleapis.com`.
pub const PRODUCTION: &str = "https://fcm.googleapis.com";

/// What a client of FCM needs to know.
#[derive(Debug)]
pub struct FcmSettings {
    /// [`PRODUCTION`], or somebody's proxy.
    pub endpoint: Endpoint,
    /// Whose certificates are believed there and where tokens are fetched.
    pub trust: Trust,
    /// Who sends.
    pub account: ServiceAccount,
}

/// A client of FCM.
pub struct Fcm {
    url: String,
    account: Arc<ServiceAccount>,
    tokens: Tokens,
    pool: Pool,
    breaker: Breaker,
    /// Until then the project sends nothing.
    rests: Mutex<Option<SystemTime>>,
    clock: Arc<dyn Clock>,
}

impl Fcm {
    /// Connects and fetches a token at once, within a tokio runtime.
    pub fn start(settings: FcmSettings, clock: Arc<dyn Clock>) -> Self {
        let FcmSettings { endpoint, trust, account } = settings;
        let account = Arc::new(account);
        let tls = Arc::new(trust.client(&[b"h2"]));
        Self {
            url: endpoint.url(&format!("/v1/projects/{}/messages:send", account.project)),
            tokens: Tokens::start(Arc::clone(&account), &trust, Arc::clone(&clock)),
            pool: Pool::start(endpoint, tls, Arc::clone(&clock), STYLE),
            breaker: Breaker::default(),
            rests: Mutex::new(None),
            account,
            clock,
        }
    }

    /// Connections that are up.
    pub fn connections(&self) -> usize {
        self.pool.live()
    }

    /// Whether pushes are turned away at once, because too many failed in a row.
    pub fn is_resting(&self) -> bool {
        self.breaker.is_open()
    }

    /// When the access token ends, if there is one.
    pub fn token_ends(&self) -> Option<SystemTime> {
        self.tokens.ends()
    }

    fn request(&self, token: &str) -> Result<Request<()>, http::Error> {
        Request::post(&self.url)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(())
    }

    /// How long the project still rests.
    fn rest(&self, now: SystemTime) -> Option<Duration> {
        let until = (*self.rests.lock().unwrap_or_else(PoisonError::into_inner))?;
        // A clock that was stepped back must not make it long.
        Some(left(until, now)).filter(|left| !left.is_zero() && *left <= LONGEST_REST)
    }

    async fn token(&self) -> Result<token::Token, Problem> {
        tokio::select! {
            token = self.tokens.get() => token,
            () = self.clock.sleep(PATIENCE) => {
                Err(Problem { reason: Reason::new("no token within 2 s"), alarm: None })
            }
        }
    }

    async fn deliver(&self, body: Value, expires: SystemTime) -> Answer {
        let body = Bytes::from(body.to_string());
        let mut token = match self.token().await {
            Ok(token) => token,
            Err(Problem { reason, alarm }) => {
                let outcome = if alarm.is_some() { Outcome::Misconfigured } else { Outcome::TheirSide };
                return Answer { outcome, reason, alarm, tries: 0 };
            }
        };
        let (mut tries, mut except, mut again) = (0, None, true);
        loop {
            let Ok(request) = self.request(&token.text) else {
                return Answer::wrong("a token for no header");
            };
            let (response, serial) = self.pool.ask(request, body.clone(), except, PATIENCE).await;
            tries += 1;
            let now = self.clock.now();
            let reading = response.map_or_else(reason::nothing, |response| reason::read(&response, now));
            let retry = again
                && match reading.next {
                    Next::Done => false,
                    Next::Later => self.moment(expires).await,
                    Next::NewToken => match self.another_token(&token).await {
                        Some(other) => {
                            token = other;
                            true
                        }
                        None => false,
                    },
                    Next::Rest(wait) => {
                        let until = now + wait.min(LONGEST_REST);
                        *self.rests.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
                        false
                    }
                };
            if !retry {
                let Reading { outcome, reason, alarm, .. } = reading;
                return Answer { outcome, reason, alarm, tries };
            }
            (again, except) = (false, serial);
        }
    }

    async fn another_token(&self, used: &token::Token) -> Option<token::Token> {
        tokio::select! {
            token = self.tokens.renew(used) => token,
            () = self.clock.sleep(PATIENCE) => None,
        }
    }

    /// Waits a quarter to three quarters of a second, if the push is of use after that.
    async fn moment(&self, expires: SystemTime) -> bool {
        let moment = Duration::from_millis(250) + Duration::from_millis(500).mul_f64(chance());
        let worth = left(expires, self.clock.now()) > moment;
        if worth {
            self.clock.sleep(moment).await;
        }
        worth
    }
}

fn message(to: &str, push: &Push, now: SystemTime) -> Value {
    let priority = match push.urgency {
        Urgency::High => "HIGH",
        Urgency::Normal | Urgency::Quiet => "NORMAL",
    };
    let mut android =
        json!({ "priority": priority, "ttl": format!("{}s", left(push.expires, now).as_secs()) });
    if let Some(collapse) = &push.collapse {
        android["collapse_key"] = json!(collapse.as_str());
    }
    let data = json!({ "w": BASE64_URL_SAFE_NO_PAD.encode(&push.payload) });
    json!({ "message": { "token": to, "data": data, "android": android } })
}

#[async_trait]
impl Provider for Fcm {
    fn channel(&self) -> Channel {
        Channel::Fcm
    }

    async fn send(&self, to: &Address, push: &Push) -> Answer {
        let Address::Fcm(to) = to else { return Answer::wrong("not an address of FCM") };
        let now = self.clock.now();
        if let Some(answer) = push.refuse(now) {
            return answer;
        }
        if let Some(wait) = self.rest(now) {
            return Answer::unsent(Outcome::Busy { wait: Some(wait) }, "FCM asked this project to wait");
        }
        let permit = match self.breaker.permit(to.as_str(), now) {
            Ok(permit) => permit,
            Err(wait) => return Answer::resting(wait),
        };
        let answer = self.deliver(message(to.as_str(), push, now), push.expires).await;
        permit.record(&answer, self.clock.now());
        answer
    }

    /// Has a message to nobody looked at and not sent (`validate_only`).
    async fn check(&self) -> Checked {
        let now = self.clock.now();
        let message = json!({ "topic": "check", "data": { "w": "" } });
        let body = json!({ "validate_only": true, "message": message });
        let answer = self.deliver(body, now + Duration::from_secs(60)).await;
        let (project, email, says) = (&self.account.project, &self.account.email, &answer.reason);
        match (answer.outcome, answer.alarm) {
            (Outcome::Accepted { .. }, _) => {
                Checked::Works(format!("FCM accepts {email} for the project {project}."))
            }
            (_, Some(Alarm::Clock)) => Checked::Fails(format!(
                "Google takes our request for a token for one of another time ({says}): this machine's clock is \
                 wrong. Set it by NTP."
            )),
            (_, Some(Alarm::Credentials)) => Checked::Fails(format!(
                "FCM does not accept {email} for the project {project} ({says}): its key was deleted, or it may not \
                 send (role \"Firebase Cloud Messaging API Admin\"), or the API is not enabled in the project."
            )),
            (Outcome::TheirSide | Outcome::Busy { .. }, _) => {
                Checked::Fails(format!("FCM cannot be asked now: {says}"))
            }
            (_, _) => Checked::Fails(format!("FCM answers what was not expected: {says}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::{Collapse, PushId};
    use std::time::UNIX_EPOCH;

    #[test]
    fn the_message_is_data_alone_and_ends_with_the_push() {
        let push = Push {
            id: PushId([7; 16]),
            payload: Bytes::from_static(&[0xfb, 0xff]),
            expires: UNIX_EPOCH + Duration::from_millis(58_900),
            urgency: Urgency::High,
            collapse: Collapse::new("wake"),
        };
        let android = json!({ "priority": "HIGH", "ttl": "58s", "collapse_key": "wake" });
        let expected = json!({ "message": { "token": "t", "data": { "w": "-_8" }, "android": android } });
        assert_eq!(message("t", &push, UNIX_EPOCH), expected);
    }
}
