//! Who may make which call.

use super::By::{self, *};

/// Whoever signs.
const SIGNED: &[By] = &[Stranger, Verifier, Supervisor];
/// Whoever signs, or an enacted motion.
const SIGNED_OR_ROOT: &[By] = &[Stranger, Verifier, Supervisor, Root];
/// Verifiers, who are the members of the collective.
const VERIFIERS: &[By] = &[Verifier];
/// Supervisors.
const SUPERVISORS: &[By] = &[Supervisor];
/// Supervisors, or a motion of more than 51 %.
const SUPERVISORS_OR_MORE_THAN_HALF: &[By] = &[Supervisor, MoreThanHalf, TwoThirds];
/// An enacted motion.
const ROOT: &[By] = &[Root];
/// A motion of more than 51 %.
const MORE_THAN_HALF: &[By] = &[MoreThanHalf, TwoThirds];
/// A motion of two thirds.
const TWO_THIRDS: &[By] = &[TwoThirds];
/// A call that carries its own proof.
const AUTHORIZED: &[By] = &[Authorized];
/// A call that carries its own proof, or is paid for by whoever signs.
const SIGNED_OR_AUTHORIZED: &[By] = &[Stranger, Verifier, Supervisor, Authorized];
/// The author of a block.
const INHERENT: &[By] = &[Nobody];
/// Everybody, however the call comes.
const EVERYBODY: &[By] = &super::ALL;
/// Everybody with an origin of any kind, which is that of the calls inside too.
const WHOEVER_ACTS: &[By] = &[
    Stranger,
    Verifier,
    Supervisor,
    Root,
    MoreThanHalf,
    TwoThirds,
    Authorized,
];
/// Nobody at all.
const CLOSED: &[By] = &[];

/// Each call with those who may make it.
pub(super) const TABLE: &[(&str, &str, &[By])] = &[
    // It does nothing.
    ("System", "remark", EVERYBODY),
    ("System", "set_heap_pages", ROOT),
    ("System", "set_code", ROOT),
    ("System", "set_code_without_checks", ROOT),
    ("System", "set_storage", ROOT),
    ("System", "kill_storage", ROOT),
    ("System", "kill_prefix", ROOT),
    ("System", "remark_with_event", SIGNED),
    ("System", "authorize_upgrade", ROOT),
    ("System", "authorize_upgrade_without_checks", ROOT),
    // The code has to be that of an authorized hash.
    ("System", "apply_authorized_upgrade", EVERYBODY),
    ("Timestamp", "set", INHERENT),
    ("Session", "set_keys", SIGNED),
    // Session keys go by the pallet that knows whether they are needed.
    ("Session", "purge_keys", CLOSED),
    ("Grandpa", "report_equivocation", SIGNED),
    ("Grandpa", "report_equivocation_unsigned", INHERENT),
    ("Grandpa", "note_stalled", ROOT),
    ("Balances", "transfer_allow_death", SIGNED),
    ("Balances", "force_transfer", ROOT),
    ("Balances", "transfer_keep_alive", SIGNED),
    ("Balances", "transfer_all", SIGNED),
    ("Balances", "force_unreserve", ROOT),
    ("Balances", "upgrade_accounts", SIGNED),
    ("Balances", "force_set_balance", ROOT),
    ("Balances", "force_adjust_total_issuance", ROOT),
    ("Balances", "burn", SIGNED),
    ("Utility", "batch", WHOEVER_ACTS),
    ("Utility", "as_derivative", SIGNED),
    ("Utility", "batch_all", WHOEVER_ACTS),
    ("Utility", "dispatch_as", ROOT),
    ("Utility", "force_batch", WHOEVER_ACTS),
    ("Utility", "with_weight", ROOT),
    ("Utility", "if_else", WHOEVER_ACTS),
    ("Utility", "dispatch_as_fallible", ROOT),
    ("Multisig", "as_multi_threshold_1", SIGNED),
    ("Multisig", "as_multi", SIGNED),
    ("Multisig", "approve_as_multi", SIGNED),
    ("Multisig", "cancel_as_multi", SIGNED),
    ("Multisig", "poke_deposit", SIGNED),
    ("Proxy", "proxy", SIGNED),
    ("Proxy", "add_proxy", SIGNED),
    ("Proxy", "remove_proxy", SIGNED),
    ("Proxy", "remove_proxies", SIGNED),
    ("Proxy", "create_pure", SIGNED),
    ("Proxy", "kill_pure", SIGNED),
    ("Proxy", "announce", SIGNED),
    ("Proxy", "remove_announcement", SIGNED),
    ("Proxy", "reject_announcement", SIGNED),
    ("Proxy", "proxy_announced", SIGNED),
    ("Proxy", "poke_deposit", SIGNED),
    ("TechnicalCommittee", "set_members", CLOSED),
    ("TechnicalCommittee", "execute", VERIFIERS),
    ("TechnicalCommittee", "propose", VERIFIERS),
    ("TechnicalCommittee", "vote", VERIFIERS),
    ("TechnicalCommittee", "disapprove_proposal", MORE_THAN_HALF),
    ("TechnicalCommittee", "close", SIGNED),
    ("TechnicalCommittee", "kill", CLOSED),
    (
        "TechnicalCommittee",
        "release_proposal_cost",
        SIGNED_OR_ROOT,
    ),
    ("Scheduler", "schedule", CLOSED),
    ("Scheduler", "cancel", CLOSED),
    ("Scheduler", "schedule_named", CLOSED),
    ("Scheduler", "cancel_named", CLOSED),
    ("Scheduler", "schedule_after", CLOSED),
    ("Scheduler", "schedule_named_after", CLOSED),
    ("Scheduler", "set_retry", CLOSED),
    ("Scheduler", "set_retry_named", CLOSED),
    ("Scheduler", "cancel_retry", CLOSED),
    ("Scheduler", "cancel_retry_named", CLOSED),
    ("Motions", "schedule", TWO_THIRDS),
    ("Motions", "cancel", MORE_THAN_HALF),
    ("Motions", "enact", ROOT),
    ("Funds", "pay", ROOT),
    ("Funds", "release_founders_pot", SIGNED),
    ("Vesting", "vest", SIGNED),
    ("Vesting", "vest_other", SIGNED),
    ("Vesting", "vested_transfer", SIGNED),
    ("Vesting", "force_vested_transfer", ROOT),
    ("Vesting", "merge_schedules", SIGNED),
    ("Vesting", "force_remove_vesting_schedule", ROOT),
    ("Authorities", "announce", AUTHORIZED),
    ("Authorities", "set_secret", AUTHORIZED),
    ("Authorities", "apply", SIGNED),
    ("Authorities", "withdraw_application", SIGNED),
    ("Authorities", "update_profile", SIGNED),
    ("Authorities", "admit", ROOT),
    ("Authorities", "remove", TWO_THIRDS),
    ("Authorities", "suspend", TWO_THIRDS),
    ("Authorities", "readmit", MORE_THAN_HALF),
    ("Authorities", "exit", SIGNED),
    ("Authorities", "top_up_bond", SIGNED),
    ("Authorities", "withdraw_bond", SIGNED),
    ("Authorities", "forget_session_keys", SIGNED),
    (
        "Authorities",
        "report_aura_equivocation",
        SIGNED_OR_AUTHORIZED,
    ),
    ("Supervisors", "add_supervisor", MORE_THAN_HALF),
    ("Supervisors", "remove_supervisor", MORE_THAN_HALF),
    // For supervisors, but the profile is looked at first.
    ("Supervisors", "update_profile", SIGNED),
    ("Supervisors", "apply", SIGNED),
    ("Supervisors", "withdraw_application", SIGNED),
    ("Supervisors", "decide", SUPERVISORS),
    ("Supervisors", "revoke_approval", SUPERVISORS),
    ("Supervisors", "remove_approval", SIGNED),
    ("Supervisors", "restrict", SUPERVISORS),
    (
        "Supervisors",
        "confirm_restriction",
        SUPERVISORS_OR_MORE_THAN_HALF,
    ),
    ("Supervisors", "reinstate", SUPERVISORS_OR_MORE_THAN_HALF),
    ("Supervisors", "lift_lapsed", SIGNED),
    ("Supervisors", "appeal", SIGNED),
    ("Supervisors", "decide_appeal", MORE_THAN_HALF),
    ("Supervisors", "close_appeal", SIGNED),
    ("Videos", "publish", SIGNED),
    ("Videos", "withdraw", SIGNED),
    ("Videos", "remove", SIGNED),
    ("Videos", "propose_enhancement", SIGNED),
    ("Videos", "accept_enhancement", SIGNED),
    ("Videos", "set_acceptance_policy", SIGNED),
    ("Videos", "set_enhancement_price", SIGNED),
    ("Videos", "buy_enhancement", SIGNED),
    ("Videos", "transfer_enhancement", SIGNED),
    ("Videos", "end_enhancement", SIGNED),
    ("Videos", "remove_enhancement", SIGNED),
    ("StorageProviders", "register", SIGNED),
    ("StorageProviders", "update", SIGNED),
    ("StorageProviders", "exit", SIGNED),
    ("StorageProviders", "remove", SIGNED),
    ("StorageProviders", "set_controller", MORE_THAN_HALF),
    ("StorageProviders", "remove_controller", MORE_THAN_HALF),
    ("StorageProviders", "attest", AUTHORIZED),
    ("StorageProviders", "demote", SIGNED),
    ("Pov", "report", AUTHORIZED),
    ("Pov", "set_parameters", MORE_THAN_HALF),
    ("Pov", "set_cycle_rounds", MORE_THAN_HALF),
    ("Pov", "report_fault", SIGNED),
    ("Pov", "claim_missing", SIGNED),
    ("Pov", "prove_fault", AUTHORIZED),
    ("Rewards", "claim", SIGNED_OR_AUTHORIZED),
    ("Rewards", "claim_batch", SIGNED_OR_AUTHORIZED),
    ("Rewards", "set_max_rate", MORE_THAN_HALF),
    ("Rewards", "prove_decrease", SIGNED_OR_AUTHORIZED),
    ("Ads", "open", SIGNED),
    ("Ads", "top_up", SIGNED),
    ("Ads", "pause", SIGNED),
    ("Ads", "resume", SIGNED),
    ("Ads", "close", SIGNED),
    ("Ads", "refund", SIGNED),
    ("Ads", "remove", SIGNED),
];
