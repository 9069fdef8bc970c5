//! iOS's strings as String Catalogs, in the form in which Xcode itself writes them:
//! <https://developer.apple.com/documentation/xcode/localizing-and-varying-text-with-a-string-catalog>.
//! Plurals are a table of their own, so that a shell knows them from the rest.

use super::source::{Message, Piece};
use super::{File, Texts, counts_only, format};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use serde_json::{Map, Value, json};
use std::io;

/// The table of the sentences, and that of those with a number in them.
pub(super) fn files(app: &Texts) -> Result<Vec<File>, String> {
    let (mut strings, mut plurals) = (Map::new(), Map::new());
    for (key, english) in &app.english {
        counts_only(key, english)?;
        let table = if english.count().is_some() { &mut plurals } else { &mut strings };
        let localizations = json!({ "en": localization(english), "sv": localization(&app.swedish[key]) });
        // Manual: otherwise Xcode takes a key that no code mentions for one that is no longer used.
        table.insert(key.clone(), json!({ "extractionState": "manual", "localizations": localizations }));
    }
    Ok(vec![
        File { path: "ios/Resources/Localizable.xcstrings", text: catalog(strings)? },
        File { path: "ios/Resources/Plurals.xcstrings", text: catalog(plurals)? },
    ])
}

fn localization(message: &Message) -> Value {
    let names = message.parameters();
    match message {
        Message::Plain(pieces) => unit(&format(pieces, &names, |place| format!("%{place}$@"))),
        Message::Plural { count, one, other } => {
            let form = |pieces: &[Piece]| unit(&format(pieces, &names, |_| "%arg".to_owned()));
            let forms = json!({ "one": form(one), "other": form(other) });
            let number = json!({ "argNum": 1, "formatSpecifier": "lld", "variations": { "plural": forms } });
            let mut whole = unit(&format!("%#@{count}@"));
            whole["substitutions"] = json!({ count.as_str(): number });
            whole
        }
    }
}

fn unit(value: &str) -> Value {
    json!({ "stringUnit": { "state": "translated", "value": value } })
}

fn catalog(strings: Map<String, Value>) -> Result<String, String> {
    let catalog = json!({ "sourceLanguage": "en", "strings": strings, "version": "1.0" });
    let mut text = Vec::new();
    catalog
        .serialize(&mut Serializer::with_formatter(&mut text, AsXcode(PrettyFormatter::new())))
        .map_err(|error| error.to_string())?;
    String::from_utf8(text).map_err(|error| error.to_string())
}

/// JSON with a space before each colon, so that opening and saving in Xcode changes nothing.
struct AsXcode(PrettyFormatter<'static>);

impl Formatter for AsXcode {
    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b" : ")
    }

    fn end_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
