//! Carries out what the rules of mining say: reads the player's reports, talks to verifiers, computes proofs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chainflix_primitives::AccountId;
use chainflix_primitives::play_data::PlayData;
use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::ticket::SignedTicket;
use chainflix_primitives::window::{self, CELL_MS};
use tokio::sync::{mpsc, watch};

use super::{PlaybackEvent, Shared, settles};
use crate::mining::miner::{Command, Miner, MiningEvent, Outcome};
use crate::mining::playhead::{Break, CellEvent, Playhead, Snapshot};
use crate::mining::proof::{self, Proof, ProofInput};
use crate::verifiers::VerifierError;

/// Receipts may come a little after the last byte.
const RECEIPTS: Duration = Duration::from_secs(2);
/// Play Data whose answer was lost is sent again after so long.
const AGAIN: Duration = Duration::from_secs(1);
/// Views looked through for one whose acceptance was lost.
const LATEST_VIEWS: u16 = 16;

/// What the driver is told.
pub(super) enum Message {
    /// The player reports.
    Report {
        /// What.
        snapshot: Snapshot,
        /// When it came, on the playback's clock.
        at_ms: u64,
    },
    /// Something was read for the player.
    Read {
        /// Of which rendition.
        rendition: u8,
        /// Of which cell.
        cell: u16,
    },
    /// Mining keeps the next minute's key away; playing goes first.
    MakeWay,
    /// What came of asking for a ticket.
    Ticket {
        /// For which minute.
        cell: u16,
        /// The ticket, or why there is none.
        ticket: Result<Box<SignedTicket>, Outcome>,
        /// When it came, on the playback's clock.
        at_ms: u64,
    },
    /// What came of proving.
    Proved {
        /// Which minute.
        cell: u16,
        /// The proof, or why there is none.
        proof: Result<Box<(Proof, ProofInput)>, Refusal>,
    },
    /// What came of handing in Play Data.
    Finished {
        /// Of which minute.
        cell: u16,
        /// What.
        outcome: Outcome,
    },
}

/// The ticket in hand, and what is computed for it.
struct InHand {
    cell: u16,
    ticket: SignedTicket,
    proof: Option<(Proof, ProofInput)>,
}

/// The driver of one playback.
pub(super) struct Driver {
    shared: Arc<Shared>,
    playhead: Playhead,
    miner: Miner,
    /// Rendition in which each minute was read first.
    renditions: BTreeMap<u16, u8>,
    /// Minutes that were read in more than one.
    mixed: BTreeSet<u16>,
    in_hand: Option<InHand>,
    pending: watch::Sender<BTreeSet<u16>>,
    busy: watch::Sender<bool>,
}

impl Driver {
    pub(super) fn new(
        shared: Arc<Shared>,
        earned: Vec<u16>,
        pending: watch::Sender<BTreeSet<u16>>,
        busy: watch::Sender<bool>,
    ) -> Self {
        let total_ms = shared.manifest.total_playtime_ms;
        let count = window::cell_count(total_ms).unwrap_or(0);
        let playtimes = (0..count).filter_map(|cell| window::cell_playtime(total_ms, cell));
        Self {
            playhead: Playhead::new(total_ms, CELL_MS),
            miner: Miner::new(playtimes.collect(), earned),
            renditions: BTreeMap::new(),
            mixed: BTreeSet::new(),
            in_hand: None,
            pending,
            busy,
            shared,
        }
    }

    /// Runs until the playback is dropped.
    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        let _ = self.busy.send(false);
        loop {
            let wait = self
                .miner
                .wake_at()
                .map(|at| Duration::from_millis(at.saturating_sub(self.shared.now_ms())));
            let alarm = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            let commands = tokio::select! {
                message = inbox.recv() => match message {
                    Some(message) => self.take(message),
                    None => return,
                },
                () = alarm => self.miner.tick(self.shared.now_ms()),
            };
            for command in commands {
                self.obey(command);
            }
            self.publish();
        }
    }

    /// Lets others know what mining still needs, and whether it has anything to do.
    fn publish(&self) {
        let needed: BTreeSet<u16> = self.miner.pending().collect();
        self.pending.send_if_modified(|known| {
            let changed = *known != needed;
            *known = needed;
            changed
        });
        let busy = !self.miner.is_idle();
        self.busy
            .send_if_modified(|known| std::mem::replace(known, busy) != busy);
    }

    fn take(&mut self, message: Message) -> Vec<Command> {
        let now = self.shared.now_ms();
        match message {
            Message::Report { snapshot, at_ms } => self.report(snapshot, at_ms),
            Message::Read { rendition, cell } => self.read(rendition, cell),
            Message::MakeWay => self.miner.make_way(now),
            Message::Ticket {
                cell,
                ticket,
                at_ms,
            } => match ticket {
                Ok(ticket) => {
                    self.in_hand = Some(InHand {
                        cell,
                        ticket: *ticket,
                        proof: None,
                    });
                    self.miner.came(cell, Outcome::Ticket, at_ms)
                }
                Err(outcome) => self.miner.came(cell, outcome, now),
            },
            Message::Proved { cell, proof } => {
                let outcome = match proof {
                    Ok(proof) => {
                        if let Some(in_hand) = self.in_hand.as_mut().filter(|h| h.cell == cell) {
                            in_hand.proof = Some(*proof);
                        }
                        Outcome::Proved
                    }
                    Err(refusal) => Outcome::Refused(refusal),
                };
                self.miner.came(cell, outcome, now)
            }
            Message::Finished { cell, outcome } => self.miner.came(cell, outcome, now),
        }
    }

    fn report(&mut self, snapshot: Snapshot, at_ms: u64) -> Vec<Command> {
        let events = self.playhead.report(snapshot, at_ms);
        if settles(snapshot.state) {
            let cell = self.playhead.cell_at(snapshot.position_ms);
            self.shared.place.send_if_modified(|place| {
                let before = *place;
                place.cell = cell;
                place.position_ms = Some(snapshot.position_ms);
                *place != before
            });
        }
        let mut commands = Vec::new();
        for event in events {
            let event = match event {
                CellEvent::Entered { cell } if self.mixed.contains(&cell) => {
                    let why = Break::Quality;
                    CellEvent::Broken { cell, why }
                }
                other => other,
            };
            commands.extend(self.miner.played(event, at_ms));
        }
        commands
    }

    fn read(&mut self, rendition: u8, cell: u16) -> Vec<Command> {
        let first = *self.renditions.entry(cell).or_insert(rendition);
        if first == rendition || !self.mixed.insert(cell) {
            return Vec::new();
        }
        let why = Break::Quality;
        let now = self.shared.now_ms();
        self.miner.played(CellEvent::Broken { cell, why }, now)
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::AskTicket { cell } => self.ask_ticket(cell),
            Command::Prove { cell } => self.prove(cell),
            Command::Finish { cell } => self.finish(cell),
            Command::Abandon { cell } => self.abandon(cell),
            Command::Release { .. } => {}
            Command::Tell(event) => self.shared.tell(told(event)),
        }
    }

    fn rendition_of(&self, cell: u16) -> u8 {
        self.renditions.get(&cell).copied().unwrap_or(0)
    }

    fn ask_ticket(&self, cell: u16) {
        let shared = self.shared.clone();
        let rendition = self.rendition_of(cell);
        tokio::spawn(async move {
            let ticket = ticket(&shared, rendition, cell).await;
            let at_ms = shared.now_ms();
            let ticket = ticket.map(Box::new).map_err(|error| outcome_of(&error));
            let message = Message::Ticket {
                cell,
                ticket,
                at_ms,
            };
            // The driver is gone only when the playback is.
            let _ = shared.messages.send(message).await;
        });
    }

    fn prove(&self, cell: u16) {
        let Some(in_hand) = self.in_hand.as_ref().filter(|h| h.cell == cell) else {
            return;
        };
        let (shared, ticket) = (self.shared.clone(), in_hand.ticket.clone());
        tokio::spawn(async move {
            let proof = prove(&shared, ticket).await.map(Box::new);
            // The driver is gone only when the playback is.
            let _ = shared.messages.send(Message::Proved { cell, proof }).await;
        });
    }

    fn finish(&mut self, cell: u16) {
        let in_hand = self.in_hand.take().filter(|h| h.cell == cell);
        let Some(InHand {
            ticket,
            proof: Some((proof, input)),
            ..
        }) = in_hand
        else {
            return;
        };
        let shared = self.shared.clone();
        tokio::spawn(async move {
            let outcome = match complete(&shared, proof, &input).await {
                Ok(data) => hand_in(&shared, &ticket.ticket.issuer, &data, &input).await,
                Err(refusal) => Outcome::Refused(refusal),
            };
            // The driver is gone only when the playback is.
            let _ = shared
                .messages
                .send(Message::Finished { cell, outcome })
                .await;
        });
    }

    fn abandon(&mut self, cell: u16) {
        let Some(in_hand) = self.in_hand.take_if(|h| h.cell == cell) else {
            return;
        };
        let shared = self.shared.clone();
        tokio::spawn(async move {
            let issuer = in_hand.ticket.ticket.issuer;
            if let Err(error) = shared.verifiers.abandon_cell(&issuer).await {
                tracing::debug!(%error, "the ticket was not given back; it runs out by itself");
            }
        });
    }
}

/// A ticket from an assigned verifier. A ticket that is still open from before is given back, once; so is a choice of
/// verifiers that a new cycle has changed.
async fn ticket(shared: &Shared, rendition: u8, cell: u16) -> Result<SignedTicket, VerifierError> {
    let ask = async || {
        let assigned = shared.assigned();
        shared
            .verifiers
            .start_cell(&assigned, shared.magnet, rendition, cell)
            .await
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
                let _ = shared.verifiers.abandon_cell(&verifier).await;
            }
            ask().await
        }
        other => other,
    }
}

fn outcome_of(error: &VerifierError) -> Outcome {
    match error {
        VerifierError::Refused(refusal) => Outcome::Refused(*refusal),
        _ => Outcome::Unreachable,
    }
}

/// Waits for the whole cell, walks the possession chain and mines the nonce on a thread of its own.
async fn prove(shared: &Arc<Shared>, signed: SignedTicket) -> Result<(Proof, ProofInput), Refusal> {
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
async fn complete(
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
async fn hand_in(
    shared: &Shared,
    issuer: &AccountId,
    data: &PlayData,
    input: &ProofInput,
) -> Outcome {
    let window = Duration::from_millis(u64::from(input.cell.playtime_ms) / 3);
    let until = tokio::time::Instant::now() + window;
    let mut answer_lost = false;
    loop {
        match shared.verifiers.finish_cell(issuer, data).await {
            Ok(_) => return Outcome::Accepted,
            Err(VerifierError::Refused(refusal)) => {
                let counted = answer_lost && was_accepted(shared, issuer, data).await;
                return if counted {
                    Outcome::Accepted
                } else {
                    Outcome::Refused(refusal)
                };
            }
            Err(error) if tokio::time::Instant::now() >= until => {
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

fn told(event: MiningEvent) -> PlaybackEvent {
    match event {
        MiningEvent::Started { cell } => PlaybackEvent::MiningStarted { cell },
        MiningEvent::Accepted { cell } => PlaybackEvent::ViewAccepted { cell },
        MiningEvent::Waiting { cell } => PlaybackEvent::WaitingForVerifier { cell },
        MiningEvent::Refused {
            cell,
            refusal,
            played,
        } => PlaybackEvent::ViewRefused {
            cell,
            reason: refusal.name(),
            words: played.map_or(refusal.words(), Break::words),
        },
    }
}
