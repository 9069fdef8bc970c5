//! Messages that no phone would make: taken apart, changed, and signed again.

use crate::{Error, Key};
use authenticator_protocol::code::{decode, encode};
use authenticator_protocol::keys::Sign as _;
use p256::ecdsa::Signature;
use serde_json::Value;

/// Header and payload of a compact JWS.
pub fn open(jws: &str) -> Result<(Value, Value), Error> {
    let mut parts = jws.split('.').map(|part| decode(part).unwrap_or_default());
    let (header, payload) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    Ok((serde_json::from_slice(&header)?, serde_json::from_slice(&payload)?))
}

/// A JWS of exactly this header and payload, signed correctly.
pub fn seal(header: &Value, payload: &Value, key: &Key) -> String {
    seal_bytes(header.to_string().as_bytes(), payload.to_string().as_bytes(), key)
}

/// A JWS of exactly these bytes, signed correctly, whether they are JSON or not.
pub fn seal_bytes(header: &[u8], payload: &[u8], key: &Key) -> String {
    let input = format!("{}.{}", encode(header), encode(payload));
    let signature = key.sign(input.as_bytes());
    format!("{input}.{}", encode(&signature))
}

/// The same message with the other signature that fits: for (r, s) also (r, n - s).
pub fn other_s(jws: &str) -> Result<String, Error> {
    let (input, signature) = jws.rsplit_once('.').ok_or("not a JWS")?;
    let (r, s) = Signature::from_slice(&decode(signature).ok_or("not base64url")?)?.split_scalars();
    Ok(format!("{input}.{}", encode(&Signature::from_scalars(*r, -*s)?.to_bytes())))
}

/// The same message with another value in its header (`Null` takes it away), signed correctly.
pub fn with_header(jws: &str, name: &str, value: Value, key: &Key) -> Result<String, Error> {
    let (mut header, payload) = open(jws)?;
    set(&mut header, name, value);
    Ok(seal(&header, &payload, key))
}

/// The same message with another value in its payload (`Null` takes it away), signed correctly.
pub fn with_payload(jws: &str, name: &str, value: Value, key: &Key) -> Result<String, Error> {
    let (header, mut payload) = open(jws)?;
    set(&mut payload, name, value);
    Ok(seal(&header, &payload, key))
}

/// The same message with one bit of its signature changed.
pub fn broken(jws: &str) -> Option<String> {
    let (input, signature) = jws.rsplit_once('.')?;
    let mut signature = decode(signature)?;
    *signature.last_mut()? ^= 1;
    Some(format!("{input}.{}", encode(&signature)))
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.to_owned(), value);
        }
    }
}
