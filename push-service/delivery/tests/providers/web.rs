//! Web Push. That what is sent can be read is shown by receivers that others have written: `tests/independent`.

use super::{clock, is_accepted, moment, push, seconds, with_time};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use delivery::fake::{Act, FakeWebPush, TEST_KEY};
use delivery::guard::Guard;
use delivery::web::{VapidKey, WebPushSettings};
use delivery::{Address, ManualClock, Outcome, Provider, Reason, Subscription, Trust, WebPush};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use std::sync::Arc;

/// RFC 8291, section 5.
const KEY: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn subscription(endpoint: &str) -> Address {
    Address::Web(Subscription::new(endpoint, KEY, AUTH).unwrap())
}

async fn web(clock: &ManualClock, guard: Guard) -> (FakeWebPush, WebPush) {
    let fake = FakeWebPush::start(Arc::new(clock.clone())).await;
    let settings = WebPushSettings {
        trust: Trust::nobody().and(fake.root().as_bytes()).unwrap(),
        guard,
        key: VapidKey::new(TEST_KEY, "mailto:push@regionx.example").unwrap(),
    };
    let web = WebPush::start(settings, Arc::new(clock.clone()));
    (fake, web)
}

fn loopback() -> Guard {
    Guard::allowing(|address| address.is_loopback(), "")
}

#[tokio::test]
async fn a_push_is_what_the_rfcs_ask_for() {
    let clock = clock();
    let (fake, web) = web(&clock, loopback()).await;
    let answer = web.send(&subscription(&fake.endpoint()), &push(&clock)).await;
    assert_eq!(answer.outcome, Outcome::Accepted { id: Some(Reason::new("/message/1")) }, "{answer:?}");
    let received = &fake.script.received()[0];
    for (name, value) in
        [("ttl", "60"), ("urgency", "high"), ("topic", "wake"), ("content-encoding", "aes128gcm")]
    {
        assert_eq!(received.header(name), value, "{name}");
    }
    assert_eq!(received.body.len(), 24 + 103);
    // RFC 8292: the token is signed by the key beside it, for this origin.
    let (token, key) =
        received.header("authorization").strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(key, web.public_key());
    let (text, signature) = token.rsplit_once('.').unwrap();
    let key = VerifyingKey::from_sec1_bytes(&BASE64_URL_SAFE_NO_PAD.decode(key).unwrap()).unwrap();
    let signature = Signature::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    key.verify(text.as_bytes(), &signature).unwrap();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(text.split_once('.').unwrap().1).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["aud"], fake.endpoint().strip_suffix("/push/anna").unwrap());
    assert_eq!(claims["sub"], "mailto:push@regionx.example");
    assert!((1_800_001_200..=1_800_001_200 + 86_400).contains(&claims["exp"].as_u64().unwrap()));
}

#[tokio::test]
async fn two_pushes_have_nothing_in_common_but_their_form() {
    let clock = clock();
    let (fake, web) = web(&clock, loopback()).await;
    for _ in 0..2 {
        assert!(is_accepted(&web.send(&subscription(&fake.endpoint()), &push(&clock)).await));
    }
    let received = fake.script.received();
    let (one, other) = (&received[0].body, &received[1].body);
    let same = one.iter().zip(other).skip(21).filter(|(one, other)| one == other).count();
    assert!(same < 12, "{same} bytes alike");
}

#[tokio::test]
async fn nothing_is_sent_to_what_is_not_public() {
    let clock = clock();
    let (fake, web) = web(&clock, Guard::public_only()).await;
    let port = fake.endpoint().split(':').nth(2).unwrap().split('/').next().unwrap().to_owned();
    for host in [
        "localhost",
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "10.0.0.1",
        "169.254.169.254",
    ] {
        let answer =
            web.send(&subscription(&format!("https://{host}:{port}/push/anna")), &push(&clock)).await;
        assert_eq!(answer.outcome, Outcome::Suspect, "{host}: {answer:?}");
        assert!(answer.reason.as_str().contains("is not public"), "{host}: {answer:?}");
    }
    assert_eq!(fake.script.connections(), 0);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let clock = clock();
    let (fake, web) = web(&clock, loopback()).await;
    let elsewhere = vec![("location", fake.endpoint())];
    fake.script.then(Act::Answer(307, String::new(), elsewhere));
    let answer = web.send(&subscription(&fake.endpoint()), &push(&clock)).await;
    assert_eq!((&answer.outcome, answer.reason.as_str()), (&Outcome::Suspect, "307"));
    assert_eq!(fake.script.received().len(), 1);
}

#[tokio::test]
async fn words_become_outcomes() {
    let clock = clock();
    let (fake, web) = web(&clock, loopback()).await;
    let busy = vec![("retry-after", "9".to_owned())];
    for (act, outcome) in [
        (Act::answer(404, ""), Outcome::Gone { since: None }),
        (Act::answer(410, ""), Outcome::Gone { since: None }),
        (Act::answer(403, ""), Outcome::Suspect),
        (Act::Answer(429, String::new(), busy), Outcome::Busy { wait: Some(seconds(9)) }),
        (Act::answer(500, ""), Outcome::TheirSide),
        (Act::answer(418, ""), Outcome::Unknown),
    ] {
        fake.script.then(act.clone());
        let answer = web.send(&subscription(&fake.endpoint()), &push(&clock)).await;
        assert_eq!(answer.outcome, outcome, "{act:?}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let clock = clock();
    let (fake, web) = web(&clock, loopback()).await;
    fake.script.then(Act::answer(201, &"x".repeat(50_000_000)));
    let answer = web.send(&subscription(&fake.endpoint()), &push(&clock)).await;
    assert!(is_accepted(&answer), "{answer:?}");
}

#[tokio::test]
async fn a_service_that_hangs_is_left_and_others_do_not_notice() {
    let clock = clock();
    let (fake, web) = web(&clock, loopback()).await;
    let other = FakeWebPush::start(Arc::new(clock.clone())).await;
    fake.script.always(Some(Act::Hang));
    for number in 0..8 {
        let to = subscription(&format!("{}{number}", fake.endpoint()));
        let answer = with_time(&clock, &web, &to, &push(&clock)).await;
        assert_eq!((&answer.outcome, answer.tries), (&Outcome::TheirSide, 1), "{answer:?}");
    }
    let sent = fake.script.received().len();
    let answer = web.send(&subscription(&fake.endpoint()), &push(&clock)).await;
    assert_eq!((&answer.outcome, answer.tries), (&Outcome::TheirSide, 0), "it is left alone");
    assert_eq!(fake.script.received().len(), sent);
    // It is not trusted here, and that is found out by asking it.
    let answer = web.send(&subscription(&other.endpoint()), &push(&clock)).await;
    assert_eq!((&answer.outcome, answer.tries), (&Outcome::TheirSide, 1));
    assert!(answer.reason.as_str().contains("certificate"), "{answer:?}");
    moment().await;
}
