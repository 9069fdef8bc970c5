//! Properties 8 and 15: clocks, at the service and on the phone.

use authenticator_protocol::answer::{AnswerReply, End};
use authenticator_protocol::fetch::FetchReply;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use authenticator_protocol::time::Seconds;
use demo::once;
use e2e::forge;
use e2e::world::number;
use e2e::{DIGITS, Outcome, World};
use serde_json::json;
use signin::fact::FactKind;
use simulated_phone::Event;

#[tokio::test]
async fn an_answer_counts_until_the_last_millisecond() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let right = number(&mut browser).await?;
    let challenge = phone.challenge().await?;
    assert_eq!(challenge.payload.exp.0 - challenge.payload.iat.0, 90);
    world.demo.clock.advance(89_999);
    let reply: AnswerReply = phone.answer(phone.approval(&challenge, &right)?).await?.json()?;
    assert_eq!(reply, AnswerReply { end: End::Approved, counted: true });

    let right = number(&mut browser).await?;
    let challenge = phone.challenge().await?;
    let left = challenge.payload.exp.millis().0 - push_service::clock::Clock::now(&world.demo.clock).0;
    world.demo.clock.advance(left);
    let reply: AnswerReply = phone.answer(phone.approval(&challenge, &right)?).await?.json()?;
    assert_eq!(reply, AnswerReply { end: End::Expired, counted: false });
    assert!(browser.get("/sign-in/number").await?.says("expired"));
    Ok(())
}

#[tokio::test]
async fn a_clock_stepped_back_revives_nothing() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let right = number(&mut browser).await?;
    let challenge = phone.challenge().await?;
    world.demo.clock.advance(90_000);
    assert!(browser.get("/sign-in/number").await?.says("expired"));
    world.demo.clock.step_back(60_000);
    for restarted in [false, true] {
        if restarted {
            world.restart().await?;
        }
        let reply: AnswerReply = phone.answer(phone.approval(&challenge, &right)?).await?.json()?;
        assert_eq!(reply, AnswerReply { end: End::Expired, counted: false }, "restarted: {restarted}");
        assert!(browser.get("/sign-in/number").await?.says("expired"), "restarted: {restarted}");
        if restarted {
            // The node does not know what it saw before its own start, and its time is the store's.
            world.demo.clock.advance(60_000);
        }
        assert!(phone.challenges().await?.is_empty());
    }
    assert_eq!(world.count(FactKind::RequestExpired).await?, 1);
    Ok(())
}

#[tokio::test]
async fn what_expired_unseen_stays_expired_when_the_clock_steps_back_over_a_restart() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let right = number(&mut browser).await?;
    let challenge = phone.challenge().await?;
    // Nobody looks at this request; another commit tells the store the time.
    world.demo.stop_service().await;
    world.demo.clock.advance(90_000);
    world.demo.start_service().await?;
    world.browser().sign_in("nobody@regionx.example", "wrong").await?;
    world.demo.stop_service().await;
    world.demo.clock.step_back(60_000);
    world.demo.start_service().await?;
    world.demo.clock.advance(1_000);
    let reply: AnswerReply = phone.answer(phone.approval(&challenge, &right)?).await?.json()?;
    assert_eq!(reply, AnswerReply { end: End::Expired, counted: false });
    Ok(())
}

#[tokio::test]
async fn a_request_is_bound_to_its_time() -> Outcome {
    let (_world, _, phone) = World::enrolled(DIGITS).await?;
    let now = phone.now().0;
    let signed_at = |at: u64| {
        let jws = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
        forge::with_header(&jws, "iat", json!(at), &phone.device_key)
    };
    for at in [now - 121, now + 121, 0, u64::MAX] {
        let reply = phone.web.jose(paths::FETCH, signed_at(at)?).await?;
        assert_eq!(reply.refused()?, Code::Clock, "{at}");
        assert_eq!(reply.problem()?.now, Some(Seconds(now)), "the phone is told the service's time");
    }
    for at in [now - 120, now + 120] {
        let leave = phone.signed(paths::ANSWER, &phone.fetch_message(), &phone.device_key);
        let jws = forge::with_header(&leave, "iat", json!(at), &phone.device_key)?;
        let jws = forge::with_header(&jws, "typ", json!("styrk-denial+jws"), &phone.device_key)?;
        assert_eq!(phone.answer(jws).await?.refused()?, Code::Malformed, "{at} is in time, and no denial");
    }
    assert_eq!(phone.web.jose(paths::FETCH, signed_at(now + 6)?).await?.refused()?, Code::Clock);
    assert_eq!(phone.web.jose(paths::FETCH, signed_at(now + 5)?).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_fetch_counts_once_and_not_from_before_the_start() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let jws = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
    phone.web.jose(paths::FETCH, jws.clone()).await?.json::<FetchReply>()?;
    assert_eq!(phone.web.jose(paths::FETCH, jws.clone()).await?.refused()?, Code::Replayed);
    world.restart().await?;
    let reply = phone.web.jose(paths::FETCH, jws).await?;
    assert_eq!(reply.refused()?, Code::Clock, "the node that has seen it is gone");
    assert!(reply.problem()?.now.is_some());
    phone.fetch().await?;
    Ok(())
}

#[tokio::test]
async fn a_fetch_signed_ahead_of_time_is_not_taken_again_after_a_restart() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let jws = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
    let ahead = forge::with_header(&jws, "iat", json!(phone.now().0 + 5), &phone.device_key)?;
    assert_eq!(phone.web.jose(paths::FETCH, ahead.clone()).await?.status, 200);
    world.demo.stop_service().await;
    world.demo.start_service().await?;
    for _ in 0..130 {
        assert_eq!(phone.web.jose(paths::FETCH, ahead.clone()).await?.refused()?, Code::Clock);
        world.demo.clock.advance(1_000);
    }
    Ok(())
}

#[tokio::test]
async fn a_phone_with_a_wrong_clock_succeeds_at_the_second_try() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, phone) = (world.browser(), world.demo.phone(1)?);
    phone.set_clock_offset(600_000).await;
    assert_eq!(once::enrol(&mut browser, &phone).await?, "enrolled");
    for offset in [-600_000, 600_000, 0] {
        phone.set_clock_offset(offset).await;
        phone.event(Event::Done).await;
        let right = number(&mut browser).await?;
        once::type_number(&phone, &right).await?;
        once::result(&phone).await?;
        assert_eq!(browser.get("/sign-in/number").await?.path, "/apps", "{offset} ms");
    }
    Ok(())
}

#[tokio::test]
async fn the_time_that_a_phone_is_told_is_one_that_counts_even_in_the_first_second() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    world.demo.stop_service().await;
    world.demo.start_service().await?;
    let signed_at = |at: u64| {
        let jws = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
        forge::with_header(&jws, "iat", json!(at), &phone.device_key)
    };
    for wrong in [phone.now().0 - 600, phone.now().0 + 600, phone.now().0] {
        let told = phone.web.jose(paths::FETCH, signed_at(wrong)?).await?.problem()?;
        let told = told.now.ok_or("not told the time")?;
        assert_eq!(phone.web.jose(paths::FETCH, signed_at(told.0)?).await?.status, 200, "{wrong}");
    }
    Ok(())
}
