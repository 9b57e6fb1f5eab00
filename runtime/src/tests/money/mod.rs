//! The whole money flow, against a small model of it in plain integers.
//!
//! Random sequences of everything that moves money run on the real runtime, block by block, and on [`model`], which knows the
//! design pages and none of the pallets' code. Both agree about every account, bond, campaign and total after every
//! block and every call, and about *why* a call is refused; what is refused changes nothing, and costs its caller.

mod deciding;
mod life;
mod model;
mod registering;
mod steps;
pub(crate) mod storage;
mod world;

pub(crate) use self::life::lived;

use self::{
    model::{CFX, Model, Refusal, Vesting},
    steps::{Step, sequences},
    world::{EARNERS, PRODUCER, Voting, WATCHED, World, magnet},
};
use crate::{
    AccountId,
    simulation::{
        genesis::{laid_over_default, overlay},
        walk::{Walk, walk_on},
    },
};
use chainflix_primitives::{ids::UploadId, ratio::MiningRatio};
use pallet_videos::EnhancementKind;
use proptest::prelude::*;
use serde_json::json;
use sp_runtime::MultiAddress;

/// Sequences of the normal suite, of so many steps at most: about twenty seconds.
const CASES: u32 = 24;
const STEPS: usize = 90;

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 40,
        failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_every_unit_is_where_a_small_model_says(
        steps in sequences(30..STEPS),
        rate in prop::option::of(CFX / 1_000..CFX / 10),
    ) {
        run(&steps, rate);
    }
}

/// As many as are asked for, for longer runs than those of the suite.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
}

/// What is in the founders' pot, and from which round on it comes free, in how many. The last has a rest.
const POT_OF_FOUNDERS: u128 = 3_000 * CFX + 7;
const VESTING: (u32, u32) = (3, 30);

/// Runs a sequence on a chain of four verifiers whose rounds have three blocks, and what is under way to its end.
fn run(steps: &[Step], rate: Option<u128>) -> Model {
    on_chain(rate, |walk, vesting| {
        let mut world = World::start(walk, rate, vesting);
        begin(&mut world);
        for step in steps {
            if world.is_over() {
                break;
            }
            take(&mut world, step);
        }
        // Whatever was under way ends.
        (0..15).for_each(|_| world.block(|_| ()));
        world.model
    })
}

/// A chain before its first block, with what is to be vested.
fn on_chain<R>(rate: Option<u128>, test: impl FnOnce(&mut Walk, Vesting) -> R) -> R {
    let mut genesis = crate::simulation::genesis::genesis_json("local_testnet");
    let pot: AccountId = pallet_funds::founders_pot();
    let (start, rounds) = VESTING;
    let patch = json!({
        "pov": { "difficulty": 8 },
        "rewards": { "maxRatePerSecond": rate.map(|rate| rate as u64) },
        "vesting": { "vesting": [[pot, start, rounds, 0]] },
        "funds": { "founders": AccountId::new([model::FOUNDERS as u8; 32]) },
    });
    overlay(&mut genesis, patch);
    let balances = genesis["balances"]["balances"].as_array_mut();
    balances
        .expect("accounts of genesis")
        .push(json!([pot, POT_OF_FOUNDERS as u64]));
    let vesting = Vesting {
        locked: POT_OF_FOUNDERS,
        start,
        per_round: POT_OF_FOUNDERS / u128::from(rounds),
    };
    walk_on(&laid_over_default(genesis), |walk| test(walk, vesting))
}

/// The video is published and may be watched, and somebody is poor.
fn begin(world: &mut World) {
    let poor = Step::Transfer {
        by: 0,
        to: 6,
        amount: 3 * CFX,
    };
    let video = Step::Publish {
        by: PRODUCER,
        video: WATCHED,
        upload: WATCHED,
        cells: 2,
    };
    for step in [poor, video, Step::Blocks(6)] {
        take(world, &step);
    }
}

/// Takes one step, on the chain and in the model.
fn take(world: &mut World, step: &Step) {
    match step.clone() {
        Step::Blocks(blocks) => (0..blocks).for_each(|_| world.block(|_| ())),
        Step::Halt(slots) => world.halt(slots),
        Step::Views {
            verifier,
            views,
            each_ms,
            honest,
        } => {
            let playtime = u64::from(views) * each_ms;
            let cell = (magnet(WATCHED), 1);
            world
                .network
                .accept(verifier, cell, views, honest, playtime);
        }
        Step::Debit {
            verifier,
            campaign,
            amount,
        } => {
            world.network.debit(verifier, campaign, amount);
        }
        Step::Miss(verifier) => {
            world.missing.insert(verifier);
        }
        Step::Absent { voter, issuer } => {
            if !world.absent.remove(&(voter, issuer)) {
                world.absent.insert((voter, issuer));
            }
        }
        Step::Vote {
            voters,
            shares,
            greedy,
        } => {
            world.voting = Some(Voting {
                voters,
                shares,
                greedy,
            });
        }
        Step::Equivocate(verifier) => world.equivocate(verifier),
        Step::Claim {
            by,
            whom,
            older,
            lies,
        } => claim(world, by, whom, older, lies),
        Step::Fault { by, verifier, ago } => fault(world, by, verifier, ago),
        Step::Transfer { by, to, amount } => {
            let dest = MultiAddress::Id(world.account(to));
            let call = pallet_balances::Call::transfer_keep_alive {
                dest,
                value: amount,
            };
            world.call(by, call, costly(|model| model.transfer(by, to, amount)));
        }
        Step::TopUpBond { by, amount } => {
            let call = pallet_authorities::Call::top_up_bond { amount };
            world.call(by, call, costly(|model| model.top_up_bond(by, amount)));
        }
        Step::Vest(by) => {
            let target = MultiAddress::Id(world.account(model::POT));
            let call = pallet_vesting::Call::vest_other { target };
            world.call(by, call, costly(Model::vest));
        }
        Step::ReleasePot(by) => {
            let call = pallet_funds::Call::release_founders_pot {};
            world.call(by, call, costly(Model::release_pot));
        }
        Step::WithdrawBond(by) => {
            let call = pallet_authorities::Call::withdraw_bond {};
            world.call(by, call, costly(|model| model.withdraw_bond(by)));
        }
        step => market(world, step),
    }
}

/// Calls that always cost a fee.
fn costly(
    foretell: impl FnOnce(&mut Model) -> Result<(), Refusal>,
) -> impl FnOnce(&mut Model) -> Result<bool, Refusal> {
    |model| foretell(model).map(|()| false)
}

/// What accounts pay each other and the chain for.
fn market(world: &mut World, step: Step) {
    use pallet_ads::Call as Ads;
    use pallet_videos::Call as Videos;
    match step {
        Step::Publish {
            by,
            video,
            upload,
            cells,
        } => {
            let call = Videos::publish {
                magnet: magnet(video),
                title: b"Film".to_vec().try_into().expect("short"),
                total_playtime_ms: 60_000 * (cells - 1) + 5_000,
                renditions: 1,
                manifest_root: [3; 32],
                ratio: MiningRatio::whitepaper(),
                key_epoch: 0,
                upload_id: UploadId([upload; 16]),
            };
            world.call(
                by,
                call,
                costly(|model| model.publish(by, video, upload, cells)),
            );
        }
        Step::Propose { by, video, price } => {
            let call = Videos::propose_enhancement {
                magnet: magnet(video),
                kind: EnhancementKind::Dub,
                language: b"ko".to_vec().try_into().expect("short"),
                hash: [7; 32],
                price,
            };
            world.call(by, call, costly(|model| model.propose(by, video, price)));
        }
        Step::Accept { by, id } => {
            let call = Videos::accept_enhancement { id };
            world.call(by, call, costly(|model| model.accept(by, id as usize)));
        }
        Step::Price { by, id, price } => {
            let call = Videos::set_enhancement_price { id, price };
            world.call(
                by,
                call,
                costly(|model| model.set_price(by, id as usize, price)),
            );
        }
        Step::Buy { by, id, most } => {
            let call = Videos::buy_enhancement { id, most };
            world.call(by, call, costly(|model| model.buy(by, id as usize, most)));
        }
        Step::Give { by, id, to } => {
            let call = Videos::transfer_enhancement {
                id,
                to: world.account(to),
            };
            world.call(by, call, costly(|model| model.give(by, id as usize, to)));
        }
        Step::End { by, id } => {
            let call = Videos::end_enhancement { id };
            world.call(by, call, costly(|model| model.end(by, id as usize)));
        }
        Step::Open {
            by,
            creative,
            price,
            click,
            limit,
            budget,
        } => {
            let call = Ads::open {
                creative: magnet(creative),
                price_per_play: price,
                price_per_click: click,
                limit_per_round: limit,
                views_per_day: 1,
                least_account_age: 0,
                tags: Default::default(),
                budget,
            };
            let terms = model::Terms {
                creative,
                price,
                click,
                limit,
                budget,
            };
            world.call(by, call, costly(|model| model.open(by, terms)));
        }
        Step::TopUp { by, id, amount } => {
            let call = Ads::top_up {
                campaign: id,
                amount,
            };
            world.call(
                by,
                call,
                costly(|model| model.top_up(by, id as usize, amount)),
            );
        }
        Step::Close { by, id } => {
            let call = Ads::close { campaign: id };
            world.call(by, call, costly(|model| model.close(by, id as usize)));
        }
        Step::Refund { by, id } => {
            let call = Ads::refund { campaign: id };
            world.call(by, call, costly(|model| model.refund(by, id as usize)));
        }
        step => registering::take(world, step),
    }
}

/// Claims one by one or together, signed or not; nothing while nothing is adopted.
fn claim(world: &mut World, by: Option<model::Who>, whom: u8, older: usize, lies: bool) {
    use pallet_rewards::Call;
    let adopted = world.model.adopted.keys().rev();
    let Some(as_of) = adopted
        .clone()
        .nth(older)
        .or(adopted.clone().next())
        .copied()
    else {
        return;
    };
    let whom: Vec<_> = EARNERS
        .iter()
        .enumerate()
        .filter(|(bit, _)| whom >> bit & 1 == 1)
        .map(|(_, who)| *who)
        .collect();
    let claims = world.claims(as_of, &whom, lies);
    let (known, made): (Vec<_>, Vec<_>) = claims.into_iter().unzip();
    let call: Call<crate::Runtime> = match made.as_slice() {
        [] => return,
        [claim] => {
            let claim = claim.clone();
            Call::claim {
                account: claim.account,
                as_of,
                total: claim.total,
                index: claim.index,
                count: claim.count,
                proof: claim.proof,
            }
        }
        _ => Call::claim_batch {
            claims: made.try_into().expect("at most five"),
        },
    };
    match by {
        Some(by) => world.call(by, call, costly(|model| model.claim(as_of, &known, false))),
        None => {
            let transaction = crate::simulation::walk::authorized(call.into());
            world.authorized_call(transaction, |model| model.claim(as_of, &known, true));
        }
    }
}

/// A fault report against a block of a round that counted.
fn fault(world: &mut World, by: model::Who, verifier: usize, ago: usize) {
    let Some(round) = world.model.counted.iter().rev().nth(ago).copied() else {
        return;
    };
    let Some((proof, holds)) = world.network.fault(verifier, round) else {
        return;
    };
    let call = pallet_pov::Call::report_fault {
        proof: Box::new(proof),
    };
    world.call(by, call, |model| {
        model.report_fault(by, round, verifier, holds)
    });
}
