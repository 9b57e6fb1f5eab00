//! What the calls cost, and what settlement makes the pallet do.
//!
//! Campaigns have as many tags and states as they may have.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark that can't be set up has to stop"
)]

use alloc::vec::Vec;
use chainflix_primitives::{
    Magnet, Round,
    campaign::{self, CampaignState, CampaignTerms, MAX_PAID_CAMPAIGNS, MAX_PRICE},
    registry::AdSettlement,
    report::{Debit, MAX_DEBITS, MAX_VERIFIERS},
};
use frame_benchmarking::{account, v2::*};
use frame_support::{
    BoundedVec,
    traits::{
        Get,
        fungible::{Inspect, MutateHold, Unbalanced},
        tokens::Precision,
    },
};
use frame_system::RawOrigin;

use crate::{
    BenchmarkHelper, Call, Campaign, Campaigns, Config, Funds, HoldReason, IN_FLIGHT_ROUNDS,
    LastSettled, LifetimeFunds, Listings, OpenedCount, Pallet, StateChange, Tags,
    types::{MAX_STATES, MAX_TAG_BYTES, MAX_TAGS},
};

/// What the benchmarks' campaigns have left, in units.
const BUDGET: u128 = 10 * MAX_PRICE;
/// A round in which no state of the benchmarks' campaigns is forgotten yet.
const NOW: Round = 100;
/// Most debits of the approved blocks of a round.
const MOST_DEBITS: u32 = MAX_VERIFIERS * MAX_DEBITS;

/// An account with enough for budgets and deposits.
fn advertiser<T: Config>(number: u32) -> T::AccountId {
    let advertiser: T::AccountId = account("advertiser", number, 0);
    let amount = 1_000 * BUDGET;
    let issued = T::Currency::total_issuance();
    T::Currency::set_total_issuance(issued + amount);
    T::Currency::increase_balance(&advertiser, amount, Precision::Exact)
        .expect("an account takes what is enough to live on");
    advertiser
}

/// As many tags as there may be, as long as they may be, ascending.
fn tags() -> Tags {
    let tag = |number: u32| {
        let mut word = [b'z'; MAX_TAG_BYTES as usize];
        word[MAX_TAG_BYTES as usize - 1] = b'a' + number as u8;
        BoundedVec::truncate_from(word.to_vec())
    };
    BoundedVec::truncate_from((0..MAX_TAGS).map(tag).collect::<Vec<_>>())
}

fn terms<T: Config>(advertiser: &T::AccountId) -> CampaignTerms {
    CampaignTerms {
        advertiser: Pallet::<T>::raw(advertiser),
        creative: Magnet([7; 32]),
        price_per_play: MAX_PRICE,
        price_per_click: MAX_PRICE,
        limit_per_round: BUDGET,
        views_per_day: u16::MAX,
        least_account_age: 0,
        from_round: 1,
    }
}

/// Campaign `campaign` with `states` states, of which `last` holds, and its money in escrow. Returns its advertiser.
fn put_campaign<T: Config>(campaign: u32, states: u32, last: CampaignState) -> T::AccountId {
    T::BenchmarkHelper::begin_round(NOW);
    let advertiser = advertiser::<T>(campaign);
    let change = |number: u32| StateChange {
        from_round: number + 1,
        state: if number + 1 == states {
            last
        } else {
            CampaignState::Active
        },
    };
    let tags = tags();
    let deposit = Pallet::<T>::campaign_deposit(&tags).expect("deposits are small");
    let funds = Funds::default().deposit(BUDGET).expect("it is little");
    let record = Campaign {
        terms: terms::<T>(&advertiser),
        tags,
        states: BoundedVec::truncate_from((0..states).map(change).collect::<Vec<_>>()),
        funds,
        listing: 0,
        deposit,
    };
    T::Currency::hold(&HoldReason::Campaign.into(), &advertiser, deposit)
        .expect("it was given more");
    T::Currency::hold(&HoldReason::Budget.into(), &advertiser, BUDGET).expect("it was given more");
    Campaigns::<T>::insert(campaign, record);
    Listings::<T>::insert(&advertiser, 0, campaign);
    OpenedCount::<T>::insert(&advertiser, 1);
    LifetimeFunds::<T>::mutate(|lifetime| {
        *lifetime = lifetime.deposit(BUDGET).expect("it is little");
    });
    advertiser
}

fn state<T: Config>(campaign: u32) -> Option<CampaignState> {
    Campaigns::<T>::get(campaign)?
        .last_change()
        .map(|last| last.state)
}

/// Debits of as many campaigns.
fn debits_of(campaigns: u32) -> Vec<Debit> {
    let debit = |number: u32| Debit {
        // In an order that has to be sorted.
        campaign: campaigns - 1 - number,
        amount: BUDGET + u128::from(number.wrapping_mul(2_654_435_761) % 6_401),
    };
    (0..campaigns).map(debit).collect()
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn open() {
        T::BenchmarkHelper::begin_round(NOW);
        let advertiser = advertiser::<T>(0);
        let terms = terms::<T>(&advertiser);
        T::BenchmarkHelper::register_creative(terms.creative);

        #[extrinsic_call]
        _(
            RawOrigin::Signed(advertiser.clone()),
            terms.creative,
            terms.price_per_play,
            terms.price_per_click,
            terms.limit_per_round,
            terms.views_per_day,
            terms.least_account_age,
            tags(),
            BUDGET,
        );

        assert_eq!(OpenedCount::<T>::get(advertiser), 1);
    }

    #[benchmark]
    fn top_up() {
        let advertiser = put_campaign::<T>(0, MAX_STATES - 2, CampaignState::Active);

        #[extrinsic_call]
        _(RawOrigin::Signed(advertiser), 0, BUDGET);

        assert_eq!(LifetimeFunds::<T>::get().balance, 2 * BUDGET);
    }

    #[benchmark]
    fn pause() {
        let advertiser = put_campaign::<T>(0, MAX_STATES - 2, CampaignState::Active);

        #[extrinsic_call]
        _(RawOrigin::Signed(advertiser), 0);

        assert_eq!(state::<T>(0), Some(CampaignState::Paused));
    }

    #[benchmark]
    fn resume() {
        let advertiser = put_campaign::<T>(0, MAX_STATES - 3, CampaignState::Paused);

        #[extrinsic_call]
        _(RawOrigin::Signed(advertiser), 0);

        assert_eq!(state::<T>(0), Some(CampaignState::Active));
    }

    #[benchmark]
    fn close() {
        let advertiser = put_campaign::<T>(0, MAX_STATES - 1, CampaignState::Paused);

        #[extrinsic_call]
        _(RawOrigin::Signed(advertiser), 0);

        assert_eq!(state::<T>(0), Some(CampaignState::Closed));
    }

    #[benchmark]
    fn refund() {
        let advertiser = put_campaign::<T>(0, MAX_STATES, CampaignState::Closed);
        LastSettled::<T>::put(MAX_STATES + IN_FLIGHT_ROUNDS + 1);

        #[extrinsic_call]
        _(RawOrigin::Signed(advertiser), 0);

        assert_eq!(LifetimeFunds::<T>::get().refunded, BUDGET);
    }

    #[benchmark]
    fn remove() {
        let advertiser = put_campaign::<T>(0, MAX_STATES, CampaignState::Closed);
        LastSettled::<T>::put(MAX_STATES + IN_FLIGHT_ROUNDS + 1);
        Pallet::<T>::refund_rest(&advertiser, 0).expect("its views are settled");
        let forgotten = MAX_STATES + IN_FLIGHT_ROUNDS + T::RecordRounds::get();
        T::BenchmarkHelper::begin_round(forgotten);

        #[extrinsic_call]
        _(RawOrigin::Signed(advertiser), 0);

        assert!(!Campaigns::<T>::contains_key(0));
    }

    /// `d`: debits, all of them of different campaigns.
    #[benchmark]
    fn sum_debits(d: Linear<0, MOST_DEBITS>) {
        let debits = debits_of(d);
        let sums;

        #[block]
        {
            sums = campaign::sum_debits(debits);
        }
        assert_eq!(sums.len() as u32, d.min(MAX_PAID_CAMPAIGNS));
    }

    /// What most rounds are: nobody owes anything.
    #[benchmark]
    fn pay_nothing() {
        let paid;

        #[block]
        {
            paid = Pallet::<T>::pay(NOW, debits_of(0));
        }
        assert!(paid.is_empty());
        assert_eq!(LastSettled::<T>::get(), Some(NOW));
    }

    /// `c`: campaigns, each of which pays the last of its budget and is stopped.
    #[benchmark]
    fn pay(c: Linear<0, MAX_PAID_CAMPAIGNS>) {
        for number in 0..c {
            put_campaign::<T>(number, MAX_STATES - 2, CampaignState::Active);
        }
        let debits = debits_of(c);
        let paid;

        #[block]
        {
            paid = Pallet::<T>::pay(NOW, debits);
        }
        assert_eq!(paid.len(), c as usize);
        assert!(paid.iter().all(|paid| paid.paid == BUDGET));
        assert!((0..c).all(|number| state::<T>(number) == Some(CampaignState::Spent)));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::externalities(), crate::mock::Test);
}
