//! Channels: the addresses at which a phone can be woken beside its open socket.
//!
//! A phone sends the whole list whenever something in it changed, or the service asks for it
//! ([`crate::fetch::FetchReply::renew`]). The list replaces what was there; an empty one means that no third party is
//! to wake this phone. Each channel has a secret of its own, by which the phone knows the wakes that came by it.

use crate::code::{Bytes, Secret};
use crate::json::present;
use crate::jws::{Message, Typ};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Channels of one device at most.
pub const MAX_CHANNELS: usize = 4;

/// Phone → service: all channels of this device. Signed by the device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channels {
    /// At most [`MAX_CHANNELS`].
    pub channels: Vec<Channel>,
}

impl Message for Channels {
    const TYP: Typ = Typ::Channels;
}

/// One way to wake a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Members", into = "Members")]
pub struct Channel {
    /// The channel secret: fresh random bytes of the phone, new at each registration. Wakes carry a tag made with it.
    pub secret: Secret<32>,
    /// Where wakes go.
    pub address: PushAddress,
}

/// What a phone was told by its system. Whoever knows one can push to the phone, so none is printed.
#[derive(Clone, PartialEq, Eq)]
pub enum PushAddress {
    /// Apple Push Notification service.
    Apns(ApnsAddress),
    /// Firebase Cloud Messaging.
    Fcm(FcmAddress),
    /// Web Push (RFC 8030), UnifiedPush among it.
    WebPush(WebPushAddress),
}

impl fmt::Debug for PushAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Apns(_) => "Apns([redacted])",
            Self::Fcm(_) => "Fcm([redacted])",
            Self::WebPush(_) => "WebPush([redacted])",
        })
    }
}

/// A device token of APNs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApnsAddress {
    /// The device token, in hexadecimal digits.
    pub token: String,
    /// Which of Apple's two services gave it out.
    pub environment: Environment,
    /// The app's bundle id, where it is not the one that the organisation has set.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

/// Which of Apple's services a device token is for: the app's entitlement `aps-environment`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Apps from the App Store, TestFlight and device management.
    Production,
    /// Apps from Xcode.
    Sandbox,
}

/// A registration token of FCM.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FcmAddress {
    /// The registration token.
    pub token: String,
}

/// A push subscription (RFC 8291 section 3).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebPushAddress {
    /// Where to send: an `https` address.
    pub endpoint: String,
    /// The receiver's public key, an uncompressed point of P-256.
    pub p256dh: Bytes<65>,
    /// The receiver's authentication secret.
    pub auth: Secret<16>,
}

/// A channel as it is written: exactly one of the addresses is there.
#[derive(Clone, Serialize, Deserialize)]
struct Members {
    secret: Secret<32>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    apns: Option<ApnsAddress>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    fcm: Option<FcmAddress>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    web_push: Option<WebPushAddress>,
}

impl From<Channel> for Members {
    fn from(channel: Channel) -> Self {
        let mut members = Self { secret: channel.secret, apns: None, fcm: None, web_push: None };
        match channel.address {
            PushAddress::Apns(address) => members.apns = Some(address),
            PushAddress::Fcm(address) => members.fcm = Some(address),
            PushAddress::WebPush(address) => members.web_push = Some(address),
        }
        members
    }
}

impl TryFrom<Members> for Channel {
    type Error = &'static str;

    fn try_from(members: Members) -> Result<Self, Self::Error> {
        let address = match (members.apns, members.fcm, members.web_push) {
            (Some(address), None, None) => PushAddress::Apns(address),
            (None, Some(address), None) => PushAddress::Fcm(address),
            (None, None, Some(address)) => PushAddress::WebPush(address),
            _ => return Err("exactly one of apns, fcm and web_push"),
        };
        Ok(Self { secret: members.secret, address })
    }
}

/// Service → phone: what became of each channel, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelsReply {
    /// As many as were sent.
    pub channels: Vec<Taken>,
}

/// What became of one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Taken {
    /// Wakes go there from now on.
    Active,
    /// It is not used. The others are.
    Refused {
        /// Why.
        reason: Refusal,
    },
}

/// Why a channel is not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// This service has no key for that provider.
    NotConfigured,
    /// It is no address of that provider, or one that this service may not connect to.
    Address,
    /// Another app's: the service's key is for another topic.
    Topic,
    /// A device token of Apple's other environment than the one that this service sends to.
    Environment,
    /// A word of a newer service.
    #[serde(untagged)]
    Other(String),
}

/// Which channels this service can use; part of the fetch reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// Whether it takes addresses of APNs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apns: bool,
    /// Whether it takes addresses of FCM.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fcm: bool,
    /// There when it takes subscriptions of Web Push.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub web_push: Option<WebPushKey>,
}

/// What a subscription of Web Push is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebPushKey {
    /// The service's public key (RFC 8292), an uncompressed point of P-256.
    pub key: Bytes<65>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    const SECRET: &str = r#""secret":"VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVU""#;

    fn read(members: &str) -> Option<Channel> {
        json::read(format!("{{{SECRET},{members}}}").as_bytes())
    }

    #[test]
    fn a_channel_has_exactly_one_address() {
        let fcm = r#""fcm":{"token":"a:b"}"#;
        let apns = r#""apns":{"token":"00ff","environment":"sandbox"}"#;
        let found = read(&format!(r#"{fcm},"zz":1"#)).unwrap();
        assert_eq!(found.address, PushAddress::Fcm(FcmAddress { token: "a:b".into() }));
        assert!(matches!(read(apns).unwrap().address, PushAddress::Apns(_)));
        for other in [
            r#""zz":1"#.to_owned(),
            format!("{fcm},{apns}"),
            format!("{fcm},{fcm}"),
            format!(r#"{fcm},"web_push":null"#),
            r#""fcm":["a:b"]"#.to_owned(),
            r#""apns":{"token":"00ff","environment":"other"}"#.to_owned(),
        ] {
            assert_eq!(read(&other), None, "{other}");
        }
    }

    #[test]
    fn no_address_is_printed() {
        let channel = read(r#""fcm":{"token":"a:b"}"#).unwrap();
        assert_eq!(format!("{channel:?}"), "Channel { secret: [redacted], address: Fcm([redacted]) }");
    }

    #[test]
    fn a_newer_reason_is_a_refusal_too() {
        let read = |text: &str| json::read::<Taken>(text.as_bytes());
        assert_eq!(read(r#"{"state":"active","zz":1}"#), Some(Taken::Active));
        let refused = |reason| Some(Taken::Refused { reason });
        assert_eq!(read(r#"{"state":"refused","reason":"not_configured"}"#), refused(Refusal::NotConfigured));
        assert_eq!(read(r#"{"state":"refused","reason":"moon"}"#), refused(Refusal::Other("moon".into())));
        assert_eq!(read(r#"{"state":"refused"}"#), None);
    }
}
