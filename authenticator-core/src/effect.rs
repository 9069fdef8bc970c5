//! What the core asks the shell to do. The shell only does it, and tells how it ended.
//!
//! Effects are begun in the order in which they are handed out, and a [`EffectKind::Save`] or
//! [`EffectKind::DeleteKeys`] is done before the next one begins: whenever the process is killed, what is saved tells
//! the next one what was under way.

use crate::text::Text;
use authenticator_protocol::enrolment::Unlock;
use authenticator_protocol::time::Millis;
use std::fmt;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Names this effect in [`crate::Core::resolve`]. Never used twice while the app runs.
    pub id: u64,
    /// What to do.
    pub kind: EffectKind,
}

/// What to do. Those marked with → end with that [`Outcome`]; the others are done and forgotten.
#[derive(Clone, PartialEq, Eq)]
pub enum EffectKind {
    /// Make a device key and an approval key in the phone's key store, under `account`.
    /// → [`Outcome::KeysCreated`], [`Outcome::KeyFailed`].
    CreateKeys {
        /// The name under which the shell keeps the two keys.
        account: String,
        /// How the approval key is unlocked.
        unlock: Unlock,
    },
    /// Sign `message` with ES256 (hash with SHA-256, then ECDSA on P-256).
    /// → [`Outcome::Signed`], [`Outcome::KeyFailed`].
    Sign {
        /// As in `CreateKeys`.
        account: String,
        /// Which of the two.
        key: Key,
        /// The exact bytes.
        message: Vec<u8>,
        /// What the unlock prompt says; only for the approval key.
        reason: Option<Text>,
    },
    /// Delete both keys of `account`.
    DeleteKeys {
        /// As in `CreateKeys`.
        account: String,
    },
    /// POST `body`. Redirects are not followed. → [`Outcome::Http`], [`Outcome::NoNetwork`].
    Post {
        /// Where.
        url: String,
        /// `application/jose`.
        content_type: String,
        /// What.
        body: Vec<u8>,
        /// Give up after this many milliseconds.
        timeout: u64,
    },
    /// GET. Redirects are not followed. → [`Outcome::Http`], [`Outcome::NoNetwork`].
    Get {
        /// Where.
        url: String,
        /// Give up after this many milliseconds.
        timeout: u64,
    },
    /// Open a WebSocket; frames and its end arrive as events.
    OpenSocket {
        /// Names it.
        socket: u64,
        /// Where.
        url: String,
    },
    /// Send a text frame.
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
    /// Tell [`crate::event::Event::TimerFired`] after this time.
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
    /// Keep these bytes, sealed, for the next start. The newest replaces all before it.
    Save {
        /// Versioned, without any private key.
        state: Vec<u8>,
    },
    /// Show a notification without content while the app is at the back.
    Notify {
        /// What it says.
        text: Text,
        /// When it takes itself back.
        until: Millis,
    },
    /// Take the notification back.
    TakeBackNotification,
    /// Make a Web Push subscription (RFC 8030) that nobody but the holder of `key` can use (RFC 8292), under the name
    /// `account`, or renew the one that is there. Its address comes as [`crate::event::Event::AddressTold`]. A phone that has
    /// no Web Push does nothing.
    Subscribe {
        /// The account that it is for.
        account: String,
        /// The organisation's public key for it: an uncompressed point of P-256 in base64url without padding.
        key: String,
    },
    /// End the subscription of this name.
    Unsubscribe {
        /// As in `Subscribe`.
        account: String,
    },
    /// The screen has changed: ask [`crate::Core::view`].
    Render,
}

/// What is signed or sent prints as its length: it may hold a number or a secret.
impl fmt::Debug for EffectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateKeys { account, unlock } => write!(f, "CreateKeys({account}, {unlock:?})"),
            Self::Sign { account, key, message, .. } => {
                write!(f, "Sign({account}, {key:?}, {} bytes)", message.len())
            }
            Self::DeleteKeys { account } => write!(f, "DeleteKeys({account})"),
            Self::Post { url, body, .. } => write!(f, "Post({url}, {} bytes)", body.len()),
            Self::Get { url, .. } => write!(f, "Get({url})"),
            Self::OpenSocket { socket, url } => write!(f, "OpenSocket({socket}, {url})"),
            Self::SendSocket { socket, text } => write!(f, "SendSocket({socket}, {} bytes)", text.len()),
            Self::CloseSocket { socket } => write!(f, "CloseSocket({socket})"),
            Self::StartTimer { timer, after } => write!(f, "StartTimer({timer}, {after} ms)"),
            Self::CancelTimer { timer } => write!(f, "CancelTimer({timer})"),
            Self::Save { state } => write!(f, "Save({} bytes)", state.len()),
            Self::Notify { text, until } => write!(f, "Notify({text:?}, {until:?})"),
            Self::TakeBackNotification => f.write_str("TakeBackNotification"),
            Self::Subscribe { account, .. } => write!(f, "Subscribe({account})"),
            Self::Unsubscribe { account } => write!(f, "Unsubscribe({account})"),
            Self::Render => f.write_str("Render"),
        }
    }
}

/// One of a device's two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// No prompt.
    Device,
    /// The user unlocks it at each use.
    Approval,
}

/// How an effect ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both keys exist; their public halves, SEC 1 uncompressed (65 bytes).
    KeysCreated {
        /// Of the device key.
        device: Vec<u8>,
        /// Of the approval key.
        approval: Vec<u8>,
    },
    /// The signature, DER or `r‖s`.
    Signed(Vec<u8>),
    /// The key was not made or not used.
    KeyFailed(KeyFailure),
    /// An answer arrived.
    Http {
        /// HTTP status.
        status: u16,
        /// The body; at most 64 KiB are read.
        body: Vec<u8>,
    },
    /// No answer arrived: no network, no name, no TLS, or too late.
    NoNetwork,
}

/// Why a key was not made or not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFailure {
    /// The user closed the prompt.
    Cancelled,
    /// Too many failed attempts; the system has locked the prompt for a while.
    LockedOut,
    /// The key is gone or was invalidated by a change of biometrics.
    Invalidated,
    /// The phone has no screen lock.
    NoScreenLock,
    /// Anything else.
    Failed,
}
