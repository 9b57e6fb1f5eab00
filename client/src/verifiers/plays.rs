//! Plays of settled view blocks, as a controller reads them: what more than half of the verifiers in force say alike, and
//! what adds up to the number of views on chain.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chainflix_primitives::plays::{
    CellPlays, MAX_CELLS_PER_PAGE, MAX_REQUEST_MS, PlaysPage, PlaysRequest, SignedPlaysRequest,
};
use chainflix_primitives::registry::SettledRound;
use chainflix_primitives::{AccountId, Hash32, Round, Signature64};
use codec::{DecodeAll, Encode};
use ed25519_zebra::SigningKey;
use futures::future::join_all;
use jsonrpsee::ws_client::WsClient;

use super::VerifierError;
use super::transport::{self, CallError};
use crate::chain::Chain;

/// What one verifier has not told by then is not waited for: the others' answers count without it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Plays of one settled round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundPlays {
    /// The round.
    pub round: Round,
    /// Plays by cell, one list for each of its view blocks after the other.
    pub cells: Vec<CellPlays>,
    /// Approved view blocks of which not enough verifiers told the same.
    pub missing: u32,
}

/// An approved view block that holds views.
#[derive(Clone, Copy, Debug)]
struct Block {
    round: Round,
    root: Hash32,
    count: u32,
}

/// What one verifier told, by root.
type Told = BTreeMap<Hash32, Vec<CellPlays>>;

/// Reads plays for a registered controller.
pub struct SettledPlays {
    chain: Chain,
    key: SigningKey,
    public: [u8; 32],
}

impl SettledPlays {
    /// A reader that asks with the controller's registered key.
    #[must_use]
    pub fn new(chain: Chain, key: SigningKey) -> Self {
        let public = key.verification_key().into();
        Self { chain, key, public }
    }

    /// Plays of the settled rounds above `after`, ascending, of at most `limit` rounds.
    ///
    /// # Errors
    /// When the chain can't be read. A verifier that does not answer is none.
    pub async fn after(
        &self,
        after: Option<Round>,
        limit: u32,
    ) -> Result<Vec<RoundPlays>, VerifierError> {
        let settled = self.chain.settled_after(after, limit).await?;
        let blocks: Vec<Block> = settled.iter().flat_map(watched_blocks).collect();
        let (mut told, mut quorum) = (Vec::new(), 1);
        if !blocks.is_empty() {
            let now = self.chain.standing().await?.round;
            let in_force = self.chain.verifier_set(now).await?;
            let announced = self.chain.announcements().await?;
            quorum = (in_force.len() / 2).saturating_add(1);
            let asked = announced
                .iter()
                .filter(|(account, _)| in_force.contains(account))
                .map(|(account, announcement)| {
                    let endpoint = String::from_utf8_lossy(&announcement.endpoint).into_owned();
                    self.ask(*account, endpoint, &blocks)
                });
            told = join_all(asked).await;
        }
        Ok(settled
            .iter()
            .map(|round| collect(round, &told, quorum))
            .collect())
    }

    /// What one verifier tells of `blocks` in time.
    async fn ask(&self, verifier: AccountId, endpoint: String, blocks: &[Block]) -> Told {
        let mut told = Told::new();
        let asking = self.ask_into(&mut told, verifier, &endpoint, blocks);
        if tokio::time::timeout(PATIENCE, asking).await.is_err() {
            tracing::debug!(%verifier, "plays told too slowly");
        }
        told
    }

    async fn ask_into(
        &self,
        told: &mut Told,
        verifier: AccountId,
        endpoint: &str,
        blocks: &[Block],
    ) {
        let client = match transport::connect(endpoint).await {
            Ok(client) => client,
            Err(error) => {
                tracing::debug!(%verifier, %error, "plays not asked");
                return;
            }
        };
        for block in blocks {
            match self.block(&client, verifier, block).await {
                Ok(Some(cells)) => {
                    told.insert(block.root, cells);
                }
                Ok(None) => tracing::debug!(%verifier, "plays that don't add up"),
                Err(CallError::Connection(reason)) => {
                    tracing::debug!(%verifier, reason, "plays not told");
                    return;
                }
                Err(error) => tracing::debug!(%verifier, ?error, "plays not told"),
            }
        }
    }

    /// Plays of one block by one verifier; `None` when they are not as the chain's count says.
    async fn block(
        &self,
        client: &WsClient,
        verifier: AccountId,
        block: &Block,
    ) -> Result<Option<Vec<CellPlays>>, CallError> {
        let mut cells: Vec<CellPlays> = Vec::new();
        loop {
            let first = u32::try_from(cells.len()).unwrap_or(u32::MAX);
            let request = self.signed(verifier, block, first);
            let params = vec![serde_json::json!(hex::encode(request.encode()))];
            let text: String = transport::request(client, "verifier_plays", params).await?;
            let page = hex::decode(text)
                .ok()
                .and_then(|bytes| PlaysPage::decode_all(&mut bytes.as_slice()).ok());
            match page.and_then(|page| add_page(&mut cells, page, block.count)) {
                None => return Ok(None),
                Some(false) => {}
                Some(true) => {
                    return Ok((sum(&cells) == u64::from(block.count)).then_some(cells));
                }
            }
        }
    }

    fn signed(&self, verifier: AccountId, block: &Block, first: u32) -> SignedPlaysRequest {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now_ms = now.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0));
        let request = PlaysRequest {
            genesis: self.chain.genesis(),
            controller: self.public,
            verifier,
            round: block.round,
            root: block.root,
            first,
            // Half of what is allowed: clocks differ.
            expires_ms: now_ms.saturating_add(MAX_REQUEST_MS / 2),
        };
        let signature = self.key.sign(&request.signing_payload()).to_bytes();
        SignedPlaysRequest {
            request,
            signature: Signature64(signature),
        }
    }
}

fn watched_blocks(settled: &SettledRound) -> impl Iterator<Item = Block> {
    let round = settled.round;
    let blocks = settled.blocks.iter();
    blocks
        .filter(|block| block.approved && block.count > 0)
        .map(move |block| Block {
            round,
            root: block.root,
            count: block.count,
        })
}

fn collect(settled: &SettledRound, told: &[Told], quorum: usize) -> RoundPlays {
    let mut plays = RoundPlays {
        round: settled.round,
        cells: Vec::new(),
        missing: 0,
    };
    for block in watched_blocks(settled) {
        let answers = told.iter().filter_map(|told| told.get(&block.root));
        match agreed(answers, quorum) {
            Some(cells) => plays.cells.extend(cells),
            None => plays.missing = plays.missing.saturating_add(1),
        }
    }
    plays
}

/// What at least `quorum` of the answers say.
fn agreed<'a>(
    answers: impl Iterator<Item = &'a Vec<CellPlays>>,
    quorum: usize,
) -> Option<&'a Vec<CellPlays>> {
    let mut tally: Vec<(&Vec<CellPlays>, usize)> = Vec::new();
    for answer in answers {
        match tally.iter_mut().find(|(other, _)| *other == answer) {
            Some((_, votes)) => *votes = votes.saturating_add(1),
            None => tally.push((answer, 1)),
        }
    }
    let found = tally.into_iter().find(|(_, votes)| *votes >= quorum);
    found.map(|(answer, _)| answer)
}

/// Takes in the next page of a block of `count` views. Whether it is the last; `None` when it is no page of such a block:
/// each cell was played once at least, so there are no more cells than views, and all pages but the last are full, so that
/// nobody spins out an answer.
fn add_page(cells: &mut Vec<CellPlays>, page: PlaysPage, count: u32) -> Option<bool> {
    let is_full = page.cells.len() == MAX_CELLS_PER_PAGE;
    cells.extend(page.cells);
    let is_last = cells.len() >= page.total as usize;
    (page.total <= count && (is_last || is_full)).then_some(is_last)
}

fn sum(cells: &[CellPlays]) -> u64 {
    cells.iter().map(|cell| u64::from(cell.plays)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_primitives::Magnet;
    use chainflix_primitives::registry::SettledBlock;

    fn played(plays: u32) -> Vec<CellPlays> {
        vec![CellPlays {
            video: Magnet([1; 32]),
            rendition: 0,
            minute: 0,
            plays,
        }]
    }

    fn told(plays: u32) -> Told {
        Told::from([([5; 32], played(plays))])
    }

    #[test]
    fn a_verifier_that_tells_a_cell_at_a_time_is_not_listened_to_and_full_pages_are_read_to_the_last()
     {
        let page = |cells: usize, total: u32| PlaysPage {
            total,
            cells: played(1).repeat(cells),
        };
        let mut cells = Vec::new();
        assert_eq!(add_page(&mut cells, page(1, 100_000), 100_000), None);
        assert_eq!(add_page(&mut cells, page(0, 100_000), 100_000), None);
        assert_eq!(add_page(&mut cells, page(1, 2), 1), None);
        let mut cells = Vec::new();
        let total = u32::try_from(MAX_CELLS_PER_PAGE).unwrap() + 1;
        let full = page(MAX_CELLS_PER_PAGE, total);
        assert_eq!(add_page(&mut cells, full, total), Some(false));
        assert_eq!(add_page(&mut cells, page(1, total), total), Some(true));
        assert_eq!(sum(&cells), u64::from(total));
    }

    #[test]
    fn what_half_of_the_verifiers_make_up_is_not_believed_and_what_more_than_half_say_is() {
        let block = SettledBlock {
            issuer: AccountId([1; 32]),
            root: [5; 32],
            count: 3,
            playtime_ms: 180_000,
            approved: true,
            voided: false,
            weight_ms: 0,
            reward: 0,
        };
        let rejected = SettledBlock {
            approved: false,
            root: [6; 32],
            ..block.clone()
        };
        let round = SettledRound {
            round: 7,
            emission: 0,
            settled: 0,
            blocks: vec![block, rejected].try_into().unwrap(),
            reporters: Vec::new().try_into().unwrap(),
            ads: Vec::new().try_into().unwrap(),
        };
        let quorum = 3;
        let halves = collect(&round, &[told(9), told(9), told(3), told(3)], quorum);
        assert_eq!((halves.cells, halves.missing), (Vec::new(), 1));
        let most = collect(&round, &[told(9), told(3), told(3), told(3)], quorum);
        assert_eq!((most.cells, most.missing), (played(3), 0));
        let silent = collect(&round, &[Told::new(), told(3), told(3)], quorum);
        assert_eq!(silent.missing, 1);
    }
}
