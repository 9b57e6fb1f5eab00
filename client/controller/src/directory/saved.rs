//! What of the directory outlives a restart, or is shared: which parts have changed.

use std::collections::{BTreeMap, BTreeSet};

use chainflix_primitives::Magnet;

use super::{Directory, Node};
use crate::protocol::CellRef;
use crate::state::packed::{Packed, set_bit};
use crate::state::{Change, Holding, Inventory};

/// Changes that are taken out at a time.
const CHANGES_AT_ONCE: usize = 4_096;
/// Bytes of packed inventories that are taken out at a time, beyond the first.
const BYTES_AT_ONCE: usize = 16 << 20;

/// What has changed since it was last taken out, by name: the present state is what is written.
#[derive(Debug, Default)]
pub(super) struct Unsaved {
    /// Whether anybody takes it out.
    pub(super) kept: bool,
    registrations: BTreeSet<Magnet>,
    nodes: BTreeSet<u32>,
    holdings: BTreeSet<(u32, Magnet, u8)>,
    /// Nodes of which all that they hold is to be written.
    inventories: BTreeSet<u32>,
    /// How often each node was named.
    leases: BTreeMap<u32, u32>,
}

impl Unsaved {
    pub(super) fn registration(&mut self, video: Magnet) {
        if self.kept {
            self.registrations.insert(video);
        }
    }

    pub(super) fn node(&mut self, provider: u32) {
        if self.kept {
            self.nodes.insert(provider);
        }
    }

    pub(super) fn holding(&mut self, provider: u32, cell: &CellRef) {
        if self.kept {
            self.holdings.insert((provider, cell.video, cell.rendition));
        }
    }

    pub(super) fn inventory(&mut self, provider: u32) {
        if self.kept {
            self.inventories.insert(provider);
        }
    }

    /// Renditions of which what a node holds has changed, which are forgotten here.
    fn take_holdings(&mut self, provider: u32) -> Vec<(Magnet, u8)> {
        let (first, last) = (
            (provider, Magnet([0; 32]), 0),
            (provider, Magnet([u8::MAX; 32]), u8::MAX),
        );
        let of_it: Vec<(u32, Magnet, u8)> = self.holdings.range(first..=last).copied().collect();
        of_it.iter().for_each(|named| {
            self.holdings.remove(named);
        });
        let named = of_it.into_iter();
        named
            .map(|(_, video, rendition)| (video, rendition))
            .collect()
    }

    pub(super) fn leased(&mut self, provider: u32) {
        if self.kept {
            let count = self.leases.entry(provider).or_default();
            *count = count.saturating_add(1);
        }
    }
}

impl Directory {
    /// From now on changes are kept until [`Self::take_changes`].
    pub fn keep_changes(&mut self) {
        self.unsaved.kept = true;
    }

    /// What has changed since the last call, or a part of it when that is much. Nodes come before what they hold.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        while changes.len() < CHANGES_AT_ONCE
            && let Some(video) = self.unsaved.registrations.pop_first()
        {
            changes.push(match self.videos.get(&video) {
                Some(found) => Change::Registered(video, found.registration),
                None => Change::VideoGone(video),
            });
        }
        while changes.len() < CHANGES_AT_ONCE
            && let Some(provider) = self.unsaved.nodes.pop_first()
        {
            changes.push(match self.nodes.get(&provider) {
                Some(node) => Change::Node(Box::new(node.saved())),
                None => Change::NodeGone(provider),
            });
        }
        self.take_held(&mut changes);
        changes
    }

    /// What nodes hold: the whole of those of which much has changed, else what has changed.
    fn take_held(&mut self, changes: &mut Vec<Change>) {
        let mut bytes = 0usize;
        while changes.len() < CHANGES_AT_ONCE && bytes < BYTES_AT_ONCE {
            let first = self.unsaved.holdings.first();
            let Some(provider) = first.map(|(provider, _, _)| *provider) else {
                break;
            };
            let changed = self.unsaved.take_holdings(provider);
            let Some(node) = self.nodes.get_mut(&provider) else {
                continue;
            };
            if node.is_long_log(changed.len()) || self.unsaved.inventories.contains(&provider) {
                self.unsaved.inventories.remove(&provider);
                let inventory = packed(node);
                bytes = bytes.saturating_add(inventory.packed.bytes().len());
                changes.push(Change::Inventory(inventory));
                continue;
            }
            node.logged = node.logged.saturating_add(changed.len());
            changes.extend(changed.into_iter().map(|(video, rendition)| {
                Change::Holding(Holding {
                    provider,
                    video,
                    rendition,
                    cells: bits(node, video, rendition),
                })
            }));
        }
        while changes.len() < CHANGES_AT_ONCE
            && bytes < BYTES_AT_ONCE
            && let Some(provider) = self.unsaved.inventories.pop_first()
        {
            // What has changed of it meanwhile is in the whole.
            self.unsaved.take_holdings(provider);
            if let Some(node) = self.nodes.get_mut(&provider) {
                let inventory = packed(node);
                bytes = bytes.saturating_add(inventory.packed.bytes().len());
                changes.push(Change::Inventory(inventory));
            }
        }
    }

    /// Changes that were taken out could not be written: they are to be taken out again.
    pub fn put_back(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Video { video, .. }
                | Change::Registered(video, _)
                | Change::VideoGone(video) => {
                    self.unsaved.registrations.insert(*video);
                }
                Change::Node(node) => {
                    self.unsaved.nodes.insert(node.registered.index);
                }
                Change::NodeGone(provider) => {
                    self.unsaved.nodes.insert(*provider);
                }
                Change::Inventory(Inventory { provider, .. }) => {
                    self.unsaved.inventories.insert(*provider);
                }
                Change::Holding(Holding {
                    provider,
                    video,
                    rendition,
                    ..
                }) => {
                    self.unsaved
                        .holdings
                        .insert((*provider, *video, *rendition));
                }
            }
        }
    }

    /// How often each node was named since the last call.
    pub fn take_leases(&mut self) -> BTreeMap<u32, u32> {
        std::mem::take(&mut self.unsaved.leases)
    }
}

/// All that `node` holds, as it will stand alone.
fn packed(node: &mut Node) -> Inventory {
    node.logged = 0;
    Inventory {
        provider: node.provider,
        packed: Packed::pack(&node.inventory, &node.digest),
    }
}

/// Cells of a rendition that a node holds.
pub(super) fn cells_of(node: &Node, video: Magnet, rendition: u8) -> impl Iterator<Item = CellRef> {
    let cell = |cell| CellRef {
        video,
        rendition,
        cell,
    };
    node.inventory.range(cell(0)..=cell(u16::MAX)).copied()
}

fn bits(node: &Node, video: Magnet, rendition: u8) -> Vec<u8> {
    let mut bits = Vec::new();
    for CellRef { cell, .. } in cells_of(node, video, rendition) {
        set_bit(&mut bits, cell);
    }
    bits
}
