//! Random sequences: whatever verifiers do, every invariant holds and settlement goes on in order.

use std::collections::BTreeMap;

use chainflix_primitives::{
    AccountId, Round,
    registry::JudgedBlock,
    report::{RejectReason, Report, Verdict, VerdictOn},
    settlement::{eligible, is_approved},
    view::LeafError,
};
use frame_support::traits::OneSessionHandler;
use proptest::prelude::*;

use super::{events, network::*};
use crate::{
    Event, GenesisConfig, Pallet,
    mock::{Settled, Test},
};

/// What a verifier does with one of its reports.
#[derive(Clone, Copy, Debug)]
enum Conduct {
    Honest,
    Silent,
    HidesPreimage,
    WrongPreimage,
    NoOpenings,
    SpoiltOpening,
    NoPersonalOpening,
    InventedPersonalRoot,
    RejectsAll,
    SkipsOneVerdict,
    Twice,
    ForeignKey,
}

/// How a round goes.
#[derive(Clone, Debug)]
struct Plan {
    blocks: u32,
    conduct: Vec<Conduct>,
    viewers: Vec<u8>,
    /// Rounds after it that don't count.
    uncounted: u32,
    /// Number of verifiers of a session that begins in the round, when one does.
    session: Option<u8>,
}

fn conduct() -> impl Strategy<Value = Conduct> {
    prop_oneof![
        8 => Just(Conduct::Honest),
        1 => Just(Conduct::Silent),
        1 => Just(Conduct::HidesPreimage),
        1 => Just(Conduct::WrongPreimage),
        1 => Just(Conduct::NoOpenings),
        1 => Just(Conduct::SpoiltOpening),
        1 => Just(Conduct::NoPersonalOpening),
        1 => Just(Conduct::InventedPersonalRoot),
        1 => Just(Conduct::RejectsAll),
        1 => Just(Conduct::SkipsOneVerdict),
        1 => Just(Conduct::Twice),
        1 => Just(Conduct::ForeignKey),
    ]
}

fn plan(verifiers: usize) -> impl Strategy<Value = Plan> {
    (
        prop_oneof![4 => Just(BLOCKS), 1 => 1..BLOCKS],
        prop::collection::vec(conduct(), verifiers),
        prop::collection::vec(0u8..3, verifiers),
        prop_oneof![9 => Just(0), 1 => 1u32..40],
        prop_oneof![9 => Just(None), 1 => (3u8..=5).prop_map(Some)],
    )
        .prop_map(|(blocks, conduct, viewers, uncounted, session)| Plan {
            blocks,
            conduct,
            viewers,
            uncounted,
            session,
        })
}

/// Changes a report to how the verifier behaves. Whether the chain has to take it.
fn behave(network: &Network, report: &mut Report, conduct: Conduct) -> bool {
    let verdicts = report.verdicts.to_vec();
    match conduct {
        Conduct::HidesPreimage => report.reveal = None,
        Conduct::WrongPreimage => {
            report.reveal = Some([0; 32]);
            return false;
        }
        Conduct::NoOpenings => report.openings = Default::default(),
        Conduct::SpoiltOpening => {
            if let Some(opening) = report.openings.iter_mut().next() {
                opening.leaf.elapsed_ms ^= 1;
            }
        }
        Conduct::NoPersonalOpening => report.personal_opening = None,
        Conduct::InventedPersonalRoot if report.personal.count > 0 => {
            report.personal.root = [1; 32];
        }
        Conduct::RejectsAll if !verdicts.is_empty() => {
            let reject = |entry: VerdictOn| VerdictOn {
                verdict: Verdict::Reject {
                    reason: RejectReason::Leaf(LeafError::WrongNonce),
                    leaf: 0,
                },
                ..entry
            };
            network.set_verdicts(report, verdicts.into_iter().map(reject).collect());
        }
        Conduct::SkipsOneVerdict if !verdicts.is_empty() => {
            network.set_verdicts(report, verdicts[1..].to_vec());
        }
        _ => {}
    }
    true
}

/// Lets everybody report as planned.
fn report_as_planned(network: &Network, plan: &Plan) {
    let Some(due) = Pallet::<Test>::due() else {
        return;
    };
    for (place, conduct) in plan.conduct.iter().enumerate() {
        let node = &network.nodes[place];
        let in_set = Pallet::<Test>::verifier_set(due.header).contains(&node.account);
        let reported = crate::Reports::<Test>::contains_key(due.header, node.account);
        let mut report = network.report(place);
        let valid = behave(network, &mut report, *conduct);
        match conduct {
            Conduct::Silent => {}
            Conduct::ForeignKey => assert!(submit(&Node::new(200), &report).is_err()),
            _ => {
                let answer = submit(node, &report);
                if in_set && !reported {
                    assert_eq!(answer.is_ok(), valid, "{conduct:?}: {answer:?}");
                }
                if matches!(conduct, Conduct::Twice) {
                    assert!(submit(node, &report).is_err());
                }
            }
        }
    }
}

/// Rounds that were closed as counted, and what was said of each block.
#[derive(Default)]
struct Told {
    counted: Vec<Round>,
    judged: BTreeMap<Round, Vec<(u32, u32, bool, bool)>>,
    /// Settled rounds that were checked: at once, for sets of verifiers are forgotten later.
    checked: usize,
}

impl Told {
    fn listen(&mut self) {
        for event in events() {
            match event {
                Event::RoundClosed { round, counted, .. } if counted => self.counted.push(round),
                Event::BlockJudged {
                    round,
                    approvals,
                    eligible,
                    opened,
                    approved,
                    ..
                } => {
                    let said = (approvals, eligible, opened, approved);
                    self.judged.entry(round).or_default().push(said);
                }
                _ => {}
            }
        }
    }

    /// All counted rounds but the last three are settled, once each and in order, by the rule of approval.
    fn agree_with(&mut self, settled: &[(Round, Vec<JudgedBlock>, Vec<AccountId>)]) {
        let rounds: Vec<_> = settled.iter().map(|(round, _, _)| *round).collect();
        let due = self.counted.len().saturating_sub(3);
        assert_eq!(rounds, self.counted[..due]);
        for (round, blocks, reporters) in &settled[self.checked..] {
            let set = Pallet::<Test>::verifier_set(*round);
            let most = eligible(set.len() as u32);
            assert!(
                blocks
                    .windows(2)
                    .all(|pair| pair[0].issuer < pair[1].issuer)
            );
            assert!(blocks.iter().all(|block| set.contains(&block.issuer)));
            assert!(reporters.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(reporters.iter().all(|reporter| set.contains(reporter)));
            let said = self.judged.get(round).cloned().unwrap_or_default();
            assert_eq!(said.len(), blocks.len());
            for (block, (approvals, eligible, opened, approved)) in blocks.iter().zip(said) {
                assert_eq!(block.approved, approved);
                assert_eq!(eligible, most);
                assert!(approvals <= eligible);
                assert_eq!(approved, opened && is_approved(approvals, eligible));
            }
        }
        self.checked = settled.len();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_sequence_of_rounds_and_reports_keeps_every_invariant(
        plans in prop::collection::vec(plan(5), 4..24),
        cycle_rounds in 1u32..12,
    ) {
        let genesis = GenesisConfig::<Test> {
            cycle_rounds,
            difficulty: 8,
            ..Default::default()
        };
        Network::run_from(5, genesis, |network| {
            let mut told = Told::default();
            for plan in &plans {
                let round = current_round();
                for (place, views) in plan.viewers.iter().enumerate() {
                    let account = network.nodes[place].account;
                    let in_set = Pallet::<Test>::verifier_set(round).contains(&account);
                    for viewer in 0..if in_set { *views } else { 0 } {
                        network.watch(place, usize::from(viewer));
                    }
                }
                if let Some(size) = plan.session {
                    let set = validators(&network.nodes[..usize::from(size)]);
                    let set = || set.iter().map(|(account, key)| (account, key.clone()));
                    Pallet::<Test>::on_new_session(true, set(), set());
                }
                finish_round(plan.blocks);
                (0..plan.uncounted).for_each(|_| next_round_uncounted());
                report_as_planned(network, plan);
                told.listen();
                told.agree_with(&Settled::get());
                check_state();
            }
        });
    }
}
