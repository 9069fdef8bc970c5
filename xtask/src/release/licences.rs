//! The licences of others whose code is in the program: most ask that their text goes wherever the code goes.

use super::crates::{Crate, Id};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

/// How files with a licence or a notice begin.
const NAMES: &[&str] = &["license", "licence", "copying", "copyright", "notice", "unlicense"];

/// One text for all of them; the same words stand there once.
pub(super) fn of(crates: &BTreeMap<Id, Crate>) -> Result<String, String> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut page =
        "Crates whose code is in /usr/bin/styrk, and their licences. What each says itself is below.\n\n"
            .to_owned();
    for ((name, version), one) in crates.iter().filter(|(_, one)| one.linked && one.foreign) {
        let _ = writeln!(page, "{name} {version}: {}", one.licence.as_deref().unwrap_or("see its text"));
        let entries =
            fs::read_dir(&one.folder).map_err(|error| format!("{}: {error}", one.folder.display()))?;
        for entry in entries.filter_map(Result::ok) {
            let file = entry.file_name().to_string_lossy().to_lowercase();
            if NAMES.iter().any(|begins| file.starts_with(begins)) && entry.path().is_file() {
                let text =
                    fs::read_to_string(entry.path()).map_err(|error| format!("{name}: {file}: {error}"))?;
                texts.entry(text.trim().replace("\r\n", "\n")).or_default().push(format!("{name} {version}"));
            }
        }
    }
    let _ = writeln!(page, "\nSQLite, which is in it too, is in the public domain.");
    let mut texts: Vec<(Vec<String>, String)> = texts
        .into_iter()
        .map(|(text, mut of)| {
            of.sort();
            of.dedup();
            (of, text)
        })
        .collect();
    texts.sort();
    for (of, text) in texts {
        let _ = write!(page, "\n{}\n{}\n\n{text}\n", "=".repeat(100), of.join(", "));
    }
    Ok(page)
}
