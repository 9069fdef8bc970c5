//! The parts of the checks, their order and their time budgets.

use crate::{bench, bindings, fuzz, house, needs, phones, release, scenarios, texts};
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
    /// Writes the texts of the apps again, and compares.
    Texts,
    /// Generates the Kotlin and Swift of the core again, and compares.
    Bindings,
    /// Gives the fuzz targets a few seconds each.
    Fuzz,
    /// Measures everything once, without believing it.
    Bench,
    /// Builds the core for the systems of phones.
    Phones,
    /// Builds the Debian package, and installs, uses, upgrades and removes it in a Debian of its own.
    Package,
    /// Compares what the languages have run of the scenarios.
    Scenarios,
    /// Runs commands, one after the other.
    Commands(&'static [&'static [&'static str]]),
}

/// Builds what other languages and the browser work with: always the selection of packages and targets that the tests
/// have. With another one dependencies have other features, and dozens of crates are compiled again.
pub(crate) const BUILD: &[&str] =
    &["cargo", "build", "--locked", "--workspace", "--bins", "--lib", "--tests"];

const PARTS: &[Part] = &[
    Part { name: "house", budget: 1, what: What::House },
    Part { name: "texts", budget: 1, what: What::Texts },
    Part {
        name: "format",
        budget: 1,
        what: What::Commands(&[
            &["cargo", "fmt", "--all", "--check"],
            &["cargo", "fmt", "--manifest-path", "tests/fuzz/Cargo.toml", "--check"],
        ]),
    },
    Part {
        name: "lints",
        budget: 8,
        what: What::Commands(&[
            &["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
            // Without its features: what they bring is in the workspace.
            &[
                "cargo",
                "clippy",
                "--manifest-path",
                "tests/fuzz/Cargo.toml",
                "--target-dir",
                "target",
                "--locked",
                "--",
                "-D",
                "warnings",
            ],
        ]),
    },
    Part {
        name: "tests",
        budget: 18,
        // With the real processes of `tests/e2e`: a selection without them is compiled anew.
        what: What::Commands(&[&["cargo", "test", "--workspace", "--locked", "--no-fail-fast"]]),
    },
    Part { name: "fuzz", budget: 5, what: What::Fuzz },
    Part { name: "bindings", budget: 4, what: What::Bindings },
    Part { name: "phones", budget: 3, what: What::Phones },
    Part { name: "demo", budget: 2, what: What::Commands(&[&["cargo", "demo", "--", "--once"]]) },
    Part { name: "bench", budget: 3, what: What::Bench },
    Part {
        name: "vectors",
        budget: 1,
        what: What::Commands(&[
            &["python3", "tests/vectors/check.py"],
            &["python3", "tests/independent/test_rules.py"],
            &["python3", "tests/independent/test_description.py"],
        ]),
    },
    Part {
        name: "independent",
        budget: 3,
        what: What::Commands(&[BUILD, &["python3", "tests/independent/test_phone.py"]]),
    },
    Part {
        name: "push",
        budget: 2,
        what: What::Commands(&[
            &["cargo", "build", "--locked", "--workspace", "--example", "send"],
            &["mvn", "-B", "-ntp", "-q", "-f", "tests/pushy/pom.xml", "package"],
            &["python3", "tests/independent/test_web_push.py"],
            &["python3", "tests/independent/test_pushy.py"],
        ]),
    },
    Part {
        name: "kotlin",
        budget: 4,
        what: What::Commands(&[BUILD, &["mvn", "-B", "-ntp", "-f", "android/linux-ci/pom.xml", "test"]]),
    },
    Part { name: "swift", budget: 4, what: What::Commands(&[BUILD, &["bash", "ios/linux-ci/test.sh"]]) },
    Part { name: "package", budget: 3, what: What::Package },
    Part { name: "scenarios", budget: 1, what: What::Scenarios },
    Part { name: "browser", budget: 10, what: What::Commands(&[BUILD, &["node", "tests/browser/run.mjs"]]) },
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
    if named.is_empty() {
        scenarios::forget(root);
    }
    let mut report = Vec::new();
    let mut failed = false;
    for part in PARTS.iter().filter(|part| named.is_empty() || named.contains(&part.name)) {
        println!("\n== {}", part.name);
        let began = now();
        let mut not_run = Vec::new();
        let outcome = match part.what {
            What::House => house::check(root),
            What::Phones => phones::check(root).map(|missing| not_run = missing),
            What::Texts => texts::check(root),
            What::Bindings => bindings::check(root),
            What::Scenarios => scenarios::compare(root),
            What::Fuzz => fuzz::check(root),
            What::Bench => bench::check(root),
            What::Package => release::check(root),
            What::Commands(commands) => commands.iter().try_for_each(|command| execute(root, command)),
        };
        let took = now() - began;
        if let Err(message) = &outcome {
            println!("{message}");
            failed = true;
        }
        report.push((part, outcome.is_ok(), took, not_run));
    }
    println!();
    for (part, passed, took, not_run) in report {
        let word = if passed { "passed" } else { "FAILED" };
        let over = if took > Duration::from_secs(part.budget * 60) { ", over its budget" } else { "" };
        for what in not_run {
            println!("{:>8}  NOT RUN: {what}", part.name);
        }
        println!("{:>8}  {word}  {:>6.1} s of {} min{over}", part.name, took.as_secs_f64(), part.budget);
    }
    if failed { Err("\nNot everything passed.".to_owned()) } else { Ok(()) }
}

pub(crate) fn execute(root: &Path, command: &[&str]) -> Result<(), String> {
    let mut run = Command::new(command[0]);
    run.args(&command[1..]).current_dir(root);
    run.env("PYTHONPATH", needs::python(root)).env("PYTHONDONTWRITEBYTECODE", "1");
    // What cargo tells xtask about itself would make crates that look at it compile again each time.
    let told = ["CARGO_MANIFEST_", "CARGO_PKG_"];
    for (name, _) in std::env::vars().filter(|(name, _)| told.iter().any(|prefix| name.starts_with(prefix))) {
        run.env_remove(name);
    }
    match run.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("failed: {}", command.join(" "))),
        Err(error) => Err(format!("cannot run {}: {error}", command.join(" "))),
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a part took is the machine's time")]
fn now() -> Instant {
    Instant::now()
}
