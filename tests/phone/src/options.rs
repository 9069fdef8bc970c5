//! What a phone is made with.

use crate::clock::{PhoneClock, SystemClock};
use crate::phone::UnlockAnswer;
use crate::push::Pushes;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// What a phone is made with. The default is a Pixel 9 that keeps everything in memory and unlocks its keys.
#[derive(Clone)]
pub struct PhoneOptions {
    /// Names the phone in logs.
    pub name: String,
    /// As the service's page will name it: "Pixel 9", "iPhone 15".
    pub model: String,
    /// "Android 16", "iOS 26".
    pub system: String,
    /// The app's version.
    pub version: String,
    /// Plain `http` is allowed to a service on this machine.
    pub allow_loopback_http: bool,
    /// Names that stand for another address, before any name service is asked.
    pub resolve: Vec<Resolve>,
    /// Every time and timer of this phone.
    pub clock: Arc<dyn PhoneClock>,
    /// Where keys and state are kept.
    pub storage: Storage,
    /// Makes everything random in this phone the same at each run. `None`: the system's randomness.
    pub seed: Option<[u8; 32]>,
    /// How the unlock prompt is answered at first.
    pub unlock: UnlockAnswer,
    /// How pushes reach it; by default, not at all.
    pub pushes: Pushes,
    /// How long [`crate::Phone::wait_for`] waits, in real time.
    pub patience: Duration,
}

impl Default for PhoneOptions {
    fn default() -> Self {
        Self {
            name: "phone".into(),
            model: "Pixel 9".into(),
            system: "Android 16".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            allow_loopback_http: true,
            resolve: Vec::new(),
            clock: Arc::new(SystemClock),
            storage: Storage::Memory,
            seed: None,
            unlock: UnlockAnswer::Unlock,
            pushes: Pushes::default(),
            patience: Duration::from_secs(10),
        }
    }
}

impl fmt::Debug for PhoneOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneOptions")
            .field("name", &self.name)
            .field("model", &self.model)
            .field("storage", &self.storage)
            .finish_non_exhaustive()
    }
}

/// `DOMAIN=URL`: what the phone asks for under `https://DOMAIN` it gets from `URL`. It stands in for the DNS and the
/// TLS of a domain that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolve {
    domain: String,
    url: String,
}

impl Resolve {
    /// Where `url` leads; `None` when it is of another domain.
    pub(crate) fn apply(&self, url: &str) -> Option<String> {
        let path = url.strip_prefix("https://")?.strip_prefix(self.domain.as_str())?;
        (path.is_empty() || path.starts_with('/')).then(|| format!("{}{path}", self.url))
    }
}

impl FromStr for Resolve {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (domain, url) = text.split_once('=').ok_or("DOMAIN=URL, with an equals sign between")?;
        let url = url.trim_end_matches('/');
        if domain.is_empty() || !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err("DOMAIN=URL, where the URL begins with http:// or https://");
        }
        Ok(Self { domain: domain.to_ascii_lowercase(), url: url.to_owned() })
    }
}

/// Where a phone keeps its keys and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Until the phone is dropped; a restart of the app keeps them.
    Memory,
    /// In a folder of its own, readable by its owner alone. The keys lie there unsealed: this is a test tool.
    Folder(PathBuf),
}
