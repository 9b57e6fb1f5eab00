//! What an input comes to.

/// What came of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Blocks that were made.
    pub blocks: u32,
    /// Calls that were made.
    pub made: u32,
    /// Calls that were refused.
    pub refused: u32,
    /// Bytes that were no call.
    pub undecodable: u32,
    /// Rounds that were settled with a reward.
    pub settled: u32,
    /// 1 when claims were paid.
    pub claimed: u32,
    /// View blocks in which a fault is on record.
    pub faults: u32,
    /// Verifiers that are barred for an equivocation.
    pub equivocations: u32,
}
