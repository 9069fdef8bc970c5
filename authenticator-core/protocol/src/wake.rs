//! The wake: 24 bytes without content, by which a phone knows which account to fetch for (property 19).

use crate::code::Secret;
use crate::ids::WakeId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A wake as it travels: the wake id and the first 8 bytes of HMAC-SHA-256(channel secret, wake id).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake {
    /// Used once, on one channel.
    pub id: WakeId,
    tag: [u8; 8],
}

impl Wake {
    /// For the channel whose secret this is.
    pub fn new(id: WakeId, secret: &Secret<32>) -> Self {
        Self { id, tag: tag(&id, secret) }
    }

    /// The 24 bytes.
    pub fn to_bytes(self) -> [u8; 24] {
        let mut out = [0; 24];
        out[..16].copy_from_slice(self.id.as_bytes());
        out[16..].copy_from_slice(&self.tag);
        out
    }

    /// From exactly 24 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; 24] = bytes.try_into().ok()?;
        let (id, tag) = bytes.split_at(16);
        Some(Self { id: WakeId::from_bytes(id.try_into().ok()?), tag: tag.try_into().ok()? })
    }

    /// Whether it is meant for the channel with this secret.
    pub fn is_for(&self, secret: &Secret<32>) -> bool {
        subtle::ConstantTimeEq::ct_eq(&tag(&self.id, secret)[..], &self.tag[..]).into()
    }
}

fn tag(id: &WakeId, secret: &Secret<32>) -> [u8; 8] {
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.0).expect("HMAC takes keys of any length");
    mac.update(id.as_bytes());
    let full = mac.finalize().into_bytes();
    let mut out = [0; 8];
    out.copy_from_slice(&full[..8]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_channel_knows_it() {
        let wake = Wake::new(WakeId::from_bytes([3; 16]), &Secret([1; 32]));
        let read = Wake::from_bytes(&wake.to_bytes()).unwrap();
        assert!(read.is_for(&Secret([1; 32])));
        assert!(!read.is_for(&Secret([2; 32])));
        assert_eq!(Wake::from_bytes(&[0; 23]), None);
    }
}
