//! A phone as tests drive it: events in, screens out, and everything that can go wrong with it.

use authenticator_core::screen::Mood;
use futures_util::future::BoxFuture;
use simulated_phone::{
    Event, Millis, Phone, PhoneClock, PhoneOptions, Reception, Screen, Storage, UnlockAnswer,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Stands still; nothing that waits on it ends.
struct Still(AtomicU64);

impl PhoneClock for Still {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
    fn sleep(&self, _: u64) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

fn options() -> PhoneOptions {
    PhoneOptions { seed: Some([3; 32]), patience: Duration::from_millis(200), ..PhoneOptions::default() }
}

const LINK: &str = "http://127.0.0.1:7501/e#1/127.0.0.1:9/AAAAAAAAAAAAAAAAAAAAAA/AAAAAAAAAAAAAAAAAAAAAA";

#[tokio::test]
async fn events_change_the_screen() {
    let phone = Phone::start(options()).unwrap();
    assert!(matches!(phone.screen().screen, Screen::Accounts { .. }));
    let before = phone.state().version;
    phone.event(Event::AddAccount).await;
    assert!(matches!(phone.screen().screen, Screen::AddAccount { problem: None }));
    assert!(phone.state().version > before);
    phone.event(Event::QrScanned("otpauth://totp/x?secret=AAAA".into())).await;
    assert!(matches!(phone.screen().screen, Screen::AddAccount { problem: Some(_) }));
}

#[tokio::test]
async fn waiting_in_vain_names_the_phone_and_its_screen() {
    let phone = Phone::start(options()).unwrap();
    phone.event(Event::OpenSettings).await;
    let error = phone.wait_for(|model| matches!(model.screen, Screen::Scan)).await.unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("Pixel 9: waited 200 ms for another screen than this:"), "{message}");
    assert!(message.contains("Settings"), "{message}");
}

#[tokio::test]
async fn without_a_network_nothing_is_reached() {
    let phone = Phone::start(options()).unwrap();
    phone.set_network(Reception::Offline).await;
    phone.event(Event::LinkOpened(LINK.into())).await;
    let result = phone.wait_for(|model| matches!(model.screen, Screen::Result { .. })).await.unwrap();
    assert!(matches!(result.screen, Screen::Result { retry: true, .. }), "{result:?}");
}

#[tokio::test]
async fn a_captive_portal_is_no_service() {
    let phone = Phone::start(options()).unwrap();
    phone.set_network(Reception::CaptivePortal).await;
    phone.event(Event::LinkOpened(LINK.into())).await;
    let result = phone.wait_for(|model| matches!(model.screen, Screen::Result { .. })).await.unwrap();
    let Screen::Result { mood, .. } = result.screen else { unreachable!() };
    assert_eq!(mood, Mood::Bad);
}

#[tokio::test]
async fn a_phone_without_a_screen_lock_makes_no_keys() {
    let phone = Phone::start(options()).unwrap();
    phone.set_unlock(UnlockAnswer::NoScreenLock).await;
    phone.event(Event::LinkOpened(LINK.into())).await;
    let Screen::Result { text, .. } = phone.screen().screen else { panic!("{:?}", phone.screen()) };
    assert_eq!(text.key, "phone-error-no-screen-lock");
}

#[tokio::test]
async fn another_version_starts_the_app_again() {
    let phone = Phone::start(options()).unwrap();
    phone.event(Event::OpenSettings).await;
    phone.set_app("0.0.1").await;
    assert_eq!(phone.state().app, "0.0.1");
    assert!(matches!(phone.screen().screen, Screen::Accounts { .. }));
}

#[tokio::test]
async fn a_restart_keeps_what_was_saved_and_nothing_else() {
    let phone = Phone::start(options()).unwrap();
    phone.event(Event::OpenSettings).await;
    phone.event(Event::ChooseLanguage(Some("en".into()))).await;
    phone.restart().await;
    let model = phone.screen();
    assert!(matches!(model.screen, Screen::Accounts { .. }), "{model:?}");
    assert_eq!(model.language.as_deref(), Some("en"));
}

#[tokio::test]
async fn a_folder_is_the_same_phone_again() {
    let folder = std::env::temp_dir().join(format!("simulated-phone-again-{}", std::process::id()));
    let kept = || PhoneOptions { storage: Storage::Folder(folder.clone()), ..options() };
    let phone = Phone::start(kept()).unwrap();
    phone.event(Event::OpenSettings).await;
    phone.event(Event::ChooseLanguage(Some("sv".into()))).await;
    drop(phone);
    assert_eq!(Phone::start(kept()).unwrap().screen().language.as_deref(), Some("sv"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_clock_can_be_wrong() {
    let clock = Arc::new(Still(AtomicU64::new(1_000_000)));
    let phone = Phone::start(PhoneOptions { clock, ..options() }).unwrap();
    phone.set_clock_offset(-600_000).await;
    assert_eq!(phone.now(), Millis(400_000));
    phone.set_clock_offset(600_000).await;
    assert_eq!(phone.now(), Millis(1_600_000));
}

#[tokio::test]
async fn the_app_goes_to_the_back_and_comes_again() {
    let phone = Phone::start(options()).unwrap();
    phone.event(Event::Backgrounded).await;
    assert!(!phone.state().foreground);
    phone.event(Event::Foregrounded).await;
    phone.wait_for_state(|state| state.foreground).await.unwrap();
}
