//! What IT support reads out: 65 random bits and a check character, in the alphabet of the typed enrolment code.

use authenticator_protocol::typed::{check, meant, spelled};
use std::fmt;

/// Characters that carry the secret, before the check character.
const RANDOM: usize = 13;

/// A pass as it is read out. Prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct PassCode(String);

/// What was typed can be no pass: a slip of the finger, which counts as no try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a pass: fourteen characters, the last of which checks the others")]
pub struct PassError;

impl PassCode {
    /// From the first 65 of random bits.
    pub fn from_bits(bits: [u8; 9]) -> Self {
        let mut wide = [0; 16];
        wide[..9].copy_from_slice(&bits);
        let bits = u128::from_be_bytes(wide) >> (128 - 5 * RANDOM);
        let value =
            |index: usize| u8::try_from((bits >> (5 * (RANDOM - 1 - index))) & 31).unwrap_or_default();
        let mut values: Vec<u8> = (0..RANDOM).map(value).collect();
        values.push(check(&values));
        Self(spelled(&values))
    }

    /// What a person typed: case, spaces, hyphens, `O` for `0` and `I` or `L` for `1` do not matter.
    pub fn typed(text: &str) -> Result<Self, PassError> {
        let values = meant(text, RANDOM + 2).ok_or(PassError)?;
        match values.split_last() {
            Some((last, secret)) if secret.len() == RANDOM && *last == check(secret) => {
                Ok(Self(spelled(&values)))
            }
            _ => Err(PassError),
        }
    }

    /// The fourteen characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// To read out: `XXXXX-XXXXX-XXXX`.
    pub fn grouped(&self) -> String {
        let (first, rest) = self.0.split_at(5);
        let (second, third) = rest.split_at(5);
        format!("{first}-{second}-{third}")
    }
}

impl fmt::Debug for PassCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use authenticator_protocol::code::CROCKFORD;

    fn code() -> PassCode {
        PassCode::from_bits([0x9A, 0x3C, 0x51, 0x77, 0x08, 0xEE, 0x12, 0xB7, 0xFF])
    }

    #[test]
    fn sixty_five_bits_and_a_check() {
        for bit in 0..72 {
            let mut bits = [0_u8; 9];
            bits[bit / 8] = 0x80 >> (bit % 8);
            assert_eq!(PassCode::from_bits(bits) != PassCode::from_bits([0; 9]), bit < 65, "bit {bit}");
        }
        assert_eq!(&PassCode::from_bits([0xFF; 9]).as_str()[..13], "ZZZZZZZZZZZZZ");
        assert_eq!(code().grouped().replace('-', ""), code().as_str());
        assert_eq!(format!("{:?}", code()), "[redacted]");
    }

    #[test]
    fn typing_is_forgiving_about_form_only() {
        let shown = PassCode::from_bits([0, 0x44, 1, 0, 0, 0, 0, 0, 0]);
        let careless = shown.grouped().to_lowercase().replace('0', "o").replace('1', "l");
        assert_eq!(PassCode::typed(&format!(" {careless}\n")), Ok(shown.clone()));
        for wrong in ["", "UUUUUUUUUUUUUU", &shown.as_str()[..13], &format!("{}0", shown.as_str())] {
            assert_eq!(PassCode::typed(wrong), Err(PassError), "{wrong}");
        }
    }

    #[test]
    fn every_slip_is_noticed() {
        let right = code().as_str().to_owned();
        for index in 0..14 {
            for other in CROCKFORD {
                let mut typed = right.clone().into_bytes();
                if typed[index] != *other {
                    typed[index] = *other;
                    assert!(PassCode::typed(&String::from_utf8(typed).unwrap()).is_err());
                }
            }
            for second in index + 1..14 {
                let mut typed = right.clone().into_bytes();
                typed.swap(index, second);
                let typed = String::from_utf8(typed).unwrap();
                assert_eq!(PassCode::typed(&typed).is_ok(), typed == right, "{typed}");
            }
        }
    }
}
