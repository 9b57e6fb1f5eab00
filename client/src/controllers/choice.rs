//! Which of the chain's controllers is asked: one after the other, and another when it does not answer.
//!
//! Controllers that are registered apart need not know the same videos. So whoever asks about one also goes to the next when
//! the first does not know it, or knows of no node that is up, and stays with the one that had the answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chainflix_controller::protocol::ErrorCode;
use chainflix_p2p::Reachability;
use chainflix_primitives::Hash32;
use futures::future::BoxFuture;
use tokio::sync::watch;

use super::{Controller, ControllerError};
use crate::chain::{Chain, ChainError, ControllerRecord};
use crate::error::ClientError;

/// Controllers that are tried at most; the chain may have any number.
const MOST: usize = 16;

/// How the chain tells which controllers are registered.
type Registered =
    Box<dyn Fn() -> BoxFuture<'static, Result<Vec<ControllerRecord>, ChainError>> + Send + Sync>;

/// What all that a client does knows of controllers.
struct Directory {
    /// The only one that is asked, when the user named one.
    named: Option<String>,
    registered: Registered,
    genesis: Hash32,
    reachability: watch::Receiver<Reachability>,
    /// Those that have answered, by key.
    known: Mutex<BTreeMap<[u8; 32], Controller>>,
    /// The one with which whatever begins begins.
    first: Mutex<Option<Controller>>,
}

/// The controllers of a chain. Clones ask the same one; a [`fork`](Self::fork) may come to ask another.
#[derive(Clone)]
pub(crate) struct Controllers {
    directory: Arc<Directory>,
    region: Option<[u8; 2]>,
    current: Arc<Mutex<Option<Controller>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Controllers {
    /// The controller at `named`, or all that are registered on `chain`. None is asked yet.
    pub(crate) fn new(
        named: Option<String>,
        chain: &Chain,
        reachability: watch::Receiver<Reachability>,
    ) -> Self {
        let genesis = chain.genesis();
        let chain = chain.clone();
        let registered = move || -> BoxFuture<'static, _> {
            let chain = chain.clone();
            Box::pin(async move { chain.controllers().await })
        };
        Self::of(named, Box::new(registered), genesis, reachability)
    }

    fn of(
        named: Option<String>,
        registered: Registered,
        genesis: Hash32,
        reachability: watch::Receiver<Reachability>,
    ) -> Self {
        Self {
            directory: Arc::new(Directory {
                named,
                registered,
                genesis,
                reachability,
                known: Mutex::default(),
                first: Mutex::default(),
            }),
            region: None,
            current: Arc::default(),
        }
    }

    /// Tells those that are found from now on in which region this peer is.
    pub(crate) fn in_region(mut self, region: Option<[u8; 2]>) -> Self {
        self.region = region;
        self
    }

    /// For one video: it may come to ask another one than everything else does.
    pub(crate) fn fork(&self) -> Self {
        Self {
            directory: self.directory.clone(),
            region: self.region,
            current: Arc::default(),
        }
    }

    /// The one that is asked: the one that was named, or the first that is registered and answers.
    ///
    /// # Errors
    /// When none answers; it is looked for again at the next call.
    pub(crate) async fn current(&self) -> Result<Controller, ClientError> {
        if let Some(current) = lock(&self.current).clone() {
            return Ok(current);
        }
        let known = lock(&self.directory.first).clone();
        let found = match known {
            Some(known) => known,
            None => self.find().await?,
        };
        lock(&self.directory.first).get_or_insert_with(|| found.clone());
        Ok(lock(&self.current).get_or_insert(found).clone())
    }

    /// Asks the current controller; the others, too, when it does not answer or does not know. From then on the one that had
    /// the answer is asked.
    ///
    /// # Errors
    /// What the current one said, when no other had an answer.
    pub(crate) async fn ask<T, F>(
        &self,
        question: impl Fn(Controller) -> F,
    ) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ControllerError>>,
    {
        let current = self.current().await?;
        let error = match question(current.clone()).await {
            Ok(answer) => return Ok(answer),
            Err(error) if another_may_help(&error) => error,
            Err(error) => return Err(error.into()),
        };
        for record in self.others(&current).await {
            let answered = match self.connect(&record).await {
                Ok(other) => question(other.clone()).await.map(|answer| (answer, other)),
                Err(error) => Err(error),
            };
            match answered {
                Ok((answer, other)) => {
                    let (from, to) = (current.url(), other.url());
                    tracing::info!(from, to, %error, "another controller is asked from now on");
                    self.move_on(&current, other, &error);
                    return Ok(answer);
                }
                Err(why) => tracing::debug!(%why, "nor does another controller help"),
            }
        }
        Err(error.into())
    }

    /// The first that is registered and answers, or the one that was named.
    async fn find(&self) -> Result<Controller, ClientError> {
        if let Some(url) = &self.directory.named {
            let found = Controller::connect(url, self.directory.genesis).await?;
            return Ok(self.introduced(found));
        }
        let mut last = ClientError::NoController;
        for record in (self.directory.registered)().await? {
            match self.connect(&record).await {
                Ok(controller) => return Ok(controller),
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    /// Those that are registered apart from `current`; none when the user named one, or the chain can't be asked.
    async fn others(&self, current: &Controller) -> Vec<ControllerRecord> {
        if self.directory.named.is_some() {
            return Vec::new();
        }
        let registered = (self.directory.registered)().await;
        let mut others = registered.unwrap_or_default();
        others.retain(|record| record.key != current.key());
        others.truncate(MOST);
        others
    }

    /// The controller of a record, which is the one that the chain means.
    async fn connect(&self, record: &ControllerRecord) -> Result<Controller, ControllerError> {
        let known = lock(&self.directory.known).get(&record.key).cloned();
        if let Some(known) = known.filter(|known| known.is_at(&record.endpoint)) {
            return Ok(known);
        }
        let found = Controller::connect(&record.endpoint, self.directory.genesis).await?;
        if found.key() != record.key {
            return Err(ControllerError::NotRegistered(found.url()));
        }
        let found = self.introduced(found);
        let mut known = lock(&self.directory.known);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(record.key, found.clone());
        Ok(found)
    }

    fn introduced(&self, controller: Controller) -> Controller {
        controller
            .knowing(self.directory.reachability.clone())
            .in_region(self.region)
    }

    /// Asks `to` from now on, unless somebody has turned away from `from` already. One that does not answer is not what
    /// anything else begins with, either.
    fn move_on(&self, from: &Controller, to: Controller, why: &ControllerError) {
        let replace = |place: &Mutex<Option<Controller>>| {
            let mut place = lock(place);
            if place.as_ref().is_none_or(|now| now.key() == from.key()) {
                *place = Some(to.clone());
            }
        };
        replace(&self.current);
        if !matches!(why, ControllerError::Refused(_)) {
            replace(&self.directory.first);
        }
    }
}

/// Whether another controller may have the answer that this one has not.
fn another_may_help(error: &ControllerError) -> bool {
    use ControllerError::{
        Address, Manifest, NotRegistered, OtherChain, Protocol, Refused, Unreachable,
    };
    match error {
        Unreachable { .. } | Protocol { .. } | Manifest(_) | OtherChain(_) | NotRegistered(_) => {
            true
        }
        Address(_) => false,
        Refused(refusal) => matches!(
            refusal.code,
            ErrorCode::NotFound
                | ErrorCode::NoSource
                | ErrorCode::ChainUnreachable
                | ErrorCode::StateUnavailable
        ),
    }
}

#[cfg(test)]
mod tests;
