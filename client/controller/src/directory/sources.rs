//! Who serves a cell, who takes one in, and which copies have to be made anew.

use chainflix_primitives::manifest::CellEntry;

use super::{Directory, Promise};
use crate::choice::{self, Candidate};
use crate::choice_log::Decision;
use crate::placement::{self, Site};
use crate::protocol::{ApiError, CellRef, ErrorCode, Peer};
use crate::registry::Registration;

/// Space is promised for so long after a grant, in ms.
pub(super) const PROMISE_MS: u64 = 15 * 60 * 1_000;

/// The answer to "who serves this cell?".
#[derive(Clone, Debug)]
pub struct SourcesChoice {
    /// The decision, for the log.
    pub decision: Decision,
    /// Those named, best first.
    pub peers: Vec<Peer>,
}

/// A cell that a node shall take in.
#[derive(Clone, Debug)]
pub struct Order {
    /// The node.
    pub peer: Peer,
    /// The cell.
    pub cell: CellEntry,
}

/// A copy that shall be made.
#[derive(Clone, Debug)]
pub struct Repair {
    /// Which cell, and who takes it in.
    pub order: Order,
    /// The cell's place.
    pub cell: CellRef,
    /// Nodes that hold it.
    pub from: Vec<Peer>,
}

impl Directory {
    /// Nodes that hold `cell` and are offered.
    pub(super) fn offered_holders<'a>(
        &'a self,
        cell: &CellRef,
        now_ms: u64,
    ) -> impl Iterator<Item = &'a super::Node> {
        self.holders
            .get(cell)
            .into_iter()
            .flatten()
            .filter_map(|provider| self.nodes.get(provider))
            .filter(move |node| node.is_offered(now_ms))
    }

    /// Chooses at most `wanted` nodes to serve `cell`, and leases them.
    ///
    /// # Errors
    /// When the video is not known, may not be watched, or no node that is offered holds the cell.
    pub fn sources(&mut self, cell: CellRef, wanted: usize) -> Result<SourcesChoice, ApiError> {
        let video = self.videos.get(&cell.video).ok_or_else(unknown_video)?;
        if video.registration == Registration::Inactive {
            return Err(ApiError::new(
                ErrorCode::NotFound,
                "The video is restricted or withdrawn.",
            ));
        }
        if video
            .known
            .manifest
            .cell(cell.rendition, cell.cell)
            .is_none()
        {
            return Err(ApiError::new(
                ErrorCode::NotFound,
                "The video has no such cell.",
            ));
        }
        let now = self.now_ms();
        let mut candidates: Vec<Candidate> = self
            .offered_holders(&cell, now)
            .map(|node| Candidate {
                provider: node.provider,
                load: node.load(),
                failures: node.recent_failures(now),
            })
            .collect();
        candidates.sort_unstable_by_key(|candidate| candidate.provider);
        if candidates.is_empty() {
            return Err(ApiError::new(
                ErrorCode::NoSource,
                "No storage node that is up holds this cell; try again in a moment.",
            ));
        }
        let number = self.decisions;
        self.decisions = self.decisions.wrapping_add(1);
        let chosen = choice::choose(number, &cell, &candidates, wanted);
        let mut peers = Vec::with_capacity(chosen.len());
        for provider in &chosen {
            if let Some(node) = self.nodes.get_mut(provider) {
                node.leased(now, chosen.len());
                peers.push(node.peer());
            }
        }
        let decision = Decision {
            number,
            at_ms: self.clock.unix_ms(),
            cell,
            candidates,
            wanted,
            chosen,
        };
        Ok(SourcesChoice { decision, peers })
    }

    /// Who holds `cell`, and who shall take it in so that there are enough copies. Asking again for a cell that is on its
    /// way names the same nodes.
    ///
    /// # Errors
    /// When video or cell are not known, or there is nobody with space for it at all.
    pub fn place(&mut self, cell: CellRef) -> Result<(Vec<u32>, Vec<Order>), ApiError> {
        let entry = self.entry(&cell)?;
        let now = self.now_ms();
        let held_by: Vec<u32> = self
            .offered_holders(&cell, now)
            .map(|node| node.provider)
            .collect();
        let (orders, _) = self.order(cell, &entry, now);
        if held_by.is_empty() && orders.is_empty() {
            return Err(ApiError::new(
                ErrorCode::NoSpace,
                "No storage node that is up has space for the video; start one or try again later.",
            ));
        }
        Ok((held_by, orders))
    }

    /// At most `limit` copies to be made of cells that have too few.
    pub fn repairs(&mut self, limit: usize) -> Vec<Repair> {
        let now = self.now_ms();
        let mut repairs = Vec::new();
        for cell in self.short.iter().copied().collect::<Vec<_>>() {
            if repairs.len() >= limit {
                break;
            }
            let from: Vec<Peer> = self
                .offered_holders(&cell, now)
                .map(super::Node::peer)
                .collect();
            let Ok(entry) = self.entry(&cell) else {
                continue;
            };
            if from.is_empty() {
                continue;
            }
            let (orders, fresh) = self.order(cell, &entry, now);
            let fresh_orders = orders
                .into_iter()
                .filter(|order| fresh.contains(&order.peer.provider));
            repairs.extend(fresh_orders.map(|order| Repair {
                order,
                cell,
                from: from.clone(),
            }));
        }
        repairs
    }

    fn entry(&self, cell: &CellRef) -> Result<CellEntry, ApiError> {
        let video = self.videos.get(&cell.video).ok_or_else(unknown_video)?;
        let found = video.known.manifest.cell(cell.rendition, cell.cell);
        let (found, _) = found
            .ok_or_else(|| ApiError::new(ErrorCode::NotFound, "The video has no such cell."))?;
        Ok(found.entry.clone())
    }

    /// Promises space for the copies that `cell` lacks. All nodes that it is on its way to, and those newly named.
    fn order(&mut self, cell: CellRef, entry: &CellEntry, now: u64) -> (Vec<Order>, Vec<u32>) {
        let bytes = u64::from(entry.bytes);
        let promised: Vec<u32> = self
            .promises
            .get(&cell)
            .into_iter()
            .flatten()
            .map(|promise| promise.provider)
            .filter(|provider| self.is_offered(*provider, now))
            .collect();
        let sites_of = |directory: &Self, providers: &[u32]| -> Vec<Site> {
            let nodes = providers.iter().filter_map(|id| directory.nodes.get(id));
            nodes.map(super::Node::site).collect()
        };
        let mut holders: Vec<Site> = self
            .offered_holders(&cell, now)
            .map(super::Node::site)
            .collect();
        holders.extend(sites_of(self, &promised));
        let sites: Vec<Site> = self
            .nodes
            .values()
            .filter(|node| node.is_offered(now))
            .map(super::Node::site)
            .collect();
        let fresh = placement::place(&sites, &holders, bytes, self.copies);
        for provider in &fresh {
            let promise = Promise {
                provider: *provider,
                bytes,
                until_ms: now.saturating_add(PROMISE_MS),
            };
            self.promises.entry(cell).or_default().push(promise);
            if let Some(node) = self.nodes.get_mut(provider) {
                node.reserved_bytes = node.reserved_bytes.saturating_add(bytes);
            }
        }
        let orders = promised
            .iter()
            .chain(&fresh)
            .filter_map(|provider| self.nodes.get(provider))
            .map(|node| Order {
                peer: node.peer(),
                cell: entry.clone(),
            })
            .collect();
        (orders, fresh)
    }

    fn is_offered(&self, provider: u32, now: u64) -> bool {
        self.nodes
            .get(&provider)
            .is_some_and(|node| node.is_offered(now))
    }

    /// The cell has arrived: its space is no longer promised but used.
    pub(super) fn keep_promise(&mut self, provider: u32, cell: &CellRef) {
        self.release(cell, |promise| promise.provider == provider);
    }

    pub(super) fn lapse_promises(&mut self, now_ms: u64) {
        let cells: Vec<CellRef> = self.promises.keys().copied().collect();
        for cell in cells {
            self.release(&cell, |promise| promise.until_ms <= now_ms);
        }
    }

    fn release(&mut self, cell: &CellRef, is_over: impl Fn(&Promise) -> bool) {
        let Some(promises) = self.promises.get_mut(cell) else {
            return;
        };
        let nodes = &mut self.nodes;
        promises.retain(|promise| {
            let over = is_over(promise);
            if let Some(node) = nodes.get_mut(&promise.provider).filter(|_| over) {
                node.reserved_bytes = node.reserved_bytes.saturating_sub(promise.bytes);
            }
            !over
        });
        if promises.is_empty() {
            self.promises.remove(cell);
        }
    }
}

fn unknown_video() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "This controller does not know the video; check the magnet, or ask another controller.",
    )
}
