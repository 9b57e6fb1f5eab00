//! The audit log, as the operator finds it.

use std::{collections::BTreeSet, fs};

use chainflix_primitives::{api::Request, refusal::Refusal};
use chainflix_verifier::held_secrets;
use serde_json::Value;

use crate::net::Net;
use crate::viewer::Viewer;

#[tokio::test(flavor = "multi_thread")]
async fn i3_the_audit_log_tells_of_decisions_and_names_no_viewer_video_secret_or_address() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let issuer = viewer.assigned(&net)[0];
    let mut session = viewer.open(&net, issuer).await;
    let (ticket, data) = net.play(&viewer, &mut session, &video, 0).await;
    session.finish(data.clone()).await.expect("an honest view");
    let again = session.finish(data.clone()).await;
    assert_eq!(again, Err(Refusal::AlreadyEarned));
    session.ask(Request::Views { limit: 1 }).await;
    net.pass_rounds(8).await;
    let accounts: Vec<String> = net
        .nodes
        .iter()
        .map(|node| hex::encode(node.account.0))
        .collect();
    for node in 0..net.nodes.len() {
        net.kill(node).await;
        let folder = net.nodes[node].directory.path();
        let log = fs::read_to_string(folder.join("audit.log")).expect("a log");
        let lines: Vec<Value> = log
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let events: BTreeSet<&str> = lines
            .iter()
            .map(|line| line["event"].as_str().expect("an event"))
            .collect();
        for event in ["started", "secret_held", "verdict", "reported"] {
            assert!(events.contains(event), "{event} of {events:?}");
        }
        let views: u64 = lines.iter().filter_map(|line| line["views"].as_u64()).sum();
        assert_eq!(views, u64::from(node == issuer), "reported once");
        if node == issuer {
            let refused = lines.iter().find(|line| line["event"] == "refused");
            assert_eq!(refused.expect("told")["counts"]["AlreadyEarned"], 1);
        }
        let verdicts = lines.iter().filter(|line| line["event"] == "verdict");
        for verdict in verdicts {
            let of = verdict["issuer"].as_str().expect("an account").to_owned();
            assert!(accounts.contains(&of), "a verifier's");
        }

        let claim = &data.claim;
        let secrets = held_secrets(folder).expect("its store");
        assert!(!secrets.is_empty());
        let mut silent = vec![
            hex::encode(viewer.account().0),
            hex::encode(video.magnet.0),
            hex::encode(claim.delegation),
            hex::encode(viewer.delegation.delegation.session_key),
            hex::encode(ticket.ticket.constant.0),
            hex::encode(claim.play_code.0),
            session.id.clone(),
            "127.0.0.1".to_owned(),
        ];
        silent.extend(
            secrets
                .iter()
                .map(|held| hex::encode(held.secret.as_slice())),
        );
        for name in ["service.key", "exchange.key", "store.key"] {
            silent.push(hex::encode(fs::read(folder.join(name)).expect("a key")));
        }
        for word in silent {
            assert!(!log.contains(&word), "{word}");
        }
    }
}
