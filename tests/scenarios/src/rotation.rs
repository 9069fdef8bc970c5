//! The fake service's identity keys, one after the other.

use crate::keys::Key;
use crate::service::Service;
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::statement::{MAX_STATEMENTS, Pin};
use authenticator_protocol::time::Seconds;

impl Service {
    /// What a phone pins that enrols now.
    pub fn pin(&self) -> Pin {
        let (key, next) = (self.identity.public_key(), self.next_identity.public_key().thumbprint());
        Pin { key, number: self.key_number, next }
    }

    /// The next identity key takes over, followed by a fresh one.
    pub fn rotate(&mut self) {
        let pin = self.pin();
        self.key_number += 1;
        let scalar = self.next_identity.0.to_bytes()[0];
        let successor = std::mem::replace(&mut self.next_identity, Key::new(scalar + 2));
        let next = self.next_identity.public_key().thumbprint();
        self.statements.push(pin.succeed(&successor, next, Seconds(1_800_000_000)));
        self.identity = successor;
    }

    /// What goes into a reply to a phone that pins key `number`.
    pub fn missed(&self, number: u32) -> Vec<String> {
        self.statements.iter().skip(number as usize).take(MAX_STATEMENTS).cloned().collect()
    }
}
