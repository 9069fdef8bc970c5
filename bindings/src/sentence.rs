//! Sentences as keys with parameters.

use authenticator_core::text::Text;
use std::collections::HashMap;

/// A sentence: a key of the `phone-` texts with its parameters. The shell holds the words, in each language, and says them
/// in that of `ScreenModel.language` (`texts/README.md` tells how).
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Sentence {
    /// As in `texts/`: "phone-approve-title".
    pub key: String,
    /// Name and value of each parameter. Values are plain text, to be shown as they are.
    #[cfg_attr(
        feature = "json",
        serde(default, skip_serializing_if = "HashMap::is_empty", serialize_with = "sorted")
    )]
    pub args: HashMap<String, String>,
}

impl From<Text> for Sentence {
    fn from(Text { key, args }: Text) -> Self {
        Self { key, args: args.into_iter().collect() }
    }
}

/// The same sentence is always written the same way.
#[cfg(feature = "json")]
fn sorted<S: serde::Serializer>(args: &HashMap<String, String>, serializer: S) -> Result<S::Ok, S::Error> {
    let args: std::collections::BTreeMap<_, _> = args.iter().collect();
    serde::Serialize::serialize(&args, serializer)
}
