//! What `texts/` becomes for the phones: Android's and iOS's resources, and what device management can set. Written,
//! committed, and compared in the checks. `texts/README.md` says how a shell finds a sentence there.

mod android;
mod ios;
mod managed;
#[path = "../../texts/build/source.rs"]
mod source;
#[cfg(test)]
mod tests;

use crate::generated::{self, File, read};
use source::{Message, Messages, Piece};
use std::path::Path;

const INFALLIBLE: &str = "writing to a String does not fail";

/// Keys of the app's sentences begin with one of these; the rest is for the pages.
const APP: &[&str] = &["common-", "phone-"];

/// The texts of the app, in both languages.
struct Texts {
    swedish: Messages,
    english: Messages,
}

/// Writes the committed files anew.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    generated::write(root, files(root)?)
}

/// Writing again changes nothing.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    generated::check(root, files(root)?, "texts")
}

fn files(root: &Path) -> Result<Vec<File>, String> {
    let texts = Texts::read(root)?;
    let app = texts.only(APP);
    let parts = [android::files(&app)?, ios::files(&app)?, managed::files(root, &texts)?];
    Ok(parts.into_iter().flatten().collect())
}

impl Texts {
    fn read(root: &Path) -> Result<Self, String> {
        let language = |path| source::parse(&read(root, path)?).map_err(|error| format!("{path}: {error}"));
        let (swedish, english) = (language("texts/sv.ftl")?, language("texts/en.ftl")?);
        source::same(&swedish, &english)?;
        Ok(Self { swedish, english })
    }

    /// Those whose keys begin with one of `prefixes`.
    fn only(&self, prefixes: &[&str]) -> Self {
        let some = |all: &Messages| {
            let kept = all.iter().filter(|(key, _)| prefixes.iter().any(|prefix| key.starts_with(prefix)));
            kept.map(|(key, message)| (key.clone(), message.clone())).collect()
        };
        Self { swedish: some(&self.swedish), english: some(&self.english) }
    }
}

/// How a file of XML begins that is written from `source`.
fn xml_head(source: &str) -> String {
    let written = format!("<!-- Written by `cargo xtask texts` from {source}: change it there. -->");
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{written}\n")
}

/// A sentence as a format string: parameters become placeholders by their place, from 1, in the order of their names.
/// The order is the same in every language, and a shell has it by sorting. A sentence without parameters is not
/// formatted, so its percent signs stay single.
fn format(pieces: &[Piece], names: &[&str], placeholder: impl Fn(usize) -> String) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) if names.is_empty() => text.clone(),
        Piece::Text(text) => text.replace('%', "%%"),
        Piece::Parameter(name) => {
            let place = names.iter().position(|other| other == name);
            placeholder(place.expect("a message lists its own parameters") + 1)
        }
    };
    pieces.iter().map(piece).collect()
}

/// A shell knows which number selects the plural form because it is the only parameter.
fn counts_only(key: &str, message: &Message) -> Result<(), String> {
    if message.count().is_some() && message.parameters().len() > 1 {
        return Err(format!("{key}: a plural of the app has its count and no other parameter"));
    }
    Ok(())
}
