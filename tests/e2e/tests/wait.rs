//! How much of what all share one relying party may have at the same time.

use demo::organisation::USERS;
use e2e::relying_party::{Backend, Opened, SIGN_INS};
use e2e::world::number;
use e2e::{DIGITS, Error, Outcome, World};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// A wait, under way.
fn waits(backend: &Backend, id: &str) -> JoinHandle<Result<Value, Error>> {
    let (backend, id) = (backend.with_key(&backend.key), id.to_owned());
    tokio::spawn(async move { backend.get(&id, 60).await?.json() })
}

/// Until so many wait.
async fn waiting(world: &World, count: usize) -> Outcome {
    let app = world.app().await?;
    while app.limits.parties.taken() != count {
        tokio::task::yield_now().await;
    }
    Ok(())
}

#[tokio::test]
async fn one_that_waits_for_much_leaves_places_to_others() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let (one, other) = (world.relying_party().await?, world.relying_party_with("Tidportalen", |_| ()).await?);
    // A service with few connections: eight wait, two of each.
    world.app().await?.limits.parties.within(8);
    let mut asked = Vec::new();
    for user in 0..3 {
        asked.push(Opened::of(&one.ask(&json!({ "user": format!("user{user}@regionx.example") })).await?)?);
    }
    let first = waits(&one, &asked[0].id);
    let second = waits(&one, &asked[1].id);
    waiting(&world, 2).await?;
    let events = format!("{SIGN_INS}/{}/events", asked[2].id);
    for reply in [one.get(&asked[2].id, 5).await?, one.send(axum::http::Method::GET, &events, &[], "").await?]
    {
        let (code, detail) = reply.refusal()?;
        assert_eq!((reply.status, code.as_str(), reply.header("retry-after")), (429, "too_many", "5"));
        assert!(detail.starts_with("waits:"), "{detail}");
    }
    assert_eq!(one.get(&asked[2].id, 0).await?.status, 200, "looking is no waiting");

    let theirs = other.ask_anna().await?;
    let third = waits(&other, &theirs.id);
    waiting(&world, 3).await?;
    phone.approve(&theirs.number).await?;
    assert_eq!(third.await??["end"], "approved");
    number(&mut browser).await?;
    phone.approve(&browser.get("/sign-in/number").await?.number().ok_or("no number")?).await?;

    one.cancel(&asked[0].id).await?;
    assert_eq!(first.await??["end"], "cancelled");
    waiting(&world, 1).await?;
    let again = waits(&one, &asked[2].id);
    waiting(&world, 2).await?;
    world.demo.clock.advance(60_000);
    for wait in [second, again] {
        assert_eq!(wait.await??["status"], "pending");
    }
    waiting(&world, 0).await
}

#[tokio::test]
async fn what_one_has_open_is_bounded() -> Outcome {
    let policy = format!("{DIGITS}\npending_of_party = 2\nundelivered_of_party = 2");
    let (world, mut browser, _) = World::enrolled(&policy).await?;
    // Nobody listens there.
    let webhook = Some("http://127.0.0.1:9/".to_owned());
    let one = world.relying_party_with("Journalen", |party| party.webhook = webhook).await?;
    let other = world.relying_party_with("Tidportalen", |_| ()).await?;
    let mut name = 0;
    for (opens, retry, names) in [(2, "5", "requests:"), (0, "60", "webhook:")] {
        let mut asked = Vec::new();
        let refused = loop {
            name += 1;
            let reply = one.ask(&json!({ "user": format!("user{name}@regionx.example") })).await?;
            if reply.status != 201 {
                break reply;
            }
            asked.push(Opened::of(&reply)?);
        };
        assert_eq!(asked.len(), opens);
        let (code, detail) = refused.refusal()?;
        assert_eq!((refused.status, code.as_str(), refused.header("retry-after")), (429, "backlog", retry));
        assert!(detail.starts_with(names), "{detail}");
        for opened in asked {
            one.cancel(&opened.id).await?;
        }
    }
    assert_eq!(other.ask(&json!({ "user": USERS[0].login() })).await?.status, 201);
    number(&mut browser).await?;
    Ok(())
}
