//! The number: shown where the user signs in, typed on the phone, never sent to the phone.

use crate::random::Random;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;

/// How many digits a number has: 2 to 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Digits(u8);

impl Digits {
    /// Two digits, what an organisation gets that says nothing else.
    pub const DEFAULT: Self = Self(2);

    /// 2 to 8; `None` outside.
    pub const fn new(digits: u8) -> Option<Self> {
        match digits {
            2..=8 => Some(Self(digits)),
            _ => None,
        }
    }

    /// The count.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u8::deserialize(deserializer)?).ok_or_else(|| serde::de::Error::custom("digits: 2 to 8"))
    }
}

/// A number with its leading zeros. Prints as `[redacted]` in debug output.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Number(String);

/// The text is not 2 to 8 decimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidNumber;

impl fmt::Display for InvalidNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("number: 2 to 8 decimal digits")
    }
}

impl std::error::Error for InvalidNumber {}

impl Number {
    /// Each of the 10^digits numbers is equally likely.
    pub fn random(digits: Digits, random: &mut dyn Random) -> Self {
        let bound = 10_u32.pow(u32::from(digits.get()));
        let fair = u32::MAX - u32::MAX % bound;
        loop {
            let draw = u32::from_le_bytes(crate::random::bytes(random));
            if draw < fair {
                return Self(format!("{:0width$}", draw % bound, width = usize::from(digits.get())));
            }
        }
    }

    /// The digits, to show to a person or to sign.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Number {
    type Err = InvalidNumber;
    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        let fits = (2..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| Self(text.to_owned())).ok_or(InvalidNumber)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.0.as_bytes(), other.0.as_bytes()).into()
    }
}

impl Eq for Number {}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Vec<u8>);
    impl Random for Fixed {
        fn fill(&mut self, dest: &mut [u8]) {
            for byte in dest {
                *byte = self.0.remove(0);
            }
        }
    }

    #[test]
    fn leading_zeros_count() {
        let mut random = Fixed(7_u32.to_le_bytes().to_vec());
        assert_eq!(Number::random(Digits::DEFAULT, &mut random).as_str(), "07");
        assert_ne!("07".parse::<Number>(), "7".parse::<Number>());
        assert_ne!("07".parse::<Number>(), "70".parse::<Number>());
    }

    #[test]
    fn draws_that_would_favour_low_numbers_are_thrown_away() {
        for (digits, fair, last) in [(2, 4_294_967_200_u32, "99"), (8, 4_200_000_000, "99999999")] {
            let drawn = |draws: [u32; 2]| {
                let mut random = Fixed(draws.map(u32::to_le_bytes).concat());
                Number::random(Digits::new(digits).unwrap(), &mut random).as_str().to_owned()
            };
            let other = format!("{:0width$}", 42, width = usize::from(digits));
            assert_eq!(drawn([u32::MAX, 42]), other);
            assert_eq!(drawn([fair, 42]), other);
            assert_eq!(drawn([fair - 1, 42]), last, "none that is fair is");
        }
    }

    #[test]
    fn only_two_to_eight_ascii_digits() {
        for text in ["", "1", "123456789", "4a", "４７", " 47", "-7"] {
            assert_eq!(text.parse::<Number>(), Err(InvalidNumber), "{text}");
        }
        assert_eq!(format!("{:?}", "47".parse::<Number>()), "Ok([redacted])");
        assert_eq!(Digits::new(1), None);
        assert_eq!(Digits::new(9), None);
    }
}
