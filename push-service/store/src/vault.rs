//! Seals what must not lie open in a database, under a key that is not in the database (properties 10, 20).

use authenticator_protocol::code::{Bytes, Hash, Secret};
use authenticator_protocol::enrolment::Code;
use authenticator_protocol::ids::{EnrolmentId, RequestId, UserId};
use authenticator_protocol::number::Number;
use authenticator_protocol::random::{self, Random};
use authenticator_protocol::typed::TypedCode;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::SecureRandom as _;
use ring::{hkdf, hmac};
use signin::enrolment::TypedCodes;
use signin::pass::PassCode;
use signin::user::User;
use std::fmt;
use zeroize::Zeroizing;

/// The sealed text was changed, belongs elsewhere, or was sealed under another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot be opened: changed, moved, or sealed under another key")]
pub struct NotOpened;

/// Keys derived from one master key (HKDF, RFC 5869), each for one use.
pub struct Vault {
    seal: LessSafeKey,
    mac: hmac::Key,
    codes: hmac::Key,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault([redacted])")
    }
}

/// Stands for a password's stored hash where that itself has no business: SHA-256.
pub fn stamp(password_hash: &str) -> Hash {
    let digest = ring::digest::digest(&ring::digest::SHA256, password_hash.as_bytes());
    let mut stamp = Bytes([0; 32]);
    stamp.0.copy_from_slice(digest.as_ref());
    stamp
}

impl Vault {
    /// `master`: 32 bytes of a cryptographic generator, kept outside the database. They are wiped here.
    #[expect(clippy::missing_panics_doc, reason = "HKDF-SHA-256 always yields 32 bytes")]
    pub fn new(master: [u8; 32]) -> Self {
        let master = Zeroizing::new(master);
        let key = hkdf::Salt::new(hkdf::HKDF_SHA256, b"styrk vault v1").extract(&*master);
        let fits = "HKDF-SHA-256 yields 32 bytes";
        let seal = UnboundKey::from(key.expand(&[b"seal"], &AES_256_GCM).expect(fits));
        Self {
            seal: LessSafeKey::new(seal),
            mac: key.expand(&[b"mac"], hmac::HMAC_SHA256).expect(fits).into(),
            codes: key.expand(&[b"enrolment codes"], hmac::HMAC_SHA256).expect(fits).into(),
        }
    }

    /// AES-256-GCM under a random nonce, which stands in front. Opens only for the same `context` and `id`.
    #[expect(clippy::missing_panics_doc, reason = "GCM refuses nothing below 64 GiB")]
    pub fn seal(&self, context: &str, id: &[u8], plain: &[u8], random: &mut dyn Random) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = random::bytes(random);
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self
            .seal
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(framed(context, &[id])),
                &mut sealed[NONCE_LEN..],
            )
            .expect("GCM refuses nothing below 64 GiB");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// What [`Self::seal`] sealed; wiped when it is dropped.
    pub fn open(&self, context: &str, id: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(NotOpened)?;
        let mut buffer = Zeroizing::new(rest.to_vec());
        let length = self
            .seal
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(framed(context, &[id])),
                buffer.as_mut_slice(),
            )
            .map_err(|_| NotOpened)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }

    /// HMAC-SHA-256 over a context and parts, each with its length.
    pub fn mac(&self, context: &str, parts: &[&[u8]]) -> Hash {
        tag(&self.mac, context, parts)
    }

    /// What is stored of an enrolment code (property 10).
    pub fn code_mac(&self, code: &Code) -> Hash {
        self.mac("enrolment code", &[&code.0])
    }

    /// The code of an enrolment: 128 bits that follow from its id, so that its page can be reloaded although
    /// the code is stored nowhere.
    pub fn enrolment_code(&self, id: EnrolmentId) -> Code {
        let full = Zeroizing::new(tag(&self.codes, "code", &[id.as_bytes()]).0);
        let mut code = Secret([0; 16]);
        code.0.copy_from_slice(&full[..16]);
        code
    }

    /// What is stored of a typed code and a name beside it, whatever the name's case.
    pub fn typed_mac(&self, login: &str, code: &TypedCode) -> Hash {
        self.mac("typed code", &[login.trim().to_lowercase().as_bytes(), code.as_str().as_bytes()])
    }

    /// The typed code of an enrolment: it follows from its id as the link's does.
    pub fn typed_code(&self, id: EnrolmentId) -> TypedCode {
        let full = Zeroizing::new(tag(&self.codes, "typed code", &[id.as_bytes()]).0);
        let mut bits = Zeroizing::new([0; 8]);
        bits.copy_from_slice(&full[..8]);
        TypedCode::from_bits(*bits)
    }

    /// What is stored of it for this user.
    pub fn typed_codes(&self, id: EnrolmentId, user: &User) -> TypedCodes {
        let code = self.typed_code(id);
        let with = |login: &str| self.typed_mac(login, &code);
        let with_upn = with(&user.upn);
        let with_email = user.email.as_deref().map(with).filter(|mac| *mac != with_upn);
        TypedCodes { with_upn: Some(with_upn), with_email }
    }

    /// What is stored of a pass for this user.
    pub fn pass_mac(&self, user: UserId, code: &PassCode) -> Hash {
        self.mac("pass", &[user.as_bytes(), code.as_str().as_bytes()])
    }

    /// The id that stands for a name that is nobody's: always the same, and like any other.
    pub(crate) fn nobody(&self, name: &str) -> UserId {
        // Whoever asks for an id gets that id, as of anybody.
        if let Ok(id) = name.trim().parse() {
            return id;
        }
        let full = self.mac("nobody", &[name.trim().to_lowercase().as_bytes()]).0;
        let mut id = [0; 16];
        id.copy_from_slice(&full[..16]);
        UserId::from_bytes(id)
    }

    pub(crate) fn seal_number(&self, id: RequestId, number: &Number, random: &mut dyn Random) -> Vec<u8> {
        self.seal("number", id.as_bytes(), number.as_str().as_bytes(), random)
    }

    pub(crate) fn open_number(&self, id: RequestId, sealed: &[u8]) -> Result<Number, NotOpened> {
        let plain = self.open("number", id.as_bytes(), sealed)?;
        std::str::from_utf8(&plain).map_err(|_| NotOpened)?.parse().map_err(|_| NotOpened)
    }

    /// Recognises a user's number for as long as it must not come again, when it is itself erased.
    pub(crate) fn number_tag(&self, user: UserId, number: &Number) -> Hash {
        self.mac("number tag", &[user.as_bytes(), number.as_str().as_bytes()])
    }

    /// Tells at opening whether a database belongs to this key.
    pub(crate) fn check_value(&self) -> Hash {
        self.mac("check", &[])
    }
}

/// A context and parts as bytes that no other context and parts give.
fn framed(context: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    for part in std::iter::once(context.as_bytes()).chain(parts.iter().copied()) {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

fn tag(key: &hmac::Key, context: &str, parts: &[&[u8]]) -> Hash {
    let mut out = Bytes([0; 32]);
    out.0.copy_from_slice(hmac::sign(key, &Zeroizing::new(framed(context, parts))).as_ref());
    out
}

/// The operating system's generator, through ring.
#[derive(Debug)]
pub struct SystemRandom(ring::rand::SystemRandom);

impl SystemRandom {
    /// The generator.
    #[expect(clippy::new_without_default, reason = "a source of randomness is named where it is made")]
    pub fn new() -> Self {
        Self(ring::rand::SystemRandom::new())
    }
}

impl Random for SystemRandom {
    fn fill(&mut self, dest: &mut [u8]) {
        self.0.fill(dest).expect("the operating system's generator works");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(byte: u8) -> Vault {
        Vault::new([byte; 32])
    }

    #[test]
    fn opens_only_where_it_was_sealed() {
        let mut random = SystemRandom::new();
        let sealed = vault(1).seal("number", b"one", b"47", &mut random);
        assert_eq!(vault(1).open("number", b"one", &sealed).unwrap().as_slice(), b"47");
        assert!(vault(1).open("number", b"two", &sealed).is_err());
        assert!(vault(1).open("numbers", b"one", &sealed).is_err());
        assert!(vault(2).open("number", b"one", &sealed).is_err());
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(vault(1).open("number", b"one", &changed).is_err(), "byte {index}");
        }
        assert!(vault(1).open("number", b"one", &sealed[..11]).is_err());
        assert_ne!(sealed, vault(1).seal("number", b"one", b"47", &mut random), "a nonce is fresh each time");
    }

    #[test]
    fn parts_do_not_run_together() {
        let vault = vault(1);
        assert_ne!(vault.mac("a", &[b"bc", b"d"]), vault.mac("a", &[b"b", b"cd"]));
        assert_ne!(vault.mac("ab", &[b"c"]), vault.mac("a", &[b"bc"]));
        assert_ne!(vault.mac("a", &[b""]), vault.mac("a", &[]));
    }

    #[test]
    fn a_code_follows_from_its_id_and_the_key() {
        let (one, two) = (EnrolmentId::from_bytes([1; 16]), EnrolmentId::from_bytes([2; 16]));
        assert_eq!(vault(1).enrolment_code(one), vault(1).enrolment_code(one));
        assert_ne!(vault(1).enrolment_code(one), vault(1).enrolment_code(two));
        assert_ne!(vault(1).enrolment_code(one), vault(2).enrolment_code(one));
        let code = vault(1).enrolment_code(one);
        assert_ne!(vault(1).code_mac(&code), vault(2).code_mac(&code));
        let typed = vault(1).typed_code(one);
        assert_eq!(typed, vault(1).typed_code(one));
        assert!(typed != vault(1).typed_code(two) && typed != vault(2).typed_code(one));
        assert_ne!(vault(1).typed_mac("anna", &typed), vault(2).typed_mac("anna", &typed));
        assert_ne!(vault(1).typed_mac("anna", &typed), vault(1).typed_mac("bo", &typed));
        assert_eq!(
            vault(1).typed_mac(" Anna@Å.example", &typed),
            vault(1).typed_mac("anna@å.example ", &typed)
        );
    }

    #[test]
    fn prints_nothing() {
        assert_eq!(format!("{:?}", vault(1)), "Vault([redacted])");
    }
}
