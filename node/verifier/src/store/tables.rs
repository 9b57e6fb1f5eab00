//! The tables of the store, and how keys are written so that their order is the bytes' order.

use std::marker::PhantomData;

use chainflix_primitives::{
    AccountId, Cycle, Magnet, RandomConstant, Round,
    delegation::SignedDelegation,
    earnings::{LedgerAccount, PaidPart},
    fault::FaultProof,
    hash::Hash32,
    ids::UploadId,
    report::EarningsTriple,
    ticket::Ticket,
    view::ViewLeaf,
};
use codec::Decode;
use redb::TableDefinition;

use super::bodies::BodyInfo;
use super::earnings::Adopted;
use super::evidence::Place;
use super::ledger::LedgerRow;
use super::reports::ReportRecord;
use super::views::{OwnView, RefusedView};
use super::{StoreError, StoreResult};
use crate::heartbeats::Watch;
use crate::keys::uploads::Upload;

/// A key of a table: fixed length, numbers big-endian.
pub(crate) trait Key: Sized {
    /// Bytes of the key.
    const LEN: usize;
    /// Appends the key.
    fn write(&self, out: &mut Vec<u8>);
    /// Reads a key of exactly [`Self::LEN`] bytes.
    fn read(bytes: &[u8]) -> Option<Self>;

    /// The key's bytes.
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::LEN);
        self.write(&mut out);
        out
    }
}

macro_rules! number_key {
    ($($number:ty),*) => { $(
        impl Key for $number {
            const LEN: usize = size_of::<$number>();
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }
            fn read(bytes: &[u8]) -> Option<Self> {
                Some(Self::from_be_bytes(bytes.try_into().ok()?))
            }
        }
    )* };
}
number_key!(u32, u64);

impl<const N: usize> Key for [u8; N] {
    const LEN: usize = N;
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok()
    }
}

macro_rules! id_key {
    ($($id:ident: $len:literal),*) => { $(
        impl Key for $id {
            const LEN: usize = $len;
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.0);
            }
            fn read(bytes: &[u8]) -> Option<Self> {
                Some(Self(bytes.try_into().ok()?))
            }
        }
    )* };
}
id_key!(AccountId: 32, Magnet: 32, RandomConstant: 32, UploadId: 16);

impl<A: Key, B: Key> Key for (A, B) {
    const LEN: usize = A::LEN.saturating_add(B::LEN);
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        let (a, b) = bytes.split_at_checked(A::LEN)?;
        Some((A::read(a)?, B::read(b)?))
    }
}

impl<A: Key, B: Key, C: Key> Key for (A, B, C) {
    const LEN: usize = A::LEN.saturating_add(B::LEN).saturating_add(C::LEN);
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
        self.2.write(out);
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        let (a, rest) = bytes.split_at_checked(A::LEN)?;
        let (b, c) = rest.split_at_checked(B::LEN)?;
        Some((A::read(a)?, B::read(b)?, C::read(c)?))
    }
}

/// A table from `K` to SCALE-encoded `V`.
pub(crate) struct Table<K, V> {
    name: &'static str,
    types: PhantomData<fn() -> (K, V)>,
}

impl<K, V> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Table<K, V> {}

impl<K, V> Table<K, V> {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            types: PhantomData,
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) const fn definition(
        &self,
    ) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
        TableDefinition::new(self.name)
    }
}

impl<K: Key, V: Decode> Table<K, V> {
    pub(super) fn decode(&self, mut bytes: &[u8]) -> StoreResult<V> {
        V::decode(&mut bytes).map_err(|_| StoreError::Damaged { table: self.name })
    }

    pub(super) fn key(&self, bytes: &[u8]) -> StoreResult<K> {
        K::read(bytes).ok_or(StoreError::Damaged { table: self.name })
    }
}

/// Id of an own view: in order of acceptance.
pub(crate) type ViewId = u64;

macro_rules! tables {
    ($($(#[$doc:meta])* $constant:ident: $key:ty => $value:ty, $name:literal;)*) => {
        $($(#[$doc])* pub(crate) const $constant: Table<$key, $value> = Table::new($name);)*

        /// Makes sure that every table exists, so that reading never meets a missing one.
        pub(super) fn create_all(write: &redb::WriteTransaction) -> StoreResult<()> {
            $(write.open_table($constant.definition())?;)*
            Ok(())
        }
    };
}

tables! {
    /// Layout and genesis.
    META: [u8; 8] => Vec<u8>, "meta";
    /// Own tickets by round and index.
    TICKETS: (Round, u32) => Ticket, "tickets";
    /// Own views.
    VIEWS: ViewId => OwnView, "views";
    /// Own views without a final fate, by where they stand: 0 for those that wait, or the round of their block and one. With
    /// each, where its openings and receipts lie: they are needed for as long.
    OPEN_VIEWS: (u32, ViewId) => Place, "open_views";
    /// Own views by viewer and time of issue, which is another one for each: intervals of an account don't overlap.
    VIEWS_OF: (AccountId, u64) => ViewId, "views_of";
    /// What was refused, by round of arrival.
    REFUSED: (Round, u64) => RefusedView, "refused";
    /// Minutes that earned or wait to, as bitmaps.
    SPENT: (Cycle, AccountId, Magnet) => Vec<u8>, "spent";
    /// How often viewers were shown campaigns, by day.
    ADS_SHOWN: (u32, AccountId, u32) => u32, "ads_shown";
    /// Delegations, by hash.
    DELEGATIONS: Hash32 => SignedDelegation, "delegations";
    /// Delegations by their last round, to forget them.
    DELEGATIONS_UNTIL: (Round, Hash32) => (), "delegations_until";
    /// Leaves of bodies, own and others', by hash.
    LEAVES: Hash32 => ViewLeaf, "leaves";
    /// Bodies by root.
    BODIES: Hash32 => BodyInfo, "bodies";
    /// Leaf hashes of bodies, in chunks.
    BODY_HASHES: (Hash32, u32) => Vec<Hash32>, "body_hashes";
    /// Bodies by round, to forget them.
    BODIES_OF_ROUND: (Round, Hash32) => (), "bodies_of_round";
    /// Own reports.
    REPORTS: Round => ReportRecord, "reports";
    /// Proofs of faults of others that are not on chain yet.
    FAULTS: (Round, AccountId) => FaultProof, "faults";
    /// Storage providers that were found alive, by period.
    HEARTBEATS: u32 => Watch, "heartbeats";
    /// Set secrets by key epoch and commitment, sealed.
    SECRETS: (u32, Hash32) => Vec<u8>, "secrets";
    /// Uploads that this verifier began.
    UPLOADS: UploadId => Upload, "uploads";
    /// Uploads by producer and round.
    UPLOADS_OF: (AccountId, Round, UploadId) => (), "uploads_of";
    /// What the ledger knows of rounds; one entry.
    LEDGER: u32 => LedgerRow, "ledger";
    /// What it knows of accounts, as of the last settled round.
    LEDGER_ACCOUNTS: AccountId => LedgerAccount, "ledger_accounts";
    /// Minutes that were paid, as bitmaps.
    LEDGER_SPENT: (Cycle, AccountId, Magnet) => Vec<u8>, "ledger_spent";
    /// Ad views that were paid, by day and campaign.
    LEDGER_SHOWN: (u32, u32, AccountId) => u32, "ledger_shown";
    /// Intervals and groups of the last settled rounds, in parts.
    LEDGER_PAID: (Round, u32) => PaidPart, "ledger_paid";
    /// Totals of accounts as of a round as of which earnings were taken, of those that changed before they were taken again.
    TOTALS_BEFORE: (Round, AccountId) => Option<u128>, "totals_before";
    /// What a report says of the earnings as of a round.
    TRIPLES: Round => EarningsTriple, "triples";
    /// Adopted earnings by as-of round.
    ADOPTED: Round => Adopted, "adopted";
}
