//! Every input that was kept, through its target.

use fuzz_targets::TARGETS;
use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

#[test]
fn no_input_that_was_kept_finds_anything() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let folders: BTreeSet<String> = fs::read_dir(&corpus)
        .unwrap()
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect());
    let mut found = Vec::new();
    for (name, target) in TARGETS {
        let mut inputs = 0;
        for file in fs::read_dir(corpus.join(name)).unwrap() {
            let file = file.unwrap().path();
            let input = fs::read(&file).unwrap();
            inputs += 1;
            if catch_unwind(|| target(&input)).is_err() {
                found.push(file);
            }
        }
        assert!(inputs > 0, "{name} has no inputs");
    }
    assert!(found.is_empty(), "{found:?}");
}
