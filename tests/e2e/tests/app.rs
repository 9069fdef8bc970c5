//! The phone's app: too old is told so before anything fails, and what it says of itself is kept.

use authenticator_protocol::answer::{AnswerReply, DenialReason, End};
use authenticator_protocol::problem::{Code, Problem};
use authenticator_protocol::request::paths;
use e2e::world::{DIGITS, World, number, sign_in};
use e2e::{Error, RawPhone};

async fn refused(world: &World, phone: &RawPhone) -> Result<Problem, Error> {
    let jws = phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key);
    world.web.jose(paths::FETCH, jws).await?.problem()
}

#[tokio::test]
async fn an_app_that_is_too_old_enrols_nothing_and_spoils_nothing() -> Result<(), Error> {
    let world = World::start(&format!("{DIGITS}\noldest_app = \"1.2\"")).await?;
    let mut browser = world.browser();
    sign_in(&mut browser).await?;
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    for old in ["1.1.9", "0.1", "", "new"] {
        let mut phone = world.phone();
        phone.app = old.to_owned();
        let problem = phone.claim(&link).await?.err().ok_or("an old app was let in")?;
        assert_eq!((problem.code, problem.status), (Code::AppTooOld, 403), "{old}");
        assert_eq!(problem.detail.as_deref(), Some("app: this organisation asks for 1.2.0 or newer"));
    }
    let mut phone = world.phone();
    phone.app = "1.2.0".to_owned();
    assert!(phone.claim(&link).await?.is_ok(), "the code is still there for the same user's updated app");
    Ok(())
}

#[tokio::test]
async fn an_enrolled_app_that_became_too_old_gets_no_requests_but_may_still_say_no() -> Result<(), Error> {
    let (world, mut browser, mut phone) = World::enrolled(&format!("{DIGITS}\noldest_app = \"1.0\"")).await?;
    number(&mut browser).await?;
    let challenge = phone.challenge().await?;
    phone.app = "0.9".to_owned();
    assert_eq!(refused(&world, &phone).await?.code, Code::AppTooOld);
    let answered = phone.answer(phone.denial(&challenge, DenialReason::NotMe)).await?;
    assert_eq!(answered.json::<AnswerReply>()?.end, End::Reported);
    Ok(())
}

#[tokio::test]
async fn an_updated_app_is_on_record() -> Result<(), Error> {
    let (world, _, mut phone) = World::enrolled(DIGITS).await?;
    phone.app = "1.4.1".to_owned();
    phone.fetch().await?;
    let device = phone.device.ok_or("no device")?;
    let found = world.app().await?.store.device(device).await?.ok_or("no device")?;
    assert_eq!(found.app, "1.4.1");
    Ok(())
}
