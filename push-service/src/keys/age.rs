//! The file format of `age` (age-encryption.org/v1, C2SP) with a passphrase, so that `age -d` opens a backup as well.
//!
//! A random file key is wrapped under scrypt of the passphrase; HKDF-SHA-256 makes of it a key for the header's MAC
//! and one for the payload, which is ChaCha20-Poly1305 in chunks of 64 KiB (STREAM). Why not the crate: ADR 0016.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::{hkdf, hmac};
use zeroize::Zeroizing;

const VERSION: &str = "age-encryption.org/v1";
const CHUNK: usize = 64 * 1024;
/// scrypt's N is two to the power of this: a second or so, 256 MiB. What `age` itself takes.
pub(super) const WORK: u8 = 18;
/// More than this would only keep the reader busy.
const MOST_WORK: u8 = 20;

/// It was changed, is no such file, or the passphrase is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotOpened;

type FileKey = Zeroizing<[u8; 16]>;

/// Seals `plain` under `passphrase`.
pub(super) fn seal(plain: &[u8], passphrase: &str, work: u8) -> Option<Vec<u8>> {
    let mut file_key = FileKey::default();
    let (mut salt, mut nonce) = ([0; 16], [0; 16]);
    for random in [file_key.as_mut(), &mut salt, &mut nonce] {
        SystemRandom::new().fill(random).ok()?;
    }
    let mut wrapped = file_key.to_vec();
    let tag = wrapping_key(passphrase, &salt, work)?
        .seal_in_place_separate_tag(no_nonce(), Aad::empty(), &mut wrapped)
        .ok()?;
    wrapped.extend_from_slice(tag.as_ref());
    let header =
        format!("{VERSION}\n-> scrypt {} {work}\n{}\n---", BASE64.encode(salt), BASE64.encode(&wrapped));
    let mac = hmac::sign(&header_key(&file_key), header.as_bytes());
    let mut out = format!("{header} {}\n", BASE64.encode(mac)).into_bytes();
    out.extend_from_slice(&nonce);
    let key = payload_key(&file_key, &nonce);
    let last = plain.len().div_ceil(CHUNK).max(1) - 1;
    for index in 0..=last {
        let mut chunk = plain[index * CHUNK..plain.len().min((index + 1) * CHUNK)].to_vec();
        let tag =
            key.seal_in_place_separate_tag(counted(index, index == last), Aad::empty(), &mut chunk).ok()?;
        out.extend_from_slice(&chunk);
        out.extend_from_slice(tag.as_ref());
    }
    Some(out)
}

/// What [`seal`] or `age -p` sealed.
pub(super) fn open(sealed: &[u8], passphrase: &str) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    opened(sealed, passphrase).ok_or(NotOpened)
}

fn opened(sealed: &[u8], passphrase: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut rest = sealed;
    if line(&mut rest)? != VERSION {
        return None;
    }
    let (salt, work) = line(&mut rest)?.strip_prefix("-> scrypt ")?.split_once(' ')?;
    let salt: [u8; 16] = BASE64.decode(salt).ok()?.try_into().ok()?;
    let work: u8 = work.parse().ok().filter(|work| *work <= MOST_WORK)?;
    let mut wrapped = Zeroizing::new(BASE64.decode(line(&mut rest)?).ok().filter(|it| it.len() == 32)?);
    let mac = BASE64.decode(line(&mut rest)?.strip_prefix("--- ")?).ok()?;
    let file_key = wrapping_key(passphrase, &salt, work)?
        .open_in_place(no_nonce(), Aad::empty(), wrapped.as_mut_slice())
        .ok()?;
    let file_key = FileKey::new((&*file_key).try_into().ok()?);
    let header = sealed[..sealed.len() - rest.len()].strip_suffix(b"\n")?;
    let header = header.get(..header.len().checked_sub(1 + BASE64.encode(&mac).len())?)?;
    hmac::verify(&header_key(&file_key), header, &mac).ok()?;
    let (nonce, payload) = rest.split_first_chunk::<16>()?;
    let key = payload_key(&file_key, nonce);
    let sealed_chunk = CHUNK + CHACHA20_POLY1305.tag_len();
    let last = payload.len().div_ceil(sealed_chunk).checked_sub(1)?;
    let mut plain = Zeroizing::new(Vec::with_capacity(payload.len()));
    for (index, chunk) in payload.chunks(sealed_chunk).enumerate() {
        let mut chunk = Zeroizing::new(chunk.to_vec());
        let read =
            key.open_in_place(counted(index, index == last), Aad::empty(), chunk.as_mut_slice()).ok()?;
        if read.is_empty() && index > 0 {
            return None;
        }
        plain.extend_from_slice(read);
    }
    Some(plain)
}

/// The next line, without its end.
fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&rest[..end]).ok()?;
    *rest = &rest[end + 1..];
    Some(line)
}

fn wrapping_key(passphrase: &str, salt: &[u8; 16], work: u8) -> Option<LessSafeKey> {
    let salt = [VERSION.as_bytes(), b"/scrypt", salt].concat();
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(passphrase.as_bytes(), &salt, &scrypt::Params::new(work, 8, 1).ok()?, key.as_mut())
        .ok()?;
    UnboundKey::new(&CHACHA20_POLY1305, key.as_ref()).ok().map(LessSafeKey::new)
}

fn header_key(file_key: &FileKey) -> hmac::Key {
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(file_key.as_ref());
    key.expand(&[b"header"], hmac::HMAC_SHA256).expect("HKDF-SHA-256 yields 32 bytes").into()
}

fn payload_key(file_key: &FileKey, nonce: &[u8; 16]) -> LessSafeKey {
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, nonce).extract(file_key.as_ref());
    let key = key.expand(&[b"payload"], &CHACHA20_POLY1305).expect("HKDF-SHA-256 yields 32 bytes");
    LessSafeKey::new(UnboundKey::from(key))
}

/// A wrapping key wraps once: its salt is fresh.
fn no_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

/// Eleven bytes count the chunks, the twelfth marks the last one.
fn counted(index: usize, last: bool) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[3..11].copy_from_slice(&(index as u64).to_be_bytes());
    nonce[11] = u8::from(last);
    Nonce::assume_unique_for_key(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: u8 = 4;

    #[test]
    fn there_and_back_whatever_the_length() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7] {
            let plain: Vec<u8> = (0..=250).cycle().take(length).collect();
            let sealed = seal(&plain, "a long passphrase", QUICK).unwrap();
            assert_eq!(open(&sealed, "a long passphrase").unwrap().as_slice(), plain, "{length}");
            assert_eq!(open(&sealed, "another passphrase"), Err(NotOpened));
            for cut in [0, 1, 100, 150, sealed.len() - 1] {
                assert!(open(&sealed[..cut], "a long passphrase").is_err(), "{length} cut at {cut}");
            }
        }
    }

    #[test]
    fn no_byte_can_be_changed() {
        let sealed = seal(b"keys", "a long passphrase", QUICK).unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(open(&changed, "a long passphrase").is_err(), "byte {index}");
        }
        let two = seal(&vec![7; CHUNK + 1], "a long passphrase", QUICK).unwrap();
        let short = two.len() - 1 - CHACHA20_POLY1305.tag_len();
        assert!(open(&two[..short], "a long passphrase").is_err(), "the last chunk is missing");
    }

    /// Made by Debian's `age 1.1.1` with `age -p`; its passphrase is in the name.
    #[test]
    fn what_age_itself_has_sealed_is_opened() {
        let sealed = include_bytes!("age/under-styrk-styrk-styrk.age");
        assert_eq!(open(sealed, "styrk-styrk-styrk").unwrap().as_slice(), b"sealed by age\n");
    }
}
