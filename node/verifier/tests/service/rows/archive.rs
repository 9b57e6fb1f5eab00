//! Settled rounds as files: whole after every restart, and nothing but what was settled.

use std::{collections::BTreeMap, path::Path};

use chainflix_primitives::{
    AccountId, Round, Sha256,
    archive::{self, ArchiveRecord, ArchiveSummary},
    view::ViewLeaf,
};
use chainflix_verifier::ArchiveConfig;

use crate::net::{Net, ROUND_MS};
use crate::viewer::Viewer;

/// What lies in an archive: of each round what was settled, and its views.
fn archived(directory: &Path) -> BTreeMap<Round, (ArchiveSummary, Vec<ViewLeaf>)> {
    let files = std::fs::read_dir(directory).expect("a directory");
    let files = files.map(|file| file.expect("a file").path());
    files
        .filter(|path| path.extension().is_some_and(|end| end == "cfa"))
        .map(|path| {
            let bytes = std::fs::read(&path).expect("readable");
            let mut leaves = Vec::new();
            let summary = archive::read::<Sha256>(&mut bytes.as_slice(), |check, record| {
                if let ArchiveRecord::Leaves(some) = record {
                    assert!(some.iter().all(|leaf| check.delegation_of(leaf).is_some()));
                    leaves.extend(some.iter().cloned());
                }
                true
            });
            let summary = summary.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (summary.settled.round, (summary, leaves))
        })
        .collect()
}

/// Lets time pass until all rounds that are settled now are in the archive.
async fn until_archived(net: &mut Net, directory: &Path) {
    let settled = |net: &Net| {
        net.chain
            .read(|state| state.settled.iter().map(|s| s.round).max())
    };
    let wanted = settled(net);
    for _ in 0..200 {
        let last = || archived(directory).keys().next_back().copied();
        if directory.exists() && last() >= wanted {
            return;
        }
        net.pass(2_400).await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the archive stands still");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_settled_round_is_archived_once_with_its_views_over_kills_of_the_verifier() {
    let mut net = Net::unstarted(4, ROUND_MS, Default::default());
    let folder = tempfile::tempdir().expect("a directory");
    let directory = folder.path().join("rounds");
    net.nodes[0].archive = Some(ArchiveConfig {
        directory: directory.clone(),
        max_bytes: None,
    });
    let mut net = net.started().await;
    let video = net.publish(1, 240_000);
    let viewers: Vec<Viewer> = (0..3).map(|n| Viewer::new(9 + n)).collect();
    for (minute, viewer) in (0u16..).zip(&viewers) {
        net.watch(viewer, &video, minute).await;
        net.pass_rounds(4).await;
        if minute == 1 {
            net.kill(0).await;
            net.pass_rounds(3).await;
            net.revive(0).await;
            net.until_ready().await;
        }
    }
    net.pass_rounds(8).await;
    until_archived(&mut net, &directory).await;

    let found = archived(&directory);
    let last = found.keys().next_back().copied().expect("some");
    let mut settled = net.chain.read(|state| state.settled.clone());
    settled.retain(|settled| settled.round <= last);
    let rounds: Vec<Round> = settled.iter().map(|settled| settled.round).collect();
    assert_eq!(
        found.keys().copied().collect::<Vec<_>>(),
        rounds,
        "every round, once"
    );
    for settled in &settled {
        let (summary, _) = &found[&settled.round];
        assert_eq!(summary.settled, *settled);
        assert_eq!(summary.without_delegation, 0);
    }
    let seen: Vec<AccountId> = found
        .values()
        .flat_map(|(_, leaves)| leaves.iter().map(|leaf| leaf.claim.viewer))
        .collect();
    for viewer in &viewers {
        assert!(seen.contains(&viewer.account()), "a view that was paid");
    }
}
