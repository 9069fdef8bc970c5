//! The specification file of the AppConfig Community, which device management turns into a form.

use super::{Configuration, Key, Kind, SOURCE, Value, escaped, sentence};
use crate::texts::{File, INFALLIBLE, Texts, xml_head};
use std::fmt::Write;

pub(super) fn file(configuration: &Configuration, texts: &Texts) -> File {
    let Configuration { app, version, .. } = configuration;
    let mut xml = xml_head(SOURCE) + "<managedAppConfiguration>\n";
    writeln!(xml, "  <version>{version}</version>\n  <bundleId>{}</bundleId>\n  <dict>", escaped(app))
        .expect(INFALLIBLE);
    for key in &configuration.key {
        value(&mut xml, key);
    }
    xml.push_str("  </dict>\n  <presentation defaultLocale=\"en-US\">\n");
    for key in &configuration.key {
        field(&mut xml, key, texts);
    }
    xml.push_str("  </presentation>\n</managedAppConfiguration>\n");
    File { path: "ios/managed-configuration.xml", text: xml }
}

fn value(xml: &mut String, key: &Key) {
    let element = match key.kind {
        Kind::String | Kind::Choice => "string",
        Kind::Boolean => "boolean",
        Kind::List => "stringArray",
    };
    writeln!(xml, "    <{element} keyName=\"{}\">", key.name).expect(INFALLIBLE);
    if let Some(default) = key.default.as_ref().map(Value::text) {
        let default = escaped(&default);
        writeln!(xml, "      <defaultValue>\n        <value>{default}</value>\n      </defaultValue>")
            .expect(INFALLIBLE);
    }
    if key.values.is_empty() {
        xml.push_str("      <constraint nullable=\"true\" />\n");
    } else {
        xml.push_str("      <constraint nullable=\"true\">\n        <values>\n");
        for value in &key.values {
            writeln!(xml, "          <value>{value}</value>").expect(INFALLIBLE);
        }
        xml.push_str("        </values>\n      </constraint>\n");
    }
    writeln!(xml, "    </{element}>").expect(INFALLIBLE);
}

fn field(xml: &mut String, key: &Key, texts: &Texts) {
    let kind = match key.kind {
        Kind::String => "input",
        Kind::Boolean => "checkbox",
        Kind::Choice => "select",
        Kind::List => "list",
    };
    writeln!(xml, "    <field keyName=\"{}\" type=\"{kind}\">", key.name).expect(INFALLIBLE);
    for (element, text) in [("label", key.title()), ("description", key.description())] {
        writeln!(xml, "      <{element}>").expect(INFALLIBLE);
        languages(xml, "        ", &text, texts);
        writeln!(xml, "      </{element}>").expect(INFALLIBLE);
    }
    if !key.values.is_empty() {
        xml.push_str("      <options>\n");
        for value in &key.values {
            writeln!(xml, "        <option value=\"{value}\">").expect(INFALLIBLE);
            languages(xml, "          ", &key.text(value), texts);
            xml.push_str("        </option>\n");
        }
        xml.push_str("      </options>\n");
    }
    xml.push_str("    </field>\n");
}

fn languages(xml: &mut String, indent: &str, text: &str, texts: &Texts) {
    for (language, messages) in [("en-US", &texts.english), ("sv-SE", &texts.swedish)] {
        let words = escaped(&sentence(&messages[text]));
        writeln!(xml, "{indent}<language value=\"{language}\">{words}</language>").expect(INFALLIBLE);
    }
}
