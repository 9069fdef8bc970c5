//! The log: lines on standard error, for people or for machines.
//!
//! A thread of its own writes them. Where they go may be full, closed, or read by nobody; the service goes on, and says
//! afterwards how many lines were lost.

use crate::config::{Format, Log};
use std::io::Write;
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;
use tracing::Dispatch;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Lines that wait to be written, at most.
const WAITING: usize = 8_192;

/// How long the end of the program waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Hands lines to the writing thread.
#[derive(Clone)]
pub struct Lines {
    queue: SyncSender<Line>,
    lost: Arc<AtomicU64>,
}

enum Line {
    Text(Vec<u8>),
    /// Everything before it has been written: say so.
    End(SyncSender<()>),
}

/// Lets the last lines out when it is dropped.
pub struct Logging(Lines);

impl Logging {
    /// Lines that could not be written since the start.
    pub fn lost(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.0.lost)
    }
}

/// Begins to log. `STYRK_LOG` in the environment counts before the level of the configuration.
pub fn start(log: &Log) -> std::io::Result<Logging> {
    let filter = EnvFilter::try_from_env("STYRK_LOG").or_else(|_| log.filter());
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("info"));
    // At trace level these write frames out, and with them channel secrets (property 20).
    let quiet = ["tungstenite=info", "tokio_tungstenite=info"];
    let filter = quiet
        .iter()
        .filter_map(|name| name.parse().ok())
        .fold(filter, |filter, name| filter.add_directive(name));
    let lines = Lines::to(std::io::stderr())?;
    written(lines.clone(), log.format, filter).init();
    std::panic::set_hook(Box::new(panicked));
    Ok(Logging(lines))
}

/// What takes events and spans and writes them to `lines`.
pub(crate) fn written(lines: Lines, format: Format, filter: EnvFilter) -> Dispatch {
    // What the library cannot write it would print, and printing panics where nothing can be written.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines)
        .with_ansi(false)
        .log_internal_errors(false);
    match format {
        Format::Text => builder.into(),
        Format::Json => builder.json().flatten_event(true).with_span_list(false).into(),
    }
}

/// Whatever goes wrong is a line like any other, within the request that it befell.
pub(crate) fn panicked(info: &PanicHookInfo<'_>) {
    let place = info.location().map(tracing::field::display);
    tracing::error!(place, said = info.payload_as_str(), "panicked");
}

impl Lines {
    /// Starts the thread that writes to `to`.
    pub(crate) fn to(to: impl Write + Send + 'static) -> std::io::Result<Self> {
        let (queue, lines) = sync_channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&lost);
        std::thread::Builder::new().name("log".into()).spawn(move || write(to, &lines, &counted))?;
        Ok(Self { queue, lost })
    }
}

fn write(mut to: impl Write, lines: &Receiver<Line>, lost: &AtomicU64) {
    let mut told = 0;
    for line in lines {
        match line {
            Line::Text(text) => {
                let missing = lost.load(Ordering::Relaxed) - told;
                let notice = format!("{missing} lines of the log were lost before this one\n");
                if missing > 0 && to.write_all(notice.as_bytes()).is_ok() {
                    told += missing;
                }
                if to.write_all(&text).is_err() {
                    lost.fetch_add(1, Ordering::Relaxed);
                }
            }
            Line::End(written) => {
                let _ = to.flush();
                let _ = written.send(());
            }
        }
    }
}

/// An event is one line, whatever somebody has got into it: nobody writes a line of their own, or speaks to the terminal
/// of whoever reads it.
fn one_line(event: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(event.strip_suffix(b"\n").unwrap_or(event));
    let mut line = String::with_capacity(text.len() + 1);
    for letter in text.chars() {
        if letter.is_control() {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line.push('\n');
    line.into_bytes()
}

impl Write for Lines {
    /// Never waits, never fails: who logs has something else to do.
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        if self.queue.try_send(Line::Text(one_line(line))).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        let (written, all) = sync_channel(1);
        if self.0.queue.try_send(Line::End(written)).is_ok()
            && all.recv_timeout(LAST_LINES) == Err(RecvTimeoutError::Timeout)
        {
            // Nobody reads: there is nowhere to say so.
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::sync::{Mutex, PoisonError};

    /// Fails, blocks or writes, as its owner says.
    #[derive(Clone, Default)]
    pub(crate) struct Disk {
        is_full: Arc<std::sync::atomic::AtomicBool>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Disk {
        fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
            if self.is_full.load(Ordering::SeqCst) {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            self.written.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(line);
            Ok(line.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Disk {
        pub(crate) fn written(&self) -> String {
            String::from_utf8(self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap()
        }
    }

    impl Lines {
        /// Waits until all that was said is written.
        pub(crate) fn settled(&self) {
            let (written, all) = sync_channel(1);
            self.queue.send(Line::End(written)).unwrap();
            all.recv().unwrap();
        }
    }

    #[test]
    fn what_was_lost_is_said_when_there_is_room_again() {
        let disk = Disk::default();
        let mut lines = Lines::to(disk.clone()).unwrap();
        lines.write_all(b"one\n").unwrap();
        lines.settled();
        disk.is_full.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            lines.write_all(b"lost\n").unwrap();
        }
        lines.settled();
        assert_eq!(lines.lost.load(Ordering::SeqCst), 3);
        disk.is_full.store(false, Ordering::SeqCst);
        lines.write_all(b"two\n").unwrap();
        lines.settled();
        let written = disk.written();
        assert_eq!(written, "one\n3 lines of the log were lost before this one\ntwo\n");
    }

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        let disk = Disk::default();
        let lines = Lines::to(disk.clone()).unwrap();
        let log = tracing_subscriber::fmt().with_writer(lines.clone()).with_ansi(false).finish();
        tracing::subscriber::with_default(log, || {
            let forged = "nothing\r\n2027-01-15T08:00:00Z  INFO styrk: sign-in ended end=\"approved\"\u{1b}[2J\u{9b}2J";
            tracing::error!(error = %forged, text = forged, "store");
            tracing::error!("{forged}");
        });
        lines.settled();
        let written = disk.written();
        assert_eq!(written.lines().count(), 2, "{written}");
        assert!(
            written.contains("nothing\\r\\n2027") && !written.contains(['\r', '\u{1b}', '\u{9b}']),
            "{written}"
        );
    }

    #[test]
    fn nobody_waits_for_a_reader_who_does_not_read() {
        let disk = Disk::default();
        let held = Arc::clone(&disk.written);
        let held = held.lock().unwrap();
        let mut lines = Lines::to(disk).unwrap();
        for _ in 0..WAITING + 100 {
            lines.write_all(b"line\n").unwrap();
        }
        assert!((99..=100).contains(&lines.lost.load(Ordering::SeqCst)));
        drop(held);
        lines.settled();
    }
}
