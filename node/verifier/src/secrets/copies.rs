//! Copies of set secrets on their way between verifiers, sealed to the receiver's exchange key.

use chainflix_primitives::{AccountId, duty::SetSecretRecord, hash::Hash32};
use codec::Encode;
use zeroize::Zeroizing;

use super::{commitment, setup};
use crate::chain::At;
use crate::chain::verifiers::Peer;
use crate::context::Context;
use crate::exchange::messages::{PeerRequest, PeerResponse};
use crate::keys::seal_to;

/// Asks the maker, then everybody else, for a copy. `None` when nobody gives one that is what the chain commits to.
pub(super) async fn ask(
    context: &Context,
    own: AccountId,
    epoch: u32,
    record: &SetSecretRecord,
) -> Option<Zeroizing<[u8; 32]>> {
    let mut peers = context.verifiers.all().to_vec();
    peers.retain(|peer| peer.account != own);
    peers.sort_by_key(|peer| peer.account != record.maker);
    let request = PeerRequest::SetSecret {
        epoch,
        commitment: record.commitment,
    };
    let (info, about) = (
        copy_info(context, &own),
        (epoch, record.commitment).encode(),
    );
    for peer in peers {
        let answer = context.exchange.ask(&peer, &request).await;
        let Ok(PeerResponse::SetSecret {
            encapsulated,
            sealed,
        }) = answer
        else {
            continue;
        };
        let key = &context.keys.exchange;
        let Some(plain) = key.open(&encapsulated, &info, &sealed, &about) else {
            continue;
        };
        let Some((bytes, [])) = plain.split_first_chunk::<32>() else {
            continue;
        };
        let secret = Zeroizing::new(*bytes);
        if commitment(epoch, &secret) == record.commitment {
            return Some(secret);
        }
        tracing::warn!(verifier = %peer.account, epoch, "a copy of the set secret is not the one committed to");
    }
    None
}

/// A copy of the secret behind a commitment that stands on chain, sealed to another verifier in force.
pub(crate) fn seal_for(
    context: &Context,
    peer: &Peer,
    epoch: u32,
    commitment: &Hash32,
) -> Option<PeerResponse> {
    // What was known of the set a moment ago does not suffice: whoever has left gets nothing from then on.
    let announced = context.chain.announcements(At::Best).ok()?;
    let announcement = announced
        .iter()
        .find_map(|(account, announced)| (*account == peer.account).then_some(announced))?;
    // A secret that is not on chain is nobody's business yet.
    let record = context.chain.set_secret(At::Best, epoch).ok()??;
    if record.commitment != *commitment {
        return None;
    }
    let secret = setup::stored(context, epoch, commitment).ok()??;
    let info = copy_info(context, &peer.account);
    let about = (epoch, *commitment).encode();
    let to = &announcement.exchange_key;
    let (encapsulated, sealed) = seal_to(to, &info, secret.as_slice(), &about)?;
    Some(PeerResponse::SetSecret {
        encapsulated,
        sealed,
    })
}

/// HPKE `info` of a copy for `to`.
fn copy_info(context: &Context, to: &AccountId) -> Vec<u8> {
    [
        b"chainflix/set-secret-copy/1".as_slice(),
        &context.genesis,
        &to.0,
    ]
    .concat()
}
