//! The verifier that is measured: the real service, with store, keys and API, beside a chain in memory.

use std::{os::unix::fs::MetadataExt, path::Path, sync::Arc, time::Duration};

use chainflix_primitives::{Round, report::Report};
use chainflix_verifier::{Clock, Limits, Rate, VerifierConfig, VerifierService};
use substrate_prometheus_endpoint::Registry;
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::chain::Chain;
use crate::issuer::{Issuer, Network};
use crate::world::World;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(1_200);
/// Between two looks at something that nobody tells of.
const LOOK: Duration = Duration::from_millis(5);

/// The measured verifier with everything around it.
pub(crate) struct Measured {
    pub(crate) service: Arc<VerifierService>,
    pub(crate) chain: Arc<Chain>,
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) reports: UnboundedReceiver<Report>,
    metrics: Registry,
    directory: TempDir,
}

impl Measured {
    /// Starts it in a new directory under `parent`, in `round`; ready to serve.
    pub(crate) async fn start(
        parent: &Path,
        world: &Arc<World>,
        clock: Arc<dyn Clock>,
        round: Round,
    ) -> Self {
        let directory = tempfile::tempdir_in(parent).expect("a directory");
        let issuer = Issuer::new(world);
        let (chain, reports) = Chain::new(world, Issuer::announcement());
        issuer.follow(&chain);
        let listen = ([127, 0, 0, 1], 0).into();
        let mut config = VerifierConfig::new(directory.path().into(), listen, [0x44; 32]);
        config.clock = clock;
        config.limits = unlimited();
        let metrics = Registry::new();
        let service = VerifierService::start(
            config,
            Arc::clone(&chain) as _,
            Arc::new(Network(Arc::clone(&issuer))),
            Arc::clone(&chain) as _,
            Some(&metrics),
        )
        .await
        .expect("the service starts");
        chain.turn(round, &[]);
        let measured = Self {
            service: Arc::new(service),
            chain,
            issuer,
            reports,
            metrics,
            directory,
        };
        measured
            .until("it is ready", || measured.service.is_ready())
            .await;
        measured
    }

    /// What its files take of the disk, in bytes.
    pub(crate) fn disk_bytes(&self) -> u64 {
        let files = std::fs::read_dir(self.directory.path()).expect("a directory");
        let sizes = files.map(|file| file.and_then(|file| file.metadata()).expect("a file"));
        // In units of 512 bytes, whatever the file system.
        sizes.map(|file| file.blocks() * 512).sum()
    }

    /// Waits until something holds.
    async fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let waiting = async {
            while !holds() {
                tokio::time::sleep(LOOK).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, waiting).await;
        in_time.unwrap_or_else(|_| panic!("waited in vain until {what}"));
    }

    /// Waits for the next report.
    pub(crate) async fn report(&mut self) -> Report {
        let next = tokio::time::timeout(PATIENCE, self.reports.recv()).await;
        next.expect("a report in time").expect("the chain is there")
    }

    /// Waits until the ledger has a settled round.
    pub(crate) async fn until_settled(&self, round: Round) {
        let is_applied = || {
            let families = self.metrics.gather();
            let of_ledger = families
                .iter()
                .find(|family| family.get_name().ends_with("earnings_as_of"))
                .expect("the metric");
            of_ledger.get_metric()[0].get_gauge().get_value() >= f64::from(round)
        };
        self.until("the round is settled here", is_applied).await;
    }
}

/// Bounds that are not reached: everybody comes from one address, and nobody waits in between.
fn unlimited() -> Limits {
    let often = Rate::per_second(4_000_000, 4_000_000);
    Limits {
        connections: 1 << 20,
        connections_per_group: 1 << 20,
        sessions: 1 << 20,
        sessions_per_group: 1 << 20,
        calls: often,
        opens: often,
        session_calls: often,
        starts: often,
        moves: often,
        ..Limits::default()
    }
}
