//! What a minute's Play Data is made of: the possession chain over its plaintext, the nonce, receipts, a signature.

use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::merkle::{self, Tree};
use chainflix_primitives::play_data::{self, Path, PlainOpening, PlayData};
use chainflix_primitives::possession::{self, ChainStart, PLAIN_LEAF_BYTES};
use chainflix_primitives::receipt::{self, Receipt};
use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::ticket::Ticket;
use chainflix_primitives::view::{AdShown, Delivery, MAX_ENHANCEMENTS, VIEW_VERSION, ViewClaim};
use chainflix_primitives::{Cycle, Hash32, Sha256, Signature64};
use codec::Encode;
use ed25519_zebra::SigningKey;

/// Everything but the plaintext.
#[derive(Clone)]
pub struct ProofInput {
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// The ticket.
    pub ticket: Ticket,
    /// Cycle of the ticket's round.
    pub cycle: Cycle,
    /// Leading zero bits of the nonce in the ticket's round.
    pub difficulty: u8,
    /// The cell as the manifest commits to it.
    pub cell: CellEntry,
    /// Path of that entry under the manifest root.
    pub cell_path: Path,
}

/// The part of Play Data that takes computing; receipts are added when the minute is over.
#[derive(Clone, Debug)]
pub struct Proof {
    claim: ViewClaim,
    openings: Vec<PlainOpening>,
}

impl Proof {
    /// With the enhancements that the minute showed, ascending; those beyond what a view can name are left out.
    #[must_use]
    pub fn showing(mut self, mut enhancements: Vec<u32>) -> Self {
        enhancements.truncate(usize::try_from(MAX_ENHANCEMENTS).unwrap_or(0));
        // It fits now.
        self.claim.enhancements = enhancements.try_into().unwrap_or_default();
        self
    }

    /// Bytes that somebody with the cell would have to tell a viewer without it: accumulator, nonce and openings.
    #[must_use]
    pub fn answer_bytes(&self) -> usize {
        let (acc, nonce) = (&self.claim.acc, &self.claim.nonce);
        acc.encoded_size() + nonce.encoded_size() + self.openings.encoded_size()
    }

    /// As the view of an advertisement.
    #[must_use]
    pub fn advertising(mut self, ad: AdShown) -> Self {
        self.claim.ad = Some(ad);
        self
    }
}

/// Walks the possession chain over `plaintext` and mines the nonce. Takes some 10 ms for each 10 MB, and 20 ms at 16 bits.
///
/// # Errors
/// `BadOpenings` when the plaintext is not what the producer committed to: then nobody can earn with the cell.
pub fn prove(input: &ProofInput, plaintext: &[u8]) -> Result<Proof, Refusal> {
    HashedCell::of(&input.cell, plaintext)?.prove(input)
}

/// A cell's plaintext, hashed: it answers any number of tickets.
pub struct HashedCell<'a> {
    leaves: Vec<&'a [u8]>,
    tree: Tree,
}

impl<'a> HashedCell<'a> {
    /// Hashes the plaintext of `cell`.
    ///
    /// # Errors
    /// `BadOpenings` when it is not what the producer committed to.
    pub fn of(cell: &CellEntry, plaintext: &'a [u8]) -> Result<Self, Refusal> {
        let leaves: Vec<&[u8]> = plaintext.chunks(PLAIN_LEAF_BYTES).collect();
        let hashes = leaves.iter().map(|leaf| merkle::leaf_hash::<Sha256>(leaf));
        let tree = Tree::new::<Sha256>(hashes.collect());
        if tree.root() != cell.plain_root {
            return Err(Refusal::BadOpenings);
        }
        Ok(Self { leaves, tree })
    }

    /// Walks the possession chain from a ticket's random constant, and mines the nonce.
    ///
    /// # Errors
    /// `BadOpenings` when the cell is too short to have a chain.
    pub fn prove(&self, input: &ProofInput) -> Result<Proof, Refusal> {
        let Self { leaves, tree } = self;
        let ticket = &input.ticket;
        let mut claim = ViewClaim {
            version: VIEW_VERSION,
            viewer: ticket.viewer,
            delegation: ticket.delegation,
            video: ticket.video,
            minute: ticket.minute,
            rendition: ticket.rendition,
            issue_ms: ticket.issue_ms,
            constant: ticket.constant,
            play_code: ticket.play_code,
            acc: [0; 32],
            nonce: 0,
            deliveries: Default::default(),
            enhancements: Default::default(),
            ad: None,
        };
        let start = ChainStart {
            constant: claim.constant,
            play_code: claim.play_code,
            viewer: claim.viewer,
            cell: claim.cell_id::<Sha256>(),
        };
        let count = possession::leaf_count(u64::from(input.cell.bytes));
        let (indices, acc) = possession::walk::<Sha256>(&start, count, |index| {
            leaves.get(usize::try_from(index).ok()?).copied()
        })
        .ok_or(Refusal::BadOpenings)?;
        claim.acc = acc;
        claim.nonce = claim
            .nonce_input::<Sha256>(input.genesis, input.cycle)
            .mine::<Sha256>(input.difficulty, 0..u64::MAX)
            .ok_or(Refusal::BadNonce)?;
        let opening = |index: u32| {
            let index = usize::try_from(index).ok()?;
            Some(PlainOpening {
                bytes: leaves.get(index)?.to_vec().try_into().ok()?,
                path: play_data::path(tree.proof(index)?)?,
            })
        };
        let openings: Option<Vec<PlainOpening>> = indices.into_iter().map(opening).collect();
        Ok(Proof {
            claim,
            openings: openings.ok_or(Refusal::BadOpenings)?,
        })
    }
}

/// Adds the last receipt of each provider, and signs.
///
/// # Errors
/// `ReceiptsMissing` when they cover less than 90 % of the cell, or there are more providers than a view can name.
pub fn complete(
    proof: Proof,
    input: &ProofInput,
    mut receipts: Vec<Receipt>,
    session: &SigningKey,
) -> Result<PlayData, Refusal> {
    let mut claim = proof.claim;
    receipts.retain(|receipt| receipt.bytes > 0);
    receipts.sort_by_key(|receipt| receipt.token.terms.provider);
    let most = u64::from(input.cell.bytes);
    let deliveries: Vec<Delivery> = receipts
        .iter()
        .map(|receipt| Delivery {
            provider: receipt.token.terms.provider,
            bytes: u32::try_from(receipt.bytes.min(most)).unwrap_or(input.cell.bytes),
        })
        .collect();
    let covered: u64 = deliveries.iter().map(|d| u64::from(d.bytes)).sum();
    if !receipt::covers_cell(covered, most) {
        return Err(Refusal::ReceiptsMissing);
    }
    claim.deliveries = deliveries
        .try_into()
        .map_err(|_| Refusal::ReceiptsMissing)?;
    let signature = session.sign(&claim.signing_payload(&input.genesis));
    Ok(PlayData {
        claim,
        signature: Signature64(signature.to_bytes()),
        cell: input.cell.clone(),
        cell_path: input.cell_path.clone(),
        openings: proof
            .openings
            .try_into()
            .map_err(|_| Refusal::BadOpenings)?,
        receipts: receipts.try_into().map_err(|_| Refusal::ReceiptsMissing)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_primitives::play_data::check_possession;
    use chainflix_primitives::receipt::{DeliveryToken, TOKEN_VERSION, TokenTerms};
    use chainflix_primitives::ticket::TICKET_VERSION;
    use chainflix_primitives::{AccountId, Magnet, PlayCode, RandomConstant};

    const GENESIS: Hash32 = [8; 32];
    const DIFFICULTY: u8 = 8;

    fn plaintext() -> Vec<u8> {
        (0..250_123u32).map(|i| (i % 251) as u8).collect()
    }

    fn input(plaintext: &[u8]) -> ProofInput {
        let leaves = plaintext.chunks(PLAIN_LEAF_BYTES);
        let leaves: Vec<Hash32> = leaves.map(merkle::leaf_hash::<Sha256>).collect();
        ProofInput {
            genesis: GENESIS,
            ticket: Ticket {
                version: TICKET_VERSION,
                issuer: AccountId([1; 32]),
                round: 4,
                index: 0,
                viewer: AccountId([2; 32]),
                delegation: [3; 32],
                video: Magnet([4; 32]),
                minute: 0,
                rendition: 0,
                issue_ms: 5,
                constant: RandomConstant([6; 32]),
                play_code: PlayCode([7; 16]),
            },
            cycle: 2,
            difficulty: DIFFICULTY,
            cell: CellEntry {
                rendition: 0,
                index: 0,
                playtime_ms: 60_000,
                bytes: plaintext.len() as u32,
                plain_root: merkle::root::<Sha256>(&leaves),
                cipher_root: [0; 32],
            },
            cell_path: Path::default(),
        }
    }

    fn receipt(provider: u32, bytes: u64) -> Receipt {
        Receipt {
            token: DeliveryToken {
                terms: TokenTerms {
                    version: TOKEN_VERSION,
                    genesis: GENESIS,
                    issuer: AccountId([1; 32]),
                    epoch: 0,
                    viewer: AccountId([2; 32]),
                    session_key: [0; 32],
                    video: Magnet([4; 32]),
                    cell: 0,
                    rendition: 0,
                    provider,
                    round: 4,
                    expires_ms: 0,
                    max_bytes: 0,
                },
                seal_nonce: [0; 24],
                sealed_download_key: [0; 48],
            },
            bytes,
            provider_signature: Signature64([0; 64]),
        }
    }

    #[test]
    fn what_it_makes_passes_every_check_that_a_verifier_makes_of_it() {
        let plaintext = plaintext();
        let input = input(&plaintext);
        let session = SigningKey::from([9; 32]);
        let proof = prove(&input, &plaintext).unwrap();
        let receipts = vec![receipt(9, 100_000), receipt(3, 300_000), receipt(5, 0)];
        let ad = AdShown {
            campaign: 3,
            host_video: Magnet([5; 32]),
            clicked: true,
        };
        let proof = proof.showing(vec![7, 9]).advertising(ad);
        let data = complete(proof, &input, receipts, &session).unwrap();
        let claim = &data.claim;
        assert_eq!(claim.enhancements.to_vec(), [7, 9]);
        assert_eq!(claim.ad, Some(ad));
        let start = ChainStart {
            constant: claim.constant,
            play_code: claim.play_code,
            viewer: claim.viewer,
            cell: claim.cell_id::<Sha256>(),
        };
        check_possession::<Sha256>(&start, &data.cell, &data.openings, &claim.acc).unwrap();
        let nonce = claim.nonce_input::<Sha256>(GENESIS, 2);
        assert!(nonce.is_met::<Sha256>(claim.nonce, DIFFICULTY));
        let named: Vec<(u32, u32)> = claim
            .deliveries
            .iter()
            .map(|d| (d.provider, d.bytes))
            .collect();
        assert_eq!(named, [(3, 250_123), (9, 100_000)]);
        let order: Vec<u32> = data
            .receipts
            .iter()
            .map(|r| r.token.terms.provider)
            .collect();
        assert_eq!(order, [3, 9]);
        let key = session.verification_key();
        let signature = ed25519_zebra::Signature::from(data.signature.0);
        key.verify(&signature, &claim.signing_payload(&GENESIS))
            .unwrap();
    }

    #[test]
    fn a_plaintext_that_is_not_the_committed_one_proves_nothing() {
        let plaintext = plaintext();
        let input = input(&plaintext);
        let mut other = plaintext.clone();
        other[200_000] ^= 1;
        assert_eq!(prove(&input, &other).unwrap_err(), Refusal::BadOpenings);
        assert_eq!(
            prove(&input, &plaintext[..100]).unwrap_err(),
            Refusal::BadOpenings
        );
    }

    #[test]
    fn h5_a_helper_with_the_bytes_answers_for_any_viewer_in_13_kb_but_not_with_the_receipts_of_a_delivery()
     {
        let plaintext = plaintext();
        let input = input(&plaintext);
        let helper = HashedCell::of(&input.cell, &plaintext).unwrap();
        for viewer in [12, 13, 14] {
            let mut asked = input.clone();
            asked.ticket.viewer = AccountId([viewer; 32]);
            asked.ticket.play_code = PlayCode([viewer; 16]);
            asked.ticket.constant = RandomConstant([viewer; 32]);
            let proof = helper.prove(&asked).unwrap();
            let claim = &proof.claim;
            let start = ChainStart {
                constant: claim.constant,
                play_code: claim.play_code,
                viewer: AccountId([viewer; 32]),
                cell: claim.cell_id::<Sha256>(),
            };
            check_possession::<Sha256>(&start, &asked.cell, &proof.openings, &claim.acc).unwrap();
            assert!((8_200..13_312).contains(&proof.answer_bytes()));
            let session = SigningKey::from([viewer; 32]);
            let refused = complete(proof, &asked, Vec::new(), &session);
            assert_eq!(refused.unwrap_err(), Refusal::ReceiptsMissing);
        }
    }

    #[test]
    fn receipts_over_less_than_nine_tenths_are_not_even_sent() {
        let plaintext = plaintext();
        let input = input(&plaintext);
        let proof = prove(&input, &plaintext).unwrap();
        let session = SigningKey::from([9; 32]);
        let too_few = vec![receipt(1, 225_110)];
        let refused = complete(proof.clone(), &input, too_few, &session);
        assert_eq!(refused.unwrap_err(), Refusal::ReceiptsMissing);
        let enough = vec![receipt(1, 225_111)];
        assert!(complete(proof, &input, enough, &session).is_ok());
    }
}
