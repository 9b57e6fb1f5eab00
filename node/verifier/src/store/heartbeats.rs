//! Which storage providers were found alive, in the store.

use super::tables::HEARTBEATS;
use super::{Batch, StoreResult};
use crate::heartbeats::Watch;

/// Periods that are kept: the one that runs, and the one that is attested in it.
const PERIODS: u32 = 2;
/// Most old periods that one call removes.
const AT_ONCE: usize = 16;

impl Batch<'_> {
    /// Keeps what was seen in a period, and forgets periods that nobody attests any more.
    pub(crate) fn keep_watch(&self, watch: &Watch) -> StoreResult<()> {
        let period = watch.heartbeat.period;
        self.put(HEARTBEATS, &period, watch)?;
        if let Some(old) = period.checked_sub(PERIODS) {
            self.take_range(HEARTBEATS, &0, &old, AT_ONCE)?;
        }
        Ok(())
    }
}
