//! The typed code, for people without a camera (property 10): 45 random bits and a check character.
//!
//! Ten characters of Crockford's base32, shown as `XXXXX-XXXXX`. The last is a checksum over the field GF(2^5), which
//! notices every single wrong character and every swap of two, so that a slip of the finger is told at once on the
//! phone and never becomes a guess at the service.

use crate::code::{CROCKFORD, crockford};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Characters that carry the secret, before the check character.
const RANDOM: usize = 9;

/// A typed code. Prints as `[redacted]` in debug output, compared in constant time.
#[derive(Clone)]
pub struct TypedCode(String);

/// What is wrong with a code as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypedError {
    /// Not ten characters.
    Length,
    /// A character that no code has.
    Character,
    /// The check character does not fit: something was mistyped.
    Check,
}

impl fmt::Display for TypedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "secret: not ten characters",
            Self::Character => "secret: a character that no code has",
            Self::Check => "secret: the check character does not fit",
        })
    }
}

impl std::error::Error for TypedError {}

impl TypedCode {
    /// From the first 45 of random bits.
    pub fn from_bits(bits: [u8; 8]) -> Self {
        let bits = u64::from_be_bytes(bits) >> 19;
        let value = |index: usize| u8::try_from((bits >> (40 - 5 * index)) & 31).unwrap_or_default();
        let mut values: Vec<u8> = (0..RANDOM).map(value).collect();
        values.push(check(&values));
        Self(spelled(&values))
    }

    /// What a person typed: case, spaces, hyphens, `O` for `0` and `I` or `L` for `1` do not matter.
    pub fn typed(text: &str) -> Result<Self, TypedError> {
        let values = meant(text, RANDOM + 2).ok_or(TypedError::Character)?;
        match values.split_last() {
            Some((last, secret)) if secret.len() == RANDOM => {
                if *last == check(secret) {
                    Ok(Self(spelled(&values)))
                } else {
                    Err(TypedError::Check)
                }
            }
            _ => Err(TypedError::Length),
        }
    }

    /// The ten characters, as they go over the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// To show: two groups of five.
    pub fn grouped(&self) -> String {
        let (first, second) = self.0.split_at(5);
        format!("{first}-{second}")
    }
}

/// The values of what a person typed, `most` at most: case, spaces, hyphens, `O` for `0` and `I` or `L` for `1` do not
/// matter. `None` when a character has no value.
pub fn meant(text: &str, most: usize) -> Option<Vec<u8>> {
    let value = |character: char| CROCKFORD.iter().position(|other| char::from(*other) == character);
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(most)
        .map(|c| u8::try_from(value(crockford(c)?)?).ok())
        .collect()
}

/// The characters of values of 5 bits.
pub fn spelled(values: &[u8]) -> String {
    values.iter().map(|value| char::from(CROCKFORD[usize::from(value & 31)])).collect()
}

/// The check character's value for values of 5 bits, 30 at most: for each value, add it (XOR) and multiply by x in GF(2)[x] / (x^5 + x^2 + 1).
pub fn check(values: &[u8]) -> u8 {
    values.iter().fold(0, |sum, value| {
        let doubled = (sum ^ value) << 1;
        if doubled & 0b10_0000 == 0 { doubled } else { doubled ^ 0b10_0101 }
    })
}

impl PartialEq for TypedCode {
    fn eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.0.as_bytes(), other.0.as_bytes()).into()
    }
}

impl Eq for TypedCode {}

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Serialize for TypedCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Only the one spelling that goes over the wire.
impl<'de> Deserialize<'de> for TypedCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        let code = Self::typed(&text).map_err(serde::de::Error::custom)?;
        if code.0 == text {
            Ok(code)
        } else {
            Err(serde::de::Error::custom("secret: ten capitals and digits"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> TypedCode {
        TypedCode::from_bits([0x9A, 0x3C, 0x51, 0x77, 0x08, 0xEE, 0xFF, 0xFF])
    }

    #[test]
    fn forty_five_bits_and_a_check() {
        assert_eq!(TypedCode::from_bits([0; 8]).as_str(), "0000000000");
        assert_eq!(TypedCode::from_bits([0, 0, 0, 0, 0, 7, 0xFF, 0xFF]), TypedCode::from_bits([0; 8]));
        assert_ne!(TypedCode::from_bits([0, 0, 0, 0, 0, 8, 0, 0]), TypedCode::from_bits([0; 8]));
        assert_eq!(&TypedCode::from_bits([0xFF; 8]).as_str()[..9], "ZZZZZZZZZ");
        assert_eq!(code().as_str(), "K8Y52XR8XV", "the value of docs/protocol.md");
        assert_eq!(code().grouped().replace('-', ""), code().as_str());
    }

    #[test]
    fn typing_is_forgiving_about_form_only() {
        let shown = TypedCode::from_bits([0x00, 0x44, 0x01, 0, 0, 0, 0, 0]);
        assert!(shown.as_str().starts_with("0120"), "{}", shown.as_str());
        let careless = shown.as_str().to_lowercase().replace('0', "o").replace('1', "l");
        let (a, b) = careless.split_at(3);
        assert_eq!(TypedCode::typed(&format!(" {a} -{b}\n")), Ok(shown.clone()));
        assert_eq!(TypedCode::typed(&shown.as_str()[..9]), Err(TypedError::Length));
        assert_eq!(TypedCode::typed(&format!("{}0", shown.as_str())), Err(TypedError::Length));
        let long = format!("{}0U", shown.as_str());
        assert_eq!(TypedCode::typed(&long), Err(TypedError::Length), "what is behind is not read");
        assert_eq!(TypedCode::typed("UUUUUUUUUU"), Err(TypedError::Character));
        assert_eq!(TypedCode::typed(""), Err(TypedError::Length));
    }

    #[test]
    fn every_slip_is_noticed() {
        let right = code().as_str().to_owned();
        let mut slips = 0;
        for index in 0..10 {
            for other in CROCKFORD {
                let mut typed = right.clone().into_bytes();
                if typed[index] != *other {
                    typed[index] = *other;
                    let typed = String::from_utf8(typed).unwrap();
                    assert_eq!(TypedCode::typed(&typed), Err(TypedError::Check), "{typed}");
                    slips += 1;
                }
            }
            for second in index + 1..10 {
                let mut typed = right.clone().into_bytes();
                typed.swap(index, second);
                let typed = String::from_utf8(typed).unwrap();
                assert_eq!(TypedCode::typed(&typed).is_ok(), typed == right, "{typed}");
            }
        }
        assert_eq!(slips, 310);
    }

    #[test]
    fn prints_nothing_and_has_one_spelling_on_the_wire() {
        assert_eq!(format!("{:?}", code()), "[redacted]");
        let json = serde_json::to_string(&code()).unwrap();
        assert_eq!(serde_json::from_str::<TypedCode>(&json).unwrap(), code());
        assert!(serde_json::from_str::<TypedCode>(&json.to_lowercase()).is_err());
    }
}
