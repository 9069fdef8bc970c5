//! The files: each is what its script records, and each holds when it is run.

use authenticator_bindings::{
    AccountState, ApnsEnvironment, EffectKind, Event, Field, Key, KeyFailure, Mood, Outcome, PushAddress,
    PushWay, Screen, Unlock, Value,
};
use scenarios::{Scenario, folder, lives, replay};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// By their names.
fn files() -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder()).expect("the folder of this crate").flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let text = fs::read_to_string(entry.path()).ok()?;
            name.ends_with(".json").then_some((name, text))
        })
        .collect()
}

/// FNV-1a of names and contents, so that it shows which files they were: `xtask` compares it with those that lie there.
fn mark(files: &BTreeMap<String, String>) -> u64 {
    let bytes = files.iter().flat_map(|(name, text)| [name.as_bytes(), &[0], text.as_bytes(), &[0]].concat());
    bytes.fold(0xcbf2_9ce4_8422_2325, |mark, byte| (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn read(name: &str, text: &str) -> Scenario {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Files without a script too.
#[test]
fn every_file_holds() {
    let files = files();
    let mut steps = 0;
    for (name, text) in &files {
        let scenario = read(name, text);
        steps += replay(&scenario).unwrap_or_else(|what| panic!("{name}, {what}"));
    }
    let ran = format!("{} scenarios with {steps} steps, {:016x}", files.len(), mark(&files));
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
        let name = name + ".json";
        let file = files.get(&name).unwrap_or_else(|| panic!("{name} is missing: record it"));
        assert!(*file == scenario.to_json(), "{name} differs: record again, and read what has changed");
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

/// What has never crossed cannot be compared. `kind`s are told apart by the member that holds them.
#[test]
fn whatever_can_cross_does_in_some_file() {
    let mut seen = BTreeSet::new();
    for (name, text) in files() {
        let Scenario { steps, .. } = read(&name, &text);
        for step in steps {
            collect("step", &serde_json::to_value(step).expect("plain data"), &mut seen);
        }
    }
    let all = [
        ("event", variants::<Event>()),
        ("outcome", variants::<Outcome>()),
        ("effects", variants::<EffectKind>()),
        ("key", variants::<Key>()),
        ("unlock", variants::<Unlock>()),
        ("why", variants::<KeyFailure>()),
        ("screen", variants::<Screen>()),
        ("field", variants::<Field>()),
        ("state", variants::<AccountState>()),
        ("value", variants::<Value>()),
        ("mood", variants::<Mood>()),
        ("address", variants::<PushAddress>()),
        ("environment", variants::<ApnsEnvironment>()),
        ("way", variants::<PushWay>()),
    ];
    for (member, variants) in all {
        assert!(variants.len() > 1, "{member}: {variants:?}");
        for variant in variants {
            let crosses = seen.contains(&(member.to_owned(), variant.clone()));
            assert_eq!(crosses, !NEVER.contains(&(member, &variant)), "{member}: {variant}");
        }
    }
}

/// The core makes keys before it knows the organisation's policy, and never asks for this.
const NEVER: &[(&str, &str)] = &[("unlock", "biometric")];

/// The names of an enum's variants, as serde tells them to somebody who tries another.
fn variants<T: DeserializeOwned>() -> Vec<String> {
    let tries = [json!("?"), json!({"kind": "?"})];
    let refusals = tries.map(|form| serde_json::from_value::<T>(form).err().map(|error| error.to_string()));
    let told = refusals.iter().flatten().find_map(|text| text.strip_prefix("unknown variant `?`, expected "));
    told.expect("names").split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every member that says which variant it is, with what it says.
fn collect(member: &str, value: &Json, seen: &mut BTreeSet<(String, String)>) {
    match value {
        Json::String(text) => _ = seen.insert((member.to_owned(), text.clone())),
        Json::Array(items) => items.iter().for_each(|item| collect(member, item, seen)),
        Json::Object(members) => {
            if let Some(Json::String(kind)) = members.get("kind") {
                seen.insert((member.to_owned(), kind.clone()));
            }
            members.iter().for_each(|(name, value)| collect(name, value, seen));
        }
        _ => {}
    }
}
