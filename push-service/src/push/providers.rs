//! The providers that this service has keys for, and which addresses they take.

use super::HANDED_OVER;
use crate::providers::{Connected, Readied};
use authenticator_protocol::channels::{Environment, Push, PushAddress, Refusal, WebPushKey};
use authenticator_protocol::code::{Bytes, decode_array, encode};
use delivery::{Address, AddressError, Clock, DeviceToken, RegistrationToken, Subscription};
use signin::channel::Provider;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::Semaphore;

/// The providers, connected.
pub struct Providers {
    can: Option<Push>,
    apns: Option<One>,
    fcm: Option<One>,
    web: Option<One>,
    /// The app that APNs takes pushes for.
    app: Option<(String, Environment)>,
    look: Vec<(Provider, Look)>,
}

/// How it stands with a provider.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// It is left alone, because it failed too often.
    pub resting: bool,
    /// When the token that it was last told ends.
    pub token_ends: Option<SystemTime>,
}

type Look = Box<dyn Fn() -> Standing + Send + Sync>;

/// One of them.
pub(super) struct One {
    pub(super) provider: Arc<dyn delivery::Provider>,
    pub(super) room: Arc<Semaphore>,
}

impl One {
    fn new(provider: Arc<dyn delivery::Provider>) -> Self {
        Self { provider, room: Arc::new(Semaphore::new(HANDED_OVER)) }
    }
}

impl Providers {
    /// Connects, within a tokio runtime.
    pub(super) fn start(readied: Readied, clock: &Arc<dyn Clock>) -> Self {
        let Connected { apns, fcm, web, app } = readied.connect(clock);
        let key = web.as_ref().and_then(|web| decode_array(&web.public_key()));
        let web_push = key.map(|key| WebPushKey { key: Bytes(key) });
        let mut look: Vec<(Provider, Look)> = Vec::new();
        if let Some(apns) = apns.clone() {
            let standing = move || Standing { resting: apns.is_resting(), token_ends: apns.token_ends() };
            look.push((Provider::Apns, Box::new(standing)));
        }
        if let Some(fcm) = fcm.clone() {
            let standing = move || Standing { resting: fcm.is_resting(), token_ends: fcm.token_ends() };
            look.push((Provider::Fcm, Box::new(standing)));
        }
        let can = Push { apns: apns.is_some(), fcm: fcm.is_some(), web_push };
        Self {
            can: (can != Push::default()).then_some(can),
            apns: apns.map(|apns| One::new(apns)),
            fcm: fcm.map(|fcm| One::new(fcm)),
            web: web.map(|web| One::new(web)),
            app,
            look,
        }
    }

    /// What phones are told of them; `None` when there is none.
    pub fn can(&self) -> Option<Push> {
        self.can.clone()
    }

    /// How it stands with APNs and FCM; of Web Push each service is judged by itself.
    pub fn standing(&self) -> impl Iterator<Item = (&'static str, Standing)> {
        self.look.iter().map(|(provider, look)| (provider.as_str(), look()))
    }

    pub(super) fn of(&self, provider: Provider) -> Option<&One> {
        match provider {
            Provider::Apns => self.apns.as_ref(),
            Provider::Fcm => self.fcm.as_ref(),
            Provider::WebPush => self.web.as_ref(),
        }
    }

    /// Whether wakes can go to this address, as far as can be said before one does.
    pub fn take(&self, said: &PushAddress) -> Result<(), Refusal> {
        if self.of(Provider::of(said)).is_none() {
            return Err(Refusal::NotConfigured);
        }
        if let (PushAddress::Apns(said), Some((topic, environment))) = (said, &self.app) {
            if said.topic.as_ref().is_some_and(|other| other != topic) {
                return Err(Refusal::Topic);
            }
            if said.environment != *environment {
                return Err(Refusal::Environment);
            }
        }
        address(said).map(drop).map_err(|_| Refusal::Address)
    }
}

/// As `delivery` reads it.
pub(super) fn address(said: &PushAddress) -> Result<Address, AddressError> {
    Ok(match said {
        PushAddress::Apns(said) => Address::Apns(DeviceToken::new(&said.token)?),
        PushAddress::Fcm(said) => Address::Fcm(RegistrationToken::new(&said.token)?),
        PushAddress::WebPush(said) => {
            let (key, auth) = (said.p256dh.to_string(), encode(&said.auth.0));
            Address::Web(Subscription::new(&said.endpoint, &key, &auth)?)
        }
    })
}
