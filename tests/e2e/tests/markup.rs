//! What people, phones and browsers write never becomes part of a page.

use axum::http::Method;
use demo::organisation::PASSWORD;
use demo::visitor::Answer;
use e2e::world::{cookies, other};
use e2e::{DIGITS, Outcome, World};

const NAME: &str = "Nn\"'><x9 onclick=1>&amp;";
const MODEL: &str = "Mm\"'><x9 onload=1>";
const UPN: &str = "uu\"'><x9>@regionx.example";

/// Nothing of it stands in the page as it was written; `shown` is there all the same, made harmless.
fn harmless(page: &str, shown: &[&str], what: &str) {
    for raw in ["<x9", "\"'><", "'><x", "&amp;'>"] {
        assert!(!page.contains(raw), "{raw} on {what}");
    }
    for name in shown {
        assert!(page.contains(name), "{name} is not on {what}: this test would see nothing");
    }
}

fn check(page: &Answer, shown: &[&str]) {
    harmless(&page.body, shown, &page.path);
}

#[tokio::test]
async fn names_and_models_are_text() -> Outcome {
    let world = World::start(DIGITS).await?;
    world.add_user(UPN, NAME).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    phone.model = MODEL.to_owned();
    check(&browser.sign_in(UPN, "wrong").await?, &["uu"]);
    check(&browser.sign_in(UPN, PASSWORD).await?, &["Nn"]);
    check(&browser.post("/register/start", &[]).await?, &["Nn"]);
    let offered = phone.begin(&mut browser).await?;
    assert_eq!(offered.offer.payload.user, NAME, "the phone is told the name as it is");
    check(&browser.get("/register").await?, &["Nn", "Mm"]);
    let shown = phone.characters(&offered);
    check(&browser.type_characters(&other(&shown)).await?, &["Nn", "Mm"]);
    let page = browser.type_characters(&shown).await?;
    check(&page, &["Nn", "Mm"]);
    phone.approve(&page.number().ok_or("no number")?).await?;
    check(&browser.get("/register").await?, &["Nn", "Mm"]);
    let device = phone.device.ok_or("no device")?;
    for path in ["/apps", "/security", &format!("/security/devices/{device}/remove")] {
        check(&browser.get(path).await?, &["Nn"]);
    }
    assert!(browser.get("/security").await?.says("Mm"));
    let page = browser.sign_in(UPN, PASSWORD).await?;
    check(&page, &["Nn", "Mm"]);
    check(&browser.get("/sign-in/other").await?, &["Nn", "Mm"]);
    phone.approve(&other(&page.number().ok_or("no number")?)).await?;
    check(&browser.get("/sign-in/number").await?, &["Nn"]);
    let page = browser.post("/sign-in/again", &[]).await?;
    phone.approve(&page.number().ok_or("no number")?).await?;
    browser.get("/sign-in/number").await?;
    let path = format!("/security/devices/{device}/remove");
    check(&browser.post(&path, &[("confirmed", "once")]).await?, &["Nn"]);
    check(&browser.post(&path, &[("confirmed", "yes")]).await?, &["Nn", "Mm"]);
    Ok(())
}

#[tokio::test]
async fn a_browsers_own_words_reach_neither_page_nor_phone() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let form = format!("login={}&password={PASSWORD}", demo::organisation::USERS[0].login());
    for (agent, browser, system) in
        [("<x9>Firefox/1 Windows", Some("Firefox"), Some("Windows")), ("\"'><x9 onclick=1>", None, None)]
    {
        let headers = [
            ("origin", world.demo.service.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("user-agent", agent),
            ("accept-language", "\"'><x9>"),
            ("x-forwarded-for", "\"'><x9>"),
        ];
        let reply = world.web.send(Method::POST, "/sign-in", &headers, form.clone()).await?;
        assert_eq!(reply.status, 303);
        let jar = format!(
            "{}; {}",
            reply.set_cookie("styrk-session").and_then(|it| it.split(';').next()).ok_or("no session")?,
            reply.set_cookie("styrk-browser").and_then(|it| it.split(';').next()).ok_or("no browser")?,
        );
        let headers = [("cookie", jar.as_str()), ("user-agent", agent)];
        let page = world.web.send(Method::GET, "/sign-in/number", &headers, Vec::new()).await?;
        harmless(&page.text(), &["id=\"number\""], agent);
        let challenge = phone.challenge().await?.payload;
        assert_eq!((challenge.browser.as_deref(), challenge.system.as_deref()), (browser, system));
        assert_eq!(challenge.address.as_deref(), Some("127.0.0.1"));
    }
    Ok(())
}

#[tokio::test]
async fn addresses_and_cookies_are_text() -> Outcome {
    let (world, browser, _) = World::enrolled(DIGITS).await?;
    let own = cookies(&browser);
    let marked = "%22%27%3E%3Cx9%20onclick=1%3E";
    for path in [
        format!("/{marked}"),
        format!("/sign-in?to=/{marked}"),
        "/sign-in?to=/\"'><x9>".to_owned(),
        format!("/sign-in?ended={marked}&out={marked}"),
        format!("/security?removed={marked}"),
        format!("/security/devices/{marked}/remove"),
        format!("/sign-in/wait?request={marked}"),
        format!("/register/wait?enrolment={marked}&seen={marked}"),
        format!("/register/done?device={marked}"),
        format!("/language/{marked}?to=/{marked}"),
        format!("/assets/{marked}"),
        format!("/api/{marked}"),
        "/apps?x=\"'><x9>".to_owned(),
    ] {
        let path = path.replace('"', "%22").replace('<', "%3C").replace('>', "%3E").replace(' ', "%20");
        for jar in [own.as_str(), "", "styrk-language=\"'><x9>; styrk-session=<x9>; styrk-browser=<x9>"] {
            let reply = world.web.get(&path, jar).await?;
            harmless(&reply.text(), &[], &path);
            let to = reply.header("location");
            assert!(to.is_empty() || (to.starts_with('/') && !to.starts_with("//")), "{path}: {to}");
        }
    }
    Ok(())
}
