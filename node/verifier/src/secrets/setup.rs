//! Making, passing on and acknowledging the set secret of an epoch.
//!
//! The first verifier in order makes it and commits to it on chain. The others ask for a copy, sealed to their exchange
//! key; what they get must be what the commitment says. They acknowledge on chain, and use it when more than 51 % have.
//! When that takes ten rounds, the next in order makes another.

use std::{sync::Arc, time::Duration};

use chainflix_primitives::{
    AccountId, Round,
    duty::{SetSecretDuty, SetSecretRecord, set_secret_maker},
    hash::Hash32,
};
use codec::Encode;
use zeroize::Zeroizing;

use super::commitment;
use crate::chain::At;
use crate::chain::verifiers::Peer;
use crate::context::Context;
use crate::error::Failure;
use crate::exchange::messages::{PeerRequest, PeerResponse};
use crate::keys::seal_to;
use crate::random;
use crate::store::tables::SECRETS;

/// The epoch of every key so far.
const EPOCH: u32 = 0;
/// Without a new block the next step is tried after so long.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Brings the set secret further at every best block, until it is in force and held here.
pub(crate) async fn run(context: Arc<Context>) {
    let mut blocks = context.chain.best_blocks();
    while context.secrets.of(EPOCH).is_none() {
        let place = context.place();
        if let Some(own) = place.account
            && let Err(error) = step(&context, own, place.round).await
        {
            tracing::warn!(%error, "the set secret waits; it is tried again");
        }
        tokio::select! {
            changed = blocks.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(TRY_AGAIN) => {}
        }
    }
}

async fn step(context: &Context, own: AccountId, round: Round) -> Result<(), Failure> {
    let record = context.chain.set_secret(At::Best, EPOCH)?;
    let set = context.chain.verifier_set(At::Best, round)?;
    if maker_in_turn(record.as_ref(), &set, round) == Some(own) {
        let commitment = own_secret(context).await?;
        let duty = SetSecretDuty::Commit {
            epoch: EPOCH,
            commitment,
        };
        context.duties.set_secret(&duty);
        context.duties.kick();
        return Ok(());
    }
    let Some(record) = record else {
        context.duties.clear_set_secret();
        return Ok(());
    };
    let secret = match stored(context, EPOCH, &record.commitment)? {
        Some(secret) => secret,
        None => match fetch(context, own, &record).await? {
            Some(secret) => secret,
            None => return Ok(()),
        },
    };
    if record.in_force {
        context.secrets.hold(EPOCH, record.since, secret);
        context.duties.clear_set_secret();
        tracing::info!(epoch = EPOCH, "the set secret is in force and held here");
    } else {
        let duty = SetSecretDuty::Acknowledge {
            epoch: EPOCH,
            commitment: record.commitment,
        };
        context.duties.set_secret(&duty);
        context.duties.kick();
    }
    Ok(())
}

/// Who may make a secret now; nobody once one is in force.
fn maker_in_turn(
    record: Option<&SetSecretRecord>,
    set: &[AccountId],
    round: Round,
) -> Option<AccountId> {
    match record {
        Some(record) if record.in_force => None,
        Some(record) => set_secret_maker(set, Some(&record.maker), record.since, round),
        // Epoch 0 opens with the chain.
        None => set_secret_maker(set, None, 0, round),
    }
}

/// Commitment to the secret that this verifier makes: drawn once, and in the store before anybody hears of it.
async fn own_secret(context: &Context) -> Result<Hash32, Failure> {
    if let Some(commitment) = context.store.view()?.own_secret()? {
        return Ok(commitment);
    }
    let mut secret = Zeroizing::new([0u8; 32]);
    random::fill(secret.as_mut_slice());
    let made = commitment(EPOCH, &secret);
    let sealed = seal(context, &made, &secret)?;
    context
        .store
        .writer()
        .write(move |batch| {
            batch.put(SECRETS, &(EPOCH, made), &sealed)?;
            batch.put_own_secret(&made)
        })
        .await?;
    Ok(made)
}

fn seal(context: &Context, commitment: &Hash32, secret: &[u8; 32]) -> Result<Vec<u8>, Failure> {
    let sealed = context.keys.store.seal(EPOCH, commitment, secret);
    sealed.ok_or(Failure::Seal)
}

fn stored(
    context: &Context,
    epoch: u32,
    commitment: &Hash32,
) -> Result<Option<Zeroizing<[u8; 32]>>, Failure> {
    let sealed = context.store.view()?.get(SECRETS, &(epoch, *commitment))?;
    let opened = sealed.and_then(|sealed| context.keys.store.open(epoch, commitment, &sealed));
    Ok(opened.filter(|secret| super::commitment(epoch, secret) == *commitment))
}

/// Asks the maker, then everybody else, for a copy; keeps it.
async fn fetch(
    context: &Context,
    own: AccountId,
    record: &SetSecretRecord,
) -> Result<Option<Zeroizing<[u8; 32]>>, Failure> {
    let mut peers = context.verifiers.all().to_vec();
    peers.retain(|peer| peer.account != own);
    peers.sort_by_key(|peer| peer.account != record.maker);
    let request = PeerRequest::SetSecret {
        epoch: EPOCH,
        commitment: record.commitment,
    };
    for peer in peers {
        let answer = context.exchange.ask(&peer, &request).await;
        let Ok(PeerResponse::SetSecret {
            encapsulated,
            sealed,
        }) = answer
        else {
            continue;
        };
        let info = copy_info(context, &own);
        let about = (EPOCH, record.commitment).encode();
        let opened = context
            .keys
            .exchange
            .open(&encapsulated, &info, &sealed, &about);
        let Some(secret) = opened.and_then(|plain| plain.as_slice().try_into().ok()) else {
            continue;
        };
        let secret: Zeroizing<[u8; 32]> = Zeroizing::new(secret);
        if commitment(EPOCH, &secret) != record.commitment {
            tracing::warn!(verifier = %peer.account, "a copy of the set secret is not the one committed to");
            continue;
        }
        let (key, sealed) = (
            record.commitment,
            seal(context, &record.commitment, &secret)?,
        );
        context
            .store
            .writer()
            .write(move |batch| batch.put(SECRETS, &(EPOCH, key), &sealed))
            .await?;
        return Ok(Some(secret));
    }
    Ok(None)
}

/// A copy of the secret behind a commitment that stands on chain, sealed to another verifier in force.
pub(crate) fn seal_for(
    context: &Context,
    peer: &Peer,
    epoch: u32,
    commitment: &Hash32,
) -> Option<PeerResponse> {
    // A secret that is not on chain is nobody's business yet.
    let record = context.chain.set_secret(At::Best, epoch).ok()??;
    if record.commitment != *commitment {
        return None;
    }
    let secret = match context.secrets.of(epoch) {
        Some(held) if super::commitment(epoch, held.secret()) == *commitment => {
            Zeroizing::new(*held.secret())
        }
        _ => stored(context, epoch, commitment).ok()??,
    };
    let info = copy_info(context, &peer.account);
    let about = (epoch, *commitment).encode();
    let (encapsulated, sealed) = seal_to(&peer.exchange_key, &info, secret.as_slice(), &about)?;
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

/// Takes into use at start what the chain has in force and the store holds.
pub(crate) fn resume(context: &Arc<Context>) -> Result<(), Failure> {
    let Some(record) = context.chain.set_secret(At::Best, EPOCH)? else {
        return Ok(());
    };
    if record.in_force
        && let Some(secret) = stored(context, EPOCH, &record.commitment)?
    {
        context.secrets.hold(EPOCH, record.since, secret);
    }
    Ok(())
}
