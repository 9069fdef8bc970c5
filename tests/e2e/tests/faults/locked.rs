//! A database that another process holds.

use crate::turn;
use e2e::Outcome;
use e2e::faults::Installation;
use e2e::faults::load::Load;
use push_service::clock::{Clock as _, SystemClock};
use rusqlite::Connection;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_is_waited_for_and_then_refuses() -> Outcome {
    let _turn = turn().await;
    let installation = Installation::new()?;
    let mut process = installation.start().await?;
    let load = Load::begin(&installation, 3).await?;
    load.more(10).await?;
    let other = Connection::open(installation.database())?;
    other.execute_batch("BEGIN IMMEDIATE")?;
    SystemClock.sleep(1_500).await;
    assert!(!process.log().contains("commit failed"), "so short a time is waited for");
    process.logs("database is locked").await?;
    let body = json!({ "user": "person0@regionx.example", "message": "nobody" });
    let refused = load.backend.ask(&body).await?;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "2"));
    other.execute_batch("ROLLBACK")?;
    load.more(10).await?;
    let (said, lost) = load.end(&installation).await?;
    println!("a locked database: {} sign-ins acknowledged, {} lost", said.len(), lost.len());
    assert_eq!(lost, Vec::<String>::new());
    process.stop()?;
    Ok(())
}
