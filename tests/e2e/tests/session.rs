//! Sessions: what each level opens, and when they end.

use demo::organisation::{PASSWORD, USERS};
use e2e::world::{cookies, number, sign_in};
use e2e::{DIGITS, Error, Outcome, World};
use std::time::Duration;

async fn opens(world: &World, path: &str, session: &str) -> Result<bool, Error> {
    let reply = world.web.get(path, &format!("styrk-session={session}")).await?;
    Ok(reply.status == 200)
}

fn session(browser: &demo::visitor::Visitor) -> Result<String, Error> {
    browser.cookie("styrk-session").map(str::to_owned).ok_or_else(|| "no session".into())
}

#[tokio::test]
async fn a_token_changes_at_sign_in_and_when_the_level_rises() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let mut browser = world.browser();
    let planted = "A".repeat(43);
    browser.set_cookie("styrk-session", &planted);
    let right = number(&mut browser).await?;
    let low = session(&browser)?;
    assert_ne!(low, planted, "a token that was there before is not taken over");
    phone.approve(&right).await?;
    browser.get("/sign-in/number").await?;
    let high = session(&browser)?;
    assert_ne!(high, low);
    assert!(opens(&world, "/apps", &high).await?);
    for path in ["/apps", "/security", "/sign-in/number", "/register"] {
        assert!(!opens(&world, path, &low).await?, "{path} with the old token");
        assert!(!opens(&world, path, &planted).await?, "{path} with the planted token");
    }
    world.demo.clock.advance(61_000);
    assert!(!opens(&world, "/apps", &low).await?, "nor later");
    assert!(opens(&world, "/apps", &high).await?);
    // Signing in again in the same browser ends what was there.
    sign_in(&mut browser).await?;
    assert!(!opens(&world, "/apps", &high).await?);
    Ok(())
}

#[tokio::test]
async fn a_token_changes_when_the_first_enrolment_raises_it() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    sign_in(&mut browser).await?;
    let low = session(&browser)?;
    world.phone().enrol(&mut browser).await?;
    assert_ne!(session(&browser)?, low);
    assert!(!opens(&world, "/register", &low).await?);
    Ok(())
}

#[tokio::test]
async fn a_password_opens_neither_apps_nor_security() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let device = phone.device.ok_or("no device")?;
    let mut browser = world.browser();
    number(&mut browser).await?;
    for path in ["/apps", "/security", &format!("/security/devices/{device}/remove"), "/register/done"] {
        let page = browser.get(path).await?;
        assert_eq!(page.path.split('?').next(), Some("/sign-in/number"), "{path}");
        assert!(page.number().is_some());
        assert!(world.web.get(path, "").await?.header("location").starts_with("/sign-in?to="), "{path}");
    }
    let page = browser.post(&format!("/security/devices/{device}/remove"), &[("confirmed", "yes")]).await?;
    assert_eq!(page.path, "/sign-in/number?to=/security");
    assert!(phone.fetch().await?.confirmed, "it is still there");
    Ok(())
}

#[tokio::test]
async fn an_approval_serves_the_session_that_asked() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let (mut browser, mut thief) = (world.browser(), world.browser());
    number(&mut thief).await?;
    let right = number(&mut browser).await?;
    phone.approve(&right).await?;
    assert!(thief.get("/sign-in/number").await?.number().is_some());
    assert_eq!(thief.get("/apps").await?.path, "/sign-in/number");
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    Ok(())
}

#[tokio::test]
async fn signing_out_ends_it() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let high = session(&browser)?;
    assert!(opens(&world, "/apps", &high).await?);
    browser.post("/sign-out", &[]).await?;
    assert!(browser.cookie("styrk-session").is_none());
    assert!(!opens(&world, "/apps", &high).await?, "the token is dead, not only forgotten");
    // On the way there: the request goes with the session.
    number(&mut browser).await?;
    let low = session(&browser)?;
    browser.post("/sign-out", &[]).await?;
    assert!(phone.challenges().await?.is_empty());
    assert!(!opens(&world, "/sign-in/number", &low).await?);
    Ok(())
}

#[tokio::test]
async fn an_hour_unused_or_a_day_in_all_ends_it() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let mut browser = world.browser();
    phone.sign_in(&mut browser).await?;
    let token = session(&browser)?;
    world.demo.clock.advance(3_599_000);
    assert!(opens(&world, "/apps", &token).await?);
    world.demo.clock.advance(3_600_000);
    assert!(!opens(&world, "/apps", &token).await?, "unused for an hour");
    let reply = world.web.get("/apps", &cookies(&browser)).await?;
    assert!(reply.header("location").contains("ended=1"));

    phone.sign_in(&mut browser).await?;
    let token = session(&browser)?;
    for _ in 0..24 {
        assert!(opens(&world, "/apps", &token).await?);
        world.demo.clock.advance(3_590_000);
    }
    world.demo.clock.advance(240_000);
    assert!(!opens(&world, "/apps", &token).await?, "a day in all");
    Ok(())
}

#[tokio::test]
async fn another_users_device_is_not_there() -> Outcome {
    let (world, _, annas) = World::enrolled(DIGITS).await?;
    let mut bo = world.browser();
    bo.sign_in(USERS[1].login(), PASSWORD).await?;
    let mut bos = world.phone();
    bos.enrol(&mut bo).await?;
    let (annas_id, bos_id) = (annas.device.ok_or("no device")?, bos.device.ok_or("no device")?);
    assert_eq!(bo.get(&format!("/security/devices/{bos_id}/remove")).await?.status.as_u16(), 200);
    for id in [annas_id.to_string(), "AAAAAAAAAAAAAAAAAAAAAA".to_owned(), "nonsense".to_owned()] {
        let path = format!("/security/devices/{id}/remove");
        assert_eq!(bo.get(&path).await?.status.as_u16(), 404, "{id}");
        for confirmed in ["yes", "once", "no", ""] {
            let page = bo.post(&path, &[("confirmed", confirmed)]).await?;
            assert_eq!(page.status.as_u16(), 404, "{id} {confirmed}");
        }
    }
    assert!(!bo.get(&format!("/security?removed={annas_id}")).await?.says("was removed"));
    assert!(!bo.get(&format!("/register/done?device={annas_id}")).await?.path.starts_with("/register/done"));
    assert!(annas.fetch().await?.confirmed);
    // The last one of one's own is asked about twice.
    let path = format!("/security/devices/{bos_id}/remove");
    assert!(bo.get(&path).await?.says("value=\"once\""));
    assert!(bo.post(&path, &[("confirmed", "once")]).await?.says("value=\"yes\""));
    assert!(bos.fetch().await?.confirmed, "not yet");
    assert_eq!(bo.post(&path, &[("confirmed", "yes")]).await?.path, format!("/security?removed={bos_id}"));
    assert!(bos.fetch().await.is_err());
    Ok(())
}

#[tokio::test]
async fn what_another_session_waits_for_is_not_told() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let (mut browser, mut bo) = (world.browser(), world.browser());
    let waits = sign_in(&mut browser).await?.wait().ok_or("the page does not wait")?;
    bo.sign_in(USERS[1].login(), PASSWORD).await?;
    let told = bo.get(&waits).await?;
    assert_eq!(told.body, "{\"changed\":true,\"left\":0}", "as for a request that never was");
    Ok(())
}

#[tokio::test]
async fn a_stranger_with_the_password_keeps_only_so_many_pages_waiting() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let mut browser = world.browser();
    let address = sign_in(&mut browser).await?.wait().ok_or("it waits nowhere")?;
    let cookies = cookies(&browser);
    let mut waits = tokio::task::JoinSet::new();
    // Those that may wait do so until the clock moves; one more is refused, whichever it is.
    for _ in 0..9 {
        let (web, address, cookies) = (world.web.clone(), address.clone(), cookies.clone());
        waits.spawn(async move { web.get(&address, &cookies).await.map(|reply| reply.status) });
    }
    let first = waits.join_next().await.ok_or("nobody waited")??;
    assert_eq!(first?, 429);
    while !waits.is_empty() {
        // Again, for one that had not begun to wait when the clock moved.
        world.demo.clock.advance(30_000);
        while let Ok(Some(status)) = tokio::time::timeout(Duration::from_secs(1), waits.join_next()).await {
            assert_eq!(status??, 200);
        }
    }
    Ok(())
}
