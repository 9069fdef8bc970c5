//! What happens to the app: by its user, by the system, over the network.

use std::fmt;

pub use authenticator_protocol::channels::Environment;

/// Something happened. [`crate::Core::dispatch`] takes it together with the time.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// The user started the app. When a push starts it at the back, [`Event::WakeArrived`] comes alone.
    Launched,
    /// The app came to the front.
    Foregrounded,
    /// The app went to the back.
    Backgrounded,
    /// The user pulled down, or asked to look again.
    Refresh,
    /// The network is there again.
    NetworkBack,
    /// A push notification brought these bytes.
    WakeArrived(Vec<u8>),
    /// A push can reach this phone at this address: a new one, or the one from before. It takes the place of the one that
    /// came the same way.
    AddressTold(PushAddress),
    /// No push can reach this phone this way, or none any more.
    AddressGone(PushWay),
    /// A timer that an effect started has run out.
    TimerFired(u64),
    /// A frame arrived on an open socket.
    SocketMessage {
        /// As in [`crate::effect::EffectKind::OpenSocket`].
        socket: u64,
        /// What arrived.
        frame: Frame,
    },
    /// A socket has ended, or could not be opened.
    SocketClosed {
        /// As in [`crate::effect::EffectKind::OpenSocket`].
        socket: u64,
        /// The close code, where there is one.
        code: Option<u16>,
    },

    /// "+".
    AddAccount,
    /// "Work or school account", then "scan".
    ChooseScan,
    /// "Paste the link".
    ChooseLink,
    /// "Type the code".
    ChooseTyped,
    /// "Continue", with all that stands on that screen.
    CodeTyped(ByHand),
    /// The camera read a QR code.
    QrScanned(String),
    /// A QR code was looked for in a picture; `None` when there is none in it.
    PictureRead(Option<String>),
    /// The system or the user refused the camera.
    CameraRefused,
    /// A link of the app was opened, or one was pasted.
    LinkOpened(String),
    /// "Yes" to the question whether this account is to be added.
    Confirmed,

    /// The number input changed; digits only, in order.
    NumberEntered(String),
    /// "Yes, it's me".
    Approve,
    /// "Cancel this sign-in".
    CancelSignIn,
    /// "No, it's not me".
    NotMe,
    /// Opens a waiting request out of several.
    OpenRequest(String),

    /// Opens an account.
    OpenAccount(String),
    /// "Remove the account from the phone".
    RemoveAccount,
    /// "Yes, remove".
    RemoveConfirmed,
    /// Opens the settings.
    OpenSettings,
    /// A language was chosen, "sv" or "en"; `None` follows the phone.
    ChooseLanguage(Option<String>),
    /// "Try again".
    Retry,
    /// "Done".
    Done,
    /// Back, by button or gesture.
    Back,
}

/// What was typed or read prints as `[redacted]`: a number, or the secret of a code.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = "[redacted]";
        match self {
            Self::Launched => f.write_str("Launched"),
            Self::Foregrounded => f.write_str("Foregrounded"),
            Self::Backgrounded => f.write_str("Backgrounded"),
            Self::Refresh => f.write_str("Refresh"),
            Self::NetworkBack => f.write_str("NetworkBack"),
            Self::AddAccount => f.write_str("AddAccount"),
            Self::ChooseScan => f.write_str("ChooseScan"),
            Self::ChooseLink => f.write_str("ChooseLink"),
            Self::ChooseTyped => f.write_str("ChooseTyped"),
            Self::CameraRefused => f.write_str("CameraRefused"),
            Self::Confirmed => f.write_str("Confirmed"),
            Self::Approve => f.write_str("Approve"),
            Self::CancelSignIn => f.write_str("CancelSignIn"),
            Self::NotMe => f.write_str("NotMe"),
            Self::RemoveAccount => f.write_str("RemoveAccount"),
            Self::RemoveConfirmed => f.write_str("RemoveConfirmed"),
            Self::OpenSettings => f.write_str("OpenSettings"),
            Self::Retry => f.write_str("Retry"),
            Self::Done => f.write_str("Done"),
            Self::Back => f.write_str("Back"),
            Self::WakeArrived(_) => write!(f, "WakeArrived({hidden})"),
            Self::AddressTold(address) => write!(f, "AddressTold({address:?})"),
            Self::AddressGone(way) => write!(f, "AddressGone({way:?})"),
            Self::QrScanned(_) => write!(f, "QrScanned({hidden})"),
            Self::PictureRead(_) => write!(f, "PictureRead({hidden})"),
            Self::LinkOpened(_) => write!(f, "LinkOpened({hidden})"),
            Self::CodeTyped(_) => write!(f, "CodeTyped({hidden})"),
            Self::NumberEntered(_) => write!(f, "NumberEntered({hidden})"),
            Self::TimerFired(what) => write!(f, "TimerFired({what:?})"),
            Self::OpenRequest(what) => write!(f, "OpenRequest({what:?})"),
            Self::OpenAccount(what) => write!(f, "OpenAccount({what:?})"),
            Self::ChooseLanguage(what) => write!(f, "ChooseLanguage({what:?})"),
            Self::SocketMessage { socket, .. } => write!(f, "SocketMessage({socket}, {hidden})"),
            Self::SocketClosed { socket, code } => write!(f, "SocketClosed({socket}, {code:?})"),
        }
    }
}

/// An address at which pushes reach this app on this phone.
#[derive(Clone, PartialEq, Eq)]
pub enum PushAddress {
    /// Apple's service.
    Apns {
        /// The device token.
        token: Vec<u8>,
        /// Which of Apple's two services gave it.
        environment: Environment,
        /// The app's bundle id.
        topic: String,
    },
    /// Google's service.
    Fcm {
        /// The registration token.
        token: String,
    },
    /// A Web Push subscription (RFC 8291 section 3).
    WebPush {
        /// Whose: as in [`crate::effect::EffectKind::Subscribe`].
        account: String,
        /// Where to send.
        endpoint: String,
        /// The subscription's public key, an uncompressed point of P-256 in base64url.
        p256dh: String,
        /// Its secret, 16 bytes in base64url.
        auth: String,
    },
}

/// Whoever has an address may push to it.
impl fmt::Debug for PushAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Apns { .. } => "Apns([redacted])",
            Self::Fcm { .. } => "Fcm([redacted])",
            Self::WebPush { .. } => "WebPush([redacted])",
        })
    }
}

/// A way by which pushes reach this phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushWay {
    /// Apple's service.
    Apns,
    /// Google's.
    Fcm,
    /// Web Push, with a subscription for each account.
    WebPush {
        /// Whose: as in [`crate::effect::EffectKind::Subscribe`].
        account: String,
    },
}

/// What a user types who cannot scan, as it was typed: nothing of it is lost while something is wrong with it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ByHand {
    /// E-mail or UPN.
    pub login: String,
    /// The typed code.
    pub code: String,
    /// The server's address; empty while it is not asked for.
    pub server: String,
}

/// It holds a secret.
impl fmt::Debug for ByHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A frame of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}
