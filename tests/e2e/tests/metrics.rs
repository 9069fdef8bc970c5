//! What Prometheus is told while people sign in.

use authenticator_protocol::answer::DenialReason;
use authenticator_protocol::code::Bytes;
use e2e::relying_party::Opened;
use e2e::world::{number, other, sign_in};
use e2e::{DIGITS, Error, Outcome, World};
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;

/// The metrics, as they would be read now.
async fn text(world: &World) -> Result<String, Error> {
    let app = world.app().await?;
    app.metrics.look(&app);
    Ok(app.metrics.text())
}

fn value(text: &str, name: &str) -> Result<f64, Error> {
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    Ok(found.ok_or_else(|| format!("no {name} in {text}"))?.parse()?)
}

#[tokio::test]
async fn each_end_each_commit_and_whoever_waits_is_counted() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let before = text(&world).await?;
    world.app().await?.store.cancel_request(Bytes([0; 32])).await?;
    let commits = "styrk_commit_seconds_count";
    assert_eq!(value(&before, commits)?, value(&text(&world).await?, commits)?, "nothing was written");
    assert!(value(&before, commits)? > 5.0);
    let (_socket, _) = phone.socket(&world.demo.service).await?;
    let right = number(&mut browser).await?;
    world.demo.clock.advance(7_500);
    phone.approve(&right).await?;
    let right = number(&mut browser).await?;
    world.demo.clock.advance(1_000);
    phone.approve(&other(&right)).await?;
    number(&mut browser).await?;
    phone.deny(DenialReason::NotMe).await?;
    world.browser().sign_in("nobody", "wrong").await?;
    let after = text(&world).await?;
    let rise = |name: &str| Ok::<_, Error>(value(&after, name)? - value(&before, name)?);
    for (end, count) in [("approved", 1.0), ("wrong_number", 1.0), ("reported", 1.0), ("expired", 0.0)] {
        assert_eq!(rise(&format!("styrk_sign_ins_ended_total{{end=\"{end}\"}}"))?, count, "{end}");
    }
    assert_eq!(rise("styrk_sign_in_seconds_sum")?, 7.5, "approved ones alone");
    assert!(rise(commits)? >= 6.0 && rise("styrk_commit_jobs_total")? >= rise(commits)?);
    assert_eq!(value(&after, "styrk_sockets_open")?, 1.0);
    assert_eq!(value(&after, "styrk_password_checks")?, 0.0);
    assert!(value(&after, "styrk_http_answers_total{route=\"phone\",status=\"200\"}")? >= 6.0);
    Ok(())
}

#[tokio::test]
async fn a_limit_that_refuses_somebody_is_counted() -> Outcome {
    let world = World::start(DIGITS).await?;
    for _ in 0..11 {
        world.browser().sign_in("nobody", "wrong").await?;
    }
    let said = text(&world).await?;
    assert_eq!(value(&said, "styrk_limits_hit_total{limit=\"password\"}")?, 1.0);
    assert_eq!(value(&said, "styrk_limits_hit_total{limit=\"claim\"}")?, 0.0);
    Ok(())
}

#[tokio::test]
async fn limits_of_relying_parties_are_counted() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let hits = async |limit: &str| {
        value(&text(&world).await?, &format!("styrk_limits_hit_total{{limit=\"{limit}\"}}"))
    };
    let limits = ["api_call", "api_key", "api_wait", "api_request"];
    for limit in limits {
        assert_eq!(hits(limit).await?, 0.0, "{limit}");
    }
    let ask = async |session: u8| {
        let body = json!({ "user": demo::organisation::USERS[0].login(), "session": session.to_string() });
        backend.ask(&body).await
    };
    let opened = Opened::of(&ask(1).await?)?;
    for session in 2..=3 {
        Opened::of(&ask(session).await?)?;
    }
    assert_eq!(ask(4).await?.refusal()?.0, "waiting");
    assert_eq!(hits("api_request").await?, 1.0);

    world.app().await?.limits.parties.within(0);
    assert_eq!(backend.get(&opened.id, 1).await?.status, 429);
    assert_eq!(hits("api_wait").await?, 1.0);

    for _ in 0..32 {
        backend.with_key("x").get(&opened.id, 0).await?;
    }
    assert_eq!(hits("api_key").await?, 2.0, "thirty are allowed");

    while backend.get("x", 0).await?.status != 429 {}
    assert_eq!(hits("api_call").await?, 1.0);
    for limit in limits {
        assert!(hits(limit).await? <= 2.0, "{limit} alone");
    }
    Ok(())
}

#[tokio::test]
async fn a_waiting_page_is_counted_while_it_waits() -> Outcome {
    let (world, mut browser, _) = World::enrolled(DIGITS).await?;
    sign_in(&mut browser).await?;
    let address = browser.get("/sign-in/number").await?.wait().ok_or("no address to wait at")?;
    let (web, cookies) = (world.web.clone(), e2e::world::cookies(&browser));
    let waiting = tokio::spawn(async move { web.get(&address, &cookies).await });
    timeout(Duration::from_secs(10), async {
        while value(&text(&world).await?, "styrk_pages_waiting")? < 1.0 {
            tokio::task::yield_now().await;
        }
        Ok::<_, Error>(())
    })
    .await??;
    timeout(Duration::from_secs(10), world.demo.stop_service()).await?;
    assert_eq!(waiting.await??.status, 200);
    Ok(())
}
