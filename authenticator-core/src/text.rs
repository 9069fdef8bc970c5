//! Sentences as keys with parameters; the shell holds the words.

use std::fmt;
use std::ops::Deref;

/// A key of the `phone-` texts with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    /// As in `texts/`: `phone-approve-title`.
    pub key: String,
    /// Name and value of each parameter.
    pub args: Vec<(String, String)>,
}

impl Text {
    /// A sentence without parameters.
    pub fn plain(key: &str) -> Self {
        Self { key: key.to_owned(), args: Vec::new() }
    }

    /// A sentence with parameters.
    pub fn with(key: &str, args: &[(&str, &str)]) -> Self {
        let args = args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { key: key.to_owned(), args }
    }
}

/// What a person typed or has to type: reads as text, prints as `[redacted]` in debug output.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Hidden(pub String);

impl Deref for Hidden {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Every text that the core can emit, with the names of its parameters.
pub fn texts() -> &'static [(&'static str, &'static [&'static str])] {
    &[
        ("phone-working", &[]),
        ("phone-no-requests", &[]),
        ("phone-lock-push", &[]),
        ("phone-offline-title", &[]),
        ("phone-offline-text", &[]),
        ("phone-add-camera-refused", &[]),
        ("phone-type-no-login", &[]),
        ("phone-type-length", &[]),
        ("phone-type-mistyped", &[]),
        ("phone-type-unknown", &[]),
        ("phone-type-too-many", &[]),
        ("phone-type-finding", &[]),
        ("phone-type-server", &[]),
        ("phone-type-server-offline", &[]),
        ("phone-type-server-wrong", &[]),
        ("phone-confirm-title", &["organisation"]),
        ("phone-characters-title", &[]),
        ("phone-test-title", &[]),
        ("phone-approve-title", &[]),
        ("phone-approve-yes", &[]),
        ("phone-approve-many", &["count"]),
        ("phone-approve-renamed", &["before", "now"]),
        ("phone-fact-to", &[]),
        ("phone-fact-from", &[]),
        ("phone-fact-place", &[]),
        ("phone-fact-address", &[]),
        ("phone-fact-time", &[]),
        ("phone-fact-purpose", &[]),
        ("phone-fact-message", &[]),
        ("phone-fact-browser", &[]),
        ("phone-fact-recognised", &[]),
        ("phone-fact-unknown-browser", &[]),
        ("phone-purpose-trust-browser-days", &["days"]),
        ("phone-purpose-open-security", &[]),
        ("phone-purpose-add-device", &["device"]),
        ("phone-purpose-enable-phone-sign-in", &[]),
        ("phone-purpose-reset-password", &[]),
        ("phone-purpose-confirm-test", &[]),
        ("phone-from", &["browser", "system"]),
        ("phone-from-unknown", &[]),
        ("phone-approved-title", &[]),
        ("phone-approved-text", &["application", "browser", "system"]),
        ("phone-approved-unknown-browser-text", &["application"]),
        ("phone-approved-other-text", &[]),
        ("phone-approved-test-text", &["organisation"]),
        ("phone-reported-title", &[]),
        ("phone-reported-text", &["organisation"]),
        ("phone-cancelled-title", &[]),
        ("phone-cancelled-text", &[]),
        ("phone-wrong-number-title", &[]),
        ("phone-wrong-number-text", &[]),
        ("phone-expired-title", &[]),
        ("phone-expired-text", &[]),
        ("phone-unheard-title", &[]),
        ("phone-unheard-text", &[]),
        ("phone-unheard-report-text", &[]),
        ("phone-superseded-title", &[]),
        ("phone-superseded-text", &[]),
        ("phone-ended-elsewhere-title", &[]),
        ("phone-ended-elsewhere-text", &[]),
        ("phone-ended-failed-title", &[]),
        ("phone-ended-failed-text", &[]),
        ("phone-remove-offline", &[]),
        ("phone-account-ended-title", &[]),
        ("phone-account-ended-text", &["organisation"]),
        ("phone-error-title", &[]),
        ("phone-error-not-a-code", &["text"]),
        ("phone-error-no-code", &[]),
        ("phone-error-web-address", &[]),
        ("phone-error-other-app-code", &[]),
        ("phone-error-http", &[]),
        ("phone-error-version", &[]),
        ("phone-error-host", &[]),
        ("phone-error-code-expired", &[]),
        ("phone-error-code-used", &[]),
        ("phone-error-identity", &[]),
        ("phone-error-name-taken", &["organisation"]),
        ("phone-error-unproven", &["organisation"]),
        ("phone-error-clock", &[]),
        ("phone-error-update", &[]),
        ("phone-error-app-too-old", &[]),
        ("phone-error-server", &[]),
        ("phone-error-key", &[]),
        ("phone-error-key-cancelled", &[]),
        ("phone-error-key-locked", &[]),
        ("phone-error-key-use", &[]),
        ("phone-error-key-gone", &[]),
        ("phone-error-no-screen-lock", &[]),
        ("phone-error-stranger", &[]),
        ("phone-error-already-added", &[]),
        ("phone-error-state", &[]),
        ("phone-error-state-newer", &[]),
    ]
}
