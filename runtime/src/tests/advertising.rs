//! The money of advertisements through the pallets that it passes.

use super::chain;
use crate::{
    AccountId, Ads, Balances, Rewards, Runtime, RuntimeOrigin,
    constants::{block::MAX_WEIGHT, currency::CFX},
    figures::settlement,
    presets::ENDOWMENT,
};
use chainflix_primitives::{
    AccountId as PovAccount, Magnet,
    ratio::MiningRatio,
    registry::{JudgedBlock, Settlement, VideoState, VideoTerms},
    report::{Debit, MAX_DEBITS, MAX_VERIFIERS},
};
use frame_support::{BoundedVec, assert_ok};
use sp_keyring::Sr25519Keyring;

/// Registers an active video of 20 s as the pallet would, without the verifiers' key epoch that publishing asks for.
pub(super) fn register_creative(magnet: Magnet) {
    let terms = VideoTerms {
        producer: PovAccount([1; 32]),
        supervisor: PovAccount([2; 32]),
        title: BoundedVec::truncate_from(b"Creative".to_vec()),
        total_playtime_ms: 20_000,
        renditions: 1,
        manifest_root: [3; 32],
        ratio: MiningRatio::whitepaper(),
        key_epoch: 0,
        upload_id: Default::default(),
        from_round: 0,
    };
    let active = pallet_videos::StateChange {
        from_round: 0,
        state: VideoState::Active,
    };
    let record = pallet_videos::VideoRecord {
        terms,
        states: BoundedVec::truncate_from(vec![active]),
        listing: 0,
        deposit: 0,
    };
    pallet_videos::Videos::<Runtime>::insert(magnet, record);
}

#[test]
fn what_a_campaign_pays_leaves_the_advertiser_and_is_owed_to_those_who_earned_it() {
    chain("development").execute_with(|| {
        let creative = Magnet([7; 32]);
        register_creative(creative);
        let advertiser: AccountId = Sr25519Keyring::Ferdie.to_account_id();
        assert_ok!(Ads::open(
            RuntimeOrigin::signed(advertiser.clone()),
            creative,
            3 * CFX,
            5 * CFX,
            20 * CFX,
            1,
            0,
            Default::default(),
            100 * CFX,
        ));
        let issued = Balances::total_issuance();
        let block = |issuer: u8, amount| JudgedBlock {
            issuer: PovAccount([issuer; 32]),
            root: [issuer; 32],
            count: 1,
            playtime_ms: 0,
            approved: issuer < 3,
            voided: false,
            debits: vec![Debit {
                campaign: 0,
                amount,
            }],
        };
        let blocks = vec![block(1, 8 * CFX), block(2, 3 * CFX), block(3, 9 * CFX)];
        <Rewards as Settlement>::settle(5, blocks, Vec::new());

        let settled = Rewards::settled(5).expect("it is settled");
        assert_eq!((settled.settled, settled.ads[0].paid), (0, 11 * CFX));
        assert_eq!(Rewards::totals().advertised, 11 * CFX);
        assert_eq!(Balances::total_issuance(), issued - 11 * CFX);
        let funds = Ads::campaign(0).expect("it is on record").funds;
        assert_eq!(funds.balance, 89 * CFX);
        let deposit = Ads::open_deposit(Default::default()).expect("a deposit");
        let free = ENDOWMENT - 100 * CFX - deposit;
        assert_eq!(Balances::free_balance(&advertiser), free);
    });
}

#[test]
fn settling_the_fullest_round_takes_at_most_a_quarter_of_a_block() {
    let debits = MAX_VERIFIERS * MAX_DEBITS;
    let weight = settlement();
    let quarter = MAX_WEIGHT.ref_time() / 4;
    assert!(weight.ref_time() < quarter, "{weight:?} of {quarter}");
    // Writes are what it costs most: it would not pass with every debited campaign paid.
    let database: frame_support::weights::RuntimeDbWeight =
        <Runtime as frame_system::Config>::DbWeight::get();
    assert!(u64::from(debits) * database.write > quarter);
}
