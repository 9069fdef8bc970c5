//! What Tidportalen shows, in the language of the browser.

use super::approvals::Opened;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Its words in one language. Both have all of them, or it does not start.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    lang: String,
    title: String,
    intro: String,
    email: String,
    start: String,
    number_title: String,
    number_text: String,
    number_label: String,
    asked_as: String,
    no_question: String,
    waiting: String,
    by_hand: String,
    #[serde(rename = "continue")]
    go_on: String,
    cancel: String,
    again: String,
    signed_in: String,
    signed_in_text: String,
    sign_out: String,
    signed_out: String,
    /// What happened, and what to do next.
    ends: BTreeMap<String, (String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Languages {
    sv: Words,
    en: Words,
}

impl Words {
    /// The words that a browser prefers: Swedish, when it asks for that before English; otherwise English.
    pub(super) fn preferred(accepted: &str) -> &'static Self {
        static ALL: OnceLock<Languages> = OnceLock::new();
        let read = || serde_json::from_str(include_str!("words.json")).expect("a test reads the same file");
        let all = ALL.get_or_init(read);
        let mut tags: Vec<(f32, &str)> = accepted.split(',').map(weighed).collect();
        tags.sort_by(|one, other| other.0.total_cmp(&one.0));
        let known = tags.iter().filter(|(weight, _)| *weight > 0.0).find_map(|(_, tag)| match *tag {
            "sv" => Some(&all.sv),
            "en" => Some(&all.en),
            _ => None,
        });
        known.unwrap_or(&all.en)
    }

    pub(super) fn form(&self, signed_out: bool) -> String {
        let told = if signed_out {
            format!("<p class=\"told\" role=\"status\">{}</p>", self.signed_out)
        } else {
            String::new()
        };
        let form = self.sign_in_form("", &self.start);
        self.page(&self.title, "", &format!("{told}<p>{}</p>{form}", self.intro))
    }

    pub(super) fn number(&self, opened: &Opened, user: &str) -> String {
        let asked_as = escape(&self.asked_as.replace("{user}", user));
        let body = format!(
            "<p>{}</p><p id=\"number\"><span>{}</span> {}</p><p>{asked_as}</p><p class=\"faint\">{}</p>\
             <p class=\"faint\" role=\"status\" hidden id=\"waiting\">{}</p>\
             <noscript><p>{}</p><form action=\"/\"><button>{}</button></form></noscript>\
             <form method=\"post\" action=\"/cancel\"><button class=\"quiet\">{}</button></form>",
            self.number_text,
            self.number_label,
            escape(&opened.number),
            self.no_question,
            self.waiting,
            self.by_hand,
            self.go_on,
            self.cancel,
        );
        self.page(&self.number_title, " autofocus", &body)
    }

    pub(super) fn ended(&self, end: &str, user: &str) -> String {
        let told = self.ends.get(end).or_else(|| self.ends.get("failed"));
        let (title, text) = told.map_or(("", ""), |(title, text)| (title.as_str(), text.as_str()));
        let form = self.sign_in_form(user, &self.again);
        self.page(title, " autofocus", &format!("<p class=\"told\">{text}</p>{form}"))
    }

    pub(super) fn signed_in(&self, user: &str) -> String {
        let body = format!(
            "<p>{}</p><form method=\"post\" action=\"/sign-out\"><button class=\"quiet\">{}</button></form>",
            self.signed_in_text, self.sign_out,
        );
        self.page(&escape(&self.signed_in.replace("{user}", user)), " autofocus", &body)
    }

    fn sign_in_form(&self, user: &str, button: &str) -> String {
        format!(
            "<form method=\"post\" action=\"/sign-in\"><label for=\"email\">{}</label><input id=\"email\" \
             name=\"email\" type=\"email\" autocomplete=\"username\" required maxlength=\"200\" value=\"{}\">\
             <button>{button}</button></form>",
            self.email,
            escape(user),
        )
    }

    /// `title` is HTML already.
    fn page(&self, title: &str, focus: &str, body: &str) -> String {
        format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title} – Tidportalen</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <link rel=\"icon\" href=\"/icon.svg\"><link rel=\"stylesheet\" href=\"/page.css\">\
             <script src=\"/page.js\" type=\"module\"></script></head>\
             <body><header>Tidportalen</header><main><h1 tabindex=\"-1\"{focus}>{title}</h1>\
             {body}</main></body></html>",
            self.lang,
        )
    }
}

/// `sv-SE;q=0.8` as its weight and its first part.
fn weighed(range: &str) -> (f32, &str) {
    let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
    let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(0.0);
    (weight, tag.trim().split('-').next().unwrap_or_default())
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use authenticator_protocol::answer::End;

    #[test]
    fn the_browser_chooses_the_language() {
        for (accepted, lang) in [
            ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
            ("en-GB,sv;q=0.5", "en"),
            ("sv;q=0.2, en;q=0.7", "en"),
            ("de, sv;q=0.4", "sv"),
            ("sv;q=0", "en"),
            ("", "en"),
        ] {
            assert_eq!(Words::preferred(accepted).lang, lang, "{accepted}");
        }
    }

    #[test]
    fn both_languages_tell_every_end() {
        for lang in ["sv", "en"] {
            let words = Words::preferred(lang);
            let others = ["busy", "unreachable"];
            let ends = End::ALL.into_iter().filter(|end| *end != End::Approved).map(End::as_str);
            for end in ends.chain(others) {
                assert!(words.ends.contains_key(end), "{lang}: {end}");
            }
        }
    }

    #[test]
    fn what_was_typed_is_text() {
        let page = Words::preferred("en").ended("denied", "\"><script>alert('&')</script>");
        assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;\""));
        let page = Words::preferred("en").signed_in("<b>");
        assert!(page.contains("as &lt;b&gt;</h1>") && !page.contains("<b>"));
    }
}
