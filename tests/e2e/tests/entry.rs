//! Inside and outside the organisation's network (journey 1).

use authenticator_protocol::answer::DenialReason;
use authenticator_protocol::challenge::Purpose;
use demo::organisation::{PASSWORD, USERS};
use demo::visitor::Visitor;
use e2e::world::{number, sign_in};
use e2e::{Outcome, World};
use signin::fact::FactKind;
use std::net::{IpAddr, Ipv4Addr};

/// The address 127.0.0.2 is inside, 127.0.0.1 is not.
const POLICY: &str =
    "trusted_networks = [\"127.0.0.2/32\"]\nfirst_registration = \"password-is-enough\"\ndigits = 8";
const INSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[tokio::test]
async fn inside_the_password_is_enough_but_not_for_the_security_page() -> Outcome {
    let (world, _, phone) = World::enrolled(POLICY).await?;
    let mut browser = Visitor::from(&world.demo.service, INSIDE);
    let page = sign_in(&mut browser).await?;
    assert_eq!((page.path.as_str(), page.status.as_u16()), ("/apps", 200));
    assert!(phone.challenges().await?.is_empty(), "the phone is not asked");
    for path in ["/apps", "/sign-in?to=/apps", "/"] {
        assert_eq!(browser.get(path).await?.path, "/apps");
    }
    assert_eq!(world.count(FactKind::EnteredByPassword).await?, 1, "once, however often it is visited");
    let audit = world.audit().await?;
    let said = |kind| {
        let fact = audit.iter().map(|record| &record.fact).rfind(|fact| fact.kind == kind);
        fact.and_then(|fact| fact.detail.clone())
    };
    let reason = Some("enough: trusted_network 127.0.0.2/32".to_owned());
    assert_eq!((said(FactKind::PasswordRight), said(FactKind::EnteredByPassword)), (reason.clone(), reason));

    for path in ["/security", &format!("/security/devices/{}/remove", phone.device.ok_or("no device")?)] {
        let page = browser.get(path).await?;
        assert_eq!(page.path, "/sign-in/number?to=/security", "{path}");
        assert!(page.says("Confirm that it is you") && page.number().is_none());
    }
    assert_eq!(browser.post("/register/start", &[]).await?.status.as_u16(), 403, "nor for another phone");
    browser.post("/sign-in/again", &[("to", "/security")]).await?;
    phone.deny(DenialReason::Cancelled).await?;
    let page = browser.get("/sign-in/number").await?;
    assert!(page.says("What you had opened before is still there") && !page.says("You are not signed in"));
    let page = browser.post("/sign-in/again", &[("to", "/security")]).await?;
    let right = page.number().ok_or("no number")?;
    assert!(page.says("You are about to open your security information"));
    assert_eq!(phone.challenge().await?.payload.purpose, Purpose::OpenSecurity);
    assert_eq!(browser.get("/security").await?.number(), Some(right.clone()));
    phone.approve(&right).await?;
    assert_eq!(browser.get("/sign-in/number").await?.path, "/security");
    let page = browser.get("/security").await?;
    assert!(page.says("You signed in to MyApps from the organisation"), "{}", page.body);
    Ok(())
}

#[tokio::test]
async fn a_session_that_is_carried_outside_is_asked() -> Outcome {
    let (world, _, phone) = World::enrolled(POLICY).await?;
    let mut browser = Visitor::from(&world.demo.service, INSIDE);
    assert_eq!(sign_in(&mut browser).await?.path, "/apps");
    browser.moves_to(OUTSIDE);
    let page = browser.get("/apps").await?;
    assert!(page.path == "/sign-in/number" && page.says("Confirm that it is you"), "{}", page.path);
    assert!(browser.get("/sign-in?to=/apps").await?.says("name=\"password\""));
    let right = browser.post("/sign-in/again", &[]).await?.number().ok_or("no number")?;
    phone.approve(&right).await?;
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    Ok(())
}

#[tokio::test]
async fn outside_the_number_is_asked_and_no_header_helps() -> Outcome {
    let (world, _, _) = World::enrolled(POLICY).await?;
    let mut browser = world.browser();
    number(&mut browser).await?;
    let form = [("login", USERS[0].login()), ("password", PASSWORD), ("to", "/apps")];
    let origin = world.demo.service.clone();
    for name in ["x-forwarded-for", "x-real-ip", "forwarded", "client-ip"] {
        let headers = [("origin", origin.as_str()), (name, "127.0.0.2")];
        let page = world.browser().post_with("/sign-in", &form, &headers).await?;
        assert!(page.number().is_some(), "{name}: {}", page.path);
    }
    let audit = world.audit().await?;
    let asked = audit.iter().filter(|record| record.fact.kind == FactKind::PasswordRight);
    assert!(asked.map(|record| record.fact.detail.as_deref()).all(|said| said == Some("asked: outside")));
    assert_eq!(world.count(FactKind::EnteredByPassword).await?, 0);
    Ok(())
}

#[tokio::test]
async fn inside_on_the_way_to_the_security_page_the_number_is_asked_at_once() -> Outcome {
    let (world, _, _) = World::enrolled(POLICY).await?;
    let mut browser = Visitor::from(&world.demo.service, INSIDE);
    let form = [("login", USERS[0].login()), ("password", PASSWORD), ("to", "/security")];
    assert!(browser.post("/sign-in", &form).await?.number().is_some());
    Ok(())
}

#[tokio::test]
async fn an_application_may_ask_inside_too() -> Outcome {
    let (world, _, _) = World::enrolled(&format!("{POLICY}\nalways_ask = [\"MyApps\"]")).await?;
    let mut browser = Visitor::from(&world.demo.service, INSIDE);
    assert!(sign_in(&mut browser).await?.number().is_some());
    let audit = world.audit().await?;
    let last = audit.iter().rfind(|record| record.fact.kind == FactKind::PasswordRight).ok_or("none")?;
    assert_eq!(last.fact.detail.as_deref(), Some("asked: application"));
    Ok(())
}

#[tokio::test]
async fn inside_nobody_is_made_to_register() -> Outcome {
    let world = World::start(POLICY).await?;
    let mut browser = Visitor::from(&world.demo.service, INSIDE);
    assert_eq!(browser.sign_in(USERS[1].login(), PASSWORD).await?.path, "/apps");
    let page = browser.get("/security").await?;
    assert!(page.path == "/register" && !page.says("To continue, you need"), "{}", page.body);
    assert!(browser.post("/register/start", &[]).await?.link().is_some());
    Ok(())
}
