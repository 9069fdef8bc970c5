//! Properties 6 and 9: who signed, how, and in which form. What is refused changes nothing.

use authenticator_protocol::answer::{AnswerReply, DenialReason, End};
use authenticator_protocol::code::{decode, encode};
use authenticator_protocol::fetch::Leave;
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use e2e::world::number;
use e2e::{DIGITS, Error, Key, Outcome, World, forge};
use hmac::Hmac;
use hmac::KeyInit;
use p256::ecdsa::Signature;
use serde_json::json;
use sha2::{Sha256, Sha512};
use signin::fact::FactKind;

/// The order of P-256's group.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

fn hmac<M: hmac::Mac + KeyInit>(key: &[u8], input: &str) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("keys of any length");
    mac.update(input.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// What somebody sends who has seen the message but has not its key, or who has it and plays with the form.
fn tricks(jws: &str, key: &Key, stranger: &Key) -> Result<Vec<(&'static str, String, Code)>, Error> {
    let (input, signature) = jws.rsplit_once('.').ok_or("form")?;
    let (header, payload) = input.split_once('.').ok_or("form")?;
    let right = decode(signature).ok_or("form")?;
    let der = Signature::from_slice(&right)?.to_der().as_bytes().to_vec();
    let with = |bytes: &[u8]| format!("{input}.{}", encode(bytes));
    // "RS/HS confusion": the public key, which everybody knows, as the secret of a MAC.
    let public = key.public_key().to_sec1();
    let macs = |alg: &str, length: usize| -> Result<String, Error> {
        let lied = forge::with_header(jws, "alg", json!(alg), key)?;
        let input = lied.rsplit_once('.').ok_or("form")?.0;
        let mac = if length == 32 {
            hmac::<Hmac<Sha256>>(&public, input)
        } else {
            hmac::<Hmac<Sha512>>(&public, input)
        };
        Ok(format!("{input}.{}", encode(&mac)))
    };
    let flattened = json!({"protected": header, "payload": payload, "signature": signature});
    let mut unprotected = flattened.clone();
    unprotected["header"] = json!({"kid": "somebody", "alg": "none"});
    let general = json!({"payload": payload, "signatures": [{"protected": header, "signature": signature}]});
    let none = forge::with_header(jws, "alg", json!("none"), key)?;
    Ok(vec![
        ("two parts", input.to_owned(), Code::Malformed),
        ("an empty signature", format!("{input}."), Code::Malformed),
        ("alg none and nothing", format!("{}.", none.rsplit_once('.').ok_or("form")?.0), Code::Malformed),
        ("alg none, signed", none, Code::Unsupported),
        ("the payload alone", String::from_utf8(decode(payload).ok_or("form")?)?, Code::Malformed),
        ("JSON, flattened", flattened.to_string(), Code::Malformed),
        ("JSON with an unprotected header", unprotected.to_string(), Code::Malformed),
        ("JSON, general", general.to_string(), Code::Malformed),
        ("a fourth part", format!("{jws}.{}", encode(b"{\"kid\":\"somebody\"}")), Code::Malformed),
        ("a detached payload", format!("{header}..{signature}"), Code::Signature),
        ("DER", with(&der), Code::Malformed),
        ("DER cut to 64 bytes", with(&der[..64]), Code::Signature),
        ("63 bytes", with(&right[..63]), Code::Malformed),
        ("65 bytes", with(&[&right[..], &[0]].concat()), Code::Malformed),
        ("two signatures", with(&[&right[..], &right[..]].concat()), Code::Malformed),
        ("zeros", with(&[0; 64]), Code::Signature),
        ("the order twice", with(&[ORDER, ORDER].concat()), Code::Signature),
        ("r alone", with(&[&right[..32], &[0; 32]].concat()), Code::Signature),
        ("s first", with(&[&right[32..], &right[..32]].concat()), Code::Signature),
        ("one bit", forge::broken(jws).ok_or("form")?, Code::Signature),
        ("a stranger's", forge::with_header(jws, "v", json!(1), stranger)?, Code::Signature),
        ("HS256 with the public key", macs("HS256", 32)?, Code::Malformed),
        ("HS512 with the public key", macs("HS512", 64)?, Code::Unsupported),
        ("a MAC that says ES256", macs("ES256", 64)?, Code::Signature),
    ])
}

#[tokio::test]
async fn nothing_but_the_right_keys_signature_in_its_one_form_counts() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut fresh = world.phone();
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let claim = fresh.signed(paths::CLAIM, &fresh.claim_of(&link)?, &fresh.device_key);
    let (stranger, fresh_key) = (Key::fresh(), fresh.device_key.clone());
    let right = number(&mut world.browser()).await?;
    let challenge = phone.challenge().await?;
    let before = world.audit().await?.len();
    let all = [
        (paths::CLAIM, claim, &fresh_key),
        (
            paths::FETCH,
            phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key),
            &phone.device_key,
        ),
        (paths::ANSWER, phone.approval(&challenge, &right)?, &phone.approval_key),
        (paths::ANSWER, phone.denial(&challenge, DenialReason::NotMe), &phone.device_key),
        (paths::LEAVE, phone.signed(paths::LEAVE, &Leave {}, &phone.device_key), &phone.device_key),
    ];
    for (path, jws, key) in &all {
        for (what, text, code) in tricks(jws, key, &stranger)? {
            let reply = world.web.jose(path, text).await?;
            assert_eq!(reply.refused()?, code, "{what} at {path}: {}", reply.text());
        }
    }
    assert_eq!(world.audit().await?.len(), before, "nothing came of any of it");
    let offered = fresh.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    let registration = fresh.signed(paths::REGISTRATION, &fresh.registration(&offered), &fresh.device_key);
    for (what, text, code) in tricks(&registration, &fresh.device_key, &stranger)? {
        assert_eq!(world.web.jose(paths::REGISTRATION, text).await?.refused()?, code, "{what}");
    }
    // And nothing is lost: each of them counts as it was.
    assert_eq!(world.web.jose(paths::REGISTRATION, registration).await?.status, 200);
    let replies = [all[1].clone(), all[2].clone(), all[4].clone()];
    for (path, jws, _) in replies {
        assert_eq!(world.web.jose(path, jws).await?.status, 200, "{path}");
    }
    assert_eq!(world.count(FactKind::RequestApproved).await?, 2, "the enrolment's and this one");
    Ok(())
}

#[tokio::test]
async fn the_other_s_is_the_same_message() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let right = number(&mut browser).await?;
    let challenge = phone.challenge().await?;
    let yes = phone.approval(&challenge, &right)?;
    let twin = forge::other_s(&yes)?;
    assert_ne!(yes, twin);
    // Whoever changes s on the way changes nothing: the hash does not cover it.
    let counted = AnswerReply { end: End::Approved, counted: true };
    for jws in [&twin, &yes, &twin] {
        assert_eq!(phone.answer(jws.clone()).await?.json::<AnswerReply>()?, counted);
    }
    assert_eq!(world.count(FactKind::RequestApproved).await?, 2, "the enrolment's, and this one once");
    let fetch = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
    assert_eq!(phone.web.jose(paths::FETCH, forge::other_s(&fetch)?).await?.status, 200);
    assert_eq!(phone.web.jose(paths::FETCH, fetch).await?.refused()?, Code::Replayed);
    // The same claim and the same registration, once more.
    browser.get("/sign-in/number").await?;
    let mut fresh = world.phone();
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let claim = fresh.signed(paths::CLAIM, &fresh.claim_of(&link)?, &fresh.device_key);
    for jws in [claim.clone(), forge::other_s(&claim)?] {
        assert_eq!(fresh.web.jose(paths::CLAIM, jws).await?.status, 200);
    }
    let offered = fresh.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    let registration = fresh.signed(paths::REGISTRATION, &fresh.registration(&offered), &fresh.device_key);
    for jws in [forge::other_s(&registration)?, registration] {
        assert_eq!(fresh.web.jose(paths::REGISTRATION, jws).await?.status, 200);
    }
    assert_eq!(world.count(FactKind::EnrolmentRegistered).await?, 2, "the enrolment's, and this one once");
    Ok(())
}
