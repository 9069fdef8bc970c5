//! Alarms: IT support hears of them at once, from the organisation's own webhook.

use crate::webhook::Receiver;
use authenticator_protocol::answer::DenialReason;
use axum::http::StatusCode;
use e2e::world::number;
use e2e::{Error, Outcome, World};
use push_service::clock::{Clock as _, SystemClock};
use serde_json::Value;

/// Until so many have come; meanwhile the clock goes on by so much at a time.
async fn told(
    world: &World,
    receiver: &Receiver,
    count: usize,
    millis: u64,
) -> Result<Vec<(String, Value)>, Error> {
    for _ in 0..1_000 {
        if receiver.got().len() >= count {
            return Ok(receiver.got());
        }
        world.demo.clock.advance(millis);
        SystemClock.sleep(20).await;
    }
    Err(format!("{} came, not {count}", receiver.got().len()).into())
}

#[tokio::test]
async fn what_was_not_me_is_told_until_it_is_taken_and_once_an_hour() -> Outcome {
    let (receiver, address) = Receiver::start(StatusCode::INTERNAL_SERVER_ERROR).await?;
    let (world, mut browser, phone) = World::configured(format!("[alarms]\nwebhook = \"{address}\"")).await?;
    number(&mut browser).await?;
    phone.deny(DenialReason::NotMe).await?;
    told(&world, &receiver, 1, 0).await?;
    receiver.answers(StatusCode::NO_CONTENT);
    // The receiver has it before the service knows that it was not taken.
    let got = told(&world, &receiver, 2, 5_000).await?;
    let (id, body) = &got[0];
    assert_eq!((id, body), (&got[1].0, &got[1].1), "the same again");
    let anna = world.anna().await?.id.to_string();
    assert_eq!(
        (body["kind"].as_str(), body["user"].as_str()),
        (Some("request_reported"), Some(anna.as_str()))
    );
    assert_eq!((body["id"].as_str(), body["address"].as_str()), (Some(id.as_str()), Some("127.0.0.1")));
    assert!(body["text"].as_str().is_some_and(|text| text.contains("was not theirs")), "{body}");
    assert!(!body.to_string().contains("Anna"), "ids, no names: {body}");

    number(&mut browser).await?;
    phone.deny(DenialReason::NotMe).await?;
    world.demo.clock.advance(3_600_000);
    number(&mut browser).await?;
    phone.deny(DenialReason::NotMe).await?;
    let got = told(&world, &receiver, 3, 0).await?;
    assert_ne!(&got[2].0, id);
    assert!(got[2].1["at"].as_u64() >= got[0].1["at"].as_u64().map(|at| at + 3_600), "not twice in an hour");
    Ok(())
}

#[tokio::test]
async fn alarms_go_to_nobody_beside_the_service() -> Outcome {
    for (webhook, why) in [
        ("https://10.0.0.1/", "webhook_networks"),
        ("http://it.region.example/", "https"),
        ("https://it.region.example/ styrk", "alarms.webhook"),
    ] {
        let refused = World::configured(format!("[alarms]\nwebhook = \"{webhook}\"")).await;
        let Err(refused) = refused else { return Err(format!("{webhook} is taken").into()) };
        let refused = refused.to_string();
        assert!(refused.contains("alarms.webhook") && refused.contains(why), "{refused}");
    }
    Ok(())
}
