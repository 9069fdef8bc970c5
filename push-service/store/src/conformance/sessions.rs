use super::Engine;
use super::world::{World, blank};
use crate::store::*;
use crate::vault::stamp;
use authenticator_protocol::answer::End;
use authenticator_protocol::ids::DeviceId;
use signin::Notice;
use signin::policy::Policy;
use signin::session::Level;
use signin::user::Order;

pub async fn sessions_end_idle_and_in_all(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let (idle, used) = (world.session(user).await, world.session(user).await);
    world.pass(60 * 60 - 1);
    assert!(world.is_live(used).await);
    world.pass(1);
    assert!(!world.is_live(idle).await, "unused for an hour");
    assert!(world.is_live(used).await);
    for _ in 0..23 {
        world.pass(60 * 59);
        assert!(world.is_live(used).await);
    }
    world.pass(60 * 23);
    assert!(!world.is_live(used).await, "24 hours");
    assert!(!world.is_live(world.hash()).await, "never was");
    assert_eq!(world.open(used).await, Err(NotOpened::NoSession));
}

pub async fn a_raised_session_shows_the_way(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let session = world.session(world.user().await).await;
    let (_, raised) = world.enrolled(session).await;
    world.pass(59);
    assert!(matches!(world.store.session(session).await.unwrap(), Found::Raised(to) if to == "/apps"));
    world.pass(1);
    assert!(matches!(world.store.session(session).await.unwrap(), Found::Gone));
    let Found::Live(known) = world.store.session(raised.key).await.unwrap() else { panic!("live") };
    assert_eq!(known.session.level, Level::Approved);
}

pub async fn the_password_is_enough_where_the_policy_says_so(engine: Box<dyn Engine>) {
    let trusted_networks = vec!["192.0.2.0/24".parse().unwrap()];
    let world = World::new(engine, Policy { trusted_networks, ..Policy::default() }).await;
    let session = world.session(world.user().await).await;
    let entered = async || {
        let Found::Live(known) = world.store.session(session).await.unwrap() else { panic!("live") };
        (known.session.level, known.session.entered)
    };
    let begun = world.now();
    assert_eq!(entered().await, (Level::Password, Some(begun)));
    world.pass(10);
    let apps = || Target::Application("MyApps".into());
    let from =
        async |target, last| world.store.enter(session, target, [192, 0, last, 7].into()).await.unwrap();
    let again = from(apps(), 2).await;
    assert!(matches!(again.value, Verdict::Enter(_)) && again.facts.is_empty());
    assert!(matches!(from(apps(), 3).await.value, Verdict::Ask(_)), "from elsewhere");
    assert!(matches!(from(Target::Security, 2).await.value, Verdict::Ask(_)));
    assert_eq!(entered().await, (Level::Password, Some(begun)));
    world.store.end_session(session).await.unwrap();
    assert!(matches!(from(apps(), 2).await.value, Verdict::Ask(_)), "a session that ended");
}

pub async fn signing_out_cancels(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let (_, raised) = world.enrolled(world.session(user).await).await;
    let session = world.session(user).await;
    let request = world.open(session).await.unwrap();
    world.store.end_session(session).await.unwrap();
    assert_eq!(world.view(request).await.request.ended.unwrap().end, End::Cancelled);
    assert!(!world.is_live(session).await);

    let replaces = Some(raised.key);
    let (key, browser) = (world.hash(), raised.browser);
    let begin = BeginSession {
        user,
        key,
        browser,
        to: "/".into(),
        target: Target::Security,
        address: [192, 0, 2, 7].into(),
        replaces,
        checked: None,
    };
    world.store.begin_session(begin).await.unwrap();
    assert!(!world.is_live(raised.key).await, "a newer password in the same browser replaces it");
    assert!(world.is_live(key).await);
}

/// A check of a password takes its time; another one may be set meanwhile.
pub async fn a_password_that_was_replaced_opens_nothing(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let upn = world.store.user(user).await.unwrap().unwrap().upn;
    let begin = |checked| {
        let (to, target, address) = ("/apps".to_owned(), Target::Security, [192, 0, 2, 7].into());
        let (key, browser) = (world.hash(), world.hash());
        let begin = BeginSession { user, key, browser, to, target, address, replaces: None, checked };
        let begun = world.store.begin_session(begin);
        async move { (key, begun.await.unwrap().value.is_some()) }
    };
    let (_, hash) = world.store.user_by_login(&upn).await.unwrap().unwrap();
    let checked = Some(stamp(&hash));
    let (key, begun) = begin(checked).await;
    assert!(begun && world.is_live(key).await);
    world.store.order(user, Order::SetPassword("other".into())).await.unwrap();
    let (key, begun) = begin(checked).await;
    assert!(!begun && !world.is_live(key).await);
    assert!(begin(Some(stamp("other"))).await.1);
    world.store.order(user, Order::Disable).await.unwrap();
    assert!(!begin(None).await.1);
}

pub async fn a_disabled_user_is_out(engine: Box<dyn Engine>) {
    let world = World::plain(engine).await;
    let user = world.user().await;
    let (phone, raised) = world.enrolled(world.session(user).await).await;
    let request = world.open(world.session(user).await).await.unwrap();
    assert_eq!(world.store.reach(phone.device).await.unwrap(), Reach::Open);
    let mut changed = blank(user, 1);
    changed.disabled = true;
    changed.name = "Anna Berg".into();
    let put = world.store.put_user(NewUser { user: changed, password_hash: "new".into() }).await.unwrap();
    assert_eq!(put.value, user);
    assert!(put.notices.contains(&Notice::UserDisabled(user)), "open sockets end");
    assert_eq!(world.store.reach(phone.device).await.unwrap(), Reach::Disabled);
    assert_eq!(world.store.reach(DeviceId::from_bytes([99; 16])).await.unwrap(), Reach::Ended);
    assert_eq!(world.view(request).await.request.ended.unwrap().end, End::Failed);
    assert!(!world.is_live(raised.key).await);
    let (found, hash) = world.store.user_by_login("USER1@example.org").await.unwrap().unwrap();
    assert!(found.disabled && found.name == "Anna Berg" && hash == "new");
    assert!(found.first_confirmed.is_some(), "methods stay");
    assert!(world.store.user_by_login("nobody@example.org").await.unwrap().is_none());
}
