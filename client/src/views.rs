//! Views as their parties check them: what a verifier shows is held against finalized state of the chain.
//!
//! ```text
//!  verifier ──ViewRecord──► check ◄──ViewFacts── chain, one finalized block
//!                             │
//!                             ▼
//!                  Outcome, or why it does not hold
//! ```

mod following;

use chainflix_controller::signing::{is_signed_by, is_signed_by_wallet};
use chainflix_primitives::api::{ViewFate, ViewPlace, ViewRecord};
use chainflix_primitives::fault::PlacedLeaf;
use chainflix_primitives::registry::{
    CountedEnhancement, PovParameters, SettledBlock, SettledRound, VideoTerms,
};
use chainflix_primitives::report::Header;
use chainflix_primitives::rounds::{CycleRule, RoundClock};
use chainflix_primitives::settlement::view_value;
use chainflix_primitives::view::{LeafContext, LeafError, ViewLeaf};
use chainflix_primitives::{AccountId, Hash32, Round, Sha256, draw};

pub use following::{FollowedViews, ViewsNews};

/// What the chain says of everything that a view hangs on, as of one finalized block.
#[derive(Clone, Debug)]
pub struct ViewFacts {
    /// Genesis hash.
    pub genesis: Hash32,
    /// Number of the finalized block that was read.
    pub block: u64,
    /// The round clock.
    pub clock: RoundClock,
    /// Cycle rule in the round of issue.
    pub rule: CycleRule,
    /// Seed of that round's cycle, while the chain keeps it.
    pub seed: Option<Hash32>,
    /// Parameters in the round of issue.
    pub parameters: PovParameters,
    /// Verifiers in force in that round.
    pub set: Vec<AccountId>,
    /// What never changes of the video.
    pub terms: Option<VideoTerms>,
    /// Enhancements of the video that counted in the round of issue.
    pub enhancements: Vec<CountedEnhancement>,
    /// Header that the issuer reported of the view block's round.
    pub header: Option<Header>,
    /// First round from which views may be carried into it.
    pub carried_from: Round,
    /// That round, once it is settled.
    pub settled: Option<SettledRound>,
}

/// What the chain made of the view block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its round is not settled yet.
    Waiting,
    /// More than 51 % approved it.
    Approved {
        /// The block as it was settled.
        block: SettledBlock,
        /// Value of the view by its playtime, in units; nothing of it when it is excluded. `None` of an advertisement,
        /// which its campaign pays.
        value: Option<u128>,
    },
    /// Not approved: its views may stand in a later block.
    Rejected,
    /// A fault was proven in it: its views are lost.
    Voided,
}

/// Why a view is not what it is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewProblem {
    /// It stands in no reported block.
    #[error(
        "the view stands in no view block that is reported on chain; a fresh one is within two rounds"
    )]
    Nowhere,
    /// The chain has no header of that block.
    #[error(
        "the chain has no header of this issuer for round {0}: it never had one, or the round is more than two cycles old"
    )]
    NoHeader(Round),
    /// The path leads elsewhere.
    #[error("the view does not stand under the root that its issuer reported")]
    NotUnderRoot,
    /// The verifier no longer has the delegation.
    #[error(
        "the verifier did not show the wallet's consent, so the viewer's signature can't be checked"
    )]
    NoDelegation,
    /// The delegation is another's, of another chain, or was not signed by the wallet.
    #[error("the wallet of the viewer did not consent to the key that signed the view")]
    Delegation,
    /// The session key did not sign the view.
    #[error("the viewer did not sign the view")]
    Signature,
    /// Its time lies before the chain's.
    #[error("the view was issued before the chain began")]
    Time,
    /// The video is not on chain, or has no such minute.
    #[error("the chain knows no such minute of a video")]
    Video,
    /// The leaf breaks a rule by itself.
    #[error("the view breaks a rule: {0:?}")]
    Leaf(LeafError),
    /// It names an enhancement that its video did not have.
    #[error(
        "the view names enhancement {0}, which was not attached to its video when it was issued"
    )]
    Enhancement(u32),
    /// The issuer was not one of the viewer's two.
    #[error("the issuer was not one of the viewer's two verifiers in that cycle")]
    NotAssigned,
    /// The issuer says that it came to something else than the chain's records give.
    #[error(
        "the issuer says that the view was worth {said} units, by the chain's records it was {value}"
    )]
    OtherValue {
        /// What it says, in units.
        said: u128,
        /// What the records give, in units.
        value: u128,
    },
}

/// Checks a view against the chain: the Merkle path under the reported root, the wallet's consent, the viewer's
/// signature, time, nonce and difficulty, the enhancements that it names, assignment, and the value that the settled block
/// gives it. Not the ticket's path, openings and receipts, of which verifiers alone have what it takes.
///
/// # Errors
/// The first thing that does not hold.
pub fn check(record: &ViewRecord, facts: &ViewFacts) -> Result<Outcome, ViewProblem> {
    let ViewPlace::InBlock {
        issuer,
        round,
        placed,
    } = &record.view
    else {
        return Err(ViewProblem::Nowhere);
    };
    let header = facts.header.as_ref().ok_or(ViewProblem::NoHeader(*round))?;
    if !placed.stands_under::<Sha256>(header) {
        return Err(ViewProblem::NotUnderRoot);
    }
    check_signatures(record, &placed.leaf, facts)?;
    let playtime_ms = check_leaf(placed, issuer, *round, facts)?;
    let outcome = outcome(&placed.leaf, issuer, header, playtime_ms, facts);
    if let (Some(ViewFate::Settled { value: said, .. }), Outcome::Approved { value, .. }) =
        (&record.fate, &outcome)
        && let Some(value) = value.filter(|value| value != said)
    {
        return Err(ViewProblem::OtherValue { said: *said, value });
    }
    Ok(outcome)
}

fn check_signatures(
    record: &ViewRecord,
    leaf: &ViewLeaf,
    facts: &ViewFacts,
) -> Result<(), ViewProblem> {
    let signed = record
        .delegation
        .as_ref()
        .ok_or(ViewProblem::NoDelegation)?;
    let granted = &signed.delegation;
    let issued = facts
        .clock
        .round_at(leaf.claim.issue_ms)
        .ok_or(ViewProblem::Time)?;
    let fits = granted.hash::<Sha256>() == leaf.claim.delegation
        && granted.account == leaf.claim.viewer
        && granted.genesis == facts.genesis
        && granted.holds_in(issued);
    if !fits || !is_signed_by_wallet(&granted.account, &granted.text(), &signed.signature) {
        return Err(ViewProblem::Delegation);
    }
    let payload = leaf.claim.signing_payload(&facts.genesis);
    if is_signed_by(&granted.session_key, &payload, &leaf.signature) {
        Ok(())
    } else {
        Err(ViewProblem::Signature)
    }
}

/// Playtime of the minute, in ms, when everything holds that follows from the leaf and public values.
fn check_leaf(
    placed: &PlacedLeaf,
    issuer: &AccountId,
    round: Round,
    facts: &ViewFacts,
) -> Result<u32, ViewProblem> {
    let claim = &placed.leaf.claim;
    let issued = facts.clock.round_at(claim.issue_ms);
    let cycle = issued.and_then(|issued| facts.rule.cycle_of(issued));
    let cycle = cycle.ok_or(ViewProblem::Time)?;
    let terms = facts.terms.as_ref().ok_or(ViewProblem::Video)?;
    let playtime_ms = terms
        .playtime_of(claim.rendition, claim.minute)
        .ok_or(ViewProblem::Video)?;
    let context = LeafContext {
        genesis: facts.genesis,
        clock: facts.clock,
        header_round: round,
        carried_from: facts.carried_from,
        cycle,
        difficulty: facts.parameters.difficulty,
        playtime_ms,
    };
    placed
        .leaf
        .check::<Sha256>(&context)
        .map_err(ViewProblem::Leaf)?;
    let is_counted = |id: &u32| facts.enhancements.iter().any(|counted| counted.id == *id);
    if let Some(stranger) = claim.enhancements.iter().find(|id| !is_counted(id)) {
        return Err(ViewProblem::Enhancement(*stranger));
    }
    // Seeds are kept for as long as views may be judged.
    let seed = facts.seed.ok_or(ViewProblem::NoHeader(round))?;
    if draw::is_assigned::<Sha256>(&seed, &claim.viewer, &facts.set, issuer) {
        Ok(playtime_ms)
    } else {
        Err(ViewProblem::NotAssigned)
    }
}

fn outcome(
    leaf: &ViewLeaf,
    issuer: &AccountId,
    header: &Header,
    playtime_ms: u32,
    facts: &ViewFacts,
) -> Outcome {
    let Some(settled) = &facts.settled else {
        return Outcome::Waiting;
    };
    let mut blocks = settled.blocks.iter();
    match blocks.find(|block| block.issuer == *issuer) {
        Some(block) if block.voided => Outcome::Voided,
        Some(block) if block.approved => Outcome::Approved {
            block: block.clone(),
            value: match leaf.claim.ad {
                Some(_) => None,
                None => view_value(block.reward, playtime_ms, header.playtime_ms),
            },
        },
        _ => Outcome::Rejected,
    }
}

#[cfg(test)]
mod tests;
