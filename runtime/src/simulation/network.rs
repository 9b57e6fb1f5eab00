//! The verifiers of the local network, which accept views and report them.

mod openings;

use super::{
    viewer::{Cell, Viewer},
    walk::authorized,
};
use crate::{Pov, Runtime, RuntimeCall, System, UncheckedExtrinsic};
use chainflix_primitives::{
    AccountId, Magnet, Round, Sha256, Signature64, draw,
    duty::SetSecretRecord,
    fault::{FaultEvidence, FaultProof, PlacedLeaf},
    hash::Hash32,
    merkle::{self, Tree},
    play_data::Path,
    registry::Discipline,
    report::{
        Debit, EarningsTriple, Header, LateTickets, PersonalRoot, REPORT_VERSION, Report,
        TicketsRoot, Verdict, VerdictOn,
    },
    ticket::Ticket,
    view::ViewLeaf,
};
use codec::Encode;
use frame_support::BoundedVec;
use sp_core::Pair;
use sp_keyring::Sr25519Keyring;
use std::collections::{BTreeMap, BTreeSet};

/// How long after the start of a round the last views of it may start, of rounds of 7.2 s.
const LAST_ISSUE_MS: u64 = 7_000;

/// Verifiers with what they have issued and accepted, and the viewers that they know.
pub struct Network {
    /// By ascending account, as the chain orders them.
    pub nodes: Vec<Node>,
    viewers: Vec<Viewer>,
}

/// One verifier.
pub struct Node {
    /// Whose keys it has.
    pub keyring: Sr25519Keyring,
    /// Its account.
    pub account: AccountId,
    /// Tickets by round of issue, in order.
    tickets: BTreeMap<Round, Vec<Ticket>>,
    /// View blocks by round.
    blocks: BTreeMap<Round, ViewBlock>,
}

/// What a verifier accepted in a round, or carries into it.
#[derive(Clone, Default)]
pub struct ViewBlock {
    leaves: Vec<ViewLeaf>,
    /// Leaves whose nonce nobody mined.
    bad: BTreeSet<Hash32>,
    /// The playtime that its header says, in ms. The chain can't add up what it does not see.
    pub playtime_ms: u64,
    /// What its header says that campaigns owe, in units.
    pub debits: BTreeMap<u32, u128>,
}

/// What is asked of a verifier's next report.
#[derive(Default)]
pub struct Request {
    /// Issuers whose blocks it does not approve.
    pub absent: BTreeSet<AccountId>,
    /// The earnings that it votes for.
    pub earnings: Option<EarningsTriple>,
}

/// What a report said, for whoever wants to foretell what follows from it.
pub struct Said {
    /// Its transaction.
    pub transaction: UncheckedExtrinsic,
    /// The report.
    pub report: Report,
    /// Whether each drawn leaf of its own header is opened, and right.
    pub opens_rightly: bool,
}

impl Network {
    /// Alice, Bob, Charlie and Dave, who are the verifiers of `local_testnet`, on the chain that is being executed.
    #[must_use]
    pub fn local() -> Self {
        let keyrings = [
            Sr25519Keyring::Alice,
            Sr25519Keyring::Bob,
            Sr25519Keyring::Charlie,
            Sr25519Keyring::Dave,
        ];
        let mut nodes: Vec<Node> = keyrings.into_iter().map(Node::new).collect();
        nodes.sort_by_key(|node| node.account);
        let genesis = genesis_hash();
        let viewers = (1..=4).map(|number| Viewer::new(number, genesis)).collect();
        Self { nodes, viewers }
    }

    /// The first verifier has made the set secret, and more than 51 % hold it: videos can be published.
    pub fn share_secret(&self) {
        let secret = SetSecretRecord {
            maker: self.nodes[0].account,
            commitment: [1; 32],
            since: 0,
            in_force: true,
            from_round: Some(0),
        };
        pallet_authorities::SetSecrets::<Runtime>::insert(0, secret);
        let holders = self.nodes.iter().map(|node| node.keyring.to_account_id());
        let holders: Vec<_> = holders.collect();
        let holders: BoundedVec<_, _> = holders.try_into().expect("four of a hundred");
        pallet_authorities::Acknowledgements::<Runtime>::insert(0, holders);
        pallet_authorities::EpochInForce::<Runtime>::put(0);
    }

    /// Verifier `place` accepts `views` views of a cell of 5 s in the current round; the last of them has a nonce that
    /// nobody mined when they are not `honest`. Its header says that they were played for `playtime_ms` more.
    pub fn accept(
        &mut self,
        place: usize,
        (video, minute): (Magnet, u16),
        views: u32,
        honest: bool,
        playtime_ms: u64,
    ) {
        let round = Pov::standing().round;
        let Some(start) = Pov::clock().and_then(|clock| clock.start_of(round)) else {
            return;
        };
        let places = self.nodes.len();
        let Some(node) = self.nodes.get_mut(place.checked_rem(places).unwrap_or(0)) else {
            return;
        };
        for view in 0..views {
            let tickets = node.tickets.entry(round).or_default();
            let index = tickets.len() as u32;
            let viewer = &self.viewers[index as usize % self.viewers.len()];
            let good = honest || view + 1 < views;
            // Within the round, however many they are.
            let issue_ms = start + 1 + u64::from(index) % LAST_ISSUE_MS;
            let leaf = viewer.view(Cell { video, minute }, issue_ms, 5_000, index, good);
            tickets.push(leaf.ticket(node.account, round));
            let block = node.blocks.entry(round).or_default();
            if !good {
                block.bad.insert(leaf.leaf_hash::<Sha256>());
            }
            block.leaves.push(leaf);
        }
        if views > 0 {
            node.blocks.entry(round).or_default().playtime_ms += playtime_ms;
        }
    }

    /// The header of verifier `place` of the current round says that a campaign owes so much; only where views are.
    pub fn debit(&mut self, place: usize, campaign: u32, amount: u128) {
        let round = Pov::standing().round;
        let node = &mut self.nodes[place];
        if let Some(block) = node.blocks.get_mut(&round) {
            *block.debits.entry(campaign).or_default() += amount;
        }
    }

    /// The report of verifier `place` that is due now. `None` while no round has counted.
    #[must_use]
    pub fn report(&self, place: usize, request: &Request) -> Option<Said> {
        let node = &self.nodes[place];
        let counted = Pov::standing().counted;
        let due = *counted.first()?;
        let (judged, opened) = (counted.get(1).copied(), counted.get(2).copied());
        let committed = Pov::commitment(node.account);
        let revealable = committed.filter(|(round, _)| Some(*round) == judged);
        let suspended = <crate::Authorities as Discipline>::is_suspended(&node.account);
        let mut report = Report {
            version: REPORT_VERSION,
            round: due,
            verifier: node.account,
            header: if suspended {
                ViewBlock::default().header(TicketsRoot {
                    root: merkle::empty_root::<Sha256>(),
                    count: 0,
                })
            } else {
                node.header(due, committed.map(|(round, _)| round))
            },
            verdicts: Default::default(),
            personal: PersonalRoot {
                root: merkle::empty_root::<Sha256>(),
                count: 0,
            },
            openings: Default::default(),
            personal_opening: None,
            reveal: revealable.map(|(round, _)| node.preimage(round)),
            commitment: draw::commitment::<Sha256>(&node.preimage(due)),
            earnings: request.earnings,
        };
        if let Some(judged) = judged {
            self.judge(node, judged, request, &mut report);
        }
        let mut opens_rightly = true;
        if let Some(opened) = opened {
            opens_rightly = self.open(node, opened, &mut report);
            report.personal_opening =
                judged.and_then(|judged| self.personal_opening(node, opened, judged));
        }
        Some(Said {
            transaction: node.transaction(&report),
            report,
            opens_rightly,
        })
    }

    fn judge(&self, node: &Node, judged: Round, request: &Request, report: &mut Report) {
        let others = Pov::headers(judged)
            .into_iter()
            .map(|(issuer, _)| issuer)
            .filter(|issuer| *issuer != node.account);
        let verdicts: Vec<VerdictOn> = others
            .map(|issuer| VerdictOn {
                issuer,
                verdict: if request.absent.contains(&issuer) {
                    Verdict::Absent
                } else {
                    Verdict::Approve
                },
            })
            .collect();
        let approved: Vec<AccountId> = verdicts
            .iter()
            .filter(|entry| entry.verdict == Verdict::Approve)
            .map(|entry| entry.issuer)
            .collect();
        let tree = self.personal_tree(node.account, judged, &approved);
        report.personal = PersonalRoot {
            root: tree.root(),
            count: tree.count() as u32,
        };
        report.verdicts = verdicts.try_into().expect("one per verifier");
    }

    fn block_of(&self, issuer: AccountId, round: Round) -> ViewBlock {
        let node = self.nodes.iter().find(|node| node.account == issuer);
        node.map(|node| node.block(round)).unwrap_or_default()
    }

    /// What verifier `place` does with what it could not report: it stands in its block of the current round instead.
    pub fn carry(&mut self, place: usize, from: Round) {
        let to = Pov::standing().round;
        let node = &mut self.nodes[place];
        let Some(carried) = node.blocks.remove(&from) else {
            return;
        };
        let block = node.blocks.entry(to).or_default();
        block.leaves.extend(carried.leaves);
        block.bad.extend(carried.bad);
        block.playtime_ms += carried.playtime_ms;
        for (campaign, amount) in carried.debits {
            *block.debits.entry(campaign).or_default() += amount;
        }
    }

    /// Proof of the fault that a block has in it; of a fault that it does not have when there is none. `None` when the
    /// block is empty.
    #[must_use]
    pub fn fault(&self, place: usize, round: Round) -> Option<(FaultProof, bool)> {
        let node = &self.nodes[place];
        let block = node.block(round);
        let is_bad = |leaf: &ViewLeaf| block.bad.contains(&leaf.leaf_hash::<Sha256>());
        let index = block.leaves.iter().position(is_bad);
        let shown = index.unwrap_or(0);
        let leaf = block.leaves.get(shown)?.clone();
        let proof = FaultProof {
            issuer: node.account,
            round,
            leaf: PlacedLeaf {
                index: shown as u32,
                path: path_of(&block.tree(), shown as u32),
                leaf,
            },
            evidence: if index.is_some() {
                FaultEvidence::WrongNonce
            } else {
                FaultEvidence::OutsideWindow
            },
        };
        Some((proof, index.is_some()))
    }
}

impl Node {
    fn new(keyring: Sr25519Keyring) -> Self {
        Self {
            keyring,
            account: AccountId(keyring.to_account_id().into()),
            tickets: BTreeMap::new(),
            blocks: BTreeMap::new(),
        }
    }

    /// Its block of a round, in order.
    #[must_use]
    pub fn block(&self, round: Round) -> ViewBlock {
        let mut block = self.blocks.get(&round).cloned().unwrap_or_default();
        block.leaves.sort_by_key(ViewLeaf::sort_key);
        block
    }

    fn header(&self, round: Round, last_reported: Option<Round>) -> Header {
        let oldest = Pov::carried_from(round);
        let first_missed = last_reported.map_or(0, |last| last + 1).max(oldest);
        let late = self.tickets.range(first_missed..round.max(first_missed));
        let late: Vec<_> = late
            .map(|(round, _)| LateTickets {
                round: *round,
                tickets: self.tickets_root(*round),
            })
            .collect();
        let mut header = self.block(round).header(self.tickets_root(round));
        header.late_tickets = late.try_into().expect("at most 20 are missed");
        header
    }

    fn tickets_tree(&self, round: Round) -> Tree {
        let tickets = self.tickets.get(&round).cloned().unwrap_or_default();
        Tree::new::<Sha256>(tickets.iter().map(Ticket::leaf_hash::<Sha256>).collect())
    }

    fn tickets_root(&self, round: Round) -> TicketsRoot {
        let tree = self.tickets_tree(round);
        TicketsRoot {
            root: tree.root(),
            count: tree.count() as u32,
        }
    }

    /// What it commits to in its report of `round`.
    fn preimage(&self, round: Round) -> Hash32 {
        sp_io::hashing::sha2_256(&(self.account, round).encode())
    }

    /// The transaction that its off-chain worker makes of a report.
    #[must_use]
    pub fn transaction(&self, report: &Report) -> UncheckedExtrinsic {
        let payload = report.signing_payload(&genesis_hash());
        let call: RuntimeCall = pallet_pov::Call::report {
            report: Box::new(report.clone()),
            signature: Signature64(self.keyring.pair().sign(&payload).0),
        }
        .into();
        authorized(call)
    }
}

impl ViewBlock {
    /// How many views are in it.
    #[must_use]
    pub fn views(&self) -> usize {
        self.leaves.len()
    }

    fn tree(&self) -> Tree {
        let hashes = self.leaves.iter().map(ViewLeaf::leaf_hash::<Sha256>);
        Tree::new::<Sha256>(hashes.collect())
    }

    fn header(&self, tickets: TicketsRoot) -> Header {
        let debits: Vec<Debit> = self
            .debits
            .iter()
            .map(|(campaign, amount)| Debit {
                campaign: *campaign,
                amount: *amount,
            })
            .collect();
        Header {
            root: self.tree().root(),
            count: self.leaves.len() as u32,
            playtime_ms: self.playtime_ms,
            debits: debits.try_into().expect("fewer campaigns than 64"),
            tickets,
            late_tickets: Default::default(),
        }
    }
}

/// The hash that everything signed for this chain carries.
#[must_use]
pub fn genesis_hash() -> Hash32 {
    System::block_hash(0).0
}

fn path_of(tree: &Tree, index: u32) -> Path {
    let path = tree.proof(index as usize).expect("there is such a leaf");
    path.try_into().expect("fewer than 2^32 leaves")
}
