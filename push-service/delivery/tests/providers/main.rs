//! The clients against fakes that speak the real protocols, on a clock that only the test advances.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod apns;
mod bounded;
mod checked;
mod fcm;
mod relay;
mod web;

use bytes::Bytes;
use delivery::apns::{ApnsKey, ApnsSettings};
use delivery::fake::{FakeApns, FakeFcm, TEST_KEY};
use delivery::fcm::{FcmSettings, ServiceAccount};
use delivery::{
    Address, Answer, Apns, Clock, Collapse, DeviceToken, Endpoint, Fcm, ManualClock, Outcome, Provider, Push,
    PushId, RegistrationToken, Trust, Urgency,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const TOPIC: &str = "example.regionx.styrk";

/// 20 minutes after a full half hour.
fn start_of_test() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000 + 20 * 60)
}

fn clock() -> ManualClock {
    ManualClock::standing(start_of_test())
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A push that is of use for a minute, unlike any other.
fn push(clock: &ManualClock) -> Push {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut id = [7; 16];
    id[8..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    Push {
        id: PushId(id),
        payload: Bytes::from_static(&[0xab; 24]),
        expires: clock.now() + seconds(60),
        urgency: Urgency::High,
        collapse: Collapse::new("wake"),
    }
}

fn key() -> ApnsKey {
    ApnsKey::new(TEST_KEY, "ABCDE12345", "TEAM123456").unwrap()
}

fn apns_at(endpoint: Endpoint, root: &str, clock: &ManualClock) -> Apns {
    let settings = ApnsSettings {
        endpoint,
        trust: Trust::nobody().and(root.as_bytes()).unwrap(),
        key: key(),
        topic: TOPIC.to_owned(),
        loc_key: "signInRequest".to_owned(),
        category: None,
    };
    Apns::start(settings, Arc::new(clock.clone()))
}

async fn apns(clock: &ManualClock) -> (FakeApns, Apns) {
    let fake = FakeApns::start(TOPIC, Arc::new(clock.clone())).await;
    let apns = apns_at(fake.endpoint(), fake.root(), clock);
    (fake, apns)
}

async fn fcm(clock: &ManualClock) -> (FakeFcm, Fcm) {
    let fake = FakeFcm::start(Arc::new(clock.clone())).await;
    let settings = FcmSettings {
        endpoint: fake.endpoint(),
        trust: Trust::nobody().and(fake.root().as_bytes()).unwrap(),
        account: ServiceAccount::from_json(&fake.account()).unwrap(),
    };
    (fake, Fcm::start(settings, Arc::new(clock.clone())))
}

/// The device with this number.
fn iphone(number: u32) -> Address {
    Address::Apns(DeviceToken::new(&format!("{:064x}", number + 1)).unwrap())
}

fn android(number: u32) -> Address {
    Address::Fcm(RegistrationToken::new(&format!("token:{number:032}")).unwrap())
}

fn is_accepted(answer: &Answer) -> bool {
    matches!(answer.outcome, Outcome::Accepted { .. })
}

/// Sends, and advances the clock by a second whenever nothing else happens: for what waits on it.
async fn with_time(clock: &ManualClock, provider: &impl Provider, to: &Address, push: &Push) -> Answer {
    let mut send = provider.send(to, push);
    for _ in 0..600 {
        tokio::select! {
            biased;
            answer = &mut send => return answer,
            () = moment() => clock.advance(Duration::from_millis(200)),
        }
    }
    panic!("no answer after two minutes of the clock");
}

/// Real time in which loopback gets something done. Nothing depends on how long it is.
#[expect(clippy::disallowed_methods, reason = "lets the other tasks work; no result depends on how long")]
async fn moment() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// Waits generously for what must come to be.
async fn until(what: &str, mut happened: impl FnMut() -> bool) {
    for _ in 0..1_500 {
        if happened() {
            return;
        }
        moment().await;
    }
    panic!("this did not come to be: {what}");
}
