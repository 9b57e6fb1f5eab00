//! Issuing at the service's boundary: tickets and Play Data, sealed and opened, every check, durable before the reply. No
//! socket, and viewers cost nothing: what they send was made beforehand.

use std::{
    net::{IpAddr, Ipv6Addr},
    path::Path,
    sync::Arc,
};

use chainflix_primitives::{Round, api::Request, ticket::SignedTicket};
use chainflix_verifier::VerifierService;
use codec::Encode;
use futures::StreamExt;

use crate::body::{self, on_all_cores};
use crate::chain::SteppedClock;
use crate::cpu::{self, Cost, Span};
use crate::figures::Figures;
use crate::measured::Measured;
use crate::viewer::{Session, SessionKeys, Viewer};
use crate::world::{Watched, World};

/// Round in which it begins.
const FIRST: Round = 100;
/// Minutes that each viewer plays.
const MINUTES: u16 = 2;
/// What a cell takes, in ms: its playtime and the 50 ms of the protocol.
pub(crate) const ELAPSED_MS: u64 = 60_050;
/// Calls under way at a time.
const AT_ONCE: usize = 512;

/// A sealed message on its way.
struct Call {
    session: [u8; 16],
    number: u64,
    sealed: Vec<u8>,
    from: IpAddr,
}

struct Player {
    viewer: Viewer,
    session: Session,
    from: IpAddr,
}

/// Measures numbers of viewers that each play some minutes.
pub(crate) async fn run(parent: &Path, views: usize, sizes: &[usize], figures: &mut Figures) {
    for size in sizes {
        let cost = of_size(parent, *size, (*size == views).then_some(&mut *figures)).await;
        let each = cost.cpu_us_each(*size * usize::from(MINUTES));
        figures.put(&format!("issue_us_per_view_{size}"), each);
    }
}

async fn of_size(parent: &Path, size: usize, mut figures: Option<&mut Figures>) -> Cost {
    let minutes = u32::from(MINUTES);
    let world = Arc::new(World::new(1_800_000_000_000, &[minutes * 60_000]));
    let clock = SteppedClock::at(world.clock.start_of(FIRST).expect("a time"));
    let mut measured = Measured::start(parent, &world, clock.clone(), FIRST).await;
    let service = Arc::clone(&measured.service);
    let mut players = open_all(&measured, size, figures.as_deref_mut()).await;

    let film = &world.films[0];
    let disk = measured.disk_bytes();
    let mut total: Option<Cost> = None;
    for minute in 0..MINUTES {
        let request = Request::StartCell {
            video: film.magnet,
            rendition: 0,
            cell: minute,
        };
        let calls = sealed(&mut players, |_| request.clone());
        let span = Span::start();
        let replies = all(&service, calls).await;
        let start = span.end();
        let tickets: Vec<SignedTicket> = players
            .iter()
            .zip(&replies)
            .map(|(player, reply)| player.session.ticket(reply))
            .collect();

        let numbered: Vec<(&Player, &SignedTicket)> = players.iter().zip(&tickets).collect();
        let mut data = on_all_cores(&numbered, |(player, ticket)| {
            let viewer = &player.viewer;
            let watched = Watched {
                viewer: viewer.account(),
                session_key: viewer.session_key(),
                film,
                minute,
                round: ticket.ticket.round,
            };
            Some(viewer.play(film, ticket, world.receipts(&watched), 0))
        });
        let calls = sealed(&mut players, |index| Request::FinishCell {
            data: Box::new(data[index].take().expect("once")),
        });
        clock.advance(ELAPSED_MS);
        let round = world.clock.round_at(clock.now_ms()).expect("a round");
        measured.chain.turn(round, &[]);
        let span = Span::start();
        let replies = all(&service, calls).await;
        let finish = span.end();
        for (player, reply) in players.iter().zip(&replies) {
            player.session.expect_accepted(reply);
        }
        if let Some(figures) = figures.as_deref_mut() {
            figures.put("issue_start_us", start.cpu_us_each(size));
            figures.put("issue_finish_us", finish.cpu_us_each(size));
        }
        let both = start.plus(finish);
        total = Some(total.map_or(both, |total| total.plus(both)));
    }
    let total = total.expect("at least one minute");
    let round = world.clock.round_at(clock.now_ms()).expect("a round");
    let span = Span::start();
    measured.chain.turn(round + 1, &[round]);
    let report = measured.report().await;
    let report_us = span.end().cpu_us_each(report.header.count as usize);
    assert_eq!(report.header.count as usize, size * usize::from(MINUTES));
    if let Some(figures) = figures {
        let count = size * usize::from(MINUTES);
        figures.put("issue_views_per_s_core", total.per_core(count));
        figures.put("issue_views_per_s_wall", total.per_second(count));
        figures.put("issue_report_us_per_view", report_us);
        let grown = measured.disk_bytes().saturating_sub(disk);
        figures.put("issue_disk_bytes_per_view", grown as f64 / count as f64);
    }
    total
}

/// The next message of every player.
fn sealed(players: &mut [Player], mut request: impl FnMut(usize) -> Request) -> Vec<Call> {
    let players = players.iter_mut().enumerate();
    players
        .map(|(index, player)| {
            let (number, sealed) = player.session.seal(&request(index));
            Call {
                session: player.session.id,
                number,
                sealed,
                from: player.from,
            }
        })
        .collect()
}

/// Makes all calls, some at a time; the replies in order.
async fn all(service: &Arc<VerifierService>, calls: Vec<Call>) -> Vec<Vec<u8>> {
    concurrently(calls, |_, call| {
        let service = Arc::clone(service);
        async move {
            let Call {
                session,
                number,
                sealed,
                from,
            } = call;
            let reply = service.call(&session, number, &sealed, from).await;
            reply.expect("a reply")
        }
    })
    .await
}

/// Does something with each item, some at a time, on all threads of the runtime; the results in order.
async fn concurrently<T, R, F>(items: Vec<T>, work: impl Fn(usize, T) -> F) -> Vec<R>
where
    R: Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    let items = items.into_iter().enumerate();
    let running = items.map(|(index, item)| tokio::spawn(work(index, item)));
    futures::stream::iter(running)
        .buffered(AT_ONCE)
        .map(|done| done.expect("it ends"))
        .collect()
        .await
}

/// An address in a group of its own.
fn address(index: usize) -> IpAddr {
    let [a, b, c, d] = u32::try_from(index).expect("few").to_be_bytes();
    let group = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, group[0], group[1], 0, 0, 0, 1))
}

/// Opens a session for each viewer, from an address of its own.
async fn open_all(measured: &Measured, size: usize, figures: Option<&mut Figures>) -> Vec<Player> {
    let exchange_key = measured.chain.measured().expect("announced").exchange_key;
    let viewers = body::viewers(0, size);
    let openings = on_all_cores(&viewers, |viewer| {
        let (opening, keys) = viewer.opening(&exchange_key);
        (opening.encode(), keys)
    });
    let (openings, keys): (Vec<Vec<u8>>, Vec<SessionKeys>) = openings.into_iter().unzip();
    let span = Span::start();
    let ids = concurrently(openings, |index, opening| {
        let service = Arc::clone(&measured.service);
        async move {
            let id = service.open_session(&opening, address(index)).await;
            id.expect("a session")
        }
    })
    .await;
    if let Some(figures) = figures {
        figures.put("session_open_us", span.end().cpu_us_each(size));
    }
    let sessions = ids.into_iter().zip(keys).map(|(id, keys)| Session {
        id,
        keys,
        number: 0,
    });
    let players = viewers.into_iter().zip(sessions).enumerate();
    players
        .map(|(index, (viewer, session))| Player {
            viewer,
            session,
            from: address(index),
        })
        .collect()
}

/// Memory of each session that has a ticket open, in bytes: what the process grows by while they are opened. What viewers
/// send lies in memory before, and the store's cache is small.
pub(crate) async fn session_bytes(parent: &Path, size: usize, figures: &mut Figures) {
    let world = Arc::new(World::new(1_800_000_000_000, &[60_000]));
    let clock = SteppedClock::at(world.clock.start_of(FIRST).expect("a time"));
    let measured = Measured::start(parent, &world, clock, FIRST).await;
    let exchange_key = measured.chain.measured().expect("announced").exchange_key;
    let numbers: Vec<u64> = (0..).take(size).collect();
    let mut openings: Vec<Vec<u8>> = Vec::with_capacity(size);
    let mut keys: Vec<SessionKeys> = Vec::with_capacity(size);
    for (opening, exported) in on_all_cores(&numbers, |number| {
        let (opening, keys) = Viewer::new(*number).opening(&exchange_key);
        (opening.encode(), keys)
    }) {
        openings.push(opening);
        keys.push(exported);
    }
    let mut ids: Vec<[u8; 16]> = Vec::with_capacity(size);
    // Whatever is set up once, is set up by the first.
    let warm = size / 10;
    let mut grown = 0;
    let mut before = 0;
    for (index, opening) in openings.iter().enumerate() {
        if index == warm {
            before = cpu::resident();
        }
        let id = measured.service.open_session(opening, address(index)).await;
        ids.push(id.expect("a session"));
    }
    grown += cpu::resident().saturating_sub(before);
    let request = Request::StartCell {
        video: world.films[0].magnet,
        rendition: 0,
        cell: 0,
    };
    let sealed: Vec<(u64, Vec<u8>)> = ids
        .iter()
        .zip(keys)
        .map(|(id, keys)| {
            let mut session = Session {
                id: *id,
                keys,
                number: 0,
            };
            session.seal(&request)
        })
        .collect();
    for (index, (id, (number, sealed))) in ids.iter().zip(&sealed).enumerate() {
        if index == warm {
            before = cpu::resident();
        }
        let started = measured.service.call(id, *number, sealed, address(index));
        started.await.expect("a reply");
    }
    grown += cpu::resident().saturating_sub(before);
    drop((openings, sealed));
    figures.put("session_bytes", grown as f64 / (size - warm) as f64);
}
