//! What may happen, in any order: things that are right, and things that are wrong.

use super::model::{ACCOUNTS, CFX, Who};
use proptest::prelude::*;

/// One thing that happens. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// So many blocks, with the reports that are due.
    Blocks(u8),
    /// The chain stands still for so many slots.
    Halt(u16),
    /// A verifier accepts views; `honest` unless the last has a nonce that nobody mined.
    Views {
        verifier: usize,
        views: u32,
        each_ms: u64,
        honest: bool,
    },
    /// A verifier's header says that a campaign owes so much.
    Debit {
        verifier: usize,
        campaign: u32,
        amount: u128,
    },
    /// A verifier's next report is lost.
    Miss(usize),
    /// A verifier does not approve what another reported, from now on; or again.
    Absent {
        voter: usize,
        issuer: usize,
    },
    /// The verifiers vote for earnings from now on: who of them, how they are divided, and whether they add up to more than
    /// is owed.
    Vote {
        voters: usize,
        shares: [u8; 5],
        greedy: bool,
    },
    /// Somebody, or nobody, claims for some of those who earn; `older` roots than the last; with another total than is under
    /// the root when it `lies`.
    Claim {
        by: Option<Who>,
        whom: u8,
        older: usize,
        lies: bool,
    },
    Publish {
        by: Who,
        video: u8,
        upload: u8,
        cells: u32,
    },
    Propose {
        by: Who,
        video: u8,
        price: Option<u128>,
    },
    Accept {
        by: Who,
        id: u32,
    },
    Price {
        by: Who,
        id: u32,
        price: Option<u128>,
    },
    Buy {
        by: Who,
        id: u32,
        most: u128,
    },
    Give {
        by: Who,
        id: u32,
        to: Who,
    },
    End {
        by: Who,
        id: u32,
    },
    Open {
        by: Who,
        creative: u8,
        price: u128,
        click: u128,
        limit: u128,
        budget: u128,
    },
    TopUp {
        by: Who,
        id: u32,
        amount: u128,
    },
    Close {
        by: Who,
        id: u32,
    },
    Refund {
        by: Who,
        id: u32,
    },
    /// Somebody reports the fault, or no fault, in a block that was reported so many rounds ago.
    Fault {
        by: Who,
        verifier: usize,
        ago: usize,
    },
    /// A verifier signs two blocks of one slot.
    Equivocate(usize),
    Transfer {
        by: Who,
        to: Who,
        amount: u128,
    },
    TopUpBond {
        by: Who,
        amount: u128,
    },
    WithdrawBond(Who),
    /// Somebody applies as a producer.
    Apply(Who),
    WithdrawApplication(Who),
    /// The supervisor decides an application, takes an approval back.
    Decide {
        producer: Who,
        yes: bool,
    },
    Revoke(Who),
    RemoveApproval {
        by: Who,
        producer: Who,
    },
    /// Somebody registers a storage provider, has it leave, removes it.
    Register {
        by: Who,
        key: u8,
    },
    Exit {
        by: Who,
        id: u32,
    },
    Remove {
        by: Who,
        id: u32,
    },
    /// Somebody who is no verifier registers session keys, one pair or another; somebody takes them away.
    SetKeys {
        by: Who,
        other: bool,
    },
    ForgetKeys(Who),
    /// Somebody wants a place in the set, or no longer.
    Stand(Who),
    StandDown(Who),
    /// Two thirds of the verifiers take somebody into the set, or put somebody out of it.
    Admit(Who),
    Dismiss(Who),
    /// The supervisor restricts a video, or lifts that again.
    Restrict(u8),
    Reinstate(u8),
    /// Somebody appeals against it; the verifiers decide; somebody takes it back.
    Appeal {
        by: Who,
        video: u8,
    },
    Judge {
        video: u8,
        granted: bool,
    },
    CloseAppeal {
        by: Who,
        video: u8,
    },
    /// The verifiers pay somebody out of the development fund.
    Pay {
        to: Who,
        amount: u128,
    },
    /// Somebody has the lock of the founders' pot follow the rounds, or what is free of it sent to the founders.
    Vest(Who),
    ReleasePot(Who),
}

/// Somebody who signs: a verifier, the producer (4), the advertiser (5), somebody poor (6).
fn signer() -> impl Strategy<Value = Who> {
    0usize..7
}

/// Mostly the one who may.
fn mostly(who: Who) -> impl Strategy<Value = Who> {
    prop_oneof![4 => Just(who), 1 => signer()]
}

fn cfx(range: std::ops::Range<u128>) -> impl Strategy<Value = u128> {
    (range, 0..CFX).prop_map(|(whole, rest)| whole * CFX + rest)
}

fn price() -> impl Strategy<Value = Option<u128>> {
    prop_oneof![1 => Just(None), 4 => cfx(0..40).prop_map(Some)]
}

/// What a campaign is opened with, sometimes wrong.
fn open() -> impl Strategy<Value = Step> {
    let budget = prop_oneof![8 => cfx(1..60), 1 => Just(CFX / 100), 1 => Just(9_000_000 * CFX)];
    let limit = prop_oneof![6 => cfx(2..20), 1 => Just(1)];
    let price = prop_oneof![8 => CFX / 10..CFX, 1 => Just(0)];
    (mostly(5), 0u8..6, price, 0..CFX, limit, budget).prop_map(
        |(by, creative, price, click, limit, budget)| Step::Open {
            by,
            creative,
            price,
            click,
            limit,
            budget,
        },
    )
}

fn verifying() -> impl Strategy<Value = Step> {
    let verifier = || 0usize..4;
    prop_oneof![
        14 => (1u8..8).prop_map(Step::Blocks),
        // Shorter than views may wait for a report: 20 rounds of three slots.
        1 => (3u16..50).prop_map(Step::Halt),
        12 => (verifier(), 1u32..12, 5_000u64..60_000, prop::bool::weighted(0.8))
            .prop_map(|(verifier, views, each_ms, honest)| Step::Views {
                verifier, views, each_ms, honest,
            }),
        6 => (verifier(), 0u32..3, cfx(0..30))
            .prop_map(|(verifier, campaign, amount)| Step::Debit { verifier, campaign, amount }),
        2 => verifier().prop_map(Step::Miss),
        2 => (verifier(), verifier()).prop_map(|(voter, issuer)| Step::Absent { voter, issuer }),
        4 => (2usize..5, any::<[u8; 5]>(), prop::bool::weighted(0.1))
            .prop_map(|(voters, shares, greedy)| Step::Vote { voters, shares, greedy }),
        2 => (signer(), verifier(), 0usize..6)
            .prop_map(|(by, verifier, ago)| Step::Fault { by, verifier, ago }),
        1 => verifier().prop_map(Step::Equivocate),
    ]
}

fn paying() -> impl Strategy<Value = Step> {
    let id = || 0u32..4;
    let campaign = || 0u32..3;
    prop_oneof![
        8 => (prop::option::of(signer()), 1u8..32, 0usize..3, prop::bool::weighted(0.15))
            .prop_map(|(by, whom, older, lies)| Step::Claim { by, whom, older, lies }),
        3 => (mostly(4), 0u8..6, 0u8..6, 1u32..3)
            .prop_map(|(by, video, upload, cells)| Step::Publish { by, video, upload, cells }),
        3 => (signer(), 0u8..4, price())
            .prop_map(|(by, video, price)| Step::Propose { by, video, price }),
        2 => (mostly(4), id()).prop_map(|(by, id)| Step::Accept { by, id }),
        2 => (signer(), id(), price()).prop_map(|(by, id, price)| Step::Price { by, id, price }),
        4 => (signer(), id(), cfx(0..60)).prop_map(|(by, id, most)| Step::Buy { by, id, most }),
        2 => (signer(), id(), 0usize..10).prop_map(|(by, id, to)| Step::Give { by, id, to }),
        1 => (mostly(4), id()).prop_map(|(by, id)| Step::End { by, id }),
        5 => open(),
        2 => (mostly(5), campaign(), cfx(0..30))
            .prop_map(|(by, id, amount)| Step::TopUp { by, id, amount }),
        2 => (mostly(5), campaign()).prop_map(|(by, id)| Step::Close { by, id }),
        2 => (mostly(5), campaign()).prop_map(|(by, id)| Step::Refund { by, id }),
        3 => (signer(), 0..ACCOUNTS, prop_oneof![
            cfx(0..400_000), Just(5_000_000 * CFX), Just(CFX / 1_000), Just(CFX)
        ]).prop_map(|(by, to, amount)| Step::Transfer { by, to, amount }),
        2 => (mostly(0), prop_oneof![8 => cfx(0..20_000), 1 => Just(0)])
            .prop_map(|(by, amount)| Step::TopUpBond { by, amount }),
        1 => signer().prop_map(Step::WithdrawBond),
        2 => signer().prop_map(Step::Vest),
        2 => signer().prop_map(Step::ReleasePot),
    ]
}

/// A video beside the one that is watched: a view of a video that is restricted could not be opened.
fn other_video() -> impl Strategy<Value = u8> {
    1u8..4
}

/// What is decided about videos and about the set.
fn deciding() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => other_video().prop_map(Step::Restrict),
        1 => other_video().prop_map(Step::Reinstate),
        3 => (mostly(4), other_video()).prop_map(|(by, video)| Step::Appeal { by, video }),
        2 => (other_video(), any::<bool>())
            .prop_map(|(video, granted)| Step::Judge { video, granted }),
        1 => (mostly(4), other_video()).prop_map(|(by, video)| Step::CloseAppeal { by, video }),
        2 => mostly(5).prop_map(Step::Admit),
        2 => (0usize..6).prop_map(Step::Dismiss),
    ]
}

fn registering() -> impl Strategy<Value = Step> {
    let id = || 0u32..4;
    prop_oneof![
        3 => signer().prop_map(Step::Apply),
        1 => signer().prop_map(Step::WithdrawApplication),
        4 => (signer(), prop::bool::weighted(0.7))
            .prop_map(|(producer, yes)| Step::Decide { producer, yes }),
        1 => signer().prop_map(Step::Revoke),
        2 => (signer(), signer()).prop_map(|(by, producer)| Step::RemoveApproval { by, producer }),
        3 => (signer(), 0u8..6).prop_map(|(by, key)| Step::Register { by, key }),
        2 => (signer(), id()).prop_map(|(by, id)| Step::Exit { by, id }),
        1 => (signer(), id()).prop_map(|(by, id)| Step::Remove { by, id }),
        4 => (4usize..7, any::<bool>()).prop_map(|(by, other)| Step::SetKeys { by, other }),
        2 => signer().prop_map(Step::ForgetKeys),
        4 => mostly(5).prop_map(Step::Stand),
        2 => mostly(5).prop_map(Step::StandDown),
        2 => (mostly(5), cfx(0..2_000)).prop_map(|(by, amount)| Step::TopUpBond { by, amount }),
        1 => mostly(5).prop_map(Step::WithdrawBond),
        3 => (0..ACCOUNTS, prop_oneof![
            4 => cfx(0..100_000), 1 => Just(0), 1 => Just(CFX / 1_000), 1 => Just(9_000_000 * CFX)
        ]).prop_map(|(to, amount)| Step::Pay { to, amount }),
    ]
}

/// A sequence of steps.
pub(super) fn sequences(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(
        prop_oneof![6 => verifying(), 6 => paying(), 4 => registering(), 3 => deciding()],
        length,
    )
}
