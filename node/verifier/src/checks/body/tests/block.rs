//! An honest view block with everything that it is held against, and ways to spoil it.

use chainflix_primitives::{
    RandomConstant, Signature64,
    delegation::{Delegation, WalletSignature},
    ids::{AddressTag, UploadId},
    ratio::MiningRatio,
    registry::{CountedEnhancement, PovParameters},
    report::TicketsRoot,
    rounds::CycleRule,
    view::{Delivery, VIEW_VERSION, ViewClaim},
};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use zeroize::Zeroizing;

use super::super::*;

pub(super) const GENESIS: Hash32 = [0x67; 32];
pub(super) const ROUND_MS: u32 = 43_200;
pub(super) const ISSUER: AccountId = AccountId([1; 32]);
pub(super) const VIDEO: Magnet = Magnet([7; 32]);
/// Number of the campaign.
pub(super) const CAMPAIGN: u32 = 4;
/// Round of the first tickets.
pub(super) const ISSUED: Round = 10;
/// Round of the header.
pub(super) const ROUND: Round = 12;

/// A block of one issuer, with everything that it is held against.
pub(super) struct Block {
    pub(super) leaves: Vec<ViewLeaf>,
    pub(super) header: Header,
    pub(super) rounds: HashMap<Round, Arc<RoundFacts>>,
    pub(super) videos: HashMap<(Magnet, Round), Arc<VideoTerms>>,
    pub(super) campaigns: HashMap<(u32, Round), Arc<CampaignTerms>>,
    pub(super) enhancements: HashMap<(Magnet, Round), Enhancements>,
    pub(super) tickets: HashMap<Round, Arc<Vec<Hash32>>>,
    pub(super) delegations: HashMap<Hash32, SignedDelegation>,
    pub(super) paid: HashSet<Hash32>,
    pub(super) secrets: Secrets,
}

pub(super) fn clock() -> RoundClock {
    RoundClock {
        genesis_ms: 1_000_000,
        round_ms: ROUND_MS,
    }
}

pub(super) fn signing(viewer: u8) -> SigningKey {
    SigningKey::from([viewer; 32])
}

pub(super) fn delegation(viewer: u8) -> SignedDelegation {
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
    pub(super) fn honest() -> Self {
        let secrets = Secrets::default();
        secrets.hold(0, 0, &Zeroizing::new([9; 32]));
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
            campaigns: [ISSUED, ISSUED + 1]
                .map(|round| ((CAMPAIGN, round), Arc::new(campaign())))
                .into(),
            enhancements: HashMap::new(),
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

    pub(super) fn add(&mut self, viewer: u8, minute: u16) {
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

    /// Enhancements 7 and 9 are attached in a round.
    pub(super) fn enhance(&mut self, round: Round) {
        let counted = [7, 9].map(|id| CountedEnhancement {
            id,
            owner: AccountId([11; 32]),
            hash: [12; 32],
        });
        self.enhancements.insert((VIDEO, round), counted.into());
    }

    /// The issuer writes the ticket of leaf `index` anew, as if the leaf were right.
    pub(super) fn list_ticket(&mut self, index: usize) {
        let leaf = &self.leaves[index];
        let round = clock().round_at(leaf.claim.issue_ms).expect("a round");
        let ticket = leaf.ticket(ISSUER, round).leaf_hash::<Sha256>();
        let place = leaf.ticket_index as usize;
        let list = Arc::make_mut(self.tickets.entry(round).or_default());
        list.resize(list.len().max(place + 1), [0; 32]);
        list[place] = ticket;
    }

    pub(super) fn hashes(&self) -> Vec<Hash32> {
        self.leaves
            .iter()
            .map(ViewLeaf::leaf_hash::<Sha256>)
            .collect()
    }

    pub(super) fn context(&self) -> BodyContext<'_> {
        BodyContext {
            genesis: GENESIS,
            clock: clock(),
            issuer: ISSUER,
            round: ROUND,
            carried_from: 0,
            header: &self.header,
            rounds: &self.rounds,
            videos: &self.videos,
            campaigns: &self.campaigns,
            enhancements: &self.enhancements,
            tickets: &self.tickets,
            delegations: &self.delegations,
            paid: &self.paid,
            secrets: &self.secrets,
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        judge(&self.context(), &self.leaves, &self.hashes())
    }
}

/// The verdict when the issuer alone changes leaf `index`.
pub(super) fn changed(index: usize, change: impl FnOnce(&mut ViewLeaf)) -> Verdict {
    let mut block = Block::honest();
    change(&mut block.leaves[index]);
    block.verdict()
}

/// The verdict when issuer and viewer agree on a change of leaf `index`: it is mined, signed and has its ticket.
pub(super) fn agreed(index: usize, change: impl FnOnce(&mut ViewLeaf)) -> Verdict {
    let mut block = Block::honest();
    change(&mut block.leaves[index]);
    mine_and_sign(&mut block.leaves[index]);
    block.list_ticket(index);
    block.verdict()
}

/// The verdict when something else than a leaf is changed.
pub(super) fn under(change: impl FnOnce(&mut Block)) -> Verdict {
    let mut block = Block::honest();
    change(&mut block);
    block.verdict()
}

pub(super) fn facts(round: Round) -> RoundFacts {
    RoundFacts {
        round,
        parameters: PovParameters {
            difficulty: 8,
            views_per_group: 100,
            ..PovParameters::default()
        },
        rule: CycleRule::from_genesis(10_000),
        cycle: 0,
        seed: [3; 32],
        set: vec![ISSUER, AccountId([2; 32])],
    }
}

pub(super) fn terms() -> VideoTerms {
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

/// A campaign that shows the video itself: 3 units a play, 5 a click.
pub(super) fn campaign() -> CampaignTerms {
    CampaignTerms {
        advertiser: AccountId([10; 32]),
        creative: VIDEO,
        price_per_play: 3,
        price_per_click: 5,
        limit_per_round: 100,
        views_per_day: 1,
        least_account_age: 0,
        from_round: 0,
    }
}

pub(super) fn delivery(provider: u32) -> Delivery {
    Delivery { provider, bytes: 1 }
}

pub(super) fn mine_and_sign(leaf: &mut ViewLeaf) {
    let input = leaf.claim.nonce_input::<Sha256>(GENESIS, 0);
    leaf.claim.nonce = input.mine::<Sha256>(8, 0..u64::MAX).expect("a nonce");
    let signing = signing(leaf.claim.viewer.0[0]);
    let signature = signing.sign(&leaf.claim.signing_payload(&GENESIS));
    leaf.signature = Signature64(signature.to_bytes());
}

pub(super) fn rejected(reason: RejectReason, leaf: u32) -> Verdict {
    Verdict::Reject { reason, leaf }
}
