//! Derivations from a set secret: HKDF-SHA256 (RFC 5869) without salt, the secret as input key, and as info a label of
//! its own for each purpose, followed by what the key is for. All fields have fixed lengths, numbers little-endian.

use chainflix_primitives::{
    AccountId, CellId, Cycle, Magnet, PlayCode, Round,
    hash::label,
    ids::{AddressTag, UploadId},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A derived 32-byte key.
pub(crate) type DerivedKey = Zeroizing<[u8; 32]>;

/// The set secret of one epoch.
pub(crate) struct SetSecret {
    epoch: u32,
    extracted: Zeroizing<[u8; 32]>,
}

impl SetSecret {
    pub(super) fn new(epoch: u32, secret: &[u8; 32]) -> Self {
        let (extracted, _) = Hkdf::<Sha256>::extract(None, secret);
        Self {
            epoch,
            extracted: Zeroizing::new(extracted.into()),
        }
    }

    /// The epoch.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Key of a cell's at-rest layer.
    pub(crate) fn content_key(
        &self,
        producer: &AccountId,
        upload: &UploadId,
        rendition: u8,
        cell: u16,
    ) -> DerivedKey {
        self.key(&[
            label::CONTENT_KEY,
            &producer.0,
            &upload.0,
            &[rendition],
            &cell.to_le_bytes(),
        ])
    }

    /// Key of a cell's wire layer for one viewer.
    pub(crate) fn download_key(&self, cell: &CellId, viewer: &AccountId) -> DerivedKey {
        self.key(&[label::DOWNLOAD_KEY, &cell.0, &viewer.0])
    }

    /// PlayCode of a viewer's minute in a cycle.
    pub(crate) fn play_code(
        &self,
        video: &Magnet,
        minute: u16,
        viewer: &AccountId,
        cycle: Cycle,
    ) -> PlayCode {
        let mut code = PlayCode::default();
        self.expand(
            &[
                label::PLAY_CODE,
                &video.0,
                &minute.to_le_bytes(),
                &viewer.0,
                &cycle.to_le_bytes(),
            ],
            &mut code.0,
        );
        code
    }

    /// Key between the verifiers and one provider, for the tokens of one verifier.
    pub(crate) fn provider_key(&self, provider: u32, verifier: &AccountId) -> DerivedKey {
        self.key(&[label::PROVIDER_KEY, &provider.to_le_bytes(), &verifier.0])
    }

    /// Tag of an address group in a round: HMAC-SHA256 of round and group under a key of its own, first eight bytes.
    pub(crate) fn address_tag(&self, round: Round, group: &[u8]) -> AddressTag {
        let key = self.key(&[label::ADDRESS_TAG]);
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_slice()) else {
            // HMAC takes keys of any length.
            return AddressTag::default();
        };
        mac.update(&round.to_le_bytes());
        mac.update(group);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let mut tag = AddressTag::default();
        for (byte, value) in tag.0.iter_mut().zip(digest) {
            *byte = value;
        }
        tag
    }

    fn key(&self, info: &[&[u8]]) -> DerivedKey {
        let mut key = Zeroizing::new([0u8; 32]);
        self.expand(info, key.as_mut_slice());
        key
    }

    fn expand(&self, info: &[&[u8]], out: &mut [u8]) {
        // The first fails for keys below 32 bytes, the second above 255 × 32 bytes of output: neither is the case.
        if let Ok(hkdf) = Hkdf::<Sha256>::from_prk(self.extracted.as_slice()) {
            let _ = hkdf.expand_multi_info(info, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use chainflix_primitives::Sha256 as NativeSha256;

    use super::*;

    fn secret() -> SetSecret {
        SetSecret::new(0, &bytes())
    }

    fn bytes() -> [u8; 32] {
        let bytes: Vec<u8> = (0u8..32).collect();
        bytes.try_into().expect("32 bytes")
    }

    /// The vectors were computed by the script beside them, with Python's `hmac` and `hashlib`.
    #[test]
    fn derivations_match_the_committed_vectors() {
        let text = include_str!("../../tests/vectors/derivations.json");
        let vectors: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let is = |name: &str, value: &[u8]| assert_eq!(vectors[name], hex::encode(value), "{name}");
        let (secret, account) = (secret(), AccountId([0x11; 32]));
        let video = Magnet([0x22; 32]);
        let cell = CellId::of::<NativeSha256>(&video, 1, 7);
        let content = secret.content_key(&account, &UploadId([0x33; 16]), 1, 7);
        is("content_key", content.as_slice());
        is(
            "download_key",
            secret.download_key(&cell, &account).as_slice(),
        );
        is("play_code", &secret.play_code(&video, 7, &account, 3).0);
        is("provider_key", secret.provider_key(5, &account).as_slice());
        is("address_tag", &secret.address_tag(9, &[4, 127, 0, 0]).0);
        is("commitment", &super::super::commitment(0, &bytes()));
    }

    #[test]
    fn d1_the_same_viewer_and_cell_always_get_the_same_download_key() {
        let cell = CellId([1; 32]);
        let viewer = AccountId([2; 32]);
        let first = secret().download_key(&cell, &viewer);
        assert_eq!(*first, *secret().download_key(&cell, &viewer));
    }

    #[test]
    fn d2_a_million_pairs_of_viewer_and_cell_share_no_download_key() {
        let secret = secret();
        let numbered = |number: u32| {
            let mut bytes = [0u8; 32];
            bytes[..4].copy_from_slice(&number.to_le_bytes());
            bytes
        };
        let mut seen = HashSet::with_capacity(1_000_000);
        for viewer in 0..1_000 {
            for cell in 0..1_000 {
                let key =
                    secret.download_key(&CellId(numbered(cell)), &AccountId(numbered(viewer)));
                assert!(seen.insert(*key), "viewer {viewer}, cell {cell}");
            }
        }
    }

    #[test]
    fn one_secret_gives_different_keys_for_different_purposes_and_inputs() {
        let secret = secret();
        let (a, b) = (AccountId([1; 32]), AccountId([2; 32]));
        let (video, upload) = (Magnet([1; 32]), UploadId([1; 16]));
        let keys = [
            *secret.content_key(&a, &upload, 0, 0),
            *secret.content_key(&b, &upload, 0, 0),
            *secret.content_key(&a, &upload, 1, 0),
            *secret.content_key(&a, &upload, 0, 1),
            *secret.content_key(&a, &upload, 0, 256),
            *secret.download_key(&CellId([1; 32]), &a),
            *secret.provider_key(0, &a),
            *secret.provider_key(1, &a),
            *secret.provider_key(0, &b),
        ];
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
        let codes = [
            secret.play_code(&video, 0, &a, 0),
            secret.play_code(&video, 1, &a, 0),
            secret.play_code(&video, 0, &b, 0),
            secret.play_code(&video, 0, &a, 1),
            secret.play_code(&Magnet([2; 32]), 0, &a, 0),
        ];
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), codes.len());
    }

    #[test]
    fn an_address_group_has_another_tag_in_every_round() {
        let secret = secret();
        let tags: HashSet<_> = (0..100)
            .map(|round| secret.address_tag(round, b"g"))
            .collect();
        assert_eq!(tags.len(), 100);
        assert_eq!(secret.address_tag(3, b"g"), secret.address_tag(3, b"g"));
        assert_ne!(secret.address_tag(3, b"g"), secret.address_tag(3, b"h"));
    }
}
