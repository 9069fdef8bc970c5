//! A device's request is bound to its method, its address, its time and its own name (property 8).

use crate::ids::{DeviceId, RequestNonce};
use crate::jws::Header;
use crate::time::Seconds;
use std::fmt;

/// How far a request's time may lie from the service's, in seconds.
pub const TOLERANCE: u64 = 120;

/// Where each of the phone's requests goes, below the service's public URL. All are POST but the socket.
pub mod paths {
    /// A claim; answered by the offer.
    pub const CLAIM: &str = "/api/v1/phone/claim";
    /// A registration.
    pub const REGISTRATION: &str = "/api/v1/phone/registration";
    /// What is waiting.
    pub const FETCH: &str = "/api/v1/phone/fetch";
    /// An approval or a denial.
    pub const ANSWER: &str = "/api/v1/phone/answer";
    /// Where the phone can be woken.
    pub const CHANNELS: &str = "/api/v1/phone/channels";
    /// The phone removes its account.
    pub const LEAVE: &str = "/api/v1/phone/leave";
    /// The open socket (GET, WebSocket).
    pub const SOCKET: &str = "/api/v1/phone/socket";
    /// Receipts: this, a slash and the wake id; unsigned POST without a body.
    pub const RECEIPTS: &str = "/api/v1/phone/receipts";
}

/// The header of a request that `kid` makes.
pub fn header(
    method: &str,
    url: String,
    at: Seconds,
    nonce: RequestNonce,
    device: Option<DeviceId>,
) -> Header {
    let mut header = Header::default();
    header.kid = device.map(|id| id.to_string());
    header.htm = Some(method.to_owned());
    header.url = Some(url);
    header.iat = Some(at);
    header.jti = Some(nonce);
    header
}

/// Why a request is not for here and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// `htm` is missing or another method.
    Method,
    /// `url` is missing or another address.
    Url,
    /// `jti` is missing.
    Nonce,
    /// `iat` is missing.
    Time,
    /// `iat` is further away than [`TOLERANCE`]: the phone's clock is wrong.
    Clock,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Method => "htm: not the method of this request",
            Self::Url => "url: not the address of this request",
            Self::Nonce => "jti: missing",
            Self::Time => "iat: missing",
            Self::Clock => "iat: more than 120 seconds from the service's time",
        })
    }
}

impl std::error::Error for RequestError {}

/// Checks that `header` was signed for `method` and `url` around `now`; returns its time and name.
pub fn check(
    header: &Header,
    method: &str,
    url: &str,
    now: Seconds,
) -> Result<(Seconds, RequestNonce), RequestError> {
    let nonce = header.jti.ok_or(RequestError::Nonce)?;
    let at = header.iat.ok_or(RequestError::Time)?;
    if header.htm.as_deref() != Some(method) {
        return Err(RequestError::Method);
    }
    if header.url.as_deref() != Some(url) {
        return Err(RequestError::Url);
    }
    if at.distance(now) > TOLERANCE {
        return Err(RequestError::Clock);
    }
    Ok((at, nonce))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_bound() {
        let nonce = RequestNonce::from_bytes([1; 16]);
        let signed = header("POST", "https://a.example/x".into(), Seconds(1000), nonce, None);
        let check_at = |method, url, now| check(&signed, method, url, Seconds(now));
        assert_eq!(check_at("POST", "https://a.example/x", 1120), Ok((Seconds(1000), nonce)));
        assert_eq!(check_at("POST", "https://a.example/x", 880), Ok((Seconds(1000), nonce)));
        assert_eq!(check_at("POST", "https://a.example/x", 1121), Err(RequestError::Clock));
        assert_eq!(check_at("POST", "https://a.example/x", 879), Err(RequestError::Clock));
        assert_eq!(check_at("GET", "https://a.example/x", 1000), Err(RequestError::Method));
        assert_eq!(check_at("POST", "https://b.example/x", 1000), Err(RequestError::Url));
        // What must be there comes before what it must be.
        let without = |change: fn(&mut Header)| {
            let mut header = signed.clone();
            change(&mut header);
            check(&header, "GET", "https://b.example/x", Seconds(2000))
        };
        assert_eq!(without(|header| header.jti = None), Err(RequestError::Nonce));
        assert_eq!(without(|header| header.iat = None), Err(RequestError::Time));
        assert_eq!(without(|header| header.htm = None), Err(RequestError::Method));
        assert_eq!(check_at("POST", "https://b.example/x", 2000), Err(RequestError::Url));
    }
}
