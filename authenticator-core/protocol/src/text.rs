//! Names and messages from elsewhere, made safe to show and short enough to carry.

/// `text` without control, bidirectional, zero-width and other invisible characters, with runs of white space
/// as one space, cut to `max` characters.
pub fn visible(text: &str, max: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    for c in text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }) {
        if length == max {
            break;
        }
        if invisible(c) || (c == ' ' && (out.is_empty() || out.ends_with(' '))) {
            continue;
        }
        out.push(c);
        length += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether `text` is exactly what [`visible`] would show of it.
pub fn is_visible(text: &str, max: usize) -> bool {
    visible(text, max) == text
}

/// Unicode's controls and formats that change what is read without being seen.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_not_kept() {
        assert_eq!(visible("My\u{202E}sppA\u{200B}", 40), "MysppA");
        assert_eq!(visible("  Region \t\n X  ", 40), "Region X");
        assert_eq!(visible("åäö 日本 🙂", 40), "åäö 日本 🙂");
        assert_eq!(visible("abcdef", 3), "abc");
        assert!(!is_visible("a\u{0}", 40));
    }
}
