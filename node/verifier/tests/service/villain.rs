//! A verifier that attests falsely: it has real keys and tickets, and puts what it likes under its header.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use chainflix_primitives::{
    AccountId, Round, Sha256,
    delegation::SignedDelegation,
    earnings,
    hash::Hash32,
    merkle,
    play_data::{PlayData, ViewEvidence},
    report::{
        EARNINGS_VERSION, EarningsTriple, Header, PersonalRoot, REPORT_VERSION, Report,
        TicketsRoot, Verdict, VerdictOn, personal_leaf_hash,
    },
    ticket::{SignedTicket, Ticket},
    view::ViewLeaf,
};
use codec::{Decode, Encode};

use crate::chain::SLOT_MS;
use crate::net::Net;

/// What it answers the other verifiers with.
#[derive(Default)]
struct Shown {
    bodies: BTreeMap<Hash32, Vec<ViewLeaf>>,
    tickets: BTreeMap<Round, Vec<Ticket>>,
    delegations: BTreeMap<Hash32, SignedDelegation>,
    evidence: BTreeMap<Hash32, ViewEvidence>,
    /// Lifetime totals, by the root over them.
    totals: BTreeMap<Hash32, Vec<(AccountId, u128)>>,
    /// It tells one hash of a body at a time.
    trickles: bool,
    /// From which leaf on it was asked for hashes of a body.
    asked_from: Vec<u32>,
}

/// The verifier.
pub(crate) struct Villain {
    pub(crate) account: AccountId,
    shown: Arc<Mutex<Shown>>,
}

impl Villain {
    /// Takes the place of a node whose service issued the tickets of its false views.
    pub(crate) async fn take_over(net: &mut Net, node: usize) -> Self {
        net.kill(node).await;
        let account = net.nodes[node].account;
        let shown = Arc::new(Mutex::new(Shown::default()));
        let answering = Arc::clone(&shown);
        net.network.set_puppet(
            net.nodes[node].network_key,
            Arc::new(move |request| answer(&mut answering.lock().expect("held"), request)),
        );
        Self { account, shown }
    }

    /// From now on it tells one hash of a body at a time.
    pub(crate) fn trickle(&self) {
        self.shown.lock().expect("held").trickles = true;
    }

    /// From which leaf on others have asked for hashes of a body.
    pub(crate) fn asked_from(&self) -> Vec<u32> {
        self.shown.lock().expect("held").asked_from.clone()
    }

    /// Shows a ticket that was issued here; by round, the order of issue.
    pub(crate) fn show_ticket(&self, ticket: &SignedTicket) {
        let mut shown = self.shown.lock().expect("held");
        let ticket = ticket.ticket.clone();
        let list = shown.tickets.entry(ticket.round).or_default();
        list.push(ticket);
        list.sort_by_key(|ticket| ticket.index);
    }

    /// Shows a viewer's delegation and the evidence of one of its views.
    pub(crate) fn show_view(
        &self,
        leaf: &ViewLeaf,
        delegation: &SignedDelegation,
        data: &PlayData,
    ) {
        let mut shown = self.shown.lock().expect("held");
        let hash = delegation.delegation.hash::<Sha256>();
        shown.delegations.insert(hash, delegation.clone());
        let evidence = ViewEvidence::from(data.clone());
        shown.evidence.insert(leaf.leaf_hash::<Sha256>(), evidence);
    }

    /// Shows made-up earnings as of a round; what it would have voted for.
    pub(crate) fn show_totals(
        &self,
        as_of: Round,
        totals: Vec<(AccountId, u128)>,
    ) -> EarningsTriple {
        let leaves: Vec<Hash32> = totals
            .iter()
            .map(|(account, total)| earnings::leaf_hash::<Sha256>(account, *total))
            .collect();
        let triple = EarningsTriple {
            as_of,
            root: merkle::root::<Sha256>(&leaves),
            count: u32::try_from(totals.len()).expect("few"),
            sum: totals.iter().map(|(_, total)| total).sum(),
            version: EARNINGS_VERSION,
        };
        let mut shown = self.shown.lock().expect("held");
        shown.totals.insert(triple.root, totals);
        triple
    }

    /// Reports a block of these leaves for the round that is due; the round.
    pub(crate) async fn report(&self, net: &mut Net, mut leaves: Vec<ViewLeaf>) -> Round {
        // What is handed in in a round's last block comes too late, and its service may have reported before it ended.
        let may_report = |net: &Net| {
            net.chain.read(|state| {
                let due = state.due().map(|round| (round, self.account));
                let is_reported = due.is_some_and(|due| state.reports.contains_key(&due));
                state.blocks_in_round == 1 && !is_reported
            })
        };
        while !may_report(net) {
            net.pass(SLOT_MS).await;
        }
        leaves.sort_by_key(ViewLeaf::sort_key);
        let hashes: Vec<Hash32> = leaves.iter().map(ViewLeaf::leaf_hash::<Sha256>).collect();
        let root = merkle::root::<Sha256>(&hashes);
        let header = Header {
            root,
            count: u32::try_from(leaves.len()).expect("few"),
            playtime_ms: 60_000 * leaves.len() as u64,
            debits: Default::default(),
            tickets: no_tickets(),
            late_tickets: Default::default(),
        };
        self.shown.lock().expect("held").bodies.insert(root, leaves);
        submit(net, self.account, header, Vec::new(), Vec::new())
    }
}

/// A report of a verifier that approves the block of `issuer` without looking.
pub(crate) fn approve(net: &Net, voter: AccountId, issuer: AccountId, leaves: &[ViewLeaf]) {
    let verdict = VerdictOn {
        issuer,
        verdict: Verdict::Approve,
    };
    let personal = leaves
        .iter()
        .map(|leaf| personal_leaf_hash::<Sha256>(&voter, leaf))
        .collect();
    let header = Header {
        root: merkle::root::<Sha256>(&[]),
        count: 0,
        playtime_ms: 0,
        debits: Default::default(),
        tickets: no_tickets(),
        late_tickets: Default::default(),
    };
    submit(net, voter, header, vec![verdict], personal);
}

fn no_tickets() -> TicketsRoot {
    TicketsRoot {
        root: merkle::root::<Sha256>(&[]),
        count: 0,
    }
}

fn submit(
    net: &Net,
    verifier: AccountId,
    header: Header,
    verdicts: Vec<VerdictOn>,
    personal: Vec<Hash32>,
) -> Round {
    let round = net
        .chain
        .read(|state| state.due().expect("a counted round"));
    let report = Report {
        version: REPORT_VERSION,
        round,
        verifier,
        header,
        verdicts: verdicts.try_into().expect("few"),
        personal: PersonalRoot {
            root: merkle::root::<Sha256>(&personal),
            count: u32::try_from(personal.len()).expect("few"),
        },
        openings: Default::default(),
        personal_opening: None,
        reveal: None,
        commitment: [round as u8; 32],
        earnings: None,
    };
    net.chain.submit_report(report);
    round
}

/// Answers a request as a verifier does, by the numbers of the messages.
fn answer(shown: &mut Shown, request: &[u8]) -> Vec<u8> {
    let refused = vec![0, 2];
    let Some((kind, mut rest)) = request.split_first() else {
        return refused;
    };
    match kind {
        4 => {
            let hashes = Vec::<Hash32>::decode(&mut rest).expect("hashes");
            let found = hashes.iter().filter_map(|hash| shown.delegations.get(hash));
            (3u8, found.cloned().collect::<Vec<_>>()).encode()
        }
        5 => {
            let (root, first) = <(Hash32, u32)>::decode(&mut rest).expect("a root");
            shown.asked_from.push(first);
            let Some(body) = shown.bodies.get(&root) else {
                return refused;
            };
            let hashes = body.iter().map(ViewLeaf::leaf_hash::<Sha256>);
            let told = if shown.trickles { 1 } else { usize::MAX };
            let hashes = hashes.skip(first as usize).take(told);
            (4u8, hashes.collect::<Vec<_>>()).encode()
        }
        6 => {
            let hashes = Vec::<Hash32>::decode(&mut rest).expect("hashes");
            let leaves = shown.bodies.values().flatten();
            let leaves: BTreeMap<Hash32, &ViewLeaf> = leaves
                .map(|leaf| (leaf.leaf_hash::<Sha256>(), leaf))
                .collect();
            let found = hashes.iter().filter_map(|hash| leaves.get(hash).copied());
            (5u8, found.cloned().collect::<Vec<_>>()).encode()
        }
        7 => {
            let (round, first) = <(Round, u32)>::decode(&mut rest).expect("a round");
            let list = shown.tickets.get(&round).cloned().unwrap_or_default();
            let hashes = list.iter().map(Ticket::leaf_hash::<Sha256>);
            (4u8, hashes.skip(first as usize).collect::<Vec<_>>()).encode()
        }
        8 => {
            let hashes = Vec::<Hash32>::decode(&mut rest).expect("hashes");
            let found = hashes
                .iter()
                .filter_map(|hash| Some((*hash, shown.evidence.get(hash)?.clone())));
            (6u8, found.collect::<Vec<_>>()).encode()
        }
        9 => {
            let (_, root, first) = <(Round, Hash32, u32)>::decode(&mut rest).expect("a root");
            let Some(totals) = shown.totals.get(&root) else {
                return refused;
            };
            let totals = totals.iter().skip(first as usize).copied();
            (7u8, totals.collect::<Vec<_>>()).encode()
        }
        _ => vec![1],
    }
}
