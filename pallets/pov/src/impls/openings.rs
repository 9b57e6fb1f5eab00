//! Openings: the drawn leaves of headers and of personal roots, verified in full.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, Round,
    delegation::{SignedDelegation, WalletSignature},
    draw,
    hash::Hash32,
    merkle,
    registry::{CurrentRound, VideoRegistry, VideoState},
    report::{Header, HeaderOpening, PersonalOpening, Report, personal_leaf_hash},
    view::{LeafContext, LeafError, ViewClaim},
};
use frame_support::ensure;
use sp_core::{ed25519, sr25519};

use crate::{
    Clock, Config, Draws, Event, Headers, Issuers, Pallet, Reports, TicketsRoots,
    crypto::HostHasher,
    types::{Ballot, Opened, OpeningError},
};

impl<T: Config> Pallet<T> {
    /// Judges the openings of the verifier's own header of `round`, and keeps the outcome with it. A report
    /// without a header or leaves has nothing to open.
    pub(crate) fn note_openings(report: &Report, round: Round) {
        let issuer = report.verifier;
        let Some(draw) = Draws::<T>::get(round) else {
            return;
        };
        let Some(header) = Headers::<T>::get(round, issuer) else {
            return;
        };
        let outcome = Self::judge_openings(issuer, round, &header, &draw, &report.openings);
        if let Opened::Wrong { leaf, error } = outcome {
            Self::deposit_event(Event::OpeningWrong {
                round,
                issuer,
                leaf,
                error,
            });
        }
        Reports::<T>::mutate(round, issuer, |record| {
            if let Some(record) = record {
                record.opened = outcome;
            }
        });
    }

    fn judge_openings(
        issuer: AccountId,
        round: Round,
        header: &Header,
        draw: &Hash32,
        openings: &[HeaderOpening],
    ) -> Opened {
        let drawn = draw::drawn_leaves::<HostHasher>(draw, &header.root, header.count);
        if drawn.is_empty() {
            return Opened::Right;
        }
        if openings.is_empty() {
            return Opened::Missing;
        }
        let opened: Vec<u32> = openings.iter().map(|opening| opening.index).collect();
        if opened != drawn {
            return Opened::Wrong {
                leaf: 0,
                error: OpeningError::NotTheDrawnLeaves,
            };
        }
        for opening in openings {
            if let Err(error) = Self::judge_leaf(issuer, round, header, opening) {
                return Opened::Wrong {
                    leaf: opening.index,
                    error,
                };
            }
        }
        Opened::Right
    }

    /// Verifies one opened leaf by the values of its ticket's round, cheap rules first.
    pub(crate) fn judge_leaf(
        issuer: AccountId,
        round: Round,
        header: &Header,
        opening: &HeaderOpening,
    ) -> Result<(), OpeningError> {
        let leaf = &opening.leaf;
        let claim = &leaf.claim;
        ensure!(
            merkle::verify::<HostHasher>(
                leaf.leaf_hash::<HostHasher>(),
                opening.index,
                header.count,
                &opening.path,
                &header.root,
            ),
            OpeningError::NotUnderHeader
        );
        let outside = OpeningError::Leaf(LeafError::OutsideRound);
        let clock = Clock::<T>::get().ok_or(outside)?;
        let issued_in = clock.round_at(claim.issue_ms).ok_or(outside)?;
        let genesis = Self::genesis_hash();
        let context = LeafContext {
            genesis,
            clock,
            header_round: round,
            carried_from: <Self as CurrentRound>::carried_from(round),
            cycle: Self::cycle_of(issued_in),
            difficulty: Self::parameters_in(issued_in).difficulty,
            playtime_ms: Self::playtime_in(claim, issued_in).ok_or(OpeningError::Video)?,
        };
        leaf.check::<HostHasher>(&context)
            .map_err(OpeningError::Leaf)?;

        let ticket = leaf.ticket(issuer, issued_in);
        let tickets = TicketsRoots::<T>::get(issued_in, issuer).ok_or(OpeningError::Ticket)?;
        ensure!(
            merkle::verify::<HostHasher>(
                ticket.leaf_hash::<HostHasher>(),
                leaf.ticket_index,
                tickets.count,
                &opening.ticket_path,
                &tickets.root,
            ),
            OpeningError::Ticket
        );

        let delegation = &opening.delegation.delegation;
        ensure!(
            delegation.genesis == genesis
                && delegation.account == claim.viewer
                && delegation.holds_in(issued_in)
                && delegation.hash::<HostHasher>() == claim.delegation,
            OpeningError::Delegation
        );
        ensure!(
            is_signed_by_wallet(&opening.delegation),
            OpeningError::WalletSignature
        );
        ensure!(
            sp_io::crypto::ed25519_verify(
                &ed25519::Signature::from_raw(leaf.signature.0),
                &claim.signing_payload(&genesis),
                &ed25519::Public::from_raw(delegation.session_key),
            ),
            OpeningError::ViewSignature
        );
        Ok(())
    }

    /// Playtime of the claimed cell in ms, if views of it count in `round`.
    fn playtime_in(claim: &ViewClaim, round: Round) -> Option<u32> {
        let terms = T::Videos::terms(&claim.video)?;
        let active = T::Videos::state_in(&claim.video, round) == Some(VideoState::Active);
        let playtime = terms.playtime_of(claim.rendition, claim.minute);
        playtime.filter(|_| active && round >= terms.from_round)
    }

    /// Judges the opening of the personal root in the verifier's report of `judged_in`, whose verdicts are on
    /// `round`, and keeps the outcome there.
    pub(crate) fn note_personal_opening(report: &Report, round: Round, judged_in: Round) {
        let verifier = report.verifier;
        let Some(opening) = &report.personal_opening else {
            return;
        };
        let Some(draw) = Draws::<T>::get(round) else {
            return;
        };
        let ballot = Reports::<T>::get(judged_in, verifier).and_then(|record| record.ballot);
        let Some(ballot) = ballot.filter(|ballot| ballot.round == round) else {
            return;
        };
        if Self::is_personal_leaf(verifier, &ballot, &draw, opening) {
            Reports::<T>::mutate(judged_in, verifier, |record| {
                if let Some(ballot) = record.as_mut().and_then(|record| record.ballot.as_mut()) {
                    ballot.opened = true;
                }
            });
        } else {
            Self::deposit_event(Event::PersonalOpeningWrong { round, verifier });
        }
    }

    /// Whether the opened leaf is the drawn one of the personal root, and the same leaf stands at its place in
    /// the approved header that covers it.
    fn is_personal_leaf(
        verifier: AccountId,
        ballot: &Ballot,
        draw: &Hash32,
        opening: &PersonalOpening,
    ) -> bool {
        let personal = &ballot.personal;
        let drawn = draw::drawn_leaf::<HostHasher>(draw, &personal.root, personal.count, 0);
        let Some(drawn) = drawn else {
            return false;
        };
        let Some((issuer, index)) = Self::approved_leaf(ballot, drawn) else {
            return false;
        };
        let Some(header) = Headers::<T>::get(ballot.round, issuer) else {
            return false;
        };
        merkle::verify::<HostHasher>(
            personal_leaf_hash::<HostHasher>(&verifier, &opening.leaf),
            drawn,
            personal.count,
            &opening.personal_path,
            &personal.root,
        ) && merkle::verify::<HostHasher>(
            opening.leaf.leaf_hash::<HostHasher>(),
            index,
            header.count,
            &opening.header_path,
            &header.root,
        )
    }

    /// Issuer and index there of leaf `place`, counted through all approved headers in order.
    fn approved_leaf(ballot: &Ballot, place: u32) -> Option<(AccountId, u32)> {
        let issuers = Issuers::<T>::get(ballot.round);
        let mut rest = place;
        for (index, entry) in issuers.iter().enumerate() {
            if !ballot.approved.has(index) {
                continue;
            }
            match rest.checked_sub(entry.count) {
                Some(left) => rest = left,
                None => return Some((entry.issuer, rest)),
            }
        }
        None
    }
}

/// Whether the account's own key signed the text of the delegation.
fn is_signed_by_wallet(signed: &SignedDelegation) -> bool {
    let text = signed.delegation.text();
    let account = signed.delegation.account.0;
    match &signed.signature {
        WalletSignature::Ed25519(signature) => sp_io::crypto::ed25519_verify(
            &ed25519::Signature::from_raw(signature.0),
            &text,
            &ed25519::Public::from_raw(account),
        ),
        WalletSignature::Sr25519(signature) => sp_io::crypto::sr25519_verify(
            &sr25519::Signature::from_raw(signature.0),
            &text,
            &sr25519::Public::from_raw(account),
        ),
    }
}
