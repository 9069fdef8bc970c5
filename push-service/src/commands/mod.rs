//! What each command does; `main.rs` only parses.
//!
//! `user`, `device`, `relying_party` and `audit` speak to the running service over its socket; `database` has `backup`, and those that
//! touch files; `key` those about keys; `check_config` says what a configuration means; `serve` is the service.

mod archive;
pub(crate) mod audit;
pub(crate) mod check_config;
pub(crate) mod database;
pub(crate) mod device;
pub(crate) mod key;
pub(crate) mod pass;
pub(crate) mod relying_party;
pub(crate) mod serve;
mod table;
pub(crate) mod user;

use push_service::admin::client::Client;
use push_service::config::{Config, ConfigError};
use serde::Serialize;
use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;

/// Why a command fails, for the operator.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

#[derive(clap::Args)]
pub(crate) struct Configured {
    /// The configuration file.
    #[arg(long, short, global = true, default_value = "/etc/styrk/styrk.toml")]
    pub(crate) config: PathBuf,
}

impl Configured {
    pub(crate) fn read(&self) -> Result<Config> {
        let file = self.config.display();
        Config::read(&self.config).map_err(|error| match error {
            ConfigError::File(..) => format!("{error}. Another file is named with --config FILE").into(),
            ConfigError::Variable(..) => error.into(),
            ConfigError::Toml(_) | ConfigError::Value { .. } => format!("{file}: {error}").into(),
        })
    }

    async fn connect(&self) -> Result<Client> {
        Ok(Client::connect(&self.read()?.admin_socket).await?)
    }
}

/// How a command answers.
#[derive(Clone, Copy, clap::Args)]
pub(crate) struct Form {
    /// Answer as JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
}

impl Form {
    /// Writes what was found: as JSON, or in words.
    fn answer<T: Serialize>(self, found: &T, words: impl FnOnce() -> String) -> Result {
        if self.json { say(&serde_json::to_string_pretty(found)?) } else { say(&words()) }
    }
}

/// A line for the operator. Whoever reads only the beginning is no error.
pub(crate) fn say(text: &str) -> Result {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        written => Ok(written?),
    }
}

/// Why nothing came of a command: on standard error, as it is, for a person or a script to read.
pub(crate) fn complain(text: &str) {
    // Where nobody listens nothing can be said.
    let _ = writeln!(std::io::stderr().lock(), "styrk: {text}");
}
