//! Handing on what was fetched, to whoever shares it with other viewers.

use chainflix_controller::protocol::CellRef;
use chainflix_primitives::manifest::CellEntry;
use tokio::sync::mpsc;

/// Cells that wait to be kept at most; what comes beyond is let go. A cell may be tens of megabytes.
const WAITING: usize = 2;

/// A cell as it lies at rest: encrypted, verified, and worth nothing without a verifier's keys.
#[derive(Clone, Debug)]
pub struct FetchedCell {
    /// Which one.
    pub cell: CellRef,
    /// What the manifest that the chain has registered commits it to.
    pub entry: CellEntry,
    /// Its bytes.
    pub ciphertext: Vec<u8>,
}

/// Takes cells on from playbacks.
pub(crate) type HandOn = mpsc::Sender<FetchedCell>;

/// The two ends between playbacks and whoever keeps cells.
pub(crate) fn channel() -> (HandOn, mpsc::Receiver<FetchedCell>) {
    mpsc::channel(WAITING)
}
