//! The envelope: compact JWS (RFC 7515), ES256 only, with an explicit type (RFC 8725 section 3.11).
//!
//! A message passes through types in one order only: [`Unsigned`] → text, and text → [`Unverified`] →
//! [`Verified`]. The payload of an unverified message cannot be reached.

use crate::code::{Bytes, Hash, decode, decode_array, encode};
use crate::ids::RequestNonce;
use crate::json::{self, present};
use crate::keys::{PublicKey, Sign, Signature, Verify};
use crate::time::Seconds;
use crate::{MAX_JWS, VERSION};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt;

/// Every kind of signed thing. None is valid in the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Typ {
    /// A phone claims an enrolment code.
    Claim,
    /// The organisation's offer to that phone.
    Offer,
    /// The phone's registration, by its device key.
    Registration,
    /// The approval key's part of a registration.
    ApprovalKey,
    /// A phone asks what is waiting.
    Fetch,
    /// The question about one sign-in request.
    Challenge,
    /// Yes, with the number, by the approval key.
    Approval,
    /// Cancelled or "not me", by the device key.
    Denial,
    /// A phone opens its socket.
    Socket,
    /// A phone says where it can be woken.
    Channels,
    /// A phone removes its own account.
    Leave,
    /// The identity key has a successor.
    KeyStatement,
}

impl Typ {
    /// All of them, for tests that put each in the place of each other.
    pub const ALL: [Self; 12] = [
        Self::Claim,
        Self::Offer,
        Self::Registration,
        Self::ApprovalKey,
        Self::Fetch,
        Self::Challenge,
        Self::Approval,
        Self::Denial,
        Self::Socket,
        Self::Channels,
        Self::Leave,
        Self::KeyStatement,
    ];

    /// The value of the `typ` header parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "styrk-claim+jws",
            Self::Offer => "styrk-offer+jws",
            Self::Registration => "styrk-registration+jws",
            Self::ApprovalKey => "styrk-approval-key+jws",
            Self::Fetch => "styrk-fetch+jws",
            Self::Challenge => "styrk-challenge+jws",
            Self::Approval => "styrk-approval+jws",
            Self::Denial => "styrk-denial+jws",
            Self::Socket => "styrk-socket+jws",
            Self::Channels => "styrk-channels+jws",
            Self::Leave => "styrk-leave+jws",
            Self::KeyStatement => "styrk-key-statement+jws",
        }
    }
}

/// What a JWS of one [`Typ`] carries.
pub trait Message: Serialize + DeserializeOwned {
    /// Its type.
    const TYP: Typ;
}

/// The protected header. Members that a message does not use are absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    alg: String,
    typ: String,
    v: u64,
    /// The device id, in what an enrolled device signs.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The signer's key, where the reader cannot know it yet.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub jwk: Option<PublicKey>,
    /// The HTTP method that this request is meant for (as in RFC 9449).
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub htm: Option<String>,
    /// The address that this request is meant for (RFC 8555 section 6.4).
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When this request was signed.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub iat: Option<Seconds>,
    /// Names this request, once.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub jti: Option<RequestNonce>,
    /// Whatever stands there: it is judged after what comes before it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    crit: Option<Value>,
    /// Members of the payload that the phone must know how to show; critical (RFC 7515 section 4.1.11).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub show: Vec<String>,
}

impl Header {
    /// A header that brings the signer's key.
    #[must_use]
    pub fn with_key(self, key: PublicKey) -> Self {
        Self { jwk: Some(key), ..self }
    }

    /// RFC 7515 section 4.1.11: `crit` is a non-empty list of extensions that are present and understood. `show` is
    /// the only one there is. Whether it is named.
    fn is_critical(&self) -> Result<bool, JwsError> {
        match &self.crit {
            None => Ok(false),
            Some(crit) if *crit == json!(["show"]) => Ok(true),
            Some(_) => Err(JwsError::Crit),
        }
    }

    /// A header whose payload members `show` are critical.
    pub fn showing(show: Vec<String>) -> Self {
        Self { show, ..Self::default() }
    }
}

/// Why a text is not an acceptable message. Each names the part that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwsError {
    /// Longer than [`MAX_JWS`].
    TooLong,
    /// Not three dot-separated parts of unpadded base64url.
    Form,
    /// The header is not JSON of the expected shape.
    Header,
    /// `alg` is not `ES256`.
    Alg,
    /// `typ` is another message's, or unknown.
    Typ,
    /// `v` is a version that this side does not speak.
    Version,
    /// `crit` names something unknown, or something that is not there.
    Crit,
    /// The signature does not match.
    Signature,
    /// The payload is not JSON of the expected shape.
    Payload,
}

impl fmt::Display for JwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "message: longer than 16 KiB",
            Self::Form => "message: not a compact JWS",
            Self::Header => "header: not the JSON that is expected",
            Self::Alg => "alg: only ES256",
            Self::Typ => "typ: not the type that is expected here",
            Self::Version => "v: a version that is not spoken here",
            Self::Crit => "crit: names what is not understood here",
            Self::Signature => "signature: does not match",
            Self::Payload => "payload: not the JSON that is expected",
        })
    }
}

impl std::error::Error for JwsError {}

/// A message whose bytes are fixed and that waits for its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    input: String,
}

impl Unsigned {
    /// Fixes the bytes of `payload` under `header`.
    #[expect(clippy::missing_panics_doc, reason = "our own messages always serialise")]
    pub fn new<M: Message>(mut header: Header, payload: &M) -> Self {
        header.alg = "ES256".into();
        header.typ = M::TYP.as_str().into();
        header.v = VERSION;
        header.crit = (!header.show.is_empty()).then(|| json!(["show"]));
        let json = "messages are plain structs with string keys";
        let header = serde_json::to_vec(&header).expect(json);
        let payload = serde_json::to_vec(payload).expect(json);
        Self { input: format!("{}.{}", encode(&header), encode(&payload)) }
    }

    /// Bytes that were fixed earlier and stored by [`Self::as_str`].
    pub fn from_stored(input: String) -> Self {
        Self { input }
    }

    /// The signing input, `header.payload`: hash it with SHA-256 and sign that, which is what ES256 does.
    pub fn as_str(&self) -> &str {
        &self.input
    }

    /// The hash by which other messages refer to this one.
    pub fn hash(&self) -> Hash {
        hash(&self.input)
    }

    /// The finished message.
    pub fn attach(&self, signature: &Signature) -> String {
        format!("{}.{}", self.input, encode(signature))
    }

    /// The finished message, signed by a key at hand.
    pub fn sign(&self, key: &dyn Sign) -> String {
        self.attach(&key.sign(self.input.as_bytes()))
    }
}

/// A message of the right form, type and version, not yet believed: only its header can be read.
#[derive(Clone, Debug)]
pub struct Unverified<M> {
    header: Header,
    input: String,
    payload: Vec<u8>,
    signature: Signature,
    message: std::marker::PhantomData<M>,
}

impl<M: Message> Unverified<M> {
    /// Reads `text`. Unknown header members are ignored unless `crit` names them.
    pub fn parse(text: &str) -> Result<Self, JwsError> {
        if text.len() > MAX_JWS {
            return Err(JwsError::TooLong);
        }
        let (input, signature) = text.rsplit_once('.').ok_or(JwsError::Form)?;
        let (header, payload) = input.split_once('.').ok_or(JwsError::Form)?;
        let header = decode(header).ok_or(JwsError::Form)?;
        let payload = decode(payload).ok_or(JwsError::Form)?;
        let signature = decode_array(signature).ok_or(JwsError::Form)?;
        let header: Header = json::read(&header).ok_or(JwsError::Header)?;
        if header.alg != "ES256" {
            return Err(JwsError::Alg);
        }
        if header.typ != M::TYP.as_str() {
            return Err(JwsError::Typ);
        }
        if header.v != VERSION {
            return Err(JwsError::Version);
        }
        let shows = !header.show.is_empty();
        if header.is_critical()? != shows || (shows && M::TYP != Typ::Challenge) {
            return Err(JwsError::Crit);
        }
        Ok(Self { header, input: input.to_owned(), payload, signature, message: std::marker::PhantomData })
    }

    /// The header, to find out whose key must verify. Nothing in it is proved yet.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The hash of what was signed: stays the same for another signature over the same bytes.
    pub fn hash(&self) -> Hash {
        hash(&self.input)
    }

    /// Checks the signature and opens the payload.
    pub fn verify(self, key: &PublicKey, backend: &dyn Verify) -> Result<Verified<M>, JwsError> {
        if !backend.verify(key, self.input.as_bytes(), &self.signature) {
            return Err(JwsError::Signature);
        }
        let payload = json::read(&self.payload).ok_or(JwsError::Payload)?;
        let hash = self.hash();
        Ok(Verified { header: self.header, payload, hash })
    }
}

/// A message whose signature was checked.
#[derive(Clone, Debug)]
pub struct Verified<M> {
    /// The protected header.
    pub header: Header,
    /// What was said.
    pub payload: M,
    /// The hash by which other messages refer to this one.
    pub hash: Hash,
}

fn hash(input: &str) -> Hash {
    Bytes(Sha256::digest(input.as_bytes()).into())
}
