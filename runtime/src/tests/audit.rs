//! Rows of the audit in `docs/security.md` that have no other test.

use super::walk::{signed, walk};
use crate::{
    AccountId, Balances, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, Supervisors, System,
    UncheckedExtrinsic, Videos,
    constants::currency::{CFX, EXISTENTIAL_DEPOSIT},
    invariants,
    presets::accounts,
    simulation::{network::Network, walk::Walk},
};
use chainflix_primitives::{Magnet, ids::UploadId, ratio::MiningRatio};
use frame_support::storage::with_transaction_unchecked;
use pallet_videos::EnhancementKind;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Dave, Eve};
use sp_runtime::{MultiAddress, TransactionOutcome};

const VIDEO: Magnet = Magnet([1; 32]);

fn transfer(to: impl Into<AccountId>, value: u128) -> RuntimeCall {
    pallet_balances::Call::transfer_keep_alive {
        dest: MultiAddress::Id(to.into()),
        value,
    }
    .into()
}

/// Eve has published a video, and subtitles of hers for it are for sale.
fn on_sale(chain: &mut Walk) {
    Network::local().share_secret();
    chain.begin_block();
    let eve = || RuntimeOrigin::signed(Eve.to_account_id());
    let supervisor = || accounts::supervisor();
    let approve = pallet_supervisors::Decision::Approve;
    let done = [
        Supervisors::apply(eve(), supervisor(), [2; 32]),
        Supervisors::decide(
            RuntimeOrigin::signed(supervisor()),
            Eve.to_account_id(),
            approve,
        ),
        Videos::publish(
            eve(),
            VIDEO,
            b"Film".to_vec().try_into().expect("short"),
            65_000,
            1,
            [3; 32],
            MiningRatio::whitepaper(),
            0,
            UploadId([4; 16]),
        ),
        Videos::propose_enhancement(
            eve(),
            VIDEO,
            EnhancementKind::Subtitles,
            b"ko".to_vec().try_into().expect("short"),
            [7; 32],
            Some(10 * CFX),
        ),
    ];
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    chain.end_block();
}

/// Free and reserved money of everybody.
fn all_money() -> u128 {
    let accounts = frame_system::Account::<Runtime>::iter_values();
    accounts
        .map(|account| account.data.free + account.data.reserved)
        .sum()
}

/// Every order of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let shorter = orders(last).into_iter();
    shorter
        .flat_map(|order| {
            (0..count).map(move |place| {
                let mut order = order.clone();
                order.insert(place, last);
                order
            })
        })
        .collect()
}

#[test]
fn in_every_order_of_six_calls_money_stays_and_a_thing_is_sold_at_most_once() {
    walk("local_testnet", |chain| {
        on_sale(chain);
        chain.begin_block();
        let (issued, money) = (Balances::total_issuance(), all_money());
        let buy = |most| RuntimeCall::from(pallet_videos::Call::buy_enhancement { id: 0, most });
        let calls: [(Sr25519Keyring, RuntimeCall); 6] = [
            (Alice, buy(10 * CFX)),
            (Bob, buy(20 * CFX)),
            (
                Eve,
                pallet_videos::Call::set_enhancement_price {
                    id: 0,
                    price: Some(15 * CFX),
                }
                .into(),
            ),
            (
                Dave,
                pallet_videos::Call::transfer_enhancement {
                    id: 0,
                    to: Bob.to_account_id(),
                }
                .into(),
            ),
            (Bob, transfer(Eve.to_account_id(), 3 * CFX)),
            (
                Eve,
                pallet_videos::Call::transfer_enhancement {
                    id: 0,
                    to: Dave.to_account_id(),
                }
                .into(),
            ),
        ];
        let orders = orders(calls.len());
        assert_eq!(orders.len(), 720);
        for order in orders {
            with_transaction_unchecked(|| {
                let first = System::events().len();
                for place in &order {
                    let (signer, call) = &calls[*place];
                    let transaction = signed(*signer, call.clone());
                    let applied = crate::Executive::apply_extrinsic(transaction);
                    assert!(applied.is_ok(), "{order:?}");
                }
                let new = System::events().into_iter().skip(first);
                let sold = new.filter(|record| {
                    let event = &record.event;
                    matches!(
                        event,
                        RuntimeEvent::Videos(pallet_videos::Event::EnhancementSold { .. })
                    )
                });
                assert!(sold.count() <= 1, "{order:?}");
                assert_eq!(Balances::total_issuance(), issued, "{order:?}");
                assert_eq!(all_money(), money, "{order:?}");
                assert_eq!(invariants::check(), Ok(()), "{order:?}");
                TransactionOutcome::Rollback(())
            });
        }
        chain.end_block();
    });
}

/// Makes a transaction in a block of its own; the transfers that the block's events tell of, by receiver and amount.
fn transfers_of(chain: &mut Walk, transaction: UncheckedExtrinsic) -> Vec<(AccountId, u128)> {
    assert!(chain.block([transaction])[0].is_ok(), "it can pay its fee");
    let events = System::events().into_iter();
    events
        .filter_map(|record| match record.event {
            RuntimeEvent::Balances(pallet_balances::Event::Transfer { to, amount, .. }) => {
                Some((to, amount))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn a_deposit_that_failed_alone_or_in_a_batch_shows_no_transfer_and_moves_nothing() {
    walk("local_testnet", |chain| {
        let shop = AccountId::new([0x51; 32]);
        let too_much = || transfer(shop.clone(), 1_000_000_000_000 * CFX);
        let dust = || transfer(shop.clone(), EXISTENTIAL_DEPOSIT - 1);
        let good = || transfer(shop.clone(), 5 * CFX);
        let paid = || Balances::free_balance(&shop);
        for failing in [too_much(), dust()] {
            assert!(transfers_of(chain, signed(Alice, failing)).is_empty());
            assert_eq!(paid(), 0);
        }
        let all_or_nothing = pallet_utility::Call::batch_all {
            calls: vec![good(), too_much(), good()],
        };
        assert!(transfers_of(chain, signed(Alice, all_or_nothing)).is_empty());
        assert_eq!(paid(), 0);
        // The transaction of this one succeeds: who looks at that alone believes in three transfers.
        let until_one_fails = pallet_utility::Call::batch {
            calls: vec![good(), too_much(), good()],
        };
        let seen = transfers_of(chain, signed(Alice, until_one_fails));
        assert_eq!(seen, [(shop.clone(), 5 * CFX)]);
        assert_eq!(paid(), 5 * CFX);
        let whatever_succeeds = pallet_utility::Call::force_batch {
            calls: vec![good(), too_much(), good()],
        };
        let seen = transfers_of(chain, signed(Alice, whatever_succeeds));
        assert_eq!(seen.len(), 2);
        assert_eq!(paid(), 15 * CFX);
    });
}

#[test]
fn a_chain_whose_storage_nobody_initialised_answers_and_pays_nothing() {
    sp_io::TestExternalities::default().execute_with(|| {
        assert!(crate::Pov::clock().is_none());
        assert!(crate::Rewards::last_adopted().is_none());
        assert_eq!(crate::Rewards::totals().paid, 0);
        assert_eq!(crate::Ads::lifetime_funds().balance, 0);
        assert!(Supervisors::approval(Eve.to_account_id()).is_none());
        let origin = RuntimeOrigin::signed(Eve.to_account_id());
        let refused = [
            Supervisors::apply(origin.clone(), accounts::supervisor(), [2; 32]),
            Videos::buy_enhancement(origin.clone(), 0, u128::MAX),
            crate::Ads::refund(origin.clone(), 0),
            crate::Authorities::withdraw_bond(origin),
        ];
        assert!(refused.iter().all(Result::is_err), "{refused:?}");
        assert_eq!(Balances::total_issuance(), 0);
    });
}
