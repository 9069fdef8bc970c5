//! What Linux tells of a process and of the machine (proc(5)).

use crate::{Error, Outcome};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Sub;
use std::time::Duration;

/// A process by its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(u32);

/// CPU time, thread by thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usage(BTreeMap<u32, Thread>);

#[derive(Clone, Debug)]
struct Thread {
    name: String,
    time: Duration,
}

impl Usage {
    pub(crate) fn total(&self) -> Duration {
        self.0.values().map(|thread| thread.time).sum()
    }

    /// By the names of threads, most first.
    pub(crate) fn by_name(&self) -> Vec<(String, Duration)> {
        let mut names = BTreeMap::<String, Duration>::new();
        for thread in self.0.values() {
            *names.entry(thread.name.clone()).or_default() += thread.time;
        }
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_by_key(|(_, time)| Reverse(*time));
        names
    }
}

/// What each thread has used since. A thread that has ended was idle for long before, and counts for nothing.
impl Sub<&Usage> for Usage {
    type Output = Self;
    fn sub(mut self, before: &Self) -> Self {
        for (id, thread) in &mut self.0 {
            let used = before.0.get(id).map_or(Duration::ZERO, |before| before.time);
            thread.time = thread.time.saturating_sub(used);
        }
        self
    }
}

impl Process {
    pub(crate) fn new(id: u32) -> Self {
        Self(id)
    }

    /// This process.
    pub(crate) fn own() -> Self {
        Self(std::process::id())
    }

    pub(crate) fn id(self) -> u32 {
        self.0
    }

    pub(crate) fn usage(self) -> Result<Usage, Error> {
        let mut threads = BTreeMap::new();
        for task in fs::read_dir(format!("/proc/{}/task", self.0))? {
            let task = task?.path();
            let id = task.file_name().and_then(|name| name.to_str()).unwrap_or_default().parse()?;
            // A thread may end while it is looked at.
            if let Ok(name) = fs::read_to_string(task.join("comm"))
                && let Ok(schedstat) = fs::read_to_string(task.join("schedstat"))
            {
                threads.insert(id, Thread { name: name.trim().to_owned(), time: spent(&schedstat)? });
            }
        }
        Ok(Usage(threads))
    }

    /// Bytes that are the process's own (proportional set size).
    pub(crate) fn memory(self) -> Result<u64, Error> {
        let path = format!("/proc/{}/smaps_rollup", self.0);
        Ok(kibibytes(&fs::read_to_string(path)?, "Pss:").ok_or("no Pss")? * 1024)
    }

    /// Asks it to end.
    pub(crate) async fn terminate(self) -> Outcome {
        let ended = tokio::process::Command::new("kill").arg(self.0.to_string()).status().await?;
        if ended.success() { Ok(()) } else { Err("kill failed".into()) }
    }
}

/// CPU time of the thread that asks.
pub(crate) fn own_thread() -> Result<Duration, Error> {
    spent(&fs::read_to_string("/proc/thread-self/schedstat")?)
}

fn spent(schedstat: &str) -> Result<Duration, Error> {
    let nanoseconds = schedstat.split_whitespace().next().ok_or("an empty schedstat")?.parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}

/// What the kernel keeps for the sockets of all processes, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kernel {
    /// Objects: sockets, files, inodes, names.
    pub(crate) slab: u64,
    /// Buffers of TCP.
    pub(crate) buffers: u64,
}

impl Kernel {
    pub(crate) fn now() -> Result<Self, Error> {
        let slab = kibibytes(&fs::read_to_string("/proc/meminfo")?, "Slab:").ok_or("no Slab")? * 1024;
        let sockets = fs::read_to_string("/proc/net/sockstat")?;
        let tcp = sockets.lines().find(|line| line.starts_with("TCP:")).ok_or("no TCP")?;
        let pages: u64 = tcp.rsplit_once("mem ").ok_or("no mem")?.1.trim().parse()?;
        Ok(Self { slab, buffers: pages * 4096 })
    }
}

fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
