//! TLS by the service itself.

use e2e::peer::Peer;
use e2e::served::{HOST, Pair, Served, client, connect, get, open, pair, write};
use e2e::{Error, Outcome};
use push_service::clock::ManualClock;
use push_service::connections::Bounds;
use rustls::HandshakeKind;
use rustls::version::{TLS12, TLS13};
use simulated_phone::Millis;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

async fn started() -> Result<(Served, Pair), Error> {
    let first = pair(&[HOST], 2030)?;
    Ok((Served::start(&first, Bounds::default()).await?, first))
}

/// A service whose connections live on this clock.
async fn bounded(clock: &ManualClock, connections: usize) -> Result<(Served, Pair), Error> {
    let first = pair(&[HOST], 2030)?;
    let bounds = Bounds { clock: Arc::new(clock.clone()), connections, ..Bounds::default() };
    Ok((Served::start(&first, bounds).await?, first))
}

/// Whether somebody who trusts only this certificate gets in.
async fn shows(served: &Served, pair: &Pair) -> Result<bool, Error> {
    Ok(connect(&client(&[pair], &[&TLS13])?, served.address).await.is_ok())
}

#[tokio::test]
async fn both_versions_speak_http_1_1_and_who_comes_back_is_known() -> Outcome {
    let (served, trusted) = started().await?;
    for version in [&TLS13, &TLS12] {
        let client = client(&[&trusted], &[version])?;
        for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
            let mut stream = connect(&client, served.address).await?;
            let (_, session) = stream.get_ref();
            assert_eq!(session.protocol_version(), Some(version.version));
            assert_eq!(session.alpn_protocol(), Some(&b"http/1.1"[..]));
            assert_eq!(session.handshake_kind(), Some(kind), "{version:?}");
            let page = get(&mut stream, "/sign-in").await?;
            assert!(
                page.starts_with("HTTP/1.1 200 ") && page.contains("strict-transport-security"),
                "{page}"
            );
            assert!(get(&mut stream, "/health").await?.ends_with("ok"), "the connection goes on");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_changed_certificate_comes_into_service_and_open_connections_go_on() -> Outcome {
    let (served, first) = started().await?;
    let mut open = connect(&client(&[&first], &[&TLS13])?, served.address).await?;
    let second = pair(&[HOST], 2031)?;
    write(&served.folder(), &second)?;
    assert!(shows(&served, &first).await? && !shows(&served, &second).await?, "nobody has looked yet");
    timeout(Duration::from_secs(10), async {
        while !shows(&served, &second).await? {
            served.clock.advance(10_000);
        }
        Ok::<(), Error>(())
    })
    .await??;
    assert!(!shows(&served, &first).await?);
    assert!(get(&mut open, "/health").await?.ends_with("ok"));
    Ok(())
}

#[tokio::test]
async fn files_that_cannot_be_used_leave_the_certificate_of_before_in_service() -> Outcome {
    let (served, first) = started().await?;
    let tls = served.running.app.tls.as_ref().ok_or("no TLS")?;
    let now = Millis(1_800_000_000_000);
    let other = pair(&[HOST], 2031)?;
    let (certificate, key) = (served.folder().join("tls.pem"), served.folder().join("tls.key"));
    let look = || tls.look(now).map_err(|error| error.to_string());
    let broken = |content: &str, setting: &str| -> Outcome {
        let error = look().err().ok_or(format!("{content:?} is taken"))?;
        assert!(error.starts_with(setting) && error.contains("/tls."), "{error}");
        Ok(())
    };
    for content in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        fs::write(&certificate, content)?;
        broken(content, "tls.certificate: ")?;
        assert!(shows(&served, &first).await?);
    }
    fs::remove_file(&certificate)?;
    broken("no file", "tls.certificate: ")?;
    fs::write(&certificate, &first.certificate)?;
    for content in ["", &first.certificate, &other.key] {
        fs::write(&key, content)?;
        broken(content, "tls.key: ")?;
        assert!(shows(&served, &first).await?);
    }
    fs::write(&key, &first.key)?;
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644))?;
    broken("a key for everybody", "tls.key: ")?;
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640))?;
    assert_eq!(look(), Ok(false), "as before");
    write(&served.folder(), &other)?;
    assert_eq!(look(), Ok(true));
    assert!(shows(&served, &other).await?);
    Ok(())
}

#[tokio::test]
async fn nothing_starts_with_a_key_that_others_can_read() -> Outcome {
    let folder = tempfile::tempdir()?;
    let clock = ManualClock::standing(Millis(1_800_000_000_000));
    write(folder.path(), &pair(&[HOST], 2030)?)?;
    let start = || open(folder.path(), ([127, 0, 0, 1], 0).into(), &clock);
    for mode in [0o604, 0o644, 0o620, 0o777] {
        fs::set_permissions(folder.path().join("tls.key"), fs::Permissions::from_mode(mode))?;
        let error = start().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("tls.key: ") && error.contains("others could use it"), "{mode:o}: {error}");
    }
    fs::set_permissions(folder.path().join("tls.key"), fs::Permissions::from_mode(0o400))?;
    assert!(start().is_ok());
    Ok(())
}

#[tokio::test]
async fn an_old_certificate_or_one_for_another_host_is_told_and_still_served() -> Outcome {
    let (served, _) = started().await?;
    let tls = served.running.app.tls.as_ref().ok_or("no TLS")?;
    // The first second of 2031, UTC: the last day of 2030 begins a day earlier.
    let day = 24 * 60 * 60 * 1000;
    let last = tls.certificate().expires;
    let told = |host: &str, before: u64| tls.certificate().warnings(host, Millis(last.0 - before));
    assert_eq!(told(HOST, 14 * day), Vec::<String>::new());
    assert!(told(HOST, 14 * day - 1).concat().contains("expires on 2030-12-31, 14 days from now"));
    assert!(told(HOST, 1).concat().contains("1 days from now"));
    assert!(told(HOST, 0).concat().contains("expired on 2030-12-31"));
    assert!(told("other.example", 30 * day).concat().contains("is not for other.example"));
    Ok(())
}

#[tokio::test]
async fn plain_http_is_told_so_and_anything_else_is_closed() -> Outcome {
    let (served, trusted) = started().await?;
    let mut plain = Peer::connect(&served.plain()).await?;
    plain.say("GET /sign-in HTTP/1.1\r\nhost: a.example\r\n\r\n").await?;
    let answer = plain.answer().await?;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("https://"), "{answer}");
    for header in ["cache-control: no-store", "x-content-type-options: nosniff", "frame-ancestors 'none'"] {
        assert!(answer.contains(header), "{header}: {answer}");
    }
    assert!(plain.is_over().await);
    for nonsense in
        [&b"\x00\x01\x02\x03\x04\x05\x06\x07"[..], b"\x16\x03\x01\x00\x05hello", b"\x16\xff\xff\xff\xff\xff"]
    {
        let mut peer = Peer::connect(&served.plain()).await?;
        peer.say(nonsense).await?;
        assert!(peer.is_over().await, "{nonsense:?}");
    }
    assert!(shows(&served, &trusted).await?);
    Ok(())
}

#[tokio::test]
async fn handshakes_that_never_end_keep_nobody_out() -> Outcome {
    let clock = ManualClock::standing(Millis(1_000_000));
    let (served, trusted) = bounded(&clock, 12).await?;
    let mut peers = Vec::new();
    for index in 0..40 {
        let mut peer = Peer::connect(&served.plain()).await?;
        if index % 2 == 0 {
            // Half of a record that opens a handshake.
            peer.say(b"\x16\x03\x01\x02\x00\x01\x00").await?;
        }
        peers.push(peer);
    }
    let mut stream = connect(&client(&[&trusted], &[&TLS13])?, served.address).await?;
    assert!(get(&mut stream, "/health").await?.ends_with("ok"));
    for peer in &mut peers[..28] {
        assert!(peer.is_over().await, "the oldest make room");
    }
    assert!(!peers[39].is_over().await);
    for (what, start, drip) in [("silence", &b""[..], &b""[..]), ("a drip", b"\x16\x03\x01\x40\x00", b"\x01")]
    {
        let mut peer = Peer::connect(&served.plain()).await?;
        peer.say(start).await?;
        let left = peer.seconds_left(&clock, drip).await?;
        assert!((10..20).contains(&left), "{what}: {left} s");
    }
    Ok(())
}

#[tokio::test]
async fn whoever_stops_is_not_held_up_by_handshakes() -> Outcome {
    let (served, trusted) = started().await?;
    let mut silent = Peer::connect(&served.plain()).await?;
    silent.say(b"\x16\x03\x01").await?;
    let mut idle = connect(&client(&[&trusted], &[&TLS13])?, served.address).await?;
    get(&mut idle, "/health").await?;
    timeout(Duration::from_secs(10), served.running.stop()).await?;
    assert!(silent.is_over().await);
    Ok(())
}
