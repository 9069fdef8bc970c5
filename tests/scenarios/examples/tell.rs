//! Reads scenarios aloud: what happens, and what the screen says then. Names of files as arguments; all without any.

use scenarios::{Scenario, folder};
use serde_json::Value;
use std::error::Error;
use std::fs;
use texts::{Language, Texts};

#[expect(clippy::print_stdout, reason = "a command that reads aloud")]
fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder())? {
        let file = entry?.file_name().into_string().unwrap_or_default();
        names.extend(file.strip_suffix(".json").map(str::to_owned));
    }
    names.sort_unstable();
    for name in names.iter().filter(|name| wanted.is_empty() || wanted.contains(name)) {
        let text = fs::read_to_string(folder().join(format!("{name}.json")))?;
        let scenario: Scenario = serde_json::from_str(&text)?;
        println!("\n# {name}\n{}\n{}\n", scenario.about, scenario.promise);
        for step in &scenario.steps {
            println!("- {}", step.about);
            if let Some(screen) = &step.screen {
                let mut lines = Vec::new();
                read(&serde_json::to_value(screen)?["screen"], "", &mut lines);
                println!("    {}", lines.join("\n    "));
            }
        }
    }
    Ok(())
}

/// Everything on a screen that has words or a value, a line each.
fn read(value: &Value, label: &str, lines: &mut Vec<String>) {
    match value {
        Value::Object(members) if members.contains_key("key") => {
            let key = members["key"].as_str().unwrap_or_default();
            let args = members.get("args").and_then(Value::as_object).into_iter().flatten();
            let args: Vec<(String, String)> = args
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect();
            let sentence = Texts::new(Language::En).format(key, &args);
            lines.push(format!("{label}: {}", sentence.unwrap_or_else(|| format!("[{key}]"))));
        }
        Value::Object(members) => members.iter().for_each(|(name, value)| read(value, name, lines)),
        Value::Array(items) => items.iter().for_each(|item| read(item, label, lines)),
        Value::Null | Value::Bool(false) => {}
        Value::String(text) => lines.push(format!("{label}: {text}")),
        other => lines.push(format!("{label}: {other}")),
    }
}
