//! Writes the accessors of `Texts` as Rust, so that a mistyped key or a forgotten parameter does not compile.

use crate::source::{Message, Messages, Piece};
use std::fmt::Write;

const INFALLIBLE: &str = "writing to a String does not fail";

/// The methods of `Texts`, the lookup by key and the list of keys.
pub(crate) fn accessors(swedish: &Messages, english: &Messages) -> String {
    let mut code = String::from("impl Texts {\n");
    for (key, message) in swedish {
        accessor(&mut code, key, message, &english[key]);
    }
    lookup(&mut code, swedish);
    code.push_str("}\n\n");
    list(&mut code, swedish);
    code
}

fn accessor(code: &mut String, key: &str, swedish: &Message, english: &Message) {
    let names = swedish.parameters();
    let parameters: String = names
        .iter()
        .map(|name| format!(", {name}: {}", if swedish.count() == Some(name) { "u64" } else { "&str" }))
        .collect();
    let result = if names.is_empty() { "&'static str" } else { "String" };
    write!(
        code,
        "    /// {}\n    pub fn {}(self{parameters}) -> {result} {{\n        match self.language {{\n            \
         Language::Sv => {},\n            Language::En => {},\n        }}\n    }}\n\n",
        readable(english),
        method(key),
        expression(swedish),
        expression(english),
    )
    .expect(INFALLIBLE);
}

fn lookup(code: &mut String, messages: &Messages) {
    code.push_str("    fn lookup(self, key: &str, args: &[(String, String)]) -> Option<String> {\n");
    code.push_str("        Some(match key {\n");
    for (key, message) in messages {
        let names = message.parameters();
        let arguments: Vec<String> = names
            .iter()
            .map(|name| {
                let number = if message.count() == Some(name) { ".parse().ok()?" } else { "" };
                format!("argument(args, {name:?})?{number}")
            })
            .collect();
        let owned = if names.is_empty() { ".to_owned()" } else { "" };
        writeln!(code, "            {key:?} => self.{}({}){owned},", method(key), arguments.join(", "))
            .expect(INFALLIBLE);
    }
    code.push_str("            _ => return None,\n        })\n    }\n");
}

fn list(code: &mut String, messages: &Messages) {
    code.push_str("const KEYS: &[(&str, &[&str])] = &[\n");
    for (key, message) in messages {
        writeln!(code, "    ({key:?}, &{:?}),", message.parameters()).expect(INFALLIBLE);
    }
    code.push_str("];\n");
}

fn method(key: &str) -> String {
    key.replace('-', "_")
}

fn expression(message: &Message) -> String {
    match message {
        Message::Plain(pieces) => sentence(pieces),
        Message::Plural { count, one, other } => {
            format!("if {count} == 1 {{ {} }} else {{ {} }}", whole(one), whole(other))
        }
    }
}

fn sentence(pieces: &[Piece]) -> String {
    match pieces {
        [Piece::Text(text)] => format!("{text:?}"),
        _ => whole(pieces),
    }
}

/// A sentence as an expression of type `String`.
fn whole(pieces: &[Piece]) -> String {
    if let [Piece::Text(text)] = pieces {
        return format!("{text:?}.to_owned()");
    }
    let format: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
            Piece::Parameter(name) => format!("{{{name}}}"),
        })
        .collect();
    format!("format!({format:?})")
}

fn readable(message: &Message) -> String {
    let (Message::Plain(pieces) | Message::Plural { other: pieces, .. }) = message;
    let sentence: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Parameter(name) => format!("`{name}`"),
        })
        .collect();
    sentence.replace('\n', " ")
}
