//! `chainflix-node verifier`: the operator's backup of what only this node may hold.

use chainflix_verifier::{back_up, restore};
use sc_cli::{CliConfiguration, SharedParams};
use sc_service::Configuration;
use std::{
    fs,
    io::{self, BufRead},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Folder of the verifier service within the chain's, under the base path.
const DIRECTORY: &str = "verifier";

/// Folder of the verifier service's keys and store.
pub(crate) fn directory(config: &Configuration) -> PathBuf {
    config
        .base_path
        .config_dir(config.chain_spec.id())
        .join(DIRECTORY)
}

/// Save the verifier service's keys and set secrets, and put them back.
///
/// The node must not be running. Session keys and the node key are not in the backup: they lie in the folders `keystore`
/// and `network` beside it.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum VerifierCommand {
    /// Write keys and set secrets to a new file, sealed under a passphrase.
    Backup(BackupCommand),
    /// Put what a backup holds into the folder of a node that has no such keys.
    Restore(BackupCommand),
}

/// Which file, and how it opens.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupCommand {
    /// The backup.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// File that holds the passphrase, readable by its owner only. Without it the passphrase is read from standard input,
    /// up to the end of the line.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,

    /// Which chain, and where its files are.
    #[command(flatten)]
    shared: SharedParams,
}

impl CliConfiguration for VerifierCommand {
    fn shared_params(&self) -> &SharedParams {
        &self.parts().shared
    }
}

impl VerifierCommand {
    fn parts(&self) -> &BackupCommand {
        match self {
            Self::Backup(parts) | Self::Restore(parts) => parts,
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// When the passphrase can't be read, or the backup can't be made or restored.
    pub(crate) fn run(&self, config: &Configuration) -> sc_cli::Result<()> {
        let BackupCommand {
            file,
            passphrase_file,
            ..
        } = self.parts();
        let passphrase = passphrase(passphrase_file.as_deref())?;
        let directory = directory(config);
        let failed = |error| sc_cli::Error::Application(Box::new(error));
        match self {
            Self::Backup(_) => {
                let secrets = back_up(&directory, file, &passphrase).map_err(failed)?;
                println!(
                    "Saved the verifier's keys and {secrets} set secrets to {}.",
                    file.display()
                );
            }
            Self::Restore(_) => {
                let secrets = restore(&directory, file, &passphrase).map_err(failed)?;
                println!(
                    "Restored the verifier's keys and {secrets} set secrets to {}.",
                    directory.display()
                );
            }
        }
        Ok(())
    }
}

fn passphrase(file: Option<&Path>) -> sc_cli::Result<String> {
    let mut passphrase = String::new();
    match file {
        Some(path) => {
            let mode = fs::metadata(path)?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(format!(
                    "the passphrase file {} is open to other users (mode {mode:o}); run `chmod 600` on it",
                    path.display()
                )
                .into());
            }
            passphrase = fs::read_to_string(path)?;
        }
        None => {
            eprintln!("Passphrase of the backup:");
            io::stdin().lock().read_line(&mut passphrase)?;
        }
    }
    Ok(passphrase.trim_end_matches(['\r', '\n']).to_owned())
}
