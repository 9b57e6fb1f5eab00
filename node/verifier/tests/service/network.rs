//! The verifiers' network in one process: requests go straight to the service with the network key.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, Weak},
};

use chainflix_verifier::{MAX_PEER_MESSAGE_BYTES, PeerError, PeerNetwork, VerifierService};
use futures::future::BoxFuture;

/// Changes an answer on its way.
pub(crate) type Tamper = Arc<dyn Fn([u8; 32], &[u8], Vec<u8>) -> Vec<u8> + Send + Sync>;

/// Answers requests in the place of a service.
pub(crate) type Puppet = Arc<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

/// All services by network key.
#[derive(Default)]
pub(crate) struct Network {
    services: Mutex<BTreeMap<[u8; 32], Weak<VerifierService>>>,
    puppets: Mutex<BTreeMap<[u8; 32], Puppet>>,
    tamper: Mutex<Option<Tamper>>,
    silent: Mutex<Option<[u8; 32]>>,
    longest: Mutex<usize>,
}

impl Network {
    pub(crate) fn join(&self, key: [u8; 32], service: &Arc<VerifierService>) {
        let mut services = self.services.lock().expect("no test thread failed");
        services.insert(key, Arc::downgrade(service));
    }

    pub(crate) fn leave(&self, key: &[u8; 32]) {
        self.services
            .lock()
            .expect("no test thread failed")
            .remove(key);
    }

    /// Lets `puppet` answer for the node with this key.
    pub(crate) fn set_puppet(&self, key: [u8; 32], puppet: Puppet) {
        let mut puppets = self.puppets.lock().expect("no test thread failed");
        puppets.insert(key, puppet);
    }

    /// Lets `tamper` change the answers of verifiers; it gets who answers, the request and the answer.
    pub(crate) fn set_tamper(&self, tamper: Option<Tamper>) {
        *self.tamper.lock().expect("no test thread failed") = tamper;
    }

    /// Lets the node with this key take requests and never answer.
    pub(crate) fn set_silent(&self, key: [u8; 32]) {
        *self.silent.lock().expect("no test thread failed") = Some(key);
    }

    /// The longest message so far, in bytes.
    pub(crate) fn longest(&self) -> usize {
        *self.longest.lock().expect("no test thread failed")
    }

    fn note(&self, bytes: usize) {
        let mut longest = self.longest.lock().expect("no test thread failed");
        *longest = bytes.max(*longest);
    }
}

/// One node's way into the network.
pub(crate) struct NodeNetwork {
    pub(crate) network: Arc<Network>,
    pub(crate) own: [u8; 32],
}

impl PeerNetwork for NodeNetwork {
    fn request(
        &self,
        network_key: [u8; 32],
        request: Vec<u8>,
    ) -> BoxFuture<'static, Result<Vec<u8>, PeerError>> {
        let (network, from) = (Arc::clone(&self.network), self.own);
        Box::pin(async move {
            assert!(request.len() <= MAX_PEER_MESSAGE_BYTES);
            network.note(request.len());
            let silent = *network.silent.lock().expect("no test thread failed");
            if silent == Some(network_key) {
                std::future::pending::<()>().await;
            }
            let puppet = {
                let puppets = network.puppets.lock().expect("no test thread failed");
                puppets.get(&network_key).cloned()
            };
            if let Some(puppet) = puppet {
                return Ok(puppet(&request));
            }
            let service = {
                let services = network.services.lock().expect("no test thread failed");
                services.get(&network_key).and_then(Weak::upgrade)
            };
            let service = service.ok_or(PeerError::NotConnected)?;
            let answer = service.handle_peer(from, request.clone()).await;
            assert!(answer.len() <= MAX_PEER_MESSAGE_BYTES);
            network.note(answer.len());
            let tamper = network
                .tamper
                .lock()
                .expect("no test thread failed")
                .clone();
            Ok(match tamper {
                Some(tamper) => tamper(network_key, &request, answer),
                None => answer,
            })
        })
    }
}
