//! TLS by rustls: the only file that names it.

use std::fmt;
use std::io;
use std::sync::{Arc, Weak};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{KeyLog, ServerConfig};

pub(super) use tokio_rustls::TlsAcceptor as Acceptor;
pub(super) use tokio_rustls::server::TlsStream;

use super::{Machine, Shared};

/// A certificate with those that lead to its root, and its key.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("chain", &self.chain.len()).finish_non_exhaustive()
    }
}

impl Identity {
    /// From PEM.
    ///
    /// # Errors
    /// There is no certificate in `chain`, or no private key in `key`.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> io::Result<Self> {
        let chain = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| io::Error::other(format!("certificate: {error}")))?;
        if chain.is_empty() {
            return Err(io::Error::other("certificate: none in PEM, at least one needed"));
        }
        let key =
            PrivateKeyDer::from_pem_slice(key).map_err(|error| io::Error::other(format!("key: {error}")))?;
        Ok(Self { chain, key })
    }
}

pub(super) fn acceptor<M: Machine>(identity: Identity, shared: &Arc<Shared<M>>) -> io::Result<Acceptor> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .map_err(|error| io::Error::other(format!("certificate and key: {error}")))?;
    if shared.is_tapped {
        config.key_log = Arc::new(TappedKeys(Arc::downgrade(shared)));
    }
    Ok(Acceptor::from(Arc::new(config)))
}

/// Hands the session keys to the tap.
struct TappedKeys<M>(Weak<Shared<M>>);

impl<M> fmt::Debug for TappedKeys<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TappedKeys")
    }
}

impl<M: Machine> KeyLog for TappedKeys<M> {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let hex = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
        if let Some(shared) = self.0.upgrade() {
            let line = format!("{label} {} {}", hex(client_random), hex(secret));
            shared.tap(|tap, _| tap.secret(&line));
        }
    }
}
