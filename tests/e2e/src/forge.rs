//! Messages that no phone would make: taken apart, changed, and signed again.

use crate::{Error, Key};
use authenticator_protocol::code::{decode, encode};
use authenticator_protocol::keys::Sign as _;
use serde_json::Value;

/// Header and payload of a compact JWS.
pub fn open(jws: &str) -> Result<(Value, Value), Error> {
    let mut parts = jws.split('.').map(|part| decode(part).unwrap_or_default());
    let (header, payload) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    Ok((serde_json::from_slice(&header)?, serde_json::from_slice(&payload)?))
}

/// A JWS of exactly this header and payload, signed correctly.
pub fn seal(header: &Value, payload: &Value, key: &Key) -> String {
    let input =
        format!("{}.{}", encode(header.to_string().as_bytes()), encode(payload.to_string().as_bytes()));
    let signature = key.sign(input.as_bytes());
    format!("{input}.{}", encode(&signature))
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
