//! What Android and iOS would show is what `texts` says, for every sentence of the app in every language.

mod managed;
mod on_android;
mod on_ios;

use super::{APP, Texts, android, ios, source};
use std::collections::BTreeMap;
use std::path::Path;
use texts::Language;

/// What a parameter may hold: nothing in it is ever taken for a placeholder or an escape.
const VALUES: &[&str] = &["Region X", "d'Arc \"& <b>Co</b>\" 100 %1$s %@ \\n @åäö?"];
const COUNTS: &[&str] = &["0", "1", "3", "21"];

/// A language as an app holds it: a string by its key, a plural by its key and form.
type Strings = BTreeMap<String, String>;
type Plurals = BTreeMap<(String, String), String>;

fn texts() -> Texts {
    Texts::read(Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository")).expect("the texts")
}

/// Every file that is written for the app, by its path.
fn written() -> BTreeMap<&'static str, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    super::files(root).expect("the files").into_iter().map(|file| (file.path, file.text)).collect()
}

/// A message of its own, for what no sentence has yet.
fn message(source: &str) -> source::Message {
    source::parse(source).expect("inside the subset").into_values().next().expect("one message")
}

/// A format string with what stands behind each single percent sign put in: `value` says what, and where it goes on.
fn filled<'a>(format: &'a str, value: impl Fn(&'a str) -> (String, &'a str)) -> String {
    let mut out = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        let (shown, behind) = match after.strip_prefix('%') {
            Some(after) => ("%".to_owned(), after),
            None => value(after),
        };
        out += before;
        out += &shown;
        rest = behind;
    }
    out + rest
}

/// The value of a placeholder that is a place, from 1, and then `end`.
fn at_its_place<'a>(after: &'a str, end: &str, values: &[&str]) -> (String, &'a str) {
    let (place, after) = after.split_once(end).expect("a place");
    (values[place.parse::<usize>().expect("a number") - 1].to_owned(), after)
}

/// Compares every sentence of the app with what `shown` makes of its key, the values in the order of their names, and
/// the count if the key is a plural.
fn same_as_texts(language: Language, shown: impl Fn(&str, &[&str], Option<u64>) -> String) {
    let texts = texts();
    let mut compared = 0;
    for (key, message) in texts.only(APP).english {
        let names = message.parameters();
        let values = if message.count().is_some() { COUNTS } else { VALUES };
        for value in values {
            let values = vec![*value; names.len()];
            let args: Vec<_> = names.iter().map(|name| ((*name).to_owned(), (*value).to_owned())).collect();
            let wanted = texts::Texts::new(language).format(&key, &args).expect("every key has a sentence");
            let count = message.count().map(|_| value.parse().expect("a count"));
            assert_eq!(shown(&key, &values, count), wanted, "{key} in {}", language.tag());
            compared += 1;
        }
    }
    assert!(compared > 200, "only {compared} were compared");
}

/// The keys and parameter names of the core, against the places in a language: each is there, and no other.
fn every_text_of_the_core(strings: &Strings, plurals: &Plurals, places: impl Fn(&str) -> Vec<usize>) {
    let texts = texts();
    for (key, parameters) in authenticator_core::texts() {
        let mut by_name = parameters.to_vec();
        by_name.sort_unstable();
        for messages in [&texts.swedish, &texts.english] {
            assert_eq!(messages[*key].parameters(), by_name, "{key}");
        }
        let all: Vec<usize> = (1..=parameters.len()).collect();
        let other = plurals.get(&((*key).to_owned(), "other".to_owned()));
        let sentence = strings.get(*key).or(other).unwrap_or_else(|| panic!("{key} is missing"));
        assert_eq!(places(sentence), all, "{key}: {sentence}");
    }
}

#[test]
fn a_plural_with_two_parameters_is_refused() {
    let source = "phone-a = { $n ->\n    [one] one for { $who }\n   *[other] { $n } for { $who }\n}\n";
    let messages = source::parse(source).expect("inside the subset");
    let refused = android::resources(&messages, "a test").expect_err("a second parameter");
    assert!(refused.starts_with("phone-a: "), "{refused}");
    let both = Texts { swedish: messages.clone(), english: messages };
    assert!(ios::files(&both).is_err_and(|refused| refused.starts_with("phone-a: ")));
}
