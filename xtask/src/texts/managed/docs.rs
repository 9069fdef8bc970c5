//! The table and the examples in the documentation, between two marks each.

use super::{Configuration, Key, Kind, Value, escaped, sentence};
use crate::texts::{INFALLIBLE, Texts};
use serde_json::json;
use std::fmt::Write;

pub(super) const PATH: &str = "docs/managed-configuration.md";

/// The page with everything between its marks written anew.
pub(super) fn page(page: &str, configuration: &Configuration, texts: &Texts) -> Result<String, String> {
    let page = between(page, "keys", &table(configuration, texts))?;
    let page = between(&page, "plist", &format!("```xml\n{}```\n", plist(configuration)))?;
    between(&page, "json", &format!("```json\n{}\n```\n", android_json(configuration)?))
}

fn between(page: &str, mark: &str, text: &str) -> Result<String, String> {
    let (begin, end) =
        (format!("<!-- {mark}: written by `cargo xtask texts` -->\n"), format!("<!-- end of {mark} -->\n"));
    let missing = || format!("{PATH}: the marks of {mark} are missing");
    let (before, rest) = page.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}\n{text}\n{end}{after}"))
}

fn table(configuration: &Configuration, texts: &Texts) -> String {
    let mut table = String::from("| key | type | default | what it does |\n|---|---|---|---|\n");
    for key in &configuration.key {
        let default = key.default.as_ref().map_or("–".to_owned(), |value| format!("`{}`", value.text()));
        let says = |text: &str| sentence(&texts.english[text]).replace('|', "\\|");
        let title = says(&key.title());
        let text = says(&key.description());
        writeln!(table, "| `{}` | {} | {default} | {title}. {text} |", key.name, kind(key))
            .expect(INFALLIBLE);
    }
    table
}

fn kind(key: &Key) -> String {
    match key.kind {
        Kind::String => "text".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::List => "list of texts".to_owned(),
        Kind::Choice => {
            let values: Vec<String> = key.values.iter().map(|value| format!("`{value}`")).collect();
            format!("one of {}", values.join(", "))
        }
    }
}

fn plist(configuration: &Configuration) -> String {
    let mut plist = String::from("<dict>\n");
    for (key, example) in examples(configuration) {
        writeln!(plist, "  <key>{}</key>", key.name).expect(INFALLIBLE);
        match example {
            Value::Switch(on) => writeln!(plist, "  <{on}/>"),
            Value::Text(text) => writeln!(plist, "  <string>{}</string>", escaped(text)),
            Value::List(texts) => {
                let texts: String =
                    texts.iter().map(|text| format!("    <string>{}</string>\n", escaped(text))).collect();
                writeln!(plist, "  <array>\n{texts}  </array>")
            }
        }
        .expect(INFALLIBLE);
    }
    plist.push_str("</dict>\n");
    plist
}

fn android_json(configuration: &Configuration) -> Result<String, String> {
    let property = |(key, example): (&Key, &Value)| match example {
        Value::Switch(on) => json!({ "key": key.name, "valueBool": on }),
        other => json!({ "key": key.name, "valueString": other.text() }),
    };
    let properties: Vec<_> = examples(configuration).map(property).collect();
    let whole = json!({
        "kind": "androidenterprise#managedConfiguration",
        "productId": format!("app:{}", configuration.app),
        "managedProperty": properties,
    });
    serde_json::to_string_pretty(&whole).map_err(|error| error.to_string())
}

fn examples(configuration: &Configuration) -> impl Iterator<Item = (&Key, &Value)> {
    configuration.key.iter().filter_map(|key| Some((key, key.example.as_ref()?)))
}
