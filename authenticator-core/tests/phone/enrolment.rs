//! Adding an account.

use crate::service::{Key as SoftKey, Service};
use crate::shell::{Kill, Phone, config, enrolled, result};
use authenticator_core::effect::{Key, KeyFailure, Outcome};
use authenticator_core::event::Event;
use authenticator_core::screen::{Mood, Screen};
use authenticator_core::text::Text;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::Bytes;
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;

pub(crate) fn start() -> (Phone, Service) {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    phone.event(&mut [&mut service], Event::Launched);
    (phone, service)
}

fn nothing_left(phone: &Phone) {
    assert!(phone.keys.is_empty(), "keys were left behind");
    let saved = String::from_utf8(phone.saved.clone().unwrap()).unwrap();
    assert!(saved.contains(r#""accounts":[]"#) && saved.contains(r#""unfinished":[]"#), "{saved}");
}

#[test]
fn from_the_code_to_the_first_approval() {
    let (mut phone, mut service) = start();
    phone.scan(&mut service);
    let Screen::Confirm { sender, user, host } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!((sender.organisation.as_str(), user.as_str()), ("Region X", "Anna Andersson"));
    assert_eq!(host, "mfa.regionx.example");
    assert!(service.devices.is_empty());

    phone.event(&mut [&mut service], Event::Confirmed);
    let view = phone.core.view();
    let Screen::Characters { characters, .. } = &view.screen else { panic!("{view:?}") };
    assert!(view.secure);
    assert_eq!(&characters[..], service.characters.as_ref().unwrap().as_str());
    assert!(!format!("{view:?}").contains(&characters[..]));
    assert_eq!(phone.sockets.len(), 1);

    service.ask(Purpose::ConfirmTest, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    let Screen::Approve { title, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(title.key, "phone-test-title");
    phone.approve(&mut service, "47");
    let Screen::Result { mood, text, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!((mood, text.key.as_str()), (Mood::Good, "phone-approved-test-text"));
    assert!(service.devices[0].confirmed);

    phone.event(&mut [&mut service], Event::Done);
    let Screen::Accounts { accounts, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    assert_eq!(accounts.len(), 1);
    assert_eq!(phone.keys_for("styrk-approval-key+jws"), [Key::Approval]);
    assert_eq!(phone.keys_for("styrk-claim+jws"), [Key::Device]);
    assert_eq!(phone.keys_for("styrk-registration+jws"), [Key::Device]);
}

#[test]
fn confirmed_as_the_service_says() {
    let (mut phone, mut service) = start();
    phone.scan(&mut service);
    phone.event(&mut [&mut service], Event::Confirmed);
    service.devices[0].confirmed = true;
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(result(&phone.screen()), "phone-approved-test-text");
}

#[test]
fn what_is_no_code_is_told_what_it_is() {
    let code = "AAAAAAAAAAAAAAAAAAAAAA";
    for (text, key) in [
        ("hello".to_owned(), "phone-error-not-a-code"),
        ("  ".to_owned(), "phone-error-no-code"),
        ("https://example.com/".to_owned(), "phone-error-web-address"),
        ("otpauth://totp/x?secret=AAAA".to_owned(), "phone-error-other-app-code"),
        (format!("http://mfa.example/e#1//{code}/{code}"), "phone-error-http"),
        (format!("https://mfa.example/e#2//{code}/{code}"), "phone-error-version"),
        (format!("https://mfа.example/e#1//{code}/{code}"), "phone-error-host"),
        (format!("https://mfa.example/e#1//{code}AA/{code}"), "phone-error-not-a-code"),
        (format!("https://mfa.example/e#1//{code}/{}", &code[1..]), "phone-error-not-a-code"),
        (format!("https://mfa.example/e#1//{code}"), "phone-error-web-address"),
        (format!("https://mfa.example/e#1//{code}/{}", "A".repeat(10_000)), "phone-error-not-a-code"),
        ("x".repeat(10_000), "phone-error-not-a-code"),
        (format!("styrk://mfa.example/e#1//{code}/{code}"), "phone-error-not-a-code"),
        (format!("https://xn--mf-8kc.example/e#1//{code}/{code}"), "phone-error-host"),
        (format!("https://mfa.example@evil.example/e#1//{code}/{code}"), "phone-error-host"),
        (format!("https://mfa.example/e#1/mfa.example:443/{code}/{code}"), "phone-error-host"),
        (format!("https://mfa.example/e#1/[2001:db8:0::1]/{code}/{code}"), "phone-error-host"),
    ] {
        let (mut phone, _) = start();
        phone.event(&mut [], Event::AddAccount);
        phone.event(&mut [], Event::ChooseScan);
        phone.event(&mut [], Event::QrScanned(text.clone()));
        let Screen::AddAccount { problem: Some(problem) } = phone.screen() else { panic!("{text}") };
        assert_eq!(problem.key, key, "{text}");
        assert!(!format!("{problem:?}").contains(code));
        phone.event(&mut [], Event::ChooseLink);
        phone.event(&mut [], Event::LinkOpened(text.clone()));
        assert!(matches!(phone.screen(), Screen::PasteLink { problem: Some(again) } if again == problem));
        assert!(phone.keys.is_empty());
    }
}

#[test]
fn without_a_camera_or_a_code_in_the_picture() {
    let (mut phone, _) = start();
    phone.event(&mut [], Event::AddAccount);
    for (event, key) in [
        (Event::CameraRefused, "phone-add-camera-refused"),
        (Event::PictureRead(None), "phone-error-no-code"),
    ] {
        phone.event(&mut [], event);
        assert_eq!(phone.screen(), Screen::AddAccount { problem: Some(Text::plain(key)) });
    }
}

#[test]
fn plain_http_is_for_development_on_this_machine_alone() {
    let mut service = Service::new("http://localhost:7500", 1);
    let mut phone = Phone::with(authenticator_core::Config { allow_loopback_http: false, ..config() }, None);
    phone.scan(&mut service);
    assert_eq!(phone.screen(), Screen::AddAccount { problem: Some(Text::plain("phone-error-http")) });
    let mut phone = Phone::new();
    phone.enrol(&mut service);
}

#[test]
fn codes_that_are_over_or_taken() {
    for (code, key) in [
        (Code::CodeExpired, "phone-error-code-expired"),
        (Code::CodeUsed, "phone-error-code-used"),
        (Code::Unsupported, "phone-error-update"),
        (Code::AppTooOld, "phone-error-app-too-old"),
        (Code::KeyKnown, "phone-error-key"),
    ] {
        let (mut phone, mut service) = start();
        service.refuse.push(code);
        phone.scan(&mut service);
        let Screen::Result { mood, text, code: small, retry, .. } = phone.screen() else {
            panic!("{code:?}")
        };
        assert_eq!((mood, text.key.as_str(), small.as_deref()), (Mood::Bad, key, Some(code.as_str())));
        assert!(!retry);
        nothing_left(&phone);
        phone.event(&mut [&mut service], Event::Done);
        assert!(matches!(phone.screen(), Screen::Accounts { .. }));
    }
}

#[test]
fn a_look_alike_is_found_out() {
    let unfair: [fn(&mut Service); 6] = [
        |service| service.change_offer = |offer| offer.organisation.name.clear(),
        |service| service.change_offer = |offer| offer.user.push('\u{202E}'),
        |service| service.change_offer = |offer| offer.login.clear(),
        |service| service.offer_key = Some(SoftKey::new(66)),
        |service| service.change_offer = |offer| offer.claim = Bytes([1; 32]),
        |service| service.change_offer = |offer| offer.exp.0 -= 700,
    ];
    let [server, identity, expired] =
        ["phone-error-server", "phone-error-identity", "phone-error-code-expired"];
    let keys = [server, server, server, identity, identity, expired];
    for (change, key) in unfair.into_iter().zip(keys) {
        let (mut phone, mut service) = start();
        change(&mut service);
        phone.scan(&mut service);
        assert_eq!(result(&phone.screen()), key);
        nothing_left(&phone);
    }
}

#[test]
fn an_offer_signed_by_another_key_than_it_names() {
    let (mut phone, mut service) = start();
    phone.hold = Some(paths::CLAIM);
    phone.scan(&mut service);
    let held = phone.held.pop_front().unwrap();
    let authenticator_core::effect::EffectKind::Post { url, body, .. } = &held.kind else { panic!() };
    let (status, offer) = service.post(url, body, phone.seconds());
    let (input, signature) = std::str::from_utf8(&offer).unwrap().rsplit_once('.').unwrap();
    let signature = format!("{}{}", if signature.starts_with('A') { 'B' } else { 'A' }, &signature[1..]);
    phone.outcome(
        &mut [],
        held.id,
        Outcome::Http { status, body: format!("{input}.{signature}").into_bytes() },
    );
    assert_eq!(result(&phone.screen()), "phone-error-identity");
    nothing_left(&phone);
}

#[test]
fn turning_back_leaves_nothing_behind() {
    // At the prompt of the approval key.
    let (mut phone, mut service) = start();
    phone.scan(&mut service);
    phone.hold_signing = Some(Key::Approval);
    phone.event(&mut [&mut service], Event::Confirmed);
    phone.event(&mut [&mut service], Event::Back);
    let before = phone.core.ignored();
    phone.release(&mut [&mut service]);
    assert_eq!(phone.core.ignored() - before, 1);
    nothing_left(&phone);
    // While the keys are made, while the claim is on its way, at the question, while the registration is on its way.
    for (hold, confirm) in
        [(Some("keys"), false), (Some(paths::CLAIM), false), (None, false), (Some(paths::REGISTRATION), true)]
    {
        let (mut phone, mut service) = start();
        phone.hold = hold;
        phone.scan(&mut service);
        if confirm {
            phone.event(&mut [&mut service], Event::Confirmed);
        }
        phone.event(&mut [&mut service], Event::Back);
        assert_eq!(phone.screen(), Screen::AddAccount { problem: None }, "{hold:?}");
        let before = phone.core.ignored();
        phone.release(&mut [&mut service]);
        assert_eq!(phone.screen(), Screen::AddAccount { problem: None }, "{hold:?}");
        assert_eq!(phone.core.ignored() - before, u64::from(hold.is_some() && hold != Some("keys")));
        nothing_left(&phone);
    }
}

#[test]
fn turning_back_from_the_characters_needs_no_network() {
    let (mut phone, mut service) = start();
    phone.scan(&mut service);
    phone.event(&mut [&mut service], Event::Confirmed);
    phone.offline = true;
    phone.event(&mut [&mut service], Event::Back);
    assert!(matches!(phone.screen(), Screen::Accounts { .. }), "it never counted: nothing to warn of");
    nothing_left(&phone);
}

#[test]
fn turning_back_from_the_characters_leaves_the_organisation() {
    let (mut phone, mut service) = start();
    phone.scan(&mut service);
    phone.event(&mut [&mut service], Event::Confirmed);
    phone.event(&mut [&mut service], Event::Back);
    assert!(matches!(phone.screen(), Screen::Accounts { .. }));
    assert!(service.devices[0].ended);
    nothing_left(&phone);
}

#[test]
fn keys_that_cannot_be_made_or_used() {
    let (mut phone, mut service) = start();
    phone.key_failure = Some((Key::Device, KeyFailure::NoScreenLock));
    phone.scan(&mut service);
    assert_eq!(result(&phone.screen()), "phone-error-no-screen-lock");
    nothing_left(&phone);

    let (mut phone, mut service) = start();
    phone.scan(&mut service);
    phone.key_failure = Some((Key::Approval, KeyFailure::Cancelled));
    phone.event(&mut [&mut service], Event::Confirmed);
    assert_eq!(result(&phone.screen()), "phone-error-key-cancelled");
    phone.key_failure = None;
    phone.event(&mut [&mut service], Event::Retry);
    assert!(matches!(phone.screen(), Screen::Characters { .. }));

    let (mut phone, mut service) = start();
    phone.hold = Some("keys");
    phone.scan(&mut service);
    let key = SoftKey::new(5).public_key().to_sec1().to_vec();
    let (id, device, approval) = (phone.held[0].id, key.clone(), key);
    phone.outcome(&mut [&mut service], id, Outcome::KeysCreated { device, approval });
    assert_eq!(result(&phone.screen()), "phone-error-key");
    assert_eq!(phone.signed, [], "one key is not two");

    let (mut phone, mut service) = start();
    phone.wrong_key = true;
    phone.scan(&mut service);
    assert_eq!(result(&phone.screen()), "phone-error-key");
    assert!(service.arrived.is_empty(), "nothing is sent that does not verify");
    nothing_left(&phone);
}

#[test]
fn the_same_user_only_once() {
    let (mut phone, mut service) = enrolled();
    let before = phone.keys.len();
    service.another_code();
    phone.scan(&mut service);
    assert_eq!(result(&phone.screen()), "phone-error-already-added");
    assert_eq!(phone.keys.len(), before);
    phone.event(&mut [&mut service], Event::Done);

    service.another_code();
    service.login = "other@regionx.example".into();
    phone.enrol(&mut service);
    assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.len() == 2));
}

#[test]
fn an_unfinished_account_gives_way() {
    let (mut phone, mut service) = start();
    phone.scan(&mut service);
    phone.event(&mut [&mut service], Event::Confirmed);
    phone.event(&mut [&mut service], Event::Done);
    service.another_code();
    phone.enrol(&mut service);
    assert!(matches!(phone.screen(), Screen::Accounts { accounts, .. } if accounts.len() == 1));
    assert_eq!(phone.keys.len(), 1);
}

#[test]
fn keys_in_the_making_are_not_forgotten_before_they_are_there() {
    let (mut phone, mut service) = start();
    phone.hold = Some("keys");
    phone.scan(&mut service);
    phone.event(&mut [&mut service], Event::Back);
    // The system brings the app to the front as if it had been started.
    phone.event(&mut [&mut service], Event::Launched);
    assert_eq!(phone.deleted, [""; 0]);
    // The key store is done, and the process killed before it hears of it.
    phone.kill = Some(Kill { after: 0, carried_out: true });
    phone.release(&mut [&mut service]);
    assert_eq!(phone.keys.len(), 1);
    phone.restart(&mut [&mut service]);
    nothing_left(&phone);
}

#[test]
fn left_over_keys_are_deleted_at_the_next_start() {
    let (mut phone, mut service) = start();
    phone.scan(&mut service);
    assert_eq!(phone.keys.len(), 1);
    phone.restart(&mut [&mut service]);
    assert!(matches!(phone.screen(), Screen::Accounts { .. }));
    nothing_left(&phone);
}
