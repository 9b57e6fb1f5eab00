//! What verifiers tell each other, and what lies on their disks.

use chainflix_verifier::{Limits, Rate};
use codec::{Decode, Encode};

use crate::net::Net;
use crate::viewer::Viewer;

#[tokio::test(flavor = "multi_thread")]
async fn requests_from_nodes_that_no_verifier_announced_are_refused() {
    let net = Net::start(4).await;
    let service = net.nodes[0].service.as_ref().expect("it runs");
    // SetSecret { epoch: 0, commitment }: the secret itself, for whoever is asked by the wrong one.
    let commitment = net.chain.read(|state| state.secrets[&0].commitment);
    let request = (0u8, 0u32, commitment).encode();
    let stranger = service.handle_peer([0xee; 32], request.clone()).await;
    assert_eq!(stranger, [0, 0], "refused: not a verifier");
    let verifier = service.handle_peer(net.nodes[1].network_key, request).await;
    assert_eq!(verifier[0], 2, "a sealed copy");
    let garbage = service
        .handle_peer(net.nodes[1].network_key, vec![0xff; 100])
        .await;
    assert_eq!(garbage, [0, 1], "refused: malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_message_between_verifiers_is_longer_than_half_a_mebibyte() {
    let much = Rate::per_second(1_000_000, 1_000_000);
    let limits = Limits {
        starts: much,
        calls: much,
        session_calls: much,
        ..Limits::default()
    };
    let mut net = Net::start_with(4, crate::net::ROUND_MS, limits).await;
    let video = net.publish(1, 60_000);
    // Tickets of one round, more than one range holds: viewers who start over and over.
    let round = net.chain.read(|state| state.round);
    let viewers = (1..=127).map(Viewer::new);
    let mut viewers: Vec<Viewer> = viewers
        .filter(|viewer| viewer.assigned(&net)[0] == 0)
        .take(21)
        .collect();
    let honest = viewers.pop().expect("21 of 127");
    let mut starting = Vec::new();
    for viewer in &viewers {
        let mut session = viewer.open(&net, 0).await;
        let video = net.publish(1, 60_000);
        starting.push(tokio::spawn(async move {
            for _ in 0..800 {
                session.start(&video, 0).await;
            }
        }));
    }
    let issued = starting.len() * 800;
    for started in starting {
        started.await.expect("all are issued");
    }
    // One more, and its view: those who judge it fetch the list.
    net.watch(&honest, &video, 0).await;
    let issued = issued + 1;
    net.pass_rounds(6).await;
    // TicketHashes { round, first }: the list in two ranges.
    let mut listed = 0;
    while listed < issued {
        let request = (7u8, round, u32::try_from(listed).expect("few")).encode();
        let service = net.nodes[0].service.as_ref().expect("it runs");
        let answer = service.handle_peer(net.nodes[1].network_key, request).await;
        assert!(answer.len() <= 512 * 1024 + 64, "{} bytes", answer.len());
        let hashes = Vec::<[u8; 32]>::decode(&mut &answer[1..]).expect("hashes");
        assert!(!hashes.is_empty(), "the list ends early");
        assert!(
            listed > 0 || hashes.len() < issued,
            "it takes more than one range"
        );
        listed += hashes.len();
    }
    assert_eq!(listed, issued);
    let longest = net.network.longest();
    assert!(longest <= 512 * 1024 + 64, "{longest} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_file_or_store_holds_the_set_secret_in_clear_and_none_is_open_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let mut net = Net::start(4).await;
    for node in &net.nodes {
        for name in ["service.key", "exchange.key", "store.key"] {
            let file = std::fs::metadata(node.directory.path().join(name)).expect("a key");
            assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
        }
    }
    for node in 0..4 {
        net.kill(node).await;
        let directory = net.nodes[node].directory.path();
        let held = chainflix_verifier::held_secrets(directory).expect("a stopped service");
        assert!(!held.is_empty(), "it holds the secret");
        let mut files = 0;
        for file in std::fs::read_dir(directory).expect("a directory") {
            let path = file.expect("a file").path();
            if path.is_dir() {
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).expect("read");
            for held in &held {
                let has = |what: &[u8; 32]| bytes.windows(32).any(|window| window == what);
                assert!(!has(&held.secret), "{} holds it in clear", path.display());
                // What lies beside the sealed secret is found: so would be the secret.
                let is_store = path.ends_with("verifier.redb");
                assert_eq!(has(&held.commitment), is_store, "{}", path.display());
            }
        }
        assert!(files >= 4, "keys and store");
    }
}
