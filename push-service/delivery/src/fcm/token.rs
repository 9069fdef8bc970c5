//! The access token: fetched by one task, long before anybody needs it (RFC 7523; "Using OAuth 2.0 for server to
//! server applications" at Google).

use super::account::ServiceAccount;
use crate::answer::{Alarm, Reason, with_causes};
use crate::clock::{Clock, left, unix};
use crate::pause::pause;
use crate::trust::Trust;
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

/// For one request.
const PATIENCE: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Between two tokens that are fetched because FCM refused one.
const RENEWALS: Duration = Duration::from_secs(60);
/// Bytes of an answer.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A token that is looked after.
pub(super) struct Tokens {
    state: watch::Receiver<State>,
    wanted: Arc<Notify>,
    clock: Arc<dyn Clock>,
    renewal: Mutex<Option<Renewal>>,
    task: AbortHandle,
}

#[derive(Clone, Default)]
struct State {
    token: Option<Token>,
    /// Why the last try has failed.
    problem: Option<Problem>,
    /// Tries so far.
    tries: u64,
}

struct Renewal {
    at: SystemTime,
    /// The tries before it.
    tries: u64,
}

/// An access token.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) text: Arc<str>,
    ends: SystemTime,
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) reason: Reason,
    pub(super) alarm: Option<Alarm>,
}

impl Drop for Tokens {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Tokens {
    /// Fetches the first one at once.
    pub(super) fn start(account: Arc<ServiceAccount>, trust: &Trust, clock: Arc<dyn Clock>) -> Self {
        let (sender, state) = watch::channel(State::default());
        let wanted = Arc::new(Notify::new());
        let fetcher = Fetcher { account, client: client(trust), clock: Arc::clone(&clock) };
        let task = tokio::spawn(keep(fetcher, sender, Arc::clone(&wanted))).abort_handle();
        Self { state, wanted, clock, renewal: Mutex::new(None), task }
    }

    /// The token; waits for the first one, together with everybody else.
    pub(super) async fn get(&self) -> Result<Token, Problem> {
        let mut state = self.state.clone();
        loop {
            {
                let state = state.borrow_and_update();
                let now = self.clock.now();
                if let Some(token) = state.token.as_ref().filter(|token| !left(token.ends, now).is_zero()) {
                    return Ok(token.clone());
                }
                if let Some(problem) = &state.problem {
                    return Err(problem.clone());
                }
            }
            state.changed().await.map_err(|_| Problem::ours("the task that fetches tokens has ended"))?;
        }
    }

    /// When the newest one ends.
    pub(super) fn ends(&self) -> Option<SystemTime> {
        self.state.borrow().token.as_ref().map(|token| token.ends)
    }

    /// Another token than `used`, which FCM has refused; `None` if there was one lately, or there is none.
    pub(super) async fn renew(&self, used: &Token) -> Option<Token> {
        let mut state = self.state.clone();
        let other = |state: &State| state.token.clone().filter(|token| token.text != used.text);
        let before = {
            let state = state.borrow_and_update();
            if let Some(token) = other(&state) {
                return Some(token);
            }
            let mut renewal = self.renewal.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.clock.now();
            match &*renewal {
                // Somebody has asked for it, and waits too.
                Some(under_way) if under_way.tries == state.tries => {}
                Some(past) if now.duration_since(past.at).is_ok_and(|since| since < RENEWALS) => return None,
                _ => {
                    *renewal = Some(Renewal { at: now, tries: state.tries });
                    self.wanted.notify_one();
                }
            }
            state.tries
        };
        let state = state.wait_for(|state| state.tries > before).await.ok()?;
        other(&state)
    }
}

impl Problem {
    fn ours(reason: &str) -> Self {
        Self { reason: Reason::new(reason), alarm: None }
    }
}

type TokenClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

fn client(trust: &Trust) -> TokenClient {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(trust.client(&[]))
        .https_only()
        .enable_http1()
        .enable_http2()
        .wrap_connector(http);
    // A request every half hour: no connection is kept.
    Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(https)
}

struct Fetcher {
    account: Arc<ServiceAccount>,
    client: TokenClient,
    clock: Arc<dyn Clock>,
}

/// Fetches a token at half the life of the one before; keeps that one while this fails.
async fn keep(fetcher: Fetcher, state: watch::Sender<State>, wanted: Arc<Notify>) {
    let mut failures = 0;
    loop {
        let wait = match fetcher.fetch().await {
            Ok((text, life)) => {
                let token = Token { text, ends: fetcher.clock.now() + life };
                state.send_modify(|state| {
                    *state = State { token: Some(token), problem: None, tries: state.tries + 1 };
                });
                failures = 0;
                life / 2
            }
            Err(problem) => {
                state.send_modify(|state| {
                    state.problem = Some(problem);
                    state.tries += 1;
                });
                failures += 1;
                pause(failures, FIRST_PAUSE, LONGEST_PAUSE)
            }
        };
        tokio::select! {
            () = fetcher.clock.sleep(wait) => {}
            () = wanted.notified() => {}
        }
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Denied {
    error: String,
    error_description: String,
}

impl Fetcher {
    async fn fetch(&self) -> Result<(Arc<str>, Duration), Problem> {
        let host = &self.account.tokens.authority;
        let fetched = tokio::select! {
            fetched = self.ask() => fetched,
            () = self.clock.sleep(PATIENCE) => Err(Problem::ours("no answer within 5 s")),
        };
        fetched.map_err(|problem| Problem {
            reason: Reason::new(&format!("no token from {host}: {}", problem.reason)),
            ..problem
        })
    }

    async fn ask(&self) -> Result<(Arc<str>, Duration), Problem> {
        let assertion = self.account.assertion(unix(self.clock.now()));
        let body =
            format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}");
        let request = Request::post(self.account.tokens.url(""))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(body))
            .map_err(|error| Problem::ours(&error.to_string()))?;
        let answer =
            self.client.request(request).await.map_err(|error| Problem::ours(&with_causes(&error)))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
        let body = body.map_err(|error| Problem::ours(&error.to_string()))?.to_bytes();
        if status.is_success() {
            let granted: Granted = serde_json::from_slice(&body)
                .map_err(|_| Problem::ours("an answer that is no JSON of a token"))?;
            let fits = |letter: u8| letter.is_ascii_graphic();
            if granted.access_token.is_empty() || !granted.access_token.bytes().all(fits) {
                return Err(Problem::ours("a token that fits no header"));
            }
            // A token that lived for no time would be fetched without a pause.
            let life = Duration::from_secs(granted.expires_in.clamp(60, 86_400));
            return Ok((granted.access_token.into(), life));
        }
        Err(refused(status.as_u16(), &body))
    }
}

fn refused(status: u16, body: &[u8]) -> Problem {
    let denied: Denied = serde_json::from_slice(body).unwrap_or_default();
    let reason = Reason::new(format!("{status} {} {}", denied.error, denied.error_description).trim());
    let alarm = match denied.error.as_str() {
        // "… must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp …"
        "invalid_grant" if denied.error_description.contains("iat") => Some(Alarm::Clock),
        "" => None,
        _ if (400..500).contains(&status) && status != 429 => Some(Alarm::Credentials),
        _ => None,
    };
    Problem { reason, alarm }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_about_the_clock_the_account_or_their_side() {
        let timeframe =
            r#"{"error":"invalid_grant","error_description":"Invalid JWT: … Check your iat and exp values"}"#;
        assert_eq!(refused(400, timeframe.as_bytes()).alarm, Some(Alarm::Clock));
        let signature = r#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#;
        assert_eq!(refused(400, signature.as_bytes()).alarm, Some(Alarm::Credentials));
        assert_eq!(refused(401, br#"{"error":"invalid_client"}"#).alarm, Some(Alarm::Credentials));
        assert_eq!(refused(503, b"<html>").alarm, None);
        assert_eq!(refused(503, br#"{"error":"backend_error"}"#).alarm, None);
    }
}
