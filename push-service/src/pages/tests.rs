//! What every page keeps to, in both languages: valid under the policy, named, escaped.

use super::{
    Frame, Page, View, Waiting, apps, assets, confirm, ended, number, other_way, pass, problem, register,
    security, sign_in,
};
use texts::Language;

const NASTY: &str = "<script>alert('å')</script>\"&";

fn frame(language: Language) -> Frame {
    Frame {
        organisation: NASTY.into(),
        mark: '<',
        language,
        path: "/security?from=a&b=\"".into(),
        user: Some(NASTY.into()),
        support: NASTY.into(),
        request_id: "7F3K-2Q9D".into(),
        assets: "1".into(),
        script: true,
    }
}

fn waiting() -> Waiting {
    Waiting { address: "/sign-in/wait?request=1&seen=2".into(), left: 60, total: 90 }
}

fn sign_in(state: sign_in::State) -> View {
    let (application, to, login) = (Some(NASTY.into()), NASTY.into(), NASTY.into());
    View::SignIn(sign_in::SignIn { application, to, login, state })
}

fn views() -> Vec<View> {
    let devices = vec![NASTY.to_owned(), "iPhone 15".to_owned()];
    let mut views: Vec<View> = [
        sign_in::State::Fresh,
        sign_in::State::Wrong,
        sign_in::State::Throttled { minutes: 3 },
        sign_in::State::SignedOut,
        sign_in::State::SessionEnded,
    ]
    .map(sign_in)
    .into();
    for purpose in [
        number::Purpose::SignIn,
        number::Purpose::TrustBrowser,
        number::Purpose::OpenSecurity,
        number::Purpose::AddDevice,
    ] {
        let (number, devices, request) = ("47".into(), devices.clone(), NASTY.into());
        views.push(View::Number(number::Number { purpose, number, devices, request, waiting: waiting() }));
    }
    views.extend(
        ended::Reason::ALL
            .map(|reason| View::Ended(ended::Ended { reason, inside: true, reference: NASTY.into() })),
    );
    views.push(View::Confirm(confirm::Confirm { to: NASTY.into() }));
    views.extend(
        [pass::State::Fresh, pass::State::Mistyped, pass::State::Wrong]
            .map(|state| View::Pass(pass::Pass { state })),
    );
    let methods = vec![other_way::Method::App { devices }, other_way::Method::Pass];
    views.push(View::OtherWay(other_way::OtherWay { methods, back: NASTY.into() }));
    let ways = vec![other_way::Way::RegisteredPhone, other_way::Way::Network, other_way::Way::Pass];
    views.push(View::NotAllowed(other_way::NotAllowed { ways }));
    views.extend(registration().into_iter().map(View::Register));
    views.extend(signed_in());
    views.push(View::Link);
    views.extend(
        [
            problem::Problem::NotFound,
            problem::Problem::MethodNotAllowed,
            problem::Problem::TooLarge,
            problem::Problem::TooSlow,
            problem::Problem::OtherRegistration,
            problem::Problem::TooManyRequests { minutes: 1 },
            problem::Problem::Internal,
            problem::Problem::Unavailable,
            problem::Problem::CrossSite,
            problem::Problem::FormExpired,
        ]
        .map(View::Problem),
    );
    views
}

fn registration() -> Vec<register::Register> {
    use register::{ByHand, Characters, Code, Done, Ended, Intro, Reason, Register, Test, TrustedSvg};
    let device = || NASTY.to_owned();
    let mut steps = vec![
        Register::Intro(Intro { required: true }),
        Register::Intro(Intro { required: false }),
        Register::Code(Code {
            image: TrustedSvg::draw(&[vec![true]]),
            link: NASTY.into(),
            by_hand: ByHand { login: NASTY.into(), code: "K8Y52-XR8XV".into(), server: NASTY.into() },
            waiting: waiting(),
        }),
        Register::Characters(Characters {
            enrolment: String::new(),
            device: device(),
            tries_left: None,
            waiting: waiting(),
        }),
        Register::Characters(Characters {
            enrolment: String::new(),
            device: device(),
            tries_left: Some(1),
            waiting: waiting(),
        }),
        Register::Test(Test { device: device(), number: "47".into(), waiting: waiting() }),
        Register::Done(Done { device: device(), has_mobile_number: false, to: NASTY.into() }),
        Register::Done(Done { device: device(), has_mobile_number: true, to: NASTY.into() }),
    ];
    steps.extend(Reason::ALL.map(|reason| Register::Ended(Ended { reason, reference: NASTY.into() })));
    steps
}

fn signed_in() -> Vec<View> {
    use security::{Activity, Browser, Device, Notice, Question, Reach, RemoveDevice, Security, What};
    let application =
        apps::Application { name: NASTY.into(), description: NASTY.into(), url: NASTY.into(), mark: '<' };
    let device = |reach| Device {
        id: "d1".into(),
        model: NASTY.into(),
        system: NASTY.into(),
        added: 0,
        used: Some(60),
        reach,
        approved_this: true,
    };
    let from = Some(Browser { name: NASTY.into(), system: NASTY.into() });
    let activity = vec![Activity { at: 5, what: What::SignedIn { application: NASTY.into() }, from }];
    let devices = vec![
        device(Reach::At(60)),
        device(Reach::By(60, "Apple")),
        device(Reach::Lost),
        device(Reach::Unknown),
    ];
    let mut views = vec![
        View::Apps(apps::Apps { applications: vec![application] }),
        View::Apps(apps::Apps { applications: vec![] }),
        View::Security(Security { now: 90, devices, notice: Some(Notice::Removed(NASTY.into())), activity }),
        View::Security(Security { now: 90, devices: vec![], notice: None, activity: vec![] }),
    ];
    views.extend(
        [Question::OneOfSeveral, Question::Last, Question::LastAgain].map(|question| {
            View::RemoveDevice(RemoveDevice { id: "d1".into(), model: NASTY.into(), question })
        }),
    );
    views
}

fn for_each_page(check: impl Fn(&View, &str)) {
    for language in Language::ALL {
        for view in views() {
            let html = Page { frame: frame(language), view: view.clone() }.html();
            check(&view, &html);
        }
    }
}

#[test]
fn what_comes_from_outside_is_escaped() {
    for_each_page(|view, html| assert!(!html.contains("<script>"), "{view:?}"));
}

#[test]
fn the_policy_allows_all_that_a_page_has() {
    for_each_page(|view, html| {
        let scripts = html.matches("<script").count();
        assert_eq!(scripts, html.matches("<script src=\"/assets/wait.js?v=1\" defer>").count(), "{view:?}");
        for forbidden in [" style=", "<style", " onclick", "javascript:", "href=\"http", "src=\"http"] {
            assert!(!html.contains(forbidden), "{forbidden} in {view:?}");
        }
    });
    assert!(assets::CONTENT_SECURITY_POLICY.contains("script-src 'self';"));
    assert!(!assets::STYLE.contains("url(") && !assets::STYLE.contains("@import"));
}

#[test]
fn every_page_has_one_heading_and_at_most_one_primary_button() {
    for_each_page(|view, html| {
        assert_eq!(html.matches("<h1 tabindex=\"-1\"").count(), 1, "{view:?}");
        assert_eq!(html.matches("<main ").count(), 1, "{view:?}");
        let stand_in = html.matches("<noscript>").count();
        assert!(html.matches("button primary").count() - stand_in <= 1, "{view:?}");
    });
}

#[test]
fn what_describes_a_field_or_a_heading_is_there() {
    for_each_page(|view, html| {
        for part in html.split("aria-describedby=\"").skip(1) {
            for id in part.split('"').next().unwrap_or_default().split(' ') {
                assert_eq!(html.matches(&format!("id=\"{id}\"")).count(), 1, "{id} in {view:?}");
            }
        }
    });
}

#[test]
fn the_language_is_named_and_the_other_one_offered() {
    let html = Page { frame: frame(Language::Sv), view: View::Link }.html();
    assert!(html.contains("<html lang=\"sv\">"));
    assert!(html.contains("href=\"/language/en?to=/security%3Ffrom%3Da%26b%3D%22\""), "{html}");
}

#[test]
fn the_page_behind_an_enrolment_link_runs_no_script() {
    let html = Page { frame: frame(Language::Sv), view: View::Link }.html();
    assert!(!html.contains("<script"));
}

#[test]
fn a_page_without_script_has_no_script() {
    let frame = Frame { script: false, ..frame(Language::En) };
    let html = Page { frame, view: views().remove(0) }.html();
    assert!(!html.contains("<script"));
}
