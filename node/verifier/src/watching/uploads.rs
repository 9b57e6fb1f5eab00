//! Uploads: an id under which a producer derives content keys, issued once, for the producer alone.

use chainflix_primitives::{
    api::{MAX_UPLOAD_KEYS_PER_REQUEST, Reply},
    ids::UploadId,
    manifest::MAX_RENDITIONS,
    refusal::Refusal,
    window::MAX_CELLS,
};

use super::Message;
use crate::context::{Context, Ready};
use crate::error::Denied;
use crate::keys::uploads::Upload;
use crate::random;
use crate::store::prune::{UPLOADS_PER_PRODUCER, uploads_of};
use crate::store::tables::{UPLOADS, UPLOADS_OF};

/// Begins an upload.
pub(super) async fn begin(
    context: &Context,
    ready: &Ready,
    message: &Message<'_>,
) -> Result<Reply, Denied> {
    let producer = message.account();
    let at = crate::chain::At::Best;
    if !context.chain.is_eligible_producer(at, producer)? {
        return Err(Refusal::NotEligible.into());
    }
    let id = UploadId(random::bytes());
    // New videos take their keys from the last epoch in force.
    let newest = context.secrets.newest().ok_or(Refusal::NotReady)?;
    let upload = Upload {
        producer,
        epoch: newest.epoch(),
        round: ready.round,
    };
    context
        .store
        .writer()
        .write(move |batch| {
            batch.put(UPLOADS, &id, &upload)?;
            batch.put(UPLOADS_OF, &(producer, upload.round, id), &())?;
            // The oldest uploads of a producer that begins too many are forgotten.
            let [first, last] = uploads_of(producer);
            let all = batch.range(UPLOADS_OF, &first, &last, usize::MAX)?;
            let too_many = all.len().saturating_sub(UPLOADS_PER_PRODUCER);
            for (key, ()) in all.iter().take(too_many) {
                batch.delete(UPLOADS_OF, key)?;
                batch.delete(UPLOADS, &key.2)?;
            }
            Ok(())
        })
        .await?;
    Ok(Reply::Upload {
        upload: id,
        key_epoch: upload.epoch,
    })
}

/// Content keys of an upload.
pub(super) fn keys(
    context: &Context,
    message: &Message<'_>,
    id: UploadId,
    rendition: u8,
    first: u16,
    count: u16,
) -> Result<Reply, Denied> {
    let producer = message.account();
    let end = first.checked_add(count).filter(|end| *end <= MAX_CELLS);
    let Some(end) = end.filter(|_| {
        (1..=MAX_UPLOAD_KEYS_PER_REQUEST).contains(&count) && rendition < MAX_RENDITIONS
    }) else {
        return Err(Refusal::Malformed.into());
    };
    let upload = context
        .store
        .view()?
        .get(UPLOADS, &id)?
        .filter(|upload| upload.producer == producer)
        .ok_or(Refusal::UnknownUpload)?;
    let secret = context.secrets.of(upload.epoch).ok_or(Refusal::NotReady)?;
    let keys = (first..end)
        .map(|cell| *secret.content_key(&producer, &id, rendition, cell))
        .collect();
    Ok(Reply::UploadKeys(keys))
}
