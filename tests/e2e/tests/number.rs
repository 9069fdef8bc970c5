//! Properties 1 and 2: where the number goes, and what it looks like.

use authenticator_core::screen::Screen;
use authenticator_protocol::answer::DenialReason;
use authenticator_protocol::code::encode;
use demo::organisation::{self, PASSWORD, USERS};
use demo::visitor::Visitor;
use demo::{Error as DemoError, once};
use e2e::proxy::{Recording, traces};
use e2e::world::{number, other, sign_in};
use e2e::{DIGITS, Outcome, RawPhone, World};
use push_service::app::App;
use push_service::clock::ManualClock;
use push_service::config::Config;
use push_service::keys::Keys;
use push_service::lifecycle::Running;
use sha2::{Digest as _, Sha256};
use simulated_phone::{Event, Millis, Reception};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A browser that comes straight to the service, which the phones know by the proxy's address.
async fn post(
    browser: &mut Visitor,
    origin: &str,
    path: &str,
    form: &[(&str, &str)],
) -> Result<String, DemoError> {
    let page = browser.post_with(path, form, &[("origin", origin)]).await?;
    page.number().ok_or_else(|| format!("no number at {}: {}", page.path, page.status).into())
}

#[tokio::test]
async fn the_number_never_travels_to_the_phone() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (proxy, listener) =
        (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
    let (public, listen) =
        (format!("http://localhost:{}", proxy.local_addr()?.port()), listener.local_addr()?);
    let config =
        Config::parse(&organisation::configuration(&public, &public, listen, folder.path(), DIGITS))?;
    Keys::create(&config.keys, Millis(0).seconds())?;
    let clock = ManualClock::standing(Millis(1_800_000_000_000));
    let app = App::open(config, Arc::new(clock.clone()))?;
    organisation::add_users(&app).await?;
    let running = Running::start_on(app, listener, Default::default())?;
    let recording = Recording::start(proxy, listen);
    clock.advance(6_000);

    let mut browser = Visitor::new(&format!("http://{listen}"));
    let mut phone = RawPhone::new(&public, &clock);
    let login = [("login", USERS[0].login()), ("password", PASSWORD)];
    browser.post_with("/sign-in", &login, &[("origin", &public)]).await?;
    let page = browser.post_with("/register/start", &[], &[("origin", &public)]).await?;
    let link = page.link().ok_or("no link")?;
    let offered = phone.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    phone.register(&offered).await?;
    let (mut socket, _) = phone.socket(&public).await?;
    let shown = phone.characters(&offered);
    let enrolment = offered.offer.payload.enrolment.to_string();
    let mut numbers = vec![
        post(
            &mut browser,
            &public,
            "/register/characters",
            &[("enrolment", &enrolment), ("characters", &shown)],
        )
        .await?,
    ];
    phone.approve(&numbers[0]).await?;
    // From now on it is a browser that the user has signed in with: each of its requests wakes the phone.
    browser.get("/register").await?;
    for round in 0..6 {
        let number = post(&mut browser, &public, "/sign-in", &login).await?;
        socket.next().await?;
        let challenge = phone.challenge().await?;
        let reply = match round {
            0 | 1 => phone.answer(phone.approval(&challenge, &number)?).await?,
            2 => phone.answer(phone.approval(&challenge, &other(&number))?).await?,
            3 => phone.answer(phone.denial(&challenge, DenialReason::NotMe)).await?,
            4 => phone.answer("garbage".into()).await?,
            _ => {
                clock.advance(90_000);
                phone.answer(phone.approval(&challenge, &number)?).await?
            }
        };
        assert!(reply.status < 500, "{}", reply.text());
        phone.fetch().await?;
        numbers.push(number);
    }
    let bytes = recording.bytes();
    assert!(
        bytes.len() > 4_000 && String::from_utf8_lossy(&bytes).contains("challenges"),
        "nothing was recorded"
    );
    for number in numbers {
        assert_eq!(number.len(), 8);
        assert_eq!(traces(&number, &bytes), Vec::<&str>::new(), "{number} reached the phone");
    }
    running.stop().await;
    Ok(())
}

#[tokio::test]
async fn eight_digits_by_policy_with_leading_zeros() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let number = number(&mut browser).await?;
    assert!(number.len() == 8 && number.bytes().all(|byte| byte.is_ascii_digit()), "{number}");
    assert_eq!(phone.challenge().await?.payload.digits.get(), 8);
    drop(world);

    // One in ten has a leading zero.
    let world = World::start(organisation::POLICY).await?;
    let (mut browser, phone) = (world.browser(), world.demo.phone(1)?);
    assert_eq!(once::enrol(&mut browser, &phone).await?, "enrolled");
    phone.event(Event::Done).await;
    phone.set_network(Reception::Offline).await;
    sign_in(&mut browser).await?;
    let mut number = browser.get("/sign-in/number").await?.number().ok_or("no number")?;
    for _ in 0..300 {
        if number.starts_with('0') {
            break;
        }
        // As fast as a person: faster is too many.
        world.demo.clock.advance(11_000);
        number = browser.post("/sign-in/again", &[]).await?.number().ok_or("no number")?;
    }
    assert!(number.starts_with('0') && number.len() == 2, "{number}");
    phone.set_network(Reception::Online).await;
    once::question(&phone).await?;
    let ready = |text: &str| {
        let (phone, text) = (phone.clone(), text.to_owned());
        async move {
            phone.event(Event::NumberEntered(text)).await;
            matches!(phone.screen().screen, Screen::Approve { ready: true, .. })
        }
    };
    assert!(!ready(&number[1..]).await, "one digit is not two");
    assert!(ready(&number).await);
    phone.event(Event::Approve).await;
    once::result(&phone).await?;
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    Ok(())
}

#[tokio::test]
async fn numbers_of_five_minutes_differ() -> Outcome {
    let (world, mut browser, _) = World::enrolled(organisation::POLICY).await?;
    // Thirty in five minutes are allowed from one network; across the border of two such windows come twice as many.
    world.demo.clock.advance(301_000);
    let mut seen = BTreeSet::from([number(&mut browser).await?]);
    world.demo.clock.advance(299_000);
    for round in 1..60 {
        if round == 30 {
            let page = browser.post("/sign-in/again", &[]).await?;
            assert_eq!((page.status.as_u16(), page.number()), (429, None));
            assert!(page.says("too_many_requests"));
            world.demo.clock.advance(1_000);
        }
        let page = browser.post("/sign-in/again", &[]).await?;
        assert!(seen.insert(page.number().ok_or("no number")?), "a number came twice");
    }
    Ok(())
}

#[test]
fn every_form_of_a_number_is_found() {
    let hash = Sha256::digest(b"01234567");
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    for (bytes, form) in [
        (br#"{"number":"01234567"}"#.to_vec(), "its digits"),
        (br#"{"number":1234567}"#.to_vec(), "its value"),
        (format!("a.{}.b", encode(br#"{"number":"01234567"}"#)).into_bytes(), "its digits"),
        (format!("\"{}\"", encode(b"01234567")).into_bytes(), "base64url of its digits"),
        (format!("\"{}\"", encode(&hash)).into_bytes(), "its hash in base64url"),
        (hex.into_bytes(), "its hash in hex, lower case"),
    ] {
        assert!(traces("01234567", &bytes).contains(&form), "{form}");
    }
    assert!(traces("01234567", b"nothing, 76543211 and 1800000000").is_empty());
}
