//! The steps of mining one minute: a ticket, a proof, its acceptance.

use std::sync::Arc;
use std::time::Duration;

use chainflix_primitives::AccountId;
use chainflix_primitives::play_data::PlayData;
use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::ticket::{SignedTicket, Ticket};

use crate::mining::miner::Outcome;
use crate::mining::proof::{self, Proof, ProofInput};
use crate::playback::{AdPlace, Shared};
use crate::verifiers::VerifierError;

/// Receipts may come a little after the last byte.
const RECEIPTS: Duration = Duration::from_secs(2);
/// Play Data whose answer was lost is sent again after so long.
const AGAIN: Duration = Duration::from_secs(1);
/// Views looked through for one whose acceptance was lost.
const LATEST_VIEWS: u16 = 16;

/// A ticket from an assigned verifier. A ticket that is still open from before is given back, once; so is a choice of
/// verifiers that a new cycle has changed.
pub(super) async fn ticket(
    shared: &Shared,
    rendition: u8,
    cell: u16,
) -> Result<SignedTicket, VerifierError> {
    let ask = async || {
        let (assigned, video) = (shared.assigned(), shared.magnet);
        let verifiers = &shared.verifiers;
        let Some(AdPlace {
            campaign,
            host_video,
        }) = shared.ad
        else {
            let asked = verifiers.start_cell(&assigned, video, rendition, cell);
            return asked.await;
        };
        let creative = (video, rendition);
        let asked = verifiers.start_ad(&assigned, campaign, host_video, creative);
        asked.await
    };
    match ask().await {
        Err(VerifierError::Refused(Refusal::NotAssigned)) => {
            let opened = shared.verifiers.open_video(shared.magnet).await?;
            shared.set_assigned(opened.assigned);
            ask().await
        }
        Err(VerifierError::Refused(Refusal::TicketOpen)) => {
            for verifier in shared.assigned() {
                // One that can't be reached has no say in the next attempt either.
                let _ = shared.verifiers.abandon_cell(&verifier, None).await;
            }
            ask().await
        }
        other => other,
    }
}

pub(super) fn outcome_of(error: &VerifierError) -> Outcome {
    match error {
        VerifierError::Refused(refusal) => Outcome::Refused(*refusal),
        _ => Outcome::Unreachable,
    }
}

/// Waits for the whole cell, walks the possession chain and mines the nonce on a thread of its own.
pub(super) async fn prove(
    shared: &Arc<Shared>,
    signed: SignedTicket,
) -> Result<(Proof, ProofInput), Refusal> {
    let ticket = signed.ticket;
    let (rendition, cell) = (ticket.rendition, ticket.minute);
    let (entry, cell_path) = shared.committed(rendition, cell).ok_or(Refusal::BadCell)?;
    let slot = shared
        .slots
        .get(shared, rendition, cell)
        .ok_or(Refusal::BadCell)?;
    slot.load(shared);
    let facts = shared
        .facts
        .of(ticket.round)
        .await
        .map_err(|_| Refusal::NotReady)?;
    slot.buffer.wait_for_all().await;
    let key = shared.key(&slot).await.map_err(|error| match error {
        VerifierError::Refused(refusal) => refusal,
        _ => Refusal::NoVerifierReachable,
    })?;
    let input = ProofInput {
        genesis: shared.identity.genesis(),
        ticket,
        cycle: facts.cycle,
        difficulty: facts.difficulty,
        cell: entry,
        cell_path,
    };
    let computing = tokio::task::spawn_blocking(move || {
        let plaintext = slot.buffer.plaintext(&key).ok_or(Refusal::BadOpenings)?;
        let proof = proof::prove(&input, &plaintext)?;
        Ok((proof, input))
    });
    computing.await.unwrap_or(Err(Refusal::BadOpenings))
}

/// Adds receipts and signs. Receipts may come a little later than the bytes.
pub(super) async fn complete(
    shared: &Arc<Shared>,
    proof: Proof,
    input: &ProofInput,
) -> Result<PlayData, Refusal> {
    let slot = shared
        .slots
        .get(shared, input.cell.rendition, input.cell.index)
        .ok_or(Refusal::BadCell)?;
    let session = shared.identity.session_key();
    let until = tokio::time::Instant::now() + RECEIPTS;
    loop {
        let completed = proof::complete(proof.clone(), input, slot.buffer.receipts(), session);
        let late = completed == Err(Refusal::ReceiptsMissing);
        if !late || tokio::time::Instant::now() >= until {
            return completed;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Hands in Play Data. When an answer is lost it is sent again while its window is open; that it was accepted the first
/// time shows in the account's views then.
pub(super) async fn hand_in(
    shared: &Shared,
    ticket: &Ticket,
    data: &PlayData,
    input: &ProofInput,
) -> Outcome {
    let window = Duration::from_millis(u64::from(input.cell.playtime_ms) / 3);
    hand_in_within(
        window,
        || shared.verifiers.finish_cell(ticket, data),
        || was_accepted(shared, &ticket.issuer, data),
    )
    .await
}

async fn hand_in_within<T, Finishing, Looking>(
    window: Duration,
    finish: impl Fn() -> Finishing,
    was_accepted: impl Fn() -> Looking,
) -> Outcome
where
    Finishing: Future<Output = Result<T, VerifierError>>,
    Looking: Future<Output = bool>,
{
    let until = tokio::time::Instant::now() + window;
    let mut answer_lost = false;
    loop {
        let answer = finish().await;
        let is_over = tokio::time::Instant::now() >= until;
        match answer {
            Ok(_) => return Outcome::Accepted,
            Err(VerifierError::Refused(_)) if answer_lost && was_accepted().await => {
                return Outcome::Accepted;
            }
            Err(VerifierError::Refused(refusal)) => {
                // What was accepted shows only once it is on the verifier's disk.
                let earlier = matches!(refusal, Refusal::AlreadyEarned | Refusal::UnknownTicket);
                if !(answer_lost && earlier) || is_over {
                    return Outcome::Refused(refusal);
                }
            }
            Err(error) if is_over => {
                tracing::info!(%error, "Play Data could not be handed in");
                return Outcome::Unreachable;
            }
            Err(_) => answer_lost = true,
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn was_accepted(shared: &Shared, issuer: &AccountId, data: &PlayData) -> bool {
    let views = shared.verifiers.views(issuer, LATEST_VIEWS).await;
    views.is_ok_and(|views| {
        views
            .iter()
            .any(|view| (view.video, view.minute) == (data.claim.video, data.claim.minute))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    type Answer = Result<(), VerifierError>;

    fn lost() -> Answer {
        Err(VerifierError::Unreachable("no answer".to_owned()))
    }

    fn refused(refusal: Refusal) -> Answer {
        Err(VerifierError::Refused(refusal))
    }

    /// What comes of these answers, the last one first, when the view shows from the `shows`-th look on.
    async fn outcome(answers: Vec<Answer>, shows: u32) -> Outcome {
        let (answers, looks) = (RefCell::new(answers), RefCell::new(0));
        let finish = || std::future::ready(answers.borrow_mut().pop().unwrap());
        let was_accepted = || {
            *looks.borrow_mut() += 1;
            std::future::ready(*looks.borrow() >= shows)
        };
        hand_in_within(Duration::from_secs(600), finish, was_accepted).await
    }

    #[tokio::test]
    async fn a_minute_whose_acceptance_was_lost_is_accepted_and_a_refused_one_is_refused_at_once() {
        let earned = || refused(Refusal::AlreadyEarned);
        assert_eq!(outcome(vec![Ok(())], u32::MAX).await, Outcome::Accepted);
        assert_eq!(outcome(vec![earned(), lost()], 1).await, Outcome::Accepted);
        let late = vec![earned(), refused(Refusal::UnknownTicket), lost()];
        assert_eq!(outcome(late, 2).await, Outcome::Accepted);
        let first = Outcome::Refused(Refusal::AlreadyEarned);
        assert_eq!(outcome(vec![earned()], 1).await, first);
        let wrong = outcome(vec![refused(Refusal::BadCell), lost()], u32::MAX).await;
        assert_eq!(wrong, Outcome::Refused(Refusal::BadCell));
    }
}
