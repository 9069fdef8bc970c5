//! Properties 19 and 23: wakes, receipts, and the open socket.

use authenticator_protocol::answer::DenialReason;
use authenticator_protocol::code::Bytes;
use authenticator_protocol::ids::WakeId;
use authenticator_protocol::problem::{Code, Problem};
use authenticator_protocol::request::paths;
use authenticator_protocol::wake::Wake;
use axum::http::Method;
use e2e::socket::{Brought, RawSocket};
use e2e::world::number;
use e2e::{DIGITS, Error, Outcome, World, forge};
use serde_json::json;
use std::time::Duration;

async fn wake(socket: &mut RawSocket) -> Result<Vec<u8>, Error> {
    match socket.next().await? {
        Brought::Binary(bytes) => Ok(bytes),
        other => Err(format!("no wake but {other:?}").into()),
    }
}

#[tokio::test]
async fn wakes_are_24_bytes_that_nothing_links() -> Outcome {
    let (world, mut browser, one) = World::enrolled(DIGITS).await?;
    let mut two = world.phone();
    two.enrol(&mut browser).await?;
    let (mut first, secret) = one.socket(&world.demo.service).await?;
    let (mut second, other_secret) = two.socket(&world.demo.service).await?;
    // A second channel of the same phone has a secret of its own.
    let (mut third, third_secret) = one.socket(&world.demo.service).await?;
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for _ in 0..5 {
        number(&mut browser).await?;
        for (socket, own) in
            [(&mut first, &secret), (&mut second, &other_secret), (&mut third, &third_secret)]
        {
            let bytes = wake(socket).await?;
            assert_eq!(bytes.len(), 24);
            let wake = Wake::from_bytes(&bytes).ok_or("no wake")?;
            for other in [&secret, &other_secret, &third_secret] {
                assert_eq!(wake.is_for(other), other == own);
            }
            seen.push(bytes);
        }
        one.deny(DenialReason::Cancelled).await?;
        // The phone that did not answer is woken to hear of the end.
        seen.push(wake(&mut second).await?);
    }
    for (index, wake) in seen.iter().enumerate() {
        for other in &seen[..index] {
            let same = wake.iter().zip(other).filter(|(a, b)| a == b).count();
            assert!(same < 8, "two wakes share {same} of 24 bytes");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_receipt_is_the_same_for_known_and_unknown_wakes() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let (mut socket, _) = phone.socket(&world.demo.service).await?;
    number(&mut browser).await?;
    let known = Wake::from_bytes(&wake(&mut socket).await?).ok_or("no wake")?.id;
    let mut replies = Vec::new();
    for id in [known, known, WakeId::from_bytes([7; 16])] {
        let reply =
            world.web.send(Method::POST, &format!("{}/{id}", paths::RECEIPTS), &[], Vec::new()).await?;
        replies.push((reply.status, reply.body, reply.headers.len()));
    }
    assert_eq!(replies[0], (204, Vec::new(), replies[0].2));
    assert!(replies.iter().all(|reply| *reply == replies[0]), "{replies:?}");
    let reply =
        world.web.send(Method::POST, &format!("{}/nonsense", paths::RECEIPTS), &[], Vec::new()).await?;
    assert_eq!(reply.refused()?, Code::Malformed);
    Ok(())
}

#[tokio::test]
async fn without_an_opening_it_closes_after_five_seconds() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let mut patient = RawSocket::connect(&world.demo.service).await?;
    let mut silent = RawSocket::connect(&world.demo.service).await?;
    world.demo.clock.advance(4_000);
    let (opening, secret) = phone.opening(patient.nonce);
    patient.say(&opening).await?;
    assert!(Wake::from_bytes(&wake(&mut patient).await?).is_some_and(|wake| wake.is_for(&secret)), "in time");
    // The greeting was sent a moment before the timer began; one second is enough for that.
    world.demo.clock.advance(2_000);
    assert_eq!(silent.next().await?, Brought::Closed(Some(4003)), "not even a wake");
    Ok(())
}

/// The problem that the service tells before it closes with 4003, if any.
async fn refusal(socket: &mut RawSocket) -> Result<Option<Code>, Error> {
    let told = match socket.next().await? {
        Brought::Text(problem) => Some(serde_json::from_str::<Problem>(&problem)?.code),
        Brought::Closed(code) => {
            assert_eq!(code, Some(4003));
            return Ok(None);
        }
        Brought::Binary(_) => return Err("it was accepted".into()),
    };
    assert_eq!(socket.closed().await?, Some(4003));
    Ok(told)
}

#[tokio::test]
async fn an_opening_that_does_not_fit_is_refused() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let service = &world.demo.service;
    let stranger = world.phone();
    let mut first = RawSocket::connect(service).await?;
    let (used, _) = phone.opening(first.nonce);
    first.say(&used).await?;
    wake(&mut first).await?;
    let name = forge::open(&used)?.0["jti"].clone();
    for (what, told) in [
        ("an opening of another socket", Some(Code::Replayed)),
        ("the name of another opening", Some(Code::Replayed)),
        ("another nonce", None),
        ("another key", Some(Code::Signature)),
        ("the approval key", Some(Code::Signature)),
        ("POST", Some(Code::WrongAddress)),
        ("another address", Some(Code::WrongAddress)),
        ("a little early", Some(Code::Clock)),
        ("too early", Some(Code::Clock)),
        ("too late", Some(Code::Clock)),
        ("before the service had started", Some(Code::Clock)),
        ("too long", None),
        ("garbage", Some(Code::Malformed)),
        ("nothing", Some(Code::Malformed)),
        ("a broken signature", Some(Code::Signature)),
        ("another device", Some(Code::DeviceEnded)),
    ] {
        let mut socket = RawSocket::connect(service).await?;
        let (right, _) = phone.opening(socket.nonce);
        let header = |name, value| forge::with_header(&right, name, value, &phone.device_key);
        let said = match what {
            "an opening of another socket" => used.clone(),
            "the name of another opening" => header("jti", name.clone())?,
            "another nonce" => phone.opening(Bytes([7; 16])).0,
            "another key" => forge::with_header(&right, "v", json!(1), &stranger.device_key)?,
            "the approval key" => forge::with_header(&right, "v", json!(1), &phone.approval_key)?,
            "POST" => header("htm", json!("POST"))?,
            "another address" => header("url", json!("http://evil.example/api/v1/phone/socket"))?,
            "a little early" => header("iat", json!(phone.now().0 + 6))?,
            "too early" => header("iat", json!(phone.now().0 + 121))?,
            "too late" => header("iat", json!(phone.now().0 - 121))?,
            // It started six seconds ago, and takes what was signed from this second on.
            "before the service had started" => header("iat", json!(phone.now().0 - 1))?,
            "too long" => header("padding", json!("x".repeat(1_024)))?,
            "garbage" => "garbage".to_owned(),
            "nothing" => String::new(),
            "a broken signature" => forge::broken(&right).ok_or("form")?,
            _ => header("kid", json!("AAAAAAAAAAAAAAAAAAAAAA"))?,
        };
        socket.say(&said).await?;
        assert_eq!(refusal(&mut socket).await?, told, "{what}");
    }
    // Five seconds ahead is no more than a clock may be wrong by, and the right one counts after all of these.
    let mut socket = RawSocket::connect(service).await?;
    let ahead = json!(phone.now().0 + 5);
    let opening = forge::with_header(&phone.opening(socket.nonce).0, "iat", ahead, &phone.device_key)?;
    socket.say(&opening).await?;
    wake(&mut socket).await?;
    phone.socket(service).await?;
    Ok(())
}

#[tokio::test]
async fn an_opening_in_bytes_instead_of_text_is_refused_and_talk_afterwards_is_ignored() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let (mut socket, secret) = phone.socket(&world.demo.service).await?;
    socket.say("and another thing").await?;
    socket.say(&phone.opening(socket.nonce).0).await?;
    number(&mut browser).await?;
    assert!(Wake::from_bytes(&wake(&mut socket).await?).is_some_and(|wake| wake.is_for(&secret)));
    socket.say(&"x".repeat(1_025)).await?;
    assert!(matches!(socket.next().await?, Brought::Closed(_)), "a frame over 1 KiB ends it");
    Ok(())
}

/// A browser lends its network to any page: what opens a socket from there is no phone (RFC 6455 section 10.2).
#[tokio::test]
async fn a_socket_is_not_for_other_sites_pages() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let service = world.demo.service.clone();
    let headers = |origin: &str| {
        let upgrade = [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13")];
        let all = upgrade
            .into_iter()
            .chain([("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="), ("origin", origin)]);
        all.map(|(name, value)| (name, value.to_owned())).collect::<Vec<_>>()
    };
    let (near, longer) = (format!("{service}0"), format!("{service}.evil.example"));
    for origin in ["https://evil.example", "null", "", near.as_str(), longer.as_str()] {
        let headers = headers(origin);
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = world.web.send(Method::GET, paths::SOCKET, &headers, Vec::new()).await?;
        let problem = reply.problem()?;
        assert_eq!((reply.status, problem.code), (400, Code::Malformed), "{origin}");
        assert_eq!(problem.detail.as_deref(), Some("origin: not this service's"), "{origin}");
    }
    phone.socket(&service).await?;
    Ok(())
}

#[tokio::test]
async fn it_replays_nothing() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut second = world.browser();
    phone.sign_in(&mut second).await?;
    number(&mut browser).await?;
    number(&mut world.browser()).await?;
    // What waited before is fetched, not pushed: one wake, which says that the socket is open, whatever waits.
    let (mut socket, _) = phone.socket(&world.demo.service).await?;
    assert!(socket.within(Duration::from_millis(100)).await.is_err(), "one opening, one wake");
    assert_eq!(phone.challenges().await?.len(), 2);
    number(&mut second).await?;
    wake(&mut socket).await?;
    assert!(socket.within(Duration::from_millis(100)).await.is_err(), "one request, one wake");
    Ok(())
}

#[tokio::test]
async fn what_begins_while_it_opens_is_not_missed() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut socket = RawSocket::connect(&world.demo.service).await?;
    assert!(phone.challenges().await?.is_empty());
    // After the phone has looked, and before its opening is accepted.
    number(&mut browser).await?;
    let (opening, secret) = phone.opening(socket.nonce);
    socket.say(&opening).await?;
    assert!(Wake::from_bytes(&wake(&mut socket).await?).is_some_and(|wake| wake.is_for(&secret)));
    assert_eq!(phone.challenges().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn it_ends_within_a_second_of_its_user_being_disabled() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut second = world.phone();
    second.enrol(&mut browser).await?;
    let mut sockets = Vec::new();
    for phone in [&phone, &second] {
        sockets.push(phone.socket(&world.demo.service).await?.0);
    }
    number(&mut world.browser()).await?;
    for socket in &mut sockets {
        wake(socket).await?;
    }
    world.disable(demo::organisation::USERS[0].login()).await?;
    for socket in &mut sockets {
        assert_eq!(socket.within(Duration::from_secs(1)).await?, Brought::Closed(Some(4003)));
    }
    let (mut again, _) = phone.try_socket(&world.demo.service).await?;
    assert_eq!(again.closed().await?, Some(4003), "nor does it open");
    assert!(phone.fetch().await?.challenges.is_empty(), "the account is not over: nothing is deleted");
    Ok(())
}

#[tokio::test]
async fn it_ends_within_a_second_of_the_removal() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut second = world.phone();
    second.enrol(&mut browser).await?;
    let (mut mine, _) = phone.socket(&world.demo.service).await?;
    let (mut theirs, _) = second.socket(&world.demo.service).await?;
    let id = second.device.ok_or("no device")?;
    browser.post(&format!("/security/devices/{id}/remove"), &[("confirmed", "yes")]).await?;
    let end = theirs.within(Duration::from_secs(1)).await?;
    assert_eq!(end, Brought::Closed(Some(4001)));
    number(&mut world.browser()).await?;
    wake(&mut mine).await?;
    // It cannot come back, and its fetch says why.
    let (mut again, _) = second.try_socket(&world.demo.service).await?;
    assert!(matches!(again.next().await?, Brought::Text(problem) if problem.contains("device_ended")));
    assert_eq!(again.closed().await?, Some(4003));
    let leave = phone.signed(paths::LEAVE, &authenticator_protocol::fetch::Leave {}, &phone.device_key);
    phone.web.jose(paths::LEAVE, leave).await?;
    assert_eq!(
        mine.within(Duration::from_secs(1)).await?,
        Brought::Closed(Some(4001)),
        "also when it leaves"
    );
    Ok(())
}

#[tokio::test]
async fn one_device_keeps_only_so_many_sockets_open() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(phone.socket(&world.demo.service).await?.0);
    }
    number(&mut world.browser()).await?;
    for socket in &mut open {
        wake(socket).await?;
    }
    let (mut ninth, _) = phone.try_socket(&world.demo.service).await?;
    let Brought::Text(problem) = ninth.next().await? else { return Err("no problem".into()) };
    assert_eq!(serde_json::from_str::<Problem>(&problem)?.code, Code::TooMany);
    assert_eq!(ninth.closed().await?, Some(4003));
    drop(open.pop());
    let again = async {
        loop {
            let (mut socket, _) = phone.try_socket(&world.demo.service).await?;
            if let Brought::Binary(_) = socket.next().await? {
                return Ok::<_, Error>(());
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), again).await?
}
