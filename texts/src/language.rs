//! The languages that people read, and how one is chosen.

/// A language. Swedish comes first when nothing else is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Swedish.
    #[default]
    Sv,
    /// English.
    En,
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Sv, Self::En];

    /// The BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Sv => "sv",
            Self::En => "en",
        }
    }

    /// The language of a BCP 47 tag, by its first part: `en-GB` is English.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The language to switch to from this one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Sv => Self::En,
            Self::En => Self::Sv,
        }
    }

    /// The best language for an `Accept-Language` header (RFC 9110, 12.5.4); Swedish when nothing fits.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best = (0.0, Self::default());
        for range in accept_language.split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let quality = parts
                .find_map(|part| {
                    part.trim().strip_prefix("q=").map(|value| value.trim().parse().unwrap_or(0.0))
                })
                .unwrap_or(1.0_f32);
            // Only better, not equal: among equals the one that is named first is the one meant.
            if let Some(language) = Self::from_tag(tag)
                && quality > best.0
            {
                best = (quality, language);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_language_is_chosen() {
        for (header, language) in [
            ("", Language::Sv),
            ("de, fr;q=0.8", Language::Sv),
            ("en", Language::En),
            ("en-GB,en;q=0.9,sv;q=0.8", Language::En),
            ("sv-SE,sv;q=0.9,en;q=0.8", Language::Sv),
            ("en;q=0.5, sv;q=0.7", Language::Sv),
            ("de, en;q=0.3", Language::En),
            ("en;q=0, de", Language::Sv),
            ("*", Language::Sv),
            ("en;q=nonsense", Language::Sv),
            (";;,,q=,", Language::Sv),
        ] {
            assert_eq!(Language::negotiate(header), language, "{header}");
        }
    }

    #[test]
    fn a_tag_leads_back_to_its_language() {
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), Some(language));
        }
        assert_eq!(Language::from_tag("EN-us"), Some(Language::En));
        assert_eq!(Language::from_tag("english"), None);
    }
}
