//! The figures: builds the service and what measures it, and lets it write the page.

use crate::parts::{BUILD, execute};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const HELP: &str = "\
cargo xtask bench [--brief|--smoke]

  measures everything and writes docs/figures.md, in about eight minutes on a machine that does nothing else
  --brief  throughput and profile in two minutes, to see what a change has changed; writes below target/
  --smoke  everything once, in seconds, without optimising: that it works, not how fast; writes below target/
";

/// In full, by command; or only that it works.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<(), String> {
    match words {
        [] => {
            build(root)?;
            measure(root, "release", &root.join("docs/figures.md"), &[])
        }
        ["--brief"] => {
            build(root)?;
            measure(root, "release", &aside(root), &["--brief"])
        }
        ["--smoke"] => check(root),
        _ => Err(HELP.to_owned()),
    }
}

/// Everything once, in the checks, with what they have built.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    execute(root, BUILD)?;
    measure(root, "debug", &aside(root), &["--smoke"])
}

/// Where figures go that nobody should believe.
fn aside(root: &Path) -> PathBuf {
    built(root).join("bench/figures.md")
}

/// Each apart, so that the service is built with the features that it is shipped with.
fn build(root: &Path) -> Result<(), String> {
    ["push-service", "bench"].iter().try_for_each(|package| {
        execute(root, &["cargo", "build", "--locked", "--release", "--bins", "-p", package])
    })
}

fn measure(root: &Path, folder: &str, page: &Path, rest: &[&str]) -> Result<(), String> {
    let work = built(root).join("bench");
    fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let mut bench = Command::new(built(root).join(folder).join("bench"));
    bench.arg("--work").arg(&work).arg("--page").arg(page).args(rest).current_dir(root);
    match bench.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("the measurement failed".to_owned()),
        Err(error) => Err(format!("cannot run the measurement: {error}")),
    }
}

/// Where cargo builds.
pub(crate) fn built(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}
