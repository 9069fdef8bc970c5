//! The managed configuration: from `texts/managed-configuration.toml` and the texts to what device management reads on
//! each platform, and to the table in `docs/`.
//!
//! Android: <https://developer.android.com/work/managed-configurations>. iOS: the AppConfig Community's specification
//! file, <https://www.appconfig.org>.

mod android;
mod docs;
mod ios;

use super::source::{Message, Piece};
use super::{File, Texts, read};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// Titles and texts of the keys begin with this.
pub(super) const PREFIX: &str = "managed-";
const SOURCE: &str = "texts/managed-configuration.toml";

/// Everything that can be set.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Configuration {
    /// Application id and bundle identifier.
    app: String,
    version: u32,
    key: Vec<Key>,
}

/// One thing that can be set.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    name: String,
    #[serde(rename = "type")]
    kind: Kind,
    /// What a choice is between.
    #[serde(default)]
    values: Vec<String>,
    default: Option<Value>,
    /// Its value in the examples of the documentation, if it is in them.
    example: Option<Value>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    String,
    Boolean,
    Choice,
    List,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Switch(bool),
    Text(String),
    List(Vec<String>),
}

pub(super) fn files(root: &Path, texts: &Texts) -> Result<Vec<File>, String> {
    let configuration =
        Configuration::parse(&read(root, SOURCE)?).map_err(|error| format!("{SOURCE}: {error}"))?;
    let texts = texts.only(&[PREFIX]);
    configuration.has_its_texts(&texts)?;
    let page = docs::page(&read(root, docs::PATH)?, &configuration, &texts)?;
    let mut files = android::files(&configuration, &texts)?;
    files.push(ios::file(&configuration, &texts));
    files.push(File { path: docs::PATH, text: page });
    Ok(files)
}

impl Configuration {
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        let configuration: Self = toml::from_str(source).map_err(|error| error.to_string())?;
        let mut seen = BTreeSet::new();
        for key in &configuration.key {
            key.check().map_err(|reason| format!("{}: {reason}", key.name))?;
            if !seen.insert(&key.name) {
                return Err(format!("{}: stands twice", key.name));
            }
        }
        Ok(configuration)
    }

    /// Each key and value has its texts, and no text is left over.
    pub(super) fn has_its_texts(&self, texts: &Texts) -> Result<(), String> {
        let of_a_key = |key: &Key| {
            let choices = key.values.iter().map(|value| key.text(value));
            [key.title(), key.description()].into_iter().chain(choices).collect::<Vec<_>>()
        };
        let wanted: BTreeSet<String> = self.key.iter().flat_map(of_a_key).collect();
        let there: BTreeSet<String> = texts.english.keys().cloned().collect();
        if let Some(key) = wanted.symmetric_difference(&there).next() {
            let where_not = if wanted.contains(key) { "sv.ftl and en.ftl" } else { SOURCE };
            return Err(format!("{key}: not in {where_not}"));
        }
        match texts
            .english
            .iter()
            .find(|(_, message)| !matches!(message, Message::Plain(_)) || !message.parameters().is_empty())
        {
            Some((key, _)) => {
                Err(format!("{key}: an administrator reads it as it stands, so it has no parameters"))
            }
            None => Ok(()),
        }
    }
}

impl Key {
    fn check(&self) -> Result<(), String> {
        let plain =
            |word: &str| word.chars().all(|letter| letter.is_ascii_alphanumeric()) && !word.is_empty();
        let fits = |value: &Value| match (self.kind, value) {
            (Kind::Boolean, Value::Switch(_))
            | (Kind::String, Value::Text(_))
            | (Kind::List, Value::List(_)) => true,
            (Kind::Choice, Value::Text(text)) => self.values.contains(text),
            _ => false,
        };
        if !plain(&self.name) || !self.values.iter().all(|value| plain(value)) {
            Err("names and values are letters and digits".to_owned())
        } else if (self.kind == Kind::Choice) == self.values.is_empty() {
            Err("a choice has values, and nothing else has".to_owned())
        } else if matches!(self.kind, Kind::Boolean | Kind::Choice) != self.default.is_some() {
            Err("what is chosen has a default, and what is typed has none".to_owned())
        } else if !self.default.iter().chain(&self.example).all(fits) {
            Err("the default or the example is not of its type".to_owned())
        } else {
            Ok(())
        }
    }

    fn title(&self) -> String {
        self.text("title")
    }

    fn description(&self) -> String {
        self.text("text")
    }

    /// The key of one of its texts: `managed-push-transport-socket`.
    fn text(&self, of: &str) -> String {
        format!("{PREFIX}{}-{}", hyphened(&self.name), hyphened(of))
    }
}

impl Value {
    /// As one text: a list with commas between.
    fn text(&self) -> String {
        match self {
            Self::Switch(on) => on.to_string(),
            Self::Text(text) => text.clone(),
            Self::List(texts) => texts.join(","),
        }
    }
}

/// `serverUrl` as `server-url`.
fn hyphened(name: &str) -> String {
    let letters = name.chars().flat_map(|letter| {
        letter.is_ascii_uppercase().then_some('-').into_iter().chain([letter.to_ascii_lowercase()])
    });
    letters.collect()
}

/// A text without parameters.
pub(super) fn sentence(message: &Message) -> String {
    let (Message::Plain(pieces) | Message::Plural { other: pieces, .. }) = message;
    let text = |piece: &Piece| match piece {
        Piece::Text(text) | Piece::Parameter(text) => text.clone(),
    };
    pieces.iter().map(text).collect()
}

/// Text as it stands in XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
