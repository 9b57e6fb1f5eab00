//! Whole cells, in and out, against placement grants.

use std::sync::Arc;
use std::time::Duration;

use chainflix_content::trees;
use chainflix_primitives::placement::{Grant, SignedGrant};
use futures::AsyncWriteExt;
use libp2p::{PeerId, Stream};

use super::{FIRST_MESSAGE, MESSAGE_LEAVES};
use crate::frame::{self, FrameError};
use crate::peer::peer_id_of;
use crate::provider::{Import, Keeper};
use crate::wire::{
    CellPlace, DeliveryRefusal, FromKeeper, MAX_STORE_MESSAGE, Run, STORE_RUN_GROUPS, StoreRefusal,
    ToKeeper,
};

/// The next run of a cell must come within this time.
const RUN_COMES: Duration = Duration::from_secs(20);

/// Why a transfer ended before its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("refused: {0}")]
    Refused(#[from] StoreRefusal),
}

pub(super) async fn answer<K: Keeper>(
    keeper: Arc<K>,
    peer: PeerId,
    mut stream: Stream,
) -> Result<(), Ended> {
    let request = frame::read_within(&mut stream, MAX_STORE_MESSAGE, FIRST_MESSAGE).await?;
    let result = match request {
        None => return Ok(()),
        Some(ToKeeper::Put(grant)) => take_in(&keeper, &grant, &mut stream).await,
        Some(ToKeeper::Get { grant, first }) => {
            hand_over(&keeper, peer, &grant, first, &mut stream).await
        }
        Some(ToKeeper::Run(_)) => Err(StoreRefusal::Grant.into()),
    };
    if let Err(Ended::Refused(refusal)) = &result {
        let refused = FromKeeper::Refused(*refusal);
        frame::write_within(&mut stream, &refused, MESSAGE_LEAVES).await?;
    }
    // The other side has everything, or is gone.
    let _ = tokio::time::timeout(MESSAGE_LEAVES, stream.close()).await;
    result
}

fn place_of(grant: &Grant) -> CellPlace {
    CellPlace {
        video: grant.video,
        rendition: grant.cell.rendition,
        cell: grant.cell.index,
    }
}

async fn take_in<K: Keeper>(
    keeper: &Arc<K>,
    grant: &SignedGrant,
    stream: &mut Stream,
) -> Result<(), Ended> {
    keeper.check_own(grant)?;
    let begin = {
        let keeper = Arc::clone(keeper);
        let grant = grant.grant.clone();
        move || keeper.import(&place_of(&grant), &grant.cell)
    };
    let Some(mut import) = blocking(begin).await? else {
        return Ok(frame::write_within(stream, &FromKeeper::Held, MESSAGE_LEAVES).await?);
    };
    let groups = grant.grant.cell.groups();
    let first = import.next_group();
    frame::write_within(stream, &FromKeeper::Wanted { first }, MESSAGE_LEAVES).await?;
    while import.next_group() < groups {
        // A run that does not come whole ends the import; so does one that does not verify.
        let message = frame::read_within(stream, MAX_STORE_MESSAGE, RUN_COMES).await?;
        let Some(ToKeeper::Run(run)) = message else {
            return Err(StoreRefusal::Unverified.into());
        };
        import = blocking(move || write(import, &run)).await?;
    }
    blocking(move || import.finish()).await?;
    Ok(frame::write_within(stream, &FromKeeper::Held, MESSAGE_LEAVES).await?)
}

fn write(mut import: Box<dyn Import>, run: &Run) -> Result<Box<dyn Import>, StoreRefusal> {
    if run.first != import.next_group() {
        return Err(StoreRefusal::Unverified);
    }
    import.write(run)?;
    Ok(import)
}

async fn hand_over<K: Keeper>(
    keeper: &Arc<K>,
    peer: PeerId,
    grant: &SignedGrant,
    first: u32,
    stream: &mut Stream,
) -> Result<(), Ended> {
    // The grant is made out to whoever is at the other end of this connection, and to nobody else.
    let peer_key = grant.grant.peer_key;
    if peer_id_of(&peer_key) != Some(peer) {
        return Err(StoreRefusal::Grant.into());
    }
    keeper.check_peer(grant, &peer_key)?;
    let open = {
        let keeper = Arc::clone(keeper);
        let place = place_of(&grant.grant);
        move || keeper.open_cell(&place).map_err(refusal)
    };
    let cell = blocking(open).await?;
    if cell.entry() != &grant.grant.cell {
        return Err(StoreRefusal::NotHeld.into());
    }
    let groups = cell.entry().groups();
    let mut next = first;
    while next < groups {
        let count = STORE_RUN_GROUPS.min(groups.saturating_sub(next));
        let read = {
            let cell = Arc::clone(&cell);
            move || {
                let bytes = cell.read(next, count).map_err(refusal)?;
                let proof = cell.prove(next, count).map_err(refusal)?.proof;
                Ok(Run {
                    first: next,
                    bytes,
                    proof,
                })
            }
        };
        let run = blocking(read).await?;
        keeper.may_leave(run.bytes.len() as u64).await;
        frame::write_within(stream, &FromKeeper::Run(run), MESSAGE_LEAVES).await?;
        next = next.saturating_add(count);
    }
    Ok(())
}

fn refusal(refusal: DeliveryRefusal) -> StoreRefusal {
    match refusal {
        DeliveryRefusal::Damaged => StoreRefusal::Damaged,
        DeliveryRefusal::Busy => StoreRefusal::Busy,
        _ => StoreRefusal::NotHeld,
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreRefusal> + Send + 'static,
) -> Result<T, StoreRefusal> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(StoreRefusal::Failed))
}

// A run fits into its message: groups, a proof of at most 64 hashes, and what SCALE adds.
const _: () = assert!(
    MAX_STORE_MESSAGE
        >= STORE_RUN_GROUPS as usize * trees::GROUP_BYTES
            + chainflix_primitives::merkle::range::MAX_RANGE_PROOF_LEN * 32
            + 32
);
