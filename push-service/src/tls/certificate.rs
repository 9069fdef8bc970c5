//! A certificate chain with its key, as two files have them.

use super::DAY;
use crate::config::TlsFiles;
use authenticator_protocol::time::Millis;
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use x509_cert::der::Decode as _;
use zeroize::Zeroizing;

/// What was read.
#[derive(Clone, Debug)]
pub struct Certificate {
    pub(super) key: Arc<CertifiedKey>,
    /// The first moment at which it counts no longer.
    pub expires: Millis,
    /// Of both files.
    pub(super) hash: [u8; 32],
}

/// Why a certificate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {}: {problem}", path.display())]
pub struct CertificateError {
    /// `tls.certificate` or `tls.key`.
    pub setting: &'static str,
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: String,
}

/// Days before its end from which a certificate is told to be renewed.
const SOON: u64 = 14;

impl Certificate {
    /// Reads both files, and checks that they belong together.
    pub fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<Self, CertificateError> {
        let of_certificate = wrong("tls.certificate", &files.certificate);
        let of_key = wrong("tls.key", &files.key);
        let text = fs::read(&files.certificate).map_err(|error| of_certificate(error.to_string()))?;
        let chain = CertificateDer::pem_slice_iter(&text)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| of_certificate(format!("not PEM: {error}")))?;
        let own = chain.first().ok_or_else(|| of_certificate("has no certificate in PEM".to_owned()))?;
        let expires = expires(own).map_err(|error| of_certificate(format!("not a certificate: {error}")))?;
        let secret = read_key(&files.key).map_err(&of_key)?;
        let hash = Sha256::new().chain_update(Sha256::digest(&text)).chain_update(Sha256::digest(&secret));
        let key = PrivateKeyDer::from_pem_slice(&secret).map_err(|_| {
            of_key("has no private key in PEM without a passphrase (PKCS#8, SEC1 or PKCS#1)".to_owned())
        })?;
        let key = CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                of_key(format!("is not the key of {}", files.certificate.display()))
            }
            error => of_key(error.to_string()),
        })?;
        Ok(Self { key: Arc::new(key), expires, hash: hash.finalize().into() })
    }

    /// The day on which it expires: "2026-12-24", UTC.
    pub fn expires_on(&self) -> String {
        let time = jiff::Timestamp::from_millisecond(i64::try_from(self.expires.0).unwrap_or(i64::MAX));
        time.map_or_else(|_| "a day after 9999".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
    }

    /// What an administrator should know about it, in plain sentences.
    pub fn warnings(&self, host: &str, now: Millis) -> Vec<String> {
        let mut warnings = Vec::new();
        let left = self.expires.since(now);
        if left == 0 {
            let day = self.expires_on();
            warnings.push(format!("tls.certificate expired on {day}: browsers and phones refuse it."));
        } else if left < SOON * DAY {
            let (day, days) = (self.expires_on(), left.div_ceil(DAY));
            warnings.push(format!("tls.certificate expires on {day}, {days} days from now: renew it."));
        }
        if !self.is_for(host) {
            warnings.push(format!("tls.certificate is not for {host}, the host of public_url."));
        }
        warnings
    }

    fn is_for(&self, host: &str) -> bool {
        let own = self.key.end_entity_cert().ok();
        let parsed = own.and_then(|own| ParsedCertificate::try_from(own).ok());
        let name = ServerName::try_from(host).ok();
        parsed.zip(name).is_some_and(|(own, name)| verify_server_name(&own, &name).is_ok())
    }
}

fn wrong<'a>(setting: &'static str, path: &'a Path) -> impl Fn(String) -> CertificateError + 'a {
    move |problem| CertificateError { setting, path: path.into(), problem }
}

/// Its group may read it: Debian's `ssl-cert`, and systemd where it gives a credential by an access list.
pub(crate) fn read_key(path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    let mode = fs::metadata(path).map_err(|error| error.to_string())?.permissions().mode();
    if mode & 0o037 != 0 {
        return Err(format!("has mode {:o}: others could use it; chmod 600, or 640", mode & 0o777));
    }
    fs::read(path).map(Zeroizing::new).map_err(|error| error.to_string())
}

/// `notAfter` is the last second in which it counts (RFC 5280 section 4.1.2.5).
fn expires(certificate: &CertificateDer<'_>) -> Result<Millis, x509_cert::der::Error> {
    let parsed = x509_cert::Certificate::from_der(certificate)?;
    let last = parsed.tbs_certificate().validity().not_after.to_unix_duration().as_secs();
    Ok(Millis(last.saturating_add(1).saturating_mul(1000)))
}
