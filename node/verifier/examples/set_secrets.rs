//! Prints the set secrets that a stopped verifier holds, in hex, one a line: for audits that search logs and disks for
//! them, as the end-to-end test does.
//!
//! ```text
//! set_secrets DIRECTORY
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(directory) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!(
            "usage: set_secrets DIRECTORY, the folder with verifier.redb of a node that is not running"
        );
        return ExitCode::from(2);
    };
    match chainflix_verifier::held_secrets(&directory) {
        Ok(held) => {
            for held in held {
                println!("{}", hex::encode(held.secret.as_slice()));
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
