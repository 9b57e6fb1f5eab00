//! TLS to controllers and verifiers, whose endpoints may be `https://` and `wss://` URLs: the same for all that call them.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, DEFAULT_VERSIONS, RootCertStore};

/// What those who call trust: the certificate authorities of the system, or those that the variables `SSL_CERT_FILE` and
/// `SSL_CERT_DIR` name. They are read once, which takes some milliseconds. Without any, no handshake succeeds, and what
/// needs no TLS goes on.
#[must_use]
pub fn client_config() -> ClientConfig {
    static CONFIG: OnceLock<ClientConfig> = OnceLock::new();
    CONFIG.get_or_init(read).clone()
}

fn read() -> ClientConfig {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (trusted, _) = roots.add_parsable_certificates(found.certs);
    if trusted == 0 {
        tracing::info!(
            errors = ?found.errors,
            "the system knows no certificate authority, so no https:// or wss:// endpoint can be reached"
        );
    }
    // By name: two providers are linked in, and rustls would not know which one to take.
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(ring)
        .with_protocol_versions(DEFAULT_VERSIONS)
        .expect("ring has cipher suites of every version of TLS that rustls has")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
