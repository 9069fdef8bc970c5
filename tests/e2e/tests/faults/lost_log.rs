//! `DATABASE-wal` is lost after a kill.

use crate::turn;
use e2e::Outcome;
use e2e::faults::Installation;
use e2e::faults::load::{Load, changed};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_its_log_is_refused_until_somebody_decides() -> Outcome {
    let _turn = turn().await;
    let installation = Installation::new()?;
    let mut process = installation.start().await?;
    let load = Load::begin(&installation, 3).await?;
    load.more(20).await?;
    let backend = Arc::clone(&load.backend);
    let (said, lost) = load.end(&installation).await?;
    assert_eq!(lost, Vec::<String>::new());
    // What is in the file by now, and what is in the log alone: somebody is shut out.
    process.stop()?;
    process = installation.start().await?;
    let is_disabled = || -> Result<bool, e2e::Error> {
        let shown = installation.says(&["user", "show", "person0@regionx.example", "--json"])?;
        Ok(serde_json::from_str::<Value>(&shown)?["disabled"] == true)
    };
    installation.says(&["user", "disable", "person0@regionx.example"])?;
    process.kill()?;

    // Whoever thinks that it is a leftover.
    let log = PathBuf::from(format!("{}-wal", installation.database().display()));
    let kept = installation.at("kept-wal");
    fs::rename(&log, &kept)?;
    for _ in 0..2 {
        let refusal = installation.does_not_start().await?;
        assert!(refusal.contains("-wal is missing") && refusal.contains("Put it back"), "{refusal}");
    }
    fs::rename(&kept, &log)?;
    process = installation.start().await?;
    assert_eq!(changed(&backend, &said).await?, Vec::<String>::new());
    assert!(is_disabled()?, "with the log back, nothing is lost");
    process.kill()?;

    // It is lost for good, and so is what only it had.
    let with_log = installation.refuses(&["restore", "--without-log"])?;
    assert!(with_log.contains("nothing is lost"), "{with_log}");
    fs::remove_file(&log)?;
    let text = installation.says(&["restore", "--without-log"])?;
    assert!(text.contains("What came after is lost"), "{text}");
    process = installation.start().await?;
    let lost = changed(&backend, &said).await?;
    for (expected, record) in (1_u64..).zip(installation.trail()?) {
        assert_eq!(record["sequence"], expected, "one whole state, though an older one");
    }
    assert!(!is_disabled()?, "this is why it is not opened without a word");
    println!(
        "a lost log: with it back, 0 lost; without it, and only after the operator has said so, {} of {} sign-ins that were \
         in the file, and the block that was not",
        lost.len(),
        said.len()
    );
    assert_eq!(lost, Vec::<String>::new());
    process.stop()?;
    Ok(())
}
