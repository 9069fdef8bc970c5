//! Properties 14, 17 and 21: requests beside each other, and their ends.

use authenticator_core::screen::Screen;
use authenticator_protocol::answer::{DenialReason, End};
use authenticator_protocol::fetch::Leave;
use authenticator_protocol::ids::RequestId;
use authenticator_protocol::request::paths;
use demo::once;
use demo::organisation::POLICY;
use demo::visitor::{Answer, Visitor};
use e2e::world::{cookies, number, other, sign_in};
use e2e::{DIGITS, Error, Outcome, RawPhone, World};
use simulated_phone::Event;
use std::time::Duration;

#[tokio::test]
async fn a_second_request_of_the_same_browser_supersedes_and_another_browsers_does_not() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut elsewhere = world.browser();
    number(&mut elsewhere).await?;
    let theirs = phone.challenge().await?;
    let page = sign_in(&mut browser).await?;
    let (waits, mine) = (page.wait().ok_or("the page does not wait")?, phone.challenge().await?);
    assert_eq!(phone.challenges().await?.len(), 2);
    let page = browser.post("/sign-in/again", &[]).await?;
    assert!(page.number().is_some());
    let fetched = phone.fetch().await?;
    let ended = |id| fetched.ended.iter().find(|ended| ended.challenge == id).map(|ended| ended.end);
    assert_eq!(ended(mine.payload.id), Some(End::Superseded));
    assert_eq!(ended(theirs.payload.id), None, "nobody elsewhere ends what this browser asks");
    assert_eq!(fetched.challenges.len(), 2);
    assert!(browser.get(&waits).await?.says("\"changed\":true"));
    // Signing in anew in the same browser takes the old request along; it was the user's own doing.
    number(&mut elsewhere).await?;
    assert_eq!(phone.challenges().await?.len(), 2);
    assert!(browser.get("/sign-in/number").await?.number().is_some(), "and this one still waits");
    Ok(())
}

#[tokio::test]
async fn nobody_cancels_what_another_session_asks() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut elsewhere = world.browser();
    let page = sign_in(&mut browser).await?;
    let mine = page.number().ok_or("no number")?;
    number(&mut elsewhere).await?;
    elsewhere.post("/sign-in/cancel", &[("request", &shown(&page)?)]).await?;
    elsewhere.post("/sign-out", &[]).await?;
    assert_eq!(browser.get("/sign-in/number").await?.number(), Some(mine));
    assert_eq!(phone.challenges().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_stranger_with_the_password_does_not_hold_up_the_owners_browser() -> Outcome {
    let (world, mut browser, _phone) = World::enrolled(DIGITS).await?;
    let mut stranger = world.browser();
    number(&mut stranger).await?;
    for _ in 0..40 {
        stranger.post("/sign-in/again", &[]).await?;
    }
    let page = sign_in(&mut browser).await?;
    assert!(page.number().is_some(), "{} for the owner", page.status);
    Ok(())
}

#[tokio::test]
async fn cancel_ends_the_request_that_its_page_shows() -> Outcome {
    let (_world, mut browser, _phone) = World::enrolled(DIGITS).await?;
    let page = sign_in(&mut browser).await?;
    let stale = shown(&page)?;
    browser.post("/sign-in/again", &[]).await?;
    // The first tab, which has not heard yet.
    browser.post("/sign-in/cancel", &[("request", &stale)]).await?;
    assert!(
        browser.get("/sign-in/number").await?.number().is_some(),
        "the newer request was cancelled instead"
    );
    Ok(())
}

#[tokio::test]
async fn the_other_phone_sees_an_answer_within_a_second() -> Outcome {
    let world = World::start(POLICY).await?;
    let (mut browser, one, two) = (world.browser(), world.demo.phone(1)?, world.demo.add_phone()?);
    assert_eq!(once::enrol(&mut browser, &one).await?, "enrolled");
    assert_eq!(once::register(&mut browser, &two).await?, "enrolled");
    for how in [Event::Approve, Event::CancelSignIn, Event::NotMe] {
        for phone in [&one, &two] {
            phone.event(Event::Done).await;
        }
        let right = number(&mut browser).await?;
        once::question(&one).await?;
        once::question(&two).await?;
        one.event(Event::NumberEntered(right)).await;
        one.event(how.clone()).await;
        once::result(&one).await?;
        let told = two.wait_for(|model| matches!(&model.screen, Screen::Result { title, .. } if title.key == "phone-ended-elsewhere-title"));
        tokio::time::timeout(Duration::from_secs(1), told).await??;
    }
    Ok(())
}

#[tokio::test]
async fn each_of_the_eight_ends_is_one_record_and_stays() -> Outcome {
    for how in End::ALL {
        let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
        // The page waits while it ends, and is told at once.
        let page = sign_in(&mut browser).await?;
        let address = page.wait().ok_or("the page does not wait")?;
        let (web, cookies) = (world.web.clone(), cookies(&browser));
        let id: RequestId = address.rsplit_once('=').ok_or("no request")?.1.parse()?;
        let waiting = tokio::spawn(async move { web.get(&address, &cookies).await });
        browser.get("/sign-in/number").await?;
        let before = world.audit().await?.len();
        end(&world, &mut browser, &phone, how).await?;
        let news = tokio::time::timeout(Duration::from_secs(1), waiting).await???;
        assert!(news.text().contains("\"changed\":true"), "{how:?}: {}", news.text());
        let (told, restarted) = (ends(&world, id).await?, {
            world.restart().await?;
            ends(&world, id).await?
        });
        assert_eq!(told, [format!("request_{}", how.as_str())], "after record {before}");
        assert_eq!(restarted, told, "after a restart");
        let app = world.app().await?;
        let view = app.store.request(id).await?.ok_or("the request is gone")?.value;
        assert_eq!(view.request.ended.map(|ended| ended.end), Some(how));
        assert!(view.request.number.is_none(), "the number is erased at the end");
        // Whatever comes afterwards changes nothing.
        browser.post("/sign-in/cancel", &[("request", &id.to_string())]).await?;
        world.demo.clock.advance(600_000);
        app.tell(app.store.expire().await?);
        assert_eq!(ends(&world, id).await?, told);
    }
    Ok(())
}

/// The request that a page shows.
fn shown(page: &Answer) -> Result<String, Error> {
    let rest =
        page.body.split_once("name=\"request\" value=\"").ok_or("the page does not name its request")?.1;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

/// Brings the request that the browser shows to this end.
async fn end(world: &World, browser: &mut Visitor, phone: &RawPhone, how: End) -> Result<(), Error> {
    let page = browser.get("/sign-in/number").await?;
    let right = page.number().ok_or("no number")?;
    match how {
        End::Approved => drop(phone.approve(&right).await?),
        End::Denied => drop(phone.deny(DenialReason::Cancelled).await?),
        End::Reported => drop(phone.deny(DenialReason::NotMe).await?),
        End::WrongNumber => drop(phone.approve(&other(&right)).await?),
        End::Expired => world.demo.clock.advance(90_000),
        End::Cancelled => drop(browser.post("/sign-in/cancel", &[("request", &shown(&page)?)]).await?),
        End::Superseded => drop(browser.post("/sign-in/again", &[]).await?),
        End::Failed => {
            let leave = phone.signed(paths::LEAVE, &Leave {}, &phone.device_key);
            assert_eq!(phone.web.jose(paths::LEAVE, leave).await?.status, 200);
        }
    }
    Ok(())
}

/// Every end of this request in the audit trail.
async fn ends(world: &World, id: RequestId) -> Result<Vec<String>, Error> {
    let of_it = world.audit().await?.into_iter().filter(|record| record.fact.request == Some(id));
    let ends = of_it.filter(|record| {
        let word = record.fact.kind.as_str();
        word.strip_prefix("request_").is_some_and(|end| End::from_word(end).is_some())
    });
    Ok(ends.map(|record| record.fact.kind.as_str().to_owned()).collect())
}
