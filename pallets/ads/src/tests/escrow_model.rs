//! Random operations against a small model of the escrow.

use crate::{
    Error,
    mock::{
        Ads, Balances, CFX, Draft, ENDOWMENT, Now, RuntimeOrigin, Test, account, balance, debit,
        draft, escrow, run,
    },
};
use chainflix_primitives::{campaign::CampaignState, registry::AdSettlement, report::Debit};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// One thing that somebody does.
#[derive(Clone, Debug)]
enum Step {
    Open {
        by: u8,
        budget: u128,
        limit: u128,
    },
    TopUp {
        campaign: u32,
        amount: u128,
    },
    Pause {
        campaign: u32,
    },
    Resume {
        campaign: u32,
    },
    Close {
        campaign: u32,
    },
    Refund {
        campaign: u32,
    },
    Remove {
        campaign: u32,
    },
    /// A round is settled, with debits of any size.
    Settle {
        debits: Vec<(u32, u128)>,
    },
    Pass {
        rounds: u32,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let campaign = 0u32..24;
    let amount = prop_oneof![8 => 0..40 * CFX, 1 => Just(u128::MAX)];
    let debit = prop_oneof![8 => 0..25 * CFX, 1 => any::<u128>()];
    prop_oneof![
        2 => (1u8..=4, 0..120 * CFX, 7 * CFX..40 * CFX)
            .prop_map(|(by, budget, limit)| Step::Open { by, budget, limit }),
        3 => (campaign.clone(), amount).prop_map(|(campaign, amount)| Step::TopUp { campaign, amount }),
        2 => campaign.clone().prop_map(|campaign| Step::Pause { campaign }),
        3 => campaign.clone().prop_map(|campaign| Step::Resume { campaign }),
        1 => campaign.clone().prop_map(|campaign| Step::Close { campaign }),
        3 => campaign.clone().prop_map(|campaign| Step::Refund { campaign }),
        3 => campaign.clone().prop_map(|campaign| Step::Remove { campaign }),
        6 => prop::collection::vec((campaign, debit), 0..8).prop_map(|debits| Step::Settle { debits }),
        3 => prop_oneof![4 => 0u32..4, 1 => 60u32..130].prop_map(|rounds| Step::Pass { rounds }),
    ]
}

/// What the model remembers of one campaign.
#[derive(Clone, Debug)]
struct Entry {
    by: u8,
    deposited: u128,
    paid: u128,
    refunded: u128,
    limit: u128,
    removed: bool,
}

#[derive(Default)]
struct Model {
    campaigns: Vec<Entry>,
    succeeded: usize,
}

impl Model {
    fn origin(&self, campaign: u32) -> RuntimeOrigin {
        let by = self
            .campaigns
            .get(campaign as usize)
            .map_or(1, |entry| entry.by);
        RuntimeOrigin::signed(account(by))
    }

    fn entry(&mut self, campaign: u32) -> &mut Entry {
        &mut self.campaigns[campaign as usize]
    }

    fn apply(&mut self, step: Step) {
        let done = match step {
            Step::Open { by, budget, limit } => {
                let draft = Draft {
                    budget,
                    limit_per_round: limit,
                    ..draft()
                };
                let opened = draft.open(account(by)).is_ok();
                if opened {
                    self.campaigns.push(Entry {
                        by,
                        deposited: budget,
                        paid: 0,
                        refunded: 0,
                        limit,
                        removed: false,
                    });
                }
                opened
            }
            Step::TopUp { campaign, amount } => {
                let done = Ads::top_up(self.origin(campaign), campaign, amount).is_ok();
                if done {
                    self.entry(campaign).deposited += amount;
                }
                done
            }
            Step::Pause { campaign } => Ads::pause(self.origin(campaign), campaign).is_ok(),
            Step::Resume { campaign } => Ads::resume(self.origin(campaign), campaign).is_ok(),
            Step::Close { campaign } => Ads::close(self.origin(campaign), campaign).is_ok(),
            Step::Refund { campaign } => {
                let done = Ads::refund(self.origin(campaign), campaign);
                if done.is_ok() {
                    let entry = self.entry(campaign);
                    entry.refunded = entry.deposited - entry.paid;
                    let again = Ads::refund(self.origin(campaign), campaign);
                    assert_eq!(again, Err(Error::<Test>::NothingToRefund.into()));
                }
                done.is_ok()
            }
            Step::Remove { campaign } => {
                let done = Ads::remove(self.origin(campaign), campaign).is_ok();
                if done {
                    self.entry(campaign).removed = true;
                }
                done
            }
            Step::Settle { debits } => self.settle(&debits),
            Step::Pass { rounds } => {
                Now::mutate(|now| *now += rounds);
                true
            }
        };
        self.succeeded += usize::from(done);
    }

    fn settle(&mut self, debits: &[(u32, u128)]) -> bool {
        let round = Now::get() - 4;
        let before: Vec<Entry> = self.campaigns.clone();
        let handed: Vec<Debit> = debits
            .iter()
            .map(|(c, amount)| debit(*c, *amount))
            .collect();
        let paid = Ads::pay(round, handed);
        for (campaign, entry) in (0u32..).zip(&mut self.campaigns) {
            let asked = debits
                .iter()
                .filter(|(of, _)| *of == campaign)
                .try_fold(0u128, |sum, (_, amount)| sum.checked_add(*amount))
                .unwrap_or(0);
            let left = before[campaign as usize].deposited
                - before[campaign as usize].paid
                - before[campaign as usize].refunded;
            let expected = if entry.removed {
                0
            } else {
                asked.min(entry.limit).min(left)
            };
            let told = paid.iter().find(|paid| paid.campaign == campaign);
            assert_eq!(told.map_or(0, |paid| paid.paid), expected);
            assert_eq!(told.is_some(), asked > 0 && !entry.removed);
            entry.paid += expected;
        }
        !paid.is_empty()
    }

    /// The identity of the escrow, campaign by campaign, account by account, and over the whole chain.
    fn compare(&self) {
        let mut held = [0u128; 5];
        for (campaign, entry) in (0u32..).zip(&self.campaigns) {
            let left = entry.deposited - entry.paid - entry.refunded;
            if entry.removed {
                assert_eq!((left, Ads::campaign(campaign)), (0, None));
                continue;
            }
            assert_eq!(balance(campaign), left);
            held[usize::from(entry.by)] += left;
        }
        for by in 1..=4 {
            assert_eq!(escrow(&account(by)), held[usize::from(by)]);
        }
        let sum = |of: fn(&Entry) -> u128| self.campaigns.iter().map(of).sum::<u128>();
        let funds = Ads::lifetime_funds();
        assert_eq!(funds.deposited, sum(|entry| entry.deposited));
        assert_eq!(funds.paid, sum(|entry| entry.paid));
        assert_eq!(funds.refunded, sum(|entry| entry.refunded));
        assert_eq!(funds.paid + funds.balance, funds.deposited - funds.refunded);
        // What was paid is nobody's until it is claimed; nothing else is lost or made.
        assert_eq!(Balances::total_issuance() + funds.paid, 4 * ENDOWMENT);
    }
}

#[test]
fn a1_ten_thousand_random_operations_keep_the_escrow_identity() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut operations = 0;
    let mut succeeded = 0;
    for _ in 0..20 {
        run(|| {
            let mut model = Model::default();
            for _ in 0..500 {
                let tree = step().new_tree(&mut runner).expect("a step");
                model.apply(tree.current());
                model.compare();
                operations += 1;
            }
            crate::Pallet::<Test>::do_try_state().expect("the invariants hold");
            succeeded += model.succeeded;
        });
    }
    assert_eq!(operations, 10_000);
    assert!(
        succeeded > 3_000,
        "most operations were refused: {succeeded}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_invariants_hold_after_every_operation(steps in prop::collection::vec(step(), 1..60)) {
        run(|| {
            let mut model = Model::default();
            for step in steps {
                model.apply(step);
                model.compare();
                crate::Pallet::<Test>::do_try_state().expect("the invariants hold");
            }
        });
    }

    #[test]
    fn a3_a_campaign_that_can_not_pay_a_play_is_not_active_two_rounds_later(
        debits in prop::collection::vec(0..30 * CFX, 1..12),
        budget in 3 * CFX..60 * CFX,
    ) {
        run(|| {
            let campaign = crate::mock::open(Draft { budget, limit_per_round: 20 * CFX, ..draft() });
            Now::mutate(|now| *now += 2);
            for amount in debits {
                crate::mock::settle(vec![debit(campaign, amount)]);
                let can_pay = balance(campaign) >= 3 * CFX;
                let state = Ads::campaign_state(campaign, Now::get() + 1);
                assert_eq!(state == Some(CampaignState::Active), can_pay);
            }
        });
    }
}
