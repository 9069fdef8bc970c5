//! Backups that are taken under load, restored elsewhere, and restores that are killed.

use crate::turn;
use demo::visitor::Visitor;
use e2e::faults::load::{Load, changed, ends_in};
use e2e::faults::{Installation, PASSWORD};
use e2e::{Error, Outcome};
use push_service::clock::{Clock as _, SystemClock, monotonic};
use serde_json::json;
use std::fs;
use std::process::Command;
use std::sync::Arc;

fn at(installation: &Installation, name: &str) -> String {
    installation.at(name).to_string_lossy().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_one_state_and_ends_what_was_open_elsewhere() -> Outcome {
    let _turn = turn().await;
    let installation = Installation::new()?;
    let process = installation.start().await?;
    let mut load = Load::begin(&installation, 4).await?;
    // Something open: a session with its question, and a question of a relying party.
    load.others += 2;
    let mut browser = Visitor::new(&installation.url);
    browser.sign_in("person3@regionx.example", PASSWORD).await?;
    let asked = load.backend.ask(&json!({ "user": "nobody@regionx.example", "lifetime": 600 })).await?;
    let asked: serde_json::Value = asked.json()?;
    let asked = asked["id"].as_str().ok_or("no id")?.to_owned();
    let mut before = Vec::new();
    let backup = at(&installation, "backup.tar");
    for round in 0..5 {
        load.more(8).await?;
        let _ = fs::remove_file(&backup);
        before = load.book.all();
        installation.says(&["backup", &backup])?;
        assert!(!before.is_empty(), "round {round}");
    }
    load.more(8).await?;
    let backend = Arc::clone(&load.backend);
    let (said, lost) = load.end(&installation).await?;
    assert_eq!(lost, Vec::<String>::new());
    process.stop()?;

    let elsewhere = installation.elsewhere()?;
    let text = elsewhere.says(&["restore", &backup])?;
    assert!(text.contains("There was no database before"), "{text}");
    let process = elsewhere.start().await?;
    let lost = changed(&backend, &before).await?;
    let (trail, mut open) = (elsewhere.trail()?, 0);
    for (expected, record) in (1_u64..).zip(&trail) {
        assert_eq!(record["sequence"], expected, "a gap in the trail");
    }
    let restored = trail.iter().position(|record| record["kind"] == "restored").ok_or("not on record")?;
    for (id, ends) in ends_in(&trail) {
        assert_eq!(ends.len(), 1, "{id}: {ends:?}");
        let (at, end) = &ends[0];
        if *at > restored {
            assert_eq!(end, "failed", "{id}");
            open += 1;
        }
    }
    assert!(open > 0, "the question that was open");
    assert_eq!(backend.get(&asked, 0).await?.json::<serde_json::Value>()?["end"], "failed");
    let page = browser.get("/register").await?;
    assert!(page.path.starts_with("/sign-in?ended"), "everybody signs in again: {}", page.path);
    println!(
        "a backup under load: {} of {} sign-ins were acknowledged before it, {open} requests were open in it and have \
         ended, {} lost",
        before.len(),
        said.len(),
        lost.len()
    );
    assert_eq!(lost, Vec::<String>::new());
    process.stop()?;
    Ok(())
}

/// What is in the folder of the database, as a kill has left it.
fn copy(from: &str, to: &str) -> Outcome {
    let _ = fs::remove_dir_all(to);
    let copied = Command::new("cp").args(["-a", from, to]).status()?;
    if copied.success() { Ok(()) } else { Err("cp".into()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_killed_leaves_the_old_database_or_the_new_one() -> Outcome {
    let _turn = turn().await;
    let installation = Installation::new()?;
    let process = installation.start().await?;
    let load = Load::begin(&installation, 3).await?;
    load.more(10).await?;
    let before = load.book.all();
    let backup = at(&installation, "backup.tar");
    installation.says(&["backup", &backup])?;
    load.more(10).await?;
    let backend = Arc::clone(&load.backend);
    let (said, lost) = load.end(&installation).await?;
    assert_eq!(lost, Vec::<String>::new());
    process.kill()?;
    let (data, kept) = (at(&installation, "data"), at(&installation, "killed"));
    copy(&data, &kept)?;
    let began = monotonic();
    installation.says(&["restore", &backup])?;
    let whole = u64::try_from((monotonic() - began).as_millis())?;

    let (mut old, mut new) = (0, 0);
    let rounds = 16;
    for round in 0..rounds {
        copy(&kept, &data)?;
        let restore = installation.begins(&["restore", &backup])?;
        // Most of it happens at the end.
        SystemClock.sleep(whole * (round + 4) / (rounds + 2)).await;
        restore.kill()?;
        let process = installation.start().await?;
        let trail = installation.trail()?;
        let is_new = trail.iter().any(|record| record["kind"] == "restored");
        let (count, expected) = if is_new { (&mut new, &before) } else { (&mut old, &said) };
        *count += 1;
        let lost = changed(&backend, expected).await?;
        assert_eq!(lost, Vec::<String>::new(), "round {round}");
        let left: Vec<String> = fs::read_dir(&data)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<_, Error>>()?;
        let unfinished = ["restoring", "replacing"];
        assert!(!left.iter().any(|name| unfinished.iter().any(|word| name.contains(word))), "{left:?}");
        process.kill()?;
    }
    assert!(old > 0, "none was killed early");
    println!(
        "{rounds} restores were killed: {old} times the old database goes on, {new} times the new one; 0 lost"
    );
    // Once more, and let alone.
    let text = installation.says(&["restore", &backup])?;
    assert!(text.contains("Restored the backup"), "{text}");
    let process = installation.start().await?;
    assert_eq!(changed(&backend, &before).await?, Vec::<String>::new());
    process.stop()?;
    Ok(())
}
