//! Opening the socket (property 23): the service sends a [`Greeting`], the phone answers with a [`SocketOpening`],
//! and from then on every binary frame is a [`crate::wake::Wake`].

use crate::code::{Bytes, Secret};
use crate::jws::{Message, Typ};
use serde::{Deserialize, Serialize};

/// Service → phone, the first text frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// To be signed; fresh for this connection.
    pub nonce: Bytes<16>,
}

/// Phone → service, the first text frame of the phone: a compact JWS of this, signed by the device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketOpening {
    /// The greeting's.
    pub nonce: Bytes<16>,
    /// The channel secret of this connection, fresh for it; wakes carry a tag made with it.
    pub secret: Secret<32>,
}

impl Message for SocketOpening {
    const TYP: Typ = Typ::Socket;
}

/// Close code: the account has ended on the service's side. The phone fetches to learn why.
pub const CLOSE_ENDED: u16 = 4001;
/// Close code: the opening was late, too long or not valid.
pub const CLOSE_REFUSED: u16 = 4003;
