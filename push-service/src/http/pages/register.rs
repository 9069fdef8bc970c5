//! Registration of a phone, step by step. Where it stands is in the store; this page only shows it.

use super::sign_in::number::{left, waiting};
use super::sign_in::target;
use super::{MYAPPS, News, Patience, wait as wait_for};
use crate::app::App;
use crate::http::problem::PageError;
use crate::http::visit::{Session, SignedIn, Visit, with_status};
use crate::pages::other_way::{NotAllowed, Way};
use crate::pages::problem::Problem;
use crate::pages::register::{
    ByHand, Characters, Code, Done, Ended, Intro, Reason, Register, Test, TrustedSvg,
};
use crate::pages::{View, Waiting};
use authenticator_protocol::answer::End;
use authenticator_protocol::enrolment::Characters as TypedCharacters;
use authenticator_protocol::ids::{DeviceId, EnrolmentId};
use authenticator_protocol::random::Random as _;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use qrcode_generator::qr::{Encoder, ErrorCorrection};
use serde::Deserialize;
use signin::Notice;
use signin::device::DeviceState;
use signin::enrolment::{Enrolment, Failure, Phase};
use signin::entry::{self, Verdict};
use signin::session::Level;
use std::sync::Arc;
use store::{Complete, OpenEnrolment, TypeCharacters, Typed};

/// How many wrong characters end a registration.
const TRIES: u32 = 3;

/// The step that the registration is at.
pub async fn get(State(app): State<Arc<App>>, session: Session) -> Result<Response, PageError> {
    let Some(id) = session.known.session.enrolment else { return intro(&app, &session).await };
    let Some(shown) = app.store.enrolment(id).await? else { return intro(&app, &session).await };
    let at = shown.at;
    let enrolment = app.tell(shown);
    let address = format!("/register/wait?enrolment={id}&seen={}", seen(&enrolment));
    let waits = Waiting {
        address: address.clone(),
        left: seconds(enrolment.expires.since(at).div_ceil(1000)),
        total: seconds(app.config.policy.enrolment_lifetime),
    };
    let step = match &enrolment.phase {
        Phase::Claimed(_) | Phase::Registered { .. } if enrolment.other_phone.is_some() => {
            ended(&session, Reason::SecondPhone)
        }
        Phase::Open => {
            let link = app.enrolment_link(id).to_string();
            let by_hand = ByHand {
                login: session.known.user.login().to_owned(),
                code: app.vault.typed_code(id).grouped(),
                server: app.config.public_url.authority().to_owned(),
            };
            Register::Code(Code { image: qr(&link)?, link, by_hand, waiting: waits })
        }
        Phase::Claimed(claimed) => Register::Characters(Characters {
            enrolment: id.to_string(),
            device: claimed.model.clone(),
            tries_left: None,
            waiting: waits,
        }),
        Phase::Registered { claimed, wrong, .. } => Register::Characters(Characters {
            enrolment: id.to_string(),
            device: claimed.model.clone(),
            tries_left: (*wrong > 0).then(|| TRIES.saturating_sub(*wrong).into()),
            waiting: waits,
        }),
        Phase::Testing { model, request, .. } => {
            let shown = app.store.request(*request).await?.ok_or(PageError(Problem::NotFound))?;
            let view = app.tell(shown);
            match &view.request.number {
                Some(number) => Register::Test(Test {
                    device: model.clone(),
                    number: number.as_str().to_owned(),
                    waiting: waiting(&app, &view, address),
                }),
                // It has just ended, between the two reads.
                None => return Ok(Redirect::to("/register").into_response()),
            }
        }
        Phase::Done { device, .. } => return finish(&app, &session, *device).await,
        Phase::Failed(failure) => ended(&session, reason(&app, &session, *failure).await?),
    };
    Ok(session.visit.page(&app, Some(&session.known.user.name), View::Register(step)).into_response())
}

/// What will happen; or why it may not.
async fn intro(app: &App, session: &Session) -> Result<Response, PageError> {
    let known = &session.known;
    let name = Some(known.user.name.as_str());
    if app.store.may_enrol(known.session.key, trusted(app, &session.visit)).await?.is_ok() {
        let policy = &app.config.policy;
        let verdict =
            entry::decide(&target(&known.session.to), known.session.level, session.visit.address, policy);
        let required = matches!(verdict, Verdict::Ask(_));
        let view = View::Register(Register::Intro(Intro { required }));
        return Ok(session.visit.page(app, name, view).into_response());
    }
    let mut ways = Vec::new();
    let devices = app.store.devices(known.user.id).await?;
    if devices.iter().any(|device| device.state == DeviceState::Active) {
        ways.push(Way::RegisteredPhone);
    }
    if !app.config.policy.trusted_networks.is_empty() {
        ways.push(Way::Network);
    }
    ways.push(Way::Pass);
    let page = session.visit.page(app, name, View::NotAllowed(NotAllowed { ways }));
    Ok(with_status(StatusCode::FORBIDDEN, page))
}

fn trusted(app: &App, visit: &Visit) -> bool {
    app.config.policy.trusted_network(visit.address).is_some()
}

/// The device counts. Its test was an approval like any other: it raises the session.
async fn finish(app: &App, session: &Session, device: DeviceId) -> Result<Response, PageError> {
    let next = Redirect::to(&format!("/register/done?device={device}"));
    if session.known.session.level >= Level::Approved {
        return Ok(next.into_response());
    }
    let (cookies, new) = session.visit.fresh_session(app);
    let complete =
        Complete { session: session.known.session.key, new, address: session.visit.address.to_string() };
    Ok(match app.tell(app.store.complete(complete).await?) {
        Some(_) => (cookies, next).into_response(),
        None => Redirect::to("/sign-in?ended=1").into_response(),
    })
}

/// Which device was added.
#[derive(Debug, Deserialize)]
pub struct Added {
    #[serde(default)]
    device: String,
}

/// The last page of a registration.
pub async fn done(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Query(added): Query<Added>,
) -> Result<Response, PageError> {
    let known = &session.known;
    let devices = app.store.devices(known.user.id).await?;
    let Some(device) = devices.into_iter().find(|device| device.id.to_string() == added.device) else {
        return Ok(Redirect::to(&known.session.to).into_response());
    };
    let view = Register::Done(Done {
        device: device.model,
        has_mobile_number: known.user.mobile.is_some(),
        to: known.session.to.clone(),
    });
    Ok(session.visit.page(&app, Some(&known.user.name), View::Register(view)).into_response())
}

fn ended(session: &Session, reason: Reason) -> Register {
    Register::Ended(Ended { reason, reference: session.visit.request_id.clone() })
}

/// Why it ended; for a failed test, how the test ended.
async fn reason(app: &App, session: &Session, failure: Failure) -> Result<Reason, PageError> {
    Ok(match failure {
        Failure::Expired => Reason::Expired,
        Failure::Cancelled | Failure::PhoneLeft => Reason::Cancelled,
        Failure::WrongCharacters => Reason::WrongCharacters,
        Failure::TestFailed => {
            let shown = match session.known.session.request {
                Some(id) => app.store.request(id).await?,
                None => None,
            };
            match shown.and_then(|shown| app.tell(shown).request.ended).map(|ended| ended.end) {
                Some(End::WrongNumber) => Reason::TestWrongNumber,
                Some(End::Expired) => Reason::TestExpired,
                Some(End::Denied | End::Reported) => Reason::TestDenied,
                _ => Reason::Cancelled,
            }
        }
    })
}

/// What a page has seen of an enrolment, so that it is told when there is something else to see.
fn seen(enrolment: &Enrolment) -> &'static str {
    match (&enrolment.phase, &enrolment.other_phone) {
        (Phase::Claimed(_) | Phase::Registered { .. }, Some(_)) => "other",
        (Phase::Open, _) => "open",
        // The page is the same for both, and a reload would lose what is being typed.
        (Phase::Claimed(_) | Phase::Registered { .. }, None) => "claimed",
        (Phase::Testing { .. }, _) => "testing",
        (Phase::Done { .. }, _) => "done",
        (Phase::Failed(_), _) => "failed",
    }
}

/// What a page waits for.
#[derive(Debug, Deserialize)]
pub struct Waits {
    enrolment: String,
    seen: String,
}

/// Tells a waiting page when there is another step to show.
pub async fn wait(
    State(app): State<Arc<App>>,
    session: Session,
    Query(waits): Query<Waits>,
    Query(patience): Query<Patience>,
) -> Result<Json<News>, PageError> {
    let id: EnrolmentId = waits.enrolment.parse().map_err(|_| PageError(Problem::NotFound))?;
    if session.known.session.enrolment != Some(id) {
        return Ok(Json(News { changed: true, left: 0 }));
    }
    wait_for(&app, Notice::Enrolment(id), &patience, || async {
        let shown = app.store.enrolment(id).await?.ok_or(PageError(Problem::NotFound))?;
        let at = shown.at;
        let enrolment = app.tell(shown);
        let mut until = enrolment.expires;
        if let Phase::Testing { request, .. } = enrolment.phase
            && let Some(shown) = app.store.request(request).await?
        {
            let view = app.tell(shown);
            if view.request.ended.is_some() {
                return Ok(News { changed: true, left: 0 });
            }
            until = until.min(at.plus_seconds(left(&view)));
        }
        Ok(News { changed: seen(&enrolment) != waits.seen, left: until.since(at).div_ceil(1000) })
    })
    .await
}

/// A fresh code; an earlier one ends.
pub async fn start(State(app): State<Arc<App>>, session: Session) -> Result<Redirect, PageError> {
    let user = session.known.user.id;
    let place = session.visit.place(&app, Some(user)).await?;
    if let Some(seconds) = app.limits.enrolment_wait(user, &place, app.clock.now()) {
        return Err(PageError(Problem::TooManyRequests { minutes: seconds.div_ceil(60) }));
    }
    let trusted_network = trusted(&app, &session.visit);
    // Each refusal is written down; from the twenty-first on it is only told.
    if app.store.may_enrol(session.known.session.key, trusted_network).await?.is_err()
        && app.limits.enrolment_refused(user, place.clone(), app.clock.now()).is_err()
    {
        return Ok(Redirect::to("/register"));
    }
    let mut id = [0; 16];
    store::SystemRandom::new().fill(&mut id);
    let id = EnrolmentId::from_bytes(id);
    let open = OpenEnrolment {
        session: session.known.session.key,
        id,
        code: app.vault.code_mac(&app.vault.enrolment_code(id)),
        typed: app.vault.typed_codes(id, &session.known.user),
        trusted_network,
        address: session.visit.address.to_string(),
    };
    // When it is not permitted, the page says why.
    if app.tell(app.store.open_enrolment(open).await?).is_ok() {
        app.limits.enrolment_begun(user, place, app.clock.now());
    }
    Ok(Redirect::to("/register"))
}

/// What the user typed.
#[derive(Deserialize)]
pub struct CharactersForm {
    #[serde(default)]
    enrolment: String,
    #[serde(default)]
    characters: String,
}

/// Right characters lead to the test.
pub async fn characters(
    State(app): State<Arc<App>>,
    session: Session,
    Form(form): Form<CharactersForm>,
) -> Result<Redirect, PageError> {
    // A page that was left open must not use up the tries of a newer registration.
    let enrolment = form.enrolment.parse().map_err(|_| PageError(Problem::OtherRegistration))?;
    // What cannot be four characters is a slip of the finger, not a try.
    if let Some(typed) = TypedCharacters::typed(&form.characters) {
        let typed = TypeCharacters {
            session: session.known.session.key,
            enrolment,
            typed,
            origin: session.visit.origin.clone(),
            organisation: app.config.organisation.name.clone(),
            application: MYAPPS.to_owned(),
        };
        match app.tell(app.store.type_characters(typed).await?) {
            Typed::Right(_) | Typed::Wrong { .. } | Typed::NothingToType => {}
            Typed::OtherEnrolment => return Err(PageError(Problem::OtherRegistration)),
        }
    }
    Ok(Redirect::to("/register"))
}

/// The user stops.
pub async fn cancel(State(app): State<Arc<App>>, session: Session) -> Result<Redirect, PageError> {
    let cancelled = app.store.cancel_enrolment(session.known.session.key).await?;
    app.tell(cancelled);
    Ok(Redirect::to(if session.known.session.level >= Level::Approved { "/security" } else { "/register" }))
}

fn qr(link: &str) -> Result<TrustedSvg, PageError> {
    let symbol = Encoder::new(ErrorCorrection::Medium).encode_text(link).map_err(|error| {
        tracing::error!(%error, "drawing a QR code");
        PageError(Problem::Internal)
    })?;
    Ok(TrustedSvg::draw(&symbol.to_matrix()))
}

fn seconds(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
