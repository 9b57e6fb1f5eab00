//! Keys of what accompanies a video that is being mined.

use chainflix_primitives::api::{Reply, Request};
use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::{AccountId, Magnet};
use zeroize::Zeroizing;

use super::{VerifierError, Verifiers};

impl Verifiers {
    /// The content key of a cell of something that accompanies the video that plays: video, rendition and cell. Whoever has
    /// the viewer's open ticket gives no key of anything else, so any other verifier is asked first, and all of them before
    /// it is given up. `last` as for [`Self::cell_keys`].
    ///
    /// # Errors
    /// When it is refused, or no verifier answers.
    pub async fn content_key_beside(
        &self,
        (video, rendition, cell): (Magnet, u8, u16),
        last: &[AccountId],
    ) -> Result<Zeroizing<[u8; 32]>, VerifierError> {
        let request = Request::ContentKey {
            video,
            rendition,
            cell,
        };
        let mut why = VerifierError::Unreachable("none is known".to_owned());
        for verifier in self.directory.by_health(last) {
            match self.ask_one(&verifier.account(), &request).await {
                Ok(Reply::ContentKey(key)) => return Ok(Zeroizing::new(key)),
                Ok(_) => why = VerifierError::Protocol(verifier.account()),
                Err(error) if another_may_give_it(&error) => why = error,
                Err(error) => return Err(error),
            }
        }
        Err(why)
    }
}

/// Whether the next verifier may give a key that this one does not.
fn another_may_give_it(error: &VerifierError) -> bool {
    let has_the_ticket = VerifierError::Refused(Refusal::TicketOpen);
    error.is_same_refusal(&has_the_ticket) || error.another_may_help()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_ticket_is_passed_over_and_a_restricted_video_ends_the_search() {
        let refused = |refusal| another_may_give_it(&VerifierError::Refused(refusal));
        assert!(refused(Refusal::TicketOpen));
        assert!(refused(Refusal::RateLimited));
        assert!(!refused(Refusal::VideoNotActive));
        assert!(!refused(Refusal::UnknownVideo));
    }
}
