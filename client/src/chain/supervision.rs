//! Supervisors and producers: who may publish, what is restricted, and appeals.

use chainflix_primitives::{AccountId, Hash32, Magnet, Round, registry::VideoState};
use codec::{Decode, Encode};
use subxt::dynamic::Value;

use super::{Chain, ChainError, Finalized};
use crate::wallet::Wallet;

/// Most applications that are read at once.
const APPLICATIONS: usize = 10_000;

/// Why a producer is refused, or its approval taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum RefusalReason {
    /// The dossier lacks something that the supervisor asks for.
    #[codec(index = 0)]
    DossierIncomplete,
    /// Who the producer is could not be established.
    #[codec(index = 1)]
    IdentityNotEstablished,
    /// The producer holds no rights to what it wants to publish.
    #[codec(index = 2)]
    RightsNotShown,
    /// What it wants to publish, or published, is unlawful.
    #[codec(index = 3)]
    UnlawfulContent,
    /// The producer is not in this supervisor's remit: another one may approve it.
    #[codec(index = 4)]
    OutsideRemit,
    /// What the dossier says turned out to be untrue.
    #[codec(index = 5)]
    DossierUntrue,
    /// The producer no longer meets the conditions of its approval.
    #[codec(index = 6)]
    ConditionsNotMet,
}

/// Why a video is restricted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum RestrictionReason {
    /// Somebody else holds the rights.
    #[codec(index = 0)]
    Copyright,
    /// A court or authority ordered it.
    #[codec(index = 1)]
    LegalOrder,
    /// It is unlawful where the supervisor has its seat.
    #[codec(index = 2)]
    UnlawfulContent,
    /// It harms or shows minors unlawfully.
    #[codec(index = 3)]
    ProtectionOfMinors,
    /// It breaks somebody's privacy.
    #[codec(index = 4)]
    Privacy,
    /// It deceives viewers, for instance about what it is.
    #[codec(index = 5)]
    Deception,
}

/// Why a restriction is lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub enum ReinstatementReason {
    /// The producer holds the rights, or came to terms with who does.
    #[codec(index = 0)]
    RightsShown,
    /// The court or authority took its order back.
    #[codec(index = 1)]
    OrderLifted,
    /// It was found to be lawful.
    #[codec(index = 2)]
    FoundLawful,
    /// Whoever it concerned agrees.
    #[codec(index = 3)]
    ConsentGiven,
    /// It should not have been restricted.
    #[codec(index = 4)]
    ImposedInError,
}

/// What a supervisor decides about an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub enum Decision {
    /// The producer may publish.
    #[codec(index = 0)]
    Approve,
    /// It may not.
    #[codec(index = 1)]
    Refuse(RefusalReason),
}

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode)]
pub enum ApplicationState {
    /// It can be decided in rounds before this one.
    #[codec(index = 0)]
    Open {
        /// First round in which it has lapsed.
        lapses: Round,
    },
    /// It was refused.
    #[codec(index = 1)]
    Refused {
        /// Why.
        reason: RefusalReason,
        /// In which round.
        round: Round,
    },
}

/// A producer's application to a supervisor.
#[derive(Clone, Debug, PartialEq, Eq, Decode)]
pub struct Application {
    /// To whom.
    pub supervisor: AccountId,
    /// SHA-256 of the dossier as sealed to the supervisor.
    pub dossier_hash: Hash32,
    /// Where it stands.
    pub state: ApplicationState,
    /// What is held for it, in units.
    pub deposit: u128,
}

impl Chain {
    /// Applies to `supervisor` for the right to publish.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn apply_as_producer(
        &self,
        wallet: &Wallet,
        supervisor: &AccountId,
        dossier_hash: Hash32,
    ) -> Result<Finalized, ChainError> {
        let arguments = (supervisor, dossier_hash);
        self.submit(wallet, "Supervisors", "apply", &arguments.encode())
            .await
    }

    /// Takes an application back, or removes a refused one, and with it its deposit.
    ///
    /// # Errors
    /// When there is none.
    pub async fn withdraw_producer_application(
        &self,
        wallet: &Wallet,
    ) -> Result<Finalized, ChainError> {
        self.submit(wallet, "Supervisors", "withdraw_application", &[])
            .await
    }

    /// The application of a producer, as long as it is kept.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn producer_application(
        &self,
        producer: &AccountId,
    ) -> Result<Option<Application>, ChainError> {
        let key = Value::from_bytes(producer.0);
        self.stored("Supervisors", "Applications", vec![key]).await
    }

    /// Applications to `supervisor` that are kept, open and refused ones, by producer.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn applications_to(
        &self,
        supervisor: &AccountId,
    ) -> Result<Vec<(AccountId, Application)>, ChainError> {
        let mut all: Vec<(AccountId, Application)> = self
            .stored_by_account("Supervisors", "Applications", APPLICATIONS)
            .await?;
        all.retain(|(_, application)| application.supervisor == *supervisor);
        all.sort_by_key(|(producer, _)| *producer);
        Ok(all)
    }

    /// Decides the application of `producer`; `wallet` is the supervisor's that it applied to.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn decide_application(
        &self,
        wallet: &Wallet,
        producer: &AccountId,
        decision: Decision,
    ) -> Result<Finalized, ChainError> {
        self.submit(
            wallet,
            "Supervisors",
            "decide",
            &(producer, decision).encode(),
        )
        .await
    }

    /// Takes the approval of `producer` back; `wallet` is the supervisor's that gave it.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn revoke_approval(
        &self,
        wallet: &Wallet,
        producer: &AccountId,
        reason: RefusalReason,
    ) -> Result<Finalized, ChainError> {
        let arguments = (producer, reason).encode();
        self.submit(wallet, "Supervisors", "revoke_approval", &arguments)
            .await
    }

    /// Restricts a video two rounds from now; `evidence_hash` is the SHA-256 of the evidence, which stays with the
    /// supervisor.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn restrict_video(
        &self,
        wallet: &Wallet,
        video: &Magnet,
        reason: RestrictionReason,
        evidence_hash: Hash32,
    ) -> Result<Finalized, ChainError> {
        let arguments = (video, reason, evidence_hash).encode();
        self.submit(wallet, "Supervisors", "restrict", &arguments)
            .await
    }

    /// First round since which a video is in `state`, or will be within the next two; `None` when it is not. It is looked for a
    /// few rounds back: right after an order it is found.
    ///
    /// # Errors
    /// When the chain does not answer.
    pub async fn in_state_from(
        &self,
        video: &Magnet,
        state: VideoState,
    ) -> Result<Option<Round>, ChainError> {
        const BACK: Round = 8;
        let now = self.standing().await?.round;
        let last = now.saturating_add(2);
        let mut from = None;
        for round in (now.saturating_sub(BACK)..=last).rev() {
            if self.video_state(video, round).await? != Some(state) {
                break;
            }
            from = Some(round);
        }
        Ok(from)
    }

    /// Lifts a restriction two rounds from now; `wallet` is a supervisor's that may. `evidence_hash` is the SHA-256 of the
    /// evidence, which stays with the supervisor.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn reinstate_video(
        &self,
        wallet: &Wallet,
        video: &Magnet,
        reason: ReinstatementReason,
        evidence_hash: Hash32,
    ) -> Result<Finalized, ChainError> {
        let arguments = (video, reason, evidence_hash).encode();
        self.submit(wallet, "Supervisors", "reinstate", &arguments)
            .await
    }

    /// Appeals against the restriction of a video of `wallet`; `evidence_hash` is the SHA-256 of what its producer has
    /// to say, which goes to the verifiers.
    ///
    /// # Errors
    /// When the chain refuses: the video is another's, not restricted, or was appealed for already.
    pub async fn appeal_restriction(
        &self,
        wallet: &Wallet,
        video: &Magnet,
        evidence_hash: Hash32,
    ) -> Result<Finalized, ChainError> {
        let arguments = (video, evidence_hash).encode();
        self.submit(wallet, "Supervisors", "appeal", &arguments)
            .await
    }
}
