//! What happens to the app: by its user, by the system, over the network.

use crate::{PushAddress, PushWay};
use authenticator_core::event::{self as core, ByHand, Frame};

/// Something happened. `Core.dispatch` takes it together with the time. Each variant of `Screen` says which of the user's
/// events fit it. An event may hold a number or a secret: log none.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Event {
    /// The app is at the front, with this core for the first time: no `Foregrounded` follows. When a push starts the process
    /// at the back, `WakeArrived` comes alone, and this when the user opens the app then. A link that opens the app comes
    /// after it, as `LinkOpened`.
    Launched,
    /// The app came to the front again.
    Foregrounded,
    /// The app went to the back: it is no longer seen. Under an unlock prompt it is still at the front.
    Backgrounded,
    /// The user pulled down, or asked to look again.
    Refresh,
    /// The network is there again, after it was away or was changed for another.
    NetworkBack,
    /// A push notification brought these bytes, whichever way. Keep the process awake until no effect that has an `Outcome`
    /// is open, for 30 seconds at most, as after `Backgrounded`.
    WakeArrived {
        /// The 24 bytes of a wake, decoded from whatever carried them. Others do no harm.
        #[cfg_attr(feature = "json", serde(with = "crate::octets"))]
        bytes: Vec<u8>,
    },
    /// Pushes reach the app at this address. Tell it whenever the platform says one, the same again among them; it takes the
    /// place of the one that came the same way. The core keeps it, tells each organisation that can use it, and tells it
    /// again when it has to.
    AddressTold {
        /// The address.
        address: PushAddress,
    },
    /// Pushes cannot reach the app this way: at the start for each way that this phone does not have, and when the platform
    /// says that one has ended.
    AddressGone {
        /// The way.
        way: PushWay,
    },
    /// A timer that an effect started has run out. One that was cancelled in the same moment does no harm.
    TimerFired {
        /// As in `EffectKind.StartTimer`.
        timer: u64,
    },
    /// A text frame arrived on an open socket.
    SocketText {
        /// As in `EffectKind.OpenSocket`.
        socket: u64,
        /// What arrived.
        text: String,
    },
    /// A binary frame arrived on an open socket.
    SocketBinary {
        /// As in `EffectKind.OpenSocket`.
        socket: u64,
        /// What arrived.
        #[cfg_attr(feature = "json", serde(with = "crate::octets"))]
        bytes: Vec<u8>,
    },
    /// A socket has ended, or could not be opened. Not told of one that an effect closed.
    SocketClosed {
        /// As in `EffectKind.OpenSocket`.
        socket: u64,
        /// The close code that the peer sent; null when it sent none.
        code: Option<u16>,
    },

    /// "+".
    AddAccount,
    /// "Scan".
    ChooseScan,
    /// "Paste the link".
    ChooseLink,
    /// "Type the code".
    ChooseTyped,
    /// "Continue", with all that stands on the screen for typed codes, as it was typed.
    CodeTyped {
        /// E-mail or UPN.
        login: String,
        /// The typed code.
        code: String,
        /// The server's address; empty while it is not asked for.
        server: String,
    },
    /// The camera read a QR code. The screen changes after the first; those that follow do no harm.
    QrScanned {
        /// What stands in it.
        text: String,
    },
    /// A QR code was looked for in a picture that the user chose.
    PictureRead {
        /// What stands in it, the first of several; null when there is none in the picture.
        text: Option<String>,
    },
    /// The system or the user refused the camera.
    CameraRefused,
    /// A link of the app was opened, or one was pasted. One that the system brings is told at once, on any screen: where it
    /// does not fit it changes nothing, and is not kept for later.
    LinkOpened {
        /// The whole link.
        text: String,
    },
    /// "Yes" to the question whether this account is to be added.
    Confirmed,

    /// The number input changed: also with fewer digits than are needed, or none.
    NumberEntered {
        /// All digits that stand there, in order, 0 to 9, with leading zeros. Anything else is dropped, and what is too much.
        number: String,
    },
    /// "Yes, it's me". The user unlocks the approval key for it.
    Approve,
    /// "Cancel this sign-in": it was the user, who has changed their mind. Nobody is alarmed.
    CancelSignIn,
    /// "No, it's not me": the sign-in ends, and the organisation hears of it.
    NotMe,
    /// Opens a waiting request out of several.
    OpenRequest {
        /// As in `WaitingRow`.
        request: String,
    },

    /// Opens an account.
    OpenAccount {
        /// As in `AccountRow`.
        account: String,
    },
    /// "Remove the account from the phone".
    RemoveAccount,
    /// "Yes, remove".
    RemoveConfirmed,
    /// Opens the settings.
    OpenSettings,
    /// A language was chosen.
    ChooseLanguage {
        /// "sv" or "en"; null follows the phone.
        language: Option<String>,
    },
    /// "Try again".
    Retry,
    /// "Done".
    Done,
    /// Back, by button or gesture.
    Back,
}

impl From<Event> for core::Event {
    fn from(event: Event) -> Self {
        match event {
            Event::Launched => Self::Launched,
            Event::Foregrounded => Self::Foregrounded,
            Event::Backgrounded => Self::Backgrounded,
            Event::Refresh => Self::Refresh,
            Event::NetworkBack => Self::NetworkBack,
            Event::WakeArrived { bytes } => Self::WakeArrived(bytes),
            Event::AddressTold { address } => Self::AddressTold(address.into()),
            Event::AddressGone { way } => Self::AddressGone(way.into()),
            Event::TimerFired { timer } => Self::TimerFired(timer),
            Event::SocketText { socket, text } => Self::SocketMessage { socket, frame: Frame::Text(text) },
            Event::SocketBinary { socket, bytes } => {
                Self::SocketMessage { socket, frame: Frame::Binary(bytes) }
            }
            Event::SocketClosed { socket, code } => Self::SocketClosed { socket, code },
            Event::AddAccount => Self::AddAccount,
            Event::ChooseScan => Self::ChooseScan,
            Event::ChooseLink => Self::ChooseLink,
            Event::ChooseTyped => Self::ChooseTyped,
            Event::CodeTyped { login, code, server } => Self::CodeTyped(ByHand { login, code, server }),
            Event::QrScanned { text } => Self::QrScanned(text),
            Event::PictureRead { text } => Self::PictureRead(text),
            Event::CameraRefused => Self::CameraRefused,
            Event::LinkOpened { text } => Self::LinkOpened(text),
            Event::Confirmed => Self::Confirmed,
            Event::NumberEntered { number } => Self::NumberEntered(number),
            Event::Approve => Self::Approve,
            Event::CancelSignIn => Self::CancelSignIn,
            Event::NotMe => Self::NotMe,
            Event::OpenRequest { request } => Self::OpenRequest(request),
            Event::OpenAccount { account } => Self::OpenAccount(account),
            Event::RemoveAccount => Self::RemoveAccount,
            Event::RemoveConfirmed => Self::RemoveConfirmed,
            Event::OpenSettings => Self::OpenSettings,
            Event::ChooseLanguage { language } => Self::ChooseLanguage(language),
            Event::Retry => Self::Retry,
            Event::Done => Self::Done,
            Event::Back => Self::Back,
        }
    }
}

/// Recording writes down what the core was told.
#[cfg(feature = "json")]
impl From<core::Event> for Event {
    fn from(event: core::Event) -> Self {
        use core::Event as Core;
        match event {
            Core::Launched => Self::Launched,
            Core::Foregrounded => Self::Foregrounded,
            Core::Backgrounded => Self::Backgrounded,
            Core::Refresh => Self::Refresh,
            Core::NetworkBack => Self::NetworkBack,
            Core::WakeArrived(bytes) => Self::WakeArrived { bytes },
            Core::AddressTold(address) => Self::AddressTold { address: address.into() },
            Core::AddressGone(way) => Self::AddressGone { way: way.into() },
            Core::TimerFired(timer) => Self::TimerFired { timer },
            Core::SocketMessage { socket, frame: Frame::Text(text) } => Self::SocketText { socket, text },
            Core::SocketMessage { socket, frame: Frame::Binary(bytes) } => {
                Self::SocketBinary { socket, bytes }
            }
            Core::SocketClosed { socket, code } => Self::SocketClosed { socket, code },
            Core::AddAccount => Self::AddAccount,
            Core::ChooseScan => Self::ChooseScan,
            Core::ChooseLink => Self::ChooseLink,
            Core::ChooseTyped => Self::ChooseTyped,
            Core::CodeTyped(ByHand { login, code, server }) => Self::CodeTyped { login, code, server },
            Core::QrScanned(text) => Self::QrScanned { text },
            Core::PictureRead(text) => Self::PictureRead { text },
            Core::CameraRefused => Self::CameraRefused,
            Core::LinkOpened(text) => Self::LinkOpened { text },
            Core::Confirmed => Self::Confirmed,
            Core::NumberEntered(number) => Self::NumberEntered { number },
            Core::Approve => Self::Approve,
            Core::CancelSignIn => Self::CancelSignIn,
            Core::NotMe => Self::NotMe,
            Core::OpenRequest(request) => Self::OpenRequest { request },
            Core::OpenAccount(account) => Self::OpenAccount { account },
            Core::RemoveAccount => Self::RemoveAccount,
            Core::RemoveConfirmed => Self::RemoveConfirmed,
            Core::OpenSettings => Self::OpenSettings,
            Core::ChooseLanguage(language) => Self::ChooseLanguage { language },
            Core::Retry => Self::Retry,
            Core::Done => Self::Done,
            Core::Back => Self::Back,
        }
    }
}
