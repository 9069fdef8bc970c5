//! Connections that say little, slowly, too much or nothing: they end, and they keep nobody out.

use authenticator_protocol::problem::{Code, Problem};
use authenticator_protocol::request::paths;
use e2e::peer::Peer;
use e2e::socket::{Brought, RawSocket};
use e2e::world::{number, sign_in};
use e2e::{DIGITS, Error, Outcome, World};
use push_service::clock::ManualClock;
use push_service::connections::Bounds;
use simulated_phone::Millis;
use std::sync::Arc;
use std::time::Duration;

const HEADER: &str = "GET /health HTTP/1.1\r\nhost: a.example\r\n";

/// A service whose connections live on this clock, within these bounds.
async fn bounded(clock: &ManualClock, connections: usize) -> Result<World, Error> {
    let bounds = Bounds { clock: Arc::new(clock.clone()), connections, ..Bounds::default() };
    World::start_within(DIGITS, bounds).await
}

fn standing() -> ManualClock {
    ManualClock::standing(Millis(1_000_000))
}

fn post(path: &str, content_type: &str, origin: &str, length: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: a.example\r\norigin: {origin}\r\ncontent-type: {content_type}\r\n{length}\r\n\r\n"
    )
}

async fn enrols_and_approves(world: &World) -> Outcome {
    let (mut browser, mut phone) = (world.browser(), world.phone());
    sign_in(&mut browser).await?;
    phone.enrol(&mut browser).await?;
    phone.sign_in(&mut world.browser()).await
}

#[tokio::test]
async fn ten_thousand_idle_connections_keep_no_phone_out() -> Outcome {
    // Both ends are in this process: two files for each. Systems that allow fewer get as many as they allow.
    let files = usize::try_from(rlimit::increase_nofile_limit(u64::MAX)?)?;
    let count = 10_000.min(files.saturating_sub(2_000) / 2);
    assert!(count >= 500, "raise RLIMIT_NOFILE: {files} files show nothing");
    let world = World::start(DIGITS).await?;
    let service = world.demo.service.clone();
    let mut peers = Vec::new();
    for index in 0..count {
        let mut peer = Peer::connect(&service).await?;
        match index % 3 {
            0 => {}
            1 => peer.say(HEADER).await?,
            _ => peer.say(post(paths::FETCH, "application/jose", &service, "content-length: 100")).await?,
        }
        peers.push(peer);
    }
    enrols_and_approves(&world).await?;
    for index in [0, 1, 2, count - 3, count - 2, count - 1] {
        assert!(!peers[index].is_over().await, "nobody had to make room: number {index}");
    }
    Ok(())
}

#[tokio::test]
async fn when_all_places_are_taken_whoever_is_idle_longest_makes_room() -> Outcome {
    let world = bounded(&standing(), 12).await?;
    let service = world.demo.service.clone();
    let mut peers = Vec::new();
    for index in 0..30 {
        let mut peer = Peer::connect(&service).await?;
        if index % 2 == 0 {
            // A body that is waited for is no reason to stay either.
            peer.say(post(paths::FETCH, "application/jose", &service, "content-length: 100")).await?;
        }
        peers.push(peer);
    }
    enrols_and_approves(&world).await?;
    for peer in &mut peers[..18] {
        assert!(peer.is_over().await);
    }
    assert!(!peers[29].is_over().await, "the newest did not have to go");
    Ok(())
}

#[tokio::test]
async fn a_header_that_drips_or_never_comes_is_ended_after_ten_seconds() -> Outcome {
    let clock = standing();
    let world = bounded(&clock, 100).await?;
    for (what, start, drip) in
        [("silence", "", &b""[..]), ("half a header", HEADER, b""), ("a header that drips", HEADER, b"x")]
    {
        let mut peer = Peer::connect(&world.demo.service).await?;
        peer.say(start).await?;
        let left = peer.seconds_left(&clock, drip).await?;
        assert!((10..75).contains(&left), "{what}: {left} s");
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_without_a_next_request_is_ended_after_75_seconds() -> Outcome {
    let clock = standing();
    let world = bounded(&clock, 100).await?;
    let mut peer = Peer::connect(&world.demo.service).await?;
    for _ in 0..2 {
        peer.say(format!("{HEADER}\r\n")).await?;
        assert!(peer.answer().await?.ends_with("ok"));
        clock.advance(74_000);
        assert!(!peer.is_over().await, "it may come back until then");
    }
    peer.say(format!("{HEADER}\r\n")).await?;
    peer.answer().await?;
    let left = peer.seconds_left(&clock, b"").await?;
    assert!((75..150).contains(&left), "{left} s");
    Ok(())
}

#[tokio::test]
async fn whoever_asks_and_does_not_read_the_answers_is_ended() -> Outcome {
    let clock = standing();
    let world = bounded(&clock, 100).await?;
    let mut peer = Peer::connect(&world.demo.service).await?;
    let ask = "GET /assets/styrk.css HTTP/1.1\r\nhost: a.example\r\n\r\n".repeat(100);
    let mut asked = 0;
    // Until answers fill every buffer on the way, and nobody takes another request.
    loop {
        match peer.pour(ask.as_bytes()).await? {
            0 => break,
            length => asked += length,
        }
        assert!(asked < 64 * 1024 * 1024, "nobody stops it");
    }
    let mut seconds = 0;
    while peer.pour(b"x").await.is_ok() {
        clock.advance(1_000);
        seconds += 1;
        assert!(seconds < 600, "nobody ends it");
    }
    assert!(seconds >= 75, "{seconds} s");
    Ok(())
}

#[tokio::test]
async fn a_header_without_an_end_is_refused_and_not_kept() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut peer = Peer::connect(&world.demo.service).await?;
    peer.say(HEADER).await?;
    let mut sent = 0;
    while let Ok(length) = peer.pour(&[b'x'; 16 * 1024]).await
        && length > 0
    {
        sent += length;
        assert!(sent < 64 * 1024 * 1024, "nobody stops it");
    }
    let mut web = Peer::connect(&world.demo.service).await?;
    web.say(format!("{HEADER}x: {}\r\n\r\n", "x".repeat(33 * 1024))).await?;
    let answer = web.answer().await?;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    enrols_and_approves(&world).await
}

/// Two ends that differ would let one request hide in another (RFC 9112 section 11.2).
#[tokio::test]
async fn a_message_has_one_end_whatever_its_header_says() -> Outcome {
    let world = World::start(DIGITS).await?;
    let next = "GET /ready HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    for (what, header, body, answers) in [
        ("a length", "content-length: 5", "hello", &["200", "200"][..]),
        ("chunks", "transfer-encoding: chunked", "1\r\nx\r\n0\r\n\r\n", &["200", "200"]),
        // The chunks count, and nothing after them.
        ("both", "content-length: 4\r\ntransfer-encoding: chunked", "0\r\n\r\n", &["200"]),
        ("two lengths", "content-length: 5\r\ncontent-length: 6", "hello", &["400"]),
        ("no number", "content-length: +5", "hello", &["400"]),
        ("chunks within", "transfer-encoding: chunked, identity", "0\r\n\r\n", &["400"]),
        ("a chunk of no length", "transfer-encoding: chunked", "x\r\n\r\n", &["422"]),
    ] {
        let mut peer = Peer::connect(&world.demo.service).await?;
        peer.say(format!("{HEADER}{header}\r\n\r\n{body}{next}")).await?;
        let all = peer.all().await?;
        let said: Vec<&str> = all.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
        assert_eq!(said, answers, "{what}: {all}");
    }
    Ok(())
}

#[tokio::test]
async fn a_body_without_an_end_is_refused_and_not_kept() -> Outcome {
    let world = World::start(DIGITS).await?;
    let service = world.demo.service.clone();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    for (path, content_type, says) in [
        (paths::FETCH, "application/jose", "too_large"),
        ("/sign-in", "application/x-www-form-urlencoded", "too_large"),
    ] {
        let mut peer = Peer::connect(&service).await?;
        peer.say(post(path, content_type, &service, "transfer-encoding: chunked")).await?;
        // One more than fits, and the answer is there before an end.
        for _ in 0..5 {
            peer.say(&chunk).await?;
        }
        let answer = peer.answer().await?;
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains(says), "{answer}");
        // What comes after that finds nobody who keeps it.
        let mut sent = 0;
        while let Ok(length) = peer.pour(chunk.as_bytes()).await
            && length > 0
        {
            sent += length;
            assert!(sent < 64 * 1024 * 1024, "nobody stops it");
        }
    }
    enrols_and_approves(&world).await
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_told_so_after_15_seconds() -> Outcome {
    let world = World::start(DIGITS).await?;
    let service = world.demo.service.clone();
    for (path, content_type, says) in [
        (paths::FETCH, "application/jose", "too_slow"),
        ("/sign-in", "application/x-www-form-urlencoded", "too_slow"),
    ] {
        let mut peer = Peer::connect(&service).await?;
        peer.say(post(path, content_type, &service, "content-length: 100")).await?;
        let mut seconds = 0;
        while seconds < 14 || !peer.is_answered().await? {
            peer.say("x").await?;
            seconds += 1;
            assert!(seconds < 60, "nobody stops it");
            world.demo.clock.advance(1_000);
        }
        let answer = peer.answer().await?;
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains(says), "{answer}");
        if let Some((_, body)) = answer.split_once("\r\n\r\n")
            && path == paths::FETCH
        {
            assert_eq!(serde_json::from_str::<Problem>(body)?.code, Code::TooSlow);
        }
        assert!(peer.is_over().await, "{path} is not read on");
    }
    Ok(())
}

#[tokio::test]
async fn whoever_stops_is_not_held_up_by_open_connections() -> Outcome {
    let world = World::start(DIGITS).await?;
    let mut silent = Peer::connect(&world.demo.service).await?;
    let mut idle = Peer::connect(&world.demo.service).await?;
    idle.say(format!("{HEADER}\r\n")).await?;
    idle.answer().await?;
    // The clock stands still: nothing of it is waited out.
    tokio::time::timeout(Duration::from_secs(10), world.demo.stop_service()).await?;
    assert!(silent.is_over().await && idle.is_over().await);
    Ok(())
}

#[tokio::test]
async fn sockets_that_never_open_make_room_for_a_phone() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut strangers = Vec::new();
    // One network has 512 places.
    for _ in 0..520 {
        strangers.push(RawSocket::connect(&world.demo.service).await?);
    }
    let (mut socket, _) = phone.socket(&world.demo.service).await?;
    number(&mut browser).await?;
    assert!(matches!(socket.next().await?, Brought::Binary(_)));
    assert_eq!(strangers[0].next().await?, Brought::Closed(Some(4003)));
    assert!(strangers[519].within(Duration::from_millis(20)).await.is_err(), "the newest still waits");
    Ok(())
}

#[tokio::test]
async fn a_socket_that_floods_is_closed_and_slows_nobody() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let mut second = world.phone();
    second.enrol(&mut browser).await?;
    let (mut quiet, _) = second.socket(&world.demo.service).await?;
    let (mut loud, _) = phone.socket(&world.demo.service).await?;
    number(&mut browser).await?;
    assert!(matches!(quiet.next().await?, Brought::Binary(_)));
    assert!(matches!(loud.next().await?, Brought::Binary(_)));
    // A few frames are talk that is ignored; more than that is no phone.
    for _ in 0..64 {
        loud.say("and another thing").await?;
    }
    number(&mut world.browser()).await?;
    assert!(matches!(loud.next().await?, Brought::Binary(_)), "not yet");
    for _ in 0..10_000 {
        if loud.say(&"x".repeat(1_000)).await.is_err() {
            break;
        }
    }
    assert_eq!(loud.closed().await?, None);
    number(&mut browser).await?;
    assert!(matches!(quiet.next().await?, Brought::Binary(_)));
    assert!(matches!(quiet.next().await?, Brought::Binary(_)));
    assert_eq!(phone.challenges().await?.len(), 2, "the phone itself is served as before");
    Ok(())
}

#[tokio::test]
async fn a_phone_that_is_gone_without_a_word_is_noticed_by_its_silence() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let app = world.app().await?;
    let (mut there, _) = phone.socket(&world.demo.service).await?;
    number(&mut browser).await?;
    assert!(matches!(there.next().await?, Brought::Binary(_)));
    // It reads, and so it answers pings: nothing ends it.
    for _ in 0..5 {
        world.demo.clock.advance(45_000);
        // The request expires meanwhile, and of that it is woken.
        while let Ok(brought) = there.within(Duration::from_millis(100)).await {
            assert!(matches!(brought, Brought::Binary(_)), "{brought:?}");
        }
    }
    assert!(app.bus.topics() > 0);
    // From here on nobody reads.
    let mut rounds = 0;
    while app.bus.topics() > 0 {
        world.demo.clock.advance(45_000);
        tokio::time::timeout(Duration::from_millis(20), std::future::pending::<()>()).await.ok();
        rounds += 1;
        assert!(rounds < 100, "it is still kept");
    }
    assert!(rounds >= 2, "one ping may go unanswered for a while");
    assert_eq!(there.closed().await?, None);
    Ok(())
}
