//! The program in a process of its own.

use crate::Error;
use push_service::clock::{Clock as _, SystemClock};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// The service in a process, and its log. Killed when it is dropped.
pub struct Process {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts it; answers when it is ready.
    pub(super) async fn start(command: Command) -> Result<Self, Error> {
        let mut process = Self::begin(command)?;
        process.logs(" ready ").await?;
        Ok(process)
    }

    /// Starts it.
    pub(super) fn begin(mut command: Command) -> Result<Self, Error> {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let errors = child.stderr.take().ok_or("no standard error")?;
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                let mut log = kept.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
            }
        });
        Ok(Self { child, log, reader: Some(reader) })
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until its log has these words.
    pub async fn logs(&mut self, words: &str) -> Result<(), Error> {
        for _ in 0..10_000 {
            if self.log().contains(words) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("{status} without {words:?}: {}", self.log()).into());
            }
            SystemClock.sleep(3).await;
        }
        Err(format!("no {words:?} in the log: {}", self.log()).into())
    }

    /// Whether it has ended by itself.
    pub fn is_over(&mut self) -> Result<bool, Error> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// As if the power went: SIGKILL. What it has logged.
    pub fn kill(mut self) -> Result<String, Error> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(self.whole_log())
    }

    /// SIGTERM, as an operator would. What it has logged.
    pub fn stop(mut self) -> Result<String, Error> {
        let sent = Command::new("kill").args(["-TERM", &self.id().to_string()]).status()?;
        let ended = self.child.wait()?;
        let log = self.whole_log();
        if sent.success() && ended.success() { Ok(log) } else { Err(format!("{ended}: {log}").into()) }
    }

    fn whole_log(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        self.log()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
