//! Whoever asks for approvals and acts on them: a web application, a VPN, an identity provider.

use crate::decision::{Change, Decision, Notice};
use crate::fact::{Fact, FactKind};
use crate::request::{self, Asked, SignInRequest};
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::{ApiKeyId, RelyingPartyId};
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::time::Millis;

/// A relying party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// The `aud` of its results.
    pub id: RelyingPartyId,
    /// For the administrator.
    pub name: String,
    /// The names that phones show; the first one when it names none. At least one.
    pub applications: Vec<String>,
    /// Where results are delivered.
    pub webhook: Option<String>,
    /// When it was added.
    pub added: Millis,
}

/// What a key is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Opening requests and cancelling them.
    Ask,
    /// Waiting for their results.
    Read,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Ask, Self::Read];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Read => "read",
        }
    }

    /// The scope with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}

/// Keys of one relying party that are valid at the same time: one, and the one that follows it.
pub const KEYS: usize = 2;

/// What proves that somebody has a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The secret with this SHA-256; it has 256 random bits.
    Secret(Hash),
    /// A token that the private half has signed (`private_key_jwt`, RFC 7523).
    Signature(PublicKey),
}

/// A key for the API, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Stands in a secret key itself, in the open.
    pub id: ApiKeyId,
    /// What proves it.
    pub proof: Proof,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub added: Millis,
}

/// A relying party with its first key.
pub fn add(party: RelyingParty, key: ApiKey) -> Decision<()> {
    let mut decision = Decision::nothing(());
    let id = party.id;
    decision.record(Fact { detail: Some(party.name.clone()), ..of(id, FactKind::RelyingPartyAdded) });
    decision.write(Change::AddRelyingParty(Box::new(party)));
    decision.absorb(put_key(id, key));
    decision
}

fn of(party: RelyingPartyId, kind: FactKind) -> Fact {
    Fact { relying_party: Some(party), ..Fact::new(kind) }
}

fn put_key(party: RelyingPartyId, key: ApiKey) -> Decision<()> {
    let mut decision = Decision::nothing(());
    decision.record(Fact { detail: Some(key.id.to_string()), ..of(party, FactKind::ApiKeyAdded) });
    decision.write(Change::AddApiKey(party, Box::new(key)));
    decision
}

fn end_key(party: RelyingPartyId, key: ApiKeyId, now: Millis) -> Decision<()> {
    let mut decision = Decision::nothing(());
    decision.record(Fact { detail: Some(key.to_string()), ..of(party, FactKind::ApiKeyEnded) });
    decision.write(Change::EndApiKey(key, now));
    decision.tell(Notice::KeyEnded(key));
    decision
}

/// A further key. The newest of the others stays valid, so that the change can be made without a gap; older ones end.
pub fn rotate(party: &RelyingParty, keys: &[ApiKey], key: ApiKey, now: Millis) -> Decision<()> {
    let mut decision = put_key(party.id, key);
    let mut others: Vec<&ApiKey> = keys.iter().collect();
    others.sort_by_key(|other| std::cmp::Reverse(other.added));
    for older in others.into_iter().skip(KEYS - 1) {
        decision.absorb(end_key(party.id, older.id, now));
    }
    decision
}

/// All keys but the newest end: the change is made. How many ended.
pub fn retire(party: RelyingPartyId, keys: &[ApiKey], now: Millis) -> Decision<usize> {
    let newest = keys.iter().map(|key| key.added).max();
    let mut decision = Decision::nothing(0);
    for older in keys.iter().filter(|key| Some(key.added) != newest) {
        decision.absorb(end_key(party, older.id, now));
        decision.value += 1;
    }
    decision
}

/// A relying party is no more: its keys end, and what it waits for fails.
pub fn remove(party: &RelyingParty, keys: &[ApiKey], pending: &[Asked], now: Millis) -> Decision<()> {
    let mut decision = Decision::nothing(());
    for asked in pending {
        decision.absorb(request::fail(asked, now));
    }
    for key in keys {
        decision.absorb(end_key(party.id, key.id, now));
    }
    decision.write(Change::EndRelyingParty(party.id, now));
    decision.record(Fact { detail: Some(party.name.clone()), ..of(party.id, FactKind::RelyingPartyRemoved) });
    decision
}

/// Seconds until the next try of a delivery, after so many; `None` when it is given up, after a day.
pub const fn back_off(tries: u32) -> Option<u64> {
    Some(match tries {
        0 | 1 => 1,
        2 => 2,
        3 => 5,
        4 => 15,
        5 => 60,
        6 => 300,
        7..150 => 600,
        _ => return None,
    })
}

/// A delivery was tried, for the `tries`th time, and did not arrive.
pub fn not_delivered(request: &SignInRequest, tries: u32, now: Millis) -> Decision<()> {
    let mut decision = Decision::nothing(());
    match back_off(tries) {
        Some(seconds) => {
            decision.write(Change::PutOffDelivery(request.id, now.plus_seconds(seconds)));
        }
        None => {
            decision.write(Change::EndDelivery(request.id));
            decision.record(Fact {
                user: Some(request.user),
                request: Some(request.id),
                relying_party: request.relying_party(),
                detail: Some(request.application.clone()),
                ..Fact::new(FactKind::DeliveryFailed)
            });
        }
    }
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::hash;

    fn party() -> RelyingParty {
        RelyingParty {
            id: RelyingPartyId::from_bytes([1; 16]),
            name: "Journalen".into(),
            applications: vec!["Journalen".into()],
            webhook: None,
            added: Millis(0),
        }
    }

    fn key(n: u8) -> ApiKey {
        ApiKey {
            id: ApiKeyId::from_bytes([n; 16]),
            proof: Proof::Secret(hash(n)),
            scopes: Scope::ALL.to_vec(),
            added: Millis(n.into()),
        }
    }

    fn ended<T>(decision: &Decision<T>) -> Vec<ApiKeyId> {
        let key = |change: &Change| match change {
            Change::EndApiKey(key, Millis(9)) => Some(*key),
            _ => None,
        };
        decision.changes.iter().filter_map(key).collect()
    }

    #[test]
    fn two_keys_are_valid_at_once_and_the_newest_stays() {
        let now = Millis(9);
        assert_eq!(ended(&rotate(&party(), &[key(1)], key(2), now)), []);
        assert_eq!(ended(&rotate(&party(), &[key(1), key(2)], key(3), now)), [key(1).id]);
        assert_eq!(ended(&rotate(&party(), &[key(2), key(1)], key(3), now)), [key(1).id]);
        let retired = retire(party().id, &[key(2), key(3)], now);
        assert_eq!((retired.value, ended(&retired)), (1, vec![key(2).id]));
        assert_eq!(retired.notices, [Notice::KeyEnded(key(2).id)], "and whoever waits with it hears of it");
        assert_eq!(retire(party().id, &[key(3)], now).value, 0);
        assert_eq!(ended(&remove(&party(), &[key(2), key(3)], &[], now)), [key(2).id, key(3).id]);
    }

    #[test]
    fn what_happens_to_keys_is_on_record() {
        let kinds = |decision: Decision<()>| -> Vec<FactKind> {
            assert!(decision.facts.iter().all(|fact| fact.relying_party == Some(party().id)));
            decision.facts.iter().map(|fact| fact.kind).collect()
        };
        assert_eq!(kinds(add(party(), key(1))), [FactKind::RelyingPartyAdded, FactKind::ApiKeyAdded]);
        assert_eq!(kinds(rotate(&party(), &[key(1)], key(2), Millis(9))), [FactKind::ApiKeyAdded]);
        let removed = kinds(remove(&party(), &[key(1)], &[], Millis(9)));
        assert_eq!(removed, [FactKind::ApiKeyEnded, FactKind::RelyingPartyRemoved]);
    }

    #[test]
    fn tries_come_less_and_less_often_for_a_day() {
        let waits: Vec<u64> = (1..).map_while(back_off).collect();
        assert!(waits.is_sorted() && waits[0] == 1);
        let all: u64 = waits.iter().sum();
        assert!((23 * 3600..25 * 3600).contains(&all), "{all}");
        assert_eq!(back_off(u32::MAX), None);
    }
}
