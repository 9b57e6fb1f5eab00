//! Figures of the verifier service on this machine, as one JSON object on standard output; what it does goes to standard
//! error. `scripts/bench.sh verifier` runs it.
//!
//! ```text
//! verifier_figures DIRECTORY [--views N] [--growth N,N,...] [--only check|issue|sessions|earnings|sockets|cheats|body]
//! ```
//!
//! Stores lie in new directories under DIRECTORY, on the disk that is to be measured. Everything is real but the chain and
//! the other verifier: those answer from memory, and what they take is not counted. Figures per core count CPU time, which
//! other programs on the machine don't change; figures of walls do.

mod body;
mod body_for_all;
mod chain;
mod cheats;
mod check;
mod cpu;
mod earnings;
mod figures;
mod film;
mod issue;
mod issuer;
mod measured;
mod sockets;
mod traffic;
mod viewer;
mod world;

use std::{path::PathBuf, process::ExitCode};

use figures::Figures;

/// As the node has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const USAGE: &str = "usage: verifier_figures DIRECTORY [--views N] [--growth N,N,...] [--only check|issue|sessions|earnings|sockets|cheats|body]";

struct Options {
    directory: PathBuf,
    views: usize,
    growth: Vec<usize>,
    only: Option<String>,
}

fn main() -> ExitCode {
    let mut given = std::env::args().skip(1);
    if std::env::args().nth(1).as_deref() == Some(sockets::VIEWERS) {
        return sockets::be_viewers(&mut given.skip(1));
    }
    let Some(options) = options(&mut given) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    println!("{}", runtime.block_on(measure(&options)).json());
    ExitCode::SUCCESS
}

async fn measure(options: &Options) -> Figures {
    let mut figures = Figures::default();
    let is_wanted = |part: &str| options.only.as_deref().is_none_or(|only| only == part);
    let (directory, views) = (&options.directory, options.views);
    if is_wanted("earnings") {
        earnings::run(&mut figures);
    }
    if is_wanted("check") {
        check::run(directory, views, &options.growth, &mut figures).await;
    }
    if is_wanted("issue") {
        let mut at_most: Vec<usize> = options.growth.iter().map(|n| views.min(*n)).collect();
        at_most.dedup();
        issue::run(directory, views, &at_most, &mut figures).await;
    }
    if is_wanted("sessions") {
        issue::session_bytes(directory, 5_000, &mut figures).await;
    }
    if is_wanted("cheats") {
        cheats::run(directory, &mut figures).await;
    }
    if is_wanted("body") {
        body_for_all::run(directory, &mut figures).await;
    }
    if is_wanted("sockets") {
        sockets::run(directory, &mut figures).await;
    }
    figures
}

fn options(given: &mut impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options {
        directory: PathBuf::from(given.next()?),
        views: 20_000,
        growth: vec![1_000, 20_000],
        only: None,
    };
    while let Some(name) = given.next() {
        let value = given.next()?;
        match name.as_str() {
            "--views" => options.views = value.parse().ok()?,
            "--growth" => {
                let sizes = value.split(',').map(|size| size.parse().ok());
                options.growth = sizes.collect::<Option<_>>()?;
            }
            "--only" => options.only = Some(value),
            _ => return None,
        }
    }
    options.directory.is_dir().then_some(options)
}
