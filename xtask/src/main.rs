//! `cargo xtask`: the few commands that a person types.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to its user")]

mod house;
mod needs;
mod parts;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  test [--install] [PART …]  everything that is checked, or some parts; --install fetches what is missing (Debian, as root)
  check                      the inner loop: format, lints, unit tests
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
        ["check"] => parts::run(&root, false, &["house", "format", "lints", "unit"]),
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
