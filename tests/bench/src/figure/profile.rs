//! Where the service's time goes: samples by perf(1) while it is under load, and CPU by thread.

use crate::Error;
use crate::load::{Free, Shown, Until, closed};
use crate::organisation::Organisation;
use crate::plan::Plan;
use crate::service::Service;
use crate::sign_in::{Parties, Reach};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;

/// What was seen.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) shown: Shown,
    /// `None` without perf.
    pub(crate) samples: Option<Samples>,
}

/// Shares in percent, largest first.
#[derive(Debug)]
pub(crate) struct Samples {
    pub(crate) groups: Vec<(&'static str, f64)>,
    pub(crate) symbols: Vec<(String, f64)>,
}

/// Symbols that are listed.
const LISTED: usize = 15;

/// Samples a second.
const FREQUENCY: &str = "997";

/// What a part of a symbol's name tells, first match first; the kernel's own are told apart by theirs.
const GROUPS: &[(&str, &[&str])] = &[
    ("kernel: network", &["tcp", "inet", "ip_", "sock", "skb", "net_", "__dev_", "loopback", "napi", "nf_"]),
    (
        "kernel: disk and files",
        &[
            "ext4",
            "xfs",
            "jbd2",
            "blk",
            "bio",
            "fsync",
            "vfs",
            "filemap",
            "folio",
            "virtio",
            "writeback",
            "iomap",
        ],
    ),
    ("kernel: threads and waiting", &["futex", "sched", "switch", "wake", "epoll", "hrtimer", "poll"]),
    ("kernel: the rest", &[]),
];

/// The same for the process.
const OWN_GROUPS: &[(&str, &[&str])] = &[
    (
        "signatures and key agreement",
        &["p256", "nistz", "ecdsa", "x25519", "fiat", "elem_", "bn_mul", "ring_core"],
    ),
    ("TLS ciphers and hashes", &["aes", "gcm", "sha256", "sha512", "chacha", "poly1305", "hmac"]),
    (
        "SQLite",
        &[
            "sqlite3",
            "btree",
            "vdbe",
            "pager",
            "pcache",
            "wal",
            "balance",
            "rusqlite",
            "unixWrite",
            "cellSize",
        ],
    ),
    ("TLS", &["rustls"]),
    ("memory", &["malloc", "free", "realloc", "calloc", "memcpy", "memmove", "memset", "_int_", "alloc::"]),
    ("JSON and base64", &["serde", "base64", "ryu", "itoa"]),
    ("log", &["tracing", "sharded_slab"]),
    ("HTTP", &["hyper", "http", "axum", "tower", "matchit", "tungstenite"]),
    ("tokio", &["tokio", "mio", "parking_lot"]),
    ("the service's own code", &["push_service", "store", "signin", "authenticator_protocol", "styrk"]),
    ("the rest", &[]),
];

/// Looks at a service under the usual load.
pub(crate) async fn measure(
    plan: &Plan,
    service: &Service,
    organisation: &Organisation,
    free: &Arc<Free>,
    folder: &Path,
) -> Result<Profile, Error> {
    let parties = Arc::new(Parties::new(&service.server, &organisation.key, Reach::NewConnection));
    let time = plan.stretch + Duration::from_secs(1);
    let data = folder.join("perf.data");
    let load = closed(service, &parties, free, plan.usual, Until::Passed(time));
    let (shown, recorded) = tokio::join!(load, record(service, &data, plan.stretch));
    let samples = match recorded {
        Ok(()) => Some(read(&data).await?),
        Err(error) => {
            eprintln!("no samples: {error}");
            None
        }
    };
    Ok(Profile { shown: shown?, samples })
}

async fn record(service: &Service, data: &Path, time: Duration) -> Result<(), Error> {
    let mut perf = Command::new("perf");
    perf.args(["record", "--quiet", "-F", FREQUENCY, "-p", &service.process().id().to_string(), "-o"])
        .arg(data);
    perf.args(["--", "sleep", &time.as_secs_f64().to_string()]);
    let ran = perf.output().await?;
    if ran.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&ran.stderr).into_owned().into()) }
}

async fn read(data: &Path) -> Result<Samples, Error> {
    let mut perf = Command::new("perf");
    perf.args([
        "report",
        "--stdio",
        "--no-children",
        "-g",
        "none",
        "-F",
        "overhead,dso,symbol",
        "-t",
        "\t",
        "-i",
    ]);
    let said = perf.arg(data).output().await?;
    if !said.status.success() {
        return Err(String::from_utf8_lossy(&said.stderr).into_owned().into());
    }
    Ok(sort(&String::from_utf8_lossy(&said.stdout)))
}

fn sort(report: &str) -> Samples {
    let all = GROUPS.iter().chain(OWN_GROUPS);
    let mut groups: Vec<(&str, f64)> = all.map(|(name, _)| (*name, 0.0)).collect();
    let mut symbols = Vec::new();
    for line in report.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t').map(str::trim);
        let (Some(share), Some(object), Some(symbol)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        let Ok(share) = share.trim_end_matches('%').parse::<f64>() else { continue };
        let name = symbol.trim_start_matches("[.] ").trim_start_matches("[k] ");
        let of = if symbol.starts_with("[k]") { GROUPS } else { OWN_GROUPS };
        let group =
            of.iter().find(|(_, parts)| parts.is_empty() || parts.iter().any(|part| name.contains(part)));
        if let Some((group, _)) = group
            && let Some((_, sum)) = groups.iter_mut().find(|(name, _)| name == group)
        {
            *sum += share;
        }
        symbols.push((format!("{name} ({object})"), share));
    }
    groups.sort_by(|one, other| other.1.total_cmp(&one.1));
    symbols.truncate(LISTED);
    Samples { groups, symbols }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_told_apart_by_their_symbols() {
        let report = "# Overhead\n 40.00%\t styrk \t[.] sqlite3VdbeExec\n 30.00%\t[kernel.kallsyms]\t[k] tcp_sendmsg\n\
                      20.00%\tlibc.so.6\t[.] malloc\n 10.00%\tstyrk\t[.] something\n";
        let samples = sort(report);
        let share = |group: &str| samples.groups.iter().find(|(name, _)| *name == group).unwrap().1;
        assert_eq!((share("SQLite"), share("kernel: network"), share("memory")), (40.0, 30.0, 20.0));
        assert_eq!(share("the rest"), 10.0);
        assert_eq!(samples.symbols[0], ("sqlite3VdbeExec (styrk)".to_owned(), 40.0));
    }
}
