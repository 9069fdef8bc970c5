//! Every sentence that a person reads, Swedish and English, from one source: `sv.ftl` and `en.ftl`.
//!
//! `build.rs` checks that both files have the same keys and parameters and generates a method of [`Texts`]
//! for each message. Pages call the methods; the phone, whose core names a sentence by its key, calls
//! [`Texts::format`]. Points in time are in [`moment`].

mod language;
pub mod moment;

pub use language::Language;

/// The sentences of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Texts {
    language: Language,
}

impl Texts {
    /// The sentences in `language`.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    /// Which language this is.
    #[must_use]
    pub fn language(self) -> Language {
        self.language
    }

    /// The sentence of a key that is known only at run time. `None` when the key is unknown, a parameter is
    /// missing, or the parameter that selects a plural is not a whole number. Further `args` are ignored.
    #[must_use]
    pub fn format(self, key: &str, args: &[(String, String)]) -> Option<String> {
        self.lookup(key, args)
    }

    /// Names as a list in a sentence: "A", "A and B", "A, B and C". Empty for no names.
    #[must_use]
    pub fn list<S: AsRef<str>>(self, names: &[S]) -> String {
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        match names.as_slice() {
            [] => String::new(),
            [only] => (*only).to_owned(),
            [first @ .., last] => self.common_list(&first.join(", "), last),
        }
    }
}

/// Every key with its parameters, sorted.
#[must_use]
pub fn keys() -> &'static [(&'static str, &'static [&'static str])] {
    KEYS
}

fn argument<'a>(args: &'a [(String, String)], name: &str) -> Option<&'a str> {
    args.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    fn args(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_sentence_is_found_by_method_and_by_key() {
        let texts = Texts::new(Language::Sv);
        assert_eq!(texts.phone_approve_title(), "Försöker du logga in?");
        assert_eq!(texts.page_number_sent("iPhone 15"), "Begäran har skickats till iPhone 15.");
        assert_eq!(
            texts.format("phone-approve-sender", &args(&[("organisation", "Region X")])).as_deref(),
            Some("Begäran från Region X")
        );
    }

    #[test]
    fn a_plural_has_one_and_other() {
        let texts = Texts::new(Language::En);
        assert_eq!(texts.phone_approve_time_left(1), "One second left");
        assert_eq!(texts.phone_approve_time_left(0), "0 seconds left");
        assert_eq!(
            texts.format("phone-approve-many", &args(&[("count", "3")])).as_deref(),
            Some("You have 3 requests waiting")
        );
    }

    #[test]
    fn what_does_not_fit_is_none() {
        let texts = Texts::new(Language::En);
        assert_eq!(texts.format("no-such-key", &[]), None);
        assert_eq!(texts.format("phone-approve-sender", &[]), None);
        assert_eq!(texts.format("phone-approve-many", &args(&[("count", "many")])), None);
    }

    #[test]
    fn every_key_can_be_looked_up_in_both_languages() {
        for (key, parameters) in keys() {
            let given: Vec<_> = parameters.iter().map(|name| ((*name).to_owned(), "7".to_owned())).collect();
            for language in Language::ALL {
                assert!(Texts::new(language).format(key, &given).is_some(), "{key} in {}", language.tag());
            }
        }
    }

    #[test]
    fn no_sentence_uses_a_word_of_the_trade() {
        for (key, parameters) in keys() {
            let given: Vec<_> = parameters.iter().map(|name| ((*name).to_owned(), "7".to_owned())).collect();
            for language in Language::ALL {
                let sentence = Texts::new(language).format(key, &given).expect("every key is there");
                for word in ["challenge", "token", "mfa", "authenticat", "autentiser", "server error", "otp"]
                {
                    assert!(!sentence.to_lowercase().contains(word), "{key} says {word}: {sentence}");
                }
            }
        }
    }

    #[test]
    fn every_key_says_where_it_is_read() {
        for (key, _) in keys() {
            assert!(
                ["page-", "phone-", "common-", "managed-"].iter().any(|prefix| key.starts_with(prefix)),
                "{key}"
            );
        }
    }

    #[test]
    fn names_are_joined_as_people_do() {
        let texts = Texts::new(Language::Sv);
        assert_eq!(texts.list::<&str>(&[]), "");
        assert_eq!(texts.list(&["iPhone 15"]), "iPhone 15");
        assert_eq!(texts.list(&["iPhone 15", "Pixel 9"]), "iPhone 15 och Pixel 9");
        assert_eq!(texts.list(&["A", "B", "C"]), "A, B och C");
    }
}
