//! Play Data handed in, and the issuer's word for it kept.

use chainflix_primitives::api::{Reply, Request};
use chainflix_primitives::play_data::PlayData;
use chainflix_primitives::ticket::{Acceptance, Ticket};

use super::{VerifierError, Verifiers};
use crate::acceptances::{Acceptances, KeptAcceptance};

impl Verifiers {
    /// Keeps tickets and acceptances from now on, so that what is owed for a view that stands in no block can be claimed. The
    /// first place that is named counts.
    pub fn keep_acceptances(&self, acceptances: Acceptances) {
        let _ = self.kept.set(acceptances);
    }

    /// Hands in Play Data at the verifier that issued its ticket. Its word that it accepted them is kept where
    /// [`Self::keep_acceptances`] says.
    ///
    /// # Errors
    /// When it is refused, or that verifier does not answer.
    pub async fn finish_cell(
        &self,
        ticket: &Ticket,
        data: &PlayData,
    ) -> Result<Acceptance, VerifierError> {
        let (issuer, data) = (&ticket.issuer, Box::new(data.clone()));
        match self.ask_one(issuer, &Request::FinishCell { data }).await? {
            Reply::Accepted(acceptance) if acceptance.issuer == *issuer => {
                self.keep(ticket, &acceptance).await;
                Ok(acceptance)
            }
            _ => Err(VerifierError::Protocol(*issuer)),
        }
    }

    /// Keeps an acceptance. What can't be kept is said in the log: the view counts without it.
    async fn keep(&self, ticket: &Ticket, acceptance: &Acceptance) {
        let issuer = self.directory.of(&[ticket.issuer]).into_iter().next();
        let (Some(folder), Some(issuer)) = (self.kept.get().cloned(), issuer) else {
            return;
        };
        if !issuer.accepted(ticket, acceptance) {
            tracing::warn!(verifier = %issuer.account(), "an acceptance is not signed by the key that its verifier announced");
            return;
        }
        let kept = KeptAcceptance {
            ticket: ticket.clone(),
            acceptance: acceptance.clone(),
            announcement: issuer.announcement().clone(),
        };
        let keeping = tokio::task::spawn_blocking(move || folder.keep(&kept)).await;
        if let Ok(Err(error)) = keeping {
            tracing::warn!(%error, "an acceptance can't be kept; what its verifier may owe for it can't be claimed");
        }
    }
}
