//! A viewer, or a producer: wallet, session key, sealed messages, and honest Play Data.

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use chainflix_primitives::{
    AccountId, Cycle, Sha256, Signature64,
    api::{self, CellGrant, OpenSession, Reply, Request, message_nonce, session_info},
    delegation::{Delegation, SignedDelegation, WalletSignature, session_transcript},
    draw,
    play_data::{self, PlayData},
    possession::ChainStart,
    receipt::Receipt,
    refusal::Refusal,
    ticket::{Acceptance, SignedTicket},
    view::{Delivery, VIEW_VERSION, ViewClaim},
};
use codec::{Decode, Encode};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use hpke::{Deserializable, OpModeS, Serializable, aead, kdf::HkdfSha256, kem::X25519HkdfSha256};
use jsonrpsee::{
    core::{ClientError, client::ClientT},
    rpc_params,
    ws_client::{WsClient, WsClientBuilder},
};

use crate::chain::{GENESIS, State};
use crate::net::Net;
use crate::provider::wanted;
use crate::random::Random;
use crate::video::Video;

/// A wallet with a session key.
pub(crate) struct Viewer {
    wallet: schnorrkel::Keypair,
    session: SigningKey,
    pub(crate) delegation: SignedDelegation,
}

impl Viewer {
    /// A viewer whose keys follow from `seed`; its delegation holds for one cycle from round 0.
    pub(crate) fn new(seed: u8) -> Self {
        Self::with_rounds(seed, 0, 10_000)
    }

    pub(crate) fn with_rounds(seed: u8, first_round: u32, last_round: u32) -> Self {
        let wallet = schnorrkel::MiniSecretKey::from_bytes(&[seed; 32])
            .expect("a key")
            .expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
        let session = SigningKey::from([seed ^ 0x80; 32]);
        let delegation = Delegation {
            genesis: GENESIS,
            account: AccountId(wallet.public.to_bytes()),
            session_key: VerificationKeyBytes::from(&session).into(),
            exchange_key: [seed; 32],
            first_round,
            last_round,
        };
        let mut viewer = Self {
            wallet,
            session,
            delegation: SignedDelegation {
                delegation,
                signature: WalletSignature::Sr25519(Signature64([0; 64])),
            },
        };
        viewer.sign_delegation();
        viewer
    }

    pub(crate) fn sign_delegation(&mut self) {
        let text = self.delegation.delegation.text();
        let signature = self.wallet.sign_simple(b"substrate", &text).to_bytes();
        self.delegation.signature = WalletSignature::Sr25519(Signature64(signature));
    }

    pub(crate) fn account(&self) -> AccountId {
        self.delegation.delegation.account
    }

    pub(crate) fn sign(&self, payload: &[u8]) -> Signature64 {
        Signature64(self.session.sign(payload).to_bytes())
    }

    /// The same viewer, who has delegated to another session key as well.
    pub(crate) fn with_session_key(mut self, seed: u8) -> Self {
        self.session = SigningKey::from([seed; 32]);
        self.delegation.delegation.session_key = VerificationKeyBytes::from(&self.session).into();
        self.sign_delegation();
        self
    }

    /// The viewer's two verifiers in the first cycle, as indices of nodes.
    pub(crate) fn assigned(&self, net: &Net) -> Vec<usize> {
        self.assigned_in(net, 0)
    }

    /// The viewer's two verifiers in a cycle, as indices of nodes.
    pub(crate) fn assigned_in(&self, net: &Net, cycle: Cycle) -> Vec<usize> {
        let set = net.chain.read(|state| state.set.clone());
        draw::assigned_verifiers::<Sha256>(&State::seed_of(cycle), &self.account(), &set)
            .iter()
            .map(|account| net.index_of(account))
            .collect()
    }

    /// What opens a session, and its keys.
    pub(crate) fn opening(&self, net: &Net, node: usize) -> (OpenSession, SessionKeys) {
        let verifier = net.nodes[node].account;
        let exchange = net
            .chain
            .read(|state| state.announcements[&verifier].exchange_key);
        let public =
            <X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(&exchange).expect("a key");
        let (encapped, context) =
            hpke::setup_sender::<aead::ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
                &OpModeS::Base,
                &public,
                &session_info(&GENESIS, &verifier),
                &mut Random,
            )
            .expect("set up");
        let encapsulated: [u8; 32] = encapped.to_bytes().into();
        let mut keys = SessionKeys {
            to_verifier: [0; 32],
            to_client: [0; 32],
        };
        context
            .export(api::EXPORT_TO_VERIFIER, &mut keys.to_verifier)
            .expect("exported");
        context
            .export(api::EXPORT_TO_CLIENT, &mut keys.to_client)
            .expect("exported");
        let hash = self.delegation.delegation.hash::<Sha256>();
        let transcript = session_transcript(&GENESIS, &verifier, &hash, &encapsulated);
        let opening = OpenSession {
            delegation: self.delegation.clone(),
            encapsulated,
            signature: self.sign(&transcript),
        };
        (opening, keys)
    }

    /// Opens a session at a node.
    pub(crate) async fn open(&self, net: &Net, node: usize) -> Session {
        self.try_open(net, node).await.expect("a session")
    }

    pub(crate) async fn try_open(&self, net: &Net, node: usize) -> Result<Session, ClientError> {
        self.open_by(net, node, net.client(node).await).await
    }

    /// Opens a session at a node over a connection of its own.
    pub(crate) async fn open_by(
        &self,
        net: &Net,
        node: usize,
        client: WsClient,
    ) -> Result<Session, ClientError> {
        let (opening, keys) = self.opening(net, node);
        let id: String = client
            .request(
                "verifier_openSession",
                rpc_params![hex::encode(opening.encode())],
            )
            .await?;
        Ok(Session {
            client,
            id,
            keys,
            number: 0,
        })
    }

    /// The claim of an honest view, unsigned, with everything that Play Data needs beside.
    pub(crate) fn play(
        &self,
        net: &Net,
        video: &Video,
        ticket: &SignedTicket,
        receipts: Vec<Receipt>,
    ) -> PlayData {
        let ticket = &ticket.ticket;
        let start = ChainStart {
            constant: ticket.constant,
            play_code: ticket.play_code,
            viewer: self.account(),
            cell: chainflix_primitives::CellId::of::<Sha256>(
                &video.magnet,
                ticket.rendition,
                ticket.minute,
            ),
        };
        let (openings, acc) = video.walk(ticket.minute, &start);
        let bytes = video.entry(ticket.minute).bytes;
        let deliveries: Vec<Delivery> = receipts
            .iter()
            .map(|receipt| Delivery {
                provider: receipt.token.terms.provider,
                bytes: u32::try_from(receipt.bytes).expect("small").min(bytes),
            })
            .collect();
        let claim = ViewClaim {
            version: VIEW_VERSION,
            viewer: self.account(),
            delegation: ticket.delegation,
            video: video.magnet,
            minute: ticket.minute,
            rendition: ticket.rendition,
            issue_ms: ticket.issue_ms,
            constant: ticket.constant,
            play_code: ticket.play_code,
            acc,
            nonce: 0,
            deliveries: deliveries.try_into().expect("few"),
            enhancements: Default::default(),
            ad: None,
        };
        let mut data = PlayData {
            claim,
            signature: Signature64([0; 64]),
            cell: video.entry(ticket.minute).clone(),
            cell_path: play_data::path(video.entry_path(ticket.minute)).expect("short"),
            openings: openings.try_into().expect("eight"),
            receipts: receipts.try_into().expect("few"),
        };
        self.mine_and_sign(net, &mut data);
        data
    }

    /// Mines the nonce and signs, as often as the claim was changed.
    pub(crate) fn mine_and_sign(&self, net: &Net, data: &mut PlayData) {
        let (cycle, difficulty) = net.chain.read(|state| {
            let issued = state
                .clock
                .round_at(data.claim.issue_ms)
                .expect("after genesis");
            (
                state.rule().cycle_of(issued).expect("a cycle"),
                state.parameters.difficulty,
            )
        });
        let input = data.claim.nonce_input::<Sha256>(GENESIS, cycle);
        data.claim.nonce = input
            .mine::<Sha256>(difficulty, 0..u64::MAX)
            .expect("a nonce");
        self.sign_claim(data);
    }

    pub(crate) fn sign_claim(&self, data: &mut PlayData) {
        data.signature = self.sign(&data.claim.signing_payload(&GENESIS));
    }
}

/// Keys of a session.
pub(crate) struct SessionKeys {
    pub(crate) to_verifier: [u8; 32],
    pub(crate) to_client: [u8; 32],
}

/// An open session.
pub(crate) struct Session {
    pub(crate) client: WsClient,
    pub(crate) id: String,
    pub(crate) keys: SessionKeys,
    pub(crate) number: u64,
}

impl Session {
    /// Asks, and reads the reply.
    pub(crate) async fn ask(&mut self, request: Request) -> Reply {
        self.try_ask(request).await.expect("a reply")
    }

    pub(crate) async fn try_ask(&mut self, request: Request) -> Result<Reply, ClientError> {
        self.number += 1;
        let sealed = self.seal(&request.encode());
        let reply: String = self
            .client
            .request(
                "verifier_call",
                rpc_params![&self.id, self.number, hex::encode(sealed)],
            )
            .await?;
        let plain = self.open(&hex::decode(reply).expect("hex"));
        Ok(Reply::decode(&mut plain.as_slice()).expect("SCALE"))
    }

    /// Seals under the current number.
    pub(crate) fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let id = hex::decode(&self.id).expect("hex");
        ChaCha20Poly1305::new(&self.keys.to_verifier.into())
            .encrypt(
                Nonce::from_slice(&message_nonce(self.number)),
                Payload {
                    msg: plain,
                    aad: &id,
                },
            )
            .expect("sealed")
    }

    /// Opens the reply to the current number.
    pub(crate) fn open(&self, sealed: &[u8]) -> Vec<u8> {
        let id = hex::decode(&self.id).expect("hex");
        ChaCha20Poly1305::new(&self.keys.to_client.into())
            .decrypt(
                Nonce::from_slice(&message_nonce(self.number)),
                Payload {
                    msg: sealed,
                    aad: &id,
                },
            )
            .expect("sealed by the verifier")
    }

    /// The refusal of a request that must be refused.
    pub(crate) async fn refusal(&mut self, request: Request) -> Refusal {
        match self.ask(request).await {
            Reply::Refused(refusal) => refusal,
            other => panic!("not refused: {other:?}"),
        }
    }

    pub(crate) async fn start(&mut self, video: &Video, cell: u16) -> SignedTicket {
        let request = Request::StartCell {
            video: video.magnet,
            rendition: 0,
            cell,
        };
        match self.ask(request).await {
            Reply::Started(ticket) => ticket,
            other => panic!("not started: {other:?}"),
        }
    }

    /// Starts the cell of a campaign's creative within `host`.
    pub(crate) async fn start_ad(
        &mut self,
        campaign: u32,
        host: &Video,
    ) -> Result<SignedTicket, Refusal> {
        let request = Request::StartAd {
            campaign,
            host_video: host.magnet,
            rendition: 0,
        };
        match self.ask(request).await {
            Reply::Started(ticket) => Ok(ticket),
            Reply::Refused(refusal) => Err(refusal),
            other => panic!("neither started nor refused: {other:?}"),
        }
    }

    pub(crate) async fn finish(&mut self, data: PlayData) -> Result<Acceptance, Refusal> {
        match self
            .ask(Request::FinishCell {
                data: Box::new(data),
            })
            .await
        {
            Reply::Accepted(acceptance) => Ok(acceptance),
            Reply::Refused(refusal) => Err(refusal),
            other => panic!("neither accepted nor refused: {other:?}"),
        }
    }

    /// Keys and tokens of a cell from all providers of the net.
    pub(crate) async fn tokens(&mut self, net: &Net, video: &Video, cell: u16) -> CellGrant {
        let wanted = wanted(net, video, cell, net.providers.len());
        match self
            .ask(Request::CellKeys {
                cells: vec![wanted].try_into().expect("one"),
            })
            .await
        {
            Reply::CellKeys(mut grants) => grants.remove(0),
            other => panic!("no keys: {other:?}"),
        }
    }

    /// Receipts over a whole cell, in equal parts by all providers of the net.
    pub(crate) async fn receipts(&mut self, net: &Net, video: &Video, cell: u16) -> Vec<Receipt> {
        let grant = self.tokens(net, video, cell).await;
        let bytes = u64::from(video.entry(cell).bytes);
        let count = grant.tokens.len() as u64;
        let mut receipts = Vec::new();
        for (token, provider) in grant.tokens.into_iter().zip(&net.providers) {
            receipts.push(provider.receipt(token, bytes.div_ceil(count)));
        }
        receipts
    }
}

pub(crate) async fn connect(address: std::net::SocketAddr) -> WsClient {
    WsClientBuilder::default()
        .build(format!("ws://{address}"))
        .await
        .expect("a connection")
}
