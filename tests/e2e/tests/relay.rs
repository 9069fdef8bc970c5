//! Property 11: who stands between phone and service, or was faster, does not get in.

use authenticator_core::screen::{Screen, ScreenModel};
use authenticator_protocol::code::Bytes;
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::link::{EnrolmentLink, ServerAddress};
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use axum::http::StatusCode;
use demo::once::type_code;
use demo::visitor::{Answer, Visitor};
use e2e::relay::{Answers, Relay};
use e2e::world::sign_in;
use e2e::{DIGITS, Error, Outcome, RawPhone, World};
use signin::fact::FactKind;
use simulated_phone::{ByHand, Event, Phone};

async fn code(browser: &mut Visitor) -> Result<Answer, Error> {
    sign_in(browser).await?;
    browser.post("/register/start", &[]).await
}

/// Types e-mail and code on a phone whose user believes the relay to be the server.
async fn believe(phone: &Phone, page: &Answer, relay: &Relay) -> Result<(), Error> {
    let (login, code) = page.typed().ok_or("no code to type")?;
    type_code(phone, ByHand { login, code, server: relay.authority.clone() }).await;
    phone.wait_for(|model| matches!(model.screen, Screen::Confirm { .. })).await?;
    Ok(())
}

fn shown(model: &ScreenModel) -> Option<String> {
    match &model.screen {
        Screen::Characters { characters, .. } => Some(characters.0.clone()),
        _ => None,
    }
}

/// The user types these as often as the page lets them: no number is shown, and it ends without a device.
async fn never_counts(world: &World, browser: &mut Visitor, thief: &RawPhone, typed: &str) -> Outcome {
    for attempt in 1..=3 {
        assert!(thief.challenges().await?.is_empty(), "asked before try {attempt}");
        let page = browser.type_characters(typed).await?;
        assert!(page.number().is_none(), "try {attempt}");
    }
    assert!(browser.get("/register").await?.says("wrong_characters"));
    let fetch = thief.signed(paths::FETCH, &thief.fetch_message(), &thief.device_key);
    assert_eq!(thief.web.jose(paths::FETCH, fetch).await?.refused()?, Code::DeviceEnded);
    assert_eq!(world.count(FactKind::DeviceConfirmed).await?, 0);
    assert_eq!(world.count(FactKind::EnrolmentWrongCharacters).await?, 3);
    Ok(())
}

#[tokio::test]
async fn a_relay_with_keys_of_its_own_shows_other_characters() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    let relay = Relay::start(world.phone(), Answers::Forged).await?;
    let phone = world.demo.phone(1)?;
    let page = code(&mut browser).await?;
    believe(&phone, &page, &relay).await?;
    phone.event(Event::Confirmed).await;
    let on_the_phone =
        shown(&phone.wait_for(|model| shown(model).is_some()).await?).ok_or("no characters")?;
    let mut relay = relay.inside().await;
    assert_eq!(relay.victims.as_ref(), Some(&on_the_phone), "the relay knows what it would have to match");
    assert_eq!(relay.offers.len(), 5, "it took every chance that it was given");
    assert_ne!(relay.own().as_ref(), Some(&on_the_phone), "five chances in 2^20");
    // All of them were different offers, and only the last one counted.
    let mut nonces: Vec<_> = relay.offers.iter().map(|offered| offered.offer.payload.nonce).collect();
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), 5, "the service's half is fresh each time");
    assert_eq!(relay.claim_again().await?, Err(Code::KeyKnown), "there is none after the registration");
    for older in &relay.offers[..4] {
        let mut again = relay.phone.but(|phone| phone.device = None);
        assert_eq!(again.register(older).await?.refused()?, Code::OfferMismatch);
    }
    never_counts(&world, &mut browser, &relay.phone, &on_the_phone).await
}

/// With the phone's nonce in hand it would make one offer after the other until the phone shows what the page expects.
#[tokio::test]
async fn a_relay_that_has_seen_the_nonce_gets_no_second_claim_for_it() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    let relay = Relay::start(world.phone(), Answers::Forged).await?;
    let phone = world.demo.phone(1)?;
    let page = code(&mut browser).await?;
    believe(&phone, &page, &relay).await?;
    let mut event = Event::Confirmed;
    for (tries, status) in [500, 503, 429, 408, 404].into_iter().enumerate() {
        relay.inside().await.fails_with = Some(StatusCode::from_u16(status)?);
        phone.event(event).await;
        phone.wait_for(|model| matches!(model.screen, Screen::Result { retry: true, .. })).await?;
        event = Event::Retry;
        let relay = relay.inside().await;
        assert_eq!((relay.claims, relay.registrations.len()), (1, tries + 1), "after {status}");
    }
    let first_nonce = {
        let relay = relay.inside().await;
        assert!(
            relay.registrations.iter().all(|sent| *sent == relay.registrations[0]),
            "offer and nonce stay"
        );
        relay.registrations[0].1
    };
    // Whoever turns back and types the code anew has another nonce, with which nothing was chosen.
    phone.event(Event::Back).await;
    believe(&phone, &page, &relay).await?;
    phone.event(Event::Confirmed).await;
    phone.wait_for(|model| matches!(model.screen, Screen::Result { retry: true, .. })).await?;
    let relay = relay.inside().await;
    assert_eq!(relay.claims, 2);
    assert_ne!(relay.registrations.last().map(|sent| sent.1), Some(first_nonce));
    Ok(())
}

#[tokio::test]
async fn a_relay_in_the_place_of_the_server_of_a_link_is_found_out_by_the_phone() -> Outcome {
    for (answers, said) in [(Answers::Forged, "offer_identity"), (Answers::Genuine, "offer_claim")] {
        let world = World::start(DIGITS).await?;
        let mut browser = world.browser();
        let relay = Relay::start(world.phone(), answers).await?;
        let phone = world.demo.phone(1)?;
        let mut link = EnrolmentLink::parse(&code(&mut browser).await?.link().ok_or("no link")?)?;
        link.server = ServerAddress::parse(&format!("http://{}", relay.authority))?;
        phone.event(Event::LinkOpened(link.to_string())).await;
        let told = phone.wait_for(|model| matches!(model.screen, Screen::Result { .. })).await?;
        let Screen::Result { text, code, .. } = told.screen else { return Err("no result".into()) };
        assert_eq!((text.key.as_str(), code.as_deref()), ("phone-error-identity", Some(said)));
        assert_eq!(relay.inside().await.offers.len(), 1);
        assert_eq!(world.count(FactKind::EnrolmentRegistered).await?, 0);
    }
    Ok(())
}

/// It passes the phone's own claim and the service's own offer on, and registers keys of its own under them.
#[tokio::test]
async fn a_relay_cannot_swap_a_key_at_the_registration() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut victim, relay) = (world.browser(), world.phone(), world.phone());
    let link = code(&mut browser).await?.link().ok_or("no link")?;
    let offered = victim.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    let with_approval_key = victim.but(|phone| phone.approval_key = relay.approval_key.clone());
    let with_device_key = victim.but(|phone| phone.device_key = relay.device_key.clone());
    let with_nonce = victim.but(|phone| phone.nonce = relay.nonce);
    for (mut swapped, what) in [
        (with_approval_key, "another approval key"),
        (with_device_key, "another device key"),
        (with_nonce, "a commitment opened differently"),
        (relay, "all of it"),
    ] {
        assert_eq!(swapped.register(&offered).await?.refused()?, Code::OfferMismatch, "{what}");
    }
    assert_eq!(victim.register(&offered).await?.status, 200, "the phone itself still can");

    // A claim that names one key and commits to another.
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let (mut phone, other) = (world.phone(), world.phone());
    let mut claim = phone.claim_of(&link)?;
    claim.approval_key = other.approval_key.public_key().thumbprint();
    let offered = phone.send_claim(&claim).await?.map_err(|problem| format!("{problem:?}"))?;
    assert_eq!(phone.register(&offered).await?.refused()?, Code::OfferMismatch, "the key that it commits to");
    let mut other = phone.but(|phone| phone.approval_key = other.approval_key.clone());
    assert_eq!(other.register(&offered).await?.refused()?, Code::OfferMismatch, "the key that it names");
    assert_eq!(world.count(FactKind::EnrolmentRegistered).await?, 1);
    Ok(())
}

#[tokio::test]
async fn an_older_offer_is_no_second_choice() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    let link = code(&mut browser).await?.link().ok_or("no link")?;
    let older = phone.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    let newer = phone.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    assert_ne!(older.offer.payload.nonce, newer.offer.payload.nonce);
    assert_eq!(phone.clone().register(&older).await?.refused()?, Code::OfferMismatch);
    // Whoever would rather have another nonce finds it bound to its claim.
    let mut mixed = phone.but(|phone| phone.nonce = Bytes([9; 32]));
    assert_eq!(mixed.register(&newer).await?.refused()?, Code::OfferMismatch);
    let mut second = phone.but(|phone| phone.nonce = Bytes([9; 32]));
    let refused = second.claim(&link).await?.err().map(|problem| problem.code);
    assert_eq!(refused, Some(Code::CodeUsed), "another commitment is another phone");
    assert_eq!(phone.register(&newer).await?.status, 200);
    assert_ne!(phone.characters(&older), phone.characters(&newer));
    Ok(())
}

#[tokio::test]
async fn a_faster_scanner_who_registers_first_needs_the_owners_page() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut owner, mut thief) = (world.browser(), world.phone(), world.phone());
    // The owner's phone shows the characters of an earlier code when the thief scans the next one, from a film.
    let page = code(&mut browser).await?;
    let offered =
        owner.claim(&page.link().ok_or("no link")?).await?.map_err(|problem| format!("{problem:?}"))?;
    assert_eq!(owner.register(&offered).await?.status, 200);
    let owners = owner.characters(&offered);
    let filmed = browser.post("/register/start", &[]).await?;
    let stolen =
        thief.claim(&filmed.link().ok_or("no link")?).await?.map_err(|problem| format!("{problem:?}"))?;
    assert_eq!(thief.register(&stolen).await?.status, 200);
    assert_ne!(thief.characters(&stolen), owners);
    never_counts(&world, &mut browser, &thief, &owners).await
}

/// By the link or by typing, the owner's phone comes second: it and the page say so, and the page shows no input.
#[tokio::test]
async fn the_owner_who_comes_second_is_told_on_both_screens() -> Outcome {
    for typed in [false, true] {
        let world = World::start(DIGITS).await?;
        let (mut browser, mut thief) = (world.browser(), world.phone());
        let page = code(&mut browser).await?;
        let link = page.link().ok_or("no link")?;
        let stolen = thief.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
        let phone = world.demo.phone(1)?;
        if typed {
            let (login, code) = page.typed().ok_or("no code to type")?;
            type_code(&phone, ByHand { login, code, server: String::new() }).await;
        } else {
            phone.event(Event::LinkOpened(link)).await;
        }
        let told = phone.wait_for(|model| matches!(model.screen, Screen::Result { .. })).await?;
        let Screen::Result { text, .. } = told.screen else { return Err("no result".into()) };
        assert_eq!(text.key, "phone-error-code-used");
        let page = browser.get("/register").await?;
        assert!(page.says("second_phone") && !page.says("name=\"characters\""));
        thief.register(&stolen).await?;
        assert!(browser.get("/register").await?.says("second_phone"));
        assert!(thief.challenges().await?.is_empty() && !thief.fetch().await?.confirmed);
        assert_eq!(world.count(FactKind::DeviceConfirmed).await?, 0);
    }
    Ok(())
}
