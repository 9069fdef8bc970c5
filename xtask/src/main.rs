//! `cargo xtask`: the few commands that a person types.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to its user")]

mod bench;
mod bindings;
mod fuzz;
mod generated;
mod house;
mod log_lines;
mod needs;
mod parts;
mod phones;
mod release;
mod scenarios;
mod settings;
mod texts;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  test [--install] [PART …]  everything that is checked, or some parts; --install fetches what is missing (Debian, as root)
  check                      the inner loop: format, lints, unit tests
  fuzz [TARGET …]            inputs that nobody wrote, for longer than the checks do (--help)
  bench [--smoke]            measures the service and writes docs/figures.md (--help)
  bindings                   writes the Kotlin and Swift of the core's surface (bindings/)
  phones                     builds the core as a library for phones, and tells its size
  texts                      writes the texts of the Android and iOS apps (from texts/)
  settings                   writes docs/configuration.md from the service's list of settings
  openapi                    writes docs/openapi.json from the handlers of the relying-party API
  release                    builds the Debian package with its SBOM and sums, in target/release-files
  setup                      fetches what the checks need (Debian, as root)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = root();
    let outcome = match words.as_slice() {
        ["test", rest @ ..] => {
            let install = rest.contains(&"--install");
            let named: Vec<&str> = rest.iter().copied().filter(|word| *word != "--install").collect();
            parts::run(&root, install, &named)
        }
        ["check"] => parts::run(&root, false, &["house", "texts", "format", "lints", "unit"]),
        ["fuzz", rest @ ..] => fuzz::run(&root, rest),
        ["bench", rest @ ..] => bench::run(&root, rest),
        ["bindings"] => bindings::write(&root),
        ["phones"] => phones::measure(&root),
        ["texts"] => texts::write(&root),
        ["settings"] => settings::write(&root),
        ["openapi"] => settings::write_openapi(&root),
        ["release"] => release::run(&root),
        ["setup"] => needs::install(&root),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(HELP.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's folder.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
