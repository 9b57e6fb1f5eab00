//! A network of verifiers that behave, unless a test makes one misbehave.

use std::collections::BTreeMap;

use chainflix_primitives::{
    AccountId, Hash32, Round, Sha256, draw,
    emission::CFX,
    merkle::{self, Tree},
    play_data::Path,
    report::{
        Header, HeaderOpening, LateTickets, PersonalOpening, PersonalRoot, REPORT_VERSION, Report,
        TicketsRoot, Verdict, VerdictOn, personal_leaf_hash,
    },
    ticket::Ticket,
    view::ViewLeaf,
    window::cell_playtime,
};
use codec::Encode;
use frame_support::traits::OneSessionHandler;
use sp_core::Pair as _;
use sp_runtime::AccountId32;

pub(crate) use super::chain::*;
use super::viewer::{SHORT, VIDEO, Viewer, issued_in};
use crate::{
    Clock, Commitments, Draws, GenesisConfig, Headers, Issuers, Pallet, Reports,
    crypto::Pair,
    mock::{Bonds, NowMs, Settled, Suspended, Test, Votes, register_video},
};

/// What is in the bond of each verifier at first, in units.
pub(crate) const BOND: u128 = 2_000 * CFX;

/// One verifier, with what it has issued and accepted.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) account: AccountId,
    pub(crate) pair: Pair,
    /// Tickets by round of issue, in order.
    pub(crate) tickets: BTreeMap<Round, Vec<Ticket>>,
    /// Views by the round whose view block they stand in.
    pub(crate) bodies: BTreeMap<Round, Vec<ViewLeaf>>,
}

/// A chain with its verifiers and viewers.
pub(crate) struct Network {
    /// By ascending account, as the chain orders them.
    pub(crate) nodes: Vec<Node>,
    pub(crate) viewers: BTreeMap<AccountId, Viewer>,
}

impl Network {
    /// Runs `test` on a chain with `size` verifiers, and checks every invariant afterwards.
    pub(crate) fn run(size: u8, test: impl FnOnce(&mut Network)) {
        let genesis = GenesisConfig::<Test> {
            difficulty: 8,
            ..Default::default()
        };
        Self::run_from(size, genesis, test);
    }

    pub(crate) fn run_from(
        size: u8,
        genesis: GenesisConfig<Test>,
        test: impl FnOnce(&mut Network),
    ) {
        externalities(genesis).execute_with(|| {
            let mut network = Network::start(size);
            test(&mut network);
            check_state();
        });
    }

    /// Genesis session and block 1.
    pub(crate) fn start(size: u8) -> Self {
        Settled::set(Vec::new());
        Votes::set(Vec::new());
        Suspended::set(Default::default());
        register_video(VIDEO);
        let mut nodes: Vec<Node> = (0..size).map(Node::new).collect();
        nodes.sort_by_key(|node| node.account);
        let bonds = nodes.iter().map(|node| (node.account, BOND));
        Bonds::set(bonds.collect());
        let accounts = validators(&nodes);
        Pallet::<Test>::on_genesis_session(accounts.iter().map(|(a, key)| (a, key.clone())));
        NowMs::set(START_MS);
        make_block();
        let viewers = (1..=8)
            .map(Viewer::new)
            .map(|viewer| (viewer.account, viewer))
            .collect();
        Self { nodes, viewers }
    }

    pub(crate) fn viewer(&self, place: usize) -> Viewer {
        let viewer = self.viewers.values().nth(place % self.viewers.len());
        viewer.expect("there are viewers").clone()
    }

    /// Verifier `place` accepts a view of the short cell within the current round.
    pub(crate) fn watch(&mut self, place: usize, viewer: usize) -> ViewLeaf {
        let round = current_round();
        let taken = self.nodes[place].bodies.get(&round).map_or(0, Vec::len) as u64;
        let issue_ms = start_of(round) + 1_000 + taken;
        self.watch_at(place, viewer, SHORT, issue_ms)
    }

    /// Verifier `place` issues a ticket for a cell at `issue_ms`, and accepts the view in time.
    pub(crate) fn watch_at(
        &mut self,
        place: usize,
        viewer: usize,
        (minute, playtime_ms): (u16, u32),
        issue_ms: u64,
    ) -> ViewLeaf {
        let viewer = self.viewer(viewer);
        let clock = Clock::<Test>::get().expect("block 1 was made");
        let issued = clock.round_at(issue_ms).expect("after block 1");
        let accepted = clock
            .round_at(issue_ms + u64::from(playtime_ms))
            .expect("later still");
        let node = &mut self.nodes[place];
        let tickets = node.tickets.entry(issued).or_default();
        let index = tickets.len() as u32;
        let leaf = viewer.view(minute, issue_ms, playtime_ms, index);
        tickets.push(leaf.ticket(node.account, issued));
        node.accept(accepted, leaf.clone());
        leaf
    }

    /// Everybody reports what is due, honestly. Refusals are defects.
    pub(crate) fn report_all(&self) {
        for place in 0..self.nodes.len() {
            let report = self.report(place);
            submit(&self.nodes[place], &report).expect("an honest report is taken");
        }
    }

    /// Finishes the current round, and everybody reports it.
    pub(crate) fn next_round_with_reports(&self) {
        next_round();
        self.report_all();
    }

    /// Finishes so many rounds, each with everybody's report.
    pub(crate) fn rounds_with_reports(&self, rounds: u32) {
        (0..rounds).for_each(|_| self.next_round_with_reports());
    }

    /// The honest report of verifier `place` that is due now.
    pub(crate) fn report(&self, place: usize) -> Report {
        let node = &self.nodes[place];
        let due = Pallet::<Test>::due().expect("a round has counted");
        let committed = Commitments::<Test>::get(node.account);
        let revealable = committed.filter(|(round, _)| Some(*round) == due.judged);
        let mut report = Report {
            version: REPORT_VERSION,
            round: due.header,
            verifier: node.account,
            header: node.header(due.header, committed.map(|(round, _)| round)),
            verdicts: Default::default(),
            personal: PersonalRoot {
                root: merkle::empty_root::<Sha256>(),
                count: 0,
            },
            openings: Default::default(),
            personal_opening: None,
            reveal: revealable.map(|(round, _)| node.preimage(round)),
            commitment: draw::commitment::<Sha256>(&node.preimage(due.header)),
            earnings: None,
        };
        if let Some(judged) = due.judged {
            let set = Pallet::<Test>::verifier_set(judged).len();
            let verdicts = Issuers::<Test>::get(judged)
                .iter()
                .filter(|entry| set == 1 || entry.issuer != node.account)
                .map(|entry| VerdictOn {
                    issuer: entry.issuer,
                    verdict: Verdict::Approve,
                })
                .collect();
            self.set_verdicts(&mut report, verdicts);
        }
        if let (Some(opened), Some(judged)) = (due.opened, due.judged) {
            self.open(place, opened, &mut report);
            report.personal_opening = self.personal_opening(place, opened, judged);
        }
        report
    }

    /// Puts verdicts into a report, with the personal root over what they approve.
    pub(crate) fn set_verdicts(&self, report: &mut Report, verdicts: Vec<VerdictOn>) {
        let judged = Pallet::<Test>::due()
            .and_then(|due| due.judged)
            .expect("two rounds have counted");
        let approved: Vec<AccountId> = verdicts
            .iter()
            .filter(|entry| entry.verdict == Verdict::Approve)
            .map(|entry| entry.issuer)
            .collect();
        let tree = self.personal_tree(report.verifier, judged, &approved);
        report.personal = PersonalRoot {
            root: tree.root(),
            count: tree.count() as u32,
        };
        report.verdicts = verdicts.try_into().expect("one per verifier");
    }

    pub(crate) fn personal_tree(
        &self,
        voter: AccountId,
        judged: Round,
        approved: &[AccountId],
    ) -> Tree {
        let leaves = approved
            .iter()
            .flat_map(|issuer| self.body(*issuer, judged));
        let hashes = leaves.map(|leaf| personal_leaf_hash::<Sha256>(&voter, &leaf));
        Tree::new::<Sha256>(hashes.collect())
    }

    /// Leaves of a view block in their order.
    pub(crate) fn body(&self, issuer: AccountId, round: Round) -> Vec<ViewLeaf> {
        let node = self.nodes.iter().find(|node| node.account == issuer);
        node.map(|node| node.body(round)).unwrap_or_default()
    }

    /// Opens the drawn leaves of the verifier's header of `opened`.
    pub(crate) fn open(&self, place: usize, opened: Round, report: &mut Report) {
        let node = &self.nodes[place];
        let Some(header) = Headers::<Test>::get(opened, node.account) else {
            return;
        };
        let draw = Draws::<Test>::get(opened).expect("fixed by now");
        let drawn = draw::drawn_leaves::<Sha256>(&draw, &header.root, header.count);
        let openings: Vec<_> = drawn
            .into_iter()
            .map(|index| self.opening(node, opened, index))
            .collect();
        report.openings = openings.try_into().expect("at most four are drawn");
    }

    /// Opens one leaf of a verifier's view block.
    pub(crate) fn opening(&self, node: &Node, round: Round, index: u32) -> HeaderOpening {
        let body = node.body(round);
        let leaf = body[index as usize].clone();
        let tickets = node.tickets_tree(issued_in(&leaf));
        let ticket_path = tickets
            .proof(leaf.ticket_index as usize)
            .unwrap_or_default();
        HeaderOpening {
            index,
            delegation: self.viewers[&leaf.claim.viewer].delegation.clone(),
            path: proof(&tree(&body), index),
            ticket_path: ticket_path.try_into().expect("fewer than 2^32 tickets"),
            leaf,
        }
    }

    fn personal_opening(
        &self,
        place: usize,
        opened: Round,
        judged: Round,
    ) -> Option<PersonalOpening> {
        let voter = self.nodes[place].account;
        let ballot = Reports::<Test>::get(judged, voter)?.ballot?;
        let draw = Draws::<Test>::get(opened)?;
        let personal = ballot.personal;
        let drawn = draw::drawn_leaf::<Sha256>(&draw, &personal.root, personal.count, 0)?;
        let issuers = Issuers::<Test>::get(opened);
        let approved: Vec<AccountId> = issuers
            .iter()
            .enumerate()
            .filter(|(index, _)| ballot.approved.has(*index))
            .map(|(_, entry)| entry.issuer)
            .collect();
        let mut rest = drawn as usize;
        for issuer in &approved {
            let body = self.body(*issuer, opened);
            if rest < body.len() {
                return Some(PersonalOpening {
                    personal_path: proof(&self.personal_tree(voter, opened, &approved), drawn),
                    header_path: proof(&tree(&body), rest as u32),
                    leaf: body[rest].clone(),
                });
            }
            rest -= body.len();
        }
        None
    }
}

impl Node {
    pub(crate) fn new(number: u8) -> Self {
        let pair = Pair::from_string(&format!("//Verifier//{number}"), None).expect("a good path");
        let account =
            Pair::from_string(&format!("//Account//{number}"), None).expect("a good path");
        Self {
            account: AccountId(account.public().into_inner().0),
            pair,
            tickets: BTreeMap::new(),
            bodies: BTreeMap::new(),
        }
    }

    /// Puts a view into the block of `round`.
    pub(crate) fn accept(&mut self, round: Round, leaf: ViewLeaf) {
        self.bodies.entry(round).or_default().push(leaf);
    }

    /// Moves the views of one block into a later one.
    pub(crate) fn carry(&mut self, from: Round, to: Round) {
        let carried = self.bodies.remove(&from).unwrap_or_default();
        self.bodies.entry(to).or_default().extend(carried);
    }

    pub(crate) fn body(&self, round: Round) -> Vec<ViewLeaf> {
        let mut body = self.bodies.get(&round).cloned().unwrap_or_default();
        body.sort_by_key(ViewLeaf::sort_key);
        body
    }

    /// The header of its block of `round`, with the tickets of rounds since its last report.
    pub(crate) fn header(&self, round: Round, last_reported: Option<Round>) -> Header {
        let body = self.body(round);
        let oldest = Pallet::<Test>::carried_from(round);
        let first_missed = last_reported.map_or(0, |last| last + 1).max(oldest);
        let late = self.tickets.range(first_missed..round.max(first_missed));
        let late: Vec<_> = late
            .map(|(round, _)| LateTickets {
                round: *round,
                tickets: self.tickets_root(*round),
            })
            .collect();
        let playtime = |leaf: &ViewLeaf| cell_playtime(65_000, leaf.claim.minute).unwrap_or(0);
        Header {
            root: tree(&body).root(),
            count: body.len() as u32,
            playtime_ms: body.iter().map(|leaf| u64::from(playtime(leaf))).sum(),
            debits: Default::default(),
            tickets: self.tickets_root(round),
            late_tickets: late.try_into().expect("at most 20 are missed"),
        }
    }

    pub(crate) fn tickets_tree(&self, round: Round) -> Tree {
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
    pub(crate) fn preimage(&self, round: Round) -> Hash32 {
        sp_io::hashing::sha2_256(&(self.account, round).encode())
    }
}

/// What a session says of these verifiers.
pub(crate) fn validators(nodes: &[Node]) -> Vec<(AccountId32, crate::crypto::Public)> {
    let validator = |node: &Node| (AccountId32::new(node.account.0), node.pair.public());
    nodes.iter().map(validator).collect()
}

/// Tree over the leaves of a view block.
pub(crate) fn tree(body: &[ViewLeaf]) -> Tree {
    Tree::new::<Sha256>(body.iter().map(ViewLeaf::leaf_hash::<Sha256>).collect())
}

pub(crate) fn proof(tree: &Tree, index: u32) -> Path {
    let path = tree.proof(index as usize).expect("there is such a leaf");
    path.try_into().expect("fewer than 2^32 leaves")
}
