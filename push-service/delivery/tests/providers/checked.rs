//! What a provider says to key and settings.

use super::{TOPIC, apns, apns_at, clock, fcm, seconds, start_of_test, until};
use delivery::apns::{ApnsKey, ApnsSettings};
use delivery::fake::{Act, FakeApns, TEST_KEY, TestCertificate};
use delivery::{Apns, Checked, ManualClock, Provider, Trust};
use std::sync::Arc;

fn works(checked: Checked) -> String {
    match checked {
        Checked::Works(says) => says,
        Checked::Fails(says) => panic!("{says}"),
    }
}

fn fails(checked: Checked) -> String {
    match checked {
        Checked::Works(says) => panic!("{says}"),
        Checked::Fails(says) => says,
    }
}

#[tokio::test]
async fn apns_lets_us_in() {
    let (_fake, apns) = apns(&clock()).await;
    let says = works(apns.check().await);
    assert!(says.contains("accepts key ABCDE12345 of team TEAM123456 for example.regionx.styrk"), "{says}");
}

#[tokio::test]
async fn apns_says_what_is_wrong() {
    let clock = clock();
    let fake = FakeApns::start(TOPIC, Arc::new(clock.clone())).await;
    let with = |key_id: &str, topic: &str| {
        let settings = ApnsSettings {
            endpoint: fake.endpoint(),
            trust: Trust::nobody().and(fake.root().as_bytes()).unwrap(),
            key: ApnsKey::new(TEST_KEY, key_id, "TEAM123456").unwrap(),
            topic: topic.to_owned(),
            loc_key: "signInRequest".to_owned(),
            category: None,
        };
        Apns::start(settings, Arc::new(clock.clone()))
    };
    let says = fails(with("WRONG12345", TOPIC).check().await);
    assert!(
        says.contains("InvalidProviderToken") && says.contains("the key file, its id or the team's id"),
        "{says}"
    );
    let says = fails(with("ABCDE12345", "example.other").check().await);
    assert!(says.contains("TopicDisallowed") && says.contains("bundle id"), "{says}");
}

#[tokio::test]
async fn a_wrong_clock_is_called_one() {
    let ahead = ManualClock::standing(start_of_test() + seconds(2 * 3600));
    let fake = FakeApns::start(TOPIC, Arc::new(ahead)).await;
    let apns = apns_at(fake.endpoint(), fake.root(), &clock());
    let says = fails(apns.check().await);
    assert!(says.contains("this machine's clock is wrong"), "{says}");
}

#[tokio::test]
async fn a_certificate_whose_time_is_over_and_one_that_nobody_knows_are_told() {
    let clock = clock();
    let time = Arc::new(clock.clone());
    let fake = FakeApns::start_with(TestCertificate::expired(), TOPIC, 1000, time).await;
    let says = fails(apns_at(fake.endpoint(), fake.root(), &clock).check().await);
    assert!(says.contains("cannot be asked now") && says.contains("expired"), "{says}");
    let stranger = TestCertificate::valid();
    let says = fails(apns_at(fake.endpoint(), stranger.pem(), &clock).check().await);
    assert!(says.contains("certificate"), "{says}");
    let nobody = "https://localhost:1".parse().unwrap();
    let says = fails(apns_at(nobody, stranger.pem(), &clock).check().await);
    assert!(says.contains("cannot connect to localhost:1"), "{says}");
}

#[tokio::test]
async fn fcm_lets_us_in_and_sends_nothing() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    let says = works(fcm.check().await);
    assert!(
        says.contains("push@regionx-styrk.iam.gserviceaccount.com for the project regionx-styrk"),
        "{says}"
    );
    let body: serde_json::Value = serde_json::from_slice(&fake.script.received()[0].body).unwrap();
    assert_eq!(body["validate_only"], true);
}

#[tokio::test]
async fn fcm_says_what_is_wrong() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    fake.script.then(Act::answer(403, r#"{"error":{"status":"PERMISSION_DENIED"}}"#));
    let says = fails(fcm.check().await);
    assert!(says.contains("PERMISSION_DENIED") && says.contains("may not send"), "{says}");
    let denied =
        r#"{"error":"invalid_grant","error_description":"Invalid JWT: Check your iat and exp values"}"#;
    fake.tokens.always(Some(Act::answer(400, denied)));
    clock.advance(seconds(3600));
    until("a refusal", || fake.tokens.received().len() > 1).await;
    let says = fails(fcm.check().await);
    assert!(says.contains("clock is wrong"), "{says}");
}
