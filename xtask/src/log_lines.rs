//! Every line of the service's log has its reader: a row in `docs/operations.md`.

use std::collections::BTreeSet;

/// The page, and where the table begins.
const PAGE: &str = "docs/operations.md";
const HEAD: &str = "| line | level |";

const LEVELS: [&str; 3] = ["error", "warn", "info"];

/// Whether the lines of this file are the service's.
pub(crate) fn is_the_services(file: &str) -> bool {
    let part = file.starts_with("push-service/src/") || file.starts_with("push-service/store/src/");
    part && file.ends_with(".rs") && !file.contains("tests") && !file.contains("conformance")
}

/// A file without its tests, which stand last.
pub(crate) fn without_tests(text: &str) -> &str {
    let begins = ["#[cfg(test)]\nmod ", "#[cfg(test)]\npub(crate) mod "];
    begins.iter().find_map(|begin| text.split_once(begin)).map_or(text, |(before, _)| before)
}

/// What the source says and the table does not, or the other way about.
pub(crate) fn check(source: &str, page: &str) -> Vec<String> {
    let (said, told) = (said(source), told(page));
    let missing = said.difference(&told).map(|row| format!("{PAGE}: lacks the log line {row}"));
    let gone = told.difference(&said).map(|row| format!("{PAGE}: nobody logs {row}"));
    missing.chain(gone).collect()
}

/// Message and level of each line, `| message | level |`.
fn said(source: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for level in LEVELS {
        for call in source.split(&format!("tracing::{level}!(")).skip(1) {
            // The message is the last text of the call; one that is made of what it says has no row.
            if let Some(message) = texts(call).pop().filter(|message| !message.contains('{')) {
                all.insert(format!("| `{message}` | {level} |"));
            }
        }
    }
    all
}

/// The texts in quotes until the call ends.
fn texts(call: &str) -> Vec<String> {
    let (mut depth, mut within, mut texts) = (1, None::<String>, Vec::new());
    for letter in call.chars() {
        match (&mut within, letter) {
            (Some(_), '"') => texts.extend(within.take()),
            (Some(text), letter) => text.push(letter),
            (None, '"') => within = Some(String::new()),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
        if depth == 0 {
            break;
        }
    }
    texts
}

/// The same from the table.
fn told(page: &str) -> BTreeSet<String> {
    let table = page.split_once(HEAD).map_or("", |(_, table)| table);
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| {
        let mut cells = row.split('|').skip(1).map(str::trim);
        let (message, level) = (cells.next()?, cells.next()?);
        message.starts_with('`').then(|| format!("| {message} | {level} |"))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_row_and_a_row_without_a_line_are_found() {
        let source = "tracing::error!(%error, \"it fell\");\n tracing::warn!(\n    word = f(\"a, b\"),\n    \"it leans\"\n);
            tracing::info!(\"{}\", kind);";
        let source = format!("{source}\n#[cfg(test)]\nmod tests {{ tracing::warn!(\"it plays\"); }}");
        let source = without_tests(&source);
        let page = |rows: &str| format!("{HEAD} for whom |\n|---|---|---|\n{rows}\n\nelse");
        let both =
            "| `it fell` | error | on call |\n| `it leans` | warn | on call |\n| *kinds* | info | all |";
        assert_eq!(check(source, &page(both)), Vec::<String>::new());
        let one = "| `it fell` | error | on call |\n| `it sleeps` | info | on call |";
        assert_eq!(
            check(source, &page(one)),
            [
                format!("{PAGE}: lacks the log line | `it leans` | warn |"),
                format!("{PAGE}: nobody logs | `it sleeps` | info |"),
            ]
        );
        assert_eq!(check(source, "").len(), 2, "a table that is gone is found");
    }
}
