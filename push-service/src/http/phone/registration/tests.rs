//! The vectors of `tests/vectors`: the two parts, and whether they fit the claim and the newest offer.

use super::*;
use authenticator_protocol::code::Bytes;
use authenticator_protocol::ids::{DeviceId, UserId};
use authenticator_protocol::keys::Thumbprint;
use authenticator_protocol::time::Millis;
use serde::de::DeserializeOwned;
use signin::enrolment::{self, Claimed, Enrolment, Permission, Phase, TypedCodes};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/v1");

fn vectors(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(format!("{VECTORS}/{file}")).unwrap();
    let mut file: Value = serde_json::from_str(&text).unwrap();
    serde_json::from_value(file["vectors"].take()).unwrap()
}

fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn key_of(thumbprint: Thumbprint) -> PublicKey {
    let keys: Vec<PublicKey> = vectors("keys.json").iter().map(|key| read(&key["jwk"])).collect();
    keys.into_iter().find(|key| key.thumbprint() == thumbprint).unwrap()
}

/// An enrolment that was claimed as the vector says, and whose newest offer it names.
fn claimed(vector: &Value) -> Enrolment {
    let said = &vector["claimed"];
    let nothing = || Bytes([0; 32]);
    Enrolment {
        id: read(&vector["enrolment"]),
        user: UserId::from_bytes([1; 16]),
        session: nothing(),
        permitted: Permission::FirstByPassword,
        code: nothing(),
        typed: TypedCodes { with_upn: None, with_email: None },
        opened: Millis(0),
        expires: Millis(600_000),
        phase: Phase::Claimed(Claimed {
            device: DeviceId::from_bytes([2; 16]),
            device_key: key_of(read(&said["device_key"])),
            approval_key: read(&said["approval_key"]),
            commitment: read(&said["commitment"]),
            claim: nothing(),
            nonce: nothing(),
            offer_input: String::new(),
            offer: read(&vector["offer"]),
            model: String::new(),
            system: String::new(),
            claims: 1,
        }),
        other_phone: None,
    }
}

/// As the handler and the rule do it, between the outer envelope and the database.
fn outcome(vector: &Value) -> String {
    let message = Unverified::<Registration>::parse(vector["message"].as_str().unwrap()).unwrap();
    let device_key = message.header().jwk.unwrap();
    let said = message.verify(&device_key, &RingVerify).unwrap().payload;
    let approval_key = match approval_key(&said, &device_key) {
        Ok(key) => key,
        Err(error) => {
            let problem = serde_json::to_value(error.body("")).unwrap();
            return problem["code"].as_str().unwrap().to_owned();
        }
    };
    let register = Register {
        enrolment: said.enrolment,
        device_key,
        approval_key,
        offer: said.offer,
        nonce: said.nonce,
        app: said.app,
    };
    let mut enrolment = claimed(vector);
    if register.enrolment != enrolment.id {
        // Another one that is there, and that nobody has claimed.
        (enrolment.id, enrolment.phase) = (register.enrolment, Phase::Open);
    }
    match enrolment::register(&register, &enrolment, &[], Millis(1)).value {
        Ok(_) => "accept".to_owned(),
        Err(NotRegistered::Mismatch) => Code::OfferMismatch.as_str().to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

#[test]
fn registrations_are_judged_as_everybody_judges_them() {
    let all = vectors("registrations.json");
    for vector in &all {
        let told = match vector["outcome"].as_str().unwrap() {
            "typ" => Code::Unsupported.as_str(),
            other => other,
        };
        assert_eq!(outcome(vector), told, "{}", vector["name"]);
    }
    assert!(all.len() > 10);
}
