//! Viewers whose keys follow from their numbers: delegations, sealed messages, honest Play Data.

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use chainflix_primitives::{
    AccountId, Cycle, Hasher, Sha256, Signature64,
    api::{self, OpenSession, Reply, Request, message_nonce, session_info},
    delegation::{Delegation, SignedDelegation, WalletSignature, session_transcript},
    hash::Hash32,
    play_data::PlayData,
    possession::ChainStart,
    receipt::Receipt,
    ticket::SignedTicket,
    view::{Delivery, VIEW_VERSION, ViewClaim},
};
use codec::{Decode, Encode};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use hpke::{Deserializable, OpModeS, Serializable, aead, kdf::HkdfSha256, kem::X25519HkdfSha256};

use crate::film::Film;
use crate::world::{DIFFICULTY, GENESIS, MEASURED};

/// Randomness for HPKE.
pub(crate) struct Random;

impl hpke::rand_core::RngCore for Random {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }
    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }
    fn fill_bytes(&mut self, dst: &mut [u8]) {
        getrandom::fill(dst).expect("randomness");
    }
}

impl hpke::rand_core::CryptoRng for Random {}

/// A wallet with a session key.
pub(crate) struct Viewer {
    session: SigningKey,
    pub(crate) delegation: SignedDelegation,
    pub(crate) delegation_hash: Hash32,
}

/// The two keys of a session.
pub(crate) struct SessionKeys {
    to_verifier: [u8; 32],
    to_client: [u8; 32],
}

/// An open session at the measured verifier.
pub(crate) struct Session {
    pub(crate) id: [u8; 16],
    pub(crate) keys: SessionKeys,
    pub(crate) number: u64,
}

impl Viewer {
    pub(crate) fn new(number: u64) -> Self {
        let seed = |purpose: &[u8]| Sha256::sha256_parts(&[purpose, &number.to_le_bytes()]);
        let wallet = schnorrkel::MiniSecretKey::from_bytes(&seed(b"wallet"))
            .expect("a key")
            .expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
        let session = SigningKey::from(seed(b"session"));
        let delegation = Delegation {
            genesis: GENESIS,
            account: AccountId(wallet.public.to_bytes()),
            session_key: VerificationKeyBytes::from(&session).into(),
            exchange_key: seed(b"exchange"),
            first_round: 0,
            last_round: 10_000,
        };
        let signature = wallet
            .sign_simple(b"substrate", &delegation.text())
            .to_bytes();
        Self {
            session,
            delegation_hash: delegation.hash::<Sha256>(),
            delegation: SignedDelegation {
                delegation,
                signature: WalletSignature::Sr25519(Signature64(signature)),
            },
        }
    }

    pub(crate) fn account(&self) -> AccountId {
        self.delegation.delegation.account
    }

    pub(crate) fn session_key(&self) -> [u8; 32] {
        self.delegation.delegation.session_key
    }

    pub(crate) fn sign(&self, claim: &ViewClaim) -> Signature64 {
        let payload = claim.signing_payload(&GENESIS);
        Signature64(self.session.sign(&payload).to_bytes())
    }

    /// What opens a session at the measured verifier, whose exchange key this is.
    pub(crate) fn opening(&self, exchange_key: &[u8; 32]) -> (OpenSession, SessionKeys) {
        let public =
            <X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(exchange_key).expect("a key");
        let (encapped, context) =
            hpke::setup_sender::<aead::ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
                &OpModeS::Base,
                &public,
                &session_info(&GENESIS, &MEASURED),
                &mut Random,
            )
            .expect("set up");
        let encapsulated: [u8; 32] = encapped.to_bytes().into();
        let export = |purpose: &[u8]| {
            let mut key = [0; 32];
            context.export(purpose, &mut key).expect("exported");
            key
        };
        let transcript =
            session_transcript(&GENESIS, &MEASURED, &self.delegation_hash, &encapsulated);
        let opening = OpenSession {
            delegation: self.delegation.clone(),
            encapsulated,
            signature: Signature64(self.session.sign(&transcript).to_bytes()),
        };
        let keys = SessionKeys {
            to_verifier: export(api::EXPORT_TO_VERIFIER),
            to_client: export(api::EXPORT_TO_CLIENT),
        };
        (opening, keys)
    }

    /// Honest Play Data of a cell.
    pub(crate) fn play(
        &self,
        film: &Film,
        ticket: &SignedTicket,
        receipts: Vec<Receipt>,
        cycle: Cycle,
    ) -> PlayData {
        let ticket = &ticket.ticket;
        let start = ChainStart {
            constant: ticket.constant,
            play_code: ticket.play_code,
            viewer: self.account(),
            cell: chainflix_primitives::CellId::of::<Sha256>(&film.magnet, 0, ticket.minute),
        };
        let (indices, acc) = film.walk(ticket.minute, &start);
        let claim = ViewClaim {
            version: VIEW_VERSION,
            viewer: self.account(),
            delegation: ticket.delegation,
            video: film.magnet,
            minute: ticket.minute,
            rendition: 0,
            issue_ms: ticket.issue_ms,
            constant: ticket.constant,
            play_code: ticket.play_code,
            acc,
            nonce: 0,
            deliveries: deliveries(&receipts, film.entry(ticket.minute).bytes),
            enhancements: Default::default(),
            ad: None,
        };
        let claim = mined(claim, cycle);
        PlayData {
            signature: self.sign(&claim),
            cell: film.entry(ticket.minute).clone(),
            cell_path: film.entry_path(ticket.minute),
            openings: film
                .openings(ticket.minute, &indices)
                .try_into()
                .expect("eight"),
            receipts: receipts.try_into().expect("few"),
            claim,
        }
    }
}

/// The deliveries of a claim.
pub(crate) type Deliveries = bounded_collections::BoundedVec<
    Delivery,
    bounded_collections::ConstU32<{ chainflix_primitives::view::MAX_PROVIDERS }>,
>;

/// What a claim says of receipts for a cell of `cell_bytes`.
fn deliveries(receipts: &[Receipt], cell_bytes: u32) -> Deliveries {
    let delivery = |receipt: &Receipt| Delivery {
        provider: receipt.token.terms.provider,
        bytes: u32::try_from(receipt.bytes)
            .expect("a short cell")
            .min(cell_bytes),
    };
    let deliveries: Vec<Delivery> = receipts.iter().map(delivery).collect();
    deliveries.try_into().expect("few")
}

/// The claim with a nonce that meets [`DIFFICULTY`].
pub(crate) fn mined(mut claim: ViewClaim, cycle: Cycle) -> ViewClaim {
    let input = claim.nonce_input::<Sha256>(GENESIS, cycle);
    claim.nonce = input
        .mine::<Sha256>(DIFFICULTY, 0..u64::MAX)
        .expect("a nonce");
    claim
}

impl Session {
    /// Seals the next request; its number.
    pub(crate) fn seal(&mut self, request: &Request) -> (u64, Vec<u8>) {
        self.number += 1;
        let sealed = ChaCha20Poly1305::new(&self.keys.to_verifier.into())
            .encrypt(
                Nonce::from_slice(&message_nonce(self.number)),
                Payload {
                    msg: &request.encode(),
                    aad: &self.id,
                },
            )
            .expect("sealed");
        (self.number, sealed)
    }

    /// Opens the reply to the last request.
    pub(crate) fn open(&self, sealed: &[u8]) -> Reply {
        let plain = ChaCha20Poly1305::new(&self.keys.to_client.into())
            .decrypt(
                Nonce::from_slice(&message_nonce(self.number)),
                Payload {
                    msg: sealed,
                    aad: &self.id,
                },
            )
            .expect("sealed by the verifier");
        Reply::decode(&mut plain.as_slice()).expect("SCALE")
    }

    /// The ticket in a reply.
    pub(crate) fn ticket(&self, sealed: &[u8]) -> SignedTicket {
        match self.open(sealed) {
            Reply::Started(ticket) => ticket,
            other => panic!("not started: {other:?}"),
        }
    }

    /// Whether a reply is an acceptance; what it is otherwise ends the measurement.
    pub(crate) fn expect_accepted(&self, sealed: &[u8]) {
        match self.open(sealed) {
            Reply::Accepted(_) => {}
            other => panic!("not accepted: {other:?}"),
        }
    }
}
