//! Forms of other sites, and addresses that lead elsewhere.

use axum::http::Method;
use demo::organisation::{PASSWORD, USERS};
use e2e::world::{cookies, number};
use e2e::{DIGITS, Outcome, World};

/// Every POST of a page, read from the service's own list of routes.
fn posts(device: &str) -> Vec<String> {
    let source = include_str!("../../../push-service/src/http/mod.rs");
    let pages = source.split_once("let phone =").map_or(source, |(pages, _)| pages);
    let routes = pages.lines().filter(|line| line.contains("post(") && line.contains(".route("));
    let paths = routes.filter_map(|line| line.split('"').nth(1));
    paths.map(|path| path.replace("{id}", device)).collect()
}

#[tokio::test]
async fn a_form_of_another_site_counts_nowhere() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let device = phone.device.ok_or("no device")?.to_string();
    let paths = posts(&device);
    assert_eq!(paths.len(), 9, "{paths:?}");
    let right = number(&mut world.browser()).await?;
    let cookies = cookies(&browser);
    let before = world.audit().await?.len();
    let own = world.demo.service.as_str();
    let form = "login=a&password=b&characters=1234&confirmed=yes";
    for path in &paths {
        for from in [
            vec![],
            vec![("origin", "null")],
            vec![("origin", "")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "http://localhost:1")],
            vec![("origin", own), ("sec-fetch-site", "cross-site")],
            vec![("origin", own), ("sec-fetch-site", "same-site")],
            vec![("sec-fetch-site", "none")],
            vec![("referer", own)],
        ] {
            let mut headers =
                vec![("cookie", cookies.as_str()), ("content-type", "application/x-www-form-urlencoded")];
            headers.extend(from.clone());
            let reply = world.web.send(Method::POST, path, &headers, form).await?;
            assert_eq!(reply.status, 403, "{path} from {from:?}");
            assert!(reply.text().contains("cross_site") && reply.set_cookie("styrk-session").is_none());
        }
        // What is no GET does not slip by.
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let reply = world.web.send(method, path, &[("cookie", cookies.as_str())], Vec::new()).await?;
            assert!(matches!(reply.status, 403 | 405), "{path}: {}", reply.status);
        }
    }
    assert_eq!(world.audit().await?.len(), before, "none of them did anything");
    assert_eq!(browser.get("/apps").await?.path, "/apps");
    phone.approve(&right).await?;
    Ok(())
}

#[tokio::test]
async fn nothing_happens_on_a_get() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let device = phone.device.ok_or("no device")?.to_string();
    number(&mut world.browser()).await?;
    let before = world.audit().await?.len();
    for path in posts(&device) {
        let page = browser.get(&format!("{path}?confirmed=yes&login=a&password=b")).await?;
        assert!(matches!(page.status.as_u16(), 200 | 405), "{path}: {}", page.status);
    }
    assert_eq!(world.audit().await?.len(), before);
    Ok(())
}

const ELSEWHERE: [&str; 9] = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/apps\r\nset-cookie: a=b",
    "evil.example",
    "",
];

#[tokio::test]
async fn no_address_leads_elsewhere() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    for to in ELSEWHERE {
        for path in ["/language/sv?to=", "/language/en?to="] {
            let reply = world.web.get(&format!("{path}{}", encode(to)), "").await?;
            assert_eq!((reply.status, reply.header("location")), (303, "/apps"), "{to:?}");
            assert!(reply.header("set-cookie").starts_with("styrk-language="));
        }
        // Through the whole sign-in, where it is remembered in the session.
        let mut browser = world.browser();
        let page = browser.get(&format!("/sign-in?to={}", encode(to))).await?;
        assert!(page.says("name=\"to\" value=\"/apps\""), "{to:?}");
        let form = [("login", USERS[0].login()), ("password", PASSWORD), ("to", to)];
        let right = browser.post("/sign-in", &form).await?.number().ok_or("no number")?;
        phone.approve(&right).await?;
        let reply = world.web.get("/sign-in/number", &cookies(&browser)).await?;
        assert_eq!((reply.status, reply.header("location")), (303, "/apps"), "{to:?}");
        let page = browser.get(&format!("/sign-in?to={}", encode(to))).await;
        assert!(page.is_ok(), "{to:?}");
        world.demo.clock.advance(5_000);
    }
    // Where it is ours, it is kept.
    let mut browser = world.browser();
    let form = [("login", USERS[0].login()), ("password", PASSWORD), ("to", "/security")];
    let right = browser.post("/sign-in", &form).await?.number().ok_or("no number")?;
    phone.approve(&right).await?;
    assert_eq!(browser.get("/sign-in/number").await?.path, "/security");
    assert_eq!(browser.get("/language/sv?to=/security").await?.path, "/security");
    Ok(())
}
