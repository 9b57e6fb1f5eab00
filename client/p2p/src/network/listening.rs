//! Binding the addresses of a swarm that starts.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures::StreamExt;
use libp2p::Multiaddr;
use libp2p::core::transport::ListenerId;
use libp2p::swarm::SwarmEvent;
use tokio::time::{Instant, timeout_at};

use super::StartError;
use super::actor::Actor;
use super::reasons::innermost;

/// What has to be bound is bound within this time.
const NEEDED: Duration = Duration::from_secs(10);
/// What is only wanted is waited for so long: on a machine without any IPv6 address, a socket of that family can be had,
/// but never says where it is bound.
const WANTED: Duration = Duration::from_secs(1);

impl Actor {
    /// Listens at each address, and waits until it is bound: dialling before that would tell others a wrong port. Those
    /// that are `wanted` where the machine allows it are no reason to fail.
    pub(super) async fn listen(
        &mut self,
        needed: Vec<Multiaddr>,
        wanted: Vec<Multiaddr>,
    ) -> Result<(), StartError> {
        let begun = Instant::now();
        let mut optional = HashSet::<ListenerId>::new();
        for address in wanted {
            match self.swarm.listen_on(address.clone()) {
                Ok(listener) => drop(optional.insert(listener)),
                Err(error) => tracing::debug!(%address, error = innermost(&error), "not bound"),
            }
        }
        let mut waiting = HashMap::<ListenerId, Multiaddr>::new();
        for address in needed {
            match self.swarm.listen_on(address.clone()) {
                Ok(listener) => {
                    waiting.insert(listener, address);
                }
                Err(error) => {
                    return Err(StartError::Listen {
                        address,
                        reason: innermost(&error),
                    });
                }
            }
        }
        while !waiting.is_empty() || !optional.is_empty() {
            let patience = if waiting.is_empty() { WANTED } else { NEEDED };
            let next = timeout_at(begun + patience, self.swarm.select_next_some());
            let Ok(event) = next.await else { break };
            match &event {
                SwarmEvent::NewListenAddr { listener_id, .. } => {
                    waiting.remove(listener_id);
                    optional.remove(listener_id);
                }
                SwarmEvent::ListenerClosed {
                    listener_id,
                    reason: Err(error),
                    ..
                } => {
                    optional.remove(listener_id);
                    if let Some(address) = waiting.remove(listener_id) {
                        let reason = error.to_string();
                        return Err(StartError::Listen { address, reason });
                    }
                }
                _ => {}
            }
            self.handle(event);
        }
        if waiting.is_empty() {
            Ok(())
        } else {
            Err(StartError::Transport("no address was bound".to_owned()))
        }
    }
}
