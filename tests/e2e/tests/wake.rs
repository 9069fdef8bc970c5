//! Property 19: wakes by way of APNs, FCM and Web Push.

use authenticator_protocol::answer::DenialReason;
use authenticator_protocol::channels::{Channel, PushAddress, Refusal, Taken};
use authenticator_protocol::ids::WakeId;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use authenticator_protocol::wake::Wake;
use axum::http::Method;
use delivery::fake::Act;
use e2e::providers::{Subscriber, apns, fcm, wake_of};
use e2e::world::{number, sign_in};
use e2e::{Error, Outcome, RawPhone, World};
use signin::channel::{ChannelState, SECOND_PROOF};
use signin::fact::FactKind;

async fn receipt(world: &World, wake: WakeId) -> Outcome {
    let path = format!("{}/{wake}", paths::RECEIPTS);
    assert_eq!(world.web.send(Method::POST, &path, &[], Vec::new()).await?.status, 204);
    Ok(())
}

#[tokio::test]
async fn a_phone_without_a_socket_is_woken_by_each_provider() -> Outcome {
    let (providers, world, mut browser, phone) = World::with_providers().await?;
    let can = phone.fetch().await?;
    let push = can.push.ok_or("nothing can be used")?;
    assert!(push.apns && push.fcm && push.web_push.is_some());
    assert!(can.renew, "no list was taken yet");

    let subscriber = Subscriber::fresh()?;
    let channels = [apns(), fcm(), subscriber.channel(&providers.web.endpoint())?];
    assert_eq!(phone.register_channels(channels.to_vec()).await?, [const { Taken::Active }; 3]);
    assert!(!phone.fetch().await?.renew);

    number(&mut browser).await?;
    providers.apns.script.until_received(1).await;
    providers.fcm.script.until_received(1).await;
    providers.web.script.until_received(1).await;
    let opened = subscriber.open(&providers.web.script.received()[0].body)?;
    let wakes = [
        wake_of(&providers.apns.script.received()[0])?,
        wake_of(&providers.fcm.script.received()[0])?,
        Wake::from_bytes(&opened).ok_or("no wake")?,
    ];
    let device = phone.device.ok_or("not enrolled")?;
    world.demo.clock.advance(40);
    for (index, wake) in wakes.iter().enumerate() {
        for (other, channel) in channels.iter().enumerate() {
            assert_eq!(wake.is_for(&channel.secret), index == other);
        }
        receipt(&world, wake.id).await?;
    }
    let app = world.app().await?;
    let now = app.clock.now();
    for channel in app.store.channels(device).await? {
        assert_eq!(channel.received, Some(now), "{channel:?}");
        while app.store.channels(device).await?.iter().any(|channel| channel.accepted.is_none()) {
            tokio::task::yield_now().await;
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_a_phone_shows_is_taken_back_without_a_word() -> Outcome {
    let (providers, world, mut browser, phone) = World::with_providers().await?;
    phone.register_channels(vec![apns()]).await?;
    number(&mut browser).await?;
    providers.apns.script.until_received(1).await;
    phone.deny(DenialReason::Cancelled).await?;
    // The phone that answered knows; one that did not is told.
    number(&mut browser).await?;
    providers.apns.script.until_received(2).await;
    world.demo.clock.advance(91_000);
    providers.apns.script.until_received(3).await;
    let kinds: Vec<String> = providers
        .apns
        .script
        .received()
        .iter()
        .map(|sent| sent.header("apns-push-type").to_owned())
        .collect();
    assert_eq!(kinds, ["alert", "alert", "background"]);
    Ok(())
}

#[tokio::test]
async fn a_newer_list_replaces_the_older_and_none_is_taken_twice() -> Outcome {
    let (providers, world, mut browser, phone) = World::with_providers().await?;
    let jws = |channels: &[Channel]| {
        let said = authenticator_protocol::channels::Channels { channels: channels.to_vec() };
        phone.signed(paths::CHANNELS, &said, &phone.device_key)
    };
    let old = jws(&[fcm()]);
    assert_eq!(phone.web.jose(paths::CHANNELS, old.clone()).await?.status, 200);
    assert_eq!(phone.web.jose(paths::CHANNELS, old.clone()).await?.status, 200, "the same again");
    world.demo.clock.advance(1_000);
    let newer = fcm();
    phone.register_channels(vec![newer.clone()]).await?;
    assert_eq!(phone.web.jose(paths::CHANNELS, old).await?.status, 401, "replayed");
    number(&mut browser).await?;
    providers.fcm.script.until_received(1).await;
    assert!(wake_of(&providers.fcm.script.received()[0])?.is_for(&newer.secret));
    Ok(())
}

#[tokio::test]
async fn a_phone_that_tells_its_channels_without_end_is_told_to_wait() -> Outcome {
    let (_providers, world, _, phone) = World::with_providers().await?;
    let list = vec![fcm()];
    for _ in 0..20 {
        world.demo.clock.advance(1_000);
        phone.register_channels(list.clone()).await?;
    }
    let said = authenticator_protocol::channels::Channels { channels: list.clone() };
    let more = phone.signed(paths::CHANNELS, &said, &phone.device_key);
    let reply = phone.web.jose(paths::CHANNELS, more).await?;
    assert_eq!((reply.refused()?, reply.header("retry-after")), (Code::TooMany, "581"));
    world.demo.clock.advance(581_000);
    phone.register_channels(list).await?;
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_and_the_rest_is_taken() -> Outcome {
    let (providers, _world, _, phone) = World::with_providers().await?;
    let subscriber = Subscriber::fresh()?;
    let mut channels = [apns(), apns(), fcm(), subscriber.channel("https://169.254.169.254/")?];
    if let PushAddress::Apns(address) = &mut channels[0].address {
        address.topic = Some("se.example.other".to_owned());
    }
    if let PushAddress::Apns(address) = &mut channels[1].address {
        address.environment = authenticator_protocol::channels::Environment::Sandbox;
    }
    let refused = |reason| Taken::Refused { reason };
    assert_eq!(
        phone.register_channels(channels.to_vec()).await?,
        [refused(Refusal::Topic), refused(Refusal::Environment), Taken::Active, Taken::Active],
        "whether an endpoint's address is public is looked at when something is sent"
    );
    assert!(phone.register_channels(vec![fcm(); 5]).await.is_err(), "too many");
    assert!(providers.web.script.received().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_device_that_has_ended_is_woken_no_more() -> Outcome {
    let (providers, world, mut browser, phone) = World::with_providers().await?;
    phone.register_channels(vec![fcm()]).await?;
    let device = phone.device.ok_or("not enrolled")?;
    let app = world.app().await?;
    app.tell(app.store.withdraw(device).await?);
    assert!(app.store.to_wake(device).await?.is_none());
    assert!(phone.register_channels(vec![fcm()]).await.is_err());
    sign_in(&mut browser).await?;
    assert!(providers.received().is_empty());
    Ok(())
}

/// The state of the phone's newest channel, once it is this.
async fn until_state(
    world: &World,
    phone: &RawPhone,
    state: ChannelState,
) -> Result<signin::channel::Channel, Error> {
    let (app, device) = (world.app().await?, phone.device.ok_or("not enrolled")?);
    loop {
        let found = app.store.channels(device).await?.into_iter().next().ok_or("no channel")?;
        if found.state == state {
            return Ok(found);
        }
        tokio::task::yield_now().await;
    }
}

fn gone(millis: u64) -> Act {
    Act::answer(410, &format!(r#"{{"reason":"Unregistered","timestamp":{millis}}}"#))
}

#[tokio::test]
async fn a_phone_that_is_gone_is_dropped_at_the_second_proof_and_asked_to_register_again() -> Outcome {
    let (providers, world, mut browser, phone) = World::with_providers().await?;
    phone.register_channels(vec![apns()]).await?;
    let later = world.app().await?.clock.now().0 + 1_000;
    providers.apns.script.always(Some(gone(later)));
    number(&mut browser).await?;
    let suspect = until_state(&world, &phone, ChannelState::Suspect).await?;
    assert_eq!(suspect.reason.as_deref(), Some("Unregistered"));
    assert!(phone.fetch().await?.renew);
    world.demo.clock.advance(SECOND_PROOF * 1_000);
    number(&mut browser).await?;
    until_state(&world, &phone, ChannelState::Dead).await?;
    assert_eq!(world.count(FactKind::ChannelDropped).await?, 1);
    assert!(phone.fetch().await?.renew);
    phone.register_channels(vec![apns()]).await?;
    assert!(!phone.fetch().await?.renew);
    Ok(())
}

#[tokio::test]
async fn gone_before_it_was_registered_changes_nothing_and_a_wrong_key_alarms() -> Outcome {
    let (providers, world, mut browser, phone) = World::with_providers().await?;
    phone.register_channels(vec![apns(), fcm()]).await?;
    let earlier = world.app().await?.clock.now().0 - 1_000;
    providers.apns.script.then(gone(earlier)).then(Act::reason(403, "InvalidProviderToken"));
    providers.apns.script.always(Some(Act::reason(403, "InvalidProviderToken")));
    number(&mut browser).await?;
    providers.apns.script.until_received(1).await;
    number(&mut browser).await?;
    while world.count(FactKind::PushAlarm).await? == 0 {
        tokio::task::yield_now().await;
    }
    let device = phone.device.ok_or("not enrolled")?;
    let channels = world.app().await?.store.channels(device).await?;
    assert!(channels.iter().all(|channel| channel.state == ChannelState::Active), "{channels:?}");
    assert!(!phone.fetch().await?.renew);
    Ok(())
}

#[tokio::test]
async fn a_phone_that_stays_silent_is_woken_once_more_and_one_that_speaks_is_not() -> Outcome {
    let (providers, world, mut browser, phone) = World::with_providers().await?;
    let channel = fcm();
    phone.register_channels(vec![channel.clone()]).await?;
    // What it has said so far, it said before.
    world.demo.clock.advance(10);
    number(&mut browser).await?;
    providers.fcm.script.until_received(1).await;
    // Its three seconds began before it was sent.
    world.demo.clock.advance(3_000);
    providers.fcm.script.until_received(2).await;
    let wakes: Vec<Wake> = providers.fcm.script.received().iter().map(wake_of).collect::<Result<_, _>>()?;
    assert!(wakes.iter().all(|wake| wake.is_for(&channel.secret)) && wakes[0].id != wakes[1].id);

    // In one step, so that the end of the older one wakes nobody apart.
    browser.post("/sign-in/again", &[]).await?;
    providers.fcm.script.until_received(3).await;
    receipt(&world, wake_of(&providers.fcm.script.received()[2])?.id).await?;
    world.demo.clock.advance(3_000);
    // A second try of the last one would be among what follows.
    for count in [4, 5, 6] {
        browser.post("/sign-in/again", &[]).await?;
        providers.fcm.script.until_received(count).await;
    }
    assert_eq!(providers.fcm.script.received().len(), 6);
    Ok(())
}
