//! What the chain says of everything that a view hangs on.

use chainflix_primitives::AccountId;
use chainflix_primitives::api::{ViewPlace, ViewRecord};
use chainflix_primitives::report::Header;
use chainflix_primitives::rounds::{CycleRule, RoundClock};

use super::reads::ask_at;
use super::{Chain, ChainError};
use crate::views::ViewFacts;

impl Chain {
    /// Everything that a view is checked against, out of one finalized block. `None` when the view's time lies before the
    /// chain's.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn view_facts(&self, record: &ViewRecord) -> Result<Option<ViewFacts>, ChainError> {
        let block = self.block().await?;
        let claim = &record.view.leaf().claim;
        let clock: Option<RoundClock> = ask_at(&block, "clock", ()).await?;
        let issued = clock.and_then(|clock| Some((clock, clock.round_at(claim.issue_ms)?)));
        let Some((clock, issued)) = issued else {
            return Ok(None);
        };
        let rule: CycleRule = ask_at(&block, "cycle_rule", issued).await?;
        let seed = match rule.cycle_of(issued) {
            Some(cycle) => ask_at(&block, "cycle_seed", cycle).await?,
            None => None,
        };
        let (mut header, mut settled, mut carried_from) = (None, None, 0);
        if let ViewPlace::InBlock { issuer, round, .. } = &record.view {
            let headers: Vec<(AccountId, Header)> = ask_at(&block, "headers", round).await?;
            let own = headers.into_iter().find(|(of, _)| of == issuer);
            header = own.map(|(_, header)| header);
            carried_from = ask_at(&block, "carried_from", round).await?;
            settled = ask_at(&block, "settled", round).await?;
        }
        Ok(Some(ViewFacts {
            genesis: self.genesis(),
            block: block.block_number(),
            clock,
            rule,
            seed,
            parameters: ask_at(&block, "parameters", issued).await?,
            set: ask_at(&block, "verifier_set", issued).await?,
            terms: ask_at(&block, "video", claim.video).await?,
            enhancements: ask_at(&block, "enhancements", (claim.video, issued)).await?,
            header,
            carried_from,
            settled,
        }))
    }
}
