//! Figures of serving: what `scripts/bench.sh stream` prints of a storage node.
//!
//! ```text
//! this process: viewers, and a verifier that makes tokens
//!      └── `serve`: a whole storage node, whose CPU time and memory are read from the outside
//! ```
//!
//! Cells come from disk, groups are verified there, go out under a DownloadKey over TCP with noise and yamux, and are
//! verified again by the viewers.

use std::path::PathBuf;

use clap::Parser;

#[path = "../../tests/storage_node/verifier.rs"]
mod verifier;

mod process;
mod serve;
mod viewers;
mod world;

/// Measures a storage node, or is one that is measured.
#[derive(Parser)]
struct Options {
    /// Folder to work in.
    folder: PathBuf,

    /// Viewers at a time whose streams' memory is measured.
    #[arg(long, default_value_t = 1_000)]
    connections: usize,

    /// Cells that each of four viewers downloads at full speed.
    #[arg(long, default_value_t = 12)]
    cells: u16,

    /// Be the storage node: the verifier's endpoint.
    #[arg(long)]
    serve: Option<String>,

    /// Pace streams, as nodes do outside of benchmarks.
    #[arg(long)]
    paced: bool,
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    if let Some(endpoint) = options.serve {
        return serve::run(&options.folder, endpoint, options.paced).await;
    }
    let figures = viewers::measure(&options.folder, options.connections, options.cells).await;
    println!("{figures:#}");
}
