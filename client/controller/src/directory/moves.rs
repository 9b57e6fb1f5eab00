//! Who takes in a cell: when a video is published, when copies are lost, when more are wanted.

use std::cmp::Reverse;

use chainflix_primitives::manifest::CellEntry;

use super::promises::{Purpose, until_ms};
use super::sources::{inactive, unknown_video};
use super::{Directory, Node, Promise};
use crate::choice_log::{Entry, PlacementDecision};
use crate::placement::{self, Site};
use crate::protocol::{ApiError, CellRef, ErrorCode, Peer};
use crate::registry::Registration;

/// Nodes that are looked at for a copy.
const MOST_SITES: usize = 32;
/// Always-on nodes that are looked at besides.
const MOST_ANCHORS: usize = 8;
/// Cells on their way to one node at most.
const MOST_INCOMING: u32 = 8;
/// Cells among which what is ordered at a time is divided, if there are as many that want copies.
const CELLS_AT_A_TIME: usize = 4;
/// Copies ordered at a time: one for so many nodes, within [`ORDERS`].
const NODES_PER_ORDER: usize = 4;
/// Least and most copies ordered at a time.
const ORDERS: std::ops::RangeInclusive<usize> = 8..=128;
/// One of so many orders at a time may be one that can wait.
const PATIENT_SHARE: usize = 2;
/// Cells that are looked at for each order that may be given.
const LOOKS_PER_ORDER: usize = 8;

/// How soon a copy is needed; smaller is sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// There is one copy left. By streams expected.
    Last(Reverse<u32>),
    /// A crowd comes. By cells between it and this one.
    Crowd(u16),
    /// There are fewer copies than are always kept. By their number, then by streams expected.
    Short(usize, Reverse<u32>),
    /// More copies would serve viewers better. By streams expected.
    Useful(Reverse<u32>),
}

impl Urgency {
    fn is_patient(self) -> bool {
        matches!(self, Self::Short(..) | Self::Useful(_))
    }
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
    /// Nodes that hold it, least loaded first.
    pub from: Vec<Peer>,
}

impl Directory {
    /// Who holds `cell`, and who shall take it in so that there are enough copies. Asking again for a cell that is on its
    /// way names the same nodes.
    ///
    /// # Errors
    /// When video or cell are not known, or there is nobody with space for it at all.
    pub fn place(&mut self, cell: CellRef) -> Result<(Vec<u32>, Vec<Order>), ApiError> {
        let entry = self.entry(&cell)?;
        let now = self.now_ms();
        if self.fleet.stale {
            self.muster(now);
        }
        let held_by: Vec<u32> = self
            .offered_holders(&cell, now)
            .filter(|node| !node.shares)
            .map(|node| node.provider)
            .collect();
        let (orders, _) = self.order(cell, &entry, self.copies, Purpose::Upload, now);
        if held_by.is_empty() && orders.is_empty() {
            return Err(ApiError::new(
                ErrorCode::NoSpace,
                "No storage node that is up has space for the video; start one or try again later.",
            ));
        }
        Ok((held_by, orders))
    }

    /// Copies that shall be made now, most urgent first, no more than nodes and lines can take.
    pub fn repairs(&mut self) -> Vec<Repair> {
        let now = self.now_ms();
        let nodes = self.fleet.roster.len().checked_div(NODES_PER_ORDER);
        let limit = nodes.unwrap_or(0).clamp(*ORDERS.start(), *ORDERS.end());
        let mut patient = limit.div_ceil(PATIENT_SHARE);
        let looks = limit.saturating_mul(LOOKS_PER_ORDER);
        let due: Vec<(Urgency, CellRef)> = self.wanting.iter().take(looks).copied().collect();
        let mut repairs = Vec::new();
        for (urgency, cell) in due {
            if repairs.len() >= limit {
                break;
            }
            if urgency.is_patient() && patient == 0 {
                continue;
            }
            let mut holders: Vec<&Node> = self.offered_holders(&cell, now).collect();
            let stream_rate = self.fleet.stream_rate;
            holders.sort_by_key(|node| node.load(stream_rate));
            let from: Vec<Peer> = holders.iter().take(4).map(|node| node.peer()).collect();
            // Each copy makes two more: beyond, those who hold it would send to so many that none is done soon.
            let goal = holders
                .len()
                .saturating_mul(3)
                .min(self.wanted_copies(&cell));
            let Ok(entry) = self.entry(&cell) else {
                continue;
            };
            if from.is_empty() {
                continue;
            }
            let left = limit.saturating_sub(repairs.len());
            // A crowd goes on to the cells that come next: none takes all that is ordered at a time.
            let share = left.min(limit.div_ceil(CELLS_AT_A_TIME));
            let most = if urgency.is_patient() {
                share.min(patient)
            } else {
                share
            };
            let (orders, fresh) = self.order(cell, &entry, goal, Purpose::Repair { most }, now);
            self.judge_copies(cell);
            let fresh_orders = orders
                .into_iter()
                .filter(|order| fresh.contains(&order.peer.provider));
            for (turn, order) in fresh_orders.enumerate() {
                if urgency.is_patient() {
                    patient = patient.saturating_sub(1);
                }
                let mut from = from.clone();
                let turns = turn.checked_rem(from.len()).unwrap_or(0);
                from.rotate_left(turns);
                repairs.push(Repair { order, cell, from });
            }
        }
        repairs
    }

    pub(crate) fn entry(&self, cell: &CellRef) -> Result<CellEntry, ApiError> {
        let video = self.videos.get(&cell.video).ok_or_else(unknown_video)?;
        if video.registration == Registration::Inactive {
            return Err(inactive());
        }
        let found = video.known.manifest.cell(cell.rendition, cell.cell);
        let (found, _) = found
            .ok_or_else(|| ApiError::new(ErrorCode::NotFound, "The video has no such cell."))?;
        Ok(found.entry.clone())
    }

    /// Promises space for the copies that `cell` lacks until it has `copies`. All nodes that it is on its way to, and those
    /// newly named.
    fn order(
        &mut self,
        cell: CellRef,
        entry: &CellEntry,
        copies: usize,
        purpose: Purpose,
        now: u64,
    ) -> (Vec<Order>, Vec<u32>) {
        let bytes = u64::from(entry.bytes);
        let promised: Vec<u32> = self
            .promises
            .get(&cell)
            .into_iter()
            .flatten()
            .map(|promise| promise.provider)
            .filter(|provider| self.is_offered(*provider, now))
            .collect();
        let fresh = self.choose_sites(cell, bytes, copies, purpose, &promised, now);
        for provider in &fresh {
            let promise = Promise {
                provider: *provider,
                bytes,
                until_ms: until_ms(purpose, bytes, now),
                is_repair: purpose != Purpose::Upload,
            };
            self.promises.entry(cell).or_default().push(promise);
            if let Some(node) = self.nodes.get_mut(provider) {
                node.reserved_bytes = node.reserved_bytes.saturating_add(bytes);
                node.incoming = node.incoming.saturating_add(1);
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

    fn choose_sites(
        &mut self,
        cell: CellRef,
        bytes: u64,
        copies: usize,
        purpose: Purpose,
        promised: &[u32],
        now: u64,
    ) -> Vec<u32> {
        let stream_rate = self.fleet.stream_rate;
        let mut holders: Vec<Site> = self
            .offered_holders(&cell, now)
            .filter(|node| node.keeps_copies())
            .map(|node| node.site(stream_rate))
            .collect();
        let on_their_way = promised.iter().filter_map(|id| self.nodes.get(id));
        let on_their_way: Vec<Site> = on_their_way.map(|node| node.site(stream_rate)).collect();
        holders.extend(on_their_way);
        if holders.len() >= copies {
            return Vec::new();
        }
        let copies = purpose.most().map_or(copies, |most| {
            copies.min(holders.len().saturating_add(most))
        });
        let number = self.number();
        let sites = self.sites(number, bytes, purpose, now);
        let chosen = placement::place(&sites, &holders, bytes, self.copies, copies);
        let decision = PlacementDecision {
            number,
            at_ms: self.clock.unix_ms(),
            cell,
            bytes,
            floor: self.copies,
            copies,
            sites,
            holders,
            chosen: chosen.clone(),
        };
        self.decided(Entry::Placement(decision));
        chosen
    }

    /// Nodes that can take in a cell of `bytes`; of very many, some that are spread over all, others for each `number`.
    fn sites(&self, number: u64, bytes: u64, purpose: Purpose, now: u64) -> Vec<Site> {
        let stream_rate = self.fleet.stream_rate;
        let able = |provider: &u32| {
            let node = self.nodes.get(provider)?;
            let able = node.is_offered(now)
                && !node.leaving
                && node.incoming < MOST_INCOMING
                && (purpose == Purpose::Upload || !node.rests(now));
            let site = node.site(stream_rate);
            (able && site.free_bytes >= bytes).then_some(site)
        };
        let some: Vec<Site> = spread(&self.fleet.roster, number)
            .filter_map(able)
            .take(MOST_SITES)
            .collect();
        let anchors = spread(&self.fleet.anchors, number)
            .filter_map(able)
            .take(MOST_ANCHORS);
        let mut sites = some;
        for anchor in anchors {
            if sites.iter().all(|site| site.provider != anchor.provider) {
                sites.push(anchor);
            }
        }
        sites
    }

    pub(super) fn is_offered(&self, provider: u32, now: u64) -> bool {
        self.nodes
            .get(&provider)
            .is_some_and(|node| node.is_offered(now))
    }
}

/// All of `roster`, beginning somewhere else for each `number` and going on in strides, so that neighbours in the list,
/// often one operator's, are not looked at together. Some may come twice.
fn spread(roster: &[u32], number: u64) -> impl Iterator<Item = &u32> {
    const STRIDE: usize = 7_919;
    let count = roster.len();
    let start = usize::try_from(number % 1_000_003).unwrap_or(0);
    let step = if count.is_multiple_of(STRIDE) {
        1
    } else {
        STRIDE
    };
    (0..count).filter_map(move |turn| {
        let place = start.wrapping_add(turn.wrapping_mul(step));
        roster.get(place.checked_rem(count)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_of_the_roster_is_reached_from_every_start() {
        for count in [1u32, 2, 60, 7_918, 7_919, 7_920, 10_000, 15_838] {
            let roster: Vec<u32> = (0..count).collect();
            for number in [0, 1, 77, u64::MAX] {
                let seen: std::collections::BTreeSet<&u32> = spread(&roster, number).collect();
                assert_eq!(seen.len(), roster.len());
            }
        }
    }
}
