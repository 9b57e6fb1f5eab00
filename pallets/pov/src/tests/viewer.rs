//! A viewer with a wallet and a session key, which mines and signs as a player does.

use chainflix_primitives::{
    AccountId, Magnet, PlayCode, RandomConstant, Round, Sha256, Signature64,
    delegation::{Delegation, SignedDelegation, WalletSignature},
    ids::AddressTag,
    view::{Delivery, VIEW_VERSION, ViewClaim, ViewLeaf},
};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use sp_core::{Pair, ed25519, sr25519};

use super::genesis_hash;
use crate::{Pallet, mock::Test};

/// The video that tests watch.
pub(crate) const VIDEO: Magnet = Magnet([7; 32]);
/// Its minute of 5 s, and that playtime in ms.
pub(crate) const SHORT: (u16, u32) = (1, 5_000);
/// Its minute of 60 s, and that playtime in ms.
pub(crate) const LONG: (u16, u32) = (0, 60_000);

/// Which kind of key a wallet holds.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "a handful of them in tests")]
enum Wallet {
    Sr25519(sr25519::Pair),
    Ed25519(ed25519::Pair),
}

#[derive(Clone)]
pub(crate) struct Viewer {
    pub(crate) account: AccountId,
    wallet: Wallet,
    session: SigningKey,
    pub(crate) delegation: SignedDelegation,
}

impl Viewer {
    /// A viewer whose delegation holds from round 0 on.
    pub(crate) fn new(number: u8) -> Self {
        let seed = [number; 32];
        let (account, wallet) = if number.is_multiple_of(2) {
            let pair = sr25519::Pair::from_seed(&seed);
            (pair.public().0, Wallet::Sr25519(pair))
        } else {
            let pair = ed25519::Pair::from_seed(&seed);
            (pair.public().0, Wallet::Ed25519(pair))
        };
        let session = SigningKey::from([number ^ 0xff; 32]);
        let delegation = Delegation {
            genesis: genesis_hash(),
            account: AccountId(account),
            session_key: VerificationKeyBytes::from(&session).into(),
            exchange_key: [9; 32],
            first_round: 0,
            last_round: 1_000,
        };
        let mut viewer = Self {
            account: AccountId(account),
            wallet,
            session,
            delegation: SignedDelegation {
                delegation,
                signature: WalletSignature::Sr25519(Signature64([0; 64])),
            },
        };
        viewer.delegate(0, 1_000);
        viewer
    }

    /// Signs a delegation for other rounds.
    pub(crate) fn delegate(&mut self, first_round: Round, last_round: Round) {
        let delegation = &mut self.delegation.delegation;
        delegation.first_round = first_round;
        delegation.last_round = last_round;
        let text = delegation.text();
        self.delegation.signature = match &self.wallet {
            Wallet::Sr25519(pair) => WalletSignature::Sr25519(Signature64(pair.sign(&text).0)),
            Wallet::Ed25519(pair) => WalletSignature::Ed25519(Signature64(pair.sign(&text).0)),
        };
    }

    /// A view of the cell `minute`, started at `issue_ms` and accepted `elapsed_ms` later.
    pub(crate) fn view(
        &self,
        minute: u16,
        issue_ms: u64,
        elapsed_ms: u32,
        ticket_index: u32,
    ) -> ViewLeaf {
        let claim = ViewClaim {
            version: VIEW_VERSION,
            viewer: self.account,
            delegation: self.delegation.delegation.hash::<Sha256>(),
            video: VIDEO,
            minute,
            rendition: 0,
            issue_ms,
            constant: RandomConstant(constant(issue_ms, ticket_index)),
            play_code: PlayCode([5; 16]),
            acc: [6; 32],
            nonce: 0,
            deliveries: vec![Delivery {
                provider: 1,
                bytes: 1_000_000,
            }]
            .try_into()
            .expect("one of eight"),
            enhancements: Default::default(),
            ad: None,
        };
        let mut leaf = ViewLeaf {
            claim,
            signature: Signature64([0; 64]),
            elapsed_ms,
            ticket_index,
            address_tag: AddressTag([8; 8]),
        };
        self.mine(&mut leaf);
        self.sign(&mut leaf);
        leaf
    }

    /// Mines the nonce by the values of the ticket's round.
    pub(crate) fn mine(&self, leaf: &mut ViewLeaf) {
        let issued_in = issued_in(leaf);
        let cycle = Pallet::<Test>::cycle_of(issued_in);
        let difficulty = Pallet::<Test>::parameters_in(issued_in).difficulty;
        let input = leaf.claim.nonce_input::<Sha256>(genesis_hash(), cycle);
        leaf.claim.nonce = input
            .mine::<Sha256>(difficulty, 0..1 << 30)
            .expect("within 2^30 at 8 bits");
    }

    pub(crate) fn sign(&self, leaf: &mut ViewLeaf) {
        let payload = leaf.claim.signing_payload(&genesis_hash());
        leaf.signature = Signature64(self.session.sign(&payload).into());
    }
}

/// Round of a leaf's ticket.
pub(crate) fn issued_in(leaf: &ViewLeaf) -> Round {
    Pallet::<Test>::clock()
        .and_then(|clock| clock.round_at(leaf.claim.issue_ms))
        .unwrap_or(0)
}

fn constant(issue_ms: u64, index: u32) -> [u8; 32] {
    sp_io::hashing::sha2_256(&[issue_ms.to_le_bytes().as_slice(), &index.to_le_bytes()].concat())
}
