//! What Android would show.

use super::{
    Plurals, Strings, at_its_place, every_text_of_the_core, filled, message, same_as_texts, written,
};
use crate::texts::{android, format, source};
use std::path::Path;
use texts::Language;

pub(super) fn read(path: &str) -> (Strings, Plurals) {
    let written = written();
    let xml = roxmltree::Document::parse(&written[path]).expect("well-formed");
    let (mut strings, mut plurals) = (Strings::new(), Plurals::new());
    let text = |node: &roxmltree::Node<'_, '_>| node.text().unwrap_or_default().to_owned();
    let key = |node: &roxmltree::Node<'_, '_>| node.attribute("name").expect("a name").replace('_', "-");
    for node in xml.root_element().children().filter(roxmltree::Node::is_element) {
        match node.tag_name().name() {
            "string" => assert!(strings.insert(key(&node), text(&node)).is_none(), "{}", key(&node)),
            "plurals" => {
                for item in node.children().filter(roxmltree::Node::is_element) {
                    let form = item.attribute("quantity").expect("a form").to_owned();
                    assert!(plurals.insert((key(&node), form), text(&item)).is_none());
                }
            }
            other => panic!("a resource {other}"),
        }
    }
    (strings, plurals)
}

/// What the resource compiler makes of the text of a resource: spaces collapse, backslashes escape, quotes keep.
pub(super) fn compiled(text: &str) -> String {
    let text = text.trim_matches(|letter: char| letter.is_ascii_whitespace());
    assert!(!text.starts_with(['@', '?']), "names a resource or an attribute: {text}");
    let (mut out, mut quoted, mut space) = (String::new(), false, false);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_whitespace() && !quoted {
            if !space {
                out.push(' ');
            }
            space = true;
            continue;
        }
        space = false;
        match letter {
            '"' => quoted = !quoted,
            '\'' if !quoted => panic!("an unescaped apostrophe: {text}"),
            '\\' => match letters.next().expect("something after a backslash") {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'u' => {
                    let digits: String = letters.by_ref().take(4).collect();
                    let code = u32::from_str_radix(&digits, 16).expect("four hexadecimal digits");
                    out.push(char::from_u32(code).expect("a character"));
                }
                escaped => out.push(escaped),
            },
            _ => out.push(letter),
        }
    }
    assert!(!quoted, "a quote stands alone: {text}");
    out
}

/// `String.format` of Java for what the resources may hold: `%1$s` and `%%`.
fn formatted(format: &str, values: &[&str]) -> String {
    filled(format, |after| at_its_place(after, "$s", values))
}

fn places(text: &str) -> Vec<usize> {
    let found = (1..10).filter(|place| text.contains(&format!("%{place}$s"))).collect();
    let marks: usize = (1..10).map(|place| text.matches(&format!("%{place}$s")).count()).sum();
    assert_eq!(text.replace("%%", "").matches('%').count(), marks, "another placeholder: {text}");
    found
}

fn shown(strings: &Strings, plurals: &Plurals, key: &str, values: &[&str], count: Option<u64>) -> String {
    match count {
        // English and Swedish have the form *one* for 1 alone.
        Some(count) => {
            let form = if count == 1 { "one" } else { "other" };
            formatted(&compiled(&plurals[&(key.to_owned(), form.to_owned())]), values)
        }
        None if values.is_empty() => compiled(&strings[key]),
        None => formatted(&compiled(&strings[key]), values),
    }
}

fn path(language: Language) -> &'static str {
    match language {
        Language::En => "android/app/src/main/res/values/strings.xml",
        Language::Sv => "android/app/src/main/res/values-sv/strings.xml",
    }
}

#[test]
fn every_sentence_is_shown_as_texts_says_it() {
    for language in Language::ALL {
        let (strings, plurals) = read(path(language));
        same_as_texts(language, |key, values, count| shown(&strings, &plurals, key, values, count));
    }
}

#[test]
fn every_text_of_the_core_is_there_with_its_parameters() {
    for language in Language::ALL {
        let (strings, plurals) = read(path(language));
        every_text_of_the_core(&strings, &plurals, places);
    }
}

/// A release build removes what it finds no reference to, and the shell finds these by name.
#[test]
fn a_release_build_keeps_every_sentence() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let file = std::fs::read_to_string(root.join("android/app/src/main/res/raw/keep.xml")).expect("a file");
    let xml = roxmltree::Document::parse(&file).expect("well-formed");
    let keep =
        xml.root_element().attribute(("http://schemas.android.com/tools", "keep")).expect("what to keep");
    let kept = |kind: &str, key: &str| {
        let resource = format!("@{kind}/{}", android::name(key));
        keep.split(',').any(|pattern| resource.starts_with(pattern.strip_suffix('*').expect("a pattern")))
    };
    let (strings, plurals) = read(path(Language::En));
    assert!(strings.keys().all(|key| kept("string", key)), "{keep}");
    assert!(plurals.keys().all(|(key, _)| kept("plurals", key)), "{keep}");
}

#[test]
fn what_a_sentence_may_hold_one_day_is_escaped_as_well() {
    for (source, values, wanted) in [
        ("a = Isn't \"it\"?\n", &[][..], "Isn't \"it\"?"),
        ("a = 100 % of 50 % done\n", &[], "100 % of 50 % done"),
        ("a = { $who } is 100 % sure, isn't { $why }?\n", &["Åsa", "Öst"], "Åsa is 100 % sure, isn't Öst?"),
        ("a = { $b } before { $a }\n", &["first", "second"], "second before first"),
        ("a = @home\n", &[], "@home"),
        ("a = ?\n", &[], "?"),
        ("a = C:\\new <b>&amp;</b> \\u0041 { $x }\n", &["%1$s"], "C:\\new <b>&amp;</b> \\u0041 %1$s"),
        ("a = two  spaces\n", &[], "two  spaces"),
        ("a =\n    first line\n    second line\n", &[], "first line\nsecond line"),
    ] {
        let message = message(source);
        let names = message.parameters();
        let source::Message::Plain(pieces) = &message else { panic!("not a plural") };
        let text = android::escaped(&format(pieces, &names, |place| format!("%{place}$s")));
        // The same text between tags, as the XML reader hands it on.
        let xml = format!("<string>{text}</string>");
        let xml = roxmltree::Document::parse(&xml).expect("well-formed");
        let value = compiled(xml.root_element().text().expect("text"));
        let shown = if names.is_empty() { value } else { formatted(&value, values) };
        assert_eq!(shown, wanted, "{source}");
    }
}

#[test]
fn a_percent_sign_alone_is_not_taken_for_a_placeholder() {
    let messages = source::parse("a = 10 % or 20 %\n").expect("inside the subset");
    let xml = android::resources(&messages, "a test").expect("resources");
    assert!(xml.contains("<string name=\"a\" formatted=\"false\">10 % or 20 %</string>"), "{xml}");
}
