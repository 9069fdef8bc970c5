//! Android's string resources. What must be escaped, and how:
//! <https://developer.android.com/guide/topics/resources/string-resource#FormattingAndStyling>.

use super::source::{Message, Messages, Piece};
use super::{File, INFALLIBLE, Texts, counts_only, format, xml_head};
use std::fmt::Write;

/// English is what a phone in any other language shows.
pub(super) fn files(app: &Texts) -> Result<Vec<File>, String> {
    Ok(vec![
        File {
            path: "android/app/src/main/res/values/strings.xml",
            text: resources(&app.english, "texts/en.ftl")?,
        },
        File {
            path: "android/app/src/main/res/values-sv/strings.xml",
            text: resources(&app.swedish, "texts/sv.ftl")?,
        },
    ])
}

pub(super) fn resources(messages: &Messages, from: &str) -> Result<String, String> {
    let mut xml = xml_head(from) + "<resources>\n";
    for (key, message) in messages {
        counts_only(key, message)?;
        resource(&mut xml, key, message);
    }
    xml.push_str("</resources>\n");
    Ok(xml)
}

fn resource(xml: &mut String, key: &str, message: &Message) {
    let (name, names) = (name(key), message.parameters());
    let value = |pieces: &[Piece]| format(pieces, &names, |place| format!("%{place}$s"));
    match message {
        Message::Plain(pieces) => {
            let value = value(pieces);
            // Otherwise the compiler takes two percent signs for two placeholders without places.
            let plain = if names.is_empty() && value.contains('%') { " formatted=\"false\"" } else { "" };
            writeln!(xml, "    <string name=\"{name}\"{plain}>{}</string>", escaped(&value))
        }
        Message::Plural { one, other, .. } => writeln!(
            xml,
            "    <plurals name=\"{name}\">\n        <item quantity=\"one\">{}</item>\n        \
             <item quantity=\"other\">{}</item>\n    </plurals>",
            escaped(&value(one)),
            escaped(&value(other)),
        ),
    }
    .expect(INFALLIBLE);
}

/// The resource of a key: it may have no hyphens.
pub(super) fn name(key: &str) -> String {
    key.replace('-', "_")
}

/// As it stands between the tags of a resource.
pub(super) fn escaped(value: &str) -> String {
    let mut safe = String::new();
    let last = value.chars().count().saturating_sub(1);
    let mut before = None;
    for (place, letter) in value.chars().enumerate() {
        match letter {
            '\\' | '\'' | '"' => safe.extend(['\\', letter]),
            // At the beginning they name another resource, or an attribute of the theme.
            '@' | '?' if place == 0 => safe.extend(['\\', letter]),
            '\n' => safe.push_str("\\n"),
            '\t' => safe.push_str("\\t"),
            // Otherwise runs of spaces become one, and those at the ends none.
            ' ' if place == 0 || place == last || before == Some(' ') => safe.push_str("\\u0020"),
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            _ => safe.push(letter),
        }
        before = Some(letter);
    }
    safe
}
