//! What an issuer owes for an accepted view that stands in no block: 1 CFX out of its bond, by `pov.claim_missing`.
//!
//! ```text
//!  disk ──KeptAcceptance──► standing ◄──MissingFacts── chain, one finalized block
//!                              │ nothing is in the way
//!                              ▼
//!  any verifiers ──Absences──► Neighbours ──MissingView──► check ──► chain
//! ```
//!
//! No verifier is believed: what it shows is held against the headers on chain, by the rules of the chain itself.

mod collect;

use std::collections::BTreeMap;

use chainflix_controller::signing::{is_signed_by, is_signed_by_wallet};
use chainflix_primitives::delegation::WalletSignature;
use chainflix_primitives::missing::{
    Absence, Absences, MOST_BLOCKS, MissingView, ServiceCertificate,
};
use chainflix_primitives::report::Header;
use chainflix_primitives::ticket::{Acceptance, Ticket};
use chainflix_primitives::{AccountId, Hash32, Round, Sha256};

use crate::acceptances::KeptAcceptance;

pub use collect::{Claimable, MissingError, collect};

/// What the chain says of everything that a claim hangs on, as of one finalized block.
#[derive(Clone, Debug)]
pub struct MissingFacts {
    /// Genesis hash.
    pub genesis: Hash32,
    /// The current round.
    pub now: Round,
    /// Rounds after its acceptance in which a view may be claimed.
    pub claimable_for: u32,
    /// Whether it was paid for.
    pub paid: bool,
    /// The rounds in whose blocks it could stand, as far as they are over, with the issuer's headers.
    pub blocks: Vec<(Round, Option<Header>)>,
    /// The last round that is settled.
    pub settled: Option<Round>,
    /// Whether the issuer was in force in one of those rounds.
    pub was_in_force: bool,
    /// The issuer's `pov` session keys, each with a round in which it had it.
    pub keys: Vec<(Round, [u8; 32])>,
}

/// Why nothing is owed, or not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOwed {
    /// Its time is over.
    #[error("it was accepted more than a cycle ago; nothing can be claimed for it any more")]
    TooLate,
    /// It was paid for.
    #[error("it was paid for already")]
    PaidAlready,
    /// A block may still hold it.
    #[error(
        "too early: {over} of the {} rounds whose blocks may hold it are over, and the last has to be settled; try again later",
        MOST_BLOCKS
    )]
    MayStillCome {
        /// How many are over.
        over: usize,
    },
    /// The issuer had no block.
    #[error("its verifier left the set before it had a block to put it into; nothing is owed")]
    NothingOwed,
    /// The acceptance is not by the service key that was announced, or not of this ticket.
    #[error("the acceptance is not signed by the verifier that it names")]
    NotSigned,
    /// The announcement is not signed by a `pov` session key that the verifier had.
    #[error(
        "no session key that the chain remembers of the verifier signed what it had announced; its keys may have changed since"
    )]
    NotCertified,
    /// The neighbours do not show that it is missing.
    #[error("what was shown does not prove that it is missing")]
    NotMissing,
}

/// Whether a claim for an acceptance has nothing in its way but the proof that the view is missing.
///
/// # Errors
/// The first thing that is in its way; the order is the chain's.
pub fn standing(kept: &KeptAcceptance, facts: &MissingFacts) -> Result<(), NotOwed> {
    in_time(kept.acceptance.round, facts)?;
    is_accepted(
        &kept.ticket,
        &kept.acceptance,
        &kept.announcement.service_key,
        facts,
    )
}

/// Whether the chain would pay for a claim: what `pov.claim_missing` checks, in its order.
///
/// # Errors
/// What it would be refused for.
pub fn check(proof: &MissingView, facts: &MissingFacts) -> Result<(), NotOwed> {
    in_time(proof.acceptance.round, facts)?;
    let service_key = &proof.certificate.announcement.service_key;
    is_accepted(&proof.ticket, &proof.acceptance, service_key, facts)?;
    let (certificate, issuer) = (&proof.certificate, &proof.acceptance.issuer);
    let mut keys = facts.keys.iter();
    if !keys.any(|(round, key)| {
        *round == certificate.round && vouches(key, certificate, issuer, &facts.genesis)
    }) {
        return Err(NotOwed::NotCertified);
    }
    let first = facts.blocks.first().map(|(round, _)| *round);
    if first == Some(proof.first) && proof.is_absent_from::<Sha256>(facts.blocks.clone()) {
        Ok(())
    } else {
        Err(NotOwed::NotMissing)
    }
}

/// The certificate with the round of a key that signed it, if the chain remembers one.
#[must_use]
pub fn certified(
    mut certificate: ServiceCertificate,
    issuer: &AccountId,
    facts: &MissingFacts,
) -> Option<ServiceCertificate> {
    let mut keys = facts.keys.iter();
    let (round, _) = keys.find(|(_, key)| vouches(key, &certificate, issuer, &facts.genesis))?;
    certificate.round = *round;
    Some(certificate)
}

fn in_time(accepted: Round, facts: &MissingFacts) -> Result<(), NotOwed> {
    if facts.now.saturating_sub(accepted) > facts.claimable_for {
        return Err(NotOwed::TooLate);
    }
    if facts.paid {
        return Err(NotOwed::PaidAlready);
    }
    let over = facts.blocks.len();
    let last = facts.blocks.last().filter(|_| over == MOST_BLOCKS as usize);
    let is_over =
        last.is_some_and(|(last, _)| facts.settled.is_some_and(|settled| *last <= settled));
    if !is_over {
        return Err(NotOwed::MayStillCome { over });
    }
    if facts.was_in_force {
        Ok(())
    } else {
        Err(NotOwed::NothingOwed)
    }
}

fn is_accepted(
    ticket: &Ticket,
    acceptance: &Acceptance,
    service_key: &[u8; 32],
    facts: &MissingFacts,
) -> Result<(), NotOwed> {
    let is_of_one_view =
        acceptance.issuer == ticket.issuer && acceptance.ticket == ticket.leaf_hash::<Sha256>();
    if is_of_one_view && is_signed(acceptance, service_key, &facts.genesis) {
        Ok(())
    } else {
        Err(NotOwed::NotSigned)
    }
}

/// Whether an acceptance is signed by a service key.
pub(crate) fn is_signed(acceptance: &Acceptance, service_key: &[u8; 32], genesis: &Hash32) -> bool {
    let payload = Acceptance::signing_payload(
        genesis,
        &acceptance.issuer,
        &acceptance.ticket,
        acceptance.round,
    );
    is_signed_by(service_key, &payload, &acceptance.signature)
}

/// Whether a `pov` session key signed a certificate: sr25519 in the context of wallets.
fn vouches(
    key: &[u8; 32],
    certificate: &ServiceCertificate,
    issuer: &AccountId,
    genesis: &Hash32,
) -> bool {
    let payload = certificate.signing_payload(genesis, issuer);
    let signature = WalletSignature::Sr25519(certificate.signature);
    is_signed_by_wallet(&AccountId(*key), &payload, &signature)
}

/// What came of what a verifier showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Neighbours in so many blocks that were not known before.
    Neighbours(usize),
    /// The view itself, in the block of this round.
    Stands(Round),
    /// For the block of this round something that proves nothing: it errs, or lies.
    Nothing(Round),
}

/// Neighbours of a view's place in the blocks that could hold it, from whoever shows them.
pub struct Neighbours<'a> {
    ticket: &'a Ticket,
    blocks: &'a [(Round, Option<Header>)],
    found: BTreeMap<Round, Absence>,
}

impl<'a> Neighbours<'a> {
    /// Of a ticket's view, in the blocks of its issuer.
    #[must_use]
    pub fn of(ticket: &'a Ticket, facts: &'a MissingFacts) -> Self {
        Self {
            ticket,
            blocks: &facts.blocks,
            found: BTreeMap::new(),
        }
    }

    /// Takes in what a verifier shows, as far as it holds against the headers on chain.
    pub fn take(&mut self, shown: Absences) -> Shown {
        if let Some(stands) = shown.stands {
            let header = self.header(stands.round);
            let holds = header.is_some_and(|header| stands.proves::<Sha256>(self.ticket, header));
            return if holds {
                Shown::Stands(stands.round)
            } else {
                Shown::Nothing(stands.round)
            };
        }
        let mut new = 0usize;
        for absence in shown.absences {
            let header = self.header(absence.round);
            if !header.is_some_and(|header| absence.proves::<Sha256>(self.ticket, header)) {
                return Shown::Nothing(absence.round);
            }
            if self.found.insert(absence.round, absence).is_none() {
                new = new.saturating_add(1);
            }
        }
        Shown::Neighbours(new)
    }

    /// Rounds of blocks with leaves in which nobody has shown neighbours.
    #[must_use]
    pub fn lacking(&self) -> Vec<Round> {
        let rounds = self.blocks.iter().map(|(round, _)| *round);
        rounds
            .filter(|round| self.header(*round).is_some() && !self.found.contains_key(round))
            .collect()
    }

    /// All of them, ascending; `None` when there are more than blocks.
    #[must_use]
    pub fn proof(
        self,
        kept: &KeptAcceptance,
        certificate: ServiceCertificate,
    ) -> Option<MissingView> {
        let absences: Vec<Absence> = self.found.into_values().collect();
        Some(MissingView {
            ticket: kept.ticket.clone(),
            acceptance: kept.acceptance.clone(),
            certificate,
            first: self.blocks.first()?.0,
            absences: absences.try_into().ok()?,
        })
    }

    /// Header of a block with leaves.
    fn header(&self, of: Round) -> Option<&Header> {
        let (_, header) = self.blocks.iter().find(|(round, _)| *round == of)?;
        header.as_ref().filter(|header| header.count > 0)
    }
}

#[cfg(test)]
mod tests;
