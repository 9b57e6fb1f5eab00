//! Carrying out what a controller orders.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_controller::protocol::{CellRef, Command, DropReason, FromNode, Peer};
use chainflix_p2p::wire::{Run, StoreRefusal};
use chainflix_p2p::{PeerAddress, transfer};
use chainflix_primitives::placement::SignedGrant;
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, spawn_blocking};

use super::{ControllerEndpoint, Node};
use crate::grants::{GrantRules, Trusted};
use crate::metrics::Counters;
use crate::serving;
use crate::store::{Import, ImportError};

/// Cells that are fetched at a time.
const FETCHES: usize = 2;
/// Orders to fetch that may wait.
const WAITING: usize = 256;
/// Outcomes that may wait for the controller.
const OUTCOMES: usize = 1_024;

struct Fetch {
    cell: CellRef,
    from: Vec<Peer>,
    grant: SignedGrant,
}

/// Takes orders; what became of them comes out of the channel that [`Orders::start`] gives.
pub(crate) struct Orders {
    shared: Arc<Shared>,
    fetches: mpsc::Sender<Fetch>,
    task: AbortHandle,
}

struct Shared {
    node: Arc<Node>,
    rules: GrantRules,
    /// Key of the controller whose orders these are.
    controller: [u8; 32],
    outcomes: mpsc::Sender<FromNode>,
    /// Commands that wait for each cell that is being fetched: a controller may order one twice.
    pending: Mutex<HashMap<CellRef, Vec<u64>>>,
}

impl Drop for Orders {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Orders {
    pub(crate) fn start(
        node: Arc<Node>,
        endpoint: &ControllerEndpoint,
    ) -> (Self, mpsc::Receiver<FromNode>) {
        let (outcomes, told) = mpsc::channel(OUTCOMES);
        let (fetches, mut queue) = mpsc::channel::<Fetch>(WAITING);
        let controllers = Trusted::default();
        controllers.are([endpoint.key]);
        let rules = GrantRules {
            genesis: node.genesis,
            controllers,
            provider: node.provider,
            peer_key: node.keys.peer().public(),
        };
        let shared = Arc::new(Shared {
            node,
            rules,
            controller: endpoint.key,
            outcomes,
            pending: Mutex::default(),
        });
        let worker = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            let queue = futures::stream::poll_fn(|context| queue.poll_recv(context));
            queue
                .for_each_concurrent(FETCHES, |order| worker.fetch(order))
                .await;
        });
        let orders = Self {
            shared,
            fetches,
            task: task.abort_handle(),
        };
        (orders, told)
    }

    /// Begins to carry out a command.
    pub(crate) fn give(&self, id: u64, command: Command) {
        if self.shared.node.shares && !binds_sharers(&command) {
            let reason = "This is a viewer that shares; it takes no orders.".to_owned();
            self.shared.tell_later(id, Err(reason));
            return;
        }
        match command {
            Command::Fetch { from, grant } => {
                if let Err(reason) = self.order_fetch(id, from, grant) {
                    self.shared.tell_later(id, Err(reason));
                }
            }
            Command::Keep { cells } => {
                let store = self.shared.node.store.clone();
                self.shared.run(id, move || store.keep(&cells));
            }
            Command::Drop { cells, reason } => {
                let store = self.shared.node.store.clone();
                tracing::info!(cells = cells.len(), ?reason, "told to drop cells");
                let cells = self.shared.to_drop(cells, reason);
                self.shared.run(id, move || store.remove(&cells).map(drop));
            }
        }
    }

    fn order_fetch(&self, id: u64, from: Vec<Peer>, grant: SignedGrant) -> Result<(), String> {
        let now_ms = SystemClock::default().unix_ms();
        let checked = self.shared.rules.check_own(&grant, now_ms);
        let cell = checked.map_err(|refusal| refusal.to_string())?;
        if self.shared.node.store.holds(&cell) {
            self.shared.tell_later(id, Ok(()));
            return Ok(());
        }
        let mut pending = lock(&self.shared.pending);
        if let Some(ids) = pending.get_mut(&cell) {
            ids.push(id);
            return Ok(());
        }
        let order = Fetch { cell, from, grant };
        self.fetches
            .try_send(order)
            .map_err(|_| "The node has too many cells to fetch already.".to_owned())?;
        pending.insert(cell, vec![id]);
        Ok(())
    }
}

/// Whether a viewer that shares does what it is told: what it shares is its own affair, apart from what nobody may watch.
fn binds_sharers(command: &Command) -> bool {
    matches!(command, Command::Drop { reason, .. } if *reason != DropReason::Surplus)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Those of `cells` that go at once: all, unless other controllers may still want copies that this one can do without.
    fn to_drop(&self, cells: Vec<CellRef>, reason: DropReason) -> Vec<CellRef> {
        if reason != DropReason::Surplus {
            return cells;
        }
        let Node {
            consents, store, ..
        } = &*self.node;
        let holds = |cell: &CellRef| store.holds(cell);
        consents.agree(self.controller, cells, holds, Instant::now())
    }

    /// Runs what blocks, and tells the outcome.
    fn run<E: std::fmt::Display + Send + 'static>(
        self: &Arc<Self>,
        id: u64,
        work: impl FnOnce() -> Result<(), E> + Send + 'static,
    ) {
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let outcome = match spawn_blocking(work).await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("The node failed.".to_owned()),
            };
            shared.tell(id, outcome).await;
        });
    }

    fn tell_later(self: &Arc<Self>, id: u64, outcome: Result<(), String>) {
        let shared = Arc::clone(self);
        tokio::spawn(async move { shared.tell(id, outcome).await });
    }

    async fn tell(&self, id: u64, outcome: Result<(), String>) {
        let counters = &self.node.counters;
        let message = match outcome {
            Ok(()) => {
                Counters::add(&counters.commands_done, 1);
                FromNode::Done { id }
            }
            Err(reason) => {
                Counters::add(&counters.commands_failed, 1);
                tracing::warn!(
                    id,
                    reason,
                    "a command of the controller was not carried out"
                );
                let reason = reason.chars().take(80).collect();
                FromNode::Failed { id, reason }
            }
        };
        // Without a link there is nobody to tell.
        let _ = self.outcomes.send(message).await;
    }

    async fn fetch(&self, order: Fetch) {
        let cell = order.cell;
        let outcome = self.fetch_cell(order).await;
        let ids = lock(&self.pending).remove(&cell).unwrap_or_default();
        for id in ids {
            self.tell(id, outcome.clone()).await;
        }
    }

    async fn fetch_cell(&self, order: Fetch) -> Result<(), String> {
        let store = self.node.store.clone();
        let (cell, entry) = (order.cell, order.grant.grant.cell.clone());
        let bytes = u64::from(entry.bytes);
        let begun = spawn_blocking(move || store.import(cell, entry)).await;
        let import = match begun.map_err(|_| "The node failed.")? {
            Ok(import) => Arc::new(Mutex::new(import)),
            Err(ImportError::Held) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        let mut reason = "No node was named that holds the cell.".to_owned();
        for peer in &order.from {
            match self.fetch_from(peer, &order.grant, &import).await {
                Ok(()) => break,
                Err(why) => reason = format!("Provider {}: {why}", peer.provider),
            }
        }
        if !lock(&import).is_complete() {
            return Err(reason);
        }
        let finished = spawn_blocking(move || match Arc::try_unwrap(import) {
            Ok(import) => import
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner)
                .finish(),
            // The fetch is over and has let go of it.
            Err(_) => Err(ImportError::Busy),
        });
        finished
            .await
            .map_err(|_| "The node failed.")?
            .map_err(|error| error.to_string())?;
        Counters::add(&self.node.counters.bytes_taken_in, bytes);
        Ok(())
    }

    /// Fetches from one node what the import does not have yet; what came before a failure is good.
    async fn fetch_from(
        &self,
        peer: &Peer,
        grant: &SignedGrant,
        import: &Arc<Mutex<Import>>,
    ) -> Result<(), String> {
        let address = PeerAddress::parse(peer.peer_key, &peer.addresses);
        let address = address.map_err(|error| error.to_string())?;
        let first = lock(import).next_group();
        let take = |run: Run| {
            let import = Arc::clone(import);
            async move {
                let write = move || lock(&import).write(&run.bytes, &run.proof);
                match spawn_blocking(write).await {
                    Ok(written) => written.map_err(|error| serving::store_refusal(&error)),
                    Err(_) => Err(StoreRefusal::Failed),
                }
            }
        };
        transfer::get_cell(&self.node.network, &address, grant, first, take)
            .await
            .map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_that_shares_erases_what_nobody_may_watch_and_takes_no_other_order() {
        let drop = |reason| {
            let cells = Vec::new();
            binds_sharers(&Command::Drop { cells, reason })
        };
        assert!(drop(DropReason::Restricted) && drop(DropReason::NeverRegistered));
        assert!(!drop(DropReason::Surplus));
        assert!(!binds_sharers(&Command::Keep { cells: Vec::new() }));
    }
}
