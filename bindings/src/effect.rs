//! What the core asks the shell to do.

use crate::Sentence;
use authenticator_core::effect as core;
use authenticator_protocol::enrolment;

/// One thing to do.
///
/// Effects are begun in the order in which they are handed out, over all calls: what a call returns goes behind what has
/// not begun yet. They are begun, not waited for, except `Save` and `DeleteKeys`, which are done before the next one
/// begins: whenever the process is killed, what was saved tells the next one which keys and accounts there are. What a
/// killed process had under way is never resolved; a request that still waits is asked for again. An effect may hold a
/// number or a secret: log none. In Kotlin, two that hold bytes are equal only when they hold the same array.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
pub struct Effect {
    /// Names this effect in `Core.resolve`. Never used twice by one `Core`.
    pub id: u64,
    /// What to do.
    #[cfg_attr(feature = "json", serde(flatten))]
    pub kind: EffectKind,
}

/// What to do. Those marked with → end with that `Outcome`; the others are done and forgotten.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
pub enum EffectKind {
    /// Make a device key and an approval key in the phone's key store, under `account`: both P-256, for this phone only,
    /// not to be read out. Those that are there under this name are replaced. The device key can be used without a prompt, also while the phone is locked, after its first
    /// unlock since it was started. When one of the two cannot be made, none is left. → `KeysCreated`, `KeyFailed`.
    CreateKeys {
        /// The name under which the shell keeps the two keys: letters, digits, `-` and `_`. It is the account's id later.
        account: String,
        /// How the approval key is unlocked.
        unlock: Unlock,
    },
    /// Sign `message` with ES256: hash with SHA-256, then ECDSA on P-256. The approval key's prompt stands alone: when
    /// another one is asked for, the one before ends as `Cancelled`; so does one that the system closed, or that there is
    /// no window for. → `Signed`, `KeyFailed`.
    Sign {
        /// As in `CreateKeys`.
        account: String,
        /// Which of the two.
        key: Key,
        /// The exact bytes.
        #[cfg_attr(feature = "json", serde(with = "crate::octets"))]
        message: Vec<u8>,
        /// What the unlock prompt says, as its title; only for the approval key.
        reason: Option<Sentence>,
    },
    /// Delete both keys of `account`, and end a prompt of theirs as `Cancelled`. Where there are none, it is done; when they
    /// cannot be deleted, it is as when `Save` cannot.
    DeleteKeys {
        /// As in `CreateKeys`.
        account: String,
    },
    /// POST `body` once, without cookies, cache or tries of the system's own. Redirects are not followed: they are an answer
    /// like others.
    /// → `Http`, `NoNetwork`.
    Post {
        /// Where.
        url: String,
        /// The header `Content-Type`.
        content_type: String,
        /// What.
        #[cfg_attr(feature = "json", serde(with = "crate::octets"))]
        body: Vec<u8>,
        /// Give up this many milliseconds after the beginning, wherever it is.
        timeout: u64,
    },
    /// GET, the same way. → `Http`, `NoNetwork`.
    Get {
        /// Where.
        url: String,
        /// As in `Post`.
        timeout: u64,
    },
    /// Open a WebSocket. Its frames and its end arrive as events; that it is open needs no telling, and
    /// what is sent before it is goes out then, in order. One that is not open after 60 seconds has ended,
    /// `Event.SocketClosed`; redirects are not followed. It may be silent for a minute; a frame of more than 64 KiB ends it.
    OpenSocket {
        /// Names it.
        socket: u64,
        /// Where.
        url: String,
    },
    /// Send a text frame. Nothing is told when that fails: the end of the socket is.
    SendSocket {
        /// Which.
        socket: u64,
        /// What.
        text: String,
    },
    /// Close a WebSocket; no event follows.
    CloseSocket {
        /// Which.
        socket: u64,
    },
    /// Tell `Event.TimerFired` after this time, which passes also while the phone sleeps. Late does no harm, early does.
    StartTimer {
        /// Names it.
        timer: u64,
        /// Milliseconds.
        after: u64,
    },
    /// Forget a timer.
    CancelTimer {
        /// Which.
        timer: u64,
    },
    /// Keep these bytes, sealed, for the next start. The newest replaces all before it, and in one piece and on disk: a kill or a
    /// flat battery leaves the old or the new. They must be readable whenever a push starts the app. When they cannot be kept, begin none of the
    /// effects after it: close this core, and open another one with what was saved last.
    Save {
        /// Versioned, without any private key.
        #[cfg_attr(feature = "json", serde(with = "crate::octets"))]
        state: Vec<u8>,
    },
    /// Show a notification, without content, instead of the one that is there. It is handed out only while the app is at
    /// the back. A tap on it opens the app and nothing else. What an earlier process has left is taken back by the shell when
    /// the user opens the app.
    Notify {
        /// What it says.
        text: Sentence,
        /// When it takes itself back, in milliseconds since 1970 on this phone's clock; where the system cannot, the shell
        /// does when it runs next.
        until: u64,
    },
    /// Take the notification back.
    TakeBackNotification,
    /// Make a Web Push subscription with this key of the organisation's (RFC 8292), under this name, or renew the one that is
    /// there: with UnifiedPush, register the instance `account` with `key` as VAPID key. Its address comes as
    /// `Event.AddressTold`. It is asked for once in a process for each account, when the organisation has said its key. A
    /// phone without Web Push does nothing.
    Subscribe {
        /// The account that it is for: letters, digits, `-` and `_`.
        account: String,
        /// 65 bytes in base64url without padding.
        key: String,
    },
    /// End the subscription of this name; where there is none, it is done. No event follows.
    Unsubscribe {
        /// As in `Subscribe`.
        account: String,
    },
    /// The screen has changed: ask `Core.view`. It is handed out once in a call at most, and last.
    Render,
}

/// One of a device's two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Key {
    /// No prompt.
    Device,
    /// The user unlocks it at each use.
    Approval,
}

/// How the approval key is unlocked at each use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Unlock {
    /// Biometric or the phone's screen lock. The key stays when biometrics change.
    Credential,
    /// Biometric only; the key dies when biometrics change.
    Biometric,
}

/// How an effect ended. It may hold a secret: log none.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Outcome {
    /// Both keys exist; their public halves as 65 bytes: 4, x, y (SEC 1, uncompressed), not as X.509.
    KeysCreated {
        /// Of the device key.
        #[cfg_attr(feature = "json", serde(with = "crate::octets"))]
        device: Vec<u8>,
        /// Of the approval key.
        #[cfg_attr(feature = "json", serde(with = "crate::octets"))]
        approval: Vec<u8>,
    },
    /// It is signed.
    Signed {
        /// DER as platforms give it, or 64 bytes: r, then s.
        #[cfg_attr(feature = "json", serde(with = "crate::octets"))]
        signature: Vec<u8>,
    },
    /// The keys were not made or not used.
    KeyFailed {
        /// Why.
        why: KeyFailure,
    },
    /// An answer arrived.
    Http {
        /// HTTP status.
        status: u16,
        /// The body; of one that is longer, the first 64 KiB, which then mean nothing.
        #[cfg_attr(feature = "json", serde(with = "crate::octets"))]
        body: Vec<u8>,
    },
    /// No answer arrived: no network, no name, no TLS, or too late.
    NoNetwork,
}

/// Why keys were not made or not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum KeyFailure {
    /// The user closed the prompt, or the system did.
    Cancelled,
    /// Too many failed attempts; the system has locked the prompt for a while.
    LockedOut,
    /// The key is gone, or was made invalid by a change of biometrics or of the screen lock.
    Invalidated,
    /// The phone has no screen lock.
    NoScreenLock,
    /// Anything else.
    Failed,
}

impl From<core::Effect> for Effect {
    fn from(core::Effect { id, kind }: core::Effect) -> Self {
        Self { id, kind: kind.into() }
    }
}

impl From<core::EffectKind> for EffectKind {
    fn from(kind: core::EffectKind) -> Self {
        use core::EffectKind as Core;
        match kind {
            Core::CreateKeys { account, unlock } => Self::CreateKeys { account, unlock: unlock.into() },
            Core::Sign { account, key, message, reason } => {
                Self::Sign { account, key: key.into(), message, reason: reason.map(Sentence::from) }
            }
            Core::DeleteKeys { account } => Self::DeleteKeys { account },
            Core::Post { url, content_type, body, timeout } => {
                Self::Post { url, content_type, body, timeout }
            }
            Core::Get { url, timeout } => Self::Get { url, timeout },
            Core::OpenSocket { socket, url } => Self::OpenSocket { socket, url },
            Core::SendSocket { socket, text } => Self::SendSocket { socket, text },
            Core::CloseSocket { socket } => Self::CloseSocket { socket },
            Core::StartTimer { timer, after } => Self::StartTimer { timer, after },
            Core::CancelTimer { timer } => Self::CancelTimer { timer },
            Core::Save { state } => Self::Save { state },
            Core::Notify { text, until } => Self::Notify { text: text.into(), until: until.0 },
            Core::TakeBackNotification => Self::TakeBackNotification,
            Core::Subscribe { account, key } => Self::Subscribe { account, key },
            Core::Unsubscribe { account } => Self::Unsubscribe { account },
            Core::Render => Self::Render,
        }
    }
}

impl From<core::Key> for Key {
    fn from(key: core::Key) -> Self {
        match key {
            core::Key::Device => Self::Device,
            core::Key::Approval => Self::Approval,
        }
    }
}

impl From<enrolment::Unlock> for Unlock {
    fn from(unlock: enrolment::Unlock) -> Self {
        match unlock {
            enrolment::Unlock::Credential => Self::Credential,
            enrolment::Unlock::Biometric => Self::Biometric,
        }
    }
}

impl From<Outcome> for core::Outcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::KeysCreated { device, approval } => Self::KeysCreated { device, approval },
            Outcome::Signed { signature } => Self::Signed(signature),
            Outcome::KeyFailed { why } => Self::KeyFailed(why.into()),
            Outcome::Http { status, body } => Self::Http { status, body },
            Outcome::NoNetwork => Self::NoNetwork,
        }
    }
}

impl From<KeyFailure> for core::KeyFailure {
    fn from(failure: KeyFailure) -> Self {
        match failure {
            KeyFailure::Cancelled => Self::Cancelled,
            KeyFailure::LockedOut => Self::LockedOut,
            KeyFailure::Invalidated => Self::Invalidated,
            KeyFailure::NoScreenLock => Self::NoScreenLock,
            KeyFailure::Failed => Self::Failed,
        }
    }
}

/// Recording writes down what the core was told.
#[cfg(feature = "json")]
impl From<core::Outcome> for Outcome {
    fn from(outcome: core::Outcome) -> Self {
        use core::Outcome as Core;
        match outcome {
            Core::KeysCreated { device, approval } => Self::KeysCreated { device, approval },
            Core::Signed(signature) => Self::Signed { signature },
            Core::KeyFailed(why) => Self::KeyFailed { why: why.into() },
            Core::Http { status, body } => Self::Http { status, body },
            Core::NoNetwork => Self::NoNetwork,
        }
    }
}

#[cfg(feature = "json")]
impl From<core::KeyFailure> for KeyFailure {
    fn from(failure: core::KeyFailure) -> Self {
        use core::KeyFailure as Core;
        match failure {
            Core::Cancelled => Self::Cancelled,
            Core::LockedOut => Self::LockedOut,
            Core::Invalidated => Self::Invalidated,
            Core::NoScreenLock => Self::NoScreenLock,
            Core::Failed => Self::Failed,
        }
    }
}
