//! A full disk under the log.

use crate::turn;
use e2e::faults::Installation;
use e2e::faults::load::Load;
use e2e::{Error, Outcome, Web};
use std::fs;

/// What a metric without labels says now.
async fn metric(address: &str, name: &str) -> Result<f64, Error> {
    let text = Web::new(&format!("http://{address}")).get("/metrics", "").await?.text();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.ok_or_else(|| format!("no {name}: {text}").into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_the_log_stops_nobody_and_is_counted() -> Outcome {
    let _turn = turn().await;
    let installation = Installation::new()?;
    let metrics = format!("{}:9464", installation.address.ip());
    let process = installation.begin_with_log_on_disk_of(1, &metrics)?;
    let web = Web::new(&installation.url);
    e2e::faults::patiently(|| web.get("/ready", "")).await?;
    let load = Load::begin(&installation, 3).await?;
    load.more(10).await?;
    assert_eq!(metric(&metrics, "styrk_log_lines_lost").await?, 0.0);
    let fill = installation.on_disk_of(&process, "log", "fill");
    let written = fs::write(&fill, vec![0; 1 << 20]);
    assert!(written.is_err_and(|error| error.raw_os_error() == Some(28)), "there was room left");
    load.more(20).await?;
    let lines = metric(&metrics, "styrk_log_lines_lost").await?;
    assert!(lines > 20.0, "{lines}");
    fs::remove_file(&fill)?;
    load.more(10).await?;
    let (said, lost) = load.end(&installation).await?;
    let log = fs::read_to_string(installation.on_disk_of(&process, "log", "stderr"))?;
    assert!(log.contains("lines of the log were lost before this one"), "{log}");
    println!(
        "a full disk under the log: {lines} lines lost and counted; {} sign-ins acknowledged, {} lost",
        said.len(),
        lost.len()
    );
    assert_eq!(lost, Vec::<String>::new());
    process.stop()?;
    Ok(())
}
