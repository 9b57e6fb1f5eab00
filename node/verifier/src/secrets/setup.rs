//! Making, passing on and acknowledging the set secret of each key epoch.
//!
//! The first verifier in order makes it and commits to it on chain. The others ask for a copy, sealed to their exchange
//! key; what they get must be what the commitment says. They acknowledge on chain, and use it when more than 51 % have.
//! When that takes ten rounds, the next in order makes another. A new epoch opens when a verifier has left the set: the
//! secrets of earlier ones are kept, and handed to whoever joins, because what was published under them goes on.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use chainflix_primitives::{
    AccountId,
    duty::{SetSecretDuty, SetSecretRecord},
    hash::Hash32,
};
use zeroize::Zeroizing;

use super::{commitment, copies};
use crate::chain::At;
use crate::context::Context;
use crate::error::Failure;
use crate::random;
use crate::store::tables::SECRETS;

/// Without a new block the next step is tried after so long.
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// A copy that nobody gave is asked for again after twice this time, then twice that, and so on.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// It is asked for so often at last.
const LONGEST_WAIT: Duration = Duration::from_secs(64);

/// What is left to do about one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// Nothing, ever.
    Nothing,
    /// To wait for the chain or for others.
    Waiting,
    /// To say this on chain.
    Duty(SetSecretDuty),
}

/// When a copy was asked for in vain, and how often.
struct Asked {
    at: Instant,
    times: u32,
}

/// Brings the secrets of all epochs further at every best block.
pub(crate) struct Setup {
    context: Arc<Context>,
    done: BTreeSet<u32>,
    asked: BTreeMap<u32, Asked>,
    mirrored: Option<SetSecretDuty>,
}

impl Setup {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            done: BTreeSet::new(),
            asked: BTreeMap::new(),
            mirrored: None,
        }
    }

    /// Runs until the service ends.
    pub(crate) async fn run(mut self) {
        let mut blocks = self.context.chain.best_blocks();
        loop {
            if let Some(own) = self.context.place().account
                && let Err(error) = self.step(own).await
            {
                tracing::warn!(%error, "the set secret waits; it is tried again");
            }
            tokio::select! {
                changed = blocks.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(TRY_AGAIN) => {}
            }
        }
    }

    async fn step(&mut self, own: AccountId) -> Result<(), Failure> {
        let latest = self.context.chain.key_epoch(At::Best)?;
        let mut duty = None;
        // The latest first: what is published now waits for it.
        for epoch in (0..=latest).rev() {
            if self.done.contains(&epoch) {
                continue;
            }
            match self.step_epoch(own, epoch, latest).await? {
                Left::Nothing => {
                    self.done.insert(epoch);
                    self.asked.remove(&epoch);
                }
                Left::Waiting => {}
                // One is mirrored at a time; the others follow when the chain shows it.
                Left::Duty(due) => duty = duty.or(Some(due)),
            }
        }
        if duty != self.mirrored {
            self.mirrored = duty;
            match &duty {
                Some(duty) => {
                    self.context.duties.set_secret(duty);
                    self.context.duties.kick();
                }
                None => self.context.duties.clear_set_secret(),
            }
        }
        Ok(())
    }

    async fn step_epoch(
        &mut self,
        own: AccountId,
        epoch: u32,
        latest: u32,
    ) -> Result<Left, Failure> {
        let context = Arc::clone(&self.context);
        let chain = &context.chain;
        let record = chain.set_secret(At::Best, epoch)?;
        if epoch == latest && chain.set_secret_maker(At::Best, epoch)? == Some(own) {
            let commitment = own_secret(&context, epoch).await?;
            return Ok(Left::Duty(SetSecretDuty::Commit { epoch, commitment }));
        }
        let in_force = record.as_ref().is_some_and(|record| record.in_force);
        let Some(record) = record.filter(|_| in_force || epoch == latest) else {
            // What is not in force when the next epoch opens never will be.
            let is_over = chain.key_epoch(At::Finalized)? > epoch;
            return Ok(if is_over {
                Left::Nothing
            } else {
                Left::Waiting
            });
        };
        if let Some(from_round) = record.from_round {
            context.secrets.note(epoch, from_round);
        }
        let secret = match stored(&context, epoch, &record.commitment)? {
            Some(secret) => secret,
            None => match self.fetch(own, epoch, &record).await? {
                Some(secret) => secret,
                None => return Ok(Left::Waiting),
            },
        };
        if let Some(from_round) = record.from_round
            && context.secrets.of(epoch).is_none()
        {
            context.secrets.hold(epoch, from_round, &secret);
            let now_ms = context.time.now_ms();
            context.audit.secret_held(now_ms, epoch, from_round);
            tracing::info!(epoch, "the set secret is in force and held here");
        }
        let holders = chain.set_secret_holders(At::Best, epoch)?;
        if !holders.contains(&own) {
            let commitment = record.commitment;
            return Ok(Left::Duty(SetSecretDuty::Acknowledge { epoch, commitment }));
        }
        let is_final = chain.set_secret(At::Finalized, epoch)?.as_ref() == Some(&record)
            && chain
                .set_secret_holders(At::Finalized, epoch)?
                .contains(&own);
        Ok(if in_force && is_final {
            Left::Nothing
        } else {
            Left::Waiting
        })
    }

    /// Asks for a copy, unless that was in vain just now; keeps it.
    async fn fetch(
        &mut self,
        own: AccountId,
        epoch: u32,
        record: &SetSecretRecord,
    ) -> Result<Option<Zeroizing<[u8; 32]>>, Failure> {
        let asked = self.asked.entry(epoch).or_insert_with(|| Asked {
            at: Instant::now(),
            times: 0,
        });
        let wait = FIRST_WAIT
            .saturating_mul(1 << asked.times.min(8))
            .min(LONGEST_WAIT);
        if asked.times > 0 && asked.at.elapsed() < wait {
            return Ok(None);
        }
        let copy = copies::ask(&self.context, own, epoch, record).await;
        let Some(secret) = copy else {
            *asked = Asked {
                at: Instant::now(),
                times: asked.times.saturating_add(1),
            };
            return Ok(None);
        };
        let (key, sealed) = (
            (epoch, record.commitment),
            seal(&self.context, epoch, &record.commitment, &secret)?,
        );
        self.context
            .store
            .writer()
            .write(move |batch| batch.put(SECRETS, &key, &sealed))
            .await?;
        Ok(Some(secret))
    }
}

/// Commitment to the secret that this verifier makes for an epoch: drawn once, and in the store before anybody hears of it.
async fn own_secret(context: &Context, epoch: u32) -> Result<Hash32, Failure> {
    if let Some(commitment) = context.store.view()?.own_secret(epoch)? {
        return Ok(commitment);
    }
    let mut secret = Zeroizing::new([0u8; 32]);
    random::fill(secret.as_mut_slice());
    let made = commitment(epoch, &secret);
    let sealed = seal(context, epoch, &made, &secret)?;
    context
        .store
        .writer()
        .write(move |batch| {
            batch.put(SECRETS, &(epoch, made), &sealed)?;
            batch.put_own_secret(epoch, &made)
        })
        .await?;
    Ok(made)
}

fn seal(
    context: &Context,
    epoch: u32,
    commitment: &Hash32,
    secret: &[u8; 32],
) -> Result<Vec<u8>, Failure> {
    let sealed = context.keys.store.seal(epoch, commitment, secret);
    sealed.ok_or(Failure::Seal)
}

/// The secret behind a commitment, as it lies in the store.
pub(super) fn stored(
    context: &Context,
    epoch: u32,
    commitment: &Hash32,
) -> Result<Option<Zeroizing<[u8; 32]>>, Failure> {
    let sealed = context.store.view()?.get(SECRETS, &(epoch, *commitment))?;
    let opened = sealed.and_then(|sealed| context.keys.store.open(epoch, commitment, &sealed));
    Ok(opened.filter(|secret| super::commitment(epoch, secret) == *commitment))
}

/// Takes into use at start what the chain has in force and the store holds.
pub(crate) fn resume(context: &Context) -> Result<(), Failure> {
    let chain = &context.chain;
    let mut in_force = Vec::new();
    for epoch in 0..=chain.key_epoch(At::Best)? {
        let record = chain.set_secret(At::Best, epoch)?;
        in_force.extend(record.and_then(|record| {
            let from_round = record.from_round.filter(|_| record.in_force)?;
            Some((epoch, from_round, record.commitment))
        }));
    }
    // All are noted before one is used: which of them holds in a round is known by all together.
    for (epoch, from_round, _) in &in_force {
        context.secrets.note(*epoch, *from_round);
    }
    for (epoch, from_round, commitment) in in_force {
        if let Some(secret) = stored(context, epoch, &commitment)? {
            context.secrets.hold(epoch, from_round, &secret);
            let now_ms = context.time.now_ms();
            context.audit.secret_held(now_ms, epoch, from_round);
        }
    }
    Ok(())
}
