//! Property 12: a password alone never enrols.

use authenticator_protocol::fetch::Leave;
use authenticator_protocol::request::paths;
use e2e::world::{cookies, sign_in};
use e2e::{DIGITS, Outcome, World};
use signin::fact::FactKind;

const TRUSTED: &str = "trusted_networks = [\"127.0.0.0/8\"]\ndigits = 8";
const ELSEWHERE: &str = "trusted_networks = [\"10.0.0.0/8\"]\ndigits = 8";

#[tokio::test]
async fn a_password_alone_is_told_why_not() -> Outcome {
    for policy in ["", ELSEWHERE] {
        let world = World::start(policy).await?;
        let mut browser = world.browser();
        let page = sign_in(&mut browser).await?;
        assert_eq!((page.path.as_str(), page.status.as_u16()), ("/register", 403));
        assert!(page.says("not_allowed") && page.says("More than your password is needed"));
        let page = browser.post("/register/start", &[]).await?;
        assert_eq!((page.status.as_u16(), page.link()), (403, None));
        assert_eq!(world.count(FactKind::EnrolmentRefused).await?, 1);
        assert_eq!(world.count(FactKind::EnrolmentOpened).await?, 0);
        for _ in 0..25 {
            assert_eq!(browser.post("/register/start", &[]).await?.status.as_u16(), 403);
        }
        assert_eq!(world.count(FactKind::EnrolmentRefused).await?, 20, "the trail is not flooded");
        // Nor does a header that only a trusted proxy may send.
        let forged = [("cookie", cookies(&browser)), ("x-forwarded-for", "10.0.0.1".to_owned())];
        let headers: Vec<_> = forged.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = world.web.send(axum::http::Method::GET, "/register", &headers, Vec::new()).await?;
        assert_eq!(reply.status, 403);
    }
    Ok(())
}

#[tokio::test]
async fn a_trusted_network_helps_whoever_has_no_device_yet() -> Outcome {
    let (world, _, phone) = World::enrolled(TRUSTED).await?;
    let opened = world.audit().await?;
    let opened = opened.iter().find(|record| record.fact.kind == FactKind::EnrolmentOpened).ok_or("none")?;
    assert_eq!(opened.fact.detail.as_deref(), Some("trusted_network"));
    // Whoever has one uses it (N10).
    let mut browser = world.browser();
    assert_eq!(sign_in(&mut browser).await?.path, "/apps");
    let page = browser.post("/register/start", &[]).await?;
    assert_eq!((page.status.as_u16(), page.link()), (403, None));
    assert_eq!(world.count(FactKind::EnrolmentRefused).await?, 1);
    let right = browser.post("/sign-in/again", &[]).await?.number().ok_or("no number")?;
    phone.approve(&right).await?;
    browser.get("/sign-in/number").await?;
    assert!(browser.post("/register/start", &[]).await?.link().is_some(), "with an approval it is allowed");
    Ok(())
}

#[tokio::test]
async fn removing_a_device_never_makes_the_next_registration_the_first() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let id = phone.device.ok_or("no device")?;
    browser.post(&format!("/security/devices/{id}/remove"), &[("confirmed", "yes")]).await?;
    assert_eq!(world.count(FactKind::DeviceRemoved).await?, 1);
    let page = sign_in(&mut world.browser()).await?;
    assert_eq!((page.path.as_str(), page.status.as_u16()), ("/register", 403), "removed on the page");
    assert_eq!(browser.get("/apps").await?.path, "/apps", "the session that removed it stays");

    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let leave = phone.signed(paths::LEAVE, &Leave {}, &phone.device_key);
    assert_eq!(phone.web.jose(paths::LEAVE, leave).await?.status, 200);
    world.restart().await?;
    let page = sign_in(&mut world.browser()).await?;
    assert_eq!((page.path.as_str(), page.status.as_u16()), ("/register", 403), "removed on the phone");
    assert_ne!(browser.get("/apps").await?.path, "/apps", "what it had approved ends with it");
    Ok(())
}

#[tokio::test]
async fn an_enrolment_that_was_not_finished_leaves_the_first_one_open() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    sign_in(&mut browser).await?;
    phone.begin(&mut browser).await?;
    browser.post("/register/cancel", &[]).await?;
    let mut browser = world.browser();
    assert_eq!(sign_in(&mut browser).await?.status.as_u16(), 200);
    world.phone().enrol(&mut browser).await?;
    assert!(world.anna().await?.first_confirmed.is_some());
    Ok(())
}

#[tokio::test]
async fn an_enrolment_belongs_to_the_session_that_opened_it() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut thief, mut phone) = (world.browser(), world.browser(), world.phone());
    sign_in(&mut browser).await?;
    sign_in(&mut thief).await?;
    let offered = phone.begin(&mut browser).await?;
    let shown = phone.characters(&offered);
    let enrolment = offered.offer.payload.enrolment.to_string();
    let form = [("enrolment", enrolment.as_str()), ("characters", &shown)];
    let page = thief.post("/register/characters", &form).await?;
    assert!(page.number().is_none());
    thief.post("/register/cancel", &[]).await?;
    let page = browser.type_characters(&shown).await?;
    assert!(page.number().is_some(), "somebody else's cancel ends only their own");
    assert!(thief.get("/register").await?.number().is_none());
    Ok(())
}
