//! Reads a Fluent file and keeps to what Android's strings.xml and iOS's strings can express as well:
//! text, `{ $name }`, and at most one plural a message with exactly the forms *one* and *other*.
//!
//! Start at [`parse`]; [`same`] compares two languages.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey};
use std::collections::BTreeMap;

/// The messages of one language by key.
pub(crate) type Messages = BTreeMap<String, Message>;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// The same sentence always.
    Plain(Vec<Piece>),
    /// One sentence when `count` is 1, another for every other number.
    Plural { count: String, one: Vec<Piece>, other: Vec<Piece> },
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text as it stands.
    Text(String),
    /// The value of a parameter.
    Parameter(String),
}

impl Message {
    /// The parameter that selects the plural form.
    pub(crate) fn count(&self) -> Option<&str> {
        match self {
            Message::Plain(_) => None,
            Message::Plural { count, .. } => Some(count),
        }
    }

    /// The parameters, sorted.
    pub(crate) fn parameters(&self) -> Vec<&str> {
        let pieces: Vec<&Piece> = match self {
            Message::Plain(pieces) => pieces.iter().collect(),
            Message::Plural { one, other, .. } => one.iter().chain(other).collect(),
        };
        let mut names: Vec<&str> = pieces
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Text(_) => None,
                Piece::Parameter(name) => Some(name.as_str()),
            })
            .chain(self.count())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Reads one language. The error names the key and what is outside the subset.
pub(crate) fn parse(text: &str) -> Result<Messages, String> {
    let resource =
        fluent_syntax::parser::parse(text).map_err(|(_, errors)| format!("not Fluent: {}", errors[0]))?;
    let mut messages = Messages::new();
    for entry in resource.body {
        match entry {
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            Entry::Term(term) => return Err(format!("-{}: terms are outside the subset", term.id.name)),
            Entry::Junk { content } => return Err(format!("not Fluent: {content}")),
            Entry::Message(message) => {
                let key = message.id.name;
                let checked = match message.value {
                    _ if !message.attributes.is_empty() => Err("attributes are outside the subset".into()),
                    None => Err("has no text".into()),
                    Some(_) if !is_key(key) => {
                        Err("a key is words of a-z and 0-9, joined by hyphens".to_owned())
                    }
                    Some(pattern) => check(&pattern),
                };
                let checked = checked.map_err(|reason| format!("{key}: {reason}"))?;
                if messages.insert(key.to_owned(), checked).is_some() {
                    return Err(format!("{key}: stands twice"));
                }
            }
        }
    }
    Ok(messages)
}

/// Both languages have the same keys with the same parameters. The error names the key.
pub(crate) fn same(swedish: &Messages, english: &Messages) -> Result<(), String> {
    for (have, lack, name) in [(swedish, english, "en.ftl"), (english, swedish, "sv.ftl")] {
        if let Some(key) = have.keys().find(|key| !lack.contains_key(*key)) {
            return Err(format!("{key}: missing in {name}"));
        }
    }
    for (key, message) in swedish {
        let other = &english[key];
        if (message.parameters(), message.count()) != (other.parameters(), other.count()) {
            return Err(format!(
                "{key}: the parameters differ: sv.ftl has {:?}, en.ftl has {:?}",
                message.parameters(),
                other.parameters()
            ));
        }
    }
    Ok(())
}

fn is_key(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Text around a plural is moved into both of its forms: strings.xml has the whole sentence in each.
fn check(pattern: &Pattern<&str>) -> Result<Message, String> {
    let mut one = Vec::new();
    let mut other = Vec::new();
    let mut plural: Option<String> = None;
    for element in &pattern.elements {
        let (for_one, for_other) = match element {
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                let name = parameter(selector)?;
                if plural.replace(name).is_some() {
                    return Err("at most one plural".into());
                }
                (variant(variants, "one")?, variant(variants, "other")?)
            }
            simple => {
                let piece = piece(simple)?;
                (vec![piece.clone()], vec![piece])
            }
        };
        one.extend(for_one);
        other.extend(for_other);
    }
    Ok(match plural {
        None => Message::Plain(other),
        Some(count) => Message::Plural { count, one, other },
    })
}

fn variant(variants: &[Variant<&str>], name: &str) -> Result<Vec<Piece>, String> {
    if variants.len() != 2 {
        return Err("a plural has the two forms [one] and *[other]".into());
    }
    variants
        .iter()
        .find(|variant| {
            matches!(variant.key, VariantKey::Identifier { name: key } if key == name)
                && variant.default == (name == "other")
        })
        .ok_or_else(|| "a plural has the two forms [one] and *[other]".to_owned())?
        .value
        .elements
        .iter()
        .map(piece)
        .collect()
}

fn piece(element: &PatternElement<&str>) -> Result<Piece, String> {
    match element {
        PatternElement::TextElement { value } => Ok(Piece::Text((*value).to_owned())),
        PatternElement::Placeable { expression: Expression::Inline(inline) } => {
            parameter(inline).map(Piece::Parameter)
        }
        PatternElement::Placeable { .. } => Err("no plural inside a plural".into()),
    }
}

fn parameter(expression: &InlineExpression<&str>) -> Result<String, String> {
    match expression {
        InlineExpression::VariableReference { id }
            if id.name.starts_with(|first: char| first.is_ascii_lowercase())
                && id.name.chars().all(|c| c.is_ascii_lowercase() || c == '_') =>
        {
            Ok(id.name.to_owned())
        }
        InlineExpression::VariableReference { id } => {
            Err(format!("${}: a parameter is words of a-z joined by _", id.name))
        }
        _ => Err("only { $name } is inside the subset".into()),
    }
}
