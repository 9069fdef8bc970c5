//! The scenarios in every language: none runs fewer than there are.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

/// Each runner leaves `71 scenarios with 900 steps, 0123456789abcdef` in a file of its language's name: what it has run,
/// and FNV-1a (64 bits) of the names and contents of the files, in the order of their names, each ended by a zero byte.
const TOLD: &str = "target/scenarios";
const LANGUAGES: &[&str] = &["rust", "kotlin", "swift"];

/// What earlier runs have left does not count.
pub(crate) fn forget(root: &Path) {
    _ = fs::remove_dir_all(root.join(TOLD));
}

/// Every language has run every file as it is now, with the same number of steps.
pub(crate) fn compare(root: &Path) -> Result<(), String> {
    let files = files(root).map_err(|error| format!("scenarios: {error}"))?;
    let mut told = Vec::new();
    for language in LANGUAGES {
        let text = fs::read_to_string(root.join(TOLD).join(language))
            .map_err(|_| format!("{language} has run no scenarios"))?;
        println!("{language:>8}  {}", text.trim());
        told.push((*language, text.trim().to_owned()));
    }
    judge(&files, &told)
}

/// Name and content of each scenario.
fn files(root: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(root.join("tests/scenarios"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".json") {
            files.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(files)
}

fn judge(files: &BTreeMap<String, Vec<u8>>, told: &[(&str, String)]) -> Result<(), String> {
    let (count, mark) = (files.len(), mark(files));
    for (language, text) in told {
        if !text.ends_with(&format!(", {mark:016x}")) {
            return Err(format!("{language} has run other files than there are: run it again"));
        }
        if !text.starts_with(&format!("{count} scenarios with ")) || *text != told[0].1 {
            return Err(format!("there are {count} scenarios, and not every language has run them all"));
        }
    }
    Ok(())
}

fn mark(files: &BTreeMap<String, Vec<u8>>) -> u64 {
    let bytes = files.iter().flat_map(|(name, content)| [name.as_bytes(), &[0], content, &[0]].concat());
    bytes.fold(0xcbf2_9ce4_8422_2325, |mark, byte| (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_ran_all_of_the_files_that_are_there_has_run_them() {
        let files =
            BTreeMap::from([("a.json".to_owned(), b"1".to_vec()), ("b.json".to_owned(), b"2".to_vec())]);
        let changed =
            BTreeMap::from([("a.json".to_owned(), b"1".to_vec()), ("b.json".to_owned(), b"3".to_vec())]);
        let text = |steps| format!("2 scenarios with {steps} steps, {:016x}", mark(&files));
        let told = |one, other| vec![("rust", text(one)), ("kotlin", text(other))];
        assert!(judge(&files, &told(7, 7)).is_ok());
        assert!(judge(&files, &told(7, 6)).unwrap_err().contains("not every language"));
        assert!(judge(&changed, &told(7, 7)).unwrap_err().contains("other files"));
    }
}
