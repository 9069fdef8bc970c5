//! A certificate for `localhost`, which nobody trusts who was not told to.

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;

/// A certificate for `localhost` and `127.0.0.1`, and its key.
pub struct TestCertificate {
    pem: String,
    der: CertificateDer<'static>,
    key: Vec<u8>,
}

impl TestCertificate {
    /// One that counts.
    ///
    /// # Panics
    /// When the system has no randomness.
    pub fn valid() -> Self {
        Self::make(|_| {})
    }

    /// One whose time is over.
    ///
    /// # Panics
    /// When the system has no randomness.
    pub fn expired() -> Self {
        Self::make(|params| {
            params.not_before = date_time_ymd(2019, 1, 1);
            params.not_after = date_time_ymd(2020, 1, 1);
        })
    }

    fn make(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).expect("two good names");
        change(&mut params);
        let key = KeyPair::generate().expect("the system has randomness");
        let certificate = params.self_signed(&key).expect("a key signs its own certificate");
        Self { pem: certificate.pem(), der: certificate.der().clone(), key: key.serialize_der() }
    }

    /// What a sender has to trust.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub(super) fn server(&self) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone()));
        let mut tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], key)
            .expect("the key belongs to its certificate");
        tls.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(tls)
    }
}
