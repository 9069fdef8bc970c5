//! What the build accepts as a source of texts, and what its errors say.

#[path = "../build/source.rs"]
mod source;

use source::{Message, Piece, parse, same};

fn refused(text: &str) -> String {
    parse(text).expect_err("this is outside the subset")
}

#[test]
fn text_parameters_and_one_plural_are_the_subset() {
    let messages =
        parse("a = Hej { $name }!\nb = Du har { $n ->\n  [one] en fråga\n *[other] { $n } frågor\n } kvar\n")
            .expect("inside the subset");
    assert_eq!(messages["a"].parameters(), ["name"]);
    assert_eq!(messages["b"].count(), Some("n"));
    let Message::Plural { one, .. } = &messages["b"] else { panic!("a plural") };
    assert_eq!(one.first(), Some(&Piece::Text("Du har ".to_owned())));
    assert_eq!(one.last(), Some(&Piece::Text(" kvar".to_owned())));
}

#[test]
fn what_a_phone_cannot_express_is_refused_with_its_key() {
    for (text, reason) in [
        ("-brand = Styrk\n", "terms"),
        ("a = A\n    .title = B\n", "attributes"),
        ("a = { b }\nb = B\n", "only { $name }"),
        ("a = { NUMBER($n) }\n", "only { $name }"),
        ("a = { \"quoted\" }\n", "only { $name }"),
        ("a = { $n ->\n  [one] x\n  [few] y\n *[other] z\n }\n", "two forms"),
        ("a = { $n ->\n  [1] x\n *[other] z\n }\n", "two forms"),
        ("a = { $n ->\n *[one] x\n  [other] z\n }\n", "two forms"),
        (
            "a = { $n ->\n  [one] x\n *[other] z\n } { $m ->\n  [one] x\n *[other] z\n }\n",
            "at most one plural",
        ),
        (
            "a = { $n ->\n  [one] x\n *[other] { $m ->\n   [one] x\n  *[other] z\n  }\n }\n",
            "no plural inside a plural",
        ),
        ("a = { $userName }\n", "a parameter is"),
        ("aB = x\n", "a key is"),
        ("a = x\na = y\n", "stands twice"),
    ] {
        let error = refused(text);
        assert!(error.contains(reason) && error.contains('a'), "{text}: {error}");
    }
}

#[test]
fn a_key_or_parameter_that_one_language_lacks_is_named() {
    let both = |swedish: &str, english: &str| {
        same(&parse(swedish).expect("Swedish"), &parse(english).expect("English"))
    };
    assert_eq!(both("a = x\nb = y\n", "a = x\nb = y\n"), Ok(()));
    assert_eq!(both("a = x\nb = y\n", "a = x\n"), Err("b: missing in en.ftl".to_owned()));
    assert_eq!(both("a = x\n", "a = x\nc = z\n"), Err("c: missing in sv.ftl".to_owned()));
    let differ = both("a = { $name }\n", "a = { $host }\n").expect_err("they differ");
    assert!(differ.starts_with("a: the parameters differ"), "{differ}");
    let differ =
        both("a = { $n ->\n  [one] x\n *[other] { $n }\n }\n", "a = { $n }\n").expect_err("they differ");
    assert!(differ.starts_with("a: the parameters differ"), "{differ}");
}
