//! File descriptors that are used up.

use crate::turn;
use e2e::faults::Installation;
use e2e::faults::load::Load;
use e2e::faults::process::Process;
use e2e::peer::Peer;
use e2e::{Error, Outcome, Web};
use push_service::clock::{Clock as _, SystemClock};
use std::process::Command;

/// From now on the process may have so many files open, and raise that to 256 again.
fn allow(process: &Process, files: u32) -> Result<(), Error> {
    let mut set = Command::new("prlimit");
    set.args(["--pid", &process.id().to_string(), &format!("--nofile={files}:256")]);
    if set.status()?.success() { Ok(()) } else { Err("prlimit".into()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_files_keep_nobody_out_for_long() -> Outcome {
    let _turn = turn().await;
    let installation = Installation::new()?;
    let mut process = installation.start_within("ulimit -n 256").await?;
    process.logs("few files: raise RLIMIT_NOFILE").await?;
    let load = Load::begin(&installation, 3).await?;
    load.more(10).await?;
    // More than it has files, let alone places: whoever is idle longest makes room.
    let mut strangers = Vec::new();
    for _ in 0..400 {
        strangers.push(Peer::connect(&installation.url).await?);
    }
    load.more(20).await?;

    // Not one file more than there are: nobody new is taken in, and it says so.
    allow(&process, 24)?;
    for _ in 0..20 {
        strangers.push(Peer::connect(&installation.url).await?);
    }
    process.logs("taking in a connection").await?;
    SystemClock.sleep(2_000).await;
    allow(&process, 256)?;
    drop(strangers);
    load.more(20).await?;
    assert_eq!(Web::new(&installation.url).get("/ready", "").await?.status, 200);
    let (said, lost) = load.end(&installation).await?;
    println!("no files: {} sign-ins acknowledged, {} lost", said.len(), lost.len());
    assert_eq!(lost, Vec::<String>::new());
    let log = process.stop()?;
    let complaints = log.matches("taking in a connection").count();
    assert!(complaints < 50, "it rests between two tries: {complaints}");
    Ok(())
}
