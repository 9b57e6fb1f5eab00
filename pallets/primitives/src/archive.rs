//! The archive of a settled round: what a verifier keeps of it, in one file that anybody can check.
//!
//! A file is a sequence of SCALE-encoded [`ArchiveRecord`]s without anything between them, read from the first to the last:
//!
//! ```text
//! Begin ( Block (Delegations* Leaves)* )* End
//! ```
//!
//! `Begin` has the settled round as the chain recorded it. For each of its blocks, in their order, there is one `Block`; its
//! leaves follow in theirs, each after the delegation whose session key signed it, when the verifier has that. `End` has the
//! digest of everything before it. [`ArchiveCheck`] takes the records one by one, in memory that grows with delegations
//! only, and recomputes the root of each body. What it can't know: whether the settled round is the chain's. Whoever
//! checks a file compares that with a node.

use alloc::collections::BTreeMap;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, Encode, Input};
use core::fmt;

use crate::delegation::{Delegation, SignedDelegation};
use crate::hash::{Hash32, Hasher};
use crate::ids::AccountId;
use crate::merkle::RootBuilder;
use crate::registry::{SettledBlock, SettledRound};
use crate::view::ViewLeaf;

/// First bytes of a file, after the number of its first record.
pub const ARCHIVE_MAGIC: [u8; 8] = *b"cfxround";
/// Version of the format.
pub const ARCHIVE_VERSION: u8 = 1;
/// Most leaves or delegations in one record.
pub const MAX_IN_RECORD: u32 = 512;

/// One record of a file.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ArchiveRecord {
    /// The first record.
    #[codec(index = 0)]
    Begin {
        /// [`ARCHIVE_MAGIC`].
        magic: [u8; 8],
        /// [`ARCHIVE_VERSION`].
        version: u8,
        /// Genesis hash of the chain.
        genesis: Hash32,
        /// The round.
        settled: SettledRound,
    },
    /// The next block of the round.
    #[codec(index = 1)]
    Block {
        /// Whose it is.
        issuer: AccountId,
        /// Whether its leaves follow: of a block that was not approved the verifier may have none.
        is_held: bool,
    },
    /// Delegations of leaves that follow, each once in a file.
    #[codec(index = 2)]
    Delegations(BoundedVec<SignedDelegation, ConstU32<MAX_IN_RECORD>>),
    /// The next leaves of the block.
    #[codec(index = 3)]
    Leaves(BoundedVec<ViewLeaf, ConstU32<MAX_IN_RECORD>>),
    /// The last record.
    #[codec(index = 4)]
    End {
        /// Number of the records before.
        records: u64,
        /// [`digest`] of them.
        digest: Hash32,
    },
}

/// Digest of records: SHA-256 of the digest of those before and the last one; zeros before the first.
#[must_use]
pub fn digest<H: Hasher>(before: &Hash32, record: &ArchiveRecord) -> Hash32 {
    H::sha256_parts(&[before, &record.encode()])
}

/// Why a file is no archive of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveError {
    /// It begins with something else.
    NoArchive,
    /// Another version wrote it.
    Version(u8),
    /// Records stand in an order that no writer has.
    OutOfOrder,
    /// It names another block than the settled round has there, or too few.
    OtherBlock,
    /// The leaves of a block are not as many as were settled.
    Count,
    /// They lead to another root than was settled.
    Root,
    /// They are not in the order of a view block.
    LeafOrder,
    /// A view names a delegation of another account.
    OtherAccount,
    /// A delegation is of another chain.
    OtherChain,
    /// Number of records or digest are not those of the file.
    Digest,
    /// It has no end, or goes on behind it.
    NoEnd,
    /// A record can't be read.
    Unreadable,
    /// A wallet did not sign a delegation, or a session key a view.
    Signature,
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::NoArchive => "it is no archive of a round",
            Self::Version(version) => {
                return write!(
                    f,
                    "it has version {version}, this program reads {ARCHIVE_VERSION}"
                );
            }
            Self::OutOfOrder => "its records are out of order",
            Self::OtherBlock => "its blocks are not those of the settled round",
            Self::Count => "a block has another number of views than was settled",
            Self::Root => "the views of a block lead to another root than was settled",
            Self::LeafOrder => "the views of a block are out of order",
            Self::OtherAccount => "a view names the delegation of another account",
            Self::OtherChain => "a delegation is of another chain",
            Self::Digest => "it was damaged: its digest is another one",
            Self::NoEnd => "it was cut off, or has more than one archive in it",
            Self::Unreadable => "it was cut off or damaged",
            Self::Signature => "a signature is not by whom it should be",
        };
        f.write_str(words)
    }
}

impl core::error::Error for ArchiveError {}

/// What a whole file held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveSummary {
    /// Genesis hash that it names.
    pub genesis: Hash32,
    /// The settled round that it names.
    pub settled: SettledRound,
    /// Blocks whose leaves it has; their roots are the settled ones.
    pub held: u32,
    /// Views in them.
    pub views: u64,
    /// Those of which the delegation is not in the file.
    pub without_delegation: u64,
}

/// Reads a whole file and checks it. `holds` verifies the signatures of a record that was just taken; this crate can't.
///
/// # Errors
/// The first thing that does not hold.
pub fn read<H: Hasher>(
    input: &mut impl Input,
    mut holds: impl FnMut(&ArchiveCheck<H>, &ArchiveRecord) -> bool,
) -> Result<ArchiveSummary, ArchiveError> {
    let first = ArchiveRecord::decode(input).map_err(|_| ArchiveError::NoArchive)?;
    let mut check = ArchiveCheck::begin(first)?;
    while !check.is_over() {
        let record = ArchiveRecord::decode(input).map_err(|_| ArchiveError::Unreadable)?;
        check.take(&record)?;
        if !holds(&check, &record) {
            return Err(ArchiveError::Signature);
        }
    }
    if input.read_byte().is_ok() {
        return Err(ArchiveError::NoEnd);
    }
    check.finish()
}

/// Leaves of a block, as far as they were read.
struct Open<H> {
    block: SettledBlock,
    leaves: RootBuilder<H>,
    count: u32,
    last: Option<(AccountId, u64)>,
}

/// Takes the records of a file one by one.
pub struct ArchiveCheck<H> {
    summary: ArchiveSummary,
    /// Place of the next block in the settled round.
    next: usize,
    open: Option<Open<H>>,
    delegations: BTreeMap<Hash32, Delegation>,
    records: u64,
    digest: Hash32,
    is_over: bool,
}

impl<H: Hasher> ArchiveCheck<H> {
    /// Begins with the first record.
    ///
    /// # Errors
    /// When it is not the first record of an archive.
    pub fn begin(record: ArchiveRecord) -> Result<Self, ArchiveError> {
        let digest = digest::<H>(&[0; 32], &record);
        let ArchiveRecord::Begin {
            magic,
            version,
            genesis,
            settled,
        } = record
        else {
            return Err(ArchiveError::NoArchive);
        };
        if magic != ARCHIVE_MAGIC {
            return Err(ArchiveError::NoArchive);
        }
        if version != ARCHIVE_VERSION {
            return Err(ArchiveError::Version(version));
        }
        Ok(Self {
            summary: ArchiveSummary {
                genesis,
                settled,
                held: 0,
                views: 0,
                without_delegation: 0,
            },
            next: 0,
            open: None,
            delegations: BTreeMap::new(),
            records: 1,
            digest,
            is_over: false,
        })
    }

    /// Takes the next record. Signatures are the caller's to verify, with [`Self::delegation_of`].
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn take(&mut self, record: &ArchiveRecord) -> Result<(), ArchiveError> {
        if self.is_over {
            return Err(ArchiveError::NoEnd);
        }
        match record {
            ArchiveRecord::Begin { .. } => return Err(ArchiveError::OutOfOrder),
            ArchiveRecord::Block { issuer, is_held } => self.block(issuer, *is_held)?,
            ArchiveRecord::Delegations(delegations) => {
                for signed in delegations {
                    let delegation = &signed.delegation;
                    if delegation.genesis != self.summary.genesis {
                        return Err(ArchiveError::OtherChain);
                    }
                    let hash = delegation.hash::<H>();
                    self.delegations.insert(hash, delegation.clone());
                }
            }
            ArchiveRecord::Leaves(leaves) => {
                for leaf in leaves {
                    self.leaf(leaf)?;
                }
            }
            ArchiveRecord::End { records, digest } => {
                self.close()?;
                if self.next != self.summary.settled.blocks.len() {
                    return Err(ArchiveError::OtherBlock);
                }
                if (*records, *digest) != (self.records, self.digest) {
                    return Err(ArchiveError::Digest);
                }
                self.is_over = true;
                return Ok(());
            }
        }
        self.digest = digest::<H>(&self.digest, record);
        self.records = self.records.saturating_add(1);
        Ok(())
    }

    /// The delegation that a leaf names, when it came before.
    #[must_use]
    pub fn delegation_of(&self, leaf: &ViewLeaf) -> Option<&Delegation> {
        self.delegations.get(&leaf.claim.delegation)
    }

    /// Genesis hash that the file names.
    #[must_use]
    pub fn genesis(&self) -> &Hash32 {
        &self.summary.genesis
    }

    /// Whether the last record was taken.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// What the file held.
    ///
    /// # Errors
    /// When its end is missing.
    pub fn finish(self) -> Result<ArchiveSummary, ArchiveError> {
        if self.is_over {
            Ok(self.summary)
        } else {
            Err(ArchiveError::NoEnd)
        }
    }

    fn block(&mut self, issuer: &AccountId, is_held: bool) -> Result<(), ArchiveError> {
        self.close()?;
        let block = self.summary.settled.blocks.get(self.next);
        let block = block.filter(|block| block.issuer == *issuer);
        let block = block.ok_or(ArchiveError::OtherBlock)?.clone();
        self.next = self.next.saturating_add(1);
        if is_held {
            self.summary.held = self.summary.held.saturating_add(1);
            self.open = Some(Open {
                block,
                leaves: RootBuilder::new(),
                count: 0,
                last: None,
            });
        }
        Ok(())
    }

    fn leaf(&mut self, leaf: &ViewLeaf) -> Result<(), ArchiveError> {
        let open = self.open.as_mut().ok_or(ArchiveError::OutOfOrder)?;
        if open.count >= open.block.count {
            return Err(ArchiveError::Count);
        }
        let key = leaf.sort_key();
        if open.last.is_some_and(|last| last >= key) {
            return Err(ArchiveError::LeafOrder);
        }
        open.last = Some(key);
        open.leaves.push(leaf.leaf_hash::<H>());
        open.count = open.count.saturating_add(1);
        self.summary.views = self.summary.views.saturating_add(1);
        match self.delegations.get(&leaf.claim.delegation) {
            Some(delegation) if delegation.account != leaf.claim.viewer => {
                return Err(ArchiveError::OtherAccount);
            }
            Some(_) => {}
            None => {
                let without = &mut self.summary.without_delegation;
                *without = without.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Ends the block that is open, if one is.
    fn close(&mut self) -> Result<(), ArchiveError> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        if open.count != open.block.count {
            return Err(ArchiveError::Count);
        }
        if open.leaves.root() != open.block.root {
            return Err(ArchiveError::Root);
        }
        Ok(())
    }
}
