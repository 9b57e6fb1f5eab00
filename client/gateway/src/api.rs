//! What the page asks and is told.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chainflix_client::playback::PlaybackError;
use chainflix_client::units::format_cfx;
use chainflix_client::{ClientError, account as accounts};
use chainflix_content::MagnetLink;
use chainflix_content::link::LinkError;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::panel::{EarningsView, Panel};
use crate::server::Shared;
use crate::sessions::{Follower, OpenError, Opened, Report};

/// The panel is refreshed so often.
const REFRESH: Duration = Duration::from_millis(500);
/// Longest message of a page, which has nothing to say there.
const MAX_HEARD_BYTES: usize = 1_024;

/// Who watches here.
#[derive(Debug, Serialize)]
pub(crate) struct Account {
    address: String,
    /// In CFX; `None` when the chain can't be read now.
    balance: Option<String>,
    /// `None` when verifiers or chain can't be asked now.
    earnings: Option<EarningsView>,
}

pub(crate) async fn account(State(shared): State<Arc<Shared>>) -> Json<Account> {
    let client = shared.sessions.client();
    let own = client.account();
    let (balance, summary) = tokio::join!(client.chain().balance(&own), client.summary(&own));
    Json(Account {
        address: accounts::address(&own),
        balance: balance.ok().map(|balance| format_cfx(balance.free)),
        earnings: summary.ok().map(EarningsView::from),
    })
}

pub(crate) async fn videos(
    State(shared): State<Arc<Shared>>,
) -> Result<impl IntoResponse, Failure> {
    let videos = shared.sessions.client().videos().await;
    videos.map(Json).map_err(Failure::upstream)
}

/// Which video to open.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    /// A magnet link, or the bare magnet.
    link: String,
}

pub(crate) async fn open(
    State(shared): State<Arc<Shared>>,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<Json<Opened>, Failure> {
    let Json(wanted) = wanted.map_err(|error| Failure::bad_request(error.body_text()))?;
    let parsed: Result<MagnetLink, LinkError> = wanted.link.parse();
    let link = parsed.map_err(Failure::bad_request)?;
    let opened = shared.sessions.open(link.magnet).await;
    opened.map(Json).map_err(|error| match error {
        OpenError::Client(ClientError::Playback(PlaybackError::UnknownVideo(_))) => {
            Failure::new(StatusCode::NOT_FOUND, error)
        }
        OpenError::TooMany(_) => Failure::new(StatusCode::TOO_MANY_REQUESTS, error),
        other => Failure::upstream(other),
    })
}

pub(crate) async fn panel(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<Panel>, Failure> {
    Ok(Json(shared.sessions.get(&id)?.panel()))
}

pub(crate) async fn close(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> StatusCode {
    shared.sessions.close(&id);
    StatusCode::NO_CONTENT
}

pub(crate) async fn playhead(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    report: Result<Json<Report>, JsonRejection>,
) -> Result<StatusCode, Failure> {
    let session = shared.sessions.get(&id)?;
    let Json(report) = report.map_err(|error| Failure::bad_request(error.body_text()))?;
    session.report(&report).await;
    Ok(StatusCode::NO_CONTENT)
}

/// The viewer follows the advertisement that is shown before a minute.
pub(crate) async fn follow_ad(
    State(shared): State<Arc<Shared>>,
    Path((id, before)): Path<(String, u16)>,
) -> Result<StatusCode, Failure> {
    let session = shared.sessions.get(&id)?;
    if session.follow_ad(before).await {
        return Ok(StatusCode::NO_CONTENT);
    }
    let words = "No advertisement is shown there.";
    Err(Failure::new(StatusCode::NOT_FOUND, words))
}

/// The panel again and again, until the session is closed. By WebSocket: of other connections a browser keeps six to one address
/// in all its windows, which would leave none for the videos.
pub(crate) async fn events(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Failure> {
    let follower = shared.sessions.get(&id)?.follower();
    let upgrade = upgrade.map_err(|error| Failure::bad_request(error.body_text()))?;
    // Pages only listen.
    let upgrade = upgrade.max_message_size(MAX_HEARD_BYTES);
    Ok(upgrade.on_upgrade(|socket| tell(socket, shared, id, follower)))
}

async fn tell(mut socket: WebSocket, shared: Arc<Shared>, id: String, _follower: Follower) {
    let mut ticks = tokio::time::interval(REFRESH);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            heard = socket.recv() => match heard {
                None | Some(Err(_)) => return,
                Some(Ok(_)) => continue,
            },
            _ = ticks.tick() => {}
        }
        let Ok(session) = shared.sessions.get(&id) else {
            // The page is told by the end of it.
            let _ = socket.send(Message::Close(None)).await;
            return;
        };
        let panel = serde_json::to_string(&session.panel());
        drop(session);
        let Ok(panel) = panel else { return };
        if socket.send(Message::Text(panel.into())).await.is_err() {
            return;
        }
    }
}
