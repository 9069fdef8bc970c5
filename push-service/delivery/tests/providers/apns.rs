//! APNs.

use super::relay::Relay;
use super::{
    TOPIC, apns, apns_at, clock, iphone, is_accepted, key, moment, push, seconds, start_of_test, until,
    with_time,
};
use delivery::fake::{Act, FakeApns, TestCertificate};
use delivery::{Address, Alarm, DeviceToken, Outcome, Provider, Reason};
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

#[tokio::test]
async fn a_push_is_what_apple_asks_for() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    let push = push(&clock);
    let answer = apns.send(&iphone(1), &push).await;
    assert_eq!(
        answer.outcome,
        Outcome::Accepted { id: Some(Reason::new(&push.id.to_string())) },
        "{answer:?}"
    );
    assert_eq!((answer.tries, answer.alarm), (1, None));
    let received = &fake.script.received()[0];
    assert_eq!(received.path, format!("/3/device/{:064x}", 2));
    for (name, value) in [
        ("apns-topic", TOPIC),
        ("apns-push-type", "alert"),
        ("apns-priority", "10"),
        ("apns-expiration", "1800001260"),
        ("apns-collapse-id", "wake"),
    ] {
        assert_eq!(received.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn apples_words_become_outcomes() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    let unregistered = r#"{"reason":"Unregistered","timestamp":1800000000000}"#;
    let since = Some(UNIX_EPOCH + seconds(1_800_000_000));
    for (act, outcome, alarm) in [
        (Act::answer(410, unregistered), Outcome::Gone { since }, None),
        (Act::reason(400, "BadDeviceToken"), Outcome::Suspect, None),
        (Act::reason(400, "TopicDisallowed"), Outcome::Misconfigured, Some(Alarm::Configuration)),
        (Act::reason(403, "InvalidProviderToken"), Outcome::Misconfigured, Some(Alarm::Credentials)),
        (Act::reason(429, "TooManyRequests"), Outcome::Busy { wait: None }, None),
        (Act::reason(400, "BrandNew"), Outcome::Unknown, None),
    ] {
        fake.script.then(act.clone());
        let answer = apns.send(&iphone(1), &push(&clock)).await;
        assert_eq!((&answer.outcome, answer.alarm, answer.tries), (&outcome, alarm, 1), "{act:?}");
    }
}

#[tokio::test]
async fn their_failures_are_tried_once_more_elsewhere_under_the_same_id() {
    for act in [Act::reason(503, "ServiceUnavailable"), Act::answer(502, "<html>"), Act::Reset, Act::Shutdown]
    {
        let clock = clock();
        let (fake, apns) = apns(&clock).await;
        until("both connections", || apns.connections() == 2).await;
        fake.script.then(act.clone());
        let answer = apns.send(&iphone(1), &push(&clock)).await;
        assert!(is_accepted(&answer) && answer.tries == 2, "{act:?}: {answer:?}");
        let received = fake.script.received();
        assert_eq!(received.len(), 2);
        assert_eq!(received[0].header("apns-id"), received[1].header("apns-id"));
        assert_ne!(received[0].connection, received[1].connection, "{act:?}");
    }
}

#[tokio::test]
async fn two_failures_are_enough() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    fake.script.always(Some(Act::reason(503, "Shutdown")));
    let answer = apns.send(&iphone(1), &push(&clock)).await;
    assert_eq!((&answer.outcome, answer.tries), (&Outcome::TheirSide, 2));
    assert_eq!(fake.script.received().len(), 2);
}

#[tokio::test]
async fn a_push_that_hangs_is_tried_elsewhere_after_two_seconds() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    until("both connections", || apns.connections() == 2).await;
    fake.script.then(Act::Hang);
    let push = push(&clock);
    let to = iphone(1);
    let send = apns.send(&to, &push);
    let later = async {
        fake.script.until_received(1).await;
        clock.advance(seconds(2));
    };
    let (answer, ()) = tokio::join!(send, later);
    assert!(is_accepted(&answer) && answer.tries == 2, "{answer:?}");
    let received = fake.script.received();
    assert_ne!(received[0].connection, received[1].connection);
}

#[tokio::test]
async fn a_goaway_ends_nothing_that_is_under_way_and_new_ones_go_elsewhere() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    until("both connections", || apns.connections() == 2).await;
    fake.script.then(Act::GoAway(Box::new(Act::Slow(seconds(1), Box::new(Act::Accept)))));
    let push_one = push(&clock);
    let to = iphone(1);
    let slow = apns.send(&to, &push_one);
    let others = async {
        fake.script.until_received(1).await;
        for number in 2..12 {
            let answer = apns.send(&iphone(number), &push(&clock)).await;
            assert!(is_accepted(&answer), "{answer:?}");
        }
        clock.advance(seconds(1));
    };
    let (answer, ()) = tokio::join!(slow, others);
    assert!(is_accepted(&answer) && answer.tries == 1, "{answer:?}");
    let received = fake.script.received();
    assert!(received[1..].iter().all(|push| push.connection != received[0].connection));
    until("the next connection", || apns.connections() == 2).await;
}

#[tokio::test]
async fn what_was_not_looked_at_is_sent_again_without_counting_as_a_try() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    fake.script.then(Act::Refuse).then(Act::Refuse);
    let answer = apns.send(&iphone(1), &push(&clock)).await;
    assert!(is_accepted(&answer) && answer.tries == 1, "{answer:?}");
}

#[tokio::test]
async fn a_peer_that_refuses_for_ever_is_not_asked_for_ever() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    fake.script.always(Some(Act::Refuse));
    let answer = apns.send(&iphone(1), &push(&clock)).await;
    assert_eq!(answer.outcome, Outcome::TheirSide);
    assert!(fake.script.received().len() <= 10);
}

#[tokio::test]
async fn one_stream_until_the_first_success_and_then_as_many_as_apple_says() {
    let clock = clock();
    let time = Arc::new(clock.clone());
    let fake = FakeApns::start_with(TestCertificate::valid(), TOPIC, 5, time).await;
    let apns = apns_at(fake.endpoint(), fake.root(), &clock);
    let pushes: Vec<_> = (0..100).map(|number| (iphone(number), push(&clock))).collect();
    let answers = join_all(pushes.iter().map(|(to, push)| apns.send(to, push))).await;
    assert!(answers.iter().all(is_accepted), "{answers:?}");
    assert_eq!(fake.script.over_limit(), 0);
}

#[tokio::test]
async fn a_clock_that_is_slow_is_got_over_and_told() {
    let clock = clock();
    let ahead = super::ManualClock::standing(start_of_test() + seconds(45 * 60));
    let fake = FakeApns::start(TOPIC, Arc::new(ahead)).await;
    let apns = apns_at(fake.endpoint(), fake.root(), &clock);
    let answer = apns.send(&iphone(1), &push(&clock)).await;
    assert!(is_accepted(&answer), "{answer:?}");
    assert_eq!((answer.tries, answer.alarm), (2, Some(Alarm::Clock)));
    let again = apns.send(&iphone(1), &push(&clock)).await;
    assert_eq!((again.tries, again.alarm), (1, None), "the new token stays");
}

#[tokio::test]
async fn tokens_change_every_half_hour_and_apple_never_minds() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    for _ in 0..60 {
        let answer = apns.send(&iphone(1), &push(&clock)).await;
        assert!(is_accepted(&answer), "{answer:?}");
        clock.advance(seconds(171));
    }
    let received = fake.script.received();
    let tokens: std::collections::HashSet<&str> =
        received.iter().map(|push| push.header("authorization")).collect();
    assert_eq!(tokens.len(), 7, "in 171 minutes, begun at twenty past");
}

#[tokio::test]
async fn another_key_gets_connections_of_its_own() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    assert!(is_accepted(&apns.send(&iphone(1), &push(&clock)).await));
    apns.replace_key(key());
    assert!(is_accepted(&apns.send(&iphone(1), &push(&clock)).await));
    let received = fake.script.received();
    assert_ne!(received[0].connection, received[1].connection);
}

#[tokio::test]
async fn a_path_that_has_died_is_found_before_a_push_needs_it() {
    let clock = clock();
    let fake = FakeApns::start(TOPIC, Arc::new(clock.clone())).await;
    let port = fake.endpoint().to_string().rsplit(':').next().unwrap().parse().unwrap();
    let relay = Relay::to(port).await;
    let apns = apns_at(format!("https://localhost:{}", relay.port).parse().unwrap(), fake.root(), &clock);
    until("both connections", || apns.connections() == 2).await;
    relay.freeze();
    // Half a minute idle, then five seconds for the answer to a PING.
    let mut advanced = 0;
    while fake.script.connections() < 4 {
        clock.advance(seconds(1));
        advanced += 1;
        assert!(advanced < 600, "nobody has noticed");
        moment().await;
    }
    assert!(advanced >= 35, "a connection that might be fine was given up after {advanced} s");
    until("both connections again", || apns.connections() == 2).await;
    let answer = apns.send(&iphone(1), &push(&clock)).await;
    assert!(is_accepted(&answer) && answer.tries == 1, "{answer:?}");
}

#[tokio::test]
async fn a_path_that_dies_under_a_push_is_left_for_another() {
    let clock = clock();
    let fake = FakeApns::start(TOPIC, Arc::new(clock.clone())).await;
    let port = fake.endpoint().to_string().rsplit(':').next().unwrap().parse().unwrap();
    let relay = Relay::to(port).await;
    let apns = apns_at(format!("https://localhost:{}", relay.port).parse().unwrap(), fake.root(), &clock);
    until("both connections", || apns.connections() == 2).await;
    relay.freeze();
    let answer = with_time(&clock, &apns, &iphone(1), &push(&clock)).await;
    // Both paths are dead: this push is lost, and the next one is not.
    assert_eq!(answer.outcome, Outcome::TheirSide);
    until("new connections", || {
        clock.advance(Duration::from_millis(200));
        fake.script.connections() >= 4
    })
    .await;
    let answer = with_time(&clock, &apns, &iphone(1), &push(&clock)).await;
    assert!(is_accepted(&answer), "{answer:?}");
}

#[tokio::test]
async fn after_failures_in_a_row_it_rests_and_then_tries_with_one() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    fake.script.always(Some(Act::reason(503, "ServiceUnavailable")));
    for number in 0..8 {
        assert_eq!(apns.send(&iphone(number), &push(&clock)).await.outcome, Outcome::TheirSide);
    }
    let sent = fake.script.received().len();
    assert!(apns.is_resting());
    let answer = apns.send(&iphone(1), &push(&clock)).await;
    assert_eq!((&answer.outcome, answer.tries), (&Outcome::TheirSide, 0));
    assert_eq!(fake.script.received().len(), sent);
    fake.script.always(None);
    clock.advance(seconds(10));
    assert!(is_accepted(&apns.send(&iphone(1), &push(&clock)).await));
    assert!(!apns.is_resting());
}

#[tokio::test]
async fn what_is_not_worth_sending_is_not_sent() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    let late = push(&clock);
    clock.advance(seconds(60));
    assert_eq!(apns.send(&iphone(1), &late).await.outcome, Outcome::Busy { wait: None });
    let mut long = push(&clock);
    long.payload = vec![0; 2_801].into();
    assert_eq!(apns.send(&iphone(1), &long).await.alarm, Some(Alarm::Request));
    assert_eq!(apns.send(&super::android(1), &push(&clock)).await.alarm, Some(Alarm::Request));
    assert_eq!(fake.script.received().len(), 0);
    long.payload = vec![0; 2_800].into();
    assert!(is_accepted(&apns.send(&iphone(1), &long).await));
}

#[tokio::test]
async fn a_token_that_cannot_be_is_refused_by_the_fake() {
    let clock = clock();
    let (_fake, apns) = apns(&clock).await;
    let short = Address::Apns(DeviceToken::new("abcd").unwrap());
    assert_eq!(apns.send(&short, &push(&clock)).await.outcome, Outcome::Suspect);
}
