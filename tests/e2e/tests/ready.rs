//! Whether visitors should be sent here.

use e2e::{DIGITS, Outcome, World};
use push_service::http::health::not_ready;

#[tokio::test]
async fn it_is_ready_until_it_stops_or_has_no_database() -> Outcome {
    let world = World::start(DIGITS).await?;
    let reply = world.web.get("/ready", "").await?;
    assert_eq!((reply.status, reply.text().as_str()), (200, "ready"));
    let app = world.app().await?;
    app.close().await;
    assert_eq!(not_ready(&app).await, Some("database"));
    let reply = world.web.get("/ready", "").await?;
    assert_eq!((reply.status, reply.text().as_str()), (503, "database"));
    assert_eq!(world.web.get("/health", "").await?.status, 200, "it lives");
    app.stop.begin();
    assert_eq!(not_ready(&app).await, Some("stopping"));
    Ok(())
}
