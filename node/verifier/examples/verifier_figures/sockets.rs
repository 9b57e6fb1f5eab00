//! Issuing through the socket: viewers in a process of their own, each with a WebSocket, so that only the verifier's CPU
//! time is counted; and how long a viewer waits for "accepted" while a thousand others watch.

use std::{
    path::Path,
    process::{ExitCode, Stdio},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chainflix_primitives::{Round, api::Request, ticket::SignedTicket};
use chainflix_verifier::{Clock, SystemClock};
use codec::Encode;
use futures::StreamExt;
use jsonrpsee::{
    core::client::ClientT,
    rpc_params,
    ws_client::{WsClient, WsClientBuilder},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::TcpStream,
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::Instant,
};

use crate::body;
use crate::chain::SteppedClock;
use crate::cpu::{self, Span};
use crate::figures::Figures;
use crate::issue::ELAPSED_MS;
use crate::measured::Measured;
use crate::traffic::{Counted, RECEIVED, SENT};
use crate::viewer::{Session, Viewer};
use crate::world::{Watched, World};

/// First argument of the viewers' process.
pub(crate) const VIEWERS: &str = "be-viewers";
/// Round in which it begins.
const FIRST: Round = 100;
/// Viewers with a WebSocket each.
const COUNT: usize = 1_000;
/// Minutes that each plays in the measurement of throughput.
const MINUTES: u32 = 8;
/// Playtime of the shortest cell that earns, in ms: with it a thousand viewers ask twelve times as often as by minutes.
const SHORT_MS: u32 = 5_000;
/// Short films that each plays, one after the other.
const SHORT_FILMS: usize = 8;
/// Connections that are set up at a time.
const AT_ONCE: usize = 64;

/// Measures both.
pub(crate) async fn run(parent: &Path, figures: &mut Figures) {
    throughput(parent, figures).await;
    waiting(parent, figures).await;
}

/// The films of the measurement of throughput: one, of full minutes.
fn long_films() -> Vec<u32> {
    vec![MINUTES * 60_000]
}

/// The films of the measurement of waiting: of one short cell each.
fn short_films() -> Vec<u32> {
    vec![SHORT_MS; SHORT_FILMS]
}

async fn throughput(parent: &Path, figures: &mut Figures) {
    let world = Arc::new(World::new(1_800_000_000_000, &long_films()));
    let clock = SteppedClock::at(world.clock.start_of(FIRST).expect("a time"));
    let measured = Measured::start(parent, &world, clock.clone(), FIRST).await;
    let before = cpu::resident();
    let mut viewers = Process::start(&measured, &world, "stepped");
    let connected = viewers.until("ready").await;
    let grown = cpu::resident().saturating_sub(before);
    figures.put("socket_session_bytes", grown as f64 / COUNT as f64);
    let (mut total, mut exchanged) = (None, [0; 2]);
    for _ in 0..MINUTES {
        let span = Span::start();
        viewers.tell("start").await;
        viewers.until("started").await;
        let start = span.end();
        viewers.until("prepared").await;
        clock.advance(ELAPSED_MS);
        let round = world.clock.round_at(clock.now_ms()).expect("a round");
        measured.chain.turn(round, &[]);
        let span = Span::start();
        viewers.tell("finish").await;
        exchanged = bytes(&viewers.until("finished").await);
        let both = start.plus(span.end());
        total = Some(total.map_or(both, |total: cpu::Cost| total.plus(both)));
    }
    let (total, count) = (total.expect("some"), COUNT * MINUTES as usize);
    figures.put("socket_views_per_s_core", total.per_core(count));
    figures.put("socket_views_per_s_wall", total.per_second(count));
    let ways = ["socket_up_bytes_per_view", "socket_down_bytes_per_view"];
    for ((key, to), from) in ways.into_iter().zip(exchanged).zip(bytes(&connected)) {
        figures.put(key, (to - from) as f64 / count as f64);
    }
    viewers.end().await;
}

/// Bytes that the viewers have sent and received, as they say behind a word.
fn bytes(told: &str) -> [u64; 2] {
    let mut numbers = told.split(' ').skip(1).map(|bytes| bytes.parse::<u64>());
    let mut next = || numbers.next().expect("two numbers").expect("a number");
    [next(), next()]
}

/// With the machine's own clock and short cells.
async fn waiting(parent: &Path, figures: &mut Figures) {
    let clock = SystemClock::default();
    let genesis_ms = clock.wall_ms() - u64::from(FIRST) * u64::from(crate::world::ROUND_MS);
    let world = Arc::new(World::new(genesis_ms, &short_films()));
    let measured = Measured::start(parent, &world, Arc::new(clock), FIRST).await;
    let mut viewers = Process::start(&measured, &world, "live");
    viewers.until("ready").await;
    let span = Span::start();
    viewers.tell("watch").await;
    let waited = viewers.until("waited").await;
    let cost = span.end();
    let mut waited: Vec<f64> = waited
        .split(' ')
        .skip(1)
        .map(|ms| ms.parse().expect("a number"))
        .collect();
    waited.sort_by(f64::total_cmp);
    assert_eq!(waited.len(), COUNT * SHORT_FILMS);
    for (key, percent) in [
        ("accept_ms_p50", 50),
        ("accept_ms_p95", 95),
        ("accept_ms_p99", 99),
    ] {
        figures.put(key, waited[waited.len() * percent / 100]);
    }
    figures.put("accept_sessions", COUNT as f64);
    figures.put("accept_views_per_s", cost.per_second(waited.len()));
    viewers.end().await;
}

/// The viewers' process, as the verifier's sees it.
struct Process {
    child: Child,
    orders: ChildStdin,
    told: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(measured: &Measured, world: &World, mode: &str) -> Self {
        let exchange_key = measured.chain.measured().expect("announced").exchange_key;
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args([VIEWERS, mode])
            .arg(measured.service.api_address().to_string())
            .arg(hex::encode(exchange_key))
            .arg(world.clock.genesis_ms.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the viewers start");
        Self {
            orders: child.stdin.take().expect("piped"),
            told: BufReader::new(child.stdout.take().expect("piped")).lines(),
            child,
        }
    }

    async fn tell(&mut self, order: &str) {
        let line = format!("{order}\n");
        let told = self.orders.write_all(line.as_bytes()).await;
        told.expect("the viewers listen");
    }

    /// Waits for a line that begins with `word`.
    async fn until(&mut self, word: &str) -> String {
        loop {
            let line = self.told.next_line().await.expect("readable");
            let line = line.expect("the viewers ended early; see above");
            if line.starts_with(word) {
                return line;
            }
        }
    }

    async fn end(mut self) {
        drop(self.orders);
        let ended = self.child.wait().await.expect("it ends");
        assert!(ended.success(), "the viewers failed");
    }
}

/// One viewer with its connection.
struct Player {
    viewer: Viewer,
    session: Session,
    client: WsClient,
}

impl Player {
    async fn connect(viewer: Viewer, address: &str, exchange_key: &[u8; 32]) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("an option of TCP");
        let client = WsClientBuilder::default()
            .build_with_stream(format!("ws://{address}"), Counted(stream))
            .await
            .expect("a WebSocket");
        let (opening, keys) = viewer.opening(exchange_key);
        let parameters = rpc_params![hex::encode(opening.encode())];
        let id: String = client
            .request("verifier_openSession", parameters)
            .await
            .expect("a session");
        let id = hex::decode(id).expect("hex").try_into().expect("16 bytes");
        Self {
            viewer,
            session: Session {
                id,
                keys,
                number: 0,
            },
            client,
        }
    }

    /// Sends a request; the sealed reply.
    async fn ask(&mut self, request: &Request) -> Vec<u8> {
        let (number, sealed) = self.session.seal(request);
        let id = hex::encode(self.session.id);
        let parameters = rpc_params![id, number, hex::encode(sealed)];
        let reply: String = self
            .client
            .request("verifier_call", parameters)
            .await
            .expect("a reply");
        hex::decode(reply).expect("hex")
    }

    async fn start(&mut self, world: &World, film: usize, cell: u16) -> SignedTicket {
        let request = Request::StartCell {
            video: world.films[film].magnet,
            rendition: 0,
            cell,
        };
        let reply = self.ask(&request).await;
        self.session.ticket(&reply)
    }

    fn play(&self, world: &World, film: usize, ticket: &SignedTicket) -> Request {
        let film = &world.films[film];
        let watched = Watched {
            viewer: self.viewer.account(),
            session_key: self.viewer.session_key(),
            film,
            minute: ticket.ticket.minute,
            round: ticket.ticket.round,
        };
        let receipts = world.receipts(&watched);
        Request::FinishCell {
            data: Box::new(self.viewer.play(film, ticket, receipts, 0)),
        }
    }

    async fn finish(&mut self, request: &Request) {
        let reply = self.ask(request).await;
        self.session.expect_accepted(&reply);
    }
}

/// The viewers' process.
pub(crate) fn be_viewers(given: &mut impl Iterator<Item = String>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut next = || given.next().expect("an argument");
    let (mode, address, key, genesis_ms) = (next(), next(), next(), next());
    let key = hex::decode(key).expect("hex").try_into().expect("32 bytes");
    let genesis_ms = genesis_ms.parse().expect("a number");
    runtime.block_on(async {
        let films = if mode == "live" {
            short_films()
        } else {
            long_films()
        };
        let world = Arc::new(World::new(genesis_ms, &films));
        let players = connect_all(&address, &key).await;
        tell("ready");
        let orders = orders();
        if mode == "live" {
            watch(orders, &world, players).await;
        } else {
            obey(orders, &world, players).await;
        }
    });
    ExitCode::SUCCESS
}

/// What the verifier's process says, line by line, until it ends.
fn orders() -> UnboundedReceiver<String> {
    let (orders, obeyed) = unbounded_channel();
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        let _ = lines.map(|line| orders.send(line)).find(Result::is_err);
    });
    obeyed
}

/// Says a word, and how many bytes all viewers have sent and received so far.
fn tell(word: &str) {
    let [sent, received] = [&SENT, &RECEIVED].map(|bytes| bytes.load(Ordering::SeqCst));
    println!("{word} {sent} {received}");
}

async fn connect_all(address: &str, exchange_key: &[u8; 32]) -> Vec<Player> {
    let connecting = body::viewers(0, COUNT)
        .into_iter()
        .map(|viewer| Player::connect(viewer, address, exchange_key));
    futures::stream::iter(connecting)
        .buffered(AT_ONCE)
        .collect()
        .await
}

/// Starts and finishes cells when it is told to, all viewers at once.
async fn obey(mut orders: UnboundedReceiver<String>, world: &Arc<World>, mut players: Vec<Player>) {
    let mut cell = 0;
    let mut prepared: Vec<Request> = Vec::new();
    while let Some(order) = orders.recv().await {
        if order == "start" {
            let started = players.into_iter().map(|mut player| {
                let world = Arc::clone(world);
                tokio::spawn(async move {
                    let ticket = player.start(&world, 0, cell).await;
                    (player, ticket)
                })
            });
            let started = joined(started).await;
            println!("started");
            let played = |(player, ticket): &(Player, SignedTicket)| player.play(world, 0, ticket);
            prepared = body::on_all_cores(&started, played);
            players = started.into_iter().map(|(player, _)| player).collect();
            cell += 1;
            println!("prepared");
        } else {
            let played = std::mem::take(&mut prepared);
            let finished = players.into_iter().zip(played).map(|(mut player, played)| {
                tokio::spawn(async move {
                    player.finish(&played).await;
                    player
                })
            });
            players = joined(finished).await;
            tell("finished");
        }
    }
}

/// Each viewer watches all films, one after the other, as their clocks say; how long each waited for "accepted", in ms.
async fn watch(mut orders: UnboundedReceiver<String>, world: &Arc<World>, players: Vec<Player>) {
    orders.recv().await.expect("an order");
    let watching = players.into_iter().enumerate().map(|(index, mut player)| {
        let world = Arc::clone(world);
        tokio::spawn(async move {
            let offset = u64::from(SHORT_MS) * index as u64 / COUNT as u64;
            tokio::time::sleep(Duration::from_millis(offset)).await;
            let mut waited = Vec::new();
            for film in 0..SHORT_FILMS {
                let ticket = player.start(&world, film, 0).await;
                let ends = Instant::now() + Duration::from_millis(u64::from(SHORT_MS) + 50);
                let played = player.play(&world, film, &ticket);
                tokio::time::sleep_until(ends).await;
                let sent = Instant::now();
                player.finish(&played).await;
                waited.push(format!("{:.3}", sent.elapsed().as_secs_f64() * 1e3));
            }
            waited
        })
    });
    let waited = joined(watching).await.concat();
    println!("waited {}", waited.join(" "));
}

/// All results, in order.
async fn joined<T>(running: impl Iterator<Item = tokio::task::JoinHandle<T>>) -> Vec<T> {
    let running: Vec<_> = running.collect();
    let mut done = Vec::with_capacity(running.len());
    for one in running {
        done.push(one.await.expect("it ends"));
    }
    done
}
