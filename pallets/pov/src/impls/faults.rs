//! Faults: proofs against issuers, and what follows from them.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, Cycle, Round,
    fault::{FaultEvidence, FaultFacts, FaultProof},
    hash::Hash32,
    ids::Signature64,
    registry::{
        CurrentRound, Discipline, EnhancementRegistry, VerifierKeys, VideoRegistry, VideoState,
        VideoTerms,
    },
    report::{Header, MAX_LATE_TICKETS, TicketsRoot},
    rounds::{CYCLE_ROUNDS, MAX_CARRY_ROUNDS},
    view::ViewLeaf,
};
use frame_support::{
    ensure,
    pallet_prelude::{
        DispatchError, InvalidTransaction, TransactionPriority, TransactionSource, ValidTransaction,
    },
    traits::{
        Get,
        fungible::MutateHold,
        tokens::{Fortitude, Precision, Restriction},
    },
    weights::Weight,
};
use sp_runtime::transaction_validity::TransactionValidityWithRefund;

use crate::{
    Clock, Config, Counted, CountedRounds, Error, Event, Faults, Headers, HoldReason, Issuers,
    JudgedIn, OpenFaults, Pallet, TicketsRoots, WeightInfo, crypto::HostHasher,
    impls::reports::index_of, types::FaultRecord,
};

/// Above every ordinary transaction, and below reports.
const FAULT_PRIORITY: TransactionPriority = TransactionPriority::MAX / 4;
/// Blocks after which a proof that is in none is handed in again.
const FAULT_LONGEVITY: u64 = 32;

/// Most counted rounds between the issue of a ticket and the block that its view stands in: those of a play of 95 s in the
/// shortest rounds that there can be, and those of carrying.
pub(crate) const MOST_COUNTED_SINCE_ISSUE: u32 = 40 + MAX_CARRY_ROUNDS + 1;

/// What a leaf is held against, with everything that is looked up for it.
struct Looked {
    issued_in: Round,
    cycle: Cycle,
    seed: Hash32,
    set: Vec<AccountId>,
    difficulty: u8,
    terms: Option<VideoTerms>,
    state: Option<VideoState>,
    is_enhanced: bool,
    tickets: Option<TicketsRoot>,
}

impl<T: Config> Pallet<T> {
    /// Whether a proof that can be judged holds.
    pub(crate) fn fault_holds(proof: &FaultProof) -> Result<bool, Error<T>> {
        let (round, issuer) = (proof.round, proof.issuer);
        let header = Headers::<T>::get(round, issuer).ok_or(Error::<T>::UnknownBlock)?;
        ensure!(Self::is_within_a_cycle(round), Error::<T>::FaultTooOld);
        ensure!(
            !Faults::<T>::contains_key(round, issuer),
            Error::<T>::FaultAlreadyProven
        );
        let shown = proof.is_shown_by_body();
        ensure!(
            !shown || !OpenFaults::<T>::get().is_full(),
            Error::<T>::TooManyFaults
        );
        let leaf = &proof.leaf.leaf;
        let looked = Self::look_up((round, issuer), leaf, &proof.evidence)?;
        let other = match proof.evidence.other() {
            Some(other) => Some((
                Headers::<T>::get(other.round, issuer).ok_or(Error::<T>::UnknownBlock)?,
                Self::issue_of(&other.placed.leaf)?.1,
            )),
            None => None,
        };
        let facts = looked.facts(
            Self::genesis_hash(),
            &header,
            other.as_ref().map(|(header, cycle)| (header, *cycle)),
        );
        Ok(proof.holds::<HostHasher>(&facts))
    }

    /// Lets a verifier's proof into pool and blocks, if it holds. Of all proofs about one block the pool keeps one.
    pub(crate) fn authorize_fault(
        _source: TransactionSource,
        proof: &FaultProof,
        verifier: &AccountId,
        signature: &Signature64,
    ) -> TransactionValidityWithRefund {
        let (round, issuer) = (proof.round, proof.issuer);
        ensure!(
            !Faults::<T>::contains_key(round, issuer),
            InvalidTransaction::Stale
        );
        ensure!(
            !T::Discipline::is_suspended(verifier),
            InvalidTransaction::BadSigner
        );
        // Whoever is no verifier makes nobody look at a proof.
        let payload = proof.signing_payload(&Self::genesis_hash(), verifier);
        ensure!(
            <Self as VerifierKeys>::is_signed_by(verifier, &payload, signature),
            InvalidTransaction::BadSigner
        );
        let holds = Self::fault_holds(proof)
            .map_err(|error| InvalidTransaction::Custom(index_of(&error)))?;
        ensure!(holds, InvalidTransaction::BadProof);
        ValidTransaction::with_tag_prefix("pov/fault")
            .priority(FAULT_PRIORITY)
            .and_provides((round, issuer))
            .longevity(FAULT_LONGEVITY)
            .propagate(true)
            .build()
            .map(|valid| (valid, Weight::zero()))
    }

    /// Judges a proof, for a deposit. Whether it holds.
    pub(crate) fn judge_fault(
        reporter: &T::AccountId,
        proof: &FaultProof,
    ) -> Result<bool, DispatchError> {
        let (round, issuer) = (proof.round, proof.issuer);
        let holds = Self::fault_holds(proof)?;
        let deposit = Self::parameters_in(Self::current_round()).fault_deposit;
        let reason = HoldReason::FaultReport.into();
        T::Currency::hold(&reason, reporter, deposit)?;
        let who = AccountId(reporter.clone().into());
        if !holds {
            T::Currency::transfer_on_hold(
                &reason,
                reporter,
                &T::Treasury::get(),
                deposit,
                Precision::Exact,
                Restriction::Free,
                Fortitude::Force,
            )?;
            Self::deposit_event(Event::FaultDisproved {
                round,
                issuer,
                kind: proof.evidence.kind(),
                reporter: who,
                deposit,
            });
            return Ok(false);
        }
        T::Currency::release(&reason, reporter, deposit, Precision::Exact)?;
        Self::note_fault(proof, who);
        Ok(true)
    }

    /// Whether faults in blocks of `round`, and claims about views accepted in it, are still taken.
    pub(crate) fn is_within_a_cycle(round: Round) -> bool {
        let now = Self::current_round();
        let cycle = Self::cycle_rule_in(now).length.min(CYCLE_ROUNDS);
        now.saturating_sub(round) <= cycle
    }

    /// Voids the block while it is not settled, and punishes the issuer; its approvers when it is settled.
    pub(crate) fn note_fault(proof: &FaultProof, reporter: AccountId) {
        let (round, issuer) = (proof.round, proof.issuer);
        let voided = !Self::is_settled(round);
        let slashed = T::Discipline::issuer_at_fault(&issuer);
        let kind = proof.evidence.kind();
        let record = FaultRecord {
            kind,
            reporter,
            proven_in: Self::current_round(),
            voided,
            slashed,
        };
        Faults::<T>::insert(round, issuer, record);
        if proof.is_shown_by_body() {
            OpenFaults::<T>::mutate(|open| {
                // There is room for it: that was looked at before anything was done.
                let _ = open.try_push((round, issuer));
            });
        }
        Self::deposit_event(Event::FaultProven {
            round,
            issuer,
            kind,
            reporter,
            voided,
            slashed,
        });
    }

    /// Whether a counted round is settled.
    pub(crate) fn is_settled(round: Round) -> bool {
        Counted::<T>::get()
            .get(3)
            .is_some_and(|last| round <= *last)
    }

    /// Punishes the approvers of the first faulty block that is settled, if there is one.
    pub(crate) fn punish_approvers() -> Weight {
        let open = OpenFaults::<T>::get();
        let settled = (!open.is_empty())
            .then(|| Counted::<T>::get().get(3).copied())
            .flatten();
        let is_settled = |round: Round| settled.is_some_and(|last| round <= last);
        let Some(place) = open.iter().position(|(round, _)| is_settled(*round)) else {
            // Looking for one is part of every block.
            return Weight::zero();
        };
        let taken =
            OpenFaults::<T>::mutate(|open| (place < open.len()).then(|| open.remove(place)));
        let Some((round, issuer)) = taken else {
            return Weight::zero();
        };
        let set = Self::accounts_in(round);
        let judged_in = JudgedIn::<T>::get(round).unwrap_or(round);
        let index = Issuers::<T>::get(round)
            .iter()
            .position(|entry| entry.issuer == issuer);
        for vote in Self::votes_on(round, judged_in, &set) {
            let approved = index.is_some_and(|index| vote.approved.has(index));
            if !approved || vote.voter == issuer {
                continue;
            }
            let slashed = T::Discipline::approver_at_fault(&vote.voter);
            Self::deposit_event(Event::ApproverPunished {
                round,
                issuer,
                approver: vote.voter,
                slashed,
            });
        }
        T::WeightInfo::punish_approvers(u32::try_from(set.len()).unwrap_or(u32::MAX))
    }

    /// Round and cycle of a leaf's ticket, when everything that held then is remembered.
    fn issue_of(leaf: &ViewLeaf) -> Result<(Round, Cycle), Error<T>> {
        let issued_in = Clock::<T>::get()
            .and_then(|clock| clock.round_at(leaf.claim.issue_ms))
            .filter(|issued_in| *issued_in <= Self::current_round() && Self::remembers(*issued_in))
            .ok_or(Error::<T>::FactsForgotten)?;
        Ok((issued_in, Self::cycle_of(issued_in)))
    }

    fn look_up(
        (round, issuer): (Round, AccountId),
        leaf: &ViewLeaf,
        evidence: &FaultEvidence,
    ) -> Result<Looked, Error<T>> {
        let (issued_in, cycle) = Self::issue_of(leaf)?;
        let video = &leaf.claim.video;
        let tickets = match evidence {
            FaultEvidence::TicketElsewhere { .. } => Self::tickets_of(issuer, issued_in, round),
            _ => None,
        };
        let is_enhanced = match evidence {
            FaultEvidence::EnhancementInactive { enhancement } => {
                T::Enhancements::owner_in(*enhancement, video, issued_in).is_some()
            }
            _ => false,
        };
        Ok(Looked {
            issued_in,
            cycle,
            seed: Self::seed_of(cycle).ok_or(Error::<T>::FactsForgotten)?,
            set: Self::accounts_in(issued_in),
            difficulty: Self::parameters_in(issued_in).difficulty,
            terms: T::Videos::terms(video),
            state: T::Videos::state_in(video, issued_in),
            is_enhanced,
            tickets,
        })
    }

    /// The tickets root that a verifier reported for `round`, in which a ticket of its block of `block` was issued: by itself
    /// as long as it is kept, later out of the header that brought it. That is its first one after `round`, and not after
    /// `block`: no later report may bring it.
    fn tickets_of(issuer: AccountId, round: Round, block: Round) -> Option<TicketsRoot> {
        if let Some(tickets) = TicketsRoots::<T>::get(round, issuer) {
            return Some(tickets);
        }
        if let Some(header) = Headers::<T>::get(round, issuer) {
            return Some(header.tickets);
        }
        let before = |later: &Round| CountedRounds::<T>::get(later)?.before;
        let mut since: Vec<Round> = core::iter::successors(Some(block), before)
            .take(MOST_COUNTED_SINCE_ISSUE as usize)
            .take_while(|later| *later > round)
            .collect();
        since.reverse();
        since
            .into_iter()
            .take(MAX_LATE_TICKETS as usize)
            .find_map(|later| {
                let header = Headers::<T>::get(later, issuer)?;
                let late = header
                    .late_tickets
                    .iter()
                    .find(|late| late.round == round)?;
                Some(late.tickets)
            })
    }
}

impl Looked {
    fn facts<'a>(
        &'a self,
        genesis: Hash32,
        header: &'a Header,
        other: Option<(&'a Header, Cycle)>,
    ) -> FaultFacts<'a> {
        FaultFacts {
            genesis,
            issued_in: self.issued_in,
            cycle: self.cycle,
            seed: self.seed,
            set: &self.set,
            difficulty: self.difficulty,
            terms: self.terms.as_ref(),
            state: self.state,
            is_enhanced: self.is_enhanced,
            tickets: self.tickets,
            header,
            other,
        }
    }
}
