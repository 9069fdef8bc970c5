//! A TCP proxy that keeps every byte on its way to the phone, and what looks for a number in them.

use crate::Error;
use authenticator_protocol::code::{decode, encode};
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What went to the phone.
#[derive(Clone, Default)]
pub struct Recording(Arc<Mutex<Vec<u8>>>);

impl Recording {
    /// Passes everything between `listener` and `service` on, until the runtime ends.
    pub fn start(listener: TcpListener, service: SocketAddr) -> Self {
        let recording = Self::default();
        let kept = recording.clone();
        tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                tokio::spawn(kept.clone().pass(phone, service));
            }
        });
        recording
    }

    async fn pass(self, phone: TcpStream, service: SocketAddr) -> Result<(), Error> {
        let service = TcpStream::connect(service).await?;
        let (mut from_phone, mut to_phone) = phone.into_split();
        let (mut from_service, mut to_service) = service.into_split();
        let up = tokio::spawn(async move { tokio::io::copy(&mut from_phone, &mut to_service).await });
        let mut buffer = [0; 4096];
        loop {
            let length = from_service.read(&mut buffer).await?;
            if length == 0 {
                break;
            }
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..length]);
            to_phone.write_all(&buffer[..length]).await?;
        }
        up.abort();
        Ok(())
    }

    /// All of it so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether `needle` occurs in `bytes`.
pub fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// `bytes`, and after them what each part of them is that reads as base64url: the parts of a JWS, a token.
pub fn opened(bytes: &[u8]) -> Vec<u8> {
    let mut all = bytes.to_vec();
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    for part in bytes.split(|byte| !is_base64(byte)).filter(|part| part.len() > 4) {
        if let Some(decoded) = std::str::from_utf8(part).ok().and_then(decode) {
            all.push(b'\n');
            all.extend(decoded);
        }
    }
    all
}

/// Every form of `number` that occurs in `bytes`, or in what a part of them decodes to.
pub fn traces(number: &str, bytes: &[u8]) -> Vec<&'static str> {
    let value: u32 = number.parse().unwrap_or_default();
    let hash = Sha256::digest(number.as_bytes());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let reversed: Vec<u8> = number.bytes().rev().collect();
    let forms: [(&str, Vec<u8>); 10] = [
        ("its digits", number.into()),
        ("its value", value.to_string().into()),
        ("its digits backwards", reversed),
        ("base64url of its digits", encode(number.as_bytes()).into()),
        ("its value in four bytes", value.to_be_bytes().into()),
        ("its value in four bytes, the other way", value.to_le_bytes().into()),
        ("its hash", hash.to_vec()),
        ("its hash in hex", hex.to_uppercase().into()),
        ("its hash in hex, lower case", hex.into()),
        ("its hash in base64url", encode(&hash).into()),
    ];
    let all = opened(bytes);
    forms.into_iter().filter(|(_, form)| holds(&all, form)).map(|(name, _)| name).collect()
}
