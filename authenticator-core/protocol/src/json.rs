//! JSON as this protocol reads it: what was read, written again, must stand in what was given.
//!
//! Derived readers are generous: they take a list for an object, and an object for a word. Two readers that are
//! generous in different ways read different messages, so nobody here is.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// UTF-8 throughout, every member of the form that its writer gives it; `None` otherwise. Members that `T` does not
/// have are ignored.
pub fn read<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(bytes).ok()?;
    let value: T = serde_json::from_str(text).ok()?;
    let given: Value = serde_json::from_str(text).ok()?;
    let written = serde_json::to_value(&value).ok()?;
    stands_in(&written, &given).then_some(value)
}

/// For members that may be absent: `null` is not absence.
#[expect(clippy::missing_errors_doc, reason = "serde's own")]
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn stands_in(written: &Value, given: &Value) -> bool {
    match (written, given) {
        (Value::Object(written), Value::Object(given)) => written
            .iter()
            .all(|(name, written)| given.get(name).is_some_and(|given| stands_in(written, given))),
        (Value::Array(written), Value::Array(given)) => {
            written.len() == given.len()
                && written.iter().zip(given).all(|(one, other)| stands_in(one, other))
        }
        (written, given) => written == given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Yes,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Said {
        word: Word,
        list: Vec<u8>,
    }

    #[test]
    fn one_form_for_each_thing() {
        let said = Said { word: Word::Yes, list: vec![1, 2] };
        assert_eq!(read(br#"{"other":{"x":[]},"list":[1,2],"word":"yes"}"#), Some(said));
        for other in [
            &br#"["yes",[1,2]]"#[..],
            br#"{"word":{"yes":null},"list":[]}"#,
            br#"{"word":"yes","list":[1],"list":[1]}"#,
            br#"{"word":"yes","list":[1.0]}"#,
            br#"{"word":"yes","list":[],"other":"\ud800"}"#,
            b"{\"word\":\"yes\",\"list\":[],\"other\":\"\xff\"}",
            b"",
        ] {
            assert_eq!(read::<Said>(other), None, "{}", String::from_utf8_lossy(other));
        }
    }
}
