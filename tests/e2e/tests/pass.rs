//! Passes from IT support (journey 11, property 12).

use demo::organisation::USERS;
use e2e::world::sign_in;
use e2e::{DIGITS, Error, Outcome, World};
use signin::fact::FactKind;
use signin::pass::PassCode;

/// Nothing but a pass opens a first registration.
const STRICT: &str = "digits = 8";

/// IT support makes a pass for Anna.
async fn create(world: &World, byte: u8) -> Result<String, Error> {
    let (app, anna) = (world.app().await?, world.anna().await?);
    let code = PassCode::from_bits([byte; 9]);
    let made = app.store.create_pass(anna.id, app.vault.pass_mac(anna.id, &code), 3600).await?;
    app.tell(made).ok_or("no Anna")?.map_err(|refused| format!("{refused:?}"))?;
    Ok(code.grouped())
}

#[tokio::test]
async fn with_the_password_it_opens_the_first_registration_and_the_way_goes_on() -> Outcome {
    let world = World::start(STRICT).await?;
    let pass = create(&world, 7).await?;
    let mut browser = world.browser();
    let page = sign_in(&mut browser).await?;
    assert!(page.status == 403 && page.says("I have a temporary pass"), "{}", page.body);
    assert!(browser.get("/sign-in/other").await?.says("href=\"/sign-in/pass\""));
    let before = browser.cookie("styrk-session").map(str::to_owned);
    let careless = pass.to_lowercase().replace('-', " ");
    let page = browser.post("/sign-in/pass", &[("pass", &careless)]).await?;
    assert_eq!((page.path.as_str(), page.status.as_u16()), ("/register", 200));
    assert_ne!(browser.cookie("styrk-session").map(str::to_owned), before, "a fresh session");
    world.phone().enrol(&mut browser).await?;
    assert_eq!(browser.get("/apps").await?.path, "/apps");
    let audit = world.audit().await?;
    let opened = audit.iter().find(|record| record.fact.kind == FactKind::EnrolmentOpened).ok_or("none")?;
    assert_eq!(opened.fact.detail.as_deref(), Some("pass"));
    let page = browser.get("/security").await?;
    assert!(page.says("IT support made a temporary pass for you") && page.says("You used a temporary pass"));
    // It served once.
    let mut other = world.browser();
    sign_in(&mut other).await?;
    assert_eq!(other.post("/sign-in/pass", &[("pass", &pass)]).await?.status.as_u16(), 422);
    Ok(())
}

#[tokio::test]
async fn without_the_password_it_opens_nothing() -> Outcome {
    let world = World::start(STRICT).await?;
    let pass = create(&world, 7).await?;
    let mut browser = world.browser();
    let page = browser.post("/sign-in/pass", &[("pass", &pass)]).await?;
    assert!(page.path.starts_with("/sign-in?"), "{}", page.path);
    // Nor does somebody else's password.
    browser.sign_in(USERS[1].login(), demo::organisation::PASSWORD).await?;
    assert_eq!(browser.post("/sign-in/pass", &[("pass", &pass)]).await?.status.as_u16(), 422);
    sign_in(&mut browser).await?;
    assert_eq!(browser.post("/sign-in/pass", &[("pass", &pass)]).await?.status.as_u16(), 200);
    Ok(())
}

#[tokio::test]
async fn a_wrong_one_is_told_like_none_and_the_fifth_ends_it() -> Outcome {
    let world = World::start(STRICT).await?;
    let mut browser = world.browser();
    sign_in(&mut browser).await?;
    let mut tried = Vec::new();
    let wrong = PassCode::from_bits([9; 9]).grouped();
    for there_is_one in [false, true] {
        if there_is_one {
            create(&world, 7).await?;
        }
        let page = browser.post("/sign-in/pass", &[("pass", &wrong)]).await?;
        let told = page
            .body
            .split_once("<main")
            .ok_or("no page")?
            .1
            .split_once("</main>")
            .ok_or("no end")?
            .0
            .to_owned();
        tried.push((page.status, told));
    }
    assert_eq!(tried[0], tried[1], "nobody learns whether there is one");
    for _ in 0..3 {
        browser.post("/sign-in/pass", &[("pass", &wrong)]).await?;
    }
    // A slip of the finger is no try.
    let page = browser.post("/sign-in/pass", &[("pass", "0000000000000Z")]).await?;
    assert!(page.status == 422 && page.says("A character is missing or wrong"));
    assert_eq!(world.count(FactKind::PassEnded).await?, 0);
    browser.post("/sign-in/pass", &[("pass", &wrong)]).await?;
    assert_eq!(world.count(FactKind::PassEnded).await?, 1);
    let right = PassCode::from_bits([7; 9]).grouped();
    assert_eq!(browser.post("/sign-in/pass", &[("pass", &right)]).await?.status.as_u16(), 422);
    Ok(())
}

#[tokio::test]
async fn it_lets_in_who_has_left_the_phone_at_home() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let pass = create(&world, 7).await?;
    let mut browser = world.browser();
    assert!(sign_in(&mut browser).await?.number().is_some());
    assert_eq!(phone.challenges().await?.len(), 1);
    assert_eq!(browser.post("/sign-in/pass", &[("pass", &pass)]).await?.path, "/apps");
    assert!(phone.challenges().await?.is_empty(), "what waited on the phone has ended");
    Ok(())
}

#[tokio::test]
async fn it_ends_when_its_user_may_not_sign_in_any_more() -> Outcome {
    let world = World::start(STRICT).await?;
    create(&world, 7).await?;
    world.disable(USERS[0].login()).await?;
    assert_eq!(world.count(FactKind::PassEnded).await?, 1);
    assert!(world.app().await?.store.pass(world.anna().await?.id).await?.is_none());
    Ok(())
}

#[tokio::test]
async fn ten_tries_from_one_place_are_enough() -> Outcome {
    let world = World::start(STRICT).await?;
    let mut browser = world.browser();
    sign_in(&mut browser).await?;
    let wrong = PassCode::from_bits([9; 9]).grouped();
    for _ in 0..10 {
        assert_eq!(browser.post("/sign-in/pass", &[("pass", &wrong)]).await?.status.as_u16(), 422);
    }
    assert_eq!(browser.post("/sign-in/pass", &[("pass", &wrong)]).await?.status.as_u16(), 429);
    assert_eq!(world.count(FactKind::PassWrong).await?, 10);
    Ok(())
}
