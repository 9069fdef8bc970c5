//! What providers see, and what happens when one of them is off.

use authenticator_protocol::code::decode;
use delivery::fake::{Act, Script};
use demo::organisation::USERS;
use e2e::providers::{Providers, Subscriber, apns, fcm, wake_of};
use e2e::proxy::holds;
use e2e::world::{number, sign_in};
use e2e::{Error, Outcome, RawPhone, World};
use std::collections::BTreeSet;

#[tokio::test]
async fn turning_off_any_one_provider_loses_no_sign_in() -> Outcome {
    let (providers, world, mut browser, phone) = World::with_providers().await?;
    let subscriber = Subscriber::fresh()?;
    phone.register_channels(vec![apns(), fcm(), subscriber.channel(&providers.web.endpoint())?]).await?;
    let scripts = [&providers.apns.script, &providers.fcm.script, &providers.web.script];
    for off in [Act::Hang, Act::Shutdown, Act::answer(503, "down")] {
        for (index, dead) in scripts.iter().enumerate() {
            dead.always(Some(off.clone()));
            let others: Vec<(&&Script, usize)> = scripts
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .map(|(_, script)| (script, script.received().len()))
                .collect();
            let shown = number(&mut browser).await?;
            for (script, before) in others {
                script.until_received(before + 1).await;
            }
            phone.approve(&shown).await?;
            assert_eq!(browser.get("/sign-in/number").await?.path, "/apps", "{off:?} {index}");
            dead.always(None);
            // Long enough for whoever was left alone to be tried again.
            world.demo.clock.advance(61_000);
        }
    }
    // Without any of them the user opens the app.
    scripts.iter().for_each(|script| script.always(Some(Act::Hang)));
    phone.sign_in(&mut browser).await
}

#[tokio::test]
async fn a_provider_that_hangs_fills_no_memory_and_holds_up_nobody() -> Outcome {
    let (providers, world, mut browser, phone) = World::with_providers().await?;
    phone.register_channels(vec![fcm()]).await?;
    providers.fcm.script.always(Some(Act::Hang));
    let (app, device) = (world.app().await?, phone.device.ok_or("not enrolled")?);
    number(&mut browser).await?;
    while app.pushes.dropped() == 0 {
        for _ in 0..1_000 {
            app.pushes.wake(device);
        }
        tokio::task::yield_now().await;
    }
    phone.sign_in(&mut browser).await
}

#[tokio::test]
async fn a_key_that_was_replaced_is_used_without_a_restart() -> Outcome {
    let (providers, world, mut browser, phone) = World::with_providers().await?;
    phone.register_channels(vec![apns()]).await?;
    number(&mut browser).await?;
    providers.apns.script.until_received(1).await;
    let app = world.app().await?;
    providers.spoil_keys()?;
    assert!(app.reload_providers().is_err(), "those of before stay");
    number(&mut browser).await?;
    providers.apns.script.until_received(2).await;
    providers.configuration()?;
    let before = providers.apns.script.connections();
    app.reload_providers()?;
    number(&mut browser).await?;
    providers.apns.script.until_received(3).await;
    assert!(providers.apns.script.connections() > before, "with new connections");
    Ok(())
}

/// Two phones of Anna, each with two channels.
async fn two_phones(
    providers: &Providers,
    phone: &RawPhone,
    other: &RawPhone,
) -> Result<Vec<Subscriber>, Error> {
    let mut subscribers = Vec::new();
    for phone in [phone, other] {
        let subscriber = Subscriber::fresh()?;
        let channels = vec![apns(), fcm(), subscriber.channel(&providers.web.endpoint())?];
        phone.register_channels(channels).await?;
        subscribers.push(subscriber);
    }
    Ok(subscribers)
}

#[tokio::test]
async fn nothing_that_leaves_says_who_or_why_and_no_two_wakes_are_alike() -> Outcome {
    let (providers, world, mut browser, phone) = World::with_providers().await?;
    let mut other = world.phone();
    other.enrol(&mut browser).await?;
    let subscribers = two_phones(&providers, &phone, &other).await?;
    let mut secrets: Vec<String> =
        ["Region X", "regionx.example", "MyApps", "127.0.0.1", "Raw 1"].map(str::to_owned).to_vec();
    secrets.extend(USERS[0].name.split(' ').map(str::to_owned));
    secrets.push(USERS[0].login().to_owned());
    for round in 1..=3 {
        // Again is one step, so that the end of the older one wakes nobody apart.
        let shown = match round {
            1 => number(&mut browser).await?,
            _ => browser.post("/sign-in/again", &[]).await?.number().ok_or("no number")?,
        };
        let challenge = phone.challenge().await?;
        secrets.extend([shown, challenge.payload.id.to_string(), challenge.payload.device.to_string()]);
        for script in [&providers.apns.script, &providers.fcm.script, &providers.web.script] {
            script.until_received(2 * round).await;
        }
    }
    let anna = world.anna().await?;
    secrets.extend([anna.id.to_string(), anna.upn.clone()]);
    secrets.extend([&phone, &other].iter().filter_map(|phone| Some(phone.device?.to_string())));
    // The tokens that name the sender name the organisation's own account, and nothing of a sign-in.
    let sent = providers.received();
    let (mut wakes, mut names) = (Vec::new(), BTreeSet::new());
    for received in &sent {
        let mut whole = format!("{}\n", received.path).into_bytes();
        for (name, value) in received.headers.iter().filter(|(name, _)| *name != "authorization") {
            whole.extend_from_slice(format!("{name}: ").as_bytes());
            whole.extend_from_slice(value.as_bytes());
            whole.push(b'\n');
        }
        whole.extend_from_slice(&received.body);
        for secret in &secrets {
            assert!(!holds(&whole, secret.as_bytes()), "{secret} in {}", String::from_utf8_lossy(&whole));
            if let Some(bytes) = decode(secret).filter(|bytes| bytes.len() >= 8) {
                assert!(!holds(&whole, &bytes), "the bytes of {secret}");
            }
        }
        let wake = match subscribers.iter().find_map(|one| one.open(&received.body).ok()) {
            Some(opened) => opened,
            None => wake_of(received)?.to_bytes().to_vec(),
        };
        assert_eq!(wake.len(), 24);
        wakes.push(wake);
        names.insert(received.header("apns-collapse-id").to_owned() + received.header("topic"));
        let expires = received.header("apns-expiration");
        assert!(expires.is_empty() || expires.parse::<u64>()? % 30 == 0, "{expires}");
    }
    assert_eq!(wakes.len(), 18);
    for (index, wake) in wakes.iter().enumerate() {
        for other in &wakes[..index] {
            let same = wake.iter().zip(other).filter(|(a, b)| a == b).count();
            assert!(same < 8, "two wakes share {same} of 24 bytes");
        }
    }
    assert_eq!(names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>(), ["wake"]);
    sign_in(&mut browser).await.map(drop)
}
