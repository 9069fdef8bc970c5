//! Nothing that was acknowledged is lost when the service is restarted in the middle.

use authenticator_core::screen::Screen;
use demo::once;
use e2e::world::{number, sign_in};
use e2e::{DIGITS, Outcome, World};
use simulated_phone::Event;

#[tokio::test]
async fn in_the_middle_of_a_sign_in() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let right = number(&mut browser).await?;
    world.restart().await?;
    let page = browser.get("/sign-in/number").await?;
    assert_eq!(page.number().as_deref(), Some(right.as_str()), "the same number still counts");
    let challenge = phone.challenge().await?;
    world.restart().await?;
    assert_eq!(phone.challenge().await?.hash, challenge.hash, "and the same challenge");
    phone.approve(&right).await?;
    // Approved, and not yet seen by the page.
    world.restart().await?;
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    world.restart().await?;
    assert_eq!(browser.get("/apps").await?.path, "/apps", "sessions stay");
    Ok(())
}

#[tokio::test]
async fn in_the_middle_of_an_enrolment_at_every_step() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    sign_in(&mut browser).await?;
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    world.restart().await?;
    assert_eq!(browser.get("/register").await?.link(), Some(link.clone()));
    let offered = phone.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    world.restart().await?;
    assert_eq!(phone.register(&offered).await?.status, 200);
    world.restart().await?;
    let shown = phone.characters(&offered);
    let number = browser.post("/register/characters", &[("characters", &shown)]).await?.number();
    world.restart().await?;
    assert!(number.is_some() && browser.get("/register").await?.number() == number);
    phone.approve(&number.ok_or("no number")?).await?;
    world.restart().await?;
    assert!(browser.get("/register").await?.path.starts_with("/register/done"));
    assert!(phone.fetch().await?.confirmed);
    Ok(())
}

#[tokio::test]
async fn the_app_carries_on_by_itself() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, phone) = (world.browser(), world.demo.phone(1)?);
    assert_eq!(once::enrol(&mut browser, &phone).await?, "enrolled");
    phone.event(Event::Done).await;
    let right = number(&mut browser).await?;
    once::question(&phone).await?;
    world.demo.stop_service().await;
    phone.event(Event::NumberEntered(right)).await;
    phone.event(Event::Approve).await;
    let told = phone.wait_for(|model| match &model.screen {
        Screen::Approve { notice, .. } => notice.is_some(),
        Screen::Result { .. } => true,
        _ => false,
    });
    told.await?;
    world.demo.start_service().await?;
    world.demo.clock.advance(1_000);
    phone.event(Event::Retry).await;
    phone.event(Event::Approve).await;
    phone.wait_for(|model| once::is_result(model, "phone-approved-title")).await?;
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    Ok(())
}
