//! Rules of the house that no compiler checks (ARCHITECTURE.md).

use std::fs;
use std::path::{Path, PathBuf};

/// Above this a file is two things.
const MAX_LINES: usize = 400;
/// A style sheet is one list.
const MAX_STYLE: usize = 700;

/// Names that say nothing about what lies inside.
const DRAWERS: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "types", "manager"];

/// Words that mark something as unfinished or as not run.
const UNFINISHED: &[&str] = &["todo!(", "unimplemented!(", "#[ignore", "test.skip(", "test.only("];

/// One TLS and crypto provider: rustls with ring.
const BANNED: &[&str] = &["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys"];

/// Looks at every file that belongs to the project.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    collect(root, &mut files).map_err(|error| format!("cannot read the folder: {error}"))?;
    let mut wrong = Vec::new();
    for file in &files {
        let shown = file.strip_prefix(root).unwrap_or(file).display().to_string();
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if DRAWERS.contains(&stem) {
            wrong.push(format!("{shown}: a drawer without a name"));
        }
        let Ok(text) = fs::read_to_string(file) else { continue };
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let most = match ending {
            "rs" | "js" | "mjs" | "py" => MAX_LINES,
            "css" => MAX_STYLE,
            _ => usize::MAX,
        };
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
