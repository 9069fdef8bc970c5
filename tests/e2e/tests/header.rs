//! What every answer says beside its body.

use authenticator_protocol::request::paths;
use axum::http::Method;
use e2e::world::cookies;
use e2e::{DIGITS, Outcome, Reply, Web, World};

const CONTENT: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

fn check(reply: &Reply, what: &str) {
    for (name, value) in [
        ("content-security-policy", CONTENT),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        assert_eq!(reply.header(name), value, "{what}");
    }
    let cache = reply.header("cache-control");
    let kept = match reply.status {
        200 if what.contains("/assets/") => "public, max-age=31536000, immutable",
        200 if what.contains("/jwks.json") => "public, max-age=3600",
        _ => "no-store",
    };
    assert_eq!(cache, kept, "{what}");
    assert_eq!(reply.header("x-request-id").len(), 9, "{what}");
    assert_eq!(reply.header("server"), "", "{what}");
    assert!(!reply.headers.contains_key("access-control-allow-origin"), "{what}");
}

/// Every route of the service, from its own list.
fn routes() -> Vec<String> {
    let source = include_str!("../../../push-service/src/http/mod.rs");
    let router = source.split_once("pub fn router").map_or(source, |(_, router)| router);
    let mut all: Vec<String> = router
        .split(".route(")
        .skip(1)
        .filter_map(|route| {
            let first = route.split(',').next()?.trim();
            Some(first.strip_prefix('"').map_or(String::new(), |path| path.trim_matches('"').to_owned()))
        })
        .filter(|path| !path.is_empty())
        .collect();
    all.extend(
        [paths::CLAIM, paths::REGISTRATION, paths::FETCH, paths::ANSWER, paths::LEAVE, paths::SOCKET]
            .map(str::to_owned),
    );
    all
}

#[tokio::test]
async fn every_route_has_the_security_headers() -> Outcome {
    let (world, browser, phone) = World::enrolled(DIGITS).await?;
    let device = phone.device.ok_or("no device")?.to_string();
    let own = routes();
    assert!(own.len() >= 27, "{own:?}");
    let others =
        ["/nowhere", "/api/nowhere", "/%00", "/apps/../security", "/assets/wait.js?v=1"].map(str::to_owned);
    for jar in [cookies(&browser), String::new()] {
        for route in own.iter().chain(&others) {
            let path = route
                .replace("{id}", &device)
                .replace("{tag}", "sv")
                .replace("{name}", "styrk.css")
                .replace("{wake}", "AAAAAAAAAAAAAAAAAAAAAA");
            for method in
                [Method::GET, Method::POST, Method::PUT, Method::HEAD, Method::OPTIONS, Method::TRACE]
            {
                let what = format!("{method} {path}");
                let headers = [("cookie", jar.as_str())];
                let reply = world.web.send(method, &path, &headers, Vec::new()).await?;
                assert!(reply.status < 500, "{what}: {}", reply.status);
                check(&reply, &what);
            }
        }
        world.demo.clock.advance(61_000);
    }
    Ok(())
}

#[tokio::test]
async fn cookies_are_for_this_host_and_no_script() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let form =
        format!("login={}&password={}", demo::organisation::USERS[0].login(), demo::organisation::PASSWORD);
    let reply = world.web.post("/sign-in", "", &form).await?;
    let language = world.web.get("/language/sv?to=/apps", "").await?;
    for (cookie, lasts) in [
        (reply.set_cookie("styrk-session"), false),
        (reply.set_cookie("styrk-browser"), true),
        (language.set_cookie("styrk-language"), true),
    ] {
        let cookie = cookie.ok_or("not set")?;
        let attributes: Vec<&str> = cookie.split("; ").skip(1).collect();
        for wanted in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(attributes.contains(&wanted), "{cookie}");
        }
        assert!(!cookie.contains("Domain="), "{cookie}");
        assert_eq!(cookie.contains("Max-Age="), lasts, "{cookie}");
    }
    let out = world.web.post("/sign-out", &format!("styrk-session={}", "A".repeat(43)), "").await?;
    assert!(out.set_cookie("styrk-session").is_some_and(|cookie| cookie.starts_with("styrk-session=;")));
    Ok(())
}

#[tokio::test]
async fn over_tls_cookies_are_secure_and_the_host_insists_on_it() -> Outcome {
    let folder = tempfile::tempdir()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let listen = listener.local_addr()?;
    let public = "https://mfa.regionx.example";
    let text = demo::organisation::configuration(public, public, listen, folder.path(), DIGITS);
    let config = push_service::config::Config::parse(&text)?;
    push_service::keys::Keys::create(&config.keys, simulated_phone::Millis(0).seconds())?;
    let clock = push_service::clock::ManualClock::flowing();
    let app = push_service::app::App::open(config, std::sync::Arc::new(clock))?;
    demo::organisation::add_users(&app).await?;
    let running = push_service::lifecycle::Running::start_on(app, listener, Default::default())?;
    let web = Web::new(&format!("http://{listen}"));
    let form =
        format!("login={}&password={}", demo::organisation::USERS[0].login(), demo::organisation::PASSWORD);
    let headers = [("origin", public), ("content-type", "application/x-www-form-urlencoded")];
    let reply = web.send(Method::POST, "/sign-in", &headers, form).await?;
    for name in ["__Host-styrk-session", "__Host-styrk-browser"] {
        let cookie = reply.set_cookie(name).ok_or(name)?;
        assert!(cookie.contains("; Secure") && cookie.contains("; Path=/"), "{cookie}");
    }
    assert!(reply.header("strict-transport-security").starts_with("max-age=63072000"));
    // The address that the connection was made to is not the one that counts.
    let headers = [("origin", format!("http://{listen}"))];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(web.send(Method::POST, "/sign-out", &headers, Vec::new()).await?.status, 403);
    running.stop().await;
    Ok(())
}
