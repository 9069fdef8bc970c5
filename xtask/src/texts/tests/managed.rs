//! Both schemas of the managed configuration have every key of their source, in both languages.

use super::on_android::{compiled, read};
use super::{texts, written};
use crate::texts::managed::{Configuration, PREFIX, sentence};
use crate::texts::{Texts, source};
use roxmltree::{Document, Node};
use std::collections::BTreeSet;

const ANDROID: &str = "http://schemas.android.com/apk/res/android";

fn elements<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Node<'a, 'input> {
    elements(node).find(|child| child.has_tag_name(name)).unwrap_or_else(|| panic!("{name} is missing"))
}

const KEYS: &[(&str, &str, &str)] = &[
    ("serverUrl", "string", "string"),
    ("userHint", "string", "string"),
    ("enrolmentToken", "string", "string"),
    ("requireBiometric", "bool", "boolean"),
    ("allowDeviceCredential", "bool", "boolean"),
    ("allowTotp", "bool", "boolean"),
    ("allowScreenshots", "bool", "boolean"),
    ("pinnedSpki", "string", "stringArray"),
    ("pushTransport", "choice", "string"),
    ("supportUrl", "string", "string"),
];

#[test]
fn android_knows_every_key_with_its_type_and_its_texts() {
    let written = written();
    let xml =
        Document::parse(&written["android/app/src/main/res/xml/app_restrictions.xml"]).expect("well-formed");
    let languages = ["values", "values-sv"]
        .map(|folder| read(&format!("android/app/src/main/res/{folder}/managed_configuration.xml")).0);
    let mut keys = Vec::new();
    for restriction in elements(xml.root_element()) {
        let of = |name: &str| {
            restriction.attribute((ANDROID, name)).unwrap_or_else(|| panic!("{name} is missing"))
        };
        keys.push((of("key"), of("restrictionType")));
        for text in ["title", "description"] {
            let key = of(text).strip_prefix("@string/").expect("a resource").replace('_', "-");
            assert!(languages.iter().all(|strings| strings.contains_key(&key)), "{key}");
        }
    }
    assert!(keys.into_iter().eq(KEYS.iter().map(|(key, android, _)| (*key, *android))));
}

#[test]
fn a_choice_on_android_has_a_name_for_each_value() {
    let written = written();
    let strings = read("android/app/src/main/res/values/managed_configuration.xml").0;
    let xml = &written["android/app/src/main/res/values/managed_configuration_choices.xml"];
    let xml = Document::parse(xml).expect("well-formed");
    let arrays: Vec<Vec<&str>> = elements(xml.root_element())
        .map(|array| elements(array).map(|item| item.text().expect("a value")).collect())
        .collect();
    let [names, values] = &arrays[..] else { panic!("one choice") };
    assert_eq!(values, &["automatic", "unifiedPush", "socket"]);
    let names: Vec<&String> = names
        .iter()
        .map(|name| &strings[&name.strip_prefix("@string/").expect("a resource").replace('_', "-")])
        .collect();
    assert_eq!(names, ["Automatic", "UnifiedPush (Android only)", "The app\\'s own connection only"]);
}

#[test]
fn what_an_administrator_reads_on_android_is_what_the_texts_say() {
    let texts = texts().only(&[PREFIX]);
    for (messages, folder) in [(&texts.english, "values"), (&texts.swedish, "values-sv")] {
        let strings = read(&format!("android/app/src/main/res/{folder}/managed_configuration.xml")).0;
        assert_eq!(strings.len(), messages.len());
        for (key, message) in messages {
            assert_eq!(compiled(&strings[key]), sentence(message), "{key} in {folder}");
        }
    }
}

#[test]
fn ios_knows_every_key_with_its_type_and_its_texts() {
    let written = written();
    let xml = Document::parse(&written["ios/managed-configuration.xml"]).expect("well-formed");
    let values = elements(child(xml.root_element(), "dict"));
    let values = values.map(|value| (value.attribute("keyName").expect("a name"), value.tag_name().name()));
    assert!(values.eq(KEYS.iter().map(|(key, _, ios)| (*key, *ios))));
    let fields: Vec<_> = elements(child(xml.root_element(), "presentation")).collect();
    assert!(
        fields
            .iter()
            .map(|field| field.attribute("keyName").expect("a name"))
            .eq(KEYS.iter().map(|key| key.0))
    );
    let mut said = BTreeSet::new();
    for node in fields.iter().flat_map(Node::descendants).filter(|node| node.has_tag_name("language")) {
        said.insert((node.attribute("value").expect("a language"), node.text().expect("words").to_owned()));
    }
    let texts = texts().only(&[PREFIX]);
    let languages = [("en-US", &texts.english), ("sv-SE", &texts.swedish)];
    let wanted =
        languages.iter().flat_map(|(tag, all)| all.values().map(|message| (*tag, sentence(message))));
    assert_eq!(said, wanted.collect());
}

#[test]
fn the_documentation_names_every_key_and_its_examples_can_be_read() {
    let page = &written()["docs/managed-configuration.md"];
    for (key, _, _) in KEYS {
        assert!(page.contains(&format!("\n| `{key}` |")), "{key}");
    }
    let example = |language: &str| {
        let (_, rest) = page.split_once(&format!("```{language}\n")).expect("an example");
        rest.split_once("```").expect("its end").0
    };
    let plist = Document::parse(example("xml")).expect("well-formed");
    let plist: Vec<_> = elements(plist.root_element()).filter(|node| node.has_tag_name("key")).collect();
    let json: serde_json::Value = serde_json::from_str(example("json")).expect("JSON");
    let json = json["managedProperty"].as_array().expect("properties");
    assert!(plist.iter().map(|key| key.text()).eq(json.iter().map(|property| property["key"].as_str())));
    assert!(plist.len() > 3);
}

#[test]
fn a_mistake_in_the_source_is_named() {
    let source = |key: &str| Configuration::parse(&format!("app = \"a.b\"\nversion = 1\n{key}"));
    let key = |rest: &str| format!("[[key]]\nname = \"one\"\n{rest}\n");
    let twice = key("type = \"string\"").repeat(2);
    for (wrong, reason) in [
        (key("type = \"number\""), "unknown variant"),
        (key("type = \"boolean\""), "one: what is chosen has a default"),
        (key("type = \"string\"\ndefault = \"x\""), "one: what is chosen has a default"),
        (key("type = \"boolean\"\ndefault = \"true\""), "one: the default or the example"),
        (key("type = \"list\"\nexample = \"x\""), "one: the default or the example"),
        (key("type = \"choice\"\ndefault = \"a\""), "one: a choice has values"),
        (key("type = \"choice\"\nvalues = [\"a\"]\ndefault = \"b\""), "one: the default or the example"),
        (key("type = \"string\"\nvalues = [\"a\"]"), "one: a choice has values"),
        (key("type = \"string\"\ncolour = \"red\""), "unknown field"),
        (key("type = \"string\"").replace("\"one\"", "\"one two\""), "one two: names and values"),
        (twice, "one: stands twice"),
    ] {
        let error = source(&wrong).err().unwrap_or_else(|| panic!("this is accepted: {wrong}"));
        assert!(error.contains(reason), "{wrong}: {error}");
    }
}

#[test]
fn a_key_without_its_texts_and_a_text_without_its_key_are_named() {
    let key = "app = \"a.b\"\nversion = 1\n[[key]]\nname = \"theOne\"\ntype = \"string\"\n";
    let configuration = Configuration::parse(key).expect("a key");
    let check = |ftl: &str| {
        let messages = || source::parse(ftl).expect("inside the subset");
        configuration.has_its_texts(&Texts { swedish: messages(), english: messages() })
    };
    let both = "managed-the-one-title = A\nmanaged-the-one-text = B\n";
    assert_eq!(check(both), Ok(()));
    for (ftl, key) in [
        ("managed-the-one-title = A\n".to_owned(), "managed-the-one-text: not in sv.ftl"),
        (format!("{both}managed-other = C\n"), "managed-other: not in texts/managed"),
        (both.replace('B', "{ $b }"), "managed-the-one-text: an administrator"),
    ] {
        let error = check(&ftl).expect_err("refused");
        assert!(error.starts_with(key), "{error}");
    }
}
