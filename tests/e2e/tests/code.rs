//! Property 10: the code on the page.

use authenticator_protocol::ids::EnrolmentId;
use authenticator_protocol::link::{EnrolmentLink, MAX_LINK};
use authenticator_protocol::problem::Code;
use e2e::world::sign_in;
use e2e::{DIGITS, Error, Outcome, World};
use image::{GrayImage, Luma};
use std::net::{IpAddr, Ipv4Addr};

/// What a scanner reads from the page's QR code.
fn scan(page: &str) -> Result<String, Error> {
    const SCALE: u32 = 4;
    let size =
        page.split_once("viewBox=\"0 0 ").and_then(|(_, rest)| rest.split_once(' ')).ok_or("no QR code")?.0;
    let size: u32 = size.parse()?;
    let modules =
        page.split_once("<path d=\"").and_then(|(_, rest)| rest.split_once('"')).ok_or("no modules")?.0;
    let mut picture = GrayImage::from_pixel(size * SCALE, size * SCALE, Luma([255]));
    for module in modules.split('M').filter(|module| !module.is_empty()) {
        let (x, y) = module
            .split_once('h')
            .and_then(|(at, _)| at.split_once(' '))
            .ok_or("a module without a place")?;
        let (x, y): (u32, u32) = (x.parse()?, y.parse()?);
        for pixel in 0..SCALE * SCALE {
            picture.put_pixel(x * SCALE + pixel % SCALE, y * SCALE + pixel / SCALE, Luma([0]));
        }
    }
    let mut picture = rqrr::PreparedImage::prepare(picture);
    let grid = picture.detect_grids().pop().ok_or("no QR code in the picture")?;
    Ok(grid.decode()?.1)
}

#[tokio::test]
async fn the_qr_code_is_the_link_and_the_link_keeps_its_secret() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    sign_in(&mut browser).await?;
    let page = browser.post("/register/start", &[]).await?;
    let text = page.link().ok_or("no link")?;
    assert_eq!(scan(&page.body)?, text);
    assert!(text.len() < MAX_LINK);
    let link = EnrolmentLink::parse(&text)?;
    assert_eq!(link.server.url(""), world.demo.service);
    let (before, fragment) = text.split_once('#').ok_or("no fragment")?;
    assert!(before.ends_with("/e") && fragment.starts_with("1/"), "what is secret stays in the browser");
    // Reloading shows the same code, a fresh start another one.
    assert_eq!(browser.get("/register").await?.link().as_deref(), Some(text.as_str()));
    let fresh = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    assert_ne!(EnrolmentLink::parse(&fresh)?.code, link.code);
    // The page behind the link: nothing was sent there, and it says what to do.
    let page = browser.get("/e").await?;
    assert_eq!(page.status.as_u16(), 200);
    assert!(!page.says("<script"), "no script may read the fragment");
    Ok(())
}

#[tokio::test]
async fn ten_minutes_once_and_only_what_was_given_out() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    sign_in(&mut browser).await?;
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let parsed = EnrolmentLink::parse(&link)?;
    let mut made_up = parsed.clone();
    made_up.code.0[0] ^= 1;
    let refused = |problem: Result<e2e::Offered, authenticator_protocol::problem::Problem>| {
        problem.err().map(|problem| (problem.code, problem.status))
    };
    assert_eq!(refused(world.phone().claim(&made_up.to_string()).await?), Some((Code::CodeExpired, 410)));
    world.demo.clock.advance(600_000 - 1_000);
    assert_eq!(refused(world.phone().claim(&link).await?), None, "the last second");

    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    world.demo.clock.advance(600_000);
    assert_eq!(refused(world.phone().claim(&link).await?), Some((Code::CodeExpired, 410)));
    assert!(browser.get("/register").await?.says("code_expired"));
    // A clock stepped back brings it back as little as it does a request.
    world.demo.clock.step_back(60_000);
    assert_eq!(refused(world.phone().claim(&link).await?), Some((Code::CodeExpired, 410)));

    let older = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let newer = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    assert_eq!(
        refused(world.phone().claim(&older).await?),
        Some((Code::CodeExpired, 410)),
        "a newer one came"
    );
    assert_eq!(refused(world.phone().claim(&newer).await?), None);
    assert_eq!(refused(world.phone().claim(&newer).await?), Some((Code::CodeUsed, 409)));
    let cancelled = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    browser.post("/register/cancel", &[]).await?;
    assert_eq!(refused(world.phone().claim(&cancelled).await?), Some((Code::CodeExpired, 410)));
    Ok(())
}

#[tokio::test]
async fn beginning_again_and_again_is_throttled() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    sign_in(&mut browser).await?;
    for _ in 0..20 {
        assert!(browser.post("/register/start", &[]).await?.link().is_some());
    }
    let page = browser.post("/register/start", &[]).await?;
    assert_eq!((page.status.as_u16(), page.link()), (429, None));
    assert!(page.says("too_many_requests"));
    assert!(browser.get("/register").await?.link().is_some(), "the last one still holds");
    world.demo.clock.advance(600_000);
    assert!(browser.post("/register/start", &[]).await?.link().is_some());
    Ok(())
}

#[tokio::test]
async fn guessing_is_throttled() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    sign_in(&mut browser).await?;
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let mut guess = EnrolmentLink::parse(&link)?;
    let mut phone = world.phone();
    for _ in 0..60 {
        guess.code.0[0] = guess.code.0[0].wrapping_add(1);
        let refused = phone.claim(&guess.to_string()).await?.err().ok_or("a guess was right")?;
        assert_eq!(refused.code, Code::CodeExpired);
    }
    assert_eq!(phone.claim(&link).await?.err().map(|problem| problem.code), Some(Code::TooMany));
    // The owner's code is not burnt by it.
    world.demo.clock.advance(60_000);
    assert!(phone.claim(&link).await?.is_ok());
    Ok(())
}

#[tokio::test]
async fn guessing_enrolments_at_the_registration_is_throttled() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    sign_in(&mut browser).await?;
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let offered = phone.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    let mut guess = offered.clone();
    for n in 0..60 {
        guess.offer.payload.enrolment = EnrolmentId::from_bytes([n; 16]);
        assert_eq!(phone.clone().register(&guess).await?.refused()?, Code::CodeExpired);
    }
    assert_eq!(phone.clone().register(&offered).await?.refused()?, Code::TooMany);
    world.demo.clock.advance(60_000);
    assert_eq!(phone.register(&offered).await?.status, 200, "the owner has lost a minute");
    Ok(())
}

#[tokio::test]
async fn claims_of_a_used_code_are_throttled_like_guesses() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    sign_in(&mut browser).await?;
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    assert!(phone.claim(&link).await?.is_ok());
    let mut strangers = world.phone();
    for _ in 0..60 {
        assert_eq!(strangers.claim(&link).await?.err().map(|problem| problem.code), Some(Code::CodeUsed));
    }
    assert_eq!(strangers.claim(&link).await?.err().map(|problem| problem.code), Some(Code::TooMany));
    let mut elsewhere = world.phone().in_network(IpAddr::V4(Ipv4Addr::new(127, 0, 9, 1)));
    assert_eq!(elsewhere.claim(&link).await?.err().map(|problem| problem.code), Some(Code::CodeUsed));
    world.demo.clock.advance(60_000);
    assert!(phone.claim(&link).await?.is_ok(), "the phone that claimed first");
    Ok(())
}
