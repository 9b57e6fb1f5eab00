//! How much a controller takes on.

use chainflix_controller::Config;
use clap::Args;

use crate::options::space;

/// Bounds, for machines that are smaller or larger than usual.
#[derive(Debug, Args)]
pub(super) struct LimitOptions {
    /// Requests that one network (an IPv4 /24, or an IPv6 /64) may make a second in the long run.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,

    /// Requests that one network may make at once.
    #[arg(long, value_name = "N", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    burst: u32,

    /// Storage nodes at most.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    max_nodes: u32,

    /// Cells of one storage node at most.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..))]
    max_cells: u32,

    /// Videos at most.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..))]
    max_videos: u32,

    /// Memory for the manifests of all videos.
    #[arg(long, value_name = "SPACE", value_parser = space, default_value = "2GB")]
    max_manifests: u64,

    /// Earlier files of the log of decisions that are kept, of 64 MiB at most each.
    #[arg(long, value_name = "N", default_value_t = 64)]
    keep_logs: u16,
}

impl LimitOptions {
    pub(super) fn apply(&self, config: &mut Config) {
        let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        config.rate.burst = self.burst;
        config.rate.per_second = self.rate;
        config.limits.nodes = size(self.max_nodes.into());
        config.limits.cells_per_node = self.max_cells;
        config.limits.videos = size(self.max_videos.into());
        config.limits.manifest_bytes = size(self.max_manifests);
        config.choice_logs_kept = self.keep_logs.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use ed25519_zebra::SigningKey;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        limits: LimitOptions,
    }

    fn config(line: &[&str]) -> Config {
        let words = std::iter::once("controller").chain(line.iter().copied());
        let line = Line::try_parse_from(words).unwrap();
        let listen = "127.0.0.1:0".parse().unwrap();
        let mut config = Config::new(listen, [0; 32], SigningKey::from([1; 32]));
        line.limits.apply(&mut config);
        config
    }

    #[test]
    fn limits_are_those_that_were_named_and_else_the_usual_ones() {
        let named = config(&[
            "--rate",
            "7",
            "--burst",
            "8",
            "--max-nodes",
            "9",
            "--max-cells",
            "10",
            "--max-videos",
            "11",
            "--max-manifests",
            "12MB",
            "--keep-logs",
            "13",
        ]);
        assert_eq!((named.rate.per_second, named.rate.burst), (7, 8));
        let limits = named.limits;
        assert_eq!(
            (limits.nodes, limits.cells_per_node, limits.videos),
            (9, 10, 11)
        );
        assert_eq!(
            (limits.manifest_bytes, named.choice_logs_kept),
            (12_000_000, 13)
        );
        let listen = "127.0.0.1:0".parse().unwrap();
        let usual = Config::new(listen, [0; 32], SigningKey::from([1; 32]));
        assert_eq!(config(&[]).rate, usual.rate);
        assert_eq!(config(&[]).limits.nodes, usual.limits.nodes);
        assert_eq!(config(&[]).choice_logs_kept, usual.choice_logs_kept);
    }
}
