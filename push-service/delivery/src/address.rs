//! Where a push goes: what the phone was told by its system, checked in form once.

use crate::guard;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::Uri;
use p256::PublicKey;
use std::fmt;

/// An address of one app on one phone. Whoever has it (and for APNs and FCM, the sender's key) can push to it, so none
/// is printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A device token of APNs.
    Apns(DeviceToken),
    /// A registration token of FCM.
    Fcm(RegistrationToken),
    /// A subscription of Web Push, UnifiedPush among them.
    Web(Subscription),
}

/// Which provider takes an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Apple Push Notification service.
    Apns,
    /// Firebase Cloud Messaging.
    Fcm,
    /// Web Push.
    Web,
}

impl Address {
    /// Who takes it.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Apns(_) => Channel::Apns,
            Self::Fcm(_) => Channel::Fcm,
            Self::Web(_) => Channel::Web,
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Apns => "APNs",
            Self::Fcm => "FCM",
            Self::Web => "Web Push",
        })
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}([redacted])", self.channel())
    }
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not what APNs gives out.
    #[error("a device token has 2 to 200 hexadecimal digits, an even number of them")]
    DeviceToken,
    /// Not what FCM gives out.
    #[error("a registration token has 1 to 4096 letters, digits, and - _ : . %")]
    RegistrationToken,
    /// Not an address that may be pushed to.
    #[error("endpoint: {0}")]
    Endpoint(String),
    /// Not a public key.
    #[error("p256dh: not an uncompressed point of P-256 in base64url")]
    Key,
    /// Not a secret.
    #[error("auth: not 16 bytes in base64url")]
    Auth,
}

/// A device token of APNs, in hexadecimal digits. Apple does not promise its length.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceToken(String);

impl DeviceToken {
    /// Reads what the app was told.
    pub fn new(hex: &str) -> Result<Self, AddressError> {
        let fits = (2..=200).contains(&hex.len())
            && hex.len().is_multiple_of(2)
            && hex.bytes().all(|digit| digit.is_ascii_hexdigit());
        if fits { Ok(Self(hex.to_ascii_lowercase())) } else { Err(AddressError::DeviceToken) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A registration token of FCM.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistrationToken(String);

impl RegistrationToken {
    /// Reads what the app was told.
    pub fn new(text: &str) -> Result<Self, AddressError> {
        let fits = |letter: u8| letter.is_ascii_alphanumeric() || b"-_:.%".contains(&letter);
        if (1..=4096).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AddressError::RegistrationToken)
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A push subscription: where to send, and whom to encrypt for (RFC 8291, section 3).
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    pub(crate) endpoint: Uri,
    pub(crate) key: PublicKey,
    pub(crate) auth: [u8; 16],
}

impl Subscription {
    /// Reads what the app was told: the endpoint, and `p256dh` and `auth` in base64url. Whether the endpoint's address
    /// is a public one is looked at when a push is sent.
    pub fn new(endpoint: &str, p256dh: &str, auth: &str) -> Result<Self, AddressError> {
        if endpoint.len() > 1_000 {
            return Err(AddressError::Endpoint("longer than 1,000 characters".to_owned()));
        }
        let endpoint: Uri =
            endpoint.parse().map_err(|error| AddressError::Endpoint(format!("not a URL: {error}")))?;
        guard::form(&endpoint).map_err(|refused| AddressError::Endpoint(refused.to_string()))?;
        let bytes = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        let key = bytes(p256dh).filter(|point| point.len() == 65);
        let key = key.and_then(|point| PublicKey::from_sec1_bytes(&point).ok()).ok_or(AddressError::Key)?;
        let auth = bytes(auth).and_then(|auth| auth.try_into().ok()).ok_or(AddressError::Auth)?;
        Ok(Self { endpoint, key, auth })
    }

    /// `https://host:port`: the audience of the sender's token.
    pub(crate) fn origin(&self) -> String {
        self.endpoint.authority().map_or_else(String::new, |authority| format!("https://{authority}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8291, section 5.
    const KEY: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn addresses_have_a_form() {
        assert!(DeviceToken::new(&"aB".repeat(32)).is_ok());
        for text in ["", "abc", "../..", &"a".repeat(202)] {
            assert_eq!(DeviceToken::new(text).err(), Some(AddressError::DeviceToken), "{text}");
        }
        assert!(RegistrationToken::new("fY3:APA91bH-_x").is_ok());
        for text in ["", "a b", "a\"b", &"a".repeat(5000)] {
            assert_eq!(RegistrationToken::new(text).err(), Some(AddressError::RegistrationToken), "{text}");
        }
    }

    #[test]
    fn a_subscription_names_what_is_wrong_with_it() {
        let good = Subscription::new("https://ntfy.example:8443/up?up=1", KEY, AUTH).unwrap();
        assert_eq!(good.origin(), "https://ntfy.example:8443");
        for (endpoint, key, auth, says) in [
            ("http://ntfy.example/up", KEY, AUTH, "endpoint: "),
            ("https://user:word@ntfy.example/up", KEY, AUTH, "endpoint: "),
            ("/up", KEY, AUTH, "endpoint: "),
            ("https://ntfy.example/a b", KEY, AUTH, "endpoint: "),
            ("https://ntfy.example/up", &KEY[1..], AUTH, "p256dh: "),
            ("https://ntfy.example/up", &KEY.replace("BCVx", "BCVy"), AUTH, "p256dh: "),
            ("https://ntfy.example/up", KEY, "BTBZ", "auth: "),
        ] {
            let error = Subscription::new(endpoint, key, auth).err().unwrap().to_string();
            assert!(error.starts_with(says), "{endpoint}: {error}");
        }
    }

    #[test]
    fn no_address_is_printed() {
        let address = Address::Web(Subscription::new("https://ntfy.example/up", KEY, AUTH).unwrap());
        assert_eq!(format!("{address:?}"), "Web Push([redacted])");
    }
}
