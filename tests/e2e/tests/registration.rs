//! Registration in the way (journey 3): whoever has nothing yet comes to it by itself, and not past it.

use demo::organisation::{PASSWORD, USERS};
use demo::visitor::Visitor;
use e2e::{DIGITS, Error, Outcome, World};
use signin::fact::FactKind;

/// Bo signs in on the way to his security information.
async fn on_the_way(browser: &mut Visitor) -> Result<demo::visitor::Answer, Error> {
    let form = [("login", USERS[1].login()), ("password", PASSWORD), ("to", "/security")];
    browser.post("/sign-in", &form).await
}

/// Everything that opens something, or looks as if it did.
const PAGES: [&str; 9] = [
    "/",
    "/apps",
    "/security",
    "/security?removed=x",
    "/security/devices/x/remove",
    "/register",
    "/register/done",
    "/register/done?device=x",
    "/sign-in/number",
];

async fn is_in_the_way(browser: &mut Visitor, says: &str) -> Outcome {
    for path in PAGES {
        let page = browser.get(path).await?;
        assert!(page.path == "/register" && page.says(says), "{path} leads to {}", page.path);
    }
    for (path, form) in [
        ("/sign-in/again", vec![("to", "/apps")]),
        ("/sign-in/cancel", vec![("request", "x")]),
        ("/security/devices/x/remove", vec![("confirmed", "yes")]),
    ] {
        let page = browser.post(path, &form).await?;
        assert!(page.path == "/register" && page.says(says), "{path} leads to {}", page.path);
    }
    assert!(browser.get("/sign-in").await?.says("name=\"password\""), "nobody is in");
    Ok(())
}

#[tokio::test]
async fn nobody_gets_past_it_and_it_leads_to_where_they_were_going() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    let page = on_the_way(&mut browser).await?;
    assert!(page.path == "/register" && page.says("To continue, you need"), "{}", page.path);
    is_in_the_way(&mut browser, "To continue, you need").await?;

    let link = browser.post("/register/start", &[]).await?.link().ok_or("no code")?;
    is_in_the_way(&mut browser, "Step 1 of 3").await?;
    let again = browser.get("/register").await?.link().ok_or("no code")?;
    assert_eq!(again, link, "a reload or another tab shows the same code");
    // Stopping leads to its beginning, and not out of it.
    let page = browser.post("/register/cancel", &[]).await?;
    assert!(page.path == "/register", "{}", page.path);
    assert_eq!(world.count(FactKind::SignedIn).await?, 0);
    phone.enrol(&mut browser).await?;
    assert_eq!(browser.get("/security").await?.path, "/security");
    let device = phone.device.ok_or("no device")?;
    let page = browser.get(&format!("/register/done?device={device}")).await?;
    assert!(page.says("href=\"/security\""), "{}", page.body);
    Ok(())
}

#[tokio::test]
async fn where_more_than_the_password_is_needed_nobody_gets_past_it_either() -> Outcome {
    let world = World::start("digits = 8").await?;
    let mut browser = world.browser();
    let page = on_the_way(&mut browser).await?;
    assert_eq!((page.path.as_str(), page.status.as_u16()), ("/register", 403));
    is_in_the_way(&mut browser, "More than your password is needed").await?;
    let page = browser.post("/register/start", &[]).await?;
    assert_eq!((page.link(), page.status.as_u16()), (None, 403));
    assert_eq!(world.count(FactKind::SignedIn).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_restart_on_the_way_loses_nothing() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    on_the_way(&mut browser).await?;
    let link = browser.post("/register/start", &[]).await?.link();
    world.restart().await?;
    assert!(link.is_some());
    assert_eq!(browser.get("/apps").await?.link(), link);
    Ok(())
}
