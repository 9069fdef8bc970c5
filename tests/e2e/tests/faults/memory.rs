//! Memory that is used up.

use crate::turn;
use e2e::faults::Installation;
use e2e::faults::load::Load;
use e2e::faults::process::Process;
use e2e::peer::Peer;
use e2e::{Error, Outcome};
use push_service::clock::{Clock as _, SystemClock};
use std::fs;
use std::process::Command;

const NOTHING_RESERVED: &str = "export MIMALLOC_ARENA_RESERVE=0";

/// Bytes of the process's own memory.
fn data(process: &Process) -> Result<u64, Error> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:")).ok_or("no size")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// From now on the process may have so many bytes more (`RLIMIT_DATA`).
fn allow(process: &Process, more: u64) -> Result<(), Error> {
    let limit = format!("--data={}", data(process)? + more);
    let set = Command::new("prlimit").args(["--pid", &process.id().to_string(), &limit]).status()?;
    if set.success() { Ok(()) } else { Err("prlimit".into()) }
}

/// Opens connections that each send nearly all that a header may have, until the service has had enough of them.
async fn press(installation: &Installation, process: &mut Process) -> Result<bool, Error> {
    let header = format!("GET /sign-in HTTP/1.1\r\nhost: a.example\r\nx: {}", "x".repeat(30 * 1024));
    let mut peers = Vec::new();
    for _ in 0..4_000 {
        if process.is_over()? {
            return Ok(true);
        }
        if let Ok(mut peer) = Peer::connect(&installation.url).await {
            let _ = peer.say(&header).await;
            peers.push(peer);
        }
    }
    SystemClock.sleep(500).await;
    process.is_over()
}

/// An allocation that does not fit ends the process, as the kernel does when a machine has no memory left. The allocator
/// must ask the system for each piece: with the GiB of addresses that it otherwise reserves, no limit of them is felt.
#[tokio::test(flavor = "multi_thread")]
async fn without_memory_it_ends_and_the_next_start_has_lost_nothing() -> Outcome {
    let _turn = turn().await;
    let installation = Installation::new()?;
    let mut process = installation.start_within(NOTHING_RESERVED).await?;
    let load = Load::begin(&installation, 3).await?;
    let (mut ends, rounds) = (0, 4);
    for _ in 0..rounds {
        load.more(10).await?;
        allow(&process, 12 << 20)?;
        if press(&installation, &mut process).await? {
            let log = process.kill()?;
            assert!(log.contains("memory allocation of"), "it ended for another reason: {log}");
            ends += 1;
        } else {
            load.more(5).await?;
            process.kill()?;
        }
        process = installation.start_within(NOTHING_RESERVED).await?;
    }
    load.more(10).await?;
    let (said, lost) = load.end(&installation).await?;
    println!(
        "no memory: it ended {ends} times of {rounds}; {} sign-ins acknowledged, {} lost",
        said.len(),
        lost.len()
    );
    assert_eq!(lost, Vec::<String>::new());
    assert!(ends > 0, "there was enough memory for everything");
    process.stop()?;
    Ok(())
}
