//! Controllers and verifiers behind TLS, as production networks have them.
//!
//! Whom a process trusts it reads once, from its environment: the test runs its own program again as a child, which trusts
//! the authority that it is told to.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use chainflix_storage_node::StorageNode;
use chainflix_storage_node::keys::VerifierEndpoint;
use chainflix_storage_node::link::LinkState;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::chain::{World, keys_of, link_state, linked};
use crate::verifier::Verifier;
use crate::world::{Cell, open};

/// Says, by being there, that this is a child, and whether it trusts the servers' authority.
const TRUSTS: &str = "CHAINFLIX_TEST_TRUSTS_THE_AUTHORITY";
/// The servers' certificate and key in a child, as hexadecimal DER.
const SERVER: [&str; 2] = ["CHAINFLIX_TEST_CERTIFICATE", "CHAINFLIX_TEST_KEY"];

struct Authority {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, key }
    }

    /// Certificate and key of a server of the name `localhost`.
    fn server(&self) -> [Vec<u8>; 2] {
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.certificate, &self.key);
        [certificate.unwrap().der().to_vec(), key.serialize_der()]
    }
}

/// Takes TLS connections for whoever listens at `to`, as a proxy before it does. Returns the port.
async fn proxy(to: SocketAddr) -> u16 {
    let [certificate, key] = SERVER.map(|name| hex::decode(std::env::var(name).unwrap()).unwrap());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.into()],
            PrivatePkcs8KeyDer::from(key).into(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Whoever does not trust the certificate goes away in the handshake.
                let Ok(mut down) = acceptor.accept(stream).await else {
                    return;
                };
                let mut up = TcpStream::connect(to).await.unwrap();
                let _ = copy_bidirectional(&mut down, &mut up).await;
            });
        }
    });
    port
}

/// A node whose controller and whose verifier stand behind TLS.
async fn node_in_a_child(trusts: bool) {
    let folder = tempfile::tempdir().unwrap();
    let cell = Cell::new(0, 8_192);
    let world = World::new(1).await;
    let (video, cells, manifest) = world.publish(&[cell]).await;
    let store = open(folder.path());
    cells[0].take_in(&store).unwrap();
    drop(store);
    let (mut config, keys) = world.provider(7, folder.path());
    let controller = proxy(world.controller.address).await;
    config.controllers[0].url = format!("https://localhost:{controller}");
    let known = HashMap::from([(7, keys_of(7).exchange_key())]);
    let verifier = Verifier::start(2, known).await;
    let address = verifier.endpoint.strip_prefix("ws://").unwrap();
    let listed = vec![VerifierEndpoint {
        endpoint: format!("wss://localhost:{}", proxy(address.parse().unwrap()).await),
        ..verifier.listed()
    }];
    let node = StorageNode::start(config, keys, Arc::new(listed));
    let node = node.await.unwrap();
    if trusts {
        linked(&node).await;
        world.until(|nodes| nodes.len() == 1).await;
        for _ in 0..1_000 {
            if node.status().verifiers == 1 && node.store().manifest(&video).is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(node.status().verifiers, 1);
        assert_eq!(node.store().manifest(&video), Some(manifest));
    } else {
        tokio::time::sleep(Duration::from_secs(3)).await;
        link_state(&node, |state| *state == LinkState::Connecting).await;
        assert!(world.nodes().await.is_empty());
        assert_eq!(node.status().verifiers, 0);
        assert_eq!(node.store().manifest(&video), None);
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn controllers_and_verifiers_behind_tls_are_reached_when_their_certificate_is_trusted_and_only_then()
 {
    if let Some(trusts) = std::env::var_os(TRUSTS) {
        return node_in_a_child(trusts == "yes").await;
    }
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let [certificate, key] = authority.server();
    for (trusts, trusted) in [("yes", &authority), ("no", &Authority::new())] {
        let file = folder.path().join(trusts);
        std::fs::write(&file, trusted.certificate.pem()).unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("encrypted::controllers_and_verifiers_behind_tls_are_reached_when_their_certificate_is_trusted_and_only_then")
            .env(TRUSTS, trusts)
            .env(SERVER[0], hex::encode(&certificate))
            .env(SERVER[1], hex::encode(&key))
            .env("SSL_CERT_FILE", &file)
            .env_remove("SSL_CERT_DIR")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(said.contains("1 passed"), "trusts: {trusts}\n{said}");
        assert!(child.status.success(), "trusts: {trusts}\n{said}");
    }
}
