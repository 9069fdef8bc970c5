//! Ten thousand connections that are slow or only half open, beside sign-ins.

use crate::turn;
use authenticator_protocol::request::paths;
use e2e::faults::Installation;
use e2e::faults::load::Load;
use e2e::served::{HOST, Pair, client, connect, pair, write};
use e2e::{Error, Outcome};
use push_service::clock::{Clock as _, SystemClock, monotonic};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

const ATTACKERS: usize = 10_000;
/// Of them, those that shake hands first: one after the other, since that costs this end as much as the other.
const SHAKE_HANDS: usize = 600;
const SIGN_INS: usize = 300;
const PEOPLE: usize = 12;
/// Sign-ins a second that are asked for.
const PACE: u64 = 200;

/// The beginning of a TLS handshake: a record of 512 bytes of which only a few ever come (RFC 8446 section 5.1).
const HALF_A_HELLO: &[u8] = &[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3];

/// Phones and backends here speak plain HTTP; the service does not.
async fn add_tls(address: SocketAddr, service: SocketAddr, tls: TlsConnector) -> Outcome {
    let listener = TcpListener::bind(address).await?;
    tokio::spawn(async move {
        while let Ok((mut plain, _)) = listener.accept().await {
            let tls = tls.clone();
            tokio::spawn(async move {
                if let Ok(mut sealed) = connect(&tls, service).await {
                    let _ = copy_bidirectional(&mut plain, &mut sealed).await;
                }
            });
        }
    });
    Ok(())
}

/// What all attackers share.
struct Attack {
    service: SocketAddr,
    tls: TlsConnector,
    open: AtomicUsize,
    begun: AtomicUsize,
    over: AtomicBool,
}

impl Attack {
    /// From one of many addresses, so that ports do not run out.
    async fn reach(&self, number: usize) -> Result<TcpStream, Error> {
        let [_, high, low, _] = u32::try_from(number % 50_000)?.to_be_bytes();
        let own = Ipv4Addr::new(127, 200 + high, low, u8::try_from(1 + number % 200)?);
        let socket = TcpSocket::new_v4()?;
        socket.bind((own, 0).into())?;
        Ok(socket.connect(self.service).await?)
    }

    /// Slow in one way until the service has had enough; then again.
    async fn go_on(self: Arc<Self>, number: usize) {
        while !self.over.load(Ordering::Relaxed) {
            self.open.fetch_add(1, Ordering::Relaxed);
            let _ = self.once(number).await;
            self.open.fetch_sub(1, Ordering::Relaxed);
            SystemClock.sleep(20).await;
        }
    }

    async fn once(&self, number: usize) -> Result<(), Error> {
        let mut stream = self.reach(number).await?;
        self.begun.fetch_add(1, Ordering::Relaxed);
        if number >= SHAKE_HANDS {
            if number.is_multiple_of(2) {
                stream.write_all(HALF_A_HELLO).await?;
            }
            // Ends when the service ends it.
            let _ = stream.read(&mut [0; 64]).await;
            return Ok(());
        }
        let mut stream = self.tls.connect(HOST.try_into()?, stream).await?;
        let start = if number.is_multiple_of(2) {
            format!("GET /sign-in HTTP/1.1\r\nhost: {HOST}\r\n")
        } else {
            let fetch = paths::FETCH;
            format!(
                "POST {fetch} HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: application/jose\r\ncontent-length: 9999\r\n\r\n"
            )
        };
        stream.write_all(start.as_bytes()).await?;
        stream.flush().await?;
        while !self.over.load(Ordering::Relaxed) {
            SystemClock.sleep(1_000).await;
            stream.write_all(b"x").await?;
            stream.flush().await?;
        }
        Ok(())
    }
}

fn files() -> Result<usize, Error> {
    Ok(usize::try_from(rlimit::increase_nofile_limit(u64::MAX)?)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_slow_and_half_open_connections_stop_no_sign_in() -> Outcome {
    let _turn = turn().await;
    // Systems that allow fewer files get as many as they allow.
    let count = ATTACKERS.min(files()?.saturating_sub(1_000));
    assert!(count >= 500, "raise RLIMIT_NOFILE");
    let installation = Installation::new()?;
    let process = installation.start().await?;
    let people = installation.people(PEOPLE).await?;
    process.stop()?;
    let trusted: Pair = pair(&[HOST], 2080)?;
    write(&installation.at("data"), &trusted)?;
    let certificate = installation.at("data").join("tls.pem");
    let (service, public) = (SocketAddr::new(installation.address.ip(), 8_444), format!("https://{HOST}"));
    let settings = format!(
        "export STYRK_PUBLIC_URL={public} STYRK_LISTEN={service} STYRK_TLS__CERTIFICATE={} STYRK_TLS__KEY={}",
        certificate.display(),
        certificate.with_extension("key").display()
    );
    let process = installation.start_within(&settings).await?;
    let tls = client(&[&trusted], &[&rustls::version::TLS13])?;
    add_tls(installation.address, service, tls.clone()).await?;
    let people = people.into_iter().map(|person| person.moved_to(&public)).collect();
    let load = Load::of(&installation, people, Some(PACE))?;
    load.more(20).await?;

    let (open, begun) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let attack = Arc::new(Attack { service, tls, open, begun, over: AtomicBool::new(false) });
    let mut attackers = Vec::new();
    for number in 0..count {
        attackers.push(tokio::spawn(Arc::clone(&attack).go_on(number)));
        if number % 200 == 0 {
            SystemClock.sleep(5).await;
        }
    }
    while attack.begun.load(Ordering::Relaxed) < count {
        SystemClock.sleep(20).await;
    }
    let (began, before) = (monotonic(), load.book.all().len());
    load.more(SIGN_INS).await?;
    let (took, done) = (monotonic() - began, load.book.all().len() - before);
    let (open, begun) = (attack.open.load(Ordering::Relaxed), attack.begun.load(Ordering::Relaxed));
    attack.over.store(true, Ordering::Relaxed);
    attackers.iter().for_each(tokio::task::JoinHandle::abort);
    let (said, lost) = load.end(&installation).await?;
    println!(
        "{open} connections were slow or half open, {begun} were begun: {:.0} sign-ins a second of {PACE} that were asked for \
         ({done} in {:.1} s); {} acknowledged in all, {} lost",
        done as f64 / took.as_secs_f64(),
        took.as_secs_f64(),
        said.len(),
        lost.len()
    );
    assert!(open > count * 9 / 10, "there was no attack to speak of: {open}");
    assert_eq!(lost, Vec::<String>::new());
    process.stop()?;
    Ok(())
}
