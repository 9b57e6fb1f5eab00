//! Verified plays for a controller: settled rounds of the chain, and what the verifiers tell of their view blocks.

use chainflix_client::chain::Chain;
use chainflix_client::verifiers::{SettledPlays, VerifierError};
use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_controller::directory::Plays;
use chainflix_controller::plays::{PlaysSource, RoundPlays};
use chainflix_controller::protocol::CellRef;
use chainflix_controller::registry::RegistryError;
use chainflix_primitives::Round;
use chainflix_primitives::plays::CellPlays;
use chainflix_primitives::rounds::RoundClock;
use ed25519_zebra::SigningKey;
use futures::future::{BoxFuture, FutureExt};

/// Plays that are longer ago say nothing any more: two half-lives of the slow average, in ms.
const HISTORY_MS: u64 = 2 * 60 * 60 * 1_000;
/// Rounds that are read at a time.
const ROUNDS_AT_ONCE: u32 = 16;

/// The chain and its verifiers.
pub(super) struct ChainPlays {
    chain: Chain,
    settled: SettledPlays,
    time: SystemClock,
}

impl ChainPlays {
    pub(super) fn new(chain: Chain, key: SigningKey) -> Self {
        Self {
            settled: SettledPlays::new(chain.clone(), key),
            chain,
            time: SystemClock::default(),
        }
    }

    async fn read(&self, after: Option<Round>) -> Result<Vec<RoundPlays>, VerifierError> {
        let Some(clock) = self.chain.clock().await? else {
            return Ok(Vec::new());
        };
        let now_ms = self.time.unix_ms();
        let after = match after {
            Some(after) => Some(after),
            None => clock.round_at(now_ms.saturating_sub(HISTORY_MS)),
        };
        let rounds = self.settled.after(after, ROUNDS_AT_ONCE).await?;
        let read = |round: chainflix_client::verifiers::RoundPlays| RoundPlays {
            round: round.round,
            ago_ms: ago_ms(&clock, round.round, now_ms),
            plays: round.cells.iter().map(plays).collect(),
            missing: round.missing,
        };
        Ok(rounds.into_iter().map(read).collect())
    }
}

fn ago_ms(clock: &RoundClock, round: Round, now_ms: u64) -> u64 {
    let end = clock.start_of(round.saturating_add(1)).unwrap_or(now_ms);
    now_ms.saturating_sub(end)
}

fn plays(cell: &CellPlays) -> Plays {
    Plays {
        cell: CellRef {
            video: cell.video,
            rendition: cell.rendition,
            cell: cell.minute,
        },
        plays: cell.plays,
    }
}

impl PlaysSource for ChainPlays {
    fn settled_after(
        &self,
        after: Option<Round>,
    ) -> BoxFuture<'_, Result<Vec<RoundPlays>, RegistryError>> {
        async move {
            let read = self.read(after).await;
            read.map_err(|error| RegistryError(error.to_string()))
        }
        .boxed()
    }
}
