//! Properties 4, 5 and 9: which answer counts.

use authenticator_protocol::answer::{AnswerReply, DenialReason, End};
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use e2e::forge;
use e2e::raw_phone::approval;
use e2e::world::{number, other, sign_in};
use e2e::{DIGITS, Outcome, World};
use serde_json::json;
use signin::fact::FactKind;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_at_once_exactly_one_counts_a_thousand_times() -> Outcome {
    let (world, mut browser, one) = World::enrolled(DIGITS).await?;
    let mut two = world.phone();
    two.enrol(&mut browser).await?;
    sign_in(&mut browser).await?;
    let mut approved = 0;
    for round in 0..1_000 {
        // Far enough apart that the lists of what has ended stay short.
        world.demo.clock.advance(20_000);
        let number = browser.post("/sign-in/again", &[]).await?.number().ok_or("no number")?;
        // On one phone, and on two; the yes first, and the no first.
        let other = if round % 2 == 0 { &one } else { &two };
        let yes = one.approval(&one.challenge().await?, &number)?;
        let no = other.denial(&other.challenge().await?, DenialReason::Cancelled);
        let (a, b) = if round % 4 < 2 {
            tokio::join!(one.answer(yes.clone()), other.answer(no.clone()))
        } else {
            let (no, yes) = tokio::join!(other.answer(no.clone()), one.answer(yes.clone()));
            (yes, no)
        };
        let (a, b): (AnswerReply, AnswerReply) = (a?.json()?, b?.json()?);
        assert!(a.counted != b.counted, "round {round}: {a:?} and {b:?}");
        assert_eq!(a.end, b.end, "round {round}");
        assert_eq!(a.end, if a.counted { End::Approved } else { End::Denied }, "round {round}");
        approved += usize::from(a.counted);
        if round % 50 == 0 {
            let again: (AnswerReply, AnswerReply) =
                (one.answer(yes).await?.json()?, other.answer(no).await?.json()?);
            assert_eq!(again, (a, b), "the same answer again");
        }
    }
    let (yes, no) =
        (world.count(FactKind::RequestApproved).await?, world.count(FactKind::RequestDenied).await?);
    assert_eq!((yes, yes + no), (approved + 2, 1_002), "two enrolments, and one end for each round");
    Ok(())
}

#[tokio::test]
async fn the_same_answer_again_gets_the_same_reply() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let number = number(&mut browser).await?;
    let challenge = phone.challenge().await?;
    let yes = phone.approval(&challenge, &number)?;
    let first: AnswerReply = phone.answer(yes.clone()).await?.json()?;
    assert_eq!(first, AnswerReply { end: End::Approved, counted: true });
    assert_eq!(phone.answer(yes.clone()).await?.json::<AnswerReply>()?, first);
    world.restart().await?;
    assert_eq!(phone.answer(yes).await?.json::<AnswerReply>()?, first, "also after a restart");
    // The same words signed anew are another answer, and too late.
    let anew: AnswerReply = phone.answer(phone.approval(&challenge, &number)?).await?.json()?;
    assert_eq!(anew, AnswerReply { end: End::Approved, counted: false });
    // An approval serves once.
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    assert_eq!(world.count(FactKind::SignedIn).await?, 2, "enrolment and sign-in");
    Ok(())
}

#[tokio::test]
async fn an_answer_to_another_challenge_than_was_sent_is_refused() -> Outcome {
    let (_world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let number = number(&mut browser).await?;
    let challenge = phone.challenge().await?;
    let right = approval(&challenge, &number)?;
    let mut other = right.clone();
    other.hash.0[31] ^= 1;
    let tampered = phone.signed(paths::ANSWER, &other, &phone.approval_key);
    assert_eq!(phone.answer(tampered).await?.refused()?, Code::ChallengeMismatch);
    let mut denial = forge::open(&phone.denial(&challenge, DenialReason::NotMe))?;
    denial.1["hash"] = json!(other.hash);
    let tampered = forge::seal(&denial.0, &denial.1, &phone.device_key);
    assert_eq!(phone.answer(tampered).await?.refused()?, Code::ChallengeMismatch);
    let unknown = forge::with_payload(
        &phone.approval(&challenge, &number)?,
        "challenge",
        json!("AAAAAAAAAAAAAAAAAAAAAA"),
        &phone.approval_key,
    )?;
    assert_eq!(phone.answer(unknown).await?.refused()?, Code::UnknownChallenge);
    // None of it touched the request.
    assert_eq!(phone.challenge().await?.payload.id, challenge.payload.id);
    assert_eq!(phone.approve(&number).await?, AnswerReply { end: End::Approved, counted: true });
    Ok(())
}

#[tokio::test]
async fn a_yes_needs_the_approval_key_and_a_no_the_device_key() -> Outcome {
    let (_world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let number = number(&mut browser).await?;
    let challenge = phone.challenge().await?;
    let yes = phone.signed(paths::ANSWER, &approval(&challenge, &number)?, &phone.device_key);
    assert_eq!(phone.answer(yes).await?.refused()?, Code::Signature);
    let no = phone.denial(&challenge, DenialReason::Cancelled);
    let by_approval_key = forge::with_header(&no, "kid", json!(phone.device), &phone.approval_key)?;
    assert_eq!(phone.answer(by_approval_key).await?.refused()?, Code::Signature);
    assert!(browser.get("/sign-in/number").await?.number().is_some(), "it still waits");
    let reply: AnswerReply = phone.answer(no).await?.json()?;
    assert_eq!(reply, AnswerReply { end: End::Denied, counted: true });
    Ok(())
}

#[tokio::test]
async fn another_devices_approval_key_does_not_count() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut second = world.phone();
    second.enrol(&mut browser).await?;
    let number = number(&mut browser).await?;
    let (mine, theirs) = (phone.challenge().await?, second.challenge().await?);
    assert_ne!(mine.payload.id, theirs.payload.id);
    let yes = approval(&mine, &number)?;
    // In this device's name with that key, and in that device's name about this challenge.
    let names_me = phone.signed(paths::ANSWER, &yes, &second.approval_key);
    assert_eq!(phone.answer(names_me).await?.refused()?, Code::Signature);
    let names_itself = second.signed(paths::ANSWER, &yes, &second.approval_key);
    assert_eq!(second.answer(names_itself).await?.refused()?, Code::UnknownChallenge);
    let no = second.denial(&mine, DenialReason::NotMe);
    assert_eq!(second.answer(no).await?.refused()?, Code::UnknownChallenge);
    assert!(browser.get("/sign-in/number").await?.number().is_some(), "it still waits");
    Ok(())
}

#[tokio::test]
async fn an_answer_to_a_superseded_request_is_too_late_for_it_and_touches_no_other() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let old = number(&mut browser).await?;
    let challenge = phone.challenge().await?;
    let new = browser.post("/sign-in/again", &[]).await?.number().ok_or("no number")?;
    let late = AnswerReply { end: End::Superseded, counted: false };
    for number in [&old, &new, &other(&old)] {
        let reply: AnswerReply = phone.answer(phone.approval(&challenge, number)?).await?.json()?;
        assert_eq!(reply, late, "whatever the number");
    }
    let no = phone.denial(&challenge, DenialReason::NotMe);
    assert_eq!(phone.answer(no).await?.json::<AnswerReply>()?, late);
    assert_eq!(world.anna().await?.failures.in_row, 0, "nothing is counted");
    assert_eq!(phone.approve(&new).await?, AnswerReply { end: End::Approved, counted: true });
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    Ok(())
}

#[tokio::test]
async fn another_organisations_messages_count_nowhere() -> Outcome {
    let (here, mut browser, phone) = World::enrolled(DIGITS).await?;
    let (there, mut their_browser, their_phone) = World::enrolled(DIGITS).await?;
    let right = number(&mut browser).await?;
    let theirs = number(&mut their_browser).await?;
    let (mine, their_challenge) = (phone.challenge().await?, their_phone.challenge().await?);
    let before = (here.audit().await?.len(), there.audit().await?.len());
    // Sent on as it is, by whoever runs the other service: it names another address.
    let yes = phone.approval(&mine, &right)?;
    assert_eq!(there.web.jose(paths::ANSWER, yes.clone()).await?.refused()?, Code::WrongAddress);
    let url = format!("{}{}", there.demo.service, paths::ANSWER);
    let unknown = forge::with_header(&yes, "url", json!(url), &phone.approval_key)?;
    assert_eq!(there.web.jose(paths::ANSWER, unknown).await?.refused()?, Code::DeviceEnded, "unknown there");
    let named = forge::with_header(&yes, "kid", json!(their_phone.device), &phone.approval_key)?;
    assert_eq!(there.web.jose(paths::ANSWER, named.clone()).await?.refused()?, Code::WrongAddress);
    let addressed = forge::with_header(&named, "url", json!(url), &phone.approval_key)?;
    assert_eq!(there.web.jose(paths::ANSWER, addressed).await?.refused()?, Code::Signature);
    // A phone of this organisation that was shown the other's question.
    let yes = phone.approval(&their_challenge, &theirs)?;
    assert_eq!(phone.answer(yes).await?.refused()?, Code::UnknownChallenge);
    // Nor does the other's session open anything here.
    let cookies = e2e::world::cookies(&their_browser);
    let reply = here.web.get("/apps", &cookies).await?;
    assert!(reply.header("location").starts_with("/sign-in"));
    assert_eq!((here.audit().await?.len(), there.audit().await?.len()), before, "nothing came of any of it");
    assert_eq!(phone.approve(&right).await?, AnswerReply { end: End::Approved, counted: true });
    assert_eq!(their_phone.approve(&theirs).await?, AnswerReply { end: End::Approved, counted: true });
    Ok(())
}
