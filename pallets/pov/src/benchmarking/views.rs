//! Views of the largest size, mined and signed.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, PlayCode, RandomConstant, Signature64,
    delegation::{Delegation, SignedDelegation, WalletSignature},
    ids::AddressTag,
    view::{AdShown, Delivery, MAX_ENHANCEMENTS, MAX_PROVIDERS, VIEW_VERSION, ViewClaim, ViewLeaf},
    window::CELL_MS,
};
use frame_support::BoundedVec;
use sp_core::crypto::KeyTypeId;

use super::world;
use crate::{Config, crypto::HostHasher};

/// Type of the keys of viewers and services in the keystore.
pub(super) const KEYS: KeyTypeId = KeyTypeId(*b"bnch");

/// A viewer with a wallet of the dearer kind, and a session key.
pub(super) struct Viewer {
    session: sp_core::ed25519::Public,
    pub(super) delegation: SignedDelegation,
}

impl Viewer {
    pub(super) fn new<T: Config>() -> Self {
        let wallet = sp_io::crypto::sr25519_generate(KEYS, None);
        let session = sp_io::crypto::ed25519_generate(KEYS, None);
        let delegation = Delegation {
            genesis: world::genesis::<T>(),
            account: AccountId(wallet.0),
            session_key: session.0,
            exchange_key: [9; 32],
            first_round: 0,
            last_round: 1_000,
        };
        let text = delegation.text();
        let signature =
            sp_io::crypto::sr25519_sign(KEYS, &wallet, &text).expect("the key was just generated");
        Self {
            session,
            delegation: SignedDelegation {
                delegation,
                signature: WalletSignature::Sr25519(Signature64(signature.0)),
            },
        }
    }

    /// A view issued at `issue_ms` and accepted a minute later, with as many deliveries and enhancements as there may be.
    pub(super) fn view<T: Config>(&self, issue_ms: u64) -> ViewLeaf {
        let genesis = world::genesis::<T>();
        let mut claim = claim(self.delegation.delegation.account, issue_ms);
        claim.delegation = self.delegation.delegation.hash::<HostHasher>();
        let input = claim.nonce_input::<HostHasher>(genesis, 0);
        claim.nonce = input
            .mine::<HostHasher>(8, 0..1 << 20)
            .expect("one of 256 meets the least difficulty");
        let payload = claim.signing_payload(&genesis);
        let signature = sp_io::crypto::ed25519_sign(KEYS, &self.session, &payload)
            .expect("the key was just generated");
        leaf(claim, Signature64(signature.0))
    }
}

/// A view that nobody signed.
pub(super) fn unsigned(viewer: AccountId, issue_ms: u64) -> ViewLeaf {
    leaf(claim(viewer, issue_ms), Signature64([0; 64]))
}

fn leaf(claim: ViewClaim, signature: Signature64) -> ViewLeaf {
    ViewLeaf {
        claim,
        signature,
        elapsed_ms: CELL_MS,
        ticket_index: 0,
        address_tag: AddressTag([8; 8]),
    }
}

fn claim(viewer: AccountId, issue_ms: u64) -> ViewClaim {
    let delivery = |provider| Delivery {
        provider,
        bytes: 1_000_000,
    };
    let deliveries: Vec<_> = (0..MAX_PROVIDERS).map(delivery).collect();
    ViewClaim {
        version: VIEW_VERSION,
        viewer,
        delegation: [0; 32],
        video: world::VIDEO,
        minute: 0,
        rendition: 0,
        issue_ms,
        constant: RandomConstant([4; 32]),
        play_code: PlayCode([5; 16]),
        acc: [6; 32],
        nonce: 0,
        deliveries: BoundedVec::truncate_from(deliveries),
        enhancements: BoundedVec::truncate_from((0..MAX_ENHANCEMENTS).collect::<Vec<_>>()),
        ad: Some(AdShown {
            campaign: 1,
            host_video: world::VIDEO,
            clicked: true,
        }),
    }
}
