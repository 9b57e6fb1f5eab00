//! Missing views: an acceptance that stands in no block is paid for out of its issuer's bond.

use chainflix_primitives::{
    Round, Signature64,
    missing::{MissingView, ServiceCertificate},
    registry::Discipline,
    rounds::MAX_CARRY_ROUNDS,
    ticket::Acceptance,
};
use frame_support::ensure;
use sp_application_crypto::RuntimeAppPublic;
use sp_core::ed25519;

use crate::{
    Config, Error, Event, Headers, PaidTickets, Pallet,
    crypto::{HostHasher, Signature},
};

impl<T: Config> Pallet<T> {
    /// Pays the viewer of a view that is proven to be missing. Cheap rules first.
    pub(crate) fn pay_missing(proof: &MissingView) -> Result<(), Error<T>> {
        let accepted = proof.acceptance.round;
        let (ticket, issuer) = (proof.acceptance.ticket, proof.acceptance.issuer);
        ensure!(Self::is_within_a_cycle(accepted), Error::<T>::ClaimTooLate);
        ensure!(
            !PaidTickets::<T>::contains_key(accepted, ticket),
            Error::<T>::PaidAlready
        );
        // A round that has not counted yet has no block either.
        let rounds = Self::blocks_from(proof.first, accepted).ok_or(Error::<T>::MayStillCome)?;
        let last = rounds.get(MAX_CARRY_ROUNDS as usize).copied();
        ensure!(last.is_some_and(Self::is_settled), Error::<T>::MayStillCome);
        let had_a_block = rounds
            .iter()
            .any(|round| Self::key_in(issuer, *round).is_some());
        ensure!(had_a_block, Error::<T>::NothingOwed);
        ensure!(Self::is_accepted(proof), Error::<T>::AcceptanceNotSigned);
        ensure!(Self::is_absent(proof, &rounds), Error::<T>::NotMissing);
        let viewer = proof.ticket.viewer;
        let price = Self::parameters_in(accepted).missing_acceptance;
        let amount = T::Discipline::pay_from_bond(&issuer, &viewer, price);
        ensure!(amount > 0, Error::<T>::BondEmpty);
        PaidTickets::<T>::insert(accepted, ticket, ());
        Self::deposit_event(Event::MissingViewPaid {
            round: accepted,
            issuer,
            viewer,
            ticket,
            amount,
        });
        Ok(())
    }

    /// Whether the issuer accepted the ticket's view, by a service key that its `pov` session key vouches for.
    fn is_accepted(proof: &MissingView) -> bool {
        let acceptance = &proof.acceptance;
        let genesis = Self::genesis_hash();
        let payload = Acceptance::signing_payload(
            &genesis,
            &acceptance.issuer,
            &acceptance.ticket,
            acceptance.round,
        );
        let service_key = proof.certificate.announcement.service_key;
        proof.is_of_one_view::<HostHasher>()
            && sp_io::crypto::ed25519_verify(
                &ed25519::Signature::from_raw(acceptance.signature.0),
                &payload,
                &ed25519::Public::from_raw(service_key),
            )
            && Self::vouches(acceptance.issuer, &proof.certificate)
    }

    fn vouches(issuer: chainflix_primitives::AccountId, certificate: &ServiceCertificate) -> bool {
        let payload = certificate.signing_payload(&Self::genesis_hash(), &issuer);
        let Signature64(signature) = certificate.signature;
        let signature = Signature::from(sp_core::sr25519::Signature::from_raw(signature));
        Self::key_in(issuer, certificate.round).is_some_and(|key| key.verify(&payload, &signature))
    }

    /// Whether the view stands in no block of its issuer of `rounds`.
    fn is_absent(proof: &MissingView, rounds: &[Round]) -> bool {
        let issuer = proof.acceptance.issuer;
        let headers = rounds
            .iter()
            .map(|round| (*round, Headers::<T>::get(round, issuer)));
        proof.is_absent_from::<HostHasher>(headers)
    }
}
