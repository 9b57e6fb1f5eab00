//! What other verifiers reject a block for, each with its reason and leaf.

use chainflix_primitives::{
    RandomConstant, Signature64,
    delegation::{Delegation, WalletSignature},
    ids::{AddressTag, UploadId},
    ratio::MiningRatio,
    registry::PovParameters,
    report::TicketsRoot,
    rounds::CycleRule,
    view::{AdShown, Delivery, VIEW_VERSION, ViewClaim},
};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use zeroize::Zeroizing;

use super::*;

const GENESIS: Hash32 = [0x67; 32];
const ROUND_MS: u32 = 43_200;
const ISSUER: AccountId = AccountId([1; 32]);
const VIDEO: Magnet = Magnet([7; 32]);
/// Round of the first tickets.
const ISSUED: Round = 10;
/// Round of the header.
const ROUND: Round = 12;

/// A block of one issuer, with everything that it is held against.
struct Block {
    leaves: Vec<ViewLeaf>,
    header: Header,
    rounds: HashMap<Round, Arc<RoundFacts>>,
    videos: HashMap<(Magnet, Round), Arc<VideoTerms>>,
    tickets: HashMap<Round, Arc<Vec<Hash32>>>,
    delegations: HashMap<Hash32, SignedDelegation>,
    paid: HashSet<Hash32>,
    secrets: Secrets,
}

fn clock() -> RoundClock {
    RoundClock {
        genesis_ms: 1_000_000,
        round_ms: ROUND_MS,
    }
}

fn signing(viewer: u8) -> SigningKey {
    SigningKey::from([viewer; 32])
}

fn delegation(viewer: u8) -> SignedDelegation {
    SignedDelegation {
        delegation: Delegation {
            genesis: GENESIS,
            account: AccountId([viewer; 32]),
            session_key: VerificationKeyBytes::from(&signing(viewer)).into(),
            exchange_key: [0; 32],
            first_round: 0,
            last_round: 100,
        },
        signature: WalletSignature::Ed25519(Signature64([0; 64])),
    }
}

impl Block {
    /// An honest block: minute 0 of viewers 40 to 43, and after it minute 1 of viewer 40.
    fn honest() -> Self {
        let secrets = Secrets::default();
        secrets.hold(0, 0, Zeroizing::new([9; 32]));
        let mut block = Self {
            leaves: Vec::new(),
            header: Header {
                root: [0; 32],
                count: 5,
                playtime_ms: 300_000,
                debits: Default::default(),
                tickets: TicketsRoot {
                    root: [0; 32],
                    count: 0,
                },
                late_tickets: Default::default(),
            },
            rounds: [ISSUED, ISSUED + 1]
                .map(|round| (round, Arc::new(facts(round))))
                .into(),
            videos: [ISSUED, ISSUED + 1]
                .map(|round| ((VIDEO, round), Arc::new(terms())))
                .into(),
            tickets: HashMap::new(),
            delegations: HashMap::new(),
            paid: HashSet::new(),
            secrets,
        };
        block.add(40, 0);
        block.add(40, 1);
        (41..44).for_each(|viewer| block.add(viewer, 0));
        block
    }

    fn add(&mut self, viewer: u8, minute: u16) {
        let secret = self.secrets.of(0).expect("held");
        let delegation = delegation(viewer);
        let hash = delegation.delegation.hash::<Sha256>();
        self.delegations.insert(hash, delegation);
        let account = AccountId([viewer; 32]);
        let issue_ms = clock().start_of(ISSUED).expect("a time") + 60_000 * u64::from(minute);
        let mut leaf = ViewLeaf {
            claim: ViewClaim {
                version: VIEW_VERSION,
                viewer: account,
                delegation: hash,
                video: VIDEO,
                minute,
                rendition: 0,
                issue_ms,
                constant: RandomConstant([viewer; 32]),
                play_code: secret.play_code(&VIDEO, minute, &account, 0),
                acc: [5; 32],
                nonce: 0,
                deliveries: vec![delivery(0), delivery(3)].try_into().expect("two"),
                enhancements: Default::default(),
                ad: None,
            },
            signature: Signature64([0; 64]),
            elapsed_ms: 60_000,
            ticket_index: 0,
            address_tag: AddressTag([0; 8]),
        };
        mine_and_sign(&mut leaf);
        let round = clock().round_at(issue_ms).expect("a round");
        let list = Arc::make_mut(self.tickets.entry(round).or_default());
        leaf.ticket_index = u32::try_from(list.len()).expect("few");
        list.push(leaf.ticket(ISSUER, round).leaf_hash::<Sha256>());
        self.leaves.push(leaf);
    }

    /// The issuer writes the ticket of leaf `index` anew, as if the leaf were right.
    fn list_ticket(&mut self, index: usize) {
        let leaf = &self.leaves[index];
        let round = clock().round_at(leaf.claim.issue_ms).expect("a round");
        let ticket = leaf.ticket(ISSUER, round).leaf_hash::<Sha256>();
        let place = leaf.ticket_index as usize;
        let list = Arc::make_mut(self.tickets.entry(round).or_default());
        list.resize(list.len().max(place + 1), [0; 32]);
        list[place] = ticket;
    }

    fn hashes(&self) -> Vec<Hash32> {
        self.leaves
            .iter()
            .map(ViewLeaf::leaf_hash::<Sha256>)
            .collect()
    }

    fn context(&self) -> BodyContext<'_> {
        BodyContext {
            genesis: GENESIS,
            clock: clock(),
            issuer: ISSUER,
            round: ROUND,
            header: &self.header,
            rounds: &self.rounds,
            videos: &self.videos,
            tickets: &self.tickets,
            delegations: &self.delegations,
            paid: &self.paid,
            secrets: &self.secrets,
        }
    }

    fn verdict(&self) -> Verdict {
        judge(&self.context(), &self.leaves, &self.hashes())
    }
}

/// The verdict when the issuer alone changes leaf `index`.
fn changed(index: usize, change: impl FnOnce(&mut ViewLeaf)) -> Verdict {
    let mut block = Block::honest();
    change(&mut block.leaves[index]);
    block.verdict()
}

/// The verdict when issuer and viewer agree on a change of leaf `index`: it is mined, signed and has its ticket.
fn agreed(index: usize, change: impl FnOnce(&mut ViewLeaf)) -> Verdict {
    let mut block = Block::honest();
    change(&mut block.leaves[index]);
    mine_and_sign(&mut block.leaves[index]);
    block.list_ticket(index);
    block.verdict()
}

/// The verdict when something else than a leaf is changed.
fn under(change: impl FnOnce(&mut Block)) -> Verdict {
    let mut block = Block::honest();
    change(&mut block);
    block.verdict()
}

fn facts(round: Round) -> RoundFacts {
    RoundFacts {
        round,
        parameters: PovParameters {
            difficulty: 8,
            views_per_group: 100,
        },
        rule: CycleRule::from_genesis(10_000),
        cycle: 0,
        seed: [3; 32],
        set: vec![ISSUER, AccountId([2; 32])],
    }
}

fn terms() -> VideoTerms {
    VideoTerms {
        producer: AccountId([8; 32]),
        supervisor: AccountId([9; 32]),
        title: Default::default(),
        total_playtime_ms: 180_000,
        renditions: 1,
        manifest_root: [0; 32],
        ratio: MiningRatio::whitepaper(),
        key_epoch: 0,
        upload_id: UploadId([0; 16]),
        from_round: 0,
    }
}

fn delivery(provider: u32) -> Delivery {
    Delivery { provider, bytes: 1 }
}

fn mine_and_sign(leaf: &mut ViewLeaf) {
    let input = leaf.claim.nonce_input::<Sha256>(GENESIS, 0);
    leaf.claim.nonce = input.mine::<Sha256>(8, 0..u64::MAX).expect("a nonce");
    let signing = signing(leaf.claim.viewer.0[0]);
    let signature = signing.sign(&leaf.claim.signing_payload(&GENESIS));
    leaf.signature = Signature64(signature.to_bytes());
}

fn rejected(reason: RejectReason, leaf: u32) -> Verdict {
    Verdict::Reject { reason, leaf }
}

#[test]
fn an_honest_block_is_approved_and_so_is_an_empty_one() {
    assert_eq!(Block::honest().verdict(), Verdict::Approve);
    let empty = under(|block| {
        block.leaves.clear();
        block.header.count = 0;
        block.header.playtime_ms = 0;
    });
    assert_eq!(empty, Verdict::Approve);
}

#[test]
fn a_leaf_that_breaks_a_rule_by_itself_is_rejected_for_that_rule() {
    let leaf = |error| rejected(RejectReason::Leaf(error), 2);
    let version = agreed(2, |leaf| leaf.claim.version = 9);
    assert_eq!(version, leaf(LeafError::UnknownVersion));
    for elapsed in [59_999, 90_001] {
        let window = changed(2, |leaf| leaf.elapsed_ms = elapsed);
        assert_eq!(window, leaf(LeafError::OutsideWindow));
    }
    let nonce = changed(2, |leaf| {
        let input = leaf.claim.nonce_input::<Sha256>(GENESIS, 0);
        let wrong = (0..).find(|nonce| !input.is_met::<Sha256>(*nonce, 8));
        leaf.claim.nonce = wrong.expect("most are");
    });
    assert_eq!(nonce, leaf(LeafError::WrongNonce));
    let order = agreed(2, |leaf| {
        leaf.claim.deliveries = vec![delivery(3), delivery(0)].try_into().expect("two");
    });
    assert_eq!(order, leaf(LeafError::DeliveriesNotInOrder));
}

#[test]
fn t1_a_leaf_accepted_in_another_time_than_the_headers_is_rejected() {
    let mut early = Block::honest();
    let context = BodyContext {
        round: ROUND - 3,
        ..early.context()
    };
    let verdict = judge(&context, &early.leaves, &early.hashes());
    assert_eq!(
        verdict,
        rejected(RejectReason::Leaf(LeafError::OutsideRound), 0)
    );
    early.header.count = 5;
    let late = BodyContext {
        round: ROUND + 22,
        ..early.context()
    };
    let verdict = judge(&late, &early.leaves, &early.hashes());
    assert_eq!(
        verdict,
        rejected(RejectReason::Leaf(LeafError::OutsideRound), 0)
    );
}

#[test]
fn k1_a_view_whose_ticket_is_not_under_the_reported_root_is_rejected() {
    let unlisted = under(|block| {
        block.tickets.remove(&ISSUED);
    });
    assert_eq!(unlisted, rejected(RejectReason::Ticket, 0));
    let other_place = changed(2, |leaf| leaf.ticket_index += 1);
    assert_eq!(other_place, rejected(RejectReason::Ticket, 2));
    // Signed by the viewer, but no ticket of that time was ever reported.
    let of_another_time = under(|block| {
        block.leaves[2].claim.issue_ms += 1;
        mine_and_sign(&mut block.leaves[2]);
    });
    assert_eq!(of_another_time, rejected(RejectReason::Ticket, 2));
}

#[test]
fn k2_a_view_by_a_verifier_that_was_not_assigned_is_rejected() {
    let verdict = under(|block| {
        for facts in block.rounds.values_mut() {
            let others = (2..40).map(|n| AccountId([n; 32]));
            Arc::make_mut(facts).set = [ISSUER].into_iter().chain(others).collect();
        }
    });
    // Two of 39: that the issuer is among them for all four viewers is next to impossible.
    let Verdict::Reject { reason, .. } = verdict else {
        panic!("{verdict:?}");
    };
    assert_eq!(reason, RejectReason::NotAssigned);
}

#[test]
fn a_view_of_a_video_that_was_not_active_or_of_no_cell_of_it_is_rejected() {
    let inactive = under(|block| {
        block.videos.remove(&(VIDEO, ISSUED + 1));
    });
    assert_eq!(inactive, rejected(RejectReason::Video, 1));
    let no_minute = agreed(2, |leaf| leaf.claim.minute = 3);
    assert_eq!(no_minute, rejected(RejectReason::Video, 2));
    let no_rendition = agreed(2, |leaf| leaf.claim.rendition = 1);
    assert_eq!(no_rendition, rejected(RejectReason::Video, 2));
}

#[test]
fn what_is_missing_here_makes_a_body_absent_and_not_wrong() {
    let without_facts = under(|block| {
        block.rounds.remove(&ISSUED);
    });
    assert_eq!(without_facts, Verdict::Absent);
    let without_secret = under(|block| block.secrets = Secrets::default());
    assert_eq!(without_secret, Verdict::Absent);
    let without_delegation = under(|block| {
        let hash = block.leaves[2].claim.delegation;
        block.delegations.remove(&hash);
    });
    assert_eq!(without_delegation, Verdict::Absent);
    // Of a round that is still to come nobody has facts; such a ticket is wrong all the same.
    let to_come = agreed(2, |leaf| {
        let next = clock().start_of(ROUND + 1).expect("a time");
        leaf.claim.issue_ms = next + CLOCK_TOLERANCE_MS;
    });
    let outside = RejectReason::Leaf(LeafError::OutsideRound);
    assert_eq!(to_come, rejected(outside, 2));
}

#[test]
fn a_play_code_that_the_set_secret_does_not_give_is_rejected() {
    let verdict = agreed(3, |leaf| leaf.claim.play_code.0[0] ^= 1);
    assert_eq!(verdict, rejected(RejectReason::Derivation, 3));
}

#[test]
fn j3_an_issuer_that_rewrites_the_providers_of_a_view_is_rejected() {
    let verdict = changed(3, |leaf| {
        leaf.claim.deliveries = vec![delivery(1), delivery(2)].try_into().expect("two");
        // The nonce does not cover the providers; the viewer's signature does.
    });
    assert_eq!(verdict, rejected(RejectReason::Signature, 3));
}

#[test]
fn a_view_signed_by_another_or_under_a_delegation_that_does_not_fit_is_rejected() {
    let forged = changed(4, |leaf| leaf.signature.0[0] ^= 1);
    assert_eq!(forged, rejected(RejectReason::Signature, 4));
    let expired = under(|block| {
        for signed in block.delegations.values_mut() {
            signed.delegation.last_round = ISSUED;
        }
    });
    assert_eq!(
        expired,
        rejected(RejectReason::Signature, 1),
        "minute 1 was issued a round later"
    );
    let anothers = under(|block| {
        let hash = block.leaves[2].claim.delegation;
        let granted = block.delegations.get_mut(&hash).expect("known");
        granted.delegation.account = AccountId([99; 32]);
    });
    assert_eq!(anothers, rejected(RejectReason::Signature, 2));
}

#[test]
fn r1_two_leaves_of_one_minute_and_two_that_overlap_are_rejected() {
    let same_minute = under(|block| {
        let secret = block.secrets.of(0).expect("held");
        let leaf = &mut block.leaves[1];
        leaf.claim.minute = 0;
        leaf.claim.play_code = secret.play_code(&VIDEO, 0, &leaf.claim.viewer, 0);
        mine_and_sign(leaf);
        block.list_ticket(1);
    });
    assert_eq!(same_minute, rejected(RejectReason::Duplicate, 1));
    let overlapping = changed(0, |leaf| leaf.elapsed_ms = 60_001);
    assert_eq!(overlapping, rejected(RejectReason::Duplicate, 1));
    let paid_before = under(|block| {
        let hash = block.leaves[3].leaf_hash::<Sha256>();
        block.paid.insert(hash);
    });
    assert_eq!(paid_before, rejected(RejectReason::Duplicate, 3));
}

#[test]
fn a_body_that_is_not_in_order_or_not_what_its_header_says_is_rejected() {
    let swapped = under(|block| block.leaves.swap(2, 3));
    assert_eq!(swapped, rejected(RejectReason::Header, 3));
    let playtime = under(|block| block.header.playtime_ms += 1);
    assert_eq!(playtime, rejected(RejectReason::Header, 0));
    let count = under(|block| block.header.count -= 1);
    assert_eq!(count, rejected(RejectReason::Header, 0));
    let advertisement = agreed(2, |leaf| {
        leaf.claim.ad = Some(AdShown {
            campaign: 1,
            host_video: VIDEO,
            clicked: false,
        });
    });
    assert_eq!(advertisement, rejected(RejectReason::Header, 2));
}
