//! The parts of the checks, their order and their time budgets.

use crate::{house, needs};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// One part of the checks.
struct Part {
    name: &'static str,
    /// Minutes that it may take on two bare cores. A report, not a test: a slow machine fails nothing.
    budget: u64,
    what: What,
}

enum What {
    /// Looks at the files.
    House,
    /// Runs commands, one after the other.
    Commands(&'static [&'static [&'static str]]),
}

const PARTS: &[Part] = &[
    Part { name: "house", budget: 1, what: What::House },
    Part { name: "format", budget: 1, what: What::Commands(&[&["cargo", "fmt", "--all", "--check"]]) },
    Part {
        name: "lints",
        budget: 8,
        what: What::Commands(&[&[
            "cargo",
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]]),
    },
    Part {
        name: "unit",
        budget: 12,
        what: What::Commands(&[&["cargo", "test", "--workspace", "--locked", "--exclude", "e2e"]]),
    },
    Part { name: "e2e", budget: 6, what: What::Commands(&[&["cargo", "test", "--locked", "-p", "e2e"]]) },
    Part { name: "demo", budget: 2, what: What::Commands(&[&["cargo", "demo", "--", "--once"]]) },
    Part { name: "browser", budget: 8, what: What::Commands(&[&["node", "tests/browser/run.mjs"]]) },
];

/// Runs the parts with these names, or all of them.
pub(crate) fn run(root: &Path, install: bool, named: &[&str]) -> Result<(), String> {
    if let Some(unknown) = named.iter().find(|name| PARTS.iter().all(|part| part.name != **name)) {
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        return Err(format!("there is no part {unknown}; there are {}", names.join(", ")));
    }
    if install {
        needs::install(root)?;
    } else {
        needs::missing(root)?;
    }
    let mut report = Vec::new();
    let mut failed = false;
    for part in PARTS.iter().filter(|part| named.is_empty() || named.contains(&part.name)) {
        println!("\n== {}", part.name);
        let began = now();
        let outcome = match part.what {
            What::House => house::check(root),
            What::Commands(commands) => commands.iter().try_for_each(|command| execute(root, command)),
        };
        let took = now() - began;
        if let Err(message) = &outcome {
            println!("{message}");
            failed = true;
        }
        report.push((part, outcome.is_ok(), took));
    }
    println!();
    for (part, passed, took) in report {
        let word = if passed { "passed" } else { "FAILED" };
        let over = if took > Duration::from_secs(part.budget * 60) { ", over its budget" } else { "" };
        println!("{:>8}  {word}  {:>6.1} s of {} min{over}", part.name, took.as_secs_f64(), part.budget);
    }
    if failed { Err("\nNot everything passed.".to_owned()) } else { Ok(()) }
}

fn execute(root: &Path, command: &[&str]) -> Result<(), String> {
    let status = Command::new(command[0]).args(&command[1..]).current_dir(root).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("failed: {}", command.join(" "))),
        Err(error) => Err(format!("cannot run {}: {error}", command.join(" "))),
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a part took is the machine's time")]
fn now() -> Instant {
    Instant::now()
}
