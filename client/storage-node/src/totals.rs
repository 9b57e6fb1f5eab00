//! What each delivery token has been served, so that reconnecting, or a crash of the node, does not refill it.
//!
//! A total is counted before the bytes leave. It goes to the index in steps of a quarter mebibyte, together with those
//! of all other streams, and nothing leaves that would put it more than one receipt step (1 MiB) above what is durable:
//! a crash gives nobody more than that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chainflix_primitives::receipt::{DeliveryToken, MAX_UNSIGNED_BYTES, RECEIPT_EVERY_BYTES};
use chainflix_primitives::{Hash32, Sha256};
use tokio::sync::watch;

use crate::database::{Database, DatabaseError, TOKEN_EXPIRIES, TOKENS};
use crate::store::Store;

/// A total is written whenever it has grown by so much, in bytes.
const RECORD_EVERY_BYTES: u64 = RECEIPT_EVERY_BYTES / 4;
/// Tokens that are used at a time, at most.
const MAX_ACCOUNTS: usize = 16_384;
/// An expired token is forgotten so much later, in ms: clocks may be set back a little.
const FORGET_AFTER_MS: u64 = 600_000;
/// Expired tokens that are forgotten at once, at most.
const FORGET_AT_ONCE: usize = 4_096;
/// The index is offered a write again after this time, when it was behind.
const OFFER_AGAIN: Duration = Duration::from_millis(20);

/// Why bytes may not leave.
#[derive(Debug, thiserror::Error)]
pub enum SpendError {
    /// The token does not allow so many.
    #[error("the token's {max_bytes} bytes are used up; get a new token")]
    Exhausted {
        /// What it allows in all, in bytes.
        max_bytes: u64,
    },
    /// Too much is not countersigned.
    #[error("{unsigned} bytes are not countersigned; countersign the last receipt")]
    Unsigned {
        /// Not countersigned, in bytes.
        unsigned: u64,
    },
    /// More are asked for than a receipt step has.
    #[error("at most {RECEIPT_EVERY_BYTES} bytes are counted at once")]
    TooMuch,
    /// More tokens are in use than the node serves at a time.
    #[error("the node serves {MAX_ACCOUNTS} tokens already; try again in a moment")]
    Busy,
    /// The index failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Totals of all tokens. Clones share them.
#[derive(Clone)]
pub struct Totals {
    shared: Arc<Shared>,
}

struct Shared {
    database: Arc<Database>,
    accounts: Mutex<HashMap<Hash32, Arc<TokenAccount>>>,
}

/// What one token has been served. All streams of the token share it.
pub struct TokenAccount {
    database: Arc<Database>,
    token: Hash32,
    max_bytes: u64,
    expires_ms: u64,
    amounts: Mutex<Amounts>,
    /// The total that is in the index.
    durable: Arc<watch::Sender<u64>>,
}

struct Amounts {
    sent: u64,
    countersigned: u64,
    /// The total that was handed to the index last.
    recorded: u64,
    /// What of it was countersigned then.
    recorded_countersigned: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Totals {
    /// Totals that are kept in the index of `store`.
    #[must_use]
    pub fn of(store: &Store) -> Self {
        Self {
            shared: Arc::new(Shared {
                database: store.database(),
                accounts: Mutex::default(),
            }),
        }
    }

    /// What this token, which was checked already, has been served. Blocks while it reads.
    ///
    /// # Errors
    /// When too many tokens are in use, or the index can't be read.
    pub fn open(&self, token: &DeliveryToken) -> Result<Arc<TokenAccount>, SpendError> {
        let id = token.id::<Sha256>();
        let mut accounts = lock(&self.shared.accounts);
        if let Some(account) = accounts.get(&id) {
            return Ok(Arc::clone(account));
        }
        if accounts.len() >= MAX_ACCOUNTS {
            close_idle(&mut accounts);
            if accounts.len() >= MAX_ACCOUNTS {
                return Err(SpendError::Busy);
            }
        }
        let database = Arc::clone(&self.shared.database);
        let (sent, countersigned) = read(&database, &id)?;
        let account = Arc::new(TokenAccount {
            database,
            token: id,
            max_bytes: token.terms.max_bytes,
            expires_ms: token.terms.expires_ms,
            amounts: Mutex::new(Amounts {
                sent,
                countersigned,
                recorded: sent,
                recorded_countersigned: countersigned,
            }),
            durable: Arc::new(watch::Sender::new(sent)),
        });
        accounts.insert(id, Arc::clone(&account));
        Ok(account)
    }

    /// Writes what is not durable of tokens that no stream uses, and forgets tokens that have expired by `now_ms`, ms
    /// since the Unix epoch.
    pub fn tidy(&self, now_ms: u64) {
        close_idle(&mut lock(&self.shared.accounts));
        let before = now_ms.saturating_sub(FORGET_AFTER_MS);
        let forgotten = self.shared.database.submit(
            move |transaction| {
                let mut expiries = transaction.open_table(TOKEN_EXPIRIES)?;
                let mut tokens = transaction.open_table(TOKENS)?;
                let expired = expiries.extract_from_if(..(before, &[0u8; 32]), |_, ()| true)?;
                for entry in expired.take(FORGET_AT_ONCE) {
                    tokens.remove(entry?.0.value().1)?;
                }
                Ok(())
            },
            |_| (),
        );
        if let Err(error) = forgotten {
            tracing::warn!(%error, "expired tokens not forgotten yet");
        }
    }

    /// Writes what is not durable yet of any token; the index makes it durable before it closes.
    pub fn flush(&self) {
        for account in lock(&self.shared.accounts).values() {
            account.record(&mut lock(&account.amounts), 1);
        }
    }
}

fn read(database: &Database, token: &Hash32) -> Result<(u64, u64), DatabaseError> {
    let table = database.view()?.open_table(TOKENS)?;
    let found = table.get(token)?;
    Ok(found.map_or((0, 0), |found| {
        let (sent, countersigned, _) = found.value();
        (sent, countersigned)
    }))
}

/// Forgets tokens that no stream uses once their totals are durable, and sees to it that they become so.
fn close_idle(accounts: &mut HashMap<Hash32, Arc<TokenAccount>>) {
    accounts.retain(|_, account| {
        if Arc::strong_count(account) > 1 {
            return true;
        }
        let mut amounts = lock(&account.amounts);
        account.record(&mut amounts, 1);
        *account.durable.borrow() < amounts.sent
    });
}

impl TokenAccount {
    /// Id of the token.
    #[must_use]
    pub fn token(&self) -> Hash32 {
        self.token
    }

    /// Bytes sent in all: the running total of the next receipt.
    #[must_use]
    pub fn sent(&self) -> u64 {
        lock(&self.amounts).sent
    }

    /// Of them countersigned.
    #[must_use]
    pub fn countersigned(&self) -> u64 {
        lock(&self.amounts).countersigned
    }

    /// Counts `bytes` that are about to leave, at most a receipt step; waits until so much of the total is durable that a
    /// crash forgets no more than a step. Returns the new total.
    ///
    /// # Errors
    /// When the token does not allow them, too much is not countersigned, or the index fails; nothing is counted then.
    pub async fn spend(&self, bytes: u64) -> Result<u64, SpendError> {
        if bytes > RECEIPT_EVERY_BYTES {
            return Err(SpendError::TooMuch);
        }
        let mut durable = self.durable.subscribe();
        let mut failed = self.database.failed();
        loop {
            if let Some(total) = self.try_spend(bytes, *durable.borrow_and_update())? {
                return Ok(total);
            }
            tokio::select! {
                _ = durable.changed() => {}
                _ = failed.wait_for(|failed| *failed) => return Err(DatabaseError::Closed.into()),
                () = tokio::time::sleep(OFFER_AGAIN) => {}
            }
        }
    }

    /// `None` when more has to be durable first.
    fn try_spend(&self, bytes: u64, durable: u64) -> Result<Option<u64>, SpendError> {
        let mut amounts = lock(&self.amounts);
        let max_bytes = self.max_bytes;
        let sent = amounts
            .sent
            .checked_add(bytes)
            .filter(|sent| *sent <= max_bytes)
            .ok_or(SpendError::Exhausted { max_bytes })?;
        let unsigned = sent.saturating_sub(amounts.countersigned);
        if unsigned > MAX_UNSIGNED_BYTES {
            return Err(SpendError::Unsigned { unsigned });
        }
        if sent.saturating_sub(durable) > RECEIPT_EVERY_BYTES {
            self.record(&mut amounts, 1);
            return Ok(None);
        }
        amounts.sent = sent;
        self.record(&mut amounts, RECORD_EVERY_BYTES);
        Ok(Some(sent))
    }

    /// The viewer has countersigned the total `bytes`, and the signature was checked. More than was sent counts as all
    /// of it: a total that a crash made the node forget may come back signed.
    pub fn countersign(&self, bytes: u64) {
        let mut amounts = lock(&self.amounts);
        amounts.countersigned = amounts.countersigned.max(bytes.min(amounts.sent));
        if amounts.countersigned > amounts.recorded_countersigned {
            // A viewer that comes back takes a node that remembers less than was countersigned for a cheat.
            self.hand_in(&mut amounts);
        }
    }

    /// Hands the total to the index when it has grown by at least `step` since it was last.
    fn record(&self, amounts: &mut Amounts, step: u64) {
        if amounts.sent.saturating_sub(amounts.recorded) >= step {
            self.hand_in(amounts);
        }
    }

    fn hand_in(&self, amounts: &mut Amounts) {
        let (token, expires_ms) = (self.token, self.expires_ms);
        let (sent, countersigned) = (amounts.sent, amounts.countersigned);
        let durable = Arc::clone(&self.durable);
        let handed_in = self.database.submit(
            move |transaction| {
                let mut tokens = transaction.open_table(TOKENS)?;
                tokens.insert(&token, (sent, countersigned, expires_ms))?;
                let mut expiries = transaction.open_table(TOKEN_EXPIRIES)?;
                expiries.insert((expires_ms, &token), ())?;
                Ok(())
            },
            move |is_durable| {
                if is_durable {
                    durable.send_modify(|total| *total = sent.max(*total));
                }
            },
        );
        // Otherwise the index is behind, and is offered the total again.
        if handed_in.is_ok() {
            amounts.recorded = sent;
            amounts.recorded_countersigned = countersigned;
        }
    }
}
