//! What a provider does that hangs: it takes a bounded part of the memory, and of the time.

use super::{android, apns, clock, fcm, iphone, push, seconds};
use delivery::fake::Act;
use delivery::{Address, Outcome, Provider};
use futures_util::future::join_all;

const MANY: u32 = 5_000;

/// Sends many at once to somebody who never answers: how many were turned away at once, and how many came to nothing.
async fn flood(
    provider: &impl Provider,
    to: impl Fn(u32) -> Address,
    clock: &super::ManualClock,
) -> (usize, usize) {
    let pushes: Vec<_> = (0..MANY).map(|number| (to(number), push(clock))).collect();
    let time = async {
        loop {
            super::moment().await;
            clock.advance(seconds(1));
        }
    };
    let all = join_all(pushes.iter().map(|(to, push)| provider.send(to, push)));
    let answers = tokio::select! {
        answers = all => answers,
        () = time => unreachable!("time does not end"),
    };
    let count = |outcome: &Outcome| answers.iter().filter(|answer| answer.outcome == *outcome).count();
    (count(&Outcome::Busy { wait: None }), count(&Outcome::TheirSide))
}

#[tokio::test]
async fn when_apns_hangs_those_who_wait_are_bounded() {
    let clock = clock();
    let (fake, apns) = apns(&clock).await;
    fake.script.always(Some(Act::Hang));
    let (busy, failed) = flood(&apns, iphone, &clock).await;
    assert_eq!(busy + failed, MANY as usize);
    assert!(busy >= MANY as usize - 2_010, "{busy}: two connections with one place each, and 2,000 may wait");
    // One try at a time on each connection that has not shown yet that it works.
    assert!(fake.script.received().len() < 50, "{}", fake.script.received().len());
    assert_eq!(fake.script.over_limit(), 0);
    assert!(apns.is_resting());
}

#[tokio::test]
async fn when_fcm_hangs_those_who_wait_are_bounded() {
    let clock = clock();
    let (fake, fcm) = fcm(&clock).await;
    // A token is there, and both connections.
    assert!(super::is_accepted(&fcm.send(&android(0), &push(&clock)).await));
    super::until("both connections", || fcm.connections() == 2).await;
    fake.script.always(Some(Act::Hang));
    let (busy, failed) = flood(&fcm, android, &clock).await;
    assert_eq!(busy + failed, MANY as usize);
    assert!(
        busy >= MANY as usize - 2_500,
        "{busy}: 200 places on each of two connections, and 2,000 may wait"
    );
    assert_eq!(fake.script.over_limit(), 0);
    assert!(fcm.is_resting());
}
