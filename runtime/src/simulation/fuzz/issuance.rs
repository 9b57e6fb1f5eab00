//! Where money comes from and goes to, counted beside the chain.

use crate::{Ads, Balances, Rewards, Runtime, RuntimeEvent, System};

/// What there was when the counting began, and what accounts burnt since.
pub(super) struct Issuance {
    first: u128,
    burnt: u128,
}

impl Issuance {
    /// Counts from now on, when nothing was claimed and no campaign has paid.
    pub(super) fn now() -> Self {
        assert_eq!((Rewards::totals().paid, Ads::lifetime_funds().paid), (0, 0));
        Self {
            first: Balances::total_issuance(),
            burnt: 0,
        }
    }

    /// All money is that of genesis, and what was paid for views and out of campaigns, less what campaigns paid and what accounts
    /// burnt: fees, slashes, deposits and dust change hands and nothing else. To be called once after each block.
    pub(super) fn check_block(&mut self) {
        for record in System::events() {
            if let RuntimeEvent::Balances(pallet_balances::Event::<Runtime>::Burned {
                amount,
                ..
            }) = record.event
            {
                self.burnt += amount;
            }
        }
        let minted = Rewards::totals().paid;
        let gone = Ads::lifetime_funds().paid + self.burnt;
        assert_eq!(
            Balances::total_issuance() + gone,
            self.first + minted,
            "money came from nowhere or went there"
        );
    }
}
