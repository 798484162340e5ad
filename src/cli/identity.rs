//! `--tls-cert`, `--tls-key`: who a server of ours is.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Failure;
use crate::smsc::server::Identity;

/// The options.
#[derive(Debug, Args)]
pub(super) struct Certificate {
    /// Speak TLS, with this certificate chain in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl Certificate {
    /// Certificate and key, read; `None`: no TLS.
    ///
    /// # Errors
    /// They cannot be read, or are none.
    pub(super) fn identity(&self) -> Result<Option<Identity>, Failure> {
        let (Some(chain), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        #[expect(clippy::disallowed_methods, reason = "the certificate and its key are no captures")]
        let read = |path: &Path| std::fs::read(path).map_err(|error| Failure::new(path.display(), error));
        Identity::from_pem(&read(chain)?, &read(key)?)
            .map(Some)
            .map_err(|error| Failure::new(chain.display(), error))
    }
}
