//! Properties 14 and 18: who may make the phones ring.

use authenticator_protocol::answer::DenialReason;
use e2e::socket::Brought;
use e2e::world::number;
use e2e::{DIGITS, Outcome, World};
use signin::fact::FactKind;
use std::time::Duration;

#[tokio::test]
async fn a_flood_of_strangers_is_silent_and_the_owner_is_heard() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    phone.sign_in(&mut browser).await?;
    let (mut socket, _) = phone.socket(&world.demo.service).await?;
    for _ in 0..3 {
        number(&mut world.browser()).await?;
        assert!(matches!(socket.next().await?, Brought::Binary(_)));
        phone.deny(DenialReason::Cancelled).await?;
    }
    for _ in 0..3 {
        number(&mut world.browser()).await?;
    }
    let rang = tokio::time::timeout(Duration::from_millis(300), socket.next()).await;
    assert!(rang.is_err(), "{rang:?}");
    assert_eq!(world.count(FactKind::RequestSilent).await?, 3);
    assert_eq!(phone.challenges().await?.len(), 3, "they are there when the app is opened");

    let right = number(&mut browser).await?;
    assert!(matches!(socket.next().await?, Brought::Binary(_)), "the owner's own browser");
    let theirs = phone.challenges().await?;
    let mine = theirs.iter().find(|challenge| challenge.payload.recognised).ok_or("not shown")?;
    phone.answer(phone.approval(mine, &right)?).await?;
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    Ok(())
}
