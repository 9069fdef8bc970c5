//! The service with TLS of its own, and a client that knows its certificate.

use crate::Error;
use demo::organisation;
use push_service::app::{App, StartError};
use push_service::clock::{Clock as _, ManualClock};
use push_service::config::Config;
use push_service::connections::Bounds;
use push_service::keys::Keys;
use push_service::lifecycle::Running;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, crypto::ring};
use simulated_phone::Millis;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The host of its public address.
pub const HOST: &str = "mfa.regionx.example";

/// A service on a clock that stands still.
pub struct Served {
    /// The service.
    pub running: Running,
    /// Its clock.
    pub clock: ManualClock,
    /// Where it listens.
    pub address: SocketAddr,
    folder: TempDir,
}

/// A certificate and its key in PEM.
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
}

/// For these names, until the end of this year.
pub fn pair(names: &[&str], last_year: i32) -> Result<Pair, Error> {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
    params.not_after = rcgen::date_time_ymd(last_year, 12, 31);
    let key = KeyPair::generate()?;
    Ok(Pair { certificate: params.self_signed(&key)?.pem(), key: key.serialize_pem() })
}

/// Writes both files into `folder`.
pub fn write(folder: &Path, pair: &Pair) -> Result<(), Error> {
    fs::write(folder.join("tls.pem"), &pair.certificate)?;
    fs::write(folder.join("tls.key"), &pair.key)?;
    fs::set_permissions(folder.join("tls.key"), fs::Permissions::from_mode(0o600))?;
    Ok(())
}

/// The app of a service that has its certificate in `folder`.
pub fn open(folder: &Path, listen: SocketAddr, clock: &ManualClock) -> Result<Arc<App>, StartError> {
    let public = format!("https://{HOST}");
    let (certificate, key) = (folder.join("tls.pem"), folder.join("tls.key"));
    let text = organisation::configuration(&public, &public, listen, folder, "");
    let text = format!("{text}\n[tls]\ncertificate = {certificate:?}\nkey = {key:?}\n");
    let config = Config::parse(&text).expect("the configuration is valid");
    if !config.keys.exists() {
        Keys::create(&config.keys, clock.now().seconds())?;
    }
    App::open(config, Arc::new(clock.clone()))
}

impl Served {
    /// Starts with this certificate and these bounds.
    pub async fn start(pair: &Pair, bounds: Bounds) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        write(folder.path(), pair)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let clock = ManualClock::standing(Millis(1_800_000_000_000));
        let app = open(folder.path(), address, &clock)?;
        organisation::add_users(&app).await?;
        let running = Running::start_on(app, listener, bounds)?;
        Ok(Self { running, clock, address, folder })
    }

    /// The folder with its files.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// The same as [`Peer`](crate::peer::Peer) has it.
    pub fn plain(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// A TLS client that trusts these certificates alone, and remembers sessions.
pub fn client(
    trusted: &[&Pair],
    versions: &[&'static SupportedProtocolVersion],
) -> Result<TlsConnector, Error> {
    let mut roots = RootCertStore::empty();
    for pair in trusted {
        roots.add(CertificateDer::from_pem_slice(pair.certificate.as_bytes())?)?;
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Shakes hands.
pub async fn connect(client: &TlsConnector, address: SocketAddr) -> Result<TlsStream<TcpStream>, Error> {
    let stream = TcpStream::connect(address).await?;
    Ok(client.connect(ServerName::try_from(HOST)?, stream).await?)
}

/// Asks for a path; the whole answer. The connection goes on.
pub async fn get(stream: &mut TlsStream<TcpStream>, path: &str) -> Result<String, Error> {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: {HOST}\r\n\r\n").as_bytes()).await?;
    let mut all = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&all).into_owned();
        if let Some((header, body)) = text.split_once("\r\n\r\n") {
            let length = header.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.is_none_or(|length| length.parse().is_ok_and(|length: usize| body.len() >= length)) {
                return Ok(text);
            }
        }
        match stream.read_buf(&mut all).await? {
            0 => return Ok(text),
            _ => continue,
        }
    }
}
