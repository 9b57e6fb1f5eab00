//! Carries out what the rules of mining say: takes in the player's reports, and has the steps of mining done.

mod messages;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::ticket::SignedTicket;
use chainflix_primitives::window::{self, CELL_MS};
use tokio::sync::{mpsc, watch};

use super::ad::Turn;
use super::earner::{self, Seat};
use super::{PlaybackEvent, Shared};
use crate::mining::layers::ShownLayers;
use crate::mining::miner::{Command, Miner, Outcome};
use crate::mining::playhead::{Break, CellEvent, Playhead, Snapshot};
use crate::mining::proof::{Proof, ProofInput};
use crate::mining::sleep::Wakefulness;
pub(super) use messages::Message;
use messages::told;
use steps::{complete, hand_in, outcome_of, prove, ticket};

/// The ticket in hand, and what is computed for it.
struct InHand {
    cell: u16,
    ticket: SignedTicket,
    proof: Option<(Proof, ProofInput)>,
    /// Held until the minute is accepted or given up.
    turn: Turn,
}

/// The driver of one playback.
pub(super) struct Driver {
    shared: Arc<Shared>,
    playhead: Playhead,
    wakefulness: Wakefulness,
    miner: Miner,
    layers: ShownLayers,
    /// Rendition in which each minute was last read from its start.
    renditions: BTreeMap<u16, u8>,
    /// Minutes that were read in more than one.
    mixed: BTreeSet<u16>,
    /// Whether the viewer followed the advertisement that this is.
    followed: bool,
    in_hand: Option<InHand>,
    /// Held while there are minutes to prove.
    seat: Option<Seat>,
    /// The minute that plays, when another playback of the account earns.
    sits_out: Option<u16>,
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
            wakefulness: Wakefulness::default(),
            miner: Miner::new(playtimes.collect(), earned),
            layers: ShownLayers::default(),
            renditions: BTreeMap::new(),
            mixed: BTreeSet::new(),
            followed: false,
            in_hand: None,
            seat: None,
            sits_out: None,
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
    fn publish(&mut self) {
        let needed: BTreeSet<u16> = self.miner.pending().collect();
        self.pending.send_if_modified(|known| {
            let changed = *known != needed;
            *known = needed;
            changed
        });
        let busy = !self.miner.is_idle();
        match &mut self.seat {
            Some(seat) if busy => seat.is_used(),
            other => *other = None,
        }
        self.busy
            .send_if_modified(|known| std::mem::replace(known, busy) != busy);
    }

    fn take(&mut self, message: Message) -> Vec<Command> {
        let now = self.shared.now_ms();
        match message {
            Message::Report {
                snapshot,
                at_ms,
                unix_ms,
            } => self.report(snapshot, at_ms, unix_ms),
            Message::Read {
                rendition,
                cell,
                from_start,
            } => self.read(rendition, cell, from_start),
            Message::Layers(on) => {
                self.layers.turn(on);
                Vec::new()
            }
            Message::LayerTaken { enhancement, cell } => {
                self.layers.took(enhancement, cell);
                Vec::new()
            }
            Message::Followed => {
                self.followed = true;
                Vec::new()
            }
            Message::MakeWay => self.miner.make_way(now),
            Message::Ticket {
                cell,
                ticket,
                asked_ms,
                at_ms,
            } => {
                self.miner.asked(cell, asked_ms);
                match ticket {
                    Ok(ticket) => {
                        let (ticket, turn) = *ticket;
                        self.in_hand = Some(InHand {
                            cell,
                            ticket,
                            proof: None,
                            turn,
                        });
                        self.miner.came(cell, Outcome::Ticket, at_ms)
                    }
                    Err(outcome) => self.miner.came(cell, outcome, now),
                }
            }
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

    fn report(&mut self, snapshot: Snapshot, at_ms: u64, unix_ms: u64) -> Vec<Command> {
        let mut events = Vec::new();
        if self.wakefulness.slept(at_ms, unix_ms) {
            events = self.playhead.suspended();
        }
        events.extend(self.playhead.report(snapshot, at_ms));
        let cell = self.playhead.cell_at(snapshot.position_ms);
        self.shared.place.send_if_modified(|place| {
            let before = *place;
            place.reported(&snapshot, cell);
            *place != before
        });
        let mut commands = Vec::new();
        for event in events {
            let event = match event {
                CellEvent::Entered { cell } if self.mixed.contains(&cell) => {
                    let why = Break::Quality;
                    CellEvent::Broken { cell, why }
                }
                other => other,
            };
            self.layers.played(&event);
            if !self.sits_out(event) {
                commands.extend(self.miner.played(event, at_ms));
            }
        }
        commands
    }

    /// Whether a minute to which this happens is none to prove, because another playback of the account earns.
    fn sits_out(&mut self, event: CellEvent) -> bool {
        let cell = match event {
            CellEvent::Entered { cell } => cell,
            CellEvent::Shown { cell } | CellEvent::Broken { cell, .. } => {
                return self.sits_out.take_if(|sat| *sat == cell).is_some();
            }
        };
        if self.seat.is_none() {
            self.seat = self.shared.earner.sit();
        }
        self.sits_out = self.seat.is_none().then_some(cell);
        if self.sits_out.is_some() {
            self.shared.tell(PlaybackEvent::ViewRefused {
                cell,
                reason: Refusal::TicketOpen.name(),
                words: earner::WORDS,
            });
        }
        self.sits_out.is_some()
    }

    fn read(&mut self, rendition: u8, cell: u16, from_start: bool) -> Vec<Command> {
        let first = *self.renditions.entry(cell).or_insert(rendition);
        let is_mined = self.miner.pending().any(|pending| pending == cell);
        if from_start && !is_mined {
            // It is read anew, from its start: what it was read in before no longer matters.
            self.renditions.insert(cell, rendition);
            self.mixed.remove(&cell);
            return Vec::new();
        }
        if first == rendition || !self.mixed.insert(cell) {
            return Vec::new();
        }
        let why = Break::Quality;
        let event = CellEvent::Broken { cell, why };
        if self.sits_out(event) {
            return Vec::new();
        }
        let now = self.shared.now_ms();
        self.miner.played(event, now)
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
            let turn = shared.turns.take().await;
            if shared.place.borrow().closed {
                return;
            }
            let asked_ms = shared.now_ms();
            let ticket = ticket(&shared, rendition, cell).await;
            let at_ms = shared.now_ms();
            let message = Message::Ticket {
                cell,
                ticket: match ticket {
                    Ok(ticket) => Ok(Box::new((ticket, turn))),
                    Err(error) => Err(outcome_of(&error)),
                },
                asked_ms,
                at_ms,
            };
            // The driver is gone only when the playback is.
            if let Err(lost) = shared.messages.send(message).await
                && let Message::Ticket {
                    ticket: Ok(ticket), ..
                } = lost.0
            {
                give_back(shared, ticket.0).await;
            }
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
            turn,
            ..
        }) = in_hand
        else {
            return;
        };
        let shared = self.shared.clone();
        let showed = self.layers.of(cell);
        let proof = match shared.ad {
            Some(place) => proof.advertising(place.shown(self.followed)),
            None => proof,
        };
        tokio::spawn(async move {
            let round = ticket.ticket.round;
            let counting = shared.facts.counting(&shared.magnet, showed, round);
            let mut showed = counting.await;
            let handed_in = async |showed: &[u32]| {
                let proof = proof.clone().showing(showed.to_vec());
                match complete(&shared, proof, &input).await {
                    Ok(data) => hand_in(&shared, &ticket.ticket, &data, &input).await,
                    Err(refusal) => Outcome::Refused(refusal),
                }
            };
            let mut outcome = handed_in(&showed).await;
            if outcome == Outcome::Refused(Refusal::EnhancementNotAttached) {
                // The chain could not be asked. What the viewer earns does not hang on what was shown beside the video.
                showed.clear();
                outcome = handed_in(&showed).await;
            }
            if outcome == Outcome::Accepted {
                shared.counting.showed(&showed);
            }
            drop(turn);
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
        tokio::spawn(give_back(self.shared.clone(), in_hand.ticket));
    }
}

impl Drop for Driver {
    /// What was closed must not keep what plays on from earning.
    fn drop(&mut self) {
        let running = tokio::runtime::Handle::try_current();
        if let (Some(in_hand), Ok(running)) = (self.in_hand.take(), running) {
            running.spawn(give_back(self.shared.clone(), in_hand.ticket));
        }
    }
}

async fn give_back(shared: Arc<Shared>, signed: SignedTicket) {
    let ticket = &signed.ticket;
    let given_back = shared
        .verifiers
        .abandon_cell(&ticket.issuer, Some(ticket.constant));
    if let Err(error) = given_back.await {
        tracing::debug!(%error, "the ticket was not given back; it runs out by itself");
    }
}
