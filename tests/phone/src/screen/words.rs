//! The core's texts and moments as sentences in one language.

use authenticator_core::text::Text;
use authenticator_protocol::time::Millis;
use texts::{Language, Texts, moment};

/// One language at one moment: "today" depends on it.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) texts: Texts,
    pub(super) now: Millis,
}

impl Words {
    pub(super) fn new(language: Language, now: Millis) -> Self {
        Self { texts: Texts::new(language), now }
    }

    /// A sentence; its key in brackets when there is none, so that it is seen and not missed.
    pub(super) fn say(self, text: &Text) -> String {
        self.texts.format(&text.key, &text.args).unwrap_or_else(|| {
            tracing::error!(key = text.key, "no such sentence, or a parameter is missing");
            format!("[{}]", text.key)
        })
    }

    /// "today 14:32".
    pub(super) fn moment(self, at: Millis) -> String {
        moment::moment(self.texts.language(), seconds(self.now), seconds(at))
    }

    /// "3 March".
    pub(super) fn date(self, at: Millis) -> String {
        moment::date(self.texts.language(), seconds(self.now), seconds(at))
    }
}

fn seconds(at: Millis) -> i64 {
    i64::try_from(at.seconds().0).unwrap_or(i64::MAX)
}
