//! Damaged pages of the database.

use crate::turn;
use e2e::faults::Installation;
use e2e::faults::load::{Load, Said, claims_of};
use e2e::relying_party::Backend;
use e2e::{Error, Outcome};
use futures_util::future::join_all;
use push_service::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::FileExt as _;

const PAGE: usize = 4096;

/// What a disk may hand back instead of a page: nothing, or something else.
fn damaged(page: usize) -> Vec<u8> {
    let noise = |index: usize| u8::try_from((index * 131 + page * 7 + 11) % 251).unwrap_or_default();
    if page.is_multiple_of(2) { vec![0; PAGE] } else { (0..PAGE).map(noise).collect() }
}

/// How a service that has damaged pages answers about what it has acknowledged.
#[derive(Debug, Default)]
struct Heard {
    right: usize,
    failed: usize,
    /// Anything else, each a line.
    wrong: Vec<String>,
}

/// Asks about everything once.
async fn hear(backend: &Backend, said: &[Said]) -> Result<Heard, Error> {
    let mut heard = Heard::default();
    for some in said.chunks(16) {
        let replies = join_all(some.iter().map(|said| backend.get(&said.id, 0))).await;
        for (said, reply) in some.iter().zip(replies) {
            let reply = reply?;
            if matches!(reply.status, 500 | 503) {
                heard.failed += 1;
                continue;
            }
            let body: Value = reply.json()?;
            let result = body["result"].as_str().and_then(|result| claims_of(result).ok());
            if body["end"] == said.end.as_str() && result.as_ref() == Some(&said.result) {
                heard.right += 1;
            } else {
                heard.wrong.push(format!("{said:?}, and now {}", reply.text()));
            }
        }
    }
    Ok(heard)
}

/// In the words of an operator who finds it in the log.
fn is_clear(text: &str) -> bool {
    text.contains("restore a backup") || text.contains("not a database of styrk")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_page_gives_no_wrong_answer_and_a_backup_puts_it_right() -> Outcome {
    let _turn = turn().await;
    let installation = Installation::new()?;
    let mut process = installation.start().await?;
    let load = Load::begin(&installation, 3).await?;
    load.more(40).await?;
    let backend = std::sync::Arc::clone(&load.backend);
    let (said, lost) = load.end(&installation).await?;
    assert_eq!(lost, Vec::<String>::new());
    let backup = installation.at("backup.tar").to_string_lossy().into_owned();
    installation.says(&["backup", &backup])?;
    process.stop()?;
    let database = installation.database();
    let whole = fs::read(&database)?;
    let pages = whole.len() / PAGE;

    // One page at a time, found at the start or later.
    let (mut refused, mut met, mut unmet) = (0, 0, 0);
    for page in (0..pages).step_by(1 + pages / 32) {
        let mut file = whole.clone();
        file[page * PAGE..(page + 1) * PAGE].copy_from_slice(&damaged(page));
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", database.display()));
        }
        fs::write(&database, file)?;
        match installation.start().await {
            Err(error) => {
                assert!(is_clear(&error.to_string()), "page {page}: {error}");
                refused += 1;
            }
            Ok(process) => {
                let heard = hear(&backend, &said).await?;
                let asked =
                    backend.ask(&json!({ "user": "person0@regionx.example", "message": "after" })).await?;
                assert!(matches!(asked.status, 201 | 500 | 503), "page {page}: {asked:?}");
                let found = heard.failed > 0 || asked.status != 201;
                // Nobody waits for the log: it may be behind the answers.
                for _ in 0..1_000 {
                    if !found || is_clear(&process.log()) {
                        break;
                    }
                    SystemClock.sleep(3).await;
                }
                let log = process.kill()?;
                assert_eq!(heard.wrong, Vec::<String>::new(), "page {page}: {log}");
                assert!(!found || is_clear(&log), "page {page}: {log}");
                *(if found { &mut met } else { &mut unmet }) += 1;
            }
        }
    }
    assert!(refused > 0 && met > 0, "{refused} {met} {unmet}");

    // What to do about it.
    let restored = installation.says(&["restore", &backup])?;
    assert!(restored.contains("replaced-"), "{restored}");
    process = installation.start().await?;
    let heard = hear(&backend, &said).await?;
    assert_eq!((heard.right, heard.failed, heard.wrong.len()), (said.len(), 0, 0));

    // While it runs: whatever is not in memory is met.
    for message in 0..5 {
        // What writes has its pages in memory then, and goes on; what only reads must read them again.
        let body = json!({ "user": "person1@regionx.example", "message": format!("before {message}") });
        let asked: Value = backend.ask(&body).await?.json()?;
        backend.cancel(asked["id"].as_str().ok_or("not asked")?).await?;
    }
    let file = fs::OpenOptions::new().write(true).open(&database)?;
    for page in 2..pages {
        file.write_all_at(&damaged(page), (page * PAGE) as u64)?;
    }
    let asked = backend.ask(&json!({ "user": "person1@regionx.example", "message": "while" })).await?;
    assert!(matches!(asked.status, 201 | 500 | 503), "{asked:?}");
    let heard_running = hear(&backend, &said).await?;
    assert_eq!(heard_running.wrong, Vec::<String>::new());
    assert!(heard_running.failed > 0, "nothing of it was met");
    let again = installation.at("again.tar").to_string_lossy().into_owned();
    let refusal = installation.refuses(&["backup", &again])?;
    assert!(refusal.contains("damaged"), "no backup is made of what is not whole: {refusal}");
    process.logs("damaged").await?;
    process.kill()?;
    installation.says(&["restore", &backup])?;
    process = installation.start().await?;
    let heard = hear(&backend, &said).await?;
    println!(
        "damaged pages: of {pages}, {refused} are found at the start, {met} when they are read, {unmet} are not needed; \
         while it runs {} of {} answers fail; {} sign-ins acknowledged, {} lost after the backup was put back",
        heard_running.failed,
        said.len(),
        said.len(),
        said.len() - heard.right
    );
    assert_eq!((heard.right, heard.wrong), (said.len(), Vec::new()));
    process.stop()?;
    Ok(())
}
