//! Numbers of the chain.

/// The prefix of addresses (SS58). It is free in the public registry, and every address that
/// carries it begins with `cf`.
pub const SS58_PREFIX: u16 = 14_403;

/// Money, in units of 10⁻¹² CFX.
pub mod currency {
    use crate::Balance;

    /// The symbol that wallets show.
    pub const TOKEN_SYMBOL: &str = "CFX";
    /// Decimal places of one CFX.
    pub const TOKEN_DECIMALS: u32 = 12;

    /// One CFX.
    pub const CFX: Balance = 1_000_000_000_000;
    /// A thousandth of a CFX.
    pub const MILLI_CFX: Balance = CFX / 1_000;
    /// A millionth of a CFX.
    pub const MICRO_CFX: Balance = MILLI_CFX / 1_000;

    /// The least balance that keeps an account alive, 0.01 CFX: also the least claim that is
    /// feeless.
    pub const EXISTENTIAL_DEPOSIT: Balance = 10 * MILLI_CFX;

    /// The fee for one picosecond of execution: 10 CFX a second. A transfer takes about 0.3 ms.
    pub const FEE_PER_PICOSECOND: Balance = 10;
    /// The fee for one byte of a transaction.
    pub const FEE_PER_BYTE: Balance = 10 * MICRO_CFX;

    /// The deposit for one entry in storage, returned when it is removed.
    pub const DEPOSIT_PER_ENTRY: Balance = 100 * MILLI_CFX;
    /// The deposit for one byte in storage, returned when it is removed.
    pub const DEPOSIT_PER_BYTE: Balance = MILLI_CFX;

    /// The deposit for `entries` storage entries of `bytes` bytes together.
    pub const fn deposit(entries: u32, bytes: u32) -> Balance {
        entries as Balance * DEPOSIT_PER_ENTRY + bytes as Balance * DEPOSIT_PER_BYTE
    }
}

/// Time.
pub mod time {
    use crate::BlockNumber;

    /// Length of an Aura slot in milliseconds; one verifier may write one block in it.
    pub const SLOT_MS: u64 = 2_400;

    /// Blocks in an hour, when every slot has one.
    pub const HOUR: BlockNumber = (3_600_000 / SLOT_MS) as BlockNumber;
    /// Blocks in a day, when every slot has one.
    pub const DAY: BlockNumber = 24 * HOUR;

    /// Length of a session in blocks, in every preset: four minutes. A change of the verifier set takes effect two
    /// sessions after it is decided.
    pub const SESSION: BlockNumber = 100;

    /// For how many blocks a verifier's announcement waits in the pool; its off-chain worker submits it again after.
    pub const DUTY_LONGEVITY: BlockNumber = 25;

    /// For how many sessions a GRANDPA equivocation can be reported: ten days, which is how long
    /// the bond of a verifier stays locked after it left.
    pub const EQUIVOCATION_REPORT_SESSIONS: u64 = (10 * DAY / SESSION) as u64;
}

/// What verifiers lose when a fault is proved.
pub mod bonds {
    use super::time::{DAY, SESSION};
    use sp_runtime::Perbill;

    /// The share of its bond that an equivocation costs. The rest stays locked and answers for faults.
    pub const EQUIVOCATION_SLASH: Perbill = Perbill::from_percent(50);
    /// What views against a rule cost their issuer, as a share of a whole bond; an approver pays a tenth of it.
    pub const FAULT_SLASH: Perbill = Perbill::from_percent(20);
    /// For how many sessions whoever equivocated is barred: thirty days.
    pub const BAR_SESSIONS: u32 = 30 * DAY / SESSION;
}

/// Time in rounds of Proof-of-View. In production a round lasts 43.2 s; the presets of development have shorter ones, so
/// that there these spans pass sooner.
pub mod rounds {
    use chainflix_primitives::rounds::CYCLE_ROUNDS;

    /// Rounds in a day.
    pub const DAY: u32 = 2_000;
    /// Rounds in a week.
    pub const WEEK: u32 = 7 * DAY;
    /// Rounds in a year of the paper.
    pub const YEAR: u32 = 730_000;
    /// How long records are kept after which nobody judges a view or recomputes earnings: two cycles.
    pub const RECORDS: u32 = 2 * CYCLE_ROUNDS;
}

/// Motions of the verifiers.
pub mod motions {
    use super::time::DAY;
    use crate::BlockNumber;

    /// For how many blocks a motion can be voted on; one that has its votes can be closed at once.
    pub const DURATION: BlockNumber = 3 * DAY;
    /// Motions that can be open at a time.
    pub const MAX_PROPOSALS: u32 = 32;
    /// Of those, how many need no deposit.
    pub const FREE_PROPOSALS: u32 = 8;

    /// Blocks from a decision that needs a delay to its enactment, in production: seven days.
    pub const DELAY: BlockNumber = 7 * DAY;
    /// The least that any genesis may choose.
    pub const LEAST_DELAY: BlockNumber = 10;
    /// Decided calls that can wait at a time.
    pub const MAX_PENDING: u32 = 16;
    /// The longest of them, in bytes.
    pub const MAX_CALL_BYTES: u32 = 4 * 1024;
}

/// What fits into a block.
pub mod block {
    use frame_support::weights::{Weight, constants::WEIGHT_REF_TIME_PER_MILLIS};
    use sp_runtime::Perbill;

    /// Execution time of a block: 800 ms, a third of the slot, so that verifiers with two slow
    /// cores keep up. The size of a storage proof is no matter on a chain of its own.
    pub const MAX_WEIGHT: Weight = Weight::from_parts(800 * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX);

    /// So much of [`MAX_WEIGHT`], floored.
    #[must_use]
    pub fn share(ratio: Perbill) -> Weight {
        Weight::from_parts(
            ratio.mul_floor(MAX_WEIGHT.ref_time()),
            ratio.mul_floor(MAX_WEIGHT.proof_size()),
        )
    }

    /// The share of a block that user transactions may fill. The rest is kept for operational
    /// ones: the verifiers' reports.
    pub const NORMAL_RATIO: Perbill = Perbill::from_percent(85);

    /// The share of a block that its beginning may take on average, before any transaction.
    pub const INITIALIZATION_RATIO: Perbill = Perbill::from_percent(10);

    /// The length of a block in bytes: also what the block author of the SDK fills at most.
    pub const MAX_LENGTH: u32 = 4 * 1024 * 1024;

    /// The length of a block header in bytes.
    pub const MAX_HEADER_LENGTH: u32 = 100 * 1024;

    /// How many blocks back a transaction may name as the start of its life: more than an hour.
    pub const HASH_COUNT: u32 = 2_400;
}

/// The largest number of verifiers.
pub const MAX_VERIFIERS: u32 = 100;
