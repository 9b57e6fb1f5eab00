//! What a chain is started with.

use crate::mock::{CFX, Rewards, RewardsConfig, RuntimeGenesisConfig};
use chainflix_primitives::emission::EmissionPreset;
use sp_runtime::BuildStorage;

fn build(rewards: RewardsConfig) -> sp_io::TestExternalities {
    RuntimeGenesisConfig {
        rewards,
        ..Default::default()
    }
    .build_storage()
    .expect("genesis builds")
    .into()
}

#[test]
fn the_default_is_production_and_the_papers_schedule() {
    build(RewardsConfig::default()).execute_with(|| {
        let rules = Rewards::rules().expect("chosen at genesis");
        assert_eq!(rules.emission, EmissionPreset::Whitepaper);
        assert_eq!((rules.earnings_interval, rules.claim_delay), (10, 20));
        assert_eq!(Rewards::reward(0), 135 * CFX);
    });
}

#[test]
fn short_rounds_mint_as_much_in_the_same_time() {
    let local = RewardsConfig {
        round_ms: 7_200,
        ..Default::default()
    };
    build(local).execute_with(|| {
        assert_eq!(Rewards::reward(0), 225 * CFX / 10);
        assert_eq!(Rewards::cumulative(6 * 730_000), 98_550_000 * CFX);
    });
}

#[test]
#[should_panic(expected = "rewards.roundMs must divide 43200")]
fn a_round_length_that_does_not_scale_the_schedule_is_refused() {
    build(RewardsConfig {
        round_ms: 7_000,
        ..Default::default()
    });
}

#[test]
#[should_panic(expected = "rewards.earningsInterval must not be 0")]
fn an_interval_of_zero_is_refused() {
    build(RewardsConfig {
        earnings_interval: 0,
        ..Default::default()
    });
}

#[test]
fn presets_are_named_in_lower_case_in_chain_specifications() {
    let json = r#"{ "emission": "geometric", "roundMs": 43200, "maxRatePerSecond": null,
                    "earningsInterval": 1, "claimDelay": 2 }"#;
    let parsed: RewardsConfig = serde_json(json);
    assert_eq!(parsed.emission, EmissionPreset::Geometric);
    assert_eq!(parsed.claim_delay, 2);
}

fn serde_json(text: &str) -> RewardsConfig {
    frame_support::__private::serde_json::from_str(text).expect("a configuration that parses")
}
