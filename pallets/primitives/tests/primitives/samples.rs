//! Values that look like real ones and are the same in every run.

use bounded_collections::BoundedVec;
use chainflix_primitives::{
    AccountId, Hash32, Hasher, Magnet, PlayCode, RandomConstant, Sha256, Signature64,
    delegation::{Delegation, SignedDelegation, WalletSignature},
    ids::{AddressTag, UploadId},
    manifest::{CellEntry, Fragment, MANIFEST_VERSION, Manifest, ManifestCell, Rendition},
    merkle,
    play_data::Path,
    possession::{ChainStart, PLAIN_LEAF_BYTES},
    receipt::{DeliveryToken, Receipt, TOKEN_VERSION, TokenTerms, token_allowance},
    rounds::RoundClock,
    ticket::{TICKET_VERSION, Ticket},
    view::{AdShown, Delivery, VIEW_VERSION, ViewClaim, ViewLeaf},
};
use ed25519_zebra::{SigningKey, VerificationKey};

/// The clock of the samples: production rounds since 2026-01-01.
pub(crate) const CLOCK: RoundClock = RoundClock {
    genesis_ms: 1_767_225_600_000,
    round_ms: 43_200,
};

/// `N` bytes that follow from a name.
pub(crate) fn bytes<const N: usize>(name: &str) -> [u8; N] {
    let stream = stream(name, N);
    stream.try_into().expect("as many bytes as asked for")
}

/// As many bytes as wanted that follow from a name: SHA-256 of name and block number, block after block.
pub(crate) fn stream(name: &str, length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 32);
    for block in 0u32.. {
        if bytes.len() >= length {
            break;
        }
        bytes.extend(Sha256::sha256_parts(&[
            name.as_bytes(),
            &block.to_le_bytes(),
        ]));
    }
    bytes.truncate(length);
    bytes
}

pub(crate) fn account(name: &str) -> AccountId {
    AccountId(bytes(name))
}

pub(crate) fn genesis() -> Hash32 {
    bytes("genesis")
}

pub(crate) fn key(name: &str) -> SigningKey {
    SigningKey::from(bytes::<32>(name))
}

pub(crate) fn public_key(name: &str) -> [u8; 32] {
    VerificationKey::from(&key(name)).into()
}

pub(crate) fn sign(name: &str, message: &[u8]) -> Signature64 {
    Signature64(key(name).sign(message).into())
}

/// Whether `signature` is that of the key with this name over `message`.
pub(crate) fn is_signed(name: &str, signature: &Signature64, message: &[u8]) -> bool {
    VerificationKey::from(&key(name))
        .verify(&ed25519_zebra::Signature::from(signature.0), message)
        .is_ok()
}

pub(crate) fn delegation() -> Delegation {
    Delegation {
        genesis: genesis(),
        account: AccountId(public_key("viewer")),
        session_key: public_key("session"),
        exchange_key: bytes("exchange"),
        first_round: 20_000,
        last_round: 30_000,
    }
}

pub(crate) fn signed_delegation() -> SignedDelegation {
    let delegation = delegation();
    let signature = sign("viewer", &delegation.text());
    SignedDelegation {
        delegation,
        signature: WalletSignature::Ed25519(signature),
    }
}

pub(crate) fn ticket() -> Ticket {
    Ticket {
        version: TICKET_VERSION,
        issuer: account("verifier 0"),
        round: 20_001,
        index: 7,
        viewer: delegation().account,
        delegation: delegation().hash::<Sha256>(),
        video: Magnet(bytes("video")),
        minute: 3,
        rendition: 1,
        issue_ms: CLOCK.start_of(20_001).expect("a round of the samples") + 1_234,
        constant: RandomConstant(bytes("constant")),
        play_code: PlayCode(bytes("play code")),
    }
}

pub(crate) fn token() -> DeliveryToken {
    DeliveryToken {
        terms: TokenTerms {
            version: TOKEN_VERSION,
            genesis: genesis(),
            issuer: account("verifier 0"),
            epoch: 0,
            viewer: delegation().account,
            session_key: delegation().session_key,
            video: Magnet(bytes("video")),
            cell: 3,
            rendition: 1,
            provider: 42,
            round: 20_000,
            expires_ms: CLOCK.start_of(20_020).expect("a round of the samples"),
            max_bytes: token_allowance(7_500_001),
        },
        seal_nonce: bytes("seal nonce"),
        sealed_download_key: bytes("sealed DownloadKey"),
    }
}

pub(crate) fn receipt() -> Receipt {
    Receipt {
        token: token(),
        bytes: 7_500_001,
        provider_signature: Signature64(bytes("provider signature")),
    }
}

/// The claim on [`ticket`], from two providers.
pub(crate) fn claim() -> ViewClaim {
    let ticket = ticket();
    ViewClaim {
        version: VIEW_VERSION,
        viewer: ticket.viewer,
        delegation: ticket.delegation,
        video: ticket.video,
        minute: ticket.minute,
        rendition: ticket.rendition,
        issue_ms: ticket.issue_ms,
        constant: ticket.constant,
        play_code: ticket.play_code,
        acc: bytes("acc"),
        nonce: 0x0123_4567_89ab_cdef,
        deliveries: bounded([
            Delivery {
                provider: 4,
                bytes: 4_000_000,
            },
            Delivery {
                provider: 42,
                bytes: 3_500_001,
            },
        ]),
        enhancements: bounded([]),
        ad: None,
    }
}

/// A claim with every list full and every option set.
pub(crate) fn fullest_claim() -> ViewClaim {
    let deliveries = [0u32, 1, 2, 3, 4, 5, 6, 7].map(|n| Delivery {
        provider: u32::MAX - 7 + n,
        bytes: u32::MAX,
    });
    ViewClaim {
        deliveries: bounded(deliveries),
        enhancements: bounded([u32::MAX; 4]),
        ad: Some(AdShown {
            campaign: u32::MAX,
            host_video: Magnet(bytes("host")),
            clicked: true,
        }),
        ..claim()
    }
}

pub(crate) fn leaf_of(claim: ViewClaim) -> ViewLeaf {
    let signature = sign("session", &claim.signing_payload(&genesis()));
    ViewLeaf {
        claim,
        signature,
        elapsed_ms: 60_120,
        ticket_index: 7,
        address_tag: AddressTag(bytes("address tag")),
    }
}

pub(crate) fn chain_start() -> ChainStart {
    let claim = claim();
    ChainStart {
        constant: claim.constant,
        play_code: claim.play_code,
        viewer: claim.viewer,
        cell: claim.cell_id::<Sha256>(),
    }
}

/// The entry of a cell with this plaintext. Its cipher root is not that of a ciphertext.
pub(crate) fn cell_of(plaintext: &[u8]) -> CellEntry {
    CellEntry {
        rendition: 1,
        index: 3,
        playtime_ms: 60_000,
        bytes: u32::try_from(plaintext.len()).expect("a cell below 4 GiB"),
        plain_root: merkle::root::<Sha256>(&leaf_hashes(plaintext, PLAIN_LEAF_BYTES)),
        cipher_root: bytes("cipher root"),
    }
}

pub(crate) fn leaf_hashes(content: &[u8], leaf_bytes: usize) -> Vec<Hash32> {
    content
        .chunks(leaf_bytes)
        .map(merkle::leaf_hash::<Sha256>)
        .collect()
}

/// Two renditions of a video of 2 minutes and 17 seconds.
pub(crate) fn manifest() -> Manifest {
    let rendition = |number: u8, width: u16, height: u16, bandwidth: u32| Rendition {
        width,
        height,
        bandwidth,
        codecs: "avc1.64001f,mp4a.40.2".into(),
        init_segment: stream("init segment", 40),
        cells: (0u16..)
            .zip([60_000, 60_000, 17_000])
            .map(|(index, playtime_ms)| ManifestCell {
                entry: CellEntry {
                    rendition: number,
                    index,
                    playtime_ms,
                    bytes: bandwidth / 8_000 * playtime_ms + u32::from(index),
                    plain_root: bytes(&format!("plain {number} {index}")),
                    cipher_root: bytes(&format!("cipher {number} {index}")),
                },
                fragments: vec![
                    Fragment {
                        offset: 0,
                        duration_ms: 4_000,
                    },
                    Fragment {
                        offset: 65_537,
                        duration_ms: playtime_ms - 4_000,
                    },
                ],
            })
            .collect(),
    };
    Manifest {
        version: MANIFEST_VERSION,
        title: "Ein Testbild, 2:17 ☂".into(),
        producer: account("producer"),
        upload_id: UploadId(bytes("upload")),
        total_playtime_ms: 137_000,
        renditions: vec![
            rendition(0, 640, 360, 800_000),
            rendition(1, 1280, 720, 2_500_000),
        ],
    }
}

pub(crate) fn path(length: usize) -> Path {
    let hashes = (0..length).map(|n| bytes(&format!("path {n}"))).collect();
    chainflix_primitives::play_data::path(hashes).expect("a path within its bound")
}

/// A bounded list of exactly these items.
pub(crate) fn bounded<T, S, const N: usize>(items: [T; N]) -> BoundedVec<T, S>
where
    BoundedVec<T, S>: TryFrom<Vec<T>>,
{
    match BoundedVec::<T, S>::try_from(Vec::from(items)) {
        Ok(list) => list,
        Err(_) => panic!("{N} items are above the bound"),
    }
}
