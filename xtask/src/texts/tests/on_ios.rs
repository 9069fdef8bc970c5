//! What iOS would show.

use super::{
    Plurals, Strings, at_its_place, every_text_of_the_core, filled, message, same_as_texts, written,
};
use crate::texts::{Texts, ios, source};
use serde_json::Value;
use std::collections::BTreeMap;
use texts::Language;

/// The two tables in one language. Whatever is not as expected stops the test.
fn read(files: &BTreeMap<&'static str, String>, language: Language) -> (Strings, Plurals) {
    let unit = |unit: &Value| {
        assert_eq!(unit["stringUnit"]["state"], "translated");
        unit["stringUnit"]["value"].as_str().expect("a text").to_owned()
    };
    let (mut strings, mut plurals) = (Strings::new(), Plurals::new());
    for (key, localization) in table(files, "ios/Resources/Localizable.xcstrings", language) {
        assert!(localization.get("substitutions").is_none(), "{key} is a plural");
        strings.insert(key, unit(&localization));
    }
    for (key, localization) in table(files, "ios/Resources/Plurals.xcstrings", language) {
        let substitutions = localization["substitutions"].as_object().expect("what is put in");
        let [(name, number)] = substitutions.iter().collect::<Vec<_>>()[..] else {
            panic!("{key}: one number")
        };
        assert_eq!(unit(&localization), format!("%#@{name}@"), "{key}");
        assert_eq!((&number["argNum"], &number["formatSpecifier"]), (&1.into(), &"lld".into()), "{key}");
        let forms = number["variations"]["plural"].as_object().expect("forms");
        assert!(forms.keys().eq(["one", "other"]), "{key}");
        for (form, value) in forms {
            plurals.insert((key.clone(), form.clone()), unit(value));
        }
    }
    (strings, plurals)
}

fn table(files: &BTreeMap<&'static str, String>, path: &str, language: Language) -> BTreeMap<String, Value> {
    let catalog: Value = serde_json::from_str(&files[path]).expect("JSON");
    assert_eq!((&catalog["version"], &catalog["sourceLanguage"]), (&"1.0".into(), &"en".into()));
    let strings = catalog["strings"].as_object().expect("strings");
    let localized = strings.iter().map(|(key, entry)| {
        let languages = entry["localizations"].as_object().expect("languages");
        assert!(languages.keys().eq(["en", "sv"]), "{key}");
        assert_eq!(entry["extractionState"], "manual", "{key}");
        (key.clone(), languages[language.tag()].clone())
    });
    localized.collect()
}

/// `String(format:)` for what the tables may hold: `%1$@`, `%arg` in a plural, and `%%`.
fn formatted(format: &str, values: &[&str]) -> String {
    filled(format, |after| match after.strip_prefix("arg") {
        Some(after) => (values[0].to_owned(), after),
        None => at_its_place(after, "$@", values),
    })
}

fn shown(strings: &Strings, plurals: &Plurals, key: &str, values: &[&str], count: Option<u64>) -> String {
    match count {
        // English and Swedish have the form *one* for 1 alone.
        Some(count) => {
            let form = if count == 1 { "one" } else { "other" };
            formatted(&plurals[&(key.to_owned(), form.to_owned())], values)
        }
        None if values.is_empty() => strings[key].clone(),
        None => formatted(&strings[key], values),
    }
}

fn places(text: &str) -> Vec<usize> {
    let place = |place: &usize| text.contains(&format!("%{place}$@")) || *place == 1 && text.contains("%arg");
    (1..10).filter(place).collect()
}

#[test]
fn every_sentence_is_shown_as_texts_says_it() {
    for language in Language::ALL {
        let (strings, plurals) = read(&written(), language);
        same_as_texts(language, |key, values, count| shown(&strings, &plurals, key, values, count));
    }
}

#[test]
fn every_text_of_the_core_is_there_with_its_parameters() {
    for language in Language::ALL {
        let (strings, plurals) = read(&written(), language);
        every_text_of_the_core(&strings, &plurals, places);
    }
}

#[test]
fn what_a_sentence_may_hold_one_day_is_written_as_well() {
    for (source, values, wanted) in [
        ("a = Isn't \"it\" åäö?\n", &[][..], "Isn't \"it\" åäö?"),
        ("a = 100 % of 50 % done\n", &[], "100 % of 50 % done"),
        ("a = { $who } is 100 % sure, isn't { $why }?\n", &["Åsa", "%@"], "Åsa is 100 % sure, isn't %@?"),
        ("a = { $b } before { $a }\n", &["first", "second"], "second before first"),
        ("a = C:\\new \\u0041 { $x }\n", &["%1$@"], "C:\\new \\u0041 %1$@"),
        ("a =\n    first line\n    second line\n", &[], "first line\nsecond line"),
        ("a = { $n ->\n    [one] 1 % left\n   *[other] { $n } % left\n}\n", &["3"], "3 % left"),
    ] {
        let both = || [("a".to_owned(), message(source))].into_iter().collect::<source::Messages>();
        let files = ios::files(&Texts { swedish: both(), english: both() }).expect("the files");
        let files = files.into_iter().map(|file| (file.path, file.text)).collect();
        let (strings, plurals) = read(&files, Language::Sv);
        let count = message(source).count().map(|_| 3);
        assert_eq!(shown(&strings, &plurals, "a", values, count), wanted, "{source}");
    }
}
