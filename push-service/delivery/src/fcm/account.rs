//! The service account: a JSON file from Google's console.

use crate::endpoint::{Endpoint, EndpointError};
use crate::jwt::{KeyError, RsaKey};
use serde::Deserialize;
use serde_json::json;
use std::fmt;

/// What the token is for.
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";

/// A service account of a Firebase project, with its key.
pub struct ServiceAccount {
    pub(super) project: String,
    pub(super) email: String,
    /// As the file writes it: the audience of the request for a token.
    token_uri: String,
    pub(super) tokens: Endpoint,
    key: RsaKey,
    key_id: String,
}

/// Why a text is no service account.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Not the file that Google gives out.
    #[error("not the JSON file of a service account: {0}")]
    Form(String),
    /// Another kind of file, such as an app's.
    #[error(
        "type is {0}, not service_account: make a key under \"Service accounts\" in the project's settings"
    )]
    Kind(String),
    /// No project that could stand in an address.
    #[error("project_id: not a project's id")]
    Project,
    /// Where tokens are fetched.
    #[error("token_uri: {0}")]
    TokenUri(#[from] EndpointError),
    /// The key.
    #[error("private_key: {0}")]
    Key(#[from] KeyError),
}

#[derive(Deserialize)]
struct File {
    project_id: String,
    private_key_id: String,
    private_key: String,
    client_email: String,
    token_uri: String,
}

impl ServiceAccount {
    /// Reads the file's text.
    pub fn from_json(text: &str) -> Result<Self, AccountError> {
        // The error's own text could quote a part of the key.
        let kind = serde_json::from_str::<serde_json::Value>(text).map_err(|error| {
            AccountError::Form(format!("line {}, column {}", error.line(), error.column()))
        })?;
        if let Some(kind) = kind["type"].as_str().filter(|kind| *kind != "service_account") {
            return Err(AccountError::Kind(kind.chars().take(40).collect()));
        }
        for name in ["type", "project_id", "private_key_id", "private_key", "client_email", "token_uri"] {
            if !kind[name].is_string() {
                return Err(AccountError::Form(format!("{name} is not there, or no text")));
            }
        }
        let file: File =
            serde_json::from_value(kind).map_err(|_| AccountError::Form("its shape".to_owned()))?;
        let fits = |letter: u8| letter.is_ascii_alphanumeric() || b"-:.".contains(&letter);
        if file.project_id.is_empty() || !file.project_id.bytes().all(fits) {
            return Err(AccountError::Project);
        }
        Ok(Self {
            project: file.project_id,
            email: file.client_email,
            tokens: file.token_uri.parse()?,
            token_uri: file.token_uri,
            key: RsaKey::from_pem(&file.private_key)?,
            key_id: file.private_key_id,
        })
    }

    /// What is exchanged for a token (RFC 7523), at `now` in seconds since 1970.
    pub(super) fn assertion(&self, now: u64) -> String {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        let claims = json!({
            "iss": self.email,
            "scope": SCOPE,
            "aud": self.token_uri,
            "iat": now,
            "exp": now.saturating_add(3600),
        });
        self.key.token(&header, &claims)
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceAccount([redacted] of {})", self.email)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::TEST_ACCOUNT_KEY;
    use serde_json::Value;

    fn file() -> Value {
        json!({
            "type": "service_account",
            "project_id": "regionx-styrk",
            "private_key_id": "0123abcd",
            "private_key": TEST_ACCOUNT_KEY,
            "client_email": "push@regionx-styrk.iam.gserviceaccount.com",
            "token_uri": "https://oauth2.googleapis.com/token",
            "universe_domain": "googleapis.com",
        })
    }

    #[test]
    fn a_file_names_what_is_wrong_with_it() {
        assert!(ServiceAccount::from_json(&file().to_string()).is_ok());
        for (name, value, says) in [
            ("type", json!("authorized_user"), "type is authorized_user"),
            ("private_key", Value::Null, "private_key"),
            ("private_key", json!("x"), "private_key: not an RSA"),
            ("project_id", json!("a/b"), "project_id"),
            ("token_uri", json!("http://oauth2.googleapis.com/token"), "token_uri: must be https"),
            ("client_email", json!(7), "client_email"),
        ] {
            let mut file = file();
            file[name] = value;
            let error = ServiceAccount::from_json(&file.to_string()).unwrap_err().to_string();
            assert!(error.contains(says), "{says}: {error}");
        }
        let error = ServiceAccount::from_json("-----BEGIN").unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
    }

    #[test]
    fn nothing_of_the_key_is_printed() {
        let account = ServiceAccount::from_json(&file().to_string()).unwrap();
        assert_eq!(
            format!("{account:?}"),
            "ServiceAccount([redacted] of push@regionx-styrk.iam.gserviceaccount.com)"
        );
    }
}
