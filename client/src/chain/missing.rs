//! Claims for accepted views that stand in no block: what the chain says of them, who vouched for the key that accepted
//! them, and the claim itself.

use chainflix_primitives::missing::{MissingView, ServiceCertificate};
use chainflix_primitives::registry::{Standing, VerifierAnnouncement};
use chainflix_primitives::report::Header;
use chainflix_primitives::rounds::{CYCLE_ROUNDS, CycleRule};
use chainflix_primitives::{AccountId, Round, Signature64};
use codec::{Decode, DecodeAll, Encode};
use futures::StreamExt;
use subxt::dynamic::Value;

use super::reads::ask_at;
use super::{Block, Chain, ChainError, Finalized, in_time};
use crate::acceptances::KeptAcceptance;
use crate::missing::MissingFacts;
use crate::wallet::Wallet;

/// Blocks that are read at a time.
const AT_ONCE: usize = 16;
/// Blocks that are read at one end before the other end's turn.
const STRETCH: u64 = 512;
/// Announcements of one verifier that are looked at in a node's earlier states.
const ANNOUNCEMENTS: u32 = 16;

impl Chain {
    /// Everything that a claim for an acceptance hangs on, out of one finalized block.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn missing_facts(&self, kept: &KeptAcceptance) -> Result<MissingFacts, ChainError> {
        let block = self.block().await?;
        let (issuer, accepted) = (kept.acceptance.issuer, kept.acceptance.round);
        let standing: Standing = ask_at(&block, "standing", ()).await?;
        let now = standing.round;
        let rule: CycleRule = ask_at(&block, "cycle_rule", now).await?;
        let claimable_for = rule.length.min(CYCLE_ROUNDS);
        let mut rounds: Vec<Round> = Vec::new();
        // The chain looks at every round from there on: only at what can be claimed.
        if now.saturating_sub(accepted) <= claimable_for {
            rounds = ask_at(&block, "blocks_of", accepted).await?;
        }
        let (mut blocks, mut was_in_force) = (Vec::new(), false);
        for round in rounds {
            let headers: Vec<(AccountId, Header)> = ask_at(&block, "headers", round).await?;
            let own = headers.into_iter().find(|(of, _)| *of == issuer);
            blocks.push((round, own.map(|(_, header)| header)));
            if !was_in_force {
                let set: Vec<AccountId> = ask_at(&block, "verifier_set", round).await?;
                was_in_force = set.contains(&issuer);
            }
        }
        let paid = [
            Value::u128(accepted.into()),
            Value::from_bytes(kept.acceptance.ticket),
        ];
        let paid: Option<()> = stored_at(&block, "Pov", "PaidTickets", paid.into()).await?;
        let since: Option<Vec<Round>> = stored_at(&block, "Pov", "SetRounds", Vec::new()).await?;
        let mut keys = Vec::new();
        for from in since.unwrap_or_default().into_iter().rev() {
            let key = vec![Value::u128(from.into())];
            let set: Option<Vec<(AccountId, [u8; 32])>> =
                stored_at(&block, "Pov", "VerifierSets", key).await?;
            let mut members = set.into_iter().flatten();
            keys.extend(
                members
                    .find(|(of, _)| *of == issuer)
                    .map(|(_, key)| (from, key)),
            );
        }
        Ok(MissingFacts {
            genesis: self.genesis(),
            now,
            claimable_for,
            paid: paid.is_some(),
            blocks,
            // The fourth of the last counted rounds is settled.
            settled: standing.counted.get(3).copied(),
            was_in_force,
            keys,
        })
    }

    /// A verifier's announcement with the signature that it came with, out of the block in which it was made; the round is
    /// left open. Where the node keeps earlier states they say which block that is. Otherwise all blocks are read from both
    /// ends, since verifiers announce themselves when they begin and when something changes; `searched` is told of each.
    ///
    /// # Errors
    /// When no node answers.
    pub async fn announcement_of(
        &self,
        verifier: &AccountId,
        announcement: &VerifierAnnouncement,
        searched: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Option<ServiceCertificate>, ChainError> {
        let sought = Sought {
            call: (verifier, announcement).encode(),
            announcement,
        };
        let last = self.finalized_number().await?;
        for number in self.announced_in(verifier, last).await {
            searched(number);
            if let Some(found) = sought.in_block(self, number).await {
                return Ok(Some(found));
            }
        }
        let (mut low, mut high) = (1, last);
        while low <= high {
            let from = high.saturating_sub(STRETCH - 1).max(low);
            if let Some(found) = sought.among(self, (from..=high).rev(), searched).await {
                return Ok(Some(found));
            }
            if from == low {
                break;
            }
            high = from.saturating_sub(1);
            let to = low.saturating_add(STRETCH - 1).min(high);
            if let Some(found) = sought.among(self, low..=to, searched).await {
                return Ok(Some(found));
            }
            low = to.saturating_add(1);
        }
        Ok(None)
    }

    /// Blocks in which a verifier made its last announcements, latest first, by the states that the node keeps.
    async fn announced_in(&self, verifier: &AccountId, last: u64) -> Vec<u64> {
        let made = async |number: u64| -> Option<u32> {
            let block = self.nodes.block_at(number).await?;
            let key = vec![Value::from_bytes(verifier.0)];
            let made = stored_at(&block, "Authorities", "AnnouncementCount", key).await;
            made.ok().map(|made: Option<u32>| made.unwrap_or(0))
        };
        let mut found = Vec::new();
        let Some(all) = made(last).await else {
            return found;
        };
        // A node without earlier states has none of the first.
        if made(1).await.is_none() {
            return found;
        }
        for count in (1..=all).rev().take(ANNOUNCEMENTS as usize) {
            let (mut before, mut at) = (0u64, last);
            while at.saturating_sub(before) > 1 {
                let middle = before.midpoint(at);
                match made(middle).await {
                    Some(made) if made >= count => at = middle,
                    Some(_) => before = middle,
                    None => return found,
                }
            }
            found.push(at);
        }
        found
    }

    /// Claims for a view that is proven to be missing: free when the proof holds. What was paid to its viewer, in units.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn claim_missing(
        &self,
        wallet: &Wallet,
        proof: &MissingView,
    ) -> Result<(u128, Finalized), ChainError> {
        /// What the event says.
        #[derive(Decode)]
        struct Paid {
            _round: Round,
            _issuer: AccountId,
            _viewer: AccountId,
            _ticket: [u8; 32],
            amount: u128,
        }
        let done = self
            .submit(wallet, "Pov", "claim_missing", &proof.encode())
            .await?;
        let other = || ChainError::OtherTypes("event Pov.MissingViewPaid".to_owned());
        let fields = done.event("Pov", "MissingViewPaid").ok_or_else(other)?;
        let paid = Paid::decode_all(&mut &*fields).map_err(|_| other())?;
        Ok((paid.amount, done))
    }
}

/// An announcement that is looked for in blocks.
struct Sought<'a> {
    /// What its call begins with, behind its number.
    call: Vec<u8>,
    announcement: &'a VerifierAnnouncement,
}

impl Sought<'_> {
    /// The first of these blocks that has it.
    async fn among(
        &self,
        chain: &Chain,
        numbers: impl Iterator<Item = u64> + Send,
        searched: &(dyn Fn(u64) + Send + Sync),
    ) -> Option<ServiceCertificate> {
        let looks = futures::stream::iter(numbers).map(|number| {
            searched(number);
            self.in_block(chain, number)
        });
        let mut found = std::pin::pin!(looks.buffered(AT_ONCE));
        while let Some(found) = found.next().await {
            if found.is_some() {
                return found;
            }
        }
        None
    }

    async fn in_block(&self, chain: &Chain, number: u64) -> Option<ServiceCertificate> {
        let transactions = chain.nodes.body(number).await?;
        let mut transactions = transactions.iter();
        transactions.find_map(|transaction| self.at_the_end_of(transaction))
    }

    /// A call stands at the end of its transaction: number, verifier, announcement, sequence, signature.
    fn at_the_end_of(&self, transaction: &[u8]) -> Option<ServiceCertificate> {
        let (rest, signature) = transaction.split_last_chunk::<64>()?;
        let (rest, sequence) = rest.split_last_chunk::<4>()?;
        rest.ends_with(&self.call).then(|| ServiceCertificate {
            announcement: self.announcement.clone(),
            sequence: u32::from_le_bytes(*sequence),
            round: 0,
            signature: Signature64(*signature),
        })
    }
}

/// A value in storage at a block.
async fn stored_at<T: Decode>(
    block: &Block,
    pallet: &str,
    entry: &str,
    keys: Vec<Value>,
) -> Result<Option<T>, ChainError> {
    let address = subxt::dynamic::storage::<Vec<Value>, Value>(pallet, entry);
    let found = in_time(block.storage().try_fetch(address, keys)).await?;
    found
        .map(|value| T::decode_all(&mut value.bytes()))
        .transpose()
        .map_err(|_| ChainError::OtherTypes(format!("{pallet}.{entry}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acceptances::tests::kept;

    #[test]
    fn an_announcement_is_read_out_of_its_transaction_and_no_other() {
        let kept = kept(7, 1);
        let (verifier, announcement) = (kept.acceptance.issuer, &kept.announcement);
        let sought = Sought {
            call: (&verifier, announcement).encode(),
            announcement,
        };
        let transaction = |verifier: AccountId, announcement: &VerifierAnnouncement| {
            let call = (verifier, announcement, 3u32, [9u8; 64]).encode();
            [&[0x45, 0, 7, 1][..], &call].concat()
        };
        let found = sought.at_the_end_of(&transaction(verifier, announcement));
        let found = found.expect("its own");
        assert_eq!((found.sequence, found.signature), (3, Signature64([9; 64])));
        assert_eq!(found.announcement, *announcement);
        let other = AccountId([0xee; 32]);
        assert_eq!(
            sought.at_the_end_of(&transaction(other, announcement)),
            None
        );
        let mut changed = announcement.clone();
        changed.service_key = [0xee; 32];
        assert_eq!(sought.at_the_end_of(&transaction(verifier, &changed)), None);
        assert_eq!(sought.at_the_end_of(&[1, 2, 3]), None);
    }
}
