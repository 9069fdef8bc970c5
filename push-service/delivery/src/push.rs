//! What is sent: opaque bytes, with a time after which they are of no use.

use crate::answer::{Answer, Outcome};
use crate::clock::left;
use bytes::Bytes;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::fmt;
use std::time::{Duration, SystemTime};

/// One push. Providers see when it ends and how long it is, and with APNs and FCM its bytes: put nothing in it that
/// they may not know. Web Push encrypts them for the receiver.
#[derive(Clone, Debug)]
pub struct Push {
    /// 16 random bytes, fresh for each push and for each address: APNs is told them as `apns-id`.
    pub id: PushId,
    /// What the app gets; at most [`Push::LONGEST`] bytes.
    pub payload: Bytes,
    /// When it is of no use any more: a provider that cannot deliver it until then forgets it.
    pub expires: SystemTime,
    /// How much it may cost the phone.
    pub urgency: Urgency,
    /// A later push with the same one replaces this one, where it has not been delivered yet. The same for all
    /// receivers, or it tells the provider who belongs together.
    pub collapse: Option<Collapse>,
}

impl Push {
    /// Bytes of a payload that fit every provider: 4,096 less what stands around them, in base64.
    pub const LONGEST: usize = 2_800;

    /// The answer to a push that is not worth sending.
    pub(crate) fn refuse(&self, now: SystemTime) -> Option<Answer> {
        if self.payload.len() > Self::LONGEST {
            return Some(Answer::wrong("the payload is too long"));
        }
        left(self.expires, now)
            .is_zero()
            .then(|| Answer::unsent(Outcome::Busy { wait: None }, "its time is over"))
    }

    /// What is sent to find out whether a provider lets us in.
    pub(crate) fn to_nobody(now: SystemTime) -> Self {
        let mut id = [0; 16];
        // An id that is not random is one all the same.
        let _ = SystemRandom::new().fill(&mut id);
        Self {
            id: PushId(id),
            payload: Bytes::new(),
            expires: now + Duration::from_secs(60),
            urgency: Urgency::Normal,
            collapse: None,
        }
    }
}

/// 16 random bytes; APNs reads them as a UUID.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PushId(pub [u8; 16]);

impl fmt::Display for PushId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for PushId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// How much a push may cost the phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Urgency {
    /// At once, also on a phone that sleeps.
    #[default]
    High,
    /// When it suits the phone.
    Normal,
    /// When it suits the phone, and without a word to its user: the app takes back what it shows.
    Quiet,
}

/// The name of what a push replaces: 1 to 32 characters of base64url, which every provider takes (RFC 8030, section
/// 5.4 is the strictest).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collapse(String);

impl Collapse {
    /// `None` when the text is empty, too long, or has other characters.
    pub fn new(text: &str) -> Option<Self> {
        let fits = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
        ((1..=32).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_a_uuid() {
        let id = PushId(*b"\x12\x3e\x45\x67\xe8\x9b\x12\xd3\xa4\x56\x42\x66\x14\x17\x40\x00");
        assert_eq!(id.to_string(), "123e4567-e89b-12d3-a456-426614174000");
    }

    #[test]
    fn a_collapse_name_fits_all_providers() {
        assert!(Collapse::new("wake").is_some() && Collapse::new(&"a".repeat(32)).is_some());
        for text in ["", "two words", "å", "a\r\nb", &"a".repeat(33)] {
            assert_eq!(Collapse::new(text), None, "{text:?}");
        }
    }
}
