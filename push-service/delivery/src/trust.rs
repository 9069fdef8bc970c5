//! Whose certificates are believed.

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::sync::Arc;

/// The roots that a provider's certificate may lead to.
#[derive(Clone)]
pub struct Trust(Arc<RootCertStore>);

/// Why a text adds no root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Nothing to add.
    #[error("no certificate in PEM")]
    Empty,
    /// A part that is no certificate.
    #[error("not a certificate: {0}")]
    Certificate(String),
}

impl Trust {
    /// Those of the system.
    pub fn system() -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self(Arc::new(roots))
    }

    /// None: for [`Trust::and`].
    pub fn nobody() -> Self {
        Self(Arc::new(RootCertStore::empty()))
    }

    /// Those of before, and those in this PEM text: a proxy's that opens TLS, or a test's.
    pub fn and(&self, pem: &[u8]) -> Result<Self, TrustError> {
        let mut roots = (*self.0).clone();
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| TrustError::Certificate(error.to_string()))?;
            roots.add(certificate).map_err(|error| TrustError::Certificate(error.to_string()))?;
        }
        if roots.len() == before { Err(TrustError::Empty) } else { Ok(Self(Arc::new(roots))) }
    }

    /// TLS 1.2 and 1.3 by ring, with these protocols on top.
    pub(crate) fn client(&self, protocols: &[&[u8]]) -> ClientConfig {
        let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(Arc::clone(&self.0))
            .with_no_client_auth();
        tls.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        tls
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trust({} roots)", self.0.len())
    }
}
