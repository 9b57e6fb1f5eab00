//! View blocks made beforehand, from a seed: real delegations, signatures, possession chains and nonces, in order.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    thread,
};

use chainflix_primitives::{
    AccountId, CellId, Hasher, RandomConstant, Round, Sha256,
    hash::Hash32,
    ids::AddressTag,
    merkle,
    play_data::ViewEvidence,
    possession::ChainStart,
    report::{Header, TicketsRoot},
    view::{Delivery, VIEW_VERSION, ViewClaim, ViewLeaf},
};

use crate::film::Film;
use crate::viewer::{Deliveries, Viewer, mined};
use crate::world::{ISSUER, PROVIDERS, Watched, World, play_code};

/// Cycle of all rounds of a measurement.
const CYCLE: u32 = 0;
/// What a cell takes, in ms: its playtime and the 50 ms of the protocol.
const ELAPSED_MS: u32 = 60_050;

/// One view block of [`ISSUER`] with everything that it answers for it.
pub(crate) struct Body {
    pub(crate) round: Round,
    pub(crate) header: Header,
    pub(crate) hashes: Vec<Hash32>,
    pub(crate) leaves: Vec<ViewLeaf>,
    pub(crate) places: HashMap<Hash32, u32>,
    /// Leaf hashes of the tickets, by round of issue.
    pub(crate) tickets: BTreeMap<Round, Vec<Hash32>>,
}

/// Makes `count` viewers from number `first` on, on all cores.
pub(crate) fn viewers(first: u64, count: usize) -> Vec<Viewer> {
    let numbers: Vec<u64> = (first..).take(count).collect();
    on_all_cores(&numbers, |number| Viewer::new(*number))
}

/// Maps in parallel; the order stays.
pub(crate) fn on_all_cores<T: Sync, R: Send>(all: &[T], map: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let part = all.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let running: Vec<_> = all
            .chunks(part)
            .map(|part| scope.spawn(|| part.iter().map(&map).collect::<Vec<R>>()))
            .collect();
        let parts = running.into_iter();
        parts
            .flat_map(|part| part.join().expect("it ends"))
            .collect()
    })
}

impl Body {
    /// One view of `minute` by each of `viewers`, accepted in `round`.
    pub(crate) fn new(world: &World, viewers: &[Arc<Viewer>], round: Round, minute: u16) -> Self {
        Self::with_false(world, viewers, round, minute, 0)
    }

    /// The same, but the first `false_views` of the viewers, who are in league with the issuer, never had their cells.
    pub(crate) fn with_false(
        world: &World,
        viewers: &[Arc<Viewer>],
        round: Round,
        minute: u16,
        false_views: u64,
    ) -> Self {
        let (film, starts_ms) = (
            &world.films[0],
            world.clock.start_of(round).expect("a time"),
        );
        let spread_ms = u64::from(world.clock.round_ms);
        let numbered: Vec<(u64, &Arc<Viewer>)> = (0u64..).zip(viewers).collect();
        let mut leaves = on_all_cores(&numbered, |(number, viewer)| {
            let accepted_ms = starts_ms + number % spread_ms;
            let issue_ms = accepted_ms - u64::from(ELAPSED_MS);
            view(film, viewer, minute, issue_ms, *number < false_views)
        });
        let mut tickets: BTreeMap<Round, Vec<Hash32>> = BTreeMap::new();
        for leaf in &mut leaves {
            let issued = world.clock.round_at(leaf.claim.issue_ms).expect("a round");
            let list = tickets.entry(issued).or_default();
            leaf.ticket_index = u32::try_from(list.len()).expect("few");
            list.push(leaf.ticket(ISSUER, issued).leaf_hash::<Sha256>());
        }
        leaves.sort_unstable_by_key(ViewLeaf::sort_key);
        let hashes = on_all_cores(&leaves, ViewLeaf::leaf_hash::<Sha256>);
        let header = Header {
            root: merkle::root::<Sha256>(&hashes),
            count: u32::try_from(leaves.len()).expect("few"),
            playtime_ms: 60_000 * leaves.len() as u64,
            debits: Default::default(),
            tickets: TicketsRoot {
                root: merkle::root::<Sha256>(&[]),
                count: 0,
            },
            late_tickets: Default::default(),
        };
        Self {
            round,
            header,
            places: (0u32..).zip(&hashes).map(|(n, hash)| (*hash, n)).collect(),
            hashes,
            leaves,
            tickets,
        }
    }

    /// Roots of its tickets.
    pub(crate) fn tickets_roots(&self) -> BTreeMap<Round, TicketsRoot> {
        let root = |(round, list): (&Round, &Vec<Hash32>)| {
            let root = TicketsRoot {
                root: merkle::root::<Sha256>(list),
                count: u32::try_from(list.len()).expect("few"),
            };
            (*round, root)
        };
        self.tickets.iter().map(root).collect()
    }

    /// Openings and receipts of one view, made when they are asked for.
    pub(crate) fn evidence(&self, world: &World, viewer: &Viewer, leaf: &ViewLeaf) -> ViewEvidence {
        let (film, claim) = (&world.films[0], &leaf.claim);
        let start = ChainStart {
            constant: claim.constant,
            play_code: claim.play_code,
            viewer: claim.viewer,
            cell: claim.cell_id::<Sha256>(),
        };
        let (indices, _) = film.walk(claim.minute, &start);
        let watched = Watched {
            viewer: claim.viewer,
            session_key: viewer.session_key(),
            film,
            minute: claim.minute,
            round: world.clock.round_at(claim.issue_ms).expect("a round"),
        };
        ViewEvidence {
            cell: film.entry(claim.minute).clone(),
            cell_path: film.entry_path(claim.minute),
            openings: film
                .openings(claim.minute, &indices)
                .try_into()
                .expect("eight"),
            receipts: world.receipts(&watched).try_into().expect("few"),
        }
    }
}

fn view(film: &Film, viewer: &Viewer, minute: u16, issue_ms: u64, is_false: bool) -> ViewLeaf {
    let account = viewer.account();
    let seed = [account.0.as_slice(), &minute.to_le_bytes()];
    let constant = RandomConstant(Sha256::sha256_parts(&seed));
    let code = play_code(&film.magnet, minute, &account, CYCLE);
    let start = ChainStart {
        constant,
        play_code: code,
        viewer: account,
        cell: CellId::of::<Sha256>(&film.magnet, 0, minute),
    };
    let (_, mut acc) = film.walk(minute, &start);
    if is_false {
        // All that can be said without the plaintext: signed and mined like any other.
        acc = Sha256::sha256(&acc);
    }
    let bytes = film.entry(minute).bytes;
    let claim = ViewClaim {
        version: VIEW_VERSION,
        viewer: account,
        delegation: viewer.delegation_hash,
        video: film.magnet,
        minute,
        rendition: 0,
        issue_ms,
        constant,
        play_code: code,
        acc,
        nonce: 0,
        deliveries: in_equal_parts(bytes),
        enhancements: Default::default(),
        ad: None,
    };
    let claim = mined(claim, CYCLE);
    ViewLeaf {
        signature: viewer.sign(&claim),
        claim,
        elapsed_ms: ELAPSED_MS,
        ticket_index: 0,
        address_tag: tag(&account),
    }
}

/// What a claim says of a cell that all providers delivered in equal parts.
fn in_equal_parts(cell_bytes: u32) -> Deliveries {
    let count = u32::try_from(PROVIDERS.len()).expect("few");
    let delivery = |provider| Delivery {
        provider,
        bytes: cell_bytes.div_ceil(count),
    };
    let deliveries: Vec<Delivery> = (0..count).map(delivery).collect();
    deliveries.try_into().expect("few")
}

/// An address group of the viewer's own.
fn tag(viewer: &AccountId) -> AddressTag {
    let mut tag = AddressTag::default();
    let bytes = tag.0.iter_mut().zip(viewer.0);
    bytes.for_each(|(byte, value)| *byte = value);
    tag
}
