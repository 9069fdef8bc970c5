//! Bytes in JSON.

use authenticator_protocol::code::{decode, encode};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes: a string where they are UTF-8, `{"base64url": "…"}` where they are not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Octets(#[serde(with = "self")] pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Encoded { base64url: String },
}

pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Written::Text(text.to_owned()),
        Err(_) => Written::Encoded { base64url: encode(bytes) },
    }
    .serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    match Written::deserialize(deserializer)? {
        Written::Text(text) => Ok(text.into_bytes()),
        Written::Encoded { base64url } => decode(&base64url).ok_or_else(|| Error::custom("not base64url")),
    }
}
