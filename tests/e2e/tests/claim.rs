//! Property 11: only the phone in the hand gets in.

use authenticator_core::screen::Screen;
use authenticator_protocol::code::Bytes;
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use demo::once;
use demo::organisation::{PASSWORD, USERS};
use demo::visitor::Visitor;
use e2e::world::{other, sign_in};
use e2e::{DIGITS, Error, Offered, Outcome, RawPhone, World};
use signin::fact::FactKind;
use simulated_phone::Event;

async fn code(world: &World, browser: &mut Visitor) -> Result<String, Error> {
    sign_in(browser).await?;
    let page = browser.post("/register/start", &[]).await?;
    assert_eq!(world.count(FactKind::DeviceConfirmed).await?, 0);
    page.link().ok_or_else(|| "no link".into())
}

async fn claimed(phone: &mut RawPhone, link: &str) -> Result<Offered, Error> {
    phone.claim(link).await?.map_err(|problem| format!("{problem:?}").into())
}

async fn registers(phone: &RawPhone, offered: &Offered) -> Result<Option<Code>, Error> {
    let reply = phone.clone().register(offered).await?;
    if reply.status == 200 { Ok(None) } else { reply.refused().map(Some) }
}

#[tokio::test]
async fn a_second_phone_is_refused_and_both_are_told() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut first) = (world.browser(), world.phone());
    let link = code(&world, &mut browser).await?;
    let offered = claimed(&mut first, &link).await?;
    // The real app this time: it must say so in words.
    let second = world.demo.phone(1)?;
    second.event(Event::LinkOpened(link.clone())).await;
    let told = second.wait_for(|model| matches!(model.screen, Screen::Result { .. })).await?;
    let Screen::Result { code: Some(code), text, .. } = told.screen else { return Err("no code".into()) };
    assert_eq!((code.as_str(), text.key.as_ref()), ("code_used", "phone-error-code-used"));
    let page = browser.get("/register").await?;
    assert!(page.says("second_phone") && page.says("big bad"), "loudly, to the eye");
    assert!(page.says("data-announce aria-describedby=\"happened\""), "and by voice");
    assert!(page.says("class=\"note bad\" id=\"happened\""));
    assert_eq!(world.count(FactKind::EnrolmentOtherPhone).await?, 1);
    // Also after the first one has registered, and it cannot go on from there either.
    assert_eq!(registers(&first, &offered).await?, None);
    assert_eq!(world.phone().claim(&link).await?.err().map(|problem| problem.code), Some(Code::CodeUsed));
    assert!(browser.get("/register").await?.says("second_phone"));
    Ok(())
}

#[tokio::test]
async fn whoever_filmed_the_code_and_scans_first_cannot_finish() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut thief) = (world.browser(), world.phone());
    let link = code(&world, &mut browser).await?;
    let stolen = claimed(&mut thief, &link).await?;
    assert_eq!(registers(&thief, &stolen).await?, None);
    thief.device = Some(stolen.offer.payload.device);
    // The owner's phone has no offer and so no characters; the thief's are on a screen far away.
    assert!(world.phone().claim(&link).await?.is_err());
    let page = browser.get("/register").await?;
    assert!(page.number().is_none() && page.says("second_phone"));
    assert!(thief.challenges().await?.is_empty());
    assert!(!thief.fetch().await?.confirmed);
    Ok(())
}

#[tokio::test]
async fn only_the_keys_that_claimed_register() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    let link = code(&world, &mut browser).await?;
    let offered = claimed(&mut phone, &link).await?;
    let stranger = world.phone();
    assert_eq!(registers(&stranger, &offered).await?, Some(Code::OfferMismatch), "other keys altogether");
    let mut half = phone.clone();
    half.approval_key = stranger.approval_key.clone();
    assert_eq!(registers(&half, &offered).await?, Some(Code::OfferMismatch), "another approval key");
    let mut half = phone.clone();
    half.device_key = stranger.device_key.clone();
    assert_eq!(registers(&half, &offered).await?, Some(Code::OfferMismatch), "another device key");
    let mut closed = phone.clone();
    closed.nonce = Bytes([7; 32]);
    assert_eq!(registers(&closed, &offered).await?, Some(Code::OfferMismatch), "the commitment stays closed");
    let mut other_offer = offered.clone();
    other_offer.offer.hash.0[0] ^= 1;
    assert_eq!(registers(&phone, &other_offer).await?, Some(Code::OfferMismatch), "another offer");
    assert_eq!(registers(&phone, &offered).await?, None);
    Ok(())
}

#[tokio::test]
async fn keys_are_two_and_fresh() -> Outcome {
    let (world, mut browser, enrolled) = World::enrolled(DIGITS).await?;
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let known = |phone: &RawPhone| {
        let (mut phone, link) = (phone.clone(), link.clone());
        phone.device = None;
        async move { Ok::<_, Error>(phone.claim(&link).await?.err().map(|problem| problem.code)) }
    };
    assert_eq!(known(&enrolled).await?, Some(Code::KeyKnown));
    let mut phone = world.phone();
    phone.approval_key = phone.device_key.clone();
    assert_eq!(known(&phone).await?, Some(Code::KeyKnown), "one key for both");
    for swap in [false, true] {
        let mut phone = world.phone();
        let old = if swap { &enrolled.approval_key } else { &enrolled.device_key };
        phone.device_key = old.clone();
        assert_eq!(known(&phone).await?, Some(Code::KeyKnown), "an old key as device key");
        let mut phone = world.phone();
        phone.approval_key = old.clone();
        assert_eq!(known(&phone).await?, Some(Code::KeyKnown), "an old key as approval key");
    }
    assert_eq!(known(&world.phone()).await?, None);
    // Nor does it matter whose code it is.
    let mut bo = world.browser();
    bo.sign_in(USERS[1].login(), PASSWORD).await?;
    let link = bo.post("/register/start", &[]).await?.link().ok_or("no link")?;
    for old in [&enrolled.device_key, &enrolled.approval_key] {
        let mut phone = world.phone();
        phone.approval_key = old.clone();
        assert_eq!(phone.claim(&link).await?.err().map(|problem| problem.code), Some(Code::KeyKnown));
    }
    Ok(())
}

#[tokio::test]
async fn three_times_the_wrong_characters_end_it_and_no_number_is_shown_before_the_right_ones() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    sign_in(&mut browser).await?;
    let offered = phone.begin(&mut browser).await?;
    let right = phone.characters(&offered);
    assert!(browser.get("/register").await?.number().is_none());
    for slip in ["", "123", "12345", "????", "ÅÄÖ1"] {
        let page = browser.type_characters(slip).await?;
        assert!(page.number().is_none() && !page.says("aria-invalid"), "{slip} is no try");
    }
    for left in [2, 1] {
        let page = browser.type_characters(&other(&right)).await?;
        assert!(
            page.number().is_none() && page.says("aria-invalid=\"true\"") && page.says(&left.to_string())
        );
        assert!(phone.challenges().await?.is_empty(), "the phone is not asked yet");
    }
    let page = browser.type_characters(&other(&right)).await?;
    assert!(page.number().is_none() && page.says("wrong_characters"));
    let enrolment = offered.offer.payload.enrolment.to_string();
    let form = [("enrolment", enrolment.as_str()), ("characters", &right)];
    let page = browser.post("/register/characters", &form).await?;
    assert!(page.number().is_none() && page.says("wrong_characters"), "too late");
    assert_eq!(world.count(FactKind::EnrolmentWrongCharacters).await?, 3);
    let fetch = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
    assert_eq!(phone.web.jose(paths::FETCH, fetch).await?.refused()?, Code::DeviceEnded);
    Ok(())
}

#[tokio::test]
async fn an_older_page_uses_up_no_try_of_a_newer_registration() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut first, mut second) = (world.browser(), world.phone(), world.phone());
    sign_in(&mut browser).await?;
    let older = first.begin(&mut browser).await?;
    let newer = second.begin(&mut browser).await?;
    let right = second.characters(&newer);
    let older = older.offer.payload.enrolment.to_string();
    for enrolment in [older.as_str(), "", "nonsense"] {
        for typed in [other(&right), right.clone()] {
            let form = [("enrolment", enrolment), ("characters", typed.as_str())];
            let page = browser.post("/register/characters", &form).await?;
            assert_eq!(page.status.as_u16(), 409, "{enrolment}");
            assert!(page.number().is_none() && page.says("You have begun a newer registration"));
            assert!(page.says("href=\"/register\""), "where it goes on");
        }
    }
    assert_eq!(world.count(FactKind::EnrolmentWrongCharacters).await?, 0);
    assert!(!browser.get("/register").await?.says("aria-invalid"));
    assert!(browser.type_characters(&right).await?.number().is_some());
    Ok(())
}

#[tokio::test]
async fn the_device_counts_only_after_the_test() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    sign_in(&mut browser).await?;
    let offered = phone.begin(&mut browser).await?;
    let page = browser.get("/apps").await?;
    assert_eq!(page.path, "/register", "a registered phone is not a confirmed one");
    let shown = phone.characters(&offered).to_lowercase();
    let page = browser.type_characters(&shown).await?;
    let number = page.number().ok_or("no number")?;
    assert!(!phone.fetch().await?.confirmed);
    // Somebody else's number ends the enrolment with its device.
    phone.approve(&other(&number)).await?;
    let page = browser.get("/register").await?;
    assert!(page.says("test_wrong_number"), "{}", page.body);
    assert_eq!(browser.get("/apps").await?.path, "/register");
    assert_eq!(world.count(FactKind::DeviceConfirmed).await?, 0);
    assert!(world.anna().await?.first_confirmed.is_none());
    Ok(())
}

#[tokio::test]
async fn the_same_phone_may_repeat_a_lost_claim_and_a_lost_registration() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    let link = code(&world, &mut browser).await?;
    let lost = claimed(&mut phone, &link).await?;
    let offered = claimed(&mut phone, &link).await?;
    assert_eq!(lost.offer.payload.device, offered.offer.payload.device);
    assert_ne!(lost.offer.payload.nonce, offered.offer.payload.nonce, "every offer has fresh characters");
    assert_eq!(registers(&phone, &lost).await?, Some(Code::OfferMismatch), "only the newest offer counts");
    for _ in 0..2 {
        assert_eq!(phone.clone().register(&offered).await?.status, 200);
    }
    phone.device = Some(offered.offer.payload.device);
    let shown = phone.characters(&offered);
    let page = browser.type_characters(&shown).await?;
    phone.approve(&page.number().ok_or("no number")?).await?;
    assert!(browser.get("/register").await?.path.starts_with("/register/done"));
    Ok(())
}

#[tokio::test]
async fn few_claims_give_few_chances_on_the_characters() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    let link = code(&world, &mut browser).await?;
    for _ in 0..5 {
        claimed(&mut phone, &link).await?;
    }
    assert_eq!(phone.claim(&link).await?.err().map(|problem| problem.code), Some(Code::TooMany));
    Ok(())
}

#[tokio::test]
async fn the_phone_believes_only_the_key_in_the_code() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    let link = code(&world, &mut browser).await?;
    let mut parsed = authenticator_protocol::link::EnrolmentLink::parse(&link)?;
    parsed.identity = world.phone().device_key.public_key().short_thumbprint();
    let phone = world.demo.phone(1)?;
    phone.event(Event::LinkOpened(parsed.to_string())).await;
    once::result(&phone).await?;
    // The right link is still good for the same app: it claims with fresh keys, which are another phone's.
    assert!(browser.get("/register").await?.number().is_none());
    assert_eq!(world.count(FactKind::EnrolmentRegistered).await?, 0);
    Ok(())
}
