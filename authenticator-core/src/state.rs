//! The accounts of this phone, and the form in which they are saved.

use crate::push::{Address, Registered};
use authenticator_protocol::code::Hash;
use authenticator_protocol::enrolment::{Organisation, Unlock};
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::keys::{PublicKey, Thumbprint};
use authenticator_protocol::link::ServerAddress;
use authenticator_protocol::statement::Pin;
use authenticator_protocol::time::{Millis, Seconds};
use serde::{Deserialize, Serialize};

const VERSION: u64 = 1;

/// One account: this phone as a device of one user of one organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The name under which the shell keeps its two keys.
    pub(crate) id: String,
    pub(crate) device: DeviceId,
    pub(crate) device_key: PublicKey,
    pub(crate) approval_key: PublicKey,
    /// The organisation's identity key, pinned from the offer.
    pub(crate) identity_key: PublicKey,
    /// How many identity keys came before it.
    #[serde(default)]
    pub(crate) key_number: u32,
    /// The one that will follow it.
    pub(crate) next_identity_key: Thumbprint,
    #[serde(with = "address")]
    pub(crate) server: ServerAddress,
    pub(crate) organisation: Organisation,
    pub(crate) user: String,
    pub(crate) login: String,
    pub(crate) unlock: Unlock,
    pub(crate) added: Millis,
    /// The offer that was accepted.
    pub(crate) offer: Hash,
    /// The test approval has been given.
    pub(crate) confirmed: bool,
    /// The organisation has removed this phone; its keys are gone.
    pub(crate) ended: bool,
    /// The user has removed it, and the organisation is being told.
    #[serde(default)]
    pub(crate) leaving: bool,
    /// How far the service's clock is ahead of this phone's.
    pub(crate) offset: Offset,
    /// What the organisation knows of this phone's push addresses.
    #[serde(default, skip_serializing_if = "Registered::is_empty")]
    pub(crate) registered: Registered,
}

impl Account {
    /// Its organisation is asked what waits.
    pub(crate) fn is_live(&self) -> bool {
        !self.ended && !self.leaving
    }

    /// The identity key that counts, and its successor.
    pub(crate) fn pin(&self) -> Pin {
        Pin { key: self.identity_key, number: self.key_number, next: self.next_identity_key }
    }

    pub(crate) fn set_pin(&mut self, pin: Pin) {
        self.identity_key = pin.key;
        self.key_number = pin.number;
        self.next_identity_key = pin.next;
    }
}

/// How far a service's clock is ahead of the phone's, in whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Offset(i64);

impl Offset {
    /// The service has just said its time. A second's difference is how the two round.
    pub(crate) fn learn(service: Seconds, phone: Millis) -> Self {
        let ahead = |a: u64, b: u64| i64::try_from(a.saturating_sub(b)).unwrap_or(i64::MAX);
        let phone = phone.seconds();
        match service.distance(phone) {
            0 | 1 => Self(0),
            _ if service > phone => Self(ahead(service.0, phone.0)),
            _ => Self(-ahead(phone.0, service.0)),
        }
    }

    /// The service's time at the phone's time `phone`.
    pub(crate) fn service(self, phone: Millis) -> Millis {
        Millis(phone.0.saturating_add_signed(self.0.saturating_mul(1000)))
    }

    /// The phone's time at the service's time `service`.
    pub(crate) fn phone(self, service: Millis) -> Millis {
        Millis(service.0.saturating_add_signed(self.0.saturating_mul(-1000)))
    }
}

/// Everything that survives a restart. No private key, number, code or character is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Book {
    v: u64,
    /// In the order in which they were added.
    pub(crate) accounts: Vec<Account>,
    /// Names whose keys exist, or may exist, and are not wanted; deleted at the next start.
    pub(crate) unfinished: Vec<String>,
    /// The language chosen in the app.
    pub(crate) language: Option<String>,
    /// Where pushes reach this phone, one for each way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) addresses: Vec<Address>,
}

/// Why saved bytes cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Truncated, changed, or not ours.
    Foreign,
    /// A newer version of the app has written them.
    Newer,
}

impl Book {
    /// Of a phone without accounts.
    pub(crate) fn empty() -> Self {
        Self { v: VERSION, ..Self::default() }
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Version {
            v: u64,
        }
        match serde_json::from_slice::<Version>(bytes) {
            Ok(Version { v: VERSION }) => {}
            Ok(Version { v }) if v > VERSION => return Err(Unreadable::Newer),
            _ => return Err(Unreadable::Foreign),
        }
        serde_json::from_slice(bytes).map_err(|_| Unreadable::Foreign)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("accounts are plain structs with string keys")
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.id == id)
    }

    /// Those whose organisation is asked what waits.
    pub(crate) fn live(&self) -> Vec<String> {
        self.accounts.iter().filter(|account| account.is_live()).map(|account| account.id.clone()).collect()
    }

    /// Whether the organisation of `account` may not call itself `name`, because another one on this phone does.
    pub(crate) fn is_taken(&self, account: &Account, name: &str) -> bool {
        // Accounts of one organisation may know its next key at different times.
        let another =
            |other: &Account| other.identity_key != account.identity_key && other.server != account.server;
        let same = |other: &Account| other.organisation.name.to_lowercase() == name.to_lowercase();
        account.organisation.name != name && self.accounts.iter().any(|other| another(other) && same(other))
    }

    /// The account of the same user of the same organisation, unless it is on its way out.
    pub(crate) fn same(&self, server: &ServerAddress, login: &str) -> Option<&Account> {
        self.accounts
            .iter()
            .filter(|account| !account.leaving)
            .find(|account| account.server == *server && account.login.eq_ignore_ascii_case(login))
    }
}

/// A server's address as its URL.
mod address {
    use authenticator_protocol::link::ServerAddress;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        address: &ServerAddress,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(address)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ServerAddress, D::Error> {
        ServerAddress::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_there_and_back() {
        let phone = Millis(1_000_900);
        assert_eq!(Offset::learn(Seconds(1000), phone), Offset(0));
        assert_eq!(Offset::learn(Seconds(999), phone), Offset(0));
        for service in [4000, 10] {
            let offset = Offset::learn(Seconds(service), phone);
            assert_eq!(offset.service(phone).seconds(), Seconds(service));
            assert_eq!(offset.phone(offset.service(phone)), phone);
        }
        assert_eq!(Offset(i64::MIN).service(phone), Millis(0));
    }

    fn account(server: &str, key: u8, name: &str, login: &str) -> Account {
        Account {
            id: format!("{server} {key} {login}"),
            device: DeviceId::from_bytes([1; 16]),
            device_key: PublicKey([1; 64]),
            approval_key: PublicKey([2; 64]),
            identity_key: PublicKey([key; 64]),
            key_number: 0,
            next_identity_key: PublicKey([9; 64]).thumbprint(),
            server: ServerAddress::parse(server).unwrap(),
            organisation: Organisation { name: name.into(), colour: String::new(), support: String::new() },
            user: String::new(),
            login: login.into(),
            unlock: Unlock::Credential,
            added: Millis(0),
            offer: PublicKey([0; 64]).thumbprint(),
            confirmed: true,
            ended: false,
            leaving: false,
            offset: Offset::default(),
            registered: Registered::default(),
        }
    }

    #[test]
    fn a_name_is_taken_by_another_organisation_alone() {
        let own = account("https://x.example", 1, "Region X", "anna@x.example");
        let taken = |other: Account, name: &str| {
            let accounts = vec![own.clone(), other];
            Book { accounts, ..Book::empty() }.is_taken(&own, name)
        };
        let other = |server, key| account(server, key, "Region Y", "anna@y.example");
        assert!(taken(other("https://y.example", 2), "REGION Y"));
        assert!(!taken(other("https://y.example", 2), "Region Z"));
        // One organisation at two addresses, and one whose new key is not yet known here.
        assert!(!taken(other("https://y.example", 1), "Region Y"));
        assert!(!taken(other("https://x.example", 2), "Region Y"));
        // It had the name before the other one came.
        assert!(!taken(account("https://y.example", 2, "Region X", "anna@y.example"), "Region X"));
    }

    #[test]
    fn the_same_account_is_of_one_user_at_one_address() {
        let accounts = vec![account("https://x.example", 1, "Region X", "anna@x.example")];
        let book = Book { accounts, ..Book::empty() };
        let same = |server, login| book.same(&ServerAddress::parse(server).unwrap(), login).is_some();
        assert!(same("https://x.example", "Anna@X.example"));
        assert!(!same("https://x.example", "bo@x.example") && !same("https://y.example", "anna@x.example"));
    }

    #[test]
    fn what_is_not_ours_is_told_apart() {
        assert_eq!(Book::from_bytes(&Book::empty().to_bytes()), Ok(Book::empty()));
        assert_eq!(Book::from_bytes(br#"{"v":2,"other":1}"#), Err(Unreadable::Newer));
        for foreign in [&b""[..], b"{", b"{}", b"null", br#"{"v":0}"#, br#"{"v":1}"#, b"\xff\xfe"] {
            assert_eq!(Book::from_bytes(foreign), Err(Unreadable::Foreign));
        }
    }
}
