//! The scenarios in every language: none runs fewer than there are.

use std::fs;
use std::path::Path;

/// Each runner leaves `71 scenarios with 900 steps` in a file of its language's name.
const TOLD: &str = "target/scenarios";
const LANGUAGES: &[&str] = &["rust", "kotlin", "swift"];

/// What earlier runs have left does not count.
pub(crate) fn forget(root: &Path) {
    _ = fs::remove_dir_all(root.join(TOLD));
}

/// Every language has run every file, with the same number of steps.
pub(crate) fn compare(root: &Path) -> Result<(), String> {
    let entries =
        fs::read_dir(root.join("tests/scenarios")).map_err(|error| format!("scenarios: {error}"))?;
    let is_one = |path: &Path| path.extension().is_some_and(|ending| ending == "json");
    let files = entries.flatten().filter(|entry| is_one(&entry.path())).count();
    let mut told = Vec::new();
    for language in LANGUAGES {
        let text = fs::read_to_string(root.join(TOLD).join(language))
            .map_err(|_| format!("{language} has run no scenarios"))?;
        println!("{language:>8}  {}", text.trim());
        told.push(text.trim().to_owned());
    }
    if told.iter().any(|text| !text.starts_with(&format!("{files} scenarios with ")) || *text != told[0]) {
        return Err(format!("there are {files} scenarios, and not every language has run them all"));
    }
    Ok(())
}
