//! Neighbours of a view that its issuer left out, from any verifier: public to whoever has the acceptance, so that they take
//! no session.

use chainflix_primitives::AccountId;
use chainflix_primitives::missing::{Absences, AbsencesRequest};
use codec::{DecodeAll, Encode};

use super::{VerifierError, Verifiers};

impl Verifiers {
    /// What one verifier shows of the blocks that could hold a view. It may err or lie: whoever uses it checks it.
    ///
    /// # Errors
    /// When it does not answer, shows nothing, or is too old to be asked.
    pub async fn absences(
        &self,
        verifier: &AccountId,
        request: &AbsencesRequest,
    ) -> Result<Absences, VerifierError> {
        let params = vec![serde_json::json!(hex::encode(request.encode()))];
        let text: String = self
            .directory
            .plain_at(verifier, "verifier_absences", params)
            .await?;
        let shown = hex::decode(text).ok();
        shown
            .and_then(|bytes| Absences::decode_all(&mut bytes.as_slice()).ok())
            .ok_or(VerifierError::Protocol(*verifier))
    }
}
