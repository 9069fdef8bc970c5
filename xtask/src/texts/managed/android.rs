//! Android's `app_restrictions.xml` and its strings.

use super::{Configuration, Key, Kind, SOURCE, Value, escaped};
use crate::texts::android::{name, resources};
use crate::texts::{File, INFALLIBLE, Texts, xml_head};
use std::fmt::Write;

pub(super) fn files(configuration: &Configuration, texts: &Texts) -> Result<Vec<File>, String> {
    Ok(vec![
        File { path: "android/app/src/main/res/xml/app_restrictions.xml", text: restrictions(configuration) },
        File {
            path: "android/app/src/main/res/values/managed_configuration_choices.xml",
            text: choices(configuration),
        },
        File {
            path: "android/app/src/main/res/values/managed_configuration.xml",
            text: resources(&texts.english, "texts/en.ftl")?,
        },
        File {
            path: "android/app/src/main/res/values-sv/managed_configuration.xml",
            text: resources(&texts.swedish, "texts/sv.ftl")?,
        },
    ])
}

fn restrictions(configuration: &Configuration) -> String {
    let mut xml = xml_head(SOURCE);
    xml.push_str("<restrictions xmlns:android=\"http://schemas.android.com/apk/res/android\">\n");
    for key in &configuration.key {
        let (title, description) = (name(&key.title()), name(&key.description()));
        write!(
            xml,
            "    <restriction\n        android:key=\"{}\"\n        android:restrictionType=\"{}\"\n        \
             android:title=\"@string/{title}\"\n        android:description=\"@string/{description}\"\n",
            key.name,
            restriction_type(key.kind),
        )
        .expect(INFALLIBLE);
        if key.kind == Kind::Choice {
            let choices = choices_of(key);
            writeln!(xml, "        android:entries=\"@array/{choices}\"").expect(INFALLIBLE);
            writeln!(xml, "        android:entryValues=\"@array/{choices}_values\"").expect(INFALLIBLE);
        }
        let default = key.default.as_ref().map(Value::text).unwrap_or_default();
        writeln!(xml, "        android:defaultValue=\"{}\" />", escaped(&default)).expect(INFALLIBLE);
    }
    xml.push_str("</restrictions>\n");
    xml
}

/// Android has no list of texts: a list is one text with commas between.
fn restriction_type(kind: Kind) -> &'static str {
    match kind {
        Kind::String | Kind::List => "string",
        Kind::Boolean => "bool",
        Kind::Choice => "choice",
    }
}

fn choices(configuration: &Configuration) -> String {
    let mut xml = xml_head(SOURCE);
    xml.push_str("<resources>\n");
    for key in configuration.key.iter().filter(|key| key.kind == Kind::Choice) {
        let choices = choices_of(key);
        writeln!(xml, "    <string-array name=\"{choices}\">").expect(INFALLIBLE);
        for value in &key.values {
            writeln!(xml, "        <item>@string/{}</item>", name(&key.text(value))).expect(INFALLIBLE);
        }
        writeln!(
            xml,
            "    </string-array>\n    <string-array name=\"{choices}_values\" translatable=\"false\">"
        )
        .expect(INFALLIBLE);
        for value in &key.values {
            writeln!(xml, "        <item>{value}</item>").expect(INFALLIBLE);
        }
        xml.push_str("    </string-array>\n");
    }
    xml.push_str("</resources>\n");
    xml
}

fn choices_of(key: &Key) -> String {
    name(&key.text("choices"))
}
