//! TLS by the service itself: 1.2 and 1.3, for HTTP/1.1, with a certificate that is read again when its files change.

mod certificate;

pub(crate) use certificate::read_key;
pub use certificate::{Certificate, CertificateError};

use crate::app::App;
use crate::config::{Config, TlsFiles};
use authenticator_protocol::time::Millis;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio_rustls::TlsAcceptor;

/// What takes TLS connections in.
pub struct Tls {
    files: TlsFiles,
    host: String,
    in_service: Arc<InService>,
    /// Takes one connection in.
    pub acceptor: TlsAcceptor,
    told: Mutex<Told>,
}

/// The certificate that new connections get.
#[derive(Debug)]
struct InService(RwLock<Certificate>);

/// What has been logged already: files are looked at every few seconds.
#[derive(Default)]
struct Told {
    failure: Option<CertificateError>,
    day: u64,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The library.
    #[error("tls: {0}")]
    Library(#[from] rustls::Error),
}

/// Milliseconds between two looks at the files.
const LOOK_EVERY: u64 = 10_000;

/// Milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1000;

impl ResolvesServerCert for InService {
    /// The one there is, whatever name was asked for.
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).key))
    }
}

impl Tls {
    /// Reads the certificate. `host` is the one of the public address.
    pub fn open(files: &TlsFiles, host: &str) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let certificate = Certificate::read(files, &provider)?;
        let in_service = Arc::new(InService(RwLock::new(certificate)));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(rustls::DEFAULT_VERSIONS)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&in_service) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Who comes back spares itself and us the signature.
        config.ticketer = ring::Ticketer::new()?;
        Ok(Self {
            files: files.clone(),
            host: host.to_owned(),
            in_service,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            told: Mutex::default(),
        })
    }

    /// The certificate that new connections get.
    pub fn certificate(&self) -> Certificate {
        self.in_service.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the files again. True when there was something new; when they cannot be used, those of before stay. Says
    /// so in the log, and once a day what the certificate lacks. Blocks.
    pub fn look(&self, now: Millis) -> Result<bool, CertificateError> {
        let provider = self.acceptor.config().crypto_provider();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let read = Certificate::read(&self.files, provider);
        let looked = match read {
            Ok(read) if read.hash == self.certificate().hash => {
                told.failure = None;
                Ok(false)
            }
            Ok(read) => {
                tracing::info!(expires = read.expires_on(), "a new certificate is in service");
                *self.in_service.0.write().unwrap_or_else(PoisonError::into_inner) = read;
                *told = Told::default();
                Ok(true)
            }
            Err(error) => {
                if told.failure.as_ref() != Some(&error) {
                    tracing::error!(%error, "the certificate cannot be read again; that of before stays");
                    told.failure = Some(error.clone());
                }
                Err(error)
            }
        };
        if told.day != now.0 / DAY {
            told.day = now.0 / DAY;
            self.warn(now);
        }
        looked
    }

    /// Says in the log what the certificate lacks.
    fn warn(&self, now: Millis) {
        for warning in self.certificate().warnings(&self.host, now) {
            tracing::warn!(warning, "certificate");
        }
    }
}

/// What an administrator should know about the configured certificate, in plain sentences.
pub fn warnings(config: &Config, now: Millis) -> Result<Vec<String>, TlsError> {
    let Some(files) = &config.tls else { return Ok(Vec::new()) };
    Ok(Certificate::read(files, &ring::default_provider())?.warnings(&config.host(), now))
}

/// Looks at the files until the service stops.
pub async fn watch(app: Arc<App>) {
    if let Some(tls) = &app.tls {
        tls.warn(app.clock.now());
        tls.told.lock().unwrap_or_else(PoisonError::into_inner).day = app.clock.now().0 / DAY;
    }
    loop {
        tokio::select! {
            () = app.stop.begun() => return,
            () = app.clock.sleep(LOOK_EVERY) => {}
        }
        let look = Arc::clone(&app);
        let looked = tokio::task::spawn_blocking(move || {
            if let Some(tls) = &look.tls {
                // It has said itself what is wrong.
                let _ = tls.look(look.clock.now());
            }
        });
        if let Err(error) = looked.await {
            tracing::error!(%error, "looking at the certificate");
        }
    }
}
