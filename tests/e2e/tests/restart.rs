//! Nothing that was acknowledged is lost when the service is restarted in the middle.

use authenticator_core::screen::Screen;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::{Bytes, encode};
use demo::once;
use e2e::world::{number, sign_in};
use e2e::{DIGITS, Error, Outcome, Web, World};
use futures_util::future::try_join_all;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use signin::entry::Target;
use signin::request::Origin;
use signin::session::{BeginSession, SessionKey};
use simulated_phone::Event;
use std::time::Duration;
use store::OpenRequest;
use tokio::time::timeout;

/// Pages that wait when the service is restarted.
const PAGES: u16 = 1_000;

/// A page that waits: the address that it asks, its cookie, its session.
#[derive(Clone)]
struct Page {
    address: String,
    cookie: String,
    session: SessionKey,
}

/// What a page is told; `None` when nobody is there.
async fn ask(web: &Web, page: &Page, now: &str) -> Result<Option<bool>, Error> {
    let Ok(reply) = web.get(&format!("{}{now}", page.address), &page.cookie).await else { return Ok(None) };
    if reply.status >= 500 {
        return Ok(None);
    }
    assert_eq!(reply.status, 200, "{}", reply.text());
    Ok(serde_json::from_slice::<Value>(&reply.body)?["changed"].as_bool())
}

/// As `assets/wait.js` does it, without its pauses. An error when the answer to the first question was cut.
async fn wait(web: Web, page: Page) -> Outcome {
    let told = ask(&web, &page, "").await?;
    assert_eq!(told, Some(false), "a page that waits is told when the service stops");
    let mut now = "";
    loop {
        match ask(&web, &page, now).await? {
            Some(true) => return Ok(()),
            Some(false) => now = "",
            None => {
                now = "&now=true";
                timeout(Duration::from_millis(200), std::future::pending::<()>()).await.ok();
            }
        }
    }
}

#[tokio::test]
async fn a_thousand_waiting_pages_are_told_and_come_back() -> Outcome {
    rlimit::increase_nofile_limit(u64::MAX)?;
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let app = world.app().await?;
    let anna = world.anna().await?.id;
    let pages = try_join_all((0..PAGES).map(|index| {
        let app = &app;
        async move {
            let mut token = [7; 32];
            token[..2].copy_from_slice(&index.to_be_bytes());
            let session = Bytes(Sha256::digest(token).into());
            let begin = BeginSession {
                user: anna,
                key: session,
                browser: Bytes(token),
                to: "/apps".to_owned(),
                target: Target::Application("MyApps".to_owned()),
                address: [192, 0, 2, 7].into(),
                replaces: None,
                checked: None,
            };
            app.tell(app.store.begin_session(begin).await?);
            let open = OpenRequest {
                session,
                purpose: Purpose::SignIn,
                application: "MyApps".to_owned(),
                origin: Origin::default(),
                organisation: "Region X".to_owned(),
                to: None,
            };
            let opened = app.tell(app.store.open_request(open).await?);
            let request = opened.map_err(|refused| format!("{refused:?}"))?;
            let address = format!("/sign-in/wait?request={request}");
            Ok::<_, Error>(Page { address, cookie: format!("styrk-session={}", encode(&token)), session })
        }
    }))
    .await?;
    let waiting: Vec<_> =
        pages.iter().map(|page| tokio::spawn(wait(world.web.clone(), page.clone()))).collect();
    let (mut socket, _) = phone.socket(&world.demo.service).await?;
    timeout(Duration::from_secs(60), async {
        while app.limits.waiting.taken() < usize::from(PAGES) {
            timeout(Duration::from_millis(20), std::future::pending::<()>()).await.ok();
        }
    })
    .await?;
    drop(app);
    // The clock stands still: no patience runs out, and nothing is cut.
    timeout(Duration::from_secs(60), world.demo.stop_service()).await?;
    assert_eq!(socket.closed().await?, Some(1001), "a phone's socket is told as well");
    world.demo.start_service().await?;
    let app = world.app().await?;
    let ended = try_join_all(pages.iter().map(|page| app.store.cancel_request(page.session))).await?;
    for ended in ended {
        assert!(app.tell(ended));
    }
    let all = timeout(Duration::from_secs(120), try_join_all(waiting)).await??;
    let lost = all.iter().filter(|page| page.is_err()).count();
    assert_eq!((all.len(), lost), (PAGES.into(), 0));
    Ok(())
}

#[tokio::test]
async fn in_the_middle_of_a_sign_in() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let right = number(&mut browser).await?;
    world.restart().await?;
    let page = browser.get("/sign-in/number").await?;
    assert_eq!(page.number().as_deref(), Some(right.as_str()), "the same number still counts");
    let challenge = phone.challenge().await?;
    world.restart().await?;
    assert_eq!(phone.challenge().await?.hash, challenge.hash, "and the same challenge");
    phone.approve(&right).await?;
    // Approved, and not yet seen by the page.
    world.restart().await?;
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    world.restart().await?;
    assert_eq!(browser.get("/apps").await?.path, "/apps", "sessions stay");
    Ok(())
}

#[tokio::test]
async fn in_the_middle_of_an_enrolment_at_every_step() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    sign_in(&mut browser).await?;
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    world.restart().await?;
    assert_eq!(browser.get("/register").await?.link(), Some(link.clone()));
    let offered = phone.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    world.restart().await?;
    assert_eq!(phone.register(&offered).await?.status, 200);
    world.restart().await?;
    let shown = phone.characters(&offered);
    let number = browser.type_characters(&shown).await?.number();
    world.restart().await?;
    assert!(number.is_some() && browser.get("/register").await?.number() == number);
    phone.approve(&number.ok_or("no number")?).await?;
    world.restart().await?;
    assert!(browser.get("/register").await?.path.starts_with("/register/done"));
    assert!(phone.fetch().await?.confirmed);
    Ok(())
}

#[tokio::test]
async fn the_app_carries_on_by_itself() -> Outcome {
    let world = World::start(DIGITS).await?;
    let (mut browser, phone) = (world.browser(), world.demo.phone(1)?);
    assert_eq!(once::enrol(&mut browser, &phone).await?, "enrolled");
    phone.event(Event::Done).await;
    let right = number(&mut browser).await?;
    once::question(&phone).await?;
    world.demo.stop_service().await;
    phone.event(Event::NumberEntered(right)).await;
    phone.event(Event::Approve).await;
    let told = phone.wait_for(|model| match &model.screen {
        Screen::Approve { notice, .. } => notice.is_some(),
        Screen::Result { .. } => true,
        _ => false,
    });
    told.await?;
    world.demo.start_service().await?;
    world.demo.clock.advance(1_000);
    phone.event(Event::Retry).await;
    phone.event(Event::Approve).await;
    phone.wait_for(|model| once::is_result(model, "phone-approved-title")).await?;
    assert_eq!(browser.get("/sign-in/number").await?.path, "/apps");
    Ok(())
}
