//! The gateway as a server: where it listens, and who gets to which part of it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chainflix_client::Client;
use chainflix_content::MagnetLink;
use chainflix_controller::accept::{self, Bounds};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::failure::Failure;
use crate::guard::{Denied, Guard, SECURITY_HEADERS};
use crate::page::{Page, PageError};
use crate::parts::Open;
use crate::sessions::Sessions;
use crate::{api, media, secret};

/// Longest body of a request, in bytes.
const MAX_BODY_BYTES: usize = 16 * 1024;
/// Other programs of this machine may connect, too, and not all of them mean well.
const BOUNDS: Bounds = Bounds {
    header_time: Duration::from_secs(20),
    connections: 512,
};

/// What a gateway is started with.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// Where it listens: on loopback. With port 0 the system chooses one.
    pub listen: SocketAddr,
    /// The minified script of hls.js; `hls.js` beside the program when there is none.
    pub hls_js: Option<PathBuf>,
    /// Whether advertisements are shown in breaks of videos.
    pub ads: bool,
    /// How many videos may be watched at a time, at least one. Each holds up to three minutes of the quality in which it is
    /// played in memory: 135 MB at 1080p.
    pub videos: usize,
}

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is not on loopback.
    #[error(
        "the gateway serves plaintext, so it listens on this machine only; choose 127.0.0.1 instead of {} with --listen",
        .0.ip()
    )]
    NotLoopback(SocketAddr),
    /// Another program listens there.
    #[error("port {} is in use; choose another with --listen 127.0.0.1:PORT", .0.port())]
    PortInUse(SocketAddr),
    /// The address can't be listened at.
    #[error("can't listen at {0} ({1}); choose another address with --listen 127.0.0.1:PORT")]
    Listen(SocketAddr, #[source] io::Error),
    /// There is no web player.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The operating system gives no randomness.
    #[error(
        "the operating system gives no randomness, so there can be no secret token; start again later"
    )]
    NoRandomness,
}

/// A gateway that runs. Dropping it stops it, and closes the videos that are open.
pub struct Gateway {
    address: SocketAddr,
    token: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
    /// Connections end when it is dropped.
    _running: watch::Sender<bool>,
}

impl Gateway {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address to open in a browser. Its fragment holds the token, and the video that is to be opened at once: as soon
    /// as the page is asked for, unless as many are watched as may be.
    #[must_use]
    pub fn url(&self, video: Option<&MagnetLink>) -> String {
        if let Some(link) = video {
            self.shared.sessions.expect(link.magnet);
        }
        let video = video.map_or_else(String::new, |link| format!("&video={}", link.magnet));
        format!("http://{}/#token={}{video}", self.address, self.token)
    }

    /// Waits until it stops by itself, which is a fault.
    pub async fn stopped(&mut self) {
        // A task that panicked has stopped too.
        let _ = (&mut self.server).await;
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.server.abort();
        self.shared.sessions.close_all();
    }
}

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) sessions: Sessions,
    guard: Guard,
    page: Page,
}

/// Starts a gateway for a connected client.
///
/// # Errors
/// When it can't listen on loopback, or there is no web player.
pub async fn start(config: GatewayConfig, client: Arc<Client>) -> Result<Gateway, StartError> {
    let listen = config.listen;
    if !listen.ip().is_loopback() {
        return Err(StartError::NotLoopback(listen));
    }
    let page = Page::read(config.hls_js.as_deref())?;
    let token = secret::fresh().map_err(|_| StartError::NoRandomness)?;
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => StartError::PortInUse(listen),
        _ => StartError::Listen(listen, error),
    };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let shared = Arc::new(Shared {
        sessions: Sessions::new(client, config.ads, config.videos),
        guard: Guard::new(address, token.clone()),
        page,
    });
    let router = router(shared.clone());
    let (running, stop) = watch::channel(false);
    let server = tokio::spawn(accept::run(listener, router, BOUNDS, stop));
    Ok(Gateway {
        _running: running,
        address,
        token,
        shared,
        server,
    })
}

fn router(shared: Arc<Shared>) -> Router {
    let with_token = Router::new()
        .route("/api/account", get(api::account))
        .route("/api/videos", get(api::videos))
        .route("/api/open", post(api::open))
        .route_layer(middleware::from_fn_with_state(shared.clone(), token));
    // Who knows the secret id of a session may follow and play it.
    let of_session = Router::new()
        .route("/api/sessions/{id}", get(api::panel).delete(api::close))
        .route("/api/sessions/{id}/playhead", post(api::playhead))
        .route(
            "/api/sessions/{id}/ads/{before}/follow",
            post(api::follow_ad),
        )
        .route("/api/sessions/{id}/events", get(api::events));
    with_token
        .merge(of_session)
        .merge(media::routes().with_state(shared.clone() as Arc<dyn Open>))
        .fallback(get(page))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(shared.clone(), source))
        .with_state(shared)
}

/// Lets in what is addressed to us and comes from nowhere else, and sets the headers of every answer.
async fn source(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let mut response = match shared.guard.check_source(request.headers()) {
        Err(denied) => refusal(denied),
        Ok(()) => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

/// Lets in what holds the token.
async fn token(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    match shared.guard.check_token(request.headers()) {
        Err(denied) => refusal(denied),
        Ok(()) => next.run(request).await,
    }
}

fn refusal(denied: Denied) -> Response {
    let status = match denied {
        Denied::Host => StatusCode::MISDIRECTED_REQUEST,
        Denied::Origin => StatusCode::FORBIDDEN,
        Denied::Token => StatusCode::UNAUTHORIZED,
    };
    Failure::new(status, denied.words()).into_response()
}

async fn page(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, Failure> {
    let missing = || Failure::new(StatusCode::NOT_FOUND, "There is nothing at this address.");
    let path = request.uri().path();
    let (kind, content) = shared.page.file(path).ok_or_else(missing)?;
    if path == "/" {
        shared.sessions.open_early();
    }
    Ok(([(header::CONTENT_TYPE, kind)], content).into_response())
}
