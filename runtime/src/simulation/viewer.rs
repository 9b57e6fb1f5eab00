//! A viewer with a wallet and a session key, which mines and signs as a player does.

use crate::Pov;
use chainflix_primitives::{
    AccountId, Magnet, PlayCode, RandomConstant, Round, Sha256, Signature64,
    delegation::{Delegation, SignedDelegation, WalletSignature},
    hash::Hash32,
    ids::AddressTag,
    view::{Delivery, VIEW_VERSION, ViewClaim, ViewLeaf},
};
use sp_core::{Pair, ed25519, sr25519};

/// A viewer whose delegation holds for the first 1,000 rounds.
#[derive(Clone)]
pub(super) struct Viewer {
    pub(super) account: AccountId,
    session: ed25519::Pair,
    pub(super) delegation: SignedDelegation,
}

/// One cell of a video, as a ticket names it.
#[derive(Clone, Copy)]
pub(super) struct Cell {
    pub(super) video: Magnet,
    pub(super) minute: u16,
}

impl Viewer {
    pub(super) fn new(number: u8, genesis: Hash32) -> Self {
        let wallet = sr25519::Pair::from_seed(&[number; 32]);
        let session = ed25519::Pair::from_seed(&[number ^ 0xff; 32]);
        let account = AccountId(wallet.public().0);
        let delegation = Delegation {
            genesis,
            account,
            session_key: session.public().0,
            exchange_key: [9; 32],
            first_round: 0,
            last_round: 1_000,
        };
        let signature = wallet.sign(&delegation.text());
        Self {
            account,
            session,
            delegation: SignedDelegation {
                delegation,
                signature: WalletSignature::Sr25519(Signature64(signature.0)),
            },
        }
    }

    /// A view of a cell that was started at `issue_ms` and accepted `elapsed_ms` later; without a nonce that was mined
    /// when it is not `honest`.
    pub(super) fn view(
        &self,
        cell: Cell,
        issue_ms: u64,
        elapsed_ms: u32,
        ticket_index: u32,
        honest: bool,
    ) -> ViewLeaf {
        let seed = [
            issue_ms.to_le_bytes(),
            u64::from(ticket_index).to_le_bytes(),
        ]
        .concat();
        let delivery = Delivery {
            provider: 1,
            bytes: 1_000_000,
        };
        let genesis = self.delegation.delegation.genesis;
        let mut claim = ViewClaim {
            version: VIEW_VERSION,
            viewer: self.account,
            delegation: self.delegation.delegation.hash::<Sha256>(),
            video: cell.video,
            minute: cell.minute,
            rendition: 0,
            issue_ms,
            constant: RandomConstant(sp_io::hashing::sha2_256(&seed)),
            play_code: PlayCode([5; 16]),
            acc: [6; 32],
            nonce: 0,
            deliveries: vec![delivery].try_into().expect("one of eight"),
            enhancements: Default::default(),
            ad: None,
        };
        let round = round_of(issue_ms);
        let difficulty = Pov::parameters(round).difficulty;
        let cycle = Pov::cycle_rule(round).cycle_of(round).unwrap_or(0);
        let input = claim.nonce_input::<Sha256>(genesis, cycle);
        let met = input.mine::<Sha256>(difficulty, 0..1 << 40);
        let mined = met.expect("within 2^40 at any difficulty");
        let wrong = (0..).find(|nonce| !input.is_met::<Sha256>(*nonce, difficulty));
        claim.nonce = if honest { Some(mined) } else { wrong }.expect("nearly all are wrong");
        let signature = self.session.sign(&claim.signing_payload(&genesis));
        ViewLeaf {
            claim,
            signature: Signature64(signature.0),
            elapsed_ms,
            ticket_index,
            address_tag: AddressTag([8; 8]),
        }
    }
}

/// The round of an instant; 0 before block 1.
pub(super) fn round_of(at_ms: u64) -> Round {
    Pov::clock()
        .and_then(|clock| clock.round_at(at_ms))
        .unwrap_or(0)
}
