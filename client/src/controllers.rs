//! A storage controller, as publishers and players ask it.

mod choice;

use std::time::Duration;

use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_controller::protocol::{
    ApiError, CellPlacement, EXPIRES_HEADER, Health, NodeStatus, PlacementRequest, Placements,
    SIGNATURE_HEADER, SourcesReply, VideoStatus,
};
use chainflix_controller::signing;
use chainflix_controller::tls::client_config;
use chainflix_p2p::{NatClass, Reachability};
use chainflix_primitives::manifest::{MAX_MANIFEST_BYTES, Manifest};
use chainflix_primitives::placement::announcement_text;
use chainflix_primitives::{Hash32, Magnet, Sha256};
use codec::{DecodeAll, Encode};
use futures::StreamExt;
use reqwest::{Response, Url};
use serde::de::DeserializeOwned;
use tokio::sync::watch;

pub(crate) use choice::Controllers;

use crate::wallet::Wallet;

/// Longest answer that is read, in bytes, apart from manifests.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// A controller answers within this time.
const PATIENCE: Duration = Duration::from_secs(10);
/// It names sources within this time, or another is asked: what is fetched ahead lasts longer.
const SOURCES: Duration = Duration::from_secs(4);
/// A producer's signature under a new video is good for so long, in ms.
const SIGNATURE_MS: u64 = 120_000;

/// Why a controller's answer is not there.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ControllerError {
    /// The address is none.
    #[error("{0} is no address of a controller; one looks like http://127.0.0.1:8090")]
    Address(String),
    /// It does not answer.
    #[error(
        "the controller at {url} does not answer: {reason}; start it, or name another with --controller"
    )]
    Unreachable {
        /// Where.
        url: String,
        /// What happened.
        reason: String,
    },
    /// It refused.
    #[error("the controller refused: {0}")]
    Refused(ApiError),
    /// It works for another chain.
    #[error(
        "the controller at {0} works for another chain; name one of this chain with --controller"
    )]
    OtherChain(String),
    /// It signs with another key than is registered.
    #[error(
        "the controller at {0} is not the one that is registered there; name another with --controller"
    )]
    NotRegistered(String),
    /// It answers nonsense, too much, or something that it did not sign.
    #[error("the controller at {url} does not keep to the protocol: {what}")]
    Protocol {
        /// Where.
        url: String,
        /// What is wrong.
        what: String,
    },
    /// The manifest is not the magnet's.
    #[error("the manifest that the controller at {0} has is not that of the magnet")]
    Manifest(String),
}

/// A controller of our chain.
#[derive(Clone)]
pub struct Controller {
    http: reqwest::Client,
    base: Url,
    key: [u8; 32],
    genesis: Hash32,
    copies: u32,
    /// What this peer knows of its own router.
    reachability: Option<watch::Receiver<Reachability>>,
    /// Where this peer is, when it wants to say so.
    region: Option<[u8; 2]>,
}

impl Controller {
    /// Connects to the controller at `url` (`http://` or `https://`).
    ///
    /// # Errors
    /// When it does not answer or works for another chain.
    pub async fn connect(url: &str, genesis: Hash32) -> Result<Self, ControllerError> {
        let bad = || ControllerError::Address(url.to_owned());
        let base = Url::parse(url).map_err(|_| bad())?;
        if !["http", "https"].contains(&base.scheme()) || base.host().is_none() {
            return Err(bad());
        }
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .connect_timeout(Duration::from_secs(3))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .use_preconfigured_tls(client_config())
            .build()
            .map_err(|error| ControllerError::Unreachable {
                url: url.to_owned(),
                reason: error.to_string(),
            })?;
        let mut controller = Self {
            http,
            base,
            key: [0; 32],
            genesis,
            copies: 0,
            reachability: None,
            region: None,
        };
        let health: Health = controller.get("v1/health").await?;
        if health.genesis != genesis {
            return Err(ControllerError::OtherChain(controller.url()));
        }
        controller.key = health.controller;
        controller.copies = health.copies;
        Ok(controller)
    }

    /// Tells it from now on when this peer's router can't be punched, so that it names nodes that are reached all the same.
    #[must_use]
    pub fn knowing(mut self, reachability: watch::Receiver<Reachability>) -> Self {
        self.reachability = Some(reachability);
        self
    }

    /// Tells it from now on in which region this peer is, so that it names nodes there before equally loaded ones elsewhere.
    #[must_use]
    pub fn in_region(mut self, region: Option<[u8; 2]>) -> Self {
        self.region = region;
        self
    }

    fn is_symmetric(&self) -> bool {
        self.reachability.as_ref().is_some_and(|known| {
            matches!(known.borrow().class, NatClass::Symmetric | NatClass::NoUdp)
        })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        self.base.to_string()
    }

    /// Whether this is its address.
    fn is_at(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| url == self.base)
    }

    /// The ed25519 key with which it signs.
    #[must_use]
    pub fn key(&self) -> [u8; 32] {
        self.key
    }

    /// Copies of each cell that it places.
    #[must_use]
    pub fn copies(&self) -> u32 {
        self.copies
    }

    /// The manifest of a video, checked against its magnet.
    ///
    /// # Errors
    /// When it does not know the video, or has another manifest.
    pub async fn manifest(&self, magnet: &Magnet) -> Result<Manifest, ControllerError> {
        let response = self.send(
            self.http
                .get(self.address(&format!("v1/manifests/{magnet}"))?),
        );
        let bytes = self.body(response.await?, MAX_MANIFEST_BYTES).await?;
        let wrong = || ControllerError::Manifest(self.url());
        let manifest = Manifest::decode_all(&mut bytes.as_slice()).map_err(|_| wrong())?;
        if manifest.magnet::<Sha256>() != *magnet {
            return Err(wrong());
        }
        Ok(manifest)
    }

    /// Hands in the manifest of a new video; `wallet` is its producer's.
    ///
    /// # Errors
    /// When the controller refuses it.
    pub async fn announce(
        &self,
        wallet: &Wallet,
        magnet: &Magnet,
        manifest: &Manifest,
    ) -> Result<VideoStatus, ControllerError> {
        let expires_ms = SystemClock::default()
            .unix_ms()
            .saturating_add(SIGNATURE_MS);
        let text = announcement_text(&self.genesis, &self.key, magnet, expires_ms);
        let signature = wallet.sign(&text);
        let request = self
            .http
            .post(self.address(&format!("v1/manifests/{magnet}"))?)
            .header(SIGNATURE_HEADER, hex::encode(signature.encode()))
            .header(EXPIRES_HEADER, expires_ms.to_string())
            .body(manifest.encode());
        self.json(self.send(request).await?).await
    }

    /// Which nodes shall take in `count` cells of a rendition from cell `first` on.
    ///
    /// # Errors
    /// When there is no space for them.
    pub async fn placements(
        &self,
        video: Magnet,
        rendition: u8,
        first: u16,
        count: u16,
    ) -> Result<Vec<CellPlacement>, ControllerError> {
        let request = PlacementRequest {
            video,
            rendition,
            first,
            count,
        };
        let request = self
            .http
            .post(self.address("v1/placements")?)
            .json(&request);
        let placements: Placements = self.json(self.send(request).await?).await?;
        Ok(placements.cells)
    }

    /// Who serves a cell: a list that the controller signed.
    ///
    /// # Errors
    /// When nobody does, or the list is not signed.
    pub async fn sources(
        &self,
        video: &Magnet,
        rendition: u8,
        cell: u16,
    ) -> Result<SourcesReply, ControllerError> {
        let query = viewer_query(self.region, self.is_symmetric());
        let path = format!("v1/sources/{video}/{rendition}/{cell}{query}");
        let request = self.http.get(self.address(&path)?).timeout(SOURCES);
        let reply: SourcesReply = self.json(self.send(request).await?).await?;
        let sources = &reply.sources.sources;
        let payload = sources.signing_payload();
        let is_ours = (sources.genesis, sources.controller) == (self.genesis, self.key)
            && (sources.video, sources.rendition, sources.cell) == (*video, rendition, cell)
            && sources
                .providers
                .iter()
                .eq(reply.peers.iter().map(|peer| &peer.provider))
            && signing::is_signed_by(&self.key, &payload, &reply.sources.signature);
        if is_ours {
            Ok(reply)
        } else {
            Err(self.protocol("its list of sources is not what was asked for"))
        }
    }

    /// What the controller knows of a video.
    ///
    /// # Errors
    /// When it does not know it.
    pub async fn video(&self, video: &Magnet) -> Result<VideoStatus, ControllerError> {
        self.get(&format!("v1/videos/{video}")).await
    }

    /// The first hundred videos that it knows.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn videos(&self) -> Result<Vec<VideoStatus>, ControllerError> {
        self.get("v1/videos").await
    }

    /// The storage nodes that it knows.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn nodes(&self) -> Result<Vec<NodeStatus>, ControllerError> {
        self.get("v1/nodes").await
    }

    /// One storage node, by its index on chain.
    ///
    /// # Errors
    /// When it does not know the node, or does not answer.
    pub async fn node(&self, provider: u32) -> Result<NodeStatus, ControllerError> {
        self.get(&format!("v1/nodes/{provider}")).await
    }

    fn address(&self, path: &str) -> Result<Url, ControllerError> {
        self.base
            .join(path)
            .map_err(|_| ControllerError::Address(self.url()))
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ControllerError> {
        let response = self.send(self.http.get(self.address(path)?)).await?;
        self.json(response).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, ControllerError> {
        request
            .send()
            .await
            .map_err(|error| self.unreachable(&error))
    }

    async fn json<T: DeserializeOwned>(&self, response: Response) -> Result<T, ControllerError> {
        let body = self.body(response, MAX_ANSWER_BYTES).await?;
        serde_json::from_slice(&body).map_err(|error| self.protocol(&error.to_string()))
    }

    /// The body of a good answer, or the refusal in a bad one.
    async fn body(&self, response: Response, most: usize) -> Result<Vec<u8>, ControllerError> {
        let status = response.status();
        let mut stream = response.bytes_stream();
        let mut body = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| self.unreachable(&error))?;
            if body.len().saturating_add(chunk.len()) > most {
                return Err(self.protocol("its answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok(body);
        }
        match serde_json::from_slice(&body) {
            Ok(refusal) => Err(ControllerError::Refused(refusal)),
            Err(_) => Err(self.protocol(&format!("it answers with status {status}"))),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> ControllerError {
        let mut reason = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(inner) = source {
            reason = inner.to_string();
            source = inner.source();
        }
        ControllerError::Unreachable {
            url: self.url(),
            reason,
        }
    }

    fn protocol(&self, what: &str) -> ControllerError {
        ControllerError::Protocol {
            url: self.url(),
            what: what.to_owned(),
        }
    }
}

/// What a viewer says of itself when it asks for sources.
fn viewer_query(region: Option<[u8; 2]>, is_symmetric: bool) -> String {
    let region = region.map(|code| format!("region={}", String::from_utf8_lossy(&code)));
    let symmetric = is_symmetric.then(|| "symmetric=true".to_owned());
    let said: Vec<String> = region.into_iter().chain(symmetric).collect();
    match said.is_empty() {
        true => String::new(),
        false => format!("?{}", said.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_says_its_region_when_it_has_one_to_say_and_whether_it_can_be_punched() {
        assert_eq!(viewer_query(None, false), "");
        assert_eq!(viewer_query(None, true), "?symmetric=true");
        assert_eq!(viewer_query(Some(*b"KR"), false), "?region=KR");
        assert_eq!(
            viewer_query(Some(*b"KR"), true),
            "?region=KR&symmetric=true"
        );
    }
}
