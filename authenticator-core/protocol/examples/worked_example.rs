//! Prints the worked example of `docs/protocol.md`: every message of an enrolment and of two answers, from fixed
//! keys and fixed random values, with deterministic signatures (RFC 6979), so that it prints the same at each run.
//!
//! `cargo run -q -p authenticator-protocol --example worked_example`

#![expect(clippy::print_stdout, reason = "the example's answer is what it prints")]

use authenticator_protocol::answer::{Approval, Denial, DenialReason};
use authenticator_protocol::challenge::{Challenge, Purpose, check};
use authenticator_protocol::channels::{Channel, Channels, ChannelsReply, FcmAddress, PushAddress, Taken};
use authenticator_protocol::code::{Bytes, Secret, encode};
use authenticator_protocol::discovery::{self, Discovery};
use authenticator_protocol::enrolment::{
    ApprovalKey, Claim, Offer, Organisation, Policy, Proof, Registration, Unlock, characters, commitment,
};
use authenticator_protocol::fetch::Fetch;
use authenticator_protocol::ids::{ChallengeId, DeviceId, EnrolmentId, RequestNonce, WakeId};
use authenticator_protocol::jws::{Header, Message, Unsigned, Unverified, Verified};
use authenticator_protocol::keys::{PublicKey, Sign, Signature, Verify};
use authenticator_protocol::link::{EnrolmentLink, ServerAddress};
use authenticator_protocol::number::Digits;
use authenticator_protocol::request::{header, paths};
use authenticator_protocol::socket::SocketOpening;
use authenticator_protocol::statement::{KeyStatement, Pin};
use authenticator_protocol::time::Seconds;
use authenticator_protocol::typed::TypedCode;
use authenticator_protocol::wake::Wake;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature as Ecdsa, SigningKey, VerifyingKey};
use std::error::Error;

/// A P-256 key whose private scalar is one byte, 32 times. For examples only.
struct Key(SigningKey);

impl Key {
    fn of(byte: u8) -> Result<Self, Box<dyn Error>> {
        Ok(Self(SigningKey::from_slice(&[byte; 32])?))
    }
}

impl Sign for Key {
    fn sign(&self, message: &[u8]) -> Signature {
        let signature: Ecdsa = self.0.sign(message);
        signature.to_bytes().into()
    }

    fn public_key(&self) -> PublicKey {
        let point = self.0.verifying_key().to_sec1_point(false);
        PublicKey::from_sec1(point.as_bytes()).expect("p256 writes the uncompressed form")
    }
}

struct P256;

impl Verify for P256 {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
        match (VerifyingKey::from_sec1_bytes(&key.to_sec1()), Ecdsa::from_slice(signature)) {
            (Ok(key), Ok(signature)) => key.verify(message, &signature).is_ok(),
            _ => false,
        }
    }
}

/// When everything here is signed, or a few seconds after it.
const START: Seconds = Seconds(1_800_000_000);

fn at(seconds: u64) -> Seconds {
    Seconds(START.0 + seconds)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Prints a value, folded where it is longer than a line of the specification.
fn line(name: &str, value: impl std::fmt::Display) {
    let text = format!("{name:<13} {value}");
    let characters: Vec<char> = text.chars().collect();
    for part in characters.chunks(118) {
        println!("{}", part.iter().collect::<String>());
    }
}

/// Signs, prints and reads back: what is printed is a valid message.
fn show<M: Message>(name: &str, unsigned: &Unsigned, key: &Key) -> Result<Verified<M>, Box<dyn Error>> {
    let jws = unsigned.sign(key);
    let parts: Vec<&str> = jws.split('.').collect();
    println!("\n## {name}");
    for (part, text) in ["header", "payload"].iter().zip(&parts) {
        let bytes = authenticator_protocol::code::decode(text).ok_or("not base64url")?;
        line(part, String::from_utf8(bytes)?);
    }
    line("hash", unsigned.hash());
    line("message", &jws);
    Ok(Unverified::<M>::parse(&jws)?.verify(&key.public_key(), &P256)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let identity = Key::of(0x11)?;
    let next_identity = Key::of(0x22)?;
    let third_identity = Key::of(0x66)?;
    let device_key = Key::of(0x33)?;
    let approval_key = Key::of(0x44)?;
    println!("## keys");
    for (name, key) in [
        ("identity", &identity),
        ("next identity", &next_identity),
        ("third identity", &third_identity),
        ("device", &device_key),
        ("approval", &approval_key),
    ] {
        line(name, serde_json::to_string(&key.public_key())?);
        line("  private", hex(&key.0.to_bytes()));
        line("  thumbprint", key.public_key().thumbprint());
    }
    let (device_print, approval_print) =
        (device_key.public_key().thumbprint(), approval_key.public_key().thumbprint());

    let server = ServerAddress::parse("https://mfa.regionx.example")?;
    let code = Secret([0xC0; 16]);
    let identity_print = identity.public_key().short_thumbprint();
    let link = EnrolmentLink {
        link: server.clone(),
        server: server.clone(),
        code: code.clone(),
        identity: identity_print,
    };
    println!("\n## enrolment link");
    line("link", &link);

    let request = |path: &str, seconds: u64, nonce: u8, device: Option<DeviceId>| {
        header("POST", server.url(path), at(seconds), RequestNonce::from_bytes([nonce; 16]), device)
    };
    let phone_nonce = Bytes([0xAA; 32]);
    let committed = commitment(&phone_nonce, &device_print, &approval_print);
    let claim = Unsigned::new(
        request(paths::CLAIM, 0, 0x01, None).with_key(device_key.public_key()),
        &Claim {
            code: Proof::Link(code),
            approval_key: approval_print,
            commitment: committed,
            model: "Pixel 9".into(),
            system: "Android 16".into(),
            app: "1.0.0".into(),
        },
    );
    println!("\n## commitment");
    line("phone nonce", phone_nonce);
    line("commitment", committed);
    show::<Claim>("claim", &claim, &device_key)?;

    let bits = [0x9A, 0x3C, 0x51, 0x77, 0x08, 0xEE, 0x00, 0x00];
    let secret = TypedCode::from_bits(bits);
    let login = "anna.andersson@regionx.example";
    println!("\n## typed code");
    line("bits", hex(&bits));
    line("shown", secret.grouped());
    line("asked for", discovery::url(login).ok_or("no domain")?);
    line("answer", serde_json::to_string(&Discovery { server: server.to_string() })?);
    let typed = Unsigned::new(
        request(paths::CLAIM, 0, 0x07, None).with_key(device_key.public_key()),
        &Claim {
            code: Proof::Typed { login: login.into(), secret },
            approval_key: approval_print,
            commitment: committed,
            model: "Pixel 9".into(),
            system: "Android 16".into(),
            app: "1.0.0".into(),
        },
    );
    show::<Claim>("claim by a typed code", &typed, &device_key)?;

    let (enrolment, device) = (EnrolmentId::from_bytes([0xE1; 16]), DeviceId::from_bytes([0xD1; 16]));
    let offer = Unsigned::new(
        Header::default().with_key(identity.public_key()),
        &Offer {
            enrolment,
            device,
            claim: claim.hash(),
            organisation: Organisation {
                name: "Region X".into(),
                colour: "#00585f".into(),
                support: "026-00 00 00".into(),
            },
            user: "Anna Andersson".into(),
            login: "anna.andersson@regionx.example".into(),
            policy: Policy { digits: Digits::DEFAULT, unlock: Unlock::Credential },
            nonce: Bytes([0xBB; 32]),
            key_number: 0,
            next_identity_key: next_identity.public_key().thumbprint(),
            exp: at(600),
        },
    );
    show::<Offer>("offer", &offer, &identity)?;

    let proof = Unsigned::new(
        Header::default().with_key(approval_key.public_key()),
        &ApprovalKey { enrolment, offer: offer.hash(), device_key: device_print },
    );
    show::<ApprovalKey>("approval key's part of the registration", &proof, &approval_key)?;
    let registration = Unsigned::new(
        request(paths::REGISTRATION, 20, 0x02, None).with_key(device_key.public_key()),
        &Registration {
            enrolment,
            offer: offer.hash(),
            nonce: phone_nonce,
            approval: proof.sign(&approval_key),
            app: "1.0.0".into(),
        },
    );
    show::<Registration>("registration", &registration, &device_key)?;

    println!("\n## characters");
    line(
        "characters",
        characters(&claim.hash(), &offer.hash(), &phone_nonce, &device_print, &approval_print).as_str(),
    );

    let fetch = Unsigned::new(
        request(paths::FETCH, 100, 0x03, Some(device)),
        &Fetch { app: "1.0.0".into(), key_number: 0 },
    );
    show::<Fetch>("fetch", &fetch, &device_key)?;

    let question = Challenge {
        id: ChallengeId::from_bytes([0xC1; 16]),
        device,
        organisation: "Region X".into(),
        purpose: Purpose::SignIn,
        application: "MyApps".into(),
        browser: Some("Firefox".into()),
        system: Some("Windows".into()),
        address: Some("192.0.2.7".into()),
        place: None,
        message: None,
        recognised: true,
        digits: Digits::DEFAULT,
        iat: at(99),
        exp: at(189),
    };
    let challenge = question.unsigned();
    let read = show::<Challenge>("challenge", &challenge, &identity)?;
    check(&read, device, at(100))?;

    let approval = Unsigned::new(
        request(paths::ANSWER, 110, 0x04, Some(device)),
        &Approval { challenge: question.id, hash: challenge.hash(), number: "47".parse()? },
    );
    show::<Approval>("approval", &approval, &approval_key)?;
    let denial = Unsigned::new(
        request(paths::ANSWER, 110, 0x05, Some(device)),
        &Denial { challenge: question.id, hash: challenge.hash(), reason: DenialReason::NotMe },
    );
    show::<Denial>("denial", &denial, &device_key)?;

    let pin = Pin { key: identity.public_key(), number: 0, next: next_identity.public_key().thumbprint() };
    let statement = Unsigned::new(
        Header::default().with_key(next_identity.public_key()),
        &KeyStatement {
            number: 1,
            previous: identity.public_key().thumbprint(),
            next_identity_key: third_identity.public_key().thumbprint(),
            iat: at(1000),
        },
    );
    show::<KeyStatement>("key statement", &statement, &next_identity)?;
    pin.follow(&statement.sign(&next_identity), &P256)?;

    let secret = Secret([0x55; 32]);
    let mut opening = request(paths::SOCKET, 101, 0x06, Some(device));
    opening.htm = Some("GET".into());
    let opening = Unsigned::new(opening, &SocketOpening { nonce: Bytes([0x77; 16]), secret: secret.clone() });
    show::<SocketOpening>("opening of a socket", &opening, &device_key)?;
    let wake = Wake::new(WakeId::from_bytes([0x66; 16]), &secret);
    println!("\n## wake");
    line("secret", encode(&secret.0));
    line("wake id", wake.id);
    line("wake, hex", hex(&wake.to_bytes()));

    let secret = Secret([0x88; 32]);
    let address = PushAddress::Fcm(FcmAddress { token: "an-FCM-token:of_this-app".into() });
    let list = Unsigned::new(
        request(paths::CHANNELS, 102, 0x08, Some(device)),
        &Channels { channels: vec![Channel { secret: secret.clone(), address }] },
    );
    show::<Channels>("channels", &list, &device_key)?;
    line("reply", serde_json::to_string(&ChannelsReply { channels: vec![Taken::Active] })?);
    let wake = Wake::new(WakeId::from_bytes([0x99; 16]), &secret);
    println!("\n## wake by a push");
    line("wake id", wake.id);
    line("w", encode(&wake.to_bytes()));
    Ok(())
}
