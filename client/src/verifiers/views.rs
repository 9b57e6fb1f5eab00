//! What became of views, and one view with its place in a view block.

use chainflix_primitives::api::{Reply, Request, ViewPlace, ViewRecord, ViewStatus};
use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::{AccountId, Hash32, Sha256};

use super::{VerifierError, Verifiers};

impl Verifiers {
    /// What became of the account's latest views at one verifier, newest first.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn views(
        &self,
        verifier: &AccountId,
        limit: u16,
    ) -> Result<Vec<ViewStatus>, VerifierError> {
        match self.ask_one(verifier, &Request::Views { limit }).await? {
            Reply::Views(views) => Ok(views),
            _ => Err(VerifierError::Protocol(*verifier)),
        }
    }

    /// The same at several verifiers. Those that don't answer are left out.
    ///
    /// # Errors
    /// When none of them answers.
    pub async fn views_at(
        &self,
        verifiers: &[AccountId],
        limit: u16,
    ) -> Result<Vec<ViewStatus>, VerifierError> {
        let mut views = Vec::new();
        let mut last = None;
        let mut answered = false;
        for verifier in verifiers {
            match self.views(verifier, limit).await {
                Ok(more) => {
                    answered = true;
                    views.extend(more);
                }
                Err(error) => last = Some(error),
            }
        }
        match last {
            Some(error) if !answered => Err(error),
            _ => {
                views.sort_by_key(|view| std::cmp::Reverse((view.round, view.minute)));
                Ok(views)
            }
        }
    }

    /// One view by its id, from the first verifier that has its view block, with what its issuer says became of it.
    ///
    /// # Errors
    /// When no verifier shows it to this account, or none answers.
    pub async fn view(&self, view: &Hash32) -> Result<ViewRecord, VerifierError> {
        let request = Request::View { view: *view };
        let mut last = VerifierError::Refused(Refusal::UnknownView);
        for verifier in self.directory.by_health(&[]) {
            match self.call(&verifier, &request).await {
                Ok(Reply::View(record)) if record.view.leaf().leaf_hash::<Sha256>() == *view => {
                    return Ok(self.with_fate(*record, &request).await);
                }
                Ok(_) => last = VerifierError::Protocol(verifier.account()),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// What only the issuer knows is added, if it answers.
    async fn with_fate(&self, record: ViewRecord, request: &Request) -> ViewRecord {
        let ViewPlace::InBlock { issuer, .. } = &record.view else {
            return record;
        };
        if record.fate.is_some() {
            return record;
        }
        match self.ask_one(issuer, request).await {
            Ok(Reply::View(own)) if own.view.leaf() == record.view.leaf() => *own,
            _ => record,
        }
    }
}
