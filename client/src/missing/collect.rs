//! Puts a claim together: facts and certificate from the chain, neighbours from whichever verifiers show them.

use chainflix_primitives::missing::{ABSENCES_VERSION, AbsencesRequest, MissingView};
use chainflix_primitives::{AccountId, Round};

use super::{Neighbours, NotOwed, Shown, certified, check, standing};
use crate::acceptances::KeptAcceptance;
use crate::chain::{Chain, ChainError};
use crate::verifiers::Verifiers;

/// What an acceptance comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimable {
    /// Its view stands in the block of this round, which was checked: nothing is owed.
    Stands(Round),
    /// It is owed for. The chain would take this proof.
    Owed(Box<MissingView>),
}

/// Why no claim could be put together.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MissingError {
    /// By a rule.
    #[error(transparent)]
    NotOwed(#[from] NotOwed),
    /// The announcement is in no block that could be read.
    #[error(
        "no block was found in which verifier {0} announced its service key; name a node that keeps all blocks with --chain"
    )]
    NoCertificate(AccountId),
    /// Some bodies are nowhere to be had.
    #[error(
        "no verifier shows the view blocks of rounds {rounds:?}, without which nothing can be proven{}", said(.why)
    )]
    NobodyShows {
        /// Rounds of the blocks.
        rounds: Vec<Round>,
        /// What verifiers said instead, one sentence each.
        why: Vec<String>,
    },
    /// The chain can't be read.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

fn said(why: &[String]) -> String {
    match why {
        [] => String::new(),
        why => format!(": {}", why.join("; ")),
    }
}

/// Finds out what an acceptance comes to, and asks all verifiers but the issuer before the issuer. `searched` is told the number
/// of each block that is read in search of the announcement.
///
/// # Errors
/// When nothing is owed yet or any more, or the proof can't be put together.
pub async fn collect(
    chain: &Chain,
    verifiers: &Verifiers,
    kept: &KeptAcceptance,
    searched: &(dyn Fn(u64) + Send + Sync),
) -> Result<Claimable, MissingError> {
    let facts = chain.missing_facts(kept).await?;
    standing(kept, &facts)?;
    let issuer = kept.acceptance.issuer;
    let announced = chain
        .announcement_of(&issuer, &kept.announcement, searched)
        .await?;
    let certificate = announced.ok_or(MissingError::NoCertificate(issuer))?;
    let certificate = certified(certificate, &issuer, &facts).ok_or(NotOwed::NotCertified)?;
    let request = AbsencesRequest {
        version: ABSENCES_VERSION,
        ticket: kept.ticket.clone(),
        acceptance: kept.acceptance.clone(),
        certificate: certificate.clone(),
    };
    let mut neighbours = Neighbours::of(&kept.ticket, &facts);
    let mut why = Vec::new();
    let mut helpers = verifiers.known();
    helpers.sort_by_key(|helper| *helper == issuer);
    for helper in helpers {
        if neighbours.lacking().is_empty() {
            break;
        }
        match verifiers.absences(&helper, &request).await {
            Ok(shown) => match neighbours.take(shown) {
                Shown::Stands(round) => return Ok(Claimable::Stands(round)),
                Shown::Neighbours(_) => {}
                Shown::Nothing(round) => {
                    why.push(format!(
                        "what {helper} shows of round {round} proves nothing"
                    ));
                }
            },
            Err(error) => why.push(format!("{helper}: {error}")),
        }
    }
    let rounds = neighbours.lacking();
    if !rounds.is_empty() {
        return Err(MissingError::NobodyShows { rounds, why });
    }
    let proof = neighbours.proof(kept, certificate);
    let proof = proof.ok_or(NotOwed::NotMissing)?;
    check(&proof, &facts)?;
    Ok(Claimable::Owed(Box::new(proof)))
}
