//! Every text that the core can emit has a sentence with the same parameters.

use std::collections::BTreeMap;

#[test]
fn every_text_of_the_core_has_its_sentence() {
    let sentences: BTreeMap<_, _> = texts::keys().iter().copied().collect();
    let mut wrong = Vec::new();
    for (key, parameters) in authenticator_core::texts() {
        let mut wanted = parameters.to_vec();
        wanted.sort_unstable();
        match sentences.get(key) {
            None => wrong.push(format!("{key}: no sentence")),
            Some(has) if **has != wanted => {
                wrong.push(format!("{key}: the core gives {wanted:?}, texts wants {has:?}"));
            }
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
