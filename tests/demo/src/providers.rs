//! What brings pushes to the demo's phones, on loopback: Apple's and Google's services, and a push service for Web Push.
//!
//! They speak the real protocols (`delivery::fake`), so the service sends exactly as it does in production. What they
//! take is handed to the phone whose address it is for.

use crate::Error;
use delivery::fake::{FakeApns, FakeFcm, FakeWebPush, Received, Script, TEST_KEY};
use push_service::clock::ManualClock;
use push_service::push::OnClock;
use simulated_phone::{Distributor, Environment, Phones, Push, PushAddress, Pushes};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::task::JoinSet;

/// The bundle id of the app.
const TOPIC: &str = "example.regionx.styrk";

/// All of them, running.
pub struct Providers {
    apns: FakeApns,
    fcm: FakeFcm,
    web: FakeWebPush,
    /// End with this.
    forwarding: JoinSet<()>,
}

impl Providers {
    /// Starts them, on the demo's clock.
    pub async fn start(clock: &ManualClock) -> Self {
        let clock = || Arc::new(OnClock(Arc::new(clock.clone())));
        let (apns, fcm) = (FakeApns::start(TOPIC, clock()).await, FakeFcm::start(clock()).await);
        let web = FakeWebPush::start(clock()).await;
        Self { apns, fcm, web, forwarding: JoinSet::new() }
    }

    /// The service's settings for them; keys and certificates are written into `folder`.
    pub fn configuration(&self, folder: &Path) -> Result<String, Error> {
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            // The service uses no key that others could read.
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
            file.write_all(text.as_bytes()).map(|()| path)
        };
        let roots = [self.apns.root(), self.fcm.root(), self.web.root()].concat();
        let (roots, key) = (file("push-roots.pem", &roots)?, file("push-key.pem", TEST_KEY)?);
        let account = file("push-account.json", &self.fcm.account())?;
        let (apns, fcm) = (self.apns.endpoint(), self.fcm.endpoint());
        Ok(format!(
            r#"
[push]
roots = {roots:?}

[push.apns]
key = {key:?}
key_id = "ABCDE12345"
team_id = "TEAM123456"
topic = "{TOPIC}"
endpoint = "{apns}"

[push.fcm]
account = {account:?}
endpoint = "{fcm}"

[push.web]
key = {key:?}
contact = "mailto:push@regionx.example"
networks = ["127.0.0.0/8"]
"#
        ))
    }

    /// What gives phones their addresses.
    pub fn addresses(&self) -> Addresses {
        let endpoint = self.web.endpoint();
        Addresses { origin: endpoint.strip_suffix("/push/anna").unwrap_or(&endpoint).to_owned() }
    }

    /// From here on what they take comes to these phones.
    pub fn forward(&mut self, phones: &Phones) {
        let origin = self.addresses().origin;
        self.forwarding.spawn(hand_on(self.apns.script.clone(), phones.clone(), |received| {
            let number = u32::from_str_radix(received.path.get("/3/device/".len()..)?.get(..2)?, 16).ok()?;
            Some((number, Push::Apns(received.body.to_vec())))
        }));
        self.forwarding.spawn(hand_on(self.fcm.script.clone(), phones.clone(), |received| {
            let message: serde_json::Value = serde_json::from_slice(&received.body).ok()?;
            let number = message.pointer("/message/token")?.as_str()?.strip_prefix("token:")?.parse().ok()?;
            Some((number, Push::Fcm(received.body.to_vec())))
        }));
        self.forwarding.spawn(hand_on(self.web.script.clone(), phones.clone(), move |received| {
            let number = received.path.strip_prefix("/push/")?.split('-').next()?.parse().ok()?;
            let endpoint = format!("{origin}{}", received.path);
            Some((number, Push::WebPush { endpoint, body: received.body.to_vec() }))
        }));
    }
}

async fn hand_on(
    script: Script,
    phones: Phones,
    read: impl Fn(&Received) -> Option<(u32, Push)> + Send + 'static,
) {
    let (mut arrivals, mut handed) = (script.arrivals(), 0);
    while arrivals.wait_for(|count| *count > handed).await.is_ok() {
        for received in script.received().into_iter().skip(handed) {
            handed += 1;
            let found = read(&received).and_then(|(number, push)| Some((phones.get(number)?, push)));
            if let Some((phone, push)) = found {
                phone.pushed(push).await;
            }
        }
    }
}

/// What phones have: an iPhone Apple's service, an Android phone Google's and a distributor.
#[derive(Clone, Debug)]
pub struct Addresses {
    origin: String,
}

impl Addresses {
    /// Of phone number `number`.
    pub fn of(&self, number: u32, iphone: bool) -> Pushes {
        if iphone {
            let token = vec![u8::try_from(number).unwrap_or(u8::MAX); 32];
            let (environment, topic) = (Environment::Production, TOPIC.to_owned());
            return Pushes {
                addresses: vec![PushAddress::Apns { token, environment, topic }],
                distributor: None,
            };
        }
        let endpoints =
            Endpoints { prefix: format!("{}/push/{number}-", self.origin), given: AtomicU32::new(0) };
        Pushes {
            addresses: vec![PushAddress::Fcm { token: format!("token:{number:032}") }],
            distributor: Some(Arc::new(endpoints)),
        }
    }
}

/// One phone's distributor.
struct Endpoints {
    prefix: String,
    given: AtomicU32,
}

impl Distributor for Endpoints {
    fn subscribe(&self, _: &str) -> String {
        format!("{}{}", self.prefix, self.given.fetch_add(1, Ordering::Relaxed))
    }
}
