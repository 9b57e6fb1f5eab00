//! Verifiers, as a viewer or producer talks to them: found on chain, one sealed session each, any of them for keys.

mod absences;
mod accepting;
mod beside;
mod directory;
mod earnings;
mod following;
mod identity;
mod plays;
mod seal;
mod session;
mod transport;
mod views;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chainflix_primitives::api::{CellGrant, CellWanted, Reply, Request};
use chainflix_primitives::ids::UploadId;
use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::ticket::SignedTicket;
use chainflix_primitives::{AccountId, Magnet, RandomConstant};
use zeroize::Zeroizing;

pub use earnings::LifetimeEarnings;
pub use following::{RoundsFollowed, ViewsFollowed};
pub use identity::Identity;
pub use plays::{RoundPlays, SettledPlays};

use crate::acceptances::Acceptances;
use crate::chain::{Chain, ChainError};
use directory::Directory;
use session::Verifier;

/// A verifier that did not answer is asked last for so long.
const SHUNNED: Duration = Duration::from_secs(10);

/// Why a verifier's answer is not there.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VerifierError {
    /// A rule.
    #[error("{}", .0.words())]
    Refused(Refusal),
    /// None that could help can be reached.
    #[error("no verifier can be reached: {0}; try again in a moment")]
    Unreachable(String),
    /// It answered with something else than was asked for.
    #[error("the verifier {0} does not keep to the protocol")]
    Protocol(AccountId),
    /// It has nothing to prove or tell.
    #[error("{0}")]
    Nothing(String),
    /// The chain can't be asked who the verifiers are.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness")]
    NoRandomness,
}

impl VerifierError {
    fn is_same_refusal(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Refused(one), Self::Refused(two)) if one == two)
    }

    /// Whether another verifier may do better.
    fn another_may_help(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Protocol(_) => true,
            Self::Refused(refusal) => matches!(
                refusal,
                Refusal::NotReady
                    | Refusal::Rebuilding
                    | Refusal::TooManySessions
                    | Refusal::RateLimited
                    | Refusal::UnknownSession
                    | Refusal::AddressRefused
            ),
            Self::Nothing(_) | Self::Chain(_) | Self::NoRandomness => false,
        }
    }
}

/// What a verifier says about a video at its opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoOpen {
    /// Verifiers that may issue tickets to the viewer in this cycle, highest first.
    pub assigned: Vec<AccountId>,
    /// Minutes that have earned in this cycle.
    pub earned: Vec<u16>,
}

/// An upload that a verifier began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Key epoch of its keys.
    pub key_epoch: u32,
}

/// All verifiers, for one account.
pub struct Verifiers {
    directory: Directory,
    /// Where acceptances are kept, if anywhere.
    kept: OnceLock<Acceptances>,
}

impl Verifiers {
    /// Finds the verifiers on chain; sessions are opened when they are needed.
    ///
    /// # Errors
    /// When the chain can't be read, or no verifier has announced itself.
    pub async fn find(chain: Chain, identity: Arc<Identity>) -> Result<Self, VerifierError> {
        let directory = Directory::new(chain, identity).await?;
        Ok(Self {
            directory,
            kept: OnceLock::new(),
        })
    }

    /// The account for which sessions are opened.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.directory.identity().account()
    }

    /// Accounts of the verifiers that announced themselves.
    #[must_use]
    pub fn known(&self) -> Vec<AccountId> {
        let all = self.directory.all();
        all.iter().map(|verifier| verifier.account()).collect()
    }

    /// Opens a video for the viewer.
    ///
    /// # Errors
    /// When it may not be watched, or no verifier answers.
    pub async fn open_video(&self, video: Magnet) -> Result<VideoOpen, VerifierError> {
        let request = Request::OpenVideo { video };
        match self.ask_any(&request, &[]).await? {
            (_, Reply::VideoOpen { assigned, earned }) => Ok(VideoOpen {
                assigned,
                earned: minutes_of(&earned),
            }),
            (from, _) => Err(VerifierError::Protocol(from)),
        }
    }

    /// DownloadKeys and delivery tokens. `last` are asked last: their clock counts the viewer's minutes.
    ///
    /// # Errors
    /// When they are refused, or no verifier answers.
    pub async fn cell_keys(
        &self,
        cells: Vec<CellWanted>,
        last: &[AccountId],
    ) -> Result<Vec<CellGrant>, VerifierError> {
        let count = cells.len();
        let cells = cells
            .try_into()
            .map_err(|_| VerifierError::Refused(Refusal::Malformed))?;
        match self.ask_any(&Request::CellKeys { cells }, last).await? {
            (_, Reply::CellKeys(grants)) if grants.len() == count => Ok(grants),
            (from, _) => Err(VerifierError::Protocol(from)),
        }
    }

    /// The content key of one cell. `last` as for [`Self::cell_keys`].
    ///
    /// # Errors
    /// When it is refused, or no verifier answers.
    pub async fn content_key(
        &self,
        video: Magnet,
        rendition: u8,
        cell: u16,
        last: &[AccountId],
    ) -> Result<Zeroizing<[u8; 32]>, VerifierError> {
        let request = Request::ContentKey {
            video,
            rendition,
            cell,
        };
        match self.ask_any(&request, last).await? {
            (_, Reply::ContentKey(key)) => Ok(Zeroizing::new(key)),
            (from, _) => Err(VerifierError::Protocol(from)),
        }
    }

    /// Starts a cell at one of `assigned`, the first that can be reached.
    ///
    /// # Errors
    /// When the first that answers refuses, or none answers.
    pub async fn start_cell(
        &self,
        assigned: &[AccountId],
        video: Magnet,
        rendition: u8,
        cell: u16,
    ) -> Result<SignedTicket, VerifierError> {
        let request = Request::StartCell {
            video,
            rendition,
            cell,
        };
        self.start(assigned, &request, (video, rendition, cell))
            .await
    }

    /// Starts the cell of a campaign's `creative` within `host_video`, as [`Self::start_cell`].
    ///
    /// # Errors
    /// When the first that answers refuses, or none answers.
    pub async fn start_ad(
        &self,
        assigned: &[AccountId],
        campaign: u32,
        host_video: Magnet,
        (creative, rendition): (Magnet, u8),
    ) -> Result<SignedTicket, VerifierError> {
        let request = Request::StartAd {
            campaign,
            host_video,
            rendition,
        };
        self.start(assigned, &request, (creative, rendition, 0))
            .await
    }

    async fn start(
        &self,
        assigned: &[AccountId],
        request: &Request,
        (video, rendition, cell): (Magnet, u8, u16),
    ) -> Result<SignedTicket, VerifierError> {
        let candidates = self.directory.of(assigned);
        let (verifier, reply) = self.ask_first(candidates, request).await?;
        match reply {
            Reply::Started(ticket)
                if verifier.signed(&ticket)
                    && ticket.ticket.viewer == self.account()
                    && ticket.ticket.video == video
                    && (ticket.ticket.rendition, ticket.ticket.minute) == (rendition, cell) =>
            {
                Ok(ticket)
            }
            _ => Err(VerifierError::Protocol(verifier.account())),
        }
    }

    /// Gives a ticket back by its random constant, or with `None` whichever the account has open, on another device too.
    ///
    /// # Errors
    /// When the verifier does not answer.
    pub async fn abandon_cell(
        &self,
        issuer: &AccountId,
        ticket: Option<RandomConstant>,
    ) -> Result<(), VerifierError> {
        match self
            .ask_one(issuer, &Request::AbandonCell { ticket })
            .await?
        {
            Reply::Abandoned => Ok(()),
            _ => Err(VerifierError::Protocol(*issuer)),
        }
    }

    /// Begins an upload. Its keys are to be had from the same verifier, which is told with it.
    ///
    /// # Errors
    /// When the account may not publish, or no verifier answers.
    pub async fn begin_upload(&self) -> Result<(AccountId, Upload), VerifierError> {
        match self.ask_any(&Request::BeginUpload, &[]).await? {
            (from, Reply::Upload { upload, key_epoch }) => {
                let id = upload;
                Ok((from, Upload { id, key_epoch }))
            }
            (from, _) => Err(VerifierError::Protocol(from)),
        }
    }

    /// Content keys of cells `first .. first + count` of an upload, from whichever verifier began it.
    ///
    /// # Errors
    /// When none of them knows the upload, or none answers.
    pub async fn upload_keys(
        &self,
        upload: UploadId,
        rendition: u8,
        first: u16,
        count: u16,
    ) -> Result<Vec<Zeroizing<[u8; 32]>>, VerifierError> {
        let request = Request::UploadKeys {
            upload,
            rendition,
            first,
            count,
        };
        let mut last = VerifierError::Refused(Refusal::UnknownUpload);
        for verifier in self.directory.by_health(&[]) {
            match self.call(&verifier, &request).await {
                Ok(Reply::UploadKeys(keys)) if keys.len() == usize::from(count) => {
                    return Ok(keys.into_iter().map(Zeroizing::new).collect());
                }
                Ok(_) => last = VerifierError::Protocol(verifier.account()),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Asks verifiers in turn until one gives an answer that another would not better.
    async fn ask_any(
        &self,
        request: &Request,
        last: &[AccountId],
    ) -> Result<(AccountId, Reply), VerifierError> {
        let (verifier, reply) = self
            .ask_first(self.directory.by_health(last), request)
            .await?;
        Ok((verifier.account(), reply))
    }

    async fn ask_first(
        &self,
        candidates: Vec<Arc<Verifier>>,
        request: &Request,
    ) -> Result<(Arc<Verifier>, Reply), VerifierError> {
        let mut last = VerifierError::Unreachable("none is known".to_owned());
        let mut renewed = false;
        for verifier in candidates {
            let mut answer = self.call(&verifier, request).await;
            let expired = VerifierError::Refused(Refusal::DelegationExpired);
            if !renewed && matches!(&answer, Err(error) if error.is_same_refusal(&expired)) {
                renewed = true;
                self.directory.renew().await?;
                answer = self.call(&verifier, request).await;
            }
            let error = match answer {
                Ok(reply) => return Ok((verifier, reply)),
                Err(error) => error,
            };
            if !error.another_may_help() {
                return Err(error);
            }
            tracing::debug!(verifier = %verifier.account(), %error, "asking the next verifier");
            last = error;
        }
        self.directory.refresh_soon();
        Err(last)
    }

    /// One call; a refusal inside the session is an error like one outside.
    async fn call(&self, verifier: &Verifier, request: &Request) -> Result<Reply, VerifierError> {
        match verifier.call(self.directory.identity(), request).await? {
            Reply::Refused(refusal) => Err(VerifierError::Refused(refusal)),
            reply => Ok(reply),
        }
    }

    async fn ask_one(
        &self,
        account: &AccountId,
        request: &Request,
    ) -> Result<Reply, VerifierError> {
        let candidates = self.directory.of(&[*account]);
        let (_, reply) = self.ask_first(candidates, request).await?;
        Ok(reply)
    }
}

/// Minutes of a bitmap, lowest bit of the first byte for minute 0.
fn minutes_of(bitmap: &[u8]) -> Vec<u16> {
    let bits = bitmap
        .iter()
        .flat_map(|byte| (0..8u8).map(move |bit| (byte >> bit) & 1 == 1));
    (0u16..)
        .zip(bits)
        .filter_map(|(minute, earned)| earned.then_some(minute))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitmap_names_its_minutes_from_the_lowest_bit_on() {
        assert_eq!(minutes_of(&[0b1000_0001, 0b10]), [0, 7, 9]);
        assert_eq!(minutes_of(&[]), Vec::<u16>::new());
    }
}
