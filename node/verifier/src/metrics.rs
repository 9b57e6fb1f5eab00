//! What operators see of the service, in Prometheus.

use std::{sync::Arc, time::Duration};

use chainflix_primitives::{refusal::Refusal, report::Verdict};
use substrate_prometheus_endpoint::{
    Counter, CounterVec, Gauge, Histogram, HistogramOpts, Opts, PrometheusError, Registry, U64,
    exponential_buckets, register,
};

/// Upper bound of the first bucket of a time, in seconds; each next one is twice that.
const FIRST_BUCKET: f64 = 0.001;
/// Buckets: the last ends at 32.8 s.
const BUCKETS: usize = 16;

struct Registered {
    accepted: Counter<U64>,
    refused: CounterVec<U64>,
    tickets: Counter<U64>,
    reports: Counter<U64>,
    verdicts: CounterVec<U64>,
    faults: Counter<U64>,
    body_seconds: Histogram,
    finish_seconds: Histogram,
    store_bytes: Gauge<U64>,
    sessions: Gauge<U64>,
    accounts: Gauge<U64>,
    round: Gauge<U64>,
    earnings_as_of: Gauge<U64>,
    rounds_missed: Gauge<U64>,
    snapshots_made: Counter<U64>,
    snapshot_parts_left: Gauge<U64>,
    archived_round: Gauge<U64>,
    providers_seen: Gauge<U64>,
}

/// The metrics; without a registry nothing is counted.
#[derive(Clone, Default)]
pub(crate) struct Metrics(Option<Arc<Registered>>);

impl Metrics {
    /// Registers the metrics. A registry that refuses is logged, and nothing is counted then.
    pub(crate) fn new(registry: Option<&Registry>) -> Self {
        let Some(registry) = registry else {
            return Self(None);
        };
        match Registered::new(registry) {
            Ok(metrics) => Self(Some(Arc::new(metrics))),
            Err(error) => {
                tracing::warn!(%error, "the verifier's metrics could not be registered");
                Self(None)
            }
        }
    }

    pub(crate) fn view_accepted(&self) {
        self.with(|metrics| metrics.accepted.inc());
    }

    pub(crate) fn refused(&self, refusal: Refusal) {
        self.with(|metrics| metrics.refused.with_label_values(&[refusal.name()]).inc());
    }

    pub(crate) fn ticket_issued(&self) {
        self.with(|metrics| metrics.tickets.inc());
    }

    pub(crate) fn report_made(&self) {
        self.with(|metrics| metrics.reports.inc());
    }

    pub(crate) fn verdict(&self, verdict: &Verdict) {
        let name = match verdict {
            Verdict::Approve => "approve",
            Verdict::Reject { .. } => "reject",
            Verdict::Absent => "absent",
        };
        self.with(|metrics| metrics.verdicts.with_label_values(&[name]).inc());
    }

    pub(crate) fn fault_found(&self) {
        self.with(|metrics| metrics.faults.inc());
    }

    pub(crate) fn body_fetched(&self, took: Duration) {
        self.with(|metrics| metrics.body_seconds.observe(took.as_secs_f64()));
    }

    pub(crate) fn finished(&self, took: Duration) {
        self.with(|metrics| metrics.finish_seconds.observe(took.as_secs_f64()));
    }

    pub(crate) fn sizes(&self, store_bytes: u64, sessions: usize, accounts: usize) {
        self.with(|metrics| {
            metrics.store_bytes.set(store_bytes);
            metrics.sessions.set(sessions as u64);
            metrics.accounts.set(accounts as u64);
        });
    }

    pub(crate) fn round(&self, round: u32) {
        self.with(|metrics| metrics.round.set(round.into()));
    }

    pub(crate) fn earnings_as_of(&self, round: u32) {
        self.with(|metrics| metrics.earnings_as_of.set(round.into()));
    }

    pub(crate) fn rounds_missed(&self, missed: bool) {
        self.with(|metrics| metrics.rounds_missed.set(missed.into()));
    }

    pub(crate) fn snapshot_made(&self) {
        self.with(|metrics| metrics.snapshots_made.inc());
    }

    pub(crate) fn snapshot_parts_left(&self, parts: u64) {
        self.with(|metrics| metrics.snapshot_parts_left.set(parts));
    }

    pub(crate) fn archived(&self, round: u32) {
        self.with(|metrics| metrics.archived_round.set(round.into()));
    }

    pub(crate) fn providers_seen(&self, count: u32) {
        self.with(|metrics| metrics.providers_seen.set(count.into()));
    }

    fn with(&self, act: impl FnOnce(&Registered)) {
        if let Some(metrics) = &self.0 {
            act(metrics);
        }
    }
}

impl Registered {
    fn new(registry: &Registry) -> Result<Self, PrometheusError> {
        let counter = |name: &str, help: &str| register(Counter::new(name, help)?, registry);
        let gauge = |name: &str, help: &str| register(Gauge::new(name, help)?, registry);
        let labelled = |name: &str, help: &str, label: &str| {
            register(CounterVec::new(Opts::new(name, help), &[label])?, registry)
        };
        let seconds = |name: &str, help: &str| {
            let buckets = exponential_buckets(FIRST_BUCKET, 2.0, BUCKETS)?;
            let options = HistogramOpts::new(name, help).buckets(buckets);
            register(Histogram::with_opts(options)?, registry)
        };
        Ok(Self {
            accepted: counter("chainflix_views_accepted_total", "Views accepted")?,
            refused: labelled(
                "chainflix_refused_total",
                "Requests of viewers refused, by reason",
                "reason",
            )?,
            tickets: counter("chainflix_tickets_total", "Tickets issued")?,
            reports: counter("chainflix_reports_total", "Reports made")?,
            verdicts: labelled(
                "chainflix_verdicts_total",
                "Verdicts on other verifiers' view blocks",
                "verdict",
            )?,
            faults: counter(
                "chainflix_faults_found_total",
                "Provable faults found in other verifiers' view blocks",
            )?,
            body_seconds: seconds(
                "chainflix_body_fetch_seconds",
                "Time to fetch a view block's body",
            )?,
            finish_seconds: seconds(
                "chainflix_finish_seconds",
                "Time from Play Data to acceptance",
            )?,
            store_bytes: gauge("chainflix_store_bytes", "Size of the verifier's store")?,
            sessions: gauge("chainflix_sessions", "Open sessions")?,
            accounts: gauge("chainflix_watching_accounts", "Accounts that watch now")?,
            round: gauge("chainflix_round", "Current round")?,
            earnings_as_of: gauge(
                "chainflix_earnings_as_of",
                "Last settled round in the earnings",
            )?,
            rounds_missed: gauge(
                "chainflix_rounds_missed",
                "1 when the earnings lack settled rounds that the chain has dropped",
            )?,
            snapshots_made: counter(
                "chainflix_snapshots_made_total",
                "Snapshots of the earnings made for verifiers that join",
            )?,
            snapshot_parts_left: gauge(
                "chainflix_snapshot_parts_left",
                "Parts that are missing of the snapshot that is being fetched",
            )?,
            archived_round: gauge("chainflix_archived_round", "Last archived round")?,
            providers_seen: gauge(
                "chainflix_providers_seen",
                "Storage providers found alive in this period",
            )?,
        })
    }
}

#[cfg(test)]
mod tests;
