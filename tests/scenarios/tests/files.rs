//! The files: each is what its script records, and each holds when it is run.

use scenarios::{Scenario, folder, lives, replay};
use std::collections::BTreeMap;
use std::fs;

fn files() -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder()).expect("the folder of this crate").flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let text = fs::read_to_string(entry.path()).ok()?;
            Some((name.strip_suffix(".json")?.to_owned(), text))
        })
        .collect()
}

fn read(name: &str, text: &str) -> Scenario {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}.json: {error}"))
}

/// Files without a script too.
#[test]
fn every_file_holds() {
    let files = files();
    let mut steps = 0;
    for (name, text) in &files {
        let scenario = read(name, text);
        replay(&scenario).unwrap_or_else(|what| panic!("{name}.json, {what}"));
        steps += scenario.steps.len();
    }
    let ran = format!("{} scenarios with {steps} steps", files.len());
    println!("{ran}");
    // For the comparison with other languages.
    let told = folder().join("../../target/scenarios");
    fs::create_dir_all(&told).expect("a folder to write to");
    fs::write(told.join("rust"), ran).expect("a file to write to");
    assert!(!files.is_empty());
}

#[test]
fn recording_again_changes_nothing() {
    let files = files();
    for (name, scenario) in lives::all() {
        let file = files.get(&name).unwrap_or_else(|| panic!("{name}.json is missing: record it"));
        assert!(*file == scenario.to_json(), "{name}.json differs: record again, and read what has changed");
    }
}

#[test]
fn a_change_is_noticed() {
    let (name, text) = files().pop_first().expect("a file");
    let mut scenario = read(&name, &text);
    let step = scenario.steps.iter_mut().find(|step| step.screen.is_some()).unwrap();
    step.screen = None;
    assert!(replay(&scenario).unwrap_err().contains("screen"), "{name}");
    scenario.steps.truncate(1);
    scenario.steps[0].effects.pop();
    assert!(replay(&scenario).unwrap_err().contains("effects"), "{name}");
}
