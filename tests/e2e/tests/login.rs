//! Passwords: who is told what, and how often one may try.

use demo::organisation::{PASSWORD, USERS};
use demo::visitor::Visitor;
use e2e::peer::Peer;
use e2e::world::{number, sign_in};
use e2e::{DIGITS, Error, Outcome, World};
use signin::fact::FactKind;

/// The page without what differs at every visit.
async fn told(browser: &mut Visitor, login: &str, password: &str) -> Result<(u16, String), Error> {
    let page = browser.sign_in(login, password).await?;
    let mut body = page.body.replace(login, "LOGIN");
    while let Some(at) = body.find("Reference ") {
        let end = body[at..].find('<').map_or(body.len(), |end| at + end);
        body.replace_range(at..end, "REQUEST");
    }
    Ok((page.status.as_u16(), body))
}

#[tokio::test]
async fn unknown_wrong_and_disabled_are_told_the_same() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    world.disable(USERS[1].login()).await?;
    let wrong = told(&mut world.browser(), USERS[0].login(), "not the password").await?;
    assert_eq!(wrong.0, 422);
    assert!(wrong.1.contains("What you typed is not right"));
    for (what, login, password) in [
        ("unknown", "nobody@regionx.example", PASSWORD),
        ("disabled", USERS[1].login(), PASSWORD),
        ("disabled, wrong", USERS[1].login(), "not the password"),
        ("no device yet", USERS[2].login(), "not the password"),
        ("by UPN", USERS[0].upn, "not the password"),
        ("too long", USERS[0].login(), &"x".repeat(1_025)),
        ("empty", USERS[0].login(), ""),
    ] {
        assert_eq!(told(&mut world.browser(), login, password).await?, wrong, "{what}");
    }
    assert_eq!(world.count(FactKind::PasswordWrong).await?, 8);
    Ok(())
}

#[tokio::test]
async fn the_eleventh_wrong_password_waits() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let mut browser = world.browser();
    for login in [USERS[0].login(), "nobody@regionx.example"] {
        for _ in 0..10 {
            assert_eq!(browser.sign_in(login, "wrong").await?.status.as_u16(), 422);
        }
        for password in ["wrong", PASSWORD] {
            let page = browser.sign_in(login, password).await?;
            assert_eq!(page.status.as_u16(), 429, "{login}");
            assert!(page.says("Wait 10 minutes, then try again"), "{}", page.body);
        }
    }
    assert_eq!(
        world.count(FactKind::PasswordThrottled).await?,
        2,
        "one for each login, however often it is tried"
    );
    assert_eq!(
        browser.sign_in(USERS[1].login(), PASSWORD).await?.path,
        "/register",
        "others are not held up"
    );
    world.demo.clock.advance(599_000);
    assert!(sign_in(&mut browser).await?.says("Wait one minute, then try again"));
    world.demo.clock.advance(1_000);
    assert!(sign_in(&mut browser).await?.number().is_some());
    Ok(())
}

#[tokio::test]
async fn what_waits_for_whoever_is_disabled_fails() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    number(&mut world.browser()).await?;
    world.disable(USERS[0].login()).await?;
    assert_eq!(world.count(FactKind::RequestFailed).await?, 1);
    assert!(phone.challenges().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_stranger_without_the_password_does_not_hold_up_the_owners_browser() -> Outcome {
    let (world, mut browser, _) = World::enrolled(DIGITS).await?;
    for _ in 0..10 {
        world.browser().sign_in(USERS[0].login(), "wrong").await?;
    }
    let page = sign_in(&mut browser).await?;
    assert!(page.number().is_some(), "{} for the owner", page.status);
    Ok(())
}

#[tokio::test]
async fn whoever_is_disabled_is_out_at_once() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut waiting = world.browser();
    let right = number(&mut waiting).await?;
    world.disable(USERS[0].login()).await?;
    assert!(browser.get("/apps").await?.path.starts_with("/sign-in"));
    assert!(waiting.get("/sign-in/number").await?.number().is_none());
    let reply = phone.approve(&right).await;
    assert!(reply.is_err() || reply.is_ok_and(|reply| reply.end.as_str() == "failed"));
    assert!(waiting.get("/sign-in/number").await?.path.starts_with("/sign-in?"));
    assert_eq!(world.count(FactKind::SignedIn).await?, 1, "the enrolment's");
    Ok(())
}

#[tokio::test]
async fn a_browser_that_goes_away_leaves_no_check_running() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let body = format!("login={}&password=wrong", USERS[0].login());
    let service = &world.demo.service;
    let post = format!(
        "POST /sign-in HTTP/1.1\r\nhost: a\r\norigin: {service}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    // Two at once are all that one place may run.
    for _ in 0..4 {
        let mut gone = Peer::connect(service).await?;
        gone.say(&post).await?;
        drop(gone);
        // The check goes on until it is done, and is counted as what it was.
        let mut tries = 0;
        while world.browser().sign_in(USERS[0].login(), "wrong").await?.status.as_u16() == 429 {
            tries += 1;
            assert!(tries < 1_000, "a check that nobody waits for is still counted as running");
        }
    }
    Ok(())
}
