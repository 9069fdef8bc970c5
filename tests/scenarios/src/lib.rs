//! The phone's real life, as files that a program in any language can run against its core.
//!
//! `*.json` beside this crate are the scenarios ([`Scenario`], described in `README.md`); [`replay`] runs one against
//! the core behind `bindings`, as shells in Kotlin and Swift do. They are recorded, not written: [`lives`] tells each life
//! as a short script with a promise, played by a [`shell`] with software keys against a [`service`] in memory, both
//! without I/O, clock or chance. The core's own tests use the same two.

pub mod lives;
pub mod sentences;
#[expect(
    clippy::unwrap_used,
    missing_docs,
    reason = "a partner for tests: where it falls over, the test has failed"
)]
pub mod service;
#[expect(
    clippy::unwrap_used,
    missing_docs,
    reason = "a partner for tests: where it falls over, the test has failed"
)]
pub mod shell;

#[expect(clippy::unwrap_used, reason = "a partner for tests: where it falls over, the test has failed")]
pub mod channels;
mod difference;
#[expect(
    clippy::unwrap_used,
    missing_docs,
    reason = "a partner for tests: where it falls over, the test has failed"
)]
pub mod keys;
mod replay;
mod rotation;
mod tape;

pub use replay::{Opening, Scenario, Step, replay};

use std::path::{Path, PathBuf};

/// Where the scenarios lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
