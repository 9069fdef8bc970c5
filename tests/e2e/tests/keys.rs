//! The service's keys change while it runs, and nobody has to enrol again.

use authenticator_core::screen::Screen;
use authenticator_protocol::fetch::{Fetch, FetchReply};
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::link::EnrolmentLink;
use authenticator_protocol::request::paths;
use authenticator_protocol::statement::Pin;
use demo::once;
use demo::visitor::Visitor;
use e2e::world::{number, sign_in};
use e2e::{DIGITS, Error, Outcome, RawPhone, World};
use push_service::keys::{RingVerify, results};
use simulated_phone::{Event, Phone, Reception};
use std::path::Path;

/// With the app's own phone enrolled.
async fn enrolled() -> Result<(World, Visitor, Phone), Error> {
    let world = World::start(DIGITS).await?;
    let (mut browser, phone) = (world.browser(), world.demo.phone(1)?);
    assert_eq!(once::enrol(&mut browser, &phone).await?, "enrolled");
    phone.event(Event::Done).await;
    Ok((world, browser, phone))
}

/// Anna signs in, and approves on the app's own phone.
async fn approves(browser: &mut Visitor, phone: &Phone) -> Outcome {
    let right = number(browser).await?;
    once::type_number(phone, &right).await?;
    phone.wait_for(|model| once::is_result(model, "phone-approved-title")).await?;
    phone.event(Event::Done).await;
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    Ok(())
}

async fn fetch_with(phone: &RawPhone, key_number: u32) -> Result<FetchReply, Error> {
    let fetch = Fetch { app: phone.app.clone(), key_number };
    phone.web.jose(paths::FETCH, phone.signed(paths::FETCH, &fetch, &phone.device_key)).await?.json()
}

fn copy(from: &Path, to: &Path) -> Outcome {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_phone_follows_one_rotation_and_many_that_it_missed() -> Outcome {
    let (world, mut browser, phone) = enrolled().await?;
    assert_eq!(world.demo.rotate_identity().await?, 1);
    approves(&mut browser, &phone).await?;
    for missed in [3, 17] {
        phone.set_network(Reception::Offline).await;
        for _ in 0..missed {
            world.demo.rotate_identity().await?;
        }
        phone.restart().await;
        phone.set_network(Reception::Online).await;
        approves(&mut browser, &phone).await?;
    }
    // What it follows, it remembers; and so does the service.
    world.restart().await?;
    phone.restart().await;
    approves(&mut browser, &phone).await?;
    assert_eq!(world.demo.rotate_identity().await?, 22);
    approves(&mut browser, &phone).await
}

#[tokio::test]
async fn a_question_outlives_the_key_that_signed_it() -> Outcome {
    let (world, mut browser, mut phone) = World::enrolled(DIGITS).await?;
    let right = number(&mut browser).await?;
    let before = phone.challenge().await?;
    world.demo.rotate_identity().await?;
    assert!(phone.challenge().await.is_err(), "signed by a key that this phone does not pin");
    phone.identity = Some(world.app().await?.keys().identity.public_key());
    assert_eq!(phone.challenge().await?.hash, before.hash, "the same bytes under the new key");
    phone.approve(&right).await?;
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    Ok(())
}

#[tokio::test]
async fn a_phone_is_told_what_it_missed_and_nothing_else() -> Outcome {
    let world = World::start(DIGITS).await?;
    world.demo.rotate_identity().await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    sign_in(&mut browser).await?;
    let offer = phone.begin(&mut browser).await?.offer.payload;
    assert_eq!(offer.key_number, 1);
    let pinned = phone.identity.ok_or("no key")?;
    let mut pin = Pin { key: pinned, number: offer.key_number, next: offer.next_identity_key };
    for _ in 0..3 {
        world.demo.rotate_identity().await?;
    }
    let missed = fetch_with(&phone, 1).await?.key_statements;
    for statement in &missed {
        pin = pin.follow(statement, &RingVerify)?;
    }
    assert_eq!((missed.len(), pin), (3, world.app().await?.keys().identity.pin()));
    for (number, count) in [(0, 4), (3, 1), (4, 0), (5, 0), (u32::MAX, 0)] {
        assert_eq!(fetch_with(&phone, number).await?.key_statements.len(), count, "{number}");
    }
    for _ in 0..14 {
        world.demo.rotate_identity().await?;
    }
    assert_eq!(fetch_with(&phone, 0).await?.key_statements.len(), 16, "no more than that in one reply");
    assert_eq!(fetch_with(&phone, 16).await?.key_statements.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_code_of_before_a_rotation_is_refused_with_what_to_do() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, phone) = (world.browser(), world.demo.phone(1)?);
    sign_in(&mut browser).await?;
    let old = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    world.demo.rotate_identity().await?;
    let new = browser.get("/register").await?.link().ok_or("no link")?;
    let (old_link, new_link) = (EnrolmentLink::parse(&old)?, EnrolmentLink::parse(&new)?);
    assert!(
        old_link.code == new_link.code && old_link.identity != new_link.identity,
        "the page shows the new key"
    );

    phone.event(Event::LinkOpened(old)).await;
    let told = once::result(&phone).await?;
    assert!(matches!(told.screen, Screen::Result { text, .. } if text.key == "phone-error-identity"));
    phone.event(Event::Done).await;
    assert_eq!(once::register(&mut browser, &phone).await?, "enrolled", "a new code, as the phone says");
    Ok(())
}

#[tokio::test]
async fn the_thief_of_the_old_key_gets_no_statement_in() -> Outcome {
    let (world, mut browser, phone) = enrolled().await?;
    let keys = world.app().await?.keys();
    let stranger = e2e::Key::fresh().public_key().thumbprint();
    let forged = keys.identity.pin().succeed(&keys.identity, stranger, phone.now().seconds());
    let path = world.demo.keys().join("statements/1.jws");
    std::fs::write(&path, forged)?;
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    assert!(world.app().await?.reload_keys().is_err());
    approves(&mut browser, &phone).await
}

#[tokio::test]
async fn a_service_restored_from_before_a_rotation_is_not_trusted() -> Outcome {
    let (world, mut browser, phone) = enrolled().await?;
    let (old, new) = (tempfile::tempdir()?, tempfile::tempdir()?);
    copy(world.demo.keys(), old.path())?;
    world.demo.rotate_identity().await?;
    approves(&mut browser, &phone).await?;
    copy(world.demo.keys(), new.path())?;

    for (backup, trusted) in [(&old, false), (&new, true)] {
        world.demo.stop_service().await;
        std::fs::remove_dir_all(world.demo.keys())?;
        copy(backup.path(), world.demo.keys())?;
        world.demo.start_service().await?;
        world.demo.clock.advance(91_000);
        if trusted {
            approves(&mut browser, &phone).await?;
        } else {
            number(&mut browser).await?;
            phone.event(Event::Refresh).await;
            let unproven = phone.wait_for(|model| match &model.screen {
                Screen::Accounts { notice: Some(text), .. } => text.key == "phone-error-unproven",
                _ => false,
            });
            unproven.await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn result_keys_are_published_with_overlap() -> Outcome {
    let world = World::start(DIGITS).await?;
    let published = async || -> Result<Vec<String>, Error> {
        let reply = world.web.get("/.well-known/jwks.json", "").await?;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-type"), "application/jwk-set+json");
        assert_eq!(reply.header("cache-control"), "public, max-age=3600");
        let set: serde_json::Value = reply.json()?;
        let keys = set["keys"].as_array().ok_or("no keys")?;
        let members = |key: &serde_json::Value| {
            let mut names: Vec<String> =
                key.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
            names.sort_unstable();
            names.join(" ")
        };
        assert!(keys.iter().all(|key| members(key) == "alg crv kid kty use x y"), "{set}");
        Ok(keys.iter().map(|key| key["kid"].as_str().unwrap_or_default().to_owned()).collect())
    };
    let first = published().await?;
    assert_eq!(first.len(), 1);
    let now = push_service::clock::Clock::now(&world.demo.clock).seconds();
    let kid = results::rotate(world.demo.keys(), now)?.to_string();
    assert_eq!(published().await?, first, "not before the service has read it");
    world.app().await?.reload_keys()?;
    let both = published().await?;
    assert_eq!(both.len(), 2);
    world.demo.clock.advance(2 * results::OVERLAP * 1000 - 1);
    assert_eq!(published().await?, both);
    world.demo.clock.advance(1);
    assert_eq!(published().await?, [kid]);
    Ok(())
}
