//! Tickets and delegations in the store.

use chainflix_primitives::{Round, delegation::SignedDelegation, hash::Hash32, ticket::Ticket};

use super::tables::{DELEGATIONS, DELEGATIONS_UNTIL, TICKETS};
use super::{Batch, StoreResult, View};

impl Batch<'_> {
    /// Appends a ticket at its round and index.
    pub(crate) fn put_ticket(&self, ticket: &Ticket) -> StoreResult<()> {
        self.put(TICKETS, &(ticket.round, ticket.index), ticket)
    }

    /// Keeps a delegation, to be found by its hash.
    pub(crate) fn put_delegation(
        &self,
        hash: &Hash32,
        delegation: &SignedDelegation,
    ) -> StoreResult<()> {
        let until = delegation.delegation.last_round;
        self.put(DELEGATIONS, hash, delegation)?;
        self.put(DELEGATIONS_UNTIL, &(until, *hash), &())
    }
}

impl View {
    /// The tickets of a round from index `first` on, at most `limit`, in order.
    pub(crate) fn tickets(
        &self,
        round: Round,
        first: u32,
        limit: usize,
    ) -> StoreResult<Vec<Ticket>> {
        let entries = self.range(TICKETS, &(round, first), &(round, u32::MAX), limit)?;
        Ok(entries.into_iter().map(|(_, ticket)| ticket).collect())
    }

    /// Index that the next ticket of a round gets.
    pub(crate) fn next_ticket_index(&self, round: Round) -> StoreResult<u32> {
        let last = self.range_back(TICKETS, &(round, 0), &(round, u32::MAX), 1)?;
        Ok(last
            .first()
            .map_or(0, |((_, index), _)| index.saturating_add(1)))
    }
}
