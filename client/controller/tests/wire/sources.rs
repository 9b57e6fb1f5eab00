//! Who is named for a cell.

use std::collections::BTreeSet;
use std::io::BufReader;

use chainflix_controller::choice_log::{ReplayError, files, read, replay};
use chainflix_controller::clock::Clock;
use chainflix_controller::protocol::{
    ApiError, Command, DropReason, ErrorCode, SourcesReply, ToNode,
};
use chainflix_controller::rate::RateLimit;
use chainflix_controller::registry::Registration;
use chainflix_controller::signing;
use chainflix_primitives::{Hasher, Sha256};

use crate::world::{GENESIS, World, cell};

#[tokio::test]
async fn sources_are_signed_name_every_holder_and_begin_with_each_of_them_in_turn() {
    let world = World::new(3).await;
    let video = world.publish(1).await;
    let mut nodes = Vec::new();
    for index in 0..3 {
        nodes.push(world.node(index, &[cell(video, 0)]).await);
    }
    let mut firsts = BTreeSet::new();
    for _ in 0..40 {
        let (_, reply): (u16, SourcesReply) = world.get(&format!("/v1/sources/{video}/0/0")).await;
        let sources = &reply.sources.sources;
        let named: Vec<u32> = reply.peers.iter().map(|peer| peer.provider).collect();
        assert_eq!(sources.providers.to_vec(), named);
        assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), 3);
        assert_eq!(
            (sources.genesis, sources.video, sources.cell),
            (GENESIS, video, 0)
        );
        assert!(sources.expires_ms > world.clock.unix_ms());
        assert!(signing::is_signed_by(
            &sources.controller,
            &sources.signing_payload(),
            &reply.sources.signature
        ));
        firsts.insert(named[0]);
    }
    assert_eq!(firsts.len(), 3, "leases steer viewers to different nodes");
}

#[tokio::test]
async fn o1_replay_of_the_log_gives_the_same_choices_and_a_changed_log_does_not() {
    let world = World::new(3).await;
    let video = world.publish(2).await;
    let mut nodes = Vec::new();
    for index in 0..4 {
        nodes.push(world.node(index, &[cell(video, 0), cell(video, 1)]).await);
    }
    for number in 0..60 {
        let path = format!("/v1/sources/{video}/0/{}", number % 2);
        assert_eq!(world.get::<serde_json::Value>(&path).await.0, 200);
    }
    let path = world.folder.path().join("choices.jsonl");
    let log = std::fs::read_to_string(&path).unwrap();
    assert_eq!(replay(BufReader::new(log.as_bytes())).unwrap(), 60);
    // A controller that names its friend first leaves a log that does not stand.
    let lines: Vec<&str> = log.lines().collect();
    let mut last: serde_json::Value = serde_json::from_str(lines[59]).unwrap();
    last["chosen"].as_array_mut().unwrap().rotate_left(1);
    let forged = format!("{}\n{last}\n", lines[..59].join("\n"));
    let error = replay(BufReader::new(forged.as_bytes())).unwrap_err();
    assert!(
        matches!(error, ReplayError::Differs { line: 60, .. }),
        "{error}"
    );
    // Nor can it leave decisions out.
    let cut = [&lines[..10], &lines[11..]].concat().join("\n");
    let error = replay(BufReader::new(cut.as_bytes())).unwrap_err();
    assert!(matches!(error, ReplayError::Broken(11)), "{error}");
    // Not even before they are written: numbers seed the draw, and one that suits nobody's friend must stand there too.
    let mut previous = [0u8; 32];
    let skipped: Vec<String> = [&lines[..10], &lines[11..]]
        .concat()
        .into_iter()
        .map(|line| {
            let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["previous"] = hex::encode(previous).into();
            let text = line.to_string();
            previous = Sha256::sha256(text.as_bytes());
            text
        })
        .collect();
    let skipped = skipped.join("\n");
    let error = replay(BufReader::new(skipped.as_bytes())).unwrap_err();
    assert!(
        matches!(
            error,
            ReplayError::Gap {
                line: 11,
                expected: 10,
                found: 11
            }
        ),
        "{error}"
    );
}

/// Nothing that runs on after the answer has to write it: the controller may be killed then.
#[tokio::test]
async fn o1_whoever_is_answered_finds_the_decision_in_the_log_however_many_ask_at_once() {
    const CELLS: u16 = 16;
    let world = World::new(3).await;
    let video = world.publish(CELLS).await;
    let cells: Vec<_> = (0..CELLS).map(|index| cell(video, index)).collect();
    let _node = world.node(0, &cells).await;
    let path = world.folder.path().join("choices.jsonl");
    let asked = cells.iter().map(|wanted| {
        let url = world.url(&format!("/v1/sources/{video}/0/{}", wanted.cell));
        let (http, path, wanted) = (world.http.clone(), path.clone(), *wanted);
        tokio::spawn(async move {
            for times in 1..=12 {
                let answer = http.get(&url).send().await.unwrap();
                assert_eq!(answer.status().as_u16(), 200);
                let log = std::fs::read(&path).unwrap();
                // What others write just now may end in the middle of a line.
                let whole = log.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
                let entries = read(BufReader::new(&log[..whole])).map(Result::unwrap);
                let own = entries.filter(|entry| entry.cell() == wanted).count();
                assert_eq!(own, times, "of {wanted:?}");
            }
        })
    });
    for asker in asked.collect::<Vec<_>>() {
        asker.await.unwrap();
    }
    let log = std::fs::read(&path).unwrap();
    let count = replay(BufReader::new(log.as_slice())).unwrap();
    assert!(count >= 12 * u64::from(CELLS), "{count}");
}

#[tokio::test]
async fn o1_the_log_of_a_controller_that_starts_again_stands_beside_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("choices.jsonl");
    for _ in 0..2 {
        let world = World::with(1, |config| config.choice_log = Some(log.clone())).await;
        let video = world.publish(1).await;
        let _node = world.node(0, &[cell(video, 0)]).await;
        let path = format!("/v1/sources/{video}/0/0");
        assert_eq!(world.get::<serde_json::Value>(&path).await.0, 200);
        world.controller.stop().await;
    }
    let files = files(&log).unwrap();
    assert_eq!(files.len(), 2, "{files:?}");
    for file in files {
        let log = std::fs::read(file).unwrap();
        assert_eq!(replay(log.as_slice()).unwrap(), 1);
    }
}

#[tokio::test]
async fn a_restricted_video_has_no_sources_within_seconds() {
    let world = World::new(1).await;
    let video = world.publish(1).await;
    let _node = world.node(0, &[cell(video, 0)]).await;
    let path = format!("/v1/sources/{video}/0/0");
    assert_eq!(world.get::<serde_json::Value>(&path).await.0, 200);
    world
        .chain
        .videos
        .lock()
        .unwrap()
        .insert(video, Registration::Inactive);
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    let (status, error): (u16, ApiError) = world.get(&path).await;
    assert_eq!((status, error.code), (404, ErrorCode::NotFound));
    assert!(error.message.contains("restricted"));
}

#[tokio::test]
async fn u2_whoever_holds_a_restricted_video_is_told_to_drop_it_and_nobody_else() {
    let world = World::new(1).await;
    let video = world.publish(2).await;
    let mut holder = world.node(0, &[cell(video, 0), cell(video, 1)]).await;
    let mut other = world.node(1, &[]).await;
    world
        .chain
        .videos
        .lock()
        .unwrap()
        .insert(video, Registration::Inactive);
    let ToNode::Command { command, .. } = holder.next().await else {
        panic!("no command")
    };
    let reason = DropReason::Restricted;
    let cells = vec![cell(video, 0), cell(video, 1)];
    assert_eq!(command, Command::Drop { cells, reason });
    let silence = std::time::Duration::from_millis(1_500);
    let told = tokio::time::timeout(silence, other.next()).await;
    assert!(told.is_err(), "{told:?}");
}

#[tokio::test]
async fn i1_a_forged_header_gives_nobody_a_second_allowance() {
    let world = World::with(1, |config| {
        config.rate = RateLimit {
            burst: 5,
            per_second: 1,
        };
    })
    .await;
    let mut refused = 0;
    for number in 0..12 {
        let request = world.http.get(world.url("/v1/health"));
        let forged = request.header("x-forwarded-for", format!("10.0.{number}.1"));
        let response = forged.send().await.unwrap();
        if response.status() == 429 {
            refused += 1;
            let error: ApiError = response.json().await.unwrap();
            assert_eq!(error.code, ErrorCode::RateLimited);
        }
    }
    assert_eq!(refused, 7);
}
