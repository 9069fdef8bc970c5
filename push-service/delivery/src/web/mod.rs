//! Web Push: RFC 8030 with encryption (RFC 8291) and a sender's key (RFC 8292). UnifiedPush speaks it too.
//!
//! The receivers choose the push service, so its address comes from a stranger: it is https and public (the
//! [`guard`](crate::guard)), redirects are not followed, answers are cut off, and one service that hangs takes no room
//! from others.

mod encryption;
pub(crate) mod reason;
mod vapid;

use crate::address::{Address, Channel, Subscription};
use crate::answer::{Answer, Outcome, Reason, with_causes};
use crate::breaker::Breaker;
use crate::clock::{Clock, left, unix};
use crate::guard::{Guard, Refused};
use crate::provider::{Checked, Provider};
use crate::push::{Push, Urgency};
use crate::trust::Trust;
use async_trait::async_trait;
use bytes::Bytes;
use encryption::{Fresh, encrypt};
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::Semaphore;
use vapid::Tokens;
pub use vapid::{VapidKey, VapidKeyError};

/// For one push: looking up, connecting, and the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Pushes under way to one push service.
const MOST_TO_ONE: usize = 100;
/// Pushes under way in all.
const MOST: usize = 2_000;

/// Push services that are remembered.
const SERVICES: usize = 1_000;

/// Bytes of an answer that are read.
const LONGEST_ANSWER: usize = 16 * 1024;

/// What a client of Web Push needs to know.
#[derive(Clone)]
pub struct WebPushSettings {
    /// Whose certificates are believed.
    pub trust: Trust,
    /// Where pushes may go.
    pub guard: Guard,
    /// Who sends.
    pub key: VapidKey,
}

/// A client of Web Push.
pub struct WebPush {
    tokens: Tokens,
    guard: Guard,
    sender: Client<HttpsConnector<HttpConnector<Guard>>, Full<Bytes>>,
    services: Mutex<HashMap<String, Arc<Service>>>,
    room: Semaphore,
    clock: Arc<dyn Clock>,
}

/// What is remembered of a push service.
struct Service {
    breaker: Breaker,
    room: Semaphore,
}

impl WebPush {
    /// Connects to nobody yet: whom to is in each address.
    pub fn start(settings: WebPushSettings, clock: Arc<dyn Clock>) -> Self {
        let WebPushSettings { trust, guard, key } = settings;
        let mut http = HttpConnector::new_with_resolver(guard.clone());
        http.enforce_http(false);
        http.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(trust.client(&[]))
            .https_only()
            .enable_http1()
            .enable_http2()
            .wrap_connector(http);
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(4);
        Self {
            tokens: Tokens::new(key),
            guard,
            sender: builder.build(https),
            services: Mutex::default(),
            room: Semaphore::new(MOST),
            clock,
        }
    }

    /// The public key in base64url: what an app subscribes with.
    pub fn public_key(&self) -> String {
        self.tokens.public()
    }

    fn service(&self, origin: &str) -> Arc<Service> {
        let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = services.get(origin) {
            return Arc::clone(service);
        }
        // Strangers choose the origins. What is forgotten is only who failed lately.
        if services.len() >= SERVICES {
            services.clear();
        }
        let service = Arc::new(Service { breaker: Breaker::default(), room: Semaphore::new(MOST_TO_ONE) });
        services.insert(origin.to_owned(), Arc::clone(&service));
        service
    }

    fn request(
        &self,
        to: &Subscription,
        push: &Push,
        now: SystemTime,
    ) -> Result<Request<Full<Bytes>>, String> {
        let fresh = Fresh::draw().ok_or("the system has no randomness")?;
        let urgency = match push.urgency {
            Urgency::High => "high",
            Urgency::Normal | Urgency::Quiet => "normal",
        };
        let mut request = Request::post(to.endpoint.clone())
            .header(header::AUTHORIZATION, &*self.tokens.authorization(&to.origin(), unix(now)))
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header("ttl", left(push.expires, now).as_secs())
            .header("urgency", urgency);
        if let Some(collapse) = &push.collapse {
            request = request.header("topic", collapse.as_str());
        }
        let body = encrypt(to, &push.payload, fresh);
        request.body(Full::from(body)).map_err(|error| error.to_string())
    }

    /// The status and what it means, or why there is none.
    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Outcome), (Outcome, String)> {
        let answer = self.sender.request(request).await.map_err(|error| why(&error))?;
        let outcome = reason::read(answer.status(), answer.headers(), self.clock.now());
        let status = answer.status();
        // Read to the end, if that is near, so that the connection can be used again.
        let _ = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
        Ok((status, outcome))
    }

    async fn deliver(&self, to: &Subscription, push: &Push) -> Answer {
        let now = self.clock.now();
        if let Err(refused) = self.guard.check(&to.endpoint) {
            return Answer::unsent(Outcome::Suspect, &refused.to_string());
        }
        let request = match self.request(to, push, now) {
            Ok(request) => request,
            Err(why) => return Answer::wrong(&why),
        };
        let sent = tokio::select! {
            sent = self.exchange(request) => sent,
            () = self.clock.sleep(PATIENCE) => Err((Outcome::TheirSide, "no answer within 5 s".to_owned())),
        };
        let (outcome, reason) = match sent {
            Ok((status, outcome)) => (outcome, Reason::new(status.as_str())),
            Err((outcome, why)) => (outcome, Reason::new(&why)),
        };
        Answer { outcome, reason, alarm: None, tries: 1 }
    }
}

/// What it means that a request came to nothing: the guard's refusal is about the address.
fn why(error: &(dyn Error + 'static)) -> (Outcome, String) {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(refused) = inner.and_then(|inner| inner.downcast_ref::<Refused>()) {
            return (Outcome::Suspect, refused.to_string());
        }
        cause = error.source();
    }
    (Outcome::TheirSide, with_causes(error))
}

#[async_trait]
impl Provider for WebPush {
    fn channel(&self) -> Channel {
        Channel::Web
    }

    async fn send(&self, to: &Address, push: &Push) -> Answer {
        let Address::Web(to) = to else { return Answer::wrong("not a subscription of Web Push") };
        let now = self.clock.now();
        if let Some(answer) = push.refuse(now) {
            return answer;
        }
        let service = self.service(&to.origin());
        let (Ok(_place), Ok(_room)) = (service.room.try_acquire(), self.room.try_acquire()) else {
            return Answer::unsent(Outcome::Busy { wait: None }, "too many are under way");
        };
        let permit = match service.breaker.permit(to.endpoint.path(), now) {
            Ok(permit) => permit,
            Err(wait) => return Answer::resting(wait),
        };
        let answer = self.deliver(to, push).await;
        permit.record(&answer, self.clock.now());
        answer
    }

    /// Has nobody to ask: each push service is chosen by a receiver.
    async fn check(&self) -> Checked {
        Checked::Works(format!(
            "Web Push: the key can be read; apps subscribe with {}. Whether a push service accepts it is known when \
             the first app has subscribed.",
            self.public_key()
        ))
    }
}
