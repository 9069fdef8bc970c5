//! Texts from outside with what nobody sees in them: NUL, zero-width, bidirectional, and far too much of it.

use authenticator_protocol::text::is_visible;
use demo::once;
use demo::organisation::PASSWORD;
use e2e::world::sign_in;
use e2e::{DIGITS, Outcome, World};

const HIDDEN: [char; 7] = ['\0', '\u{1b}', '\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{e0041}'];

fn littered(text: &str) -> String {
    text.chars().zip(HIDDEN.iter().cycle()).flat_map(|(letter, hidden)| [letter, *hidden]).collect()
}

#[tokio::test]
async fn what_a_phone_says_of_itself_is_cleaned_and_cut() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    sign_in(&mut browser).await?;
    phone.model = format!("{} {}", littered("Pixel 9"), "x".repeat(5_000));
    let shown = format!("Pixel 9 {}", "x".repeat(56));
    phone.enrol(&mut browser).await?;
    let page = browser.get("/security").await?;
    assert!(page.says(&shown) && !page.says(&format!("{shown}x")), "64 characters");
    assert!(!page.body.contains(HIDDEN));
    let device = world.app().await?.store.devices(world.anna().await?.id).await?.remove(0);
    assert_eq!(device.model, shown);
    assert!([device.model, device.system, device.app].iter().all(|text| is_visible(text, 64)));
    Ok(())
}

#[tokio::test]
async fn a_name_in_the_directory_keeps_nobody_from_enrolling() -> Outcome {
    let world = World::start(DIGITS).await?;
    let name = format!(" {}\u{a0} {} ", littered("Nils"), "Nilsson".repeat(50));
    world.add_user("nils@regionx.example", &name).await?;
    // The phone accepts no offer with a name that hides something; so the service makes none.
    let (mut browser, phone) = (world.browser(), world.demo.phone(1)?);
    assert_eq!(once::enrol_user(&mut browser, &phone, "nils@regionx.example").await?, "enrolled");
    Ok(())
}

#[tokio::test]
async fn a_login_of_anything_is_a_wrong_login() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let origin = world.demo.service.clone();
    let long = "x".repeat(10_000);
    for login in [
        "%00",
        "%FF%FE",
        "anna%00",
        "%E2%80%AEanna",
        "%",
        "%zz",
        "'%20OR%201=1--",
        long.as_str(),
        "a%0d%0aset-cookie:x=1",
    ] {
        let form = format!("login={login}&password={PASSWORD}");
        let headers = [("origin", origin.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let reply = world.web.send(axum::http::Method::POST, "/sign-in", &headers, form).await?;
        assert!(matches!(reply.status, 400 | 422), "{login}: {}", reply.status);
        assert!(reply.set_cookie("styrk-session").is_none() && reply.set_cookie("x").is_none(), "{login}");
        assert!(reply.text().contains("<h1"), "{login}: a page says what to do");
    }
    Ok(())
}
