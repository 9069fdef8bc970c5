//! What the figures were measured on, and of.

use crate::spread::Latencies;
use crate::{Error, clock};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

/// The lines at the top of the page.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    /// GiB.
    pub(crate) memory: f64,
    pub(crate) system: String,
    pub(crate) date: String,
    pub(crate) commit: String,
    pub(crate) compiler: String,
    /// Of the crates that matter for speed.
    pub(crate) crates: Vec<String>,
    /// Processes that wanted to run in the minute before.
    pub(crate) load: String,
    /// 4 KiB written and on disk.
    pub(crate) disk: Latencies,
}

const CRATES: &[&str] = &["axum", "hyper", "libsqlite3-sys", "ring", "rusqlite", "rustls", "tokio"];

/// Writes that the disk is measured by.
const WRITES: usize = 200;

impl Machine {
    pub(crate) fn look(folder: &Path) -> Result<Self, Error> {
        let info = fs::read_to_string("/proc/cpuinfo")?;
        let processor = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
        let memory = fs::read_to_string("/proc/meminfo")?;
        let kibibytes: f64 = memory.split_whitespace().nth(1).ok_or("no MemTotal")?.parse()?;
        let release = fs::read_to_string("/etc/os-release")?;
        let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("Linux");
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
        let changed = !said("git", &["status", "--porcelain", "--untracked-files=no"])?.is_empty();
        let commit = said("git", &["rev-parse", "--short=12", "HEAD"])?;
        Ok(Self {
            processor: processor.trim_matches([' ', '\t', ':']).to_owned(),
            cores: std::thread::available_parallelism()?.get(),
            memory: kibibytes / 1024.0 / 1024.0,
            system: format!("{}, Linux {}", name.trim_matches('"'), kernel.trim()),
            date: said("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?,
            commit: if changed { format!("{commit} and changes that are not committed") } else { commit },
            compiler: said("rustc", &["--version"])?,
            crates: locked(&fs::read_to_string("Cargo.lock")?),
            load: fs::read_to_string("/proc/loadavg")?.split(' ').next().unwrap_or_default().to_owned(),
            disk: disk(folder)?,
        })
    }
}

fn said(program: &str, words: &[&str]) -> Result<String, Error> {
    let ran = Command::new(program).args(words).output()?;
    Ok(String::from_utf8(ran.stdout)?.trim().to_owned())
}

fn locked(lock: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in lock.split("[[package]]") {
        let value =
            |name: &str| entry.lines().find_map(|line| line.strip_prefix(name)).map(|v| v.trim_matches('"'));
        if let (Some(name), Some(version)) = (value("name = "), value("version = "))
            && CRATES.contains(&name)
        {
            found.push(format!("{name} {version}"));
        }
    }
    found
}

/// What one synchronous write costs: no commit can cost less.
fn disk(folder: &Path) -> Result<Latencies, Error> {
    let mut file = File::create(folder.join("disk"))?;
    let mut times = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let began = clock::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(clock::now() - began);
    }
    Ok(Latencies::new(times))
}
