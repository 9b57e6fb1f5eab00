//! Until when a command that serves goes on.

use tokio::signal::unix::{SignalKind, signal};

/// Returns when the user or the system asks the process to end: Ctrl-C, or SIGTERM.
pub(crate) async fn asked_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
