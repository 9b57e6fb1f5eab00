//! Why view blocks were not approved, from the events of finalized blocks: the chain keeps who approved, and tells the
//! reasons of the others once.

use chainflix_primitives::{AccountId, Round, report::Verdict};
use codec::{Decode, DecodeAll};

use super::{Block, Chain, ChainError, in_time};

/// A verdict on a view block that is no approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode)]
pub struct RefusedHeader {
    /// Round of the view block.
    pub round: Round,
    /// The verifier that reported it.
    pub issuer: AccountId,
    /// The verifier that did not approve it.
    pub verifier: AccountId,
    /// Rejected, with reason and leaf; or absent.
    pub verdict: Verdict,
}

/// Such verdicts in some finalized blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedPage {
    /// Number of the first block that was read. Above the one asked for when the node does not keep the events of that one
    /// any more.
    pub first: u64,
    /// Number of the last finalized block.
    pub last: u64,
    /// The verdicts, latest block first.
    pub refused: Vec<RefusedHeader>,
}

impl Chain {
    /// Verdicts other than approvals in the last `blocks` finalized blocks, as far back as the node keeps their events.
    ///
    /// # Errors
    /// When no node answers, or the last finalized block can't be read.
    pub async fn refused_headers(&self, blocks: u64) -> Result<RefusedPage, ChainError> {
        let last = self.finalized_number().await?;
        let mut page = RefusedPage {
            first: last,
            last,
            refused: Vec::new(),
        };
        let until = last.saturating_sub(blocks.saturating_sub(1));
        for number in (until.max(1)..=last).rev() {
            let Some(block) = self.nodes.block_at(number).await else {
                break;
            };
            match refused_in(&block).await {
                Ok(refused) => page.refused.extend(refused),
                Err(error) if number == last => return Err(error),
                Err(error) => {
                    tracing::debug!(%error, number, "the events of earlier blocks are gone");
                    break;
                }
            }
            page.first = number;
        }
        Ok(page)
    }
}

async fn refused_in(block: &Block) -> Result<Vec<RefusedHeader>, ChainError> {
    let found = in_time(block.events().fetch()).await?;
    let mut refused = Vec::new();
    for event in found.iter() {
        let event = event.map_err(|error| ChainError::Read(error.to_string()))?;
        if event.pallet_name() == "Pov" {
            refused.extend(refused_by(event.event_name(), event.field_bytes())?);
        }
    }
    Ok(refused)
}

fn refused_by(name: &str, fields: &[u8]) -> Result<Option<RefusedHeader>, ChainError> {
    if name != "HeaderRefused" {
        return Ok(None);
    }
    let read = RefusedHeader::decode_all(&mut &*fields);
    read.map(Some)
        .map_err(|_| ChainError::Read("an event of a verdict has other fields".to_owned()))
}

#[cfg(test)]
mod tests {
    use chainflix_primitives::report::RejectReason;
    use codec::Encode;

    use super::*;

    #[test]
    fn a_verdict_is_read_from_its_event_and_from_no_other() {
        let verdict = Verdict::Reject {
            reason: RejectReason::Possession,
            leaf: 7,
        };
        let (issuer, verifier) = (AccountId([1; 32]), AccountId([2; 32]));
        let fields = (9u32, issuer, verifier, verdict).encode();
        let read = refused_by("HeaderRefused", &fields).expect("read");
        let expected = RefusedHeader {
            round: 9,
            issuer,
            verifier,
            verdict,
        };
        assert_eq!(read, Some(expected));
        assert_eq!(refused_by("OpeningWrong", &fields).expect("none"), None);
        assert!(refused_by("HeaderRefused", &fields[1..]).is_err());
    }
}
