//! FCM.

use super::{android, clock, fcm, is_accepted, moment, push, seconds, until, with_time};
use delivery::fake::Act;
use delivery::{Alarm, Outcome, Provider, Reason};
use futures_util::future::join_all;
use serde_json::Value;

#[tokio::test]
async fn a_push_is_what_google_asks_for() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    let answer = fcm.send(&android(1), &push(&clock)).await;
    let id = Some(Reason::new("projects/regionx-styrk/messages/0:1"));
    assert_eq!(answer.outcome, Outcome::Accepted { id }, "{answer:?}");
    let received = &fake.script.received()[0];
    assert_eq!(received.path, "/v1/projects/regionx-styrk/messages:send");
    let body: Value = serde_json::from_slice(&received.body).unwrap();
    assert_eq!(body["message"]["android"]["priority"], "HIGH");
    assert_eq!(body["message"]["android"]["ttl"], "60s");
    assert!(body["message"]["notification"].is_null());
}

#[tokio::test]
async fn fifty_cold_callers_make_one_request_for_a_token() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    let pushes: Vec<_> = (0..50).map(|number| (android(number), push(&clock))).collect();
    let answers = join_all(pushes.iter().map(|(to, push)| fcm.send(to, push))).await;
    assert!(answers.iter().all(is_accepted), "{answers:?}");
    assert_eq!(fake.tokens.received().len(), 1);
}

#[tokio::test]
async fn a_token_is_fetched_anew_at_half_its_life() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    assert!(is_accepted(&fcm.send(&android(1), &push(&clock)).await));
    clock.advance(seconds(1799));
    for _ in 0..5 {
        moment().await;
    }
    assert_eq!(fake.tokens.received().len(), 1);
    clock.advance(seconds(1));
    fake.tokens.until_received(2).await;
    assert!(is_accepted(&fcm.send(&android(1), &push(&clock)).await));
}

#[tokio::test]
async fn the_old_token_is_kept_while_no_other_can_be_had() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    assert!(is_accepted(&fcm.send(&android(1), &push(&clock)).await));
    fake.tokens.always(Some(Act::answer(503, "<html>")));
    clock.advance(seconds(1800));
    fake.tokens.until_received(2).await;
    clock.advance(seconds(1700));
    assert!(is_accepted(&fcm.send(&android(1), &push(&clock)).await));
    let asked = fake.tokens.received().len();
    // Two hours in all: the token has ended, and pushes are turned away at once with the reason.
    clock.advance(seconds(3700));
    until("another try", || fake.tokens.received().len() > asked).await;
    let answer = fcm.send(&android(1), &push(&clock)).await;
    assert_eq!((&answer.outcome, answer.tries, answer.alarm), (&Outcome::TheirSide, 0, None));
    assert!(answer.reason.as_str().starts_with("no token from localhost:"), "{answer:?}");
    fake.tokens.always(None);
    until("a token again", || {
        clock.advance(seconds(60));
        fake.tokens.received().len() > asked + 3
    })
    .await;
    let answer = with_time(&clock, &fcm, &android(1), &push(&clock)).await;
    assert!(is_accepted(&answer), "{answer:?}");
}

#[tokio::test]
async fn an_account_that_google_refuses_is_an_alarm() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    assert!(is_accepted(&fcm.send(&android(1), &push(&clock)).await));
    let denied = r#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#;
    fake.tokens.always(Some(Act::answer(400, denied)));
    clock.advance(seconds(3600));
    until("a refusal", || fake.tokens.received().len() > 1).await;
    let answer = with_time(&clock, &fcm, &android(1), &push(&clock)).await;
    assert_eq!((&answer.outcome, answer.alarm), (&Outcome::Misconfigured, Some(Alarm::Credentials)));
}

#[tokio::test]
async fn a_token_that_fcm_refuses_is_replaced_once() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    assert!(is_accepted(&fcm.send(&android(1), &push(&clock)).await));
    fake.forget_tokens();
    clock.advance(seconds(1));
    let pushes: Vec<_> = (0..20).map(|number| (android(number), push(&clock))).collect();
    let answers = join_all(pushes.iter().map(|(to, push)| fcm.send(to, push))).await;
    assert!(answers.iter().all(is_accepted), "{answers:?}");
    assert_eq!(fake.tokens.received().len(), 2, "twenty refusals, one request");
    // And when that does not help, it stays at one.
    fake.script.always(Some(Act::fcm(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR")));
    for _ in 0..5 {
        let answer = fcm.send(&android(1), &push(&clock)).await;
        assert_eq!((&answer.outcome, answer.alarm), (&Outcome::Misconfigured, Some(Alarm::Credentials)));
    }
    assert_eq!(fake.tokens.received().len(), 2);
}

#[tokio::test]
async fn googles_words_become_outcomes() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    for (act, outcome, alarm) in [
        (Act::fcm(404, "NOT_FOUND", "UNREGISTERED"), Outcome::Gone { since: None }, None),
        (
            Act::fcm(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
            Outcome::Suspect,
            Some(Alarm::Configuration),
        ),
        (Act::fcm(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"), Outcome::Misconfigured, Some(Alarm::Request)),
    ] {
        fake.script.then(act.clone());
        let answer = fcm.send(&android(1), &push(&clock)).await;
        assert_eq!((&answer.outcome, answer.alarm, answer.tries), (&outcome, alarm, 1), "{act:?}");
    }
    let bad = super::Address::Fcm(super::RegistrationToken::new("short").unwrap());
    assert_eq!(fcm.send(&bad, &push(&clock)).await.outcome, Outcome::Gone { since: None });
}

#[tokio::test]
async fn after_429_the_project_rests_as_long_as_fcm_says() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    let wait = vec![("retry-after", "17".to_owned())];
    fake.script.then(Act::Answer(429, "{}".to_owned(), wait));
    let answer = fcm.send(&android(1), &push(&clock)).await;
    assert_eq!(answer.outcome, Outcome::Busy { wait: Some(seconds(17)) });
    clock.advance(seconds(16));
    let answer = fcm.send(&android(2), &push(&clock)).await;
    assert_eq!((&answer.outcome, answer.tries), (&Outcome::Busy { wait: Some(seconds(1)) }, 0));
    assert_eq!(fake.script.received().len(), 1);
    clock.advance(seconds(1));
    assert!(is_accepted(&fcm.send(&android(2), &push(&clock)).await));
}

#[tokio::test]
async fn their_failures_are_tried_once_more_after_a_moment() {
    let failures = [
        Act::fcm(500, "INTERNAL", "INTERNAL"),
        Act::fcm(503, "UNAVAILABLE", "UNAVAILABLE"),
        Act::answer(502, "<html>"),
        Act::WrongJson,
        Act::Reset,
        Act::Hang,
    ];
    for act in failures {
        let clock = clock();
        let (fake, fcm) = fcm(&clock).await;
        fake.script.then(act.clone());
        let answer = with_time(&clock, &fcm, &android(1), &push(&clock)).await;
        assert!(is_accepted(&answer) && answer.tries == 2, "{act:?}: {answer:?}");
    }
}

#[tokio::test]
async fn no_second_try_when_the_time_is_over() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    fake.script.then(Act::answer(503, "{}"));
    let mut push = push(&clock);
    push.expires = super::Clock::now(&clock) + std::time::Duration::from_millis(200);
    let answer = fcm.send(&android(1), &push).await;
    assert_eq!((&answer.outcome, answer.tries), (&Outcome::TheirSide, 1));
}
