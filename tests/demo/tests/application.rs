//! The application as a process: what it is told how, how it ends, and what it refuses.

use axum::body::Bytes;
use axum::http::{Request, Response, StatusCode};
use demo::application::Application;
use demo::visitor::Visitor;
use demo::{Demo, Error, Options};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

type Outcome = Result<(), Error>;

const PROGRAM: &str = env!("CARGO_BIN_EXE_demo");

async fn send(address: &str, headers: &[(&str, &str)], form: &str) -> Result<Response<String>, Error> {
    let mut request = Request::post(format!("{address}/sign-in"));
    for (name, value) in headers.iter().chain(&[("content-type", "application/x-www-form-urlencoded")]) {
        request = request.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request.body(Full::new(Bytes::from(form.to_owned())))?).await?;
    let (parts, body) = response.into_parts();
    Ok(Response::from_parts(parts, String::from_utf8(body.collect().await?.to_bytes().to_vec())?))
}

#[tokio::test]
async fn a_form_of_another_site_asks_nobody() -> Outcome {
    let demo = Demo::start(Options::default()).await?;
    let application = Application::start(&demo, Path::new(PROGRAM), 0).await?;
    let address = application.address.as_str();
    let form = "email=anna.andersson%40regionx.example";
    for origin in ["https://elsewhere.example", "null", demo.service.as_str()] {
        let refused = send(address, &[("origin", origin)], form).await?;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{origin}");
        assert!(refused.headers().get("set-cookie").is_none());
    }
    assert_eq!(send(address, &[], form).await?.status(), StatusCode::FORBIDDEN, "no origin");
    let rebound =
        send(address, &[("host", "rebound.example"), ("origin", "http://rebound.example")], form).await?;
    assert_eq!(rebound.status(), StatusCode::TEMPORARY_REDIRECT);
    let asked = send(address, &[("origin", address)], form).await?;
    assert_eq!(asked.status(), StatusCode::SEE_OTHER);
    let cookie = asked.headers().get("set-cookie").ok_or("no cookie")?.to_str()?;
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    let policy = asked.headers().get("content-security-policy").ok_or("no policy")?.to_str()?;
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
    application.stop().await?;
    demo.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_service_that_is_away_is_told_and_comes_back() -> Outcome {
    let demo = Demo::start(Options::default()).await?;
    let application = Application::start(&demo, Path::new(PROGRAM), 0).await?;
    let mut browser = Visitor::new(&application.address);
    let form = [("email", "anna.andersson@regionx.example")];
    demo.stop_service().await;
    let page = browser.post("/sign-in", &form).await?;
    assert!(page.says("You cannot sign in right now"), "{}", page.body);
    demo.start_service().await?;
    let page = browser.post("/sign-in", &form).await?;
    let number = page.number().ok_or(page.body)?;
    demo.stop_service().await;
    assert_eq!(browser.get("/").await?.number(), Some(number.clone()), "what is asked stays asked");
    demo.start_service().await?;
    assert_eq!(browser.get("/").await?.number(), Some(number));
    let page = browser.post("/cancel", &[]).await?;
    assert!(page.says("You cancelled the sign-in"), "{}", page.body);
    application.stop().await?;
    demo.stop().await;
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn the_key_is_no_argument_and_a_killed_demo_takes_the_application_along() -> Outcome {
    let mut demo = Command::new(PROGRAM)
        .args(["--port", "0", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut about = String::new();
    BufReader::new(demo.stdout.take().ok_or("no output")?).read_line(&mut about)?;
    let about: serde_json::Value = serde_json::from_str(&about)?;
    assert!(about["application"].as_str().is_some_and(|address| address.starts_with("http://127.0.0.1:")));
    let child = child_of(demo.id())?;
    let arguments = std::fs::read(format!("/proc/{child}/cmdline"))?;
    let environment = std::fs::read(format!("/proc/{child}/environ"))?;
    // Before anything can fail: a test that does leaves nobody behind.
    demo.kill()?;
    demo.wait()?;
    let arguments: Vec<&[u8]> = arguments.split(|byte| *byte == 0).filter(|word| !word.is_empty()).collect();
    assert_eq!(arguments[1..], [demo::application::COMMAND.as_bytes()]);
    assert!(!environment.windows(6).any(|bytes| bytes == b"styrk."), "nor in the environment");
    // Both write errors to one pipe; it ends when both have.
    let mut errors = String::new();
    demo.stderr.take().ok_or("no errors")?.read_to_string(&mut errors)?;
    assert_eq!(errors, "");
    Ok(())
}

/// Any thread of the demo may have started it.
#[cfg(target_os = "linux")]
fn child_of(parent: u32) -> Result<String, Error> {
    for task in std::fs::read_dir(format!("/proc/{parent}/task"))? {
        let children = std::fs::read_to_string(task?.path().join("children"))?;
        if let Some(child) = children.split_whitespace().next() {
            return Ok(child.to_owned());
        }
    }
    Err("the demo has no child".into())
}
