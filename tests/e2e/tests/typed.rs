//! Property 10: the code for people who type it, and the document that tells them the server.

use authenticator_core::screen::Screen;
use authenticator_protocol::discovery::{self, Discovery};
use authenticator_protocol::enrolment::Proof;
use authenticator_protocol::link::EnrolmentLink;
use authenticator_protocol::problem::{Code, Problem};
use authenticator_protocol::request::paths;
use authenticator_protocol::typed::TypedCode;
use axum::http::Method;
use demo::once::{self, type_code};
use demo::organisation::{PASSWORD, USERS};
use demo::visitor::{Answer, Visitor};
use e2e::world::sign_in;
use e2e::{DIGITS, Error, Offered, Outcome, RawPhone, World, forge};
use serde_json::json;
use signin::fact::FactKind;
use simulated_phone::{ByHand, Event};
use std::net::{IpAddr, Ipv4Addr};

/// The page with the code, and what it says to type.
async fn page(browser: &mut Visitor) -> Result<(Answer, String, String), Error> {
    sign_in(browser).await?;
    fresh(browser).await
}

async fn fresh(browser: &mut Visitor) -> Result<(Answer, String, String), Error> {
    let page = browser.post("/register/start", &[]).await?;
    let (login, code) = page.typed().ok_or("no code to type")?;
    Ok((page, login, code))
}

fn refused(claimed: Result<Offered, Problem>) -> Option<Code> {
    claimed.err().map(|problem| problem.code)
}

/// A code that is another one's, or nobody's.
fn guess(n: u64) -> String {
    TypedCode::from_bits((n.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1 << 63).to_be_bytes()).as_str().to_owned()
}

async fn finishes(browser: &mut Visitor, phone: &mut RawPhone, offered: &Offered) -> Outcome {
    assert_eq!(phone.register(offered).await?.status, 200);
    let shown = phone.characters(offered);
    let page = browser.type_characters(&shown).await?;
    phone.approve(&page.number().ok_or("no number")?).await?;
    assert!(browser.get("/register").await?.path.starts_with("/register/done"));
    Ok(())
}

#[tokio::test]
async fn a_phone_is_registered_by_typing() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    let (answer, login, code) = page(&mut browser).await?;
    assert_eq!(login, USERS[0].login());
    assert!(answer.says("localhost:"), "the server's address stands there too");
    assert!(answer.says(&code.replace('-', "").chars().map(String::from).collect::<Vec<_>>().join(" ")[..9]));
    assert_eq!(
        browser.get("/register").await?.typed(),
        Some((login.clone(), code.clone())),
        "a reload changes nothing"
    );
    // The app is forgiving, the wire is not.
    let careless = code.to_lowercase().replace('0', "o").replace('1', "l").replace('-', "  ");
    let phone = world.demo.phone(1)?;
    let login = login.to_uppercase();
    type_code(&phone, ByHand { login, code: careless, server: String::new() }).await;
    let asked = phone.wait_for(|model| matches!(model.screen, Screen::Confirm { .. })).await?;
    let Screen::Confirm { host, user, .. } = asked.screen else { return Err("no question".into()) };
    assert_eq!((format!("http://{host}"), user.as_str()), (world.demo.service.clone(), "Anna Andersson"));
    phone.event(Event::Confirmed).await;
    let shown = phone.wait_for(|model| matches!(model.screen, Screen::Characters { .. })).await?;
    let Screen::Characters { characters, .. } = shown.screen else { return Err("no characters".into()) };
    let page = browser.type_characters(&characters).await?;
    once::type_number(&phone, &page.number().ok_or("no number")?).await?;
    once::result(&phone).await?;
    assert!(browser.get("/register").await?.path.starts_with("/register/done"));
    assert_eq!(world.count(FactKind::DeviceConfirmed).await?, 1);
    Ok(())
}

#[tokio::test]
async fn the_service_tells_where_it_is() -> Outcome {
    let world = World::start(DIGITS).await?;
    let reply = world.web.get(discovery::PATH, "").await?;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
    assert_eq!(reply.header("cache-control"), "public, max-age=3600");
    let found: Discovery = reply.json()?;
    assert_eq!(found.address().map(|server| server.to_string()), Some(world.demo.service.clone()));
    let posted = world.web.send(Method::POST, discovery::PATH, &[], Vec::new()).await?;
    assert_eq!(posted.status, 405);
    Ok(())
}

#[tokio::test]
async fn the_wire_knows_one_spelling_and_a_slip_is_no_guess() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, phone) = (world.browser(), world.phone());
    let (_, login, code) = page(&mut browser).await?;
    let right = TypedCode::typed(&code)?;
    let claim = phone.claim_by(Proof::Typed { login: login.clone(), secret: right.clone() });
    let signed = phone.signed(paths::CLAIM, &claim, &phone.device_key);
    let mut slip = right.as_str().to_owned();
    slip.replace_range(..1, if slip.starts_with('Z') { "Y" } else { "Z" });
    for secret in [
        slip,
        right.as_str().to_lowercase(),
        right.grouped(),
        right.as_str()[..9].to_owned(),
        format!("{}0", right.as_str()),
        String::new(),
        "UUUUUUUUUU".to_owned(),
    ] {
        for _ in 0..2 {
            let payload = json!({ "login": login, "secret": secret });
            let forged = forge::with_payload(&signed, "code", payload, &phone.device_key)?;
            assert_eq!(world.web.jose(paths::CLAIM, forged).await?.refused()?, Code::Malformed, "{secret}");
        }
    }
    for half in [json!({ "login": login }), json!({ "secret": right }), json!([login, right]), json!(7)] {
        let forged = forge::with_payload(&signed, "code", half, &phone.device_key)?;
        assert_eq!(world.web.jose(paths::CLAIM, forged).await?.refused()?, Code::Malformed);
    }
    assert!(world.phone().claim_typed(&login, &code).await?.is_ok(), "fourteen slips were not counted");
    Ok(())
}

#[tokio::test]
async fn whatever_is_wrong_the_reply_is_the_same() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    let (_, login, expired) = page(&mut browser).await?;
    world.demo.clock.advance(600_000);
    let (_, _, code) = page(&mut browser).await?;
    let mut said = Vec::new();
    for (who, code) in [
        ("nobody@regionx.example", code.as_str()),
        (USERS[1].login(), &code),
        ("", &code),
        (&login, &guess(1)),
        (&login, &expired),
    ] {
        let problem = world.phone().claim_typed(who, code).await?.err().ok_or("it was right")?;
        said.push(Problem { instance: None, ..problem });
    }
    assert_eq!((said[0].code, said[0].status), (Code::CodeExpired, 410));
    assert!(said.iter().all(|problem| *problem == said[0]), "{said:?}");
    assert!(world.phone().claim_typed(&login, &code).await?.is_ok());
    Ok(())
}

#[tokio::test]
async fn guessing_is_throttled_where_it_comes_from() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    let (answer, login, code) = page(&mut browser).await?;
    for n in 0..10 {
        assert_eq!(refused(phone.claim_typed(&login, &guess(n)).await?), Some(Code::CodeExpired));
    }
    let problem = phone.claim_typed(&login, &code).await?.err().ok_or("the right one after ten guesses")?;
    assert_eq!(problem.code, Code::TooMany);
    // Links are counted apart: this one is nobody's, and not held up.
    let mut link = EnrolmentLink::parse(&answer.link().ok_or("no link")?)?;
    link.code.0[0] ^= 1;
    assert_eq!(refused(world.phone().claim(&link.to_string()).await?), Some(Code::CodeExpired));
    // Many at the same moment are no way around.
    world.demo.clock.advance(60_000);
    let tries = (100..140).map(|n| {
        let (mut phone, login) = (world.phone(), login.clone());
        async move { phone.claim_typed(&login, &guess(n)).await.map(refused) }
    });
    let ended = futures_util::future::try_join_all(tries).await?;
    assert_eq!(ended.iter().filter(|code| **code == Some(Code::CodeExpired)).count(), 10);
    assert_eq!(ended.iter().filter(|code| **code == Some(Code::TooMany)).count(), 30);
    // Nobody's code is burnt.
    world.demo.clock.advance(60_000);
    let offered = phone.claim_typed(&login, &code).await?.map_err(|problem| format!("{problem:?}"))?;
    finishes(&mut browser, &mut phone, &offered).await
}

#[tokio::test]
async fn guessing_from_a_hundred_networks_does_not_hurt_the_owner() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    let (_, login, code) = page(&mut browser).await?;
    let mut throttled = 0;
    for network in 1..=100_u8 {
        let address = IpAddr::V4(Ipv4Addr::new(127, 0, network, 1));
        let mut stranger = world.phone().in_network(address);
        for n in 0..if network == 1 { 11 } else { 3 } {
            match refused(stranger.claim_typed(&login, &guess(u64::from(network) * 100 + n)).await?) {
                Some(Code::CodeExpired) => {}
                Some(Code::TooMany) => throttled += 1,
                other => return Err(format!("{other:?}").into()),
            }
        }
    }
    assert_eq!(throttled, 1, "each network has its own ten");
    let shown = browser.get("/register").await?;
    assert_eq!(shown.typed(), Some((login.clone(), code.clone())), "the page is as it was");
    assert_eq!(world.count(FactKind::EnrolmentOtherPhone).await?, 0);
    let offered = phone.claim_typed(&login, &code).await?.map_err(|problem| format!("{problem:?}"))?;
    finishes(&mut browser, &mut phone, &offered).await
}

#[tokio::test]
async fn it_is_one_code_with_the_link_and_serves_once() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut browser = world.browser();
    let (answer, login, code) = page(&mut browser).await?;
    let link = answer.link().ok_or("no link")?;
    assert!(world.phone().claim(&link).await?.is_ok());
    assert_eq!(refused(world.phone().claim_typed(&login, &code).await?), Some(Code::CodeUsed));
    assert!(browser.get("/register").await?.says("second_phone"));

    let (answer, login, code) = fresh(&mut browser).await?;
    let mut phone = world.phone();
    let offered = phone.claim_typed(&login, &code).await?.map_err(|problem| format!("{problem:?}"))?;
    assert_eq!(refused(world.phone().claim(&answer.link().ok_or("no link")?).await?), Some(Code::CodeUsed));
    assert_eq!(refused(world.phone().claim_typed(&login, &code).await?), Some(Code::CodeUsed));
    assert!(browser.get("/register").await?.says("second_phone"));
    // The same phone may repeat a claim whose answer was lost, and by the other way too.
    assert!(phone.claim_typed(&login, &code).await?.is_ok());
    drop(offered);

    let (_, login, code) = fresh(&mut browser).await?;
    let mut phone = world.phone();
    let offered = phone.claim_typed(&login, &code).await?.map_err(|problem| format!("{problem:?}"))?;
    finishes(&mut browser, &mut phone, &offered).await?;
    assert_eq!(refused(world.phone().claim_typed(&login, &code).await?), Some(Code::CodeUsed));
    Ok(())
}

#[tokio::test]
async fn it_is_one_users_under_each_of_their_names() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut annas, mut bos) = (world.browser(), world.browser());
    let (_, anna, code) = page(&mut annas).await?;
    bos.sign_in(USERS[1].login(), PASSWORD).await?;
    let (_, bo, other) = fresh(&mut bos).await?;
    assert_eq!(refused(world.phone().claim_typed(&bo, &code).await?), Some(Code::CodeExpired));
    assert_eq!(refused(world.phone().claim_typed(&anna, &other).await?), Some(Code::CodeExpired));
    assert_eq!(refused(world.phone().claim_typed(USERS[0].name, &code).await?), Some(Code::CodeExpired));
    for name in [anna.to_uppercase(), USERS[0].upn.to_owned(), format!(" {anna} ")] {
        let (_, _, code) = fresh(&mut annas).await?;
        let offered =
            world.phone().claim_typed(&name, &code).await?.map_err(|problem| format!("{problem:?}"))?;
        assert_eq!(offered.offer.payload.login, name.trim().to_lowercase(), "the name that was typed");
    }
    let mut kims = world.browser();
    kims.sign_in(USERS[2].login(), PASSWORD).await?;
    let (_, kim, code) = fresh(&mut kims).await?;
    assert_eq!(kim, USERS[2].upn, "who has no e-mail");
    assert!(world.phone().claim_typed(&kim, &code).await?.is_ok());
    Ok(())
}
