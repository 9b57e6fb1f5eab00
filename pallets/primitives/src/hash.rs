//! SHA-256 behind a trait, and the label that separates each use of it.

/// A SHA-256 digest.
pub type Hash32 = [u8; 32];

/// SHA-256, however it is reached: the runtime calls the host, everybody else hashes natively.
pub trait Hasher {
    /// SHA-256 of `data`.
    fn sha256(data: &[u8]) -> Hash32;

    /// SHA-256 of the concatenation of `parts`.
    fn sha256_parts(parts: &[&[u8]]) -> Hash32 {
        Self::sha256(&parts.concat())
    }
}

/// Native SHA-256 by the `sha2` crate.
#[cfg(feature = "sha2")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sha256;

#[cfg(feature = "sha2")]
impl Hasher for Sha256 {
    fn sha256(data: &[u8]) -> Hash32 {
        use sha2::Digest;
        sha2::Sha256::digest(data).into()
    }

    fn sha256_parts(parts: &[&[u8]]) -> Hash32 {
        use sha2::Digest;
        let mut hasher = sha2::Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        hasher.finalize().into()
    }
}

/// The label in front of everything that is hashed or signed. No label is a prefix of another, so that bytes made
/// for one purpose never pass for another.
pub mod label {
    /// Cell id.
    pub const CELL: &[u8] = b"chainflix/cell";
    /// First accumulator of the possession chain.
    pub const POSSESSION_START: &[u8] = b"chainflix/possession-start/1";
    /// Each further accumulator of the possession chain.
    pub const POSSESSION_STEP: &[u8] = b"chainflix/possession-step/1";
    /// Nonce of a view.
    pub const NONCE: &[u8] = b"chainflix/nonce/1";
    /// Hash of a delegation.
    pub const DELEGATION: &[u8] = b"chainflix/delegation/1";
    /// Transcript that a session key signs when it opens a session.
    pub const SESSION: &[u8] = b"chainflix/session-open/1";
    /// Certificate of a verifier's service key.
    pub const ANNOUNCEMENT: &[u8] = b"chainflix/announcement/1";
    /// Ticket, as the verifier signs it.
    pub const TICKET: &[u8] = b"chainflix/ticket/1";
    /// Acceptance of Play Data, as the verifier signs it.
    pub const ACCEPTANCE: &[u8] = b"chainflix/acceptance/1";
    /// View, as the viewer signs it.
    pub const VIEW: &[u8] = b"chainflix/view/1";
    /// Id of a delivery token.
    pub const TOKEN: &[u8] = b"chainflix/token/1";
    /// Use of a delivery token on one connection, as the viewer signs it.
    pub const DELIVERY: &[u8] = b"chainflix/delivery/1";
    /// Receipt, as the provider signs it.
    pub const RECEIPT: &[u8] = b"chainflix/receipt/1";
    /// Receipt, as the viewer countersigns it.
    pub const COUNTERSIGNATURE: &[u8] = b"chainflix/countersignature/1";
    /// Commitment to a preimage of the draw.
    pub const COMMITMENT: &[u8] = b"chainflix/commitment/1";
    /// Draw of a round.
    pub const DRAW: &[u8] = b"chainflix/draw/1";
    /// Choice of a drawn leaf.
    pub const DRAWN_LEAF: &[u8] = b"chainflix/drawn-leaf/1";
    /// Report, as the verifier signs it.
    pub const REPORT: &[u8] = b"chainflix/report/1";
    /// Assignment of a viewer to verifiers.
    pub const ASSIGNMENT: &[u8] = b"chainflix/assignment/1";
    /// Seed of the first cycle.
    pub const FIRST_SEED: &[u8] = b"chainflix/first-seed/1";
    /// Controller's signed list of sources.
    pub const SOURCES: &[u8] = b"chainflix/sources/1";
    /// Controller's word that a provider may take in a cell.
    pub const GRANT: &[u8] = b"chainflix/grant/1";
    /// Producer's request to a controller to take in a new video.
    pub const NEW_VIDEO: &[u8] = b"chainflix/new-video/1";
    /// Challenge that a node signs to log in at a controller.
    pub const LOGIN: &[u8] = b"chainflix/login/1";
    /// Commitment to the verifiers' set secret.
    pub const SET_SECRET: &[u8] = b"chainflix/set-secret/1";
    /// Derivation of a content key.
    pub const CONTENT_KEY: &[u8] = b"chainflix/content-key/1";
    /// Derivation of a DownloadKey.
    pub const DOWNLOAD_KEY: &[u8] = b"chainflix/download-key/1";
    /// Derivation of a PlayCode.
    pub const PLAY_CODE: &[u8] = b"chainflix/play-code/1";
    /// Derivation of the key between the verifiers and one provider.
    pub const PROVIDER_KEY: &[u8] = b"chainflix/provider-key/1";
    /// Which storage providers a verifier found alive, as it signs it.
    pub const HEARTBEAT: &[u8] = b"chainflix/heartbeat/1";
    /// A storage node's word to a verifier that it is alive.
    pub const SIGN_OF_LIFE: &[u8] = b"chainflix/sign-of-life/1";
    /// Derivation of the key behind address tags.
    pub const ADDRESS_TAG: &[u8] = b"chainflix/address-tag/1";
    /// A verifier's signature under a proof of a fault.
    pub const FAULT: &[u8] = b"chainflix/fault/1";
    /// Controllers' requests for the plays of a view block.
    pub const PLAYS: &[u8] = b"chainflix/plays/1";

    /// All labels, for the test that none is a prefix of another.
    pub const ALL: &[&[u8]] = &[
        CELL,
        POSSESSION_START,
        POSSESSION_STEP,
        NONCE,
        DELEGATION,
        SESSION,
        ANNOUNCEMENT,
        TICKET,
        ACCEPTANCE,
        VIEW,
        TOKEN,
        DELIVERY,
        RECEIPT,
        COUNTERSIGNATURE,
        COMMITMENT,
        DRAW,
        DRAWN_LEAF,
        REPORT,
        ASSIGNMENT,
        FIRST_SEED,
        SOURCES,
        GRANT,
        NEW_VIDEO,
        LOGIN,
        SET_SECRET,
        CONTENT_KEY,
        DOWNLOAD_KEY,
        PLAY_CODE,
        PROVIDER_KEY,
        HEARTBEAT,
        SIGN_OF_LIFE,
        ADDRESS_TAG,
        FAULT,
        PLAYS,
    ];
}
