//! A disk that is full.

use crate::turn;
use e2e::faults::Installation;
use e2e::faults::load::{Load, read};
use e2e::{Outcome, Web};
use serde_json::json;
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_loses_nothing_and_is_got_over() -> Outcome {
    let _turn = turn().await;
    let installation = Installation::new()?;
    let mut process = installation.start_on_disk_of(16).await?;
    let load = Load::begin(&installation, 3).await?;
    load.more(20).await?;
    let fill = installation.on_disk_of(&process, "data", "fill");
    let written = fs::write(&fill, vec![0; 16 << 20]);
    assert!(written.is_err_and(|error| error.raw_os_error() == Some(28)), "there was room left");
    process.logs("commit failed").await?;
    process.logs("database or disk is full").await?;

    let body = json!({ "user": "person0@regionx.example", "message": "nobody" });
    let refused = load.backend.ask(&body).await?;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "2"));
    assert_eq!(refused.refusal()?.0, "unavailable");
    let web = Web::new(&installation.url);
    assert_eq!(web.get("/health", "").await?.status, 200);
    let before = load.book.all();
    let known = before.last().ok_or("nothing was acknowledged")?;
    assert_eq!(read(&load.backend, &known.id).await?, (known.end, known.result.clone()), "it still reads");

    fs::remove_file(&fill)?;
    load.more(20).await?;
    let (said, lost) = load.end(&installation).await?;
    println!(
        "a full disk: {} sign-ins acknowledged, {} of them before, {} lost",
        said.len(),
        before.len(),
        lost.len()
    );
    assert_eq!(lost, Vec::<String>::new());
    process.stop()?;
    Ok(())
}
