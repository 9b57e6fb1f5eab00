//! What a client is started with.

use std::path::PathBuf;

use crate::wallet::Wallet;

/// Settings of a client.
#[derive(Clone, Debug)]
pub struct Config {
    /// Nodes of the chain, `ws://` or `wss://` URLs; the first that answers is used, the others stand in.
    pub chain: Vec<String>,
    /// The storage controller, an `http://` URL; `None` for the first that is registered on chain and answers.
    pub controller: Option<String>,
    /// The account that publishes, watches and earns.
    pub wallet: Wallet,
}

/// Where a publication works, for a producer's state folder and a source's name.
#[must_use]
pub fn default_work_folder(state: &std::path::Path, source: &std::path::Path) -> PathBuf {
    let name = source.file_name().map_or_else(
        || "video".into(),
        |name| name.to_string_lossy().into_owned(),
    );
    state.join("publish").join(name)
}
