//! Advertising campaigns and what they pay.

use chainflix_primitives::{
    Round,
    campaign::{CampaignState, CampaignTerms, PaidCampaign, sum_debits},
    report::Debit,
};

use super::State;

/// An advertising campaign.
#[derive(Clone)]
pub(crate) struct Campaign {
    pub(crate) terms: CampaignTerms,
    /// Its state from a round on, ascending.
    pub(crate) states: Vec<(Round, CampaignState)>,
    /// What is left of its budget, in units.
    pub(crate) balance: u128,
}

impl Campaign {
    pub(super) fn state_in(&self, round: Round) -> Option<CampaignState> {
        let held = self.states.iter().rev().find(|(from, _)| *from <= round);
        held.map(|(_, state)| *state)
    }
}

impl State {
    /// Has campaigns pay what the approved blocks of a round debit.
    pub(super) fn pay_ads(&mut self, debits: Vec<Debit>) -> Vec<PaidCampaign> {
        let pay = |Debit { campaign, amount }| {
            let of = &mut self.campaigns[campaign as usize];
            let paid = of.terms.paid(of.balance, amount);
            of.balance -= paid;
            PaidCampaign {
                campaign,
                debits: amount,
                paid,
            }
        };
        sum_debits(debits).into_iter().map(pay).collect()
    }
}
