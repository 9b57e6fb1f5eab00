//! A small chain around the ledger: videos, providers, a clock, and settlement as the pallets do it.

use std::collections::BTreeMap;

use bounded_collections::{BoundedVec, ConstU32};
use chainflix_primitives::{
    AccountId, Magnet, Round, Sha256,
    campaign::{CampaignTerms, MAX_PAID_CAMPAIGNS, PaidCampaign, sum_debits},
    earnings::{EarningsError, Ledger, Records, VideoShares, ViewOutcome},
    emission::{CFX, EmissionPreset, EmissionSchedule},
    ids::AddressTag,
    merkle,
    ratio::MiningRatio,
    registry::{SettledBlock, SettledRound},
    report::Debit,
    rounds::{CycleRule, PRODUCTION_ROUND_MS, RoundClock},
    settlement::{block_reward, capped_weights, round_reward},
    view::{AdShown, Delivery, ViewClaim, ViewLeaf},
};

use crate::samples::{CLOCK, account, bytes, claim};

pub(crate) struct World {
    pub(crate) clock: RoundClock,
    /// Rules by ascending first round.
    pub(crate) cycles: Vec<CycleRule>,
    pub(crate) schedule: EmissionSchedule,
    pub(crate) quota: u32,
    /// Another quota from a round of issue on.
    pub(crate) later_quota: Option<(Round, u32)>,
    pub(crate) providers: BTreeMap<u32, AccountId>,
    /// Producer, ratio and total playtime by name; unknown names are unknown videos.
    pub(crate) videos: BTreeMap<Magnet, (VideoShares, u32)>,
    /// Owners of enhancements of the long video, each from a round on; nobody once it has ended.
    pub(crate) enhancements: BTreeMap<u32, BTreeMap<Round, Option<AccountId>>>,
    /// Campaigns and what is left in their escrow.
    pub(crate) campaigns: BTreeMap<u32, (CampaignTerms, u128)>,
}

/// One view in few words.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) viewer: String,
    pub(crate) video: String,
    pub(crate) minute: u16,
    /// Time of issue in ms since the start of round 0.
    pub(crate) at: u64,
    pub(crate) elapsed_ms: u32,
    pub(crate) group: String,
    pub(crate) deliveries: Vec<(u32, u32)>,
    /// Enhancements shown.
    pub(crate) enhancements: Vec<u32>,
    /// Campaign, host video, clicked.
    pub(crate) ad: Option<(u32, String, bool)>,
}

/// What one verifier hands in for a round.
#[derive(Clone, Debug)]
pub(crate) struct Handed {
    pub(crate) issuer: String,
    pub(crate) approved: bool,
    pub(crate) views: Vec<Seen>,
}

pub(crate) fn video(name: &str) -> Magnet {
    Magnet(bytes(name))
}

/// A view of minute `minute` of the long video, by its own address group, from provider 1.
pub(crate) fn seen(viewer: &str, minute: u16, at: u64) -> Seen {
    Seen {
        viewer: viewer.into(),
        video: "long".into(),
        minute,
        at,
        elapsed_ms: 60_000,
        group: viewer.into(),
        deliveries: vec![(1, 1_000)],
        enhancements: Vec::new(),
        ad: None,
    }
}

/// A view of the advertisement of `campaign` that ran in the long video.
pub(crate) fn ad_seen(viewer: &str, campaign: u32, at: u64) -> Seen {
    Seen {
        video: "creative".into(),
        elapsed_ms: 20_000,
        ad: Some((campaign, "long".into(), false)),
        ..seen(viewer, 0, at)
    }
}

/// The same, clicked.
pub(crate) fn ad_clicked(viewer: &str, campaign: u32, at: u64) -> Seen {
    Seen {
        ad: Some((campaign, "long".into(), true)),
        ..ad_seen(viewer, campaign, at)
    }
}

/// A campaign of `advertiser` for the creative: 3 CFX a play, 5 CFX a click, 100 CFX a round, three views a day.
pub(crate) fn campaign(advertiser: &str) -> CampaignTerms {
    CampaignTerms {
        advertiser: account(advertiser),
        creative: video("creative"),
        price_per_play: 3 * CFX,
        price_per_click: 5 * CFX,
        limit_per_round: 100 * CFX,
        views_per_day: 3,
        least_account_age: 0,
        from_round: 0,
    }
}

pub(crate) fn handed(issuer: &str, views: Vec<Seen>) -> Handed {
    Handed {
        issuer: issuer.into(),
        approved: true,
        views,
    }
}

/// Of the long video: three by three enhancers and a second one of the first, one that is sold in round 6, and one that is
/// ended in round 6.
fn enhancements() -> BTreeMap<u32, BTreeMap<Round, Option<AccountId>>> {
    let by = |number: u32| Some(account(&format!("enhancer {number}")));
    BTreeMap::from([
        (10, [(0, by(0))].into()),
        (11, [(0, by(1))].into()),
        (12, [(0, by(2))].into()),
        (13, [(0, by(0))].into()),
        (14, [(0, by(3)), (6, by(4))].into()),
        (15, [(0, by(5)), (6, None)].into()),
    ])
}

impl World {
    pub(crate) fn new() -> Self {
        let shares = |producer: &str, ratio| VideoShares {
            producer: account(producer),
            supervisor: account("supervisor"),
            ratio,
        };
        let generous = MiningRatio {
            producer: 99_999,
            viewer: 650_001,
            enhancers: 0,
            ..MiningRatio::whitepaper()
        };
        Self {
            clock: CLOCK,
            cycles: vec![CycleRule::from_genesis(10_000)],
            schedule: EmissionPreset::Whitepaper
                .schedule(PRODUCTION_ROUND_MS)
                .expect("production rounds"),
            quota: 1_000,
            later_quota: None,
            providers: BTreeMap::from([
                (1, account("storage 1")),
                (2, account("storage 2")),
                // Two nodes of one owner, and one of a viewer.
                (3, account("storage 2")),
                (4, account("viewer 0")),
            ]),
            videos: BTreeMap::from([
                (
                    video("long"),
                    (shares("producer", MiningRatio::whitepaper()), 3_600_000),
                ),
                (video("short"), (shares("producer 2", generous), 137_000)),
                // The producer's own video of 5 s.
                (
                    video("least"),
                    (shares("viewer 0", MiningRatio::whitepaper()), 5_000),
                ),
                (
                    video("creative"),
                    (shares("studio", MiningRatio::whitepaper()), 20_000),
                ),
            ]),
            enhancements: enhancements(),
            campaigns: BTreeMap::from([(1, (campaign("advertiser"), 1_000 * CFX))]),
        }
    }

    /// With so many more producers, each of a video of an hour by its own name: "of 0", "of 1" ...
    pub(crate) fn with_producers(number: u16) -> Self {
        let mut world = Self::new();
        for number in 0..number {
            let name = format!("of {number}");
            let shares = VideoShares {
                producer: account(&name),
                supervisor: account("supervisor"),
                ratio: MiningRatio::whitepaper(),
            };
            world.videos.insert(video(&name), (shares, 3_600_000));
        }
        world
    }

    /// With rounds of 7.2 s, as in the presets `dev` and `local`.
    pub(crate) fn with_short_rounds() -> Self {
        let mut world = Self::new();
        world.clock.round_ms = 7_200;
        world.schedule = EmissionPreset::Whitepaper.schedule(7_200).expect("7.2 s");
        world
    }

    pub(crate) fn leaf(&self, seen: &Seen) -> ViewLeaf {
        let deliveries: Vec<Delivery> = seen
            .deliveries
            .iter()
            .map(|(provider, bytes)| Delivery {
                provider: *provider,
                bytes: *bytes,
            })
            .collect();
        let accepted = self
            .clock
            .round_at(self.clock.genesis_ms + seen.at + u64::from(seen.elapsed_ms));
        ViewLeaf {
            claim: ViewClaim {
                viewer: account(&seen.viewer),
                video: video(&seen.video),
                minute: seen.minute,
                issue_ms: self.clock.genesis_ms + seen.at,
                deliveries: deliveries.try_into().expect("at most 8"),
                enhancements: seen.enhancements.clone().try_into().expect("at most 4"),
                ad: seen.ad.as_ref().map(|(campaign, host, clicked)| AdShown {
                    campaign: *campaign,
                    host_video: video(host),
                    clicked: *clicked,
                }),
                ..claim()
            },
            signature: chainflix_primitives::Signature64::default(),
            elapsed_ms: seen.elapsed_ms,
            ticket_index: 0,
            address_tag: AddressTag(bytes(&format!("{accepted:?} {}", seen.group))),
        }
    }

    /// Settles a round as the chain does: capped weights over all headers, approved blocks paid.
    pub(crate) fn settle(
        &self,
        round: Round,
        handed: &[Handed],
        reporters: &[&str],
    ) -> (SettledRound, Vec<Vec<ViewLeaf>>) {
        let mut order: Vec<&Handed> = handed.iter().collect();
        order.sort_by_key(|block| account(&block.issuer));
        let bodies: Vec<Vec<ViewLeaf>> = order
            .iter()
            .map(|block| {
                let mut body: Vec<ViewLeaf> =
                    block.views.iter().map(|seen| self.leaf(seen)).collect();
                body.sort_by_key(ViewLeaf::sort_key);
                body
            })
            .collect();
        let playtimes: Vec<u64> = bodies
            .iter()
            .map(|body| {
                body.iter()
                    .map(|leaf| u64::from(self.playtime_of(leaf)))
                    .sum()
            })
            .collect();
        let weights = capped_weights(&playtimes);
        let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        let emission = self.schedule.reward(round);
        let available = round_reward(emission, total, None);
        let blocks: Vec<SettledBlock> = order
            .iter()
            .enumerate()
            .map(|(place, block)| {
                let leaves: Vec<_> = bodies[place]
                    .iter()
                    .map(ViewLeaf::leaf_hash::<Sha256>)
                    .collect();
                SettledBlock {
                    issuer: account(&block.issuer),
                    root: merkle::root::<Sha256>(&leaves),
                    count: u32::try_from(leaves.len()).expect("few leaves"),
                    playtime_ms: playtimes[place],
                    approved: block.approved,
                    voided: false,
                    weight_ms: weights[place],
                    reward: if block.approved {
                        block_reward(available, weights[place], total).unwrap_or(0)
                    } else {
                        0
                    },
                }
            })
            .collect();
        let mut reporters: Vec<AccountId> = reporters.iter().map(|name| account(name)).collect();
        reporters.sort_unstable();
        let debits = order
            .iter()
            .zip(&bodies)
            .filter(|(block, _)| block.approved)
            .flat_map(|(_, body)| self.debits(body));
        let settled = SettledRound {
            ads: self.paid(debits),
            round,
            emission,
            settled: blocks.iter().map(|block| block.reward).sum(),
            blocks: blocks.try_into().expect("few blocks"),
            reporters: reporters.try_into().expect("few reporters"),
        };
        let approved = order
            .iter()
            .zip(bodies)
            .filter_map(|(block, body)| block.approved.then_some(body))
            .collect();
        (settled, approved)
    }

    /// What a block's header debits: the cost of each of its ad views.
    fn debits(&self, body: &[ViewLeaf]) -> Vec<Debit> {
        let ads = body.iter().filter_map(|leaf| leaf.claim.ad.as_ref());
        ads.filter_map(|ad| {
            let (terms, _) = self.campaigns.get(&ad.campaign)?;
            Some(Debit {
                campaign: ad.campaign,
                amount: terms.cost(ad).expect("a sane price"),
            })
        })
        .collect()
    }

    /// What campaigns pay, as the ads pallet has it.
    fn paid(
        &self,
        debits: impl Iterator<Item = Debit>,
    ) -> BoundedVec<PaidCampaign, ConstU32<MAX_PAID_CAMPAIGNS>> {
        let paid = sum_debits(debits).into_iter().map(|debit| {
            let (terms, balance) = &self.campaigns[&debit.campaign];
            PaidCampaign {
                campaign: debit.campaign,
                debits: debit.amount,
                paid: terms.paid(*balance, debit.amount),
            }
        });
        paid.collect::<Vec<_>>().try_into().expect("few campaigns")
    }

    /// Settles and applies a round with four reporters.
    pub(crate) fn apply(
        &self,
        ledger: &mut Ledger,
        round: Round,
        handed: &[Handed],
    ) -> Result<Vec<ViewOutcome>, EarningsError> {
        let reporters = ["verifier 0", "verifier 1", "verifier 2", "verifier 3"];
        let (settled, bodies) = self.settle(round, handed, &reporters);
        Ok(ledger.apply(&settled, &bodies, self)?.concat())
    }

    pub(crate) fn playtime_of(&self, leaf: &ViewLeaf) -> u32 {
        let counts = leaf.claim.ad.is_none();
        let playtime = self.playtime_ms(&leaf.claim.video, leaf.claim.minute);
        if counts {
            playtime.expect("a known cell")
        } else {
            0
        }
    }
}

/// Whether an outcome is paid.
pub(crate) fn is_paid(outcome: &ViewOutcome) -> bool {
    matches!(outcome, ViewOutcome::Paid { .. })
}
