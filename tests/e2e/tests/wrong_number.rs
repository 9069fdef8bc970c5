//! Property 3: what a wrong number does.

use authenticator_protocol::answer::{AnswerReply, End};
use demo::organisation::USERS;
use demo::visitor::Visitor;
use e2e::world::{number, other, sign_in};
use e2e::{DIGITS, Error, Outcome, RawPhone, World};
use signin::fact::FactKind;

async fn again(browser: &mut Visitor) -> Result<String, Error> {
    let page = browser.post("/sign-in/again", &[]).await?;
    page.number().ok_or_else(|| format!("no number at {}", page.path).into())
}

async fn wrong(browser: &mut Visitor, phone: &RawPhone) -> Result<AnswerReply, Error> {
    let number = again(browser).await?;
    phone.approve(&other(&number)).await
}

#[tokio::test]
async fn it_ends_the_request_for_every_device() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut second = world.phone();
    second.enrol(&mut browser).await?;
    let right = number(&mut browser).await?;
    let shown = second.challenge().await?;
    let reply = phone.approve(&other(&right)).await?;
    assert_eq!(reply, AnswerReply { end: End::WrongNumber, counted: true });
    let fetched = second.fetch().await?;
    let ended = fetched.ended.iter().find(|ended| ended.challenge == shown.payload.id).ok_or("not told")?;
    assert_eq!((ended.end, ended.here), (End::WrongNumber, false));
    assert!(fetched.challenges.is_empty());
    let late: AnswerReply = second.answer(second.approval(&shown, &right)?).await?.json()?;
    assert_eq!(late, AnswerReply { end: End::WrongNumber, counted: false });
    assert!(browser.get("/sign-in/number").await?.says("wrong_number"));
    Ok(())
}

#[tokio::test]
async fn ten_in_a_row_lock_the_app() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    sign_in(&mut browser).await?;
    for _ in 0..9 {
        assert_eq!(wrong(&mut browser, &phone).await?.end, End::WrongNumber);
    }
    assert!(!world.anna().await?.app_locked);
    wrong(&mut browser, &phone).await?;
    assert!(world.anna().await?.app_locked);
    assert_eq!(world.count(FactKind::AppLocked).await?, 1);
    let mut elsewhere = world.browser();
    let page = sign_in(&mut elsewhere).await?;
    assert!(page.number().is_none() && page.says("locked"), "{}", page.path);
    assert!(browser.post("/sign-in/again", &[]).await?.number().is_none());
    assert!(phone.challenges().await?.is_empty());
    // Time alone unlocks nothing, nor does the restart of the service.
    world.demo.clock.advance(2 * 24 * 60 * 60 * 1000);
    world.restart().await?;
    assert!(sign_in(&mut elsewhere).await?.number().is_none());
    Ok(())
}

#[tokio::test]
async fn enrolling_again_in_a_session_that_was_approved_unlocks_it() -> Outcome {
    let (world, mut approved, phone) = World::enrolled(&format!("{DIGITS}\nwrong_in_row = 1")).await?;
    let mut browser = world.browser();
    let right = number(&mut browser).await?;
    phone.approve(&other(&right)).await?;
    assert!(world.anna().await?.app_locked);
    let page = browser.post("/register/start", &[]).await?;
    assert_eq!((page.status.as_u16(), page.link()), (403, None), "not with the password alone");
    world.phone().enrol(&mut approved).await?;
    assert!(!world.anna().await?.app_locked);
    phone.sign_in(&mut browser).await
}

#[tokio::test]
async fn a_success_forgives_the_row_and_not_the_day() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    for round in 0..2 {
        sign_in(&mut browser).await?;
        for _ in 0..9 {
            wrong(&mut browser, &phone).await?;
        }
        phone.sign_in(&mut browser).await?;
        let failures = world.anna().await?.failures;
        assert_eq!((failures.in_row, failures.today), (0, 9 * (round + 1)));
    }
    sign_in(&mut browser).await?;
    wrong(&mut browser, &phone).await?;
    assert!(!world.anna().await?.app_locked);
    wrong(&mut browser, &phone).await?;
    assert!(world.anna().await?.app_locked, "twenty in a day");
    Ok(())
}

#[tokio::test]
async fn the_number_of_another_browser_ends_and_is_not_counted() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut elsewhere = world.browser();
    let here = number(&mut browser).await?;
    let mine = phone.challenge().await?;
    let there = number(&mut elsewhere).await?;
    assert_ne!(here, there);
    let reply: AnswerReply = phone.answer(phone.approval(&mine, &there)?).await?.json()?;
    assert_eq!(reply, AnswerReply { end: End::WrongNumber, counted: true });
    let failures = world.anna().await?.failures;
    assert_eq!((failures.in_row, failures.today), (0, 0), "{} mixed them up", USERS[0].name);
    assert_eq!(phone.approve(&there).await?.end, End::Approved, "the other one goes on");
    Ok(())
}
