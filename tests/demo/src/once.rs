//! The main job as a timeline: enrolled, approved, denied, reported, wrong number, expired, superseded, rotated,
//! signed in to an application of another process, another user's phone enrolled by a typed code, and woken in each way
//! while all others are broken. On the injected clock, through the real parts, without a browser.

use crate::application::Application;
use crate::organisation::{PASSWORD, USERS};
use crate::visitor::{Answer, Visitor};
use crate::{Demo, Error};
use authenticator_core::event::{ByHand, Event};
use authenticator_core::screen::{Screen, ScreenModel};
use simulated_phone::{Phone, Reception, Way};

/// One step of the timeline.
#[derive(Debug)]
pub struct Step {
    /// "approved".
    pub name: &'static str,
    /// What it ended as; the same as `name` if all is well.
    pub ended: String,
    /// Milliseconds of real time.
    pub millis: u128,
}

impl Step {
    /// Whether it ended as it must.
    pub fn is_right(&self) -> bool {
        self.ended == self.name
    }
}

/// Runs everything and tells each step as it ends; `stopwatch` tells milliseconds of real time since some moment.
/// Whether all of it ended as it must.
pub async fn run(
    demo: &Demo,
    application: &Application,
    stopwatch: impl Fn() -> u128,
    tell: impl Fn(&Step),
) -> Result<bool, Error> {
    let mut browser = Visitor::new(&demo.service);
    let phone = demo.phone(1)?;
    let mut right = true;
    // A node refuses what may have been signed before it started; on a standing clock that second must pass.
    demo.clock.advance(1_000);
    for name in [
        "enrolled",
        "approved",
        "denied",
        "reported",
        "wrong_number",
        "expired",
        "superseded",
        "rotated",
        "application",
        "enrolled_typed",
        "woken_by_google",
        "woken_by_web_push",
        "woken_by_apple",
        "woken_by_socket",
    ] {
        let began = stopwatch();
        let ended = match name {
            "enrolled" => enrol(&mut browser, &phone).await,
            "approved" => sign_in(&mut browser, &phone, name, |number| number).await,
            "wrong_number" => sign_in(&mut browser, &phone, name, other_number).await,
            "denied" => refuse(&mut browser, &phone, Event::CancelSignIn).await,
            "reported" => refuse(&mut browser, &phone, Event::NotMe).await,
            "expired" => expire(demo, &mut browser, &phone).await,
            "enrolled_typed" => enrol_typed(demo).await,
            "rotated" => rotate(demo, &mut browser, &phone).await,
            "application" => sign_in_there(application, &phone).await,
            "woken_by_google" => woken(demo, 1, Way::Fcm, name).await,
            "woken_by_web_push" => woken(demo, 1, Way::WebPush, name).await,
            "woken_by_apple" => woken(demo, 2, Way::Apns, name).await,
            "woken_by_socket" => woken(demo, 1, Way::Socket, name).await,
            _ => supersede(&mut browser, &phone).await,
        };
        let ended = ended.unwrap_or_else(|error| error.to_string());
        let step = Step { name, ended, millis: stopwatch() - began };
        right &= step.is_right();
        tell(&step);
        // The next number must differ from those of the last five minutes anyway; this keeps requests apart.
        phone.event(Event::Done).await;
        demo.clock.advance(5_000);
    }
    Ok(right)
}

/// Registers the phone: link, characters, number.
pub async fn enrol(browser: &mut Visitor, phone: &Phone) -> Result<String, Error> {
    enrol_user(browser, phone, USERS[0].login()).await
}

/// Registers a phone for this user, who has none yet.
pub async fn enrol_user(browser: &mut Visitor, phone: &Phone, login: &str) -> Result<String, Error> {
    let page = browser.sign_in(login, PASSWORD).await?;
    if page.path != "/register" {
        return Ok(format!("at {} instead of in registration", page.path));
    }
    register(browser, phone).await
}

/// Registers a phone from the page where registration begins.
pub async fn register(browser: &mut Visitor, phone: &Phone) -> Result<String, Error> {
    let page = browser.post("/register/start", &[]).await?;
    let link = page.link().ok_or("no link on the page")?;
    phone.event(Event::LinkOpened(link)).await;
    finish(browser, phone).await
}

/// Bo registers another phone by typing what the page says.
async fn enrol_typed(demo: &Demo) -> Result<String, Error> {
    let (mut browser, phone) = (Visitor::new(&demo.service), demo.add_phone()?);
    browser.sign_in(USERS[1].login(), PASSWORD).await?;
    let page = browser.post("/register/start", &[]).await?;
    let (login, code) = page.typed().ok_or("no code to type on the page")?;
    type_code(&phone, ByHand { login, code, server: String::new() }).await;
    finish(&mut browser, &phone).await.map(|ended| ended.replace("enrolled", "enrolled_typed"))
}

/// Types e-mail and code on the phone, from its first screen.
pub async fn type_code(phone: &Phone, typed: ByHand) {
    phone.event(Event::AddAccount).await;
    phone.event(Event::ChooseTyped).await;
    phone.event(Event::CodeTyped(typed)).await;
}

/// From the claim to the last page.
async fn finish(browser: &mut Visitor, phone: &Phone) -> Result<String, Error> {
    phone.wait_for(|model| matches!(model.screen, Screen::Confirm { .. })).await?;
    phone.event(Event::Confirmed).await;
    let shown = phone.wait_for(|model| matches!(model.screen, Screen::Characters { .. })).await?;
    let Screen::Characters { characters, .. } = shown.screen else { return Err("no characters".into()) };
    let page = browser.type_characters(&characters).await?;
    let number = page.number().ok_or("no number for the test")?;
    type_number(phone, &number).await?;
    result(phone).await?;
    let page = browser.get("/register").await?;
    Ok(if page.path.starts_with("/register/done") { "enrolled".to_owned() } else { page.path })
}

/// Types a number on the phone's question and says yes.
pub async fn type_number(phone: &Phone, number: &str) -> Result<(), Error> {
    question(phone).await?;
    phone.event(Event::NumberEntered(number.to_owned())).await;
    phone.event(Event::Approve).await;
    Ok(())
}

/// The phone's question.
pub async fn question(phone: &Phone) -> Result<ScreenModel, Error> {
    Ok(phone.wait_for(|model| matches!(model.screen, Screen::Approve { .. })).await?)
}

/// The phone's result.
pub async fn result(phone: &Phone) -> Result<ScreenModel, Error> {
    Ok(phone.wait_for(|model| matches!(model.screen, Screen::Result { .. })).await?)
}

/// Whether the phone tells this end.
pub fn is_result(model: &ScreenModel, key: &str) -> bool {
    matches!(&model.screen, Screen::Result { title, .. } if title.key == key)
}

async fn begin(browser: &mut Visitor) -> Result<Answer, Error> {
    browser.post("/sign-out", &[]).await?;
    browser.sign_in(USERS[0].login(), PASSWORD).await
}

async fn sign_in(
    browser: &mut Visitor,
    phone: &Phone,
    expected: &str,
    typed: impl Fn(String) -> String,
) -> Result<String, Error> {
    let page = begin(browser).await?;
    let number = page.number().ok_or("no number on the page")?;
    type_number(phone, &typed(number)).await?;
    result(phone).await?;
    let page = browser.get("/sign-in/number").await?;
    Ok(ended(&page, expected))
}

async fn refuse(browser: &mut Visitor, phone: &Phone, how: Event) -> Result<String, Error> {
    let expected = if how == Event::NotMe { "reported" } else { "denied" };
    begin(browser).await?;
    question(phone).await?;
    phone.event(how).await;
    result(phone).await?;
    Ok(ended(&browser.get("/sign-in/number").await?, expected))
}

async fn expire(demo: &Demo, browser: &mut Visitor, phone: &Phone) -> Result<String, Error> {
    begin(browser).await?;
    question(phone).await?;
    demo.clock.advance(90_000);
    result(phone).await?;
    Ok(ended(&browser.get("/sign-in/number").await?, "expired"))
}

/// The service's identity key changes twice while the phone is off; then its user signs in.
async fn rotate(demo: &Demo, browser: &mut Visitor, phone: &Phone) -> Result<String, Error> {
    phone.set_network(Reception::Offline).await;
    demo.rotate_identity().await?;
    demo.rotate_identity().await?;
    phone.set_network(Reception::Online).await;
    Ok(match sign_in(browser, phone, "approved", |number| number).await?.as_str() {
        "approved" => "rotated".to_owned(),
        other => other.to_owned(),
    })
}

/// The application asks through the API, the phone approves, and the application greets.
async fn sign_in_there(application: &Application, phone: &Phone) -> Result<String, Error> {
    let (mut browser, user) = (Visitor::new(&application.address), USERS[0].login());
    let page = browser.post("/sign-in", &[("email", user)]).await?;
    let number = page.number().ok_or("no number on the application's page")?;
    type_number(phone, &number).await?;
    result(phone).await?;
    let page = browser.get("/").await?;
    let greets = page.says(&format!("<h1 tabindex=\"-1\" autofocus>Signed in to Tidportalen as {user}</h1>"));
    Ok(if greets { "application".to_owned() } else { page.body })
}

/// All ways but one are broken, and the app is at the back: the one that works wakes it, and its user signs in.
async fn woken(demo: &Demo, number: u32, way: Way, name: &str) -> Result<String, Error> {
    let (mut browser, phone) = (Visitor::new(&demo.service), demo.phone(number)?);
    let user = if number == 1 { USERS[0] } else { USERS[1] };
    let ways = phone.options().pushes.ways();
    for other in ways.iter().filter(|other| **other != way) {
        phone.set_way(*other, false).await;
    }
    phone.event(Event::Backgrounded).await;
    let page = browser.sign_in(user.login(), PASSWORD).await?;
    let number = page.number().ok_or("no number on the page")?;
    let woken =
        phone.wait_for_state(|state| state.woken == Some(way) && state.notification.is_some()).await?;
    phone.event(Event::Foregrounded).await;
    type_number(&phone, &number).await?;
    result(&phone).await?;
    for other in ways {
        phone.set_way(other, true).await;
    }
    let page = browser.get("/sign-in/number").await?;
    let right = woken.woken == Some(way) && page.path == "/apps";
    Ok(if right { name.to_owned() } else { page.path })
}

/// A second tab of the same browser asks again: the first request gives way.
async fn supersede(browser: &mut Visitor, phone: &Phone) -> Result<String, Error> {
    let first = begin(browser).await?.wait().ok_or("the first page does not wait")?;
    question(phone).await?;
    browser.post("/sign-in/again", &[]).await?;
    let told = browser.get(&first).await?;
    phone.wait_for(|model| is_result(model, "phone-superseded-title")).await?;
    Ok(if told.says("\"changed\":true") { "superseded".to_owned() } else { told.body })
}

/// How a page says that a sign-in ended.
fn ended(page: &Answer, expected: &str) -> String {
    match expected {
        "approved" if page.path == "/apps" => "approved".to_owned(),
        "approved" => page.path.clone(),
        other if page.says(other) => other.to_owned(),
        _ => format!("another page: {}", page.path),
    }
}

fn other_number(number: String) -> String {
    let other = if number.starts_with('0') { "1" } else { "0" };
    format!("{other}{}", &number[1..])
}
