//! The providers that bring wakes to phones: their keys read from files, and what they say when they are asked.

use crate::config::push::{ApnsPush, FcmPush, Push, WebPush as WebPushFiles};
use crate::tls::read_key;
use authenticator_protocol::channels::Environment;
use delivery::apns::{ApnsKey, ApnsSettings};
use delivery::fcm::{FcmSettings, ServiceAccount};
use delivery::guard::Guard;
use delivery::web::{VapidKey, WebPushSettings};
use delivery::{Apns, Checked, Clock, Fcm, Provider, Trust, WebPush};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What an alert says where the app cannot say more: a sentence of the app's own texts.
const LOC_KEY: &str = "phone-lock-push";

/// Where a refused address could be allowed.
const HINT: &str = "; name its network in push.web.networks";

/// Everything that is needed to start the providers, read and checked in form.
pub struct Readied {
    app: Option<(String, Environment)>,
    apns: Option<ApnsSettings>,
    fcm: Option<FcmSettings>,
    web: Option<WebPushSettings>,
}

/// The providers, connected.
pub(crate) struct Connected {
    pub(crate) apns: Option<Arc<Apns>>,
    pub(crate) fcm: Option<Arc<Fcm>>,
    pub(crate) web: Option<Arc<WebPush>>,
    /// The app that APNs takes pushes for: topic and environment.
    pub(crate) app: Option<(String, Environment)>,
}

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {}: {problem}", path.display())]
pub struct ProviderError {
    setting: &'static str,
    path: PathBuf,
    problem: String,
}

fn wrong<'a, E: ToString>(setting: &'static str, path: &'a Path) -> impl Fn(E) -> ProviderError + 'a {
    move |problem| ProviderError { setting, path: path.into(), problem: problem.to_string() }
}

/// A secret text, which others may not read.
fn secret(setting: &'static str, path: &Path) -> Result<Zeroizing<String>, ProviderError> {
    let bytes = read_key(path).map_err(wrong(setting, path))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong(setting, path)("not a text"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

impl Readied {
    /// Reads the files that the configuration names.
    pub fn read(push: &Push) -> Result<Self, ProviderError> {
        let trust = match &push.roots {
            None => Trust::system(),
            Some(path) => {
                let pem = std::fs::read(path).map_err(wrong("push.roots", path))?;
                Trust::system().and(&pem).map_err(wrong("push.roots", path))?
            }
        };
        Ok(Self {
            app: push.apns.as_ref().map(|apns| (apns.topic.clone(), apns.environment)),
            apns: push.apns.as_ref().map(|files| apns(files, trust.clone())).transpose()?,
            fcm: push.fcm.as_ref().map(|files| fcm(files, trust.clone())).transpose()?,
            web: push.web.as_ref().map(|files| web(files, trust.clone())).transpose()?,
        })
    }

    /// Connects to each of them, within a tokio runtime.
    pub(crate) fn connect(self, clock: &Arc<dyn Clock>) -> Connected {
        let start = Arc::clone;
        Connected {
            apns: self.apns.map(|settings| Arc::new(Apns::start(settings, start(clock)))),
            fcm: self.fcm.map(|settings| Arc::new(Fcm::start(settings, start(clock)))),
            web: self.web.map(|settings| Arc::new(WebPush::start(settings, start(clock)))),
            app: self.app,
        }
    }

    /// Connects, within a tokio runtime.
    pub fn start(self, clock: &Arc<dyn Clock>) -> Vec<Box<dyn Provider>> {
        let mut providers: Vec<Box<dyn Provider>> = Vec::new();
        if let Some(settings) = self.apns {
            providers.push(Box::new(Apns::start(settings, Arc::clone(clock))));
        }
        if let Some(settings) = self.fcm {
            providers.push(Box::new(Fcm::start(settings, Arc::clone(clock))));
        }
        if let Some(settings) = self.web {
            providers.push(Box::new(WebPush::start(settings, Arc::clone(clock))));
        }
        providers
    }
}

fn apns(files: &ApnsPush, trust: Trust) -> Result<ApnsSettings, ProviderError> {
    let pem = secret("push.apns.key", &files.key)?;
    let key =
        ApnsKey::new(&pem, &files.key_id, &files.team_id).map_err(wrong("push.apns.key", &files.key))?;
    Ok(ApnsSettings {
        endpoint: files.endpoint.clone(),
        trust,
        key,
        topic: files.topic.clone(),
        loc_key: LOC_KEY.to_owned(),
        // No actions: whoever approves does so in the app, where the number is typed.
        category: None,
    })
}

fn fcm(files: &FcmPush, trust: Trust) -> Result<FcmSettings, ProviderError> {
    let json = secret("push.fcm.account", &files.account)?;
    let account = ServiceAccount::from_json(&json).map_err(wrong("push.fcm.account", &files.account))?;
    Ok(FcmSettings { endpoint: files.endpoint.clone(), trust, account })
}

fn web(files: &WebPushFiles, trust: Trust) -> Result<WebPushSettings, ProviderError> {
    let pem = secret("push.web.key", &files.key)?;
    let key = VapidKey::new(&pem, &files.contact).map_err(wrong("push.web.key", &files.key))?;
    let networks = files.networks.clone();
    let allowed = move |address| networks.iter().any(|network| network.contains(address));
    Ok(WebPushSettings { trust, guard: Guard::allowing(allowed, HINT), key })
}

/// What each provider says to key and settings, one after the other.
pub async fn ask(providers: &[Box<dyn Provider>]) -> Vec<Checked> {
    let mut said = Vec::new();
    for provider in providers {
        said.push(provider.check().await);
    }
    said
}
