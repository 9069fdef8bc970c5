//! Where pushes reach this phone.

use authenticator_core::event as core;

/// An address at which a push reaches this app on this phone, as the platform gave it. Whoever has it may push to it: log
/// none.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)
)]
pub enum PushAddress {
    /// What `didRegisterForRemoteNotificationsWithDeviceToken` was given.
    Apns {
        /// The device token.
        #[cfg_attr(feature = "json", serde(with = "crate::octets"))]
        token: Vec<u8>,
        /// Which of Apple's two services gave it.
        environment: ApnsEnvironment,
        /// The app's bundle id.
        topic: String,
    },
    /// What `onNewToken` was given.
    Fcm {
        /// The registration token.
        token: String,
    },
    /// A Web Push subscription, as UnifiedPush's `onNewEndpoint` is given one.
    WebPush {
        /// As in `EffectKind.Subscribe`: the instance's name.
        account: String,
        /// The endpoint's URL.
        endpoint: String,
        /// The subscription's public key, 65 bytes in base64url without padding: `pubKeySet.pubKey`.
        p256dh: String,
        /// Its secret, 16 bytes in base64url without padding: `pubKeySet.auth`.
        auth: String,
    },
}

/// Which of Apple's two services gave a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum ApnsEnvironment {
    /// For apps from the App Store, TestFlight and device management.
    Production,
    /// For apps that Xcode has installed: `aps-environment` is `development`.
    Sandbox,
}

/// A way by which pushes reach this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)
)]
pub enum PushWay {
    /// Apple's service.
    Apns,
    /// Google's.
    Fcm,
    /// Web Push.
    WebPush {
        /// As in `EffectKind.Subscribe`.
        account: String,
    },
}

impl From<PushAddress> for core::PushAddress {
    fn from(address: PushAddress) -> Self {
        match address {
            PushAddress::Apns { token, environment, topic } => {
                Self::Apns { token, environment: environment.into(), topic }
            }
            PushAddress::Fcm { token } => Self::Fcm { token },
            PushAddress::WebPush { account, endpoint, p256dh, auth } => {
                Self::WebPush { account, endpoint, p256dh, auth }
            }
        }
    }
}

impl From<ApnsEnvironment> for core::Environment {
    fn from(environment: ApnsEnvironment) -> Self {
        match environment {
            ApnsEnvironment::Production => Self::Production,
            ApnsEnvironment::Sandbox => Self::Sandbox,
        }
    }
}

impl From<PushWay> for core::PushWay {
    fn from(way: PushWay) -> Self {
        match way {
            PushWay::Apns => Self::Apns,
            PushWay::Fcm => Self::Fcm,
            PushWay::WebPush { account } => Self::WebPush { account },
        }
    }
}

/// Recording writes down what the core was told.
#[cfg(feature = "json")]
impl From<core::PushAddress> for PushAddress {
    fn from(address: core::PushAddress) -> Self {
        use core::PushAddress as Core;
        match address {
            Core::Apns { token, environment, topic } => {
                Self::Apns { token, environment: environment.into(), topic }
            }
            Core::Fcm { token } => Self::Fcm { token },
            Core::WebPush { account, endpoint, p256dh, auth } => {
                Self::WebPush { account, endpoint, p256dh, auth }
            }
        }
    }
}

#[cfg(feature = "json")]
impl From<core::Environment> for ApnsEnvironment {
    fn from(environment: core::Environment) -> Self {
        match environment {
            core::Environment::Production => Self::Production,
            core::Environment::Sandbox => Self::Sandbox,
        }
    }
}

#[cfg(feature = "json")]
impl From<core::PushWay> for PushWay {
    fn from(way: core::PushWay) -> Self {
        match way {
            core::PushWay::Apns => Self::Apns,
            core::PushWay::Fcm => Self::Fcm,
            core::PushWay::WebPush { account } => Self::WebPush { account },
        }
    }
}
