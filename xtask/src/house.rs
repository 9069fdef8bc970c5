//! Rules of the house that no compiler checks (ARCHITECTURE.md).

use crate::log_lines;
use std::fs;
use std::path::{Path, PathBuf};

/// Above this a file is two things.
const MAX_LINES: usize = 400;
/// A style sheet is one list.
const MAX_STYLE: usize = 700;

/// What nobody writes by hand.
const GENERATED: &[&str] = &["bindings/kotlin", "bindings/swift"];

/// Names that say nothing about what lies inside.
const DRAWERS: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "types", "manager"];

/// Words that mark something as unfinished or as not run.
const UNFINISHED: &[&str] =
    &["todo!(", "unimplemented!(", "#[ignore", "@Disabled", "test.skip(", "test.only("];

/// One TLS and crypto provider: rustls with ring.
const BANNED: &[&str] = &["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys"];

/// Tables that say which test holds what.
const CITING: &[&str] = &["docs/rules.md", "docs/asvs.md", "tests/e2e/README.md"];

/// Looks at every file that belongs to the project.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    collect(root, &mut files).map_err(|error| format!("cannot read the folder: {error}"))?;
    let mut wrong = Vec::new();
    let (mut pages, mut source, mut service) = (Vec::new(), String::new(), String::new());
    for file in &files {
        let shown = file.strip_prefix(root).unwrap_or(file).display().to_string();
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if DRAWERS.contains(&stem) {
            wrong.push(format!("{shown}: a drawer without a name"));
        }
        let Ok(text) = fs::read_to_string(file) else { continue };
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let most = match ending {
            _ if GENERATED.iter().any(|folder| shown.starts_with(folder)) => usize::MAX,
            "rs" | "kt" | "swift" | "js" | "mjs" | "py" => MAX_LINES,
            "css" => MAX_STYLE,
            _ => usize::MAX,
        };
        match ending {
            "md" => pages.push((shown.clone(), text.clone())),
            "rs" | "kt" | "mjs" => source.push_str(&text),
            _ => {}
        }
        if log_lines::is_the_services(&shown) {
            service.push_str(log_lines::without_tests(&text));
        }
        let lines = text.lines().count();
        if lines > most {
            wrong.push(format!("{shown}: {lines} lines, more than {most}: it is two things"));
        }
        if shown != "xtask/src/house.rs" {
            wrong.extend(
                UNFINISHED
                    .iter()
                    .filter(|word| text.contains(**word))
                    .map(|word| format!("{shown}: has {word}")),
            );
        }
    }
    wrong.extend(pages.iter().flat_map(|(name, page)| not_there(name, page, &source)));
    let operations = pages.iter().find(|(name, _)| name == "docs/operations.md");
    wrong.extend(log_lines::check(&service, operations.map_or("", |(_, page)| page)));
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
    wrong.extend(
        BANNED
            .iter()
            .filter(|name| lock.contains(&format!("name = \"{name}\"")))
            .map(|name| format!("Cargo.lock: has {name}")),
    );
    if wrong.is_empty() {
        println!("{} files looked at", files.len());
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

/// Tests that a page names and that do not exist: `suite::module::what_is_tested`; in the tables of [`CITING`] the bare
/// `what_is_tested` as well, and "a journey in the browser".
fn not_there(name: &str, page: &str, source: &str) -> Vec<String> {
    let cites = CITING.contains(&name);
    let is_test = |text: &str| {
        text.matches('_').count() > 1
            && text.chars().all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
    };
    let quoted = page.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let functions = quoted.filter_map(|text| match text.rsplit_once("::") {
        Some((_, test)) if !text.contains(' ') => Some(test),
        None if cites => Some(text),
        _ => None,
    });
    let functions = functions.filter(|test| is_test(test)).map(|test| format!("fn {test}("));
    let journeys = page.split('"').skip(1).step_by(2).filter(|text| cites && text.matches(' ').count() > 2);
    functions
        .chain(journeys.map(|text| format!("journey(\"{text}\"")))
        .filter(|test| !source.contains(test))
        .map(|test| format!("{name}: cites {test}"))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if ![".git", "target", "node_modules", "pictures"].iter().any(|skipped| name == *skipped) {
                collect(&entry.path(), files)?;
            }
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
