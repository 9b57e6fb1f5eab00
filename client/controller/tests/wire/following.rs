//! The chain is followed by the events of finalized blocks, also over a restart.

use std::time::Duration;

use chainflix_controller::protocol::{ErrorCode, InventoryDigest, ToNode};
use chainflix_controller::registry::{ChainEvent, Registration, Subject};
use chainflix_controller::state::State;
use chainflix_primitives::ids::UploadId;
use chainflix_primitives::registry::ProviderClass;
use chainflix_primitives::{Magnet, Sha256};

use crate::state::file;
use crate::world::{Chain, GENESIS, World, account_of, cell, manifest};

fn tell(chain: &Chain, block: u64, round: u32, event: Option<(Subject, u32)>) {
    let mut told = chain.events.lock().unwrap();
    told.0.extend(event.map(|(subject, from_round)| ChainEvent {
        block,
        from_round,
        subject,
    }));
    told.1 = block;
    told.2 = round;
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not so: {what}");
}

fn times_asked(chain: &Chain) -> usize {
    chain.asked_after.lock().unwrap().len()
}

#[tokio::test]
async fn a_restarted_controller_reads_events_from_the_last_block_on_and_darkens_what_was_restricted()
 {
    let folder = tempfile::tempdir().unwrap();
    let database = file(folder.path());
    let world = World::with(1, |config| config.database = Some(database.clone())).await;
    tell(&world.chain, 40, 7, None);
    let video = world.publish(1).await;
    let key = world.register(1, ProviderClass::AlwaysOn);
    let held = [cell(video, 0)];
    let first = world.connect_with(1, &key, &held).await;
    let asked = times_asked(&world.chain);
    until("the block was read", async || {
        times_asked(&world.chain) > asked + 2
    })
    .await;
    // Restricted, but not before round 9; then the controller ends.
    tell(&world.chain, 41, 7, Some((Subject::Video(video), 9)));
    let asked = times_asked(&world.chain);
    until("the event was read", async || {
        times_asked(&world.chain) > asked + 1
    })
    .await;
    let World {
        controller, chain, ..
    } = world;
    controller.stop().await;
    drop(first);
    let state = State::open(&database, &GENESIS).await.unwrap();
    assert_eq!(
        state.followed().await.unwrap(),
        40,
        "what is to come is read again"
    );
    drop(state);

    let asked = times_asked(&chain);
    let again = World::on(chain, 1, |config| config.database = Some(database.clone())).await;
    let mut node = again.connect(&key).await;
    node.hello(InventoryDigest::of(&held)).await;
    let path = format!("/v1/sources/{video}/0/0");
    let status = async || again.get::<serde_json::Value>(&path).await.0;
    until("it is served", async || status().await == 200).await;
    until("the chain was asked", async || {
        times_asked(&again.chain) > asked
    })
    .await;
    let after = |place: usize| again.chain.asked_after.lock().unwrap().get(place).copied();
    assert_eq!(after(asked), Some(Some(40)), "not from the start");
    again
        .chain
        .videos
        .lock()
        .unwrap()
        .insert(video, Registration::Inactive);
    tell(&again.chain, 60, 9, None);
    until("it is dark", async || status().await == 404).await;
    let asked = times_asked(&again.chain);
    until("the block was done with", async || {
        times_asked(&again.chain) > asked + 1
    })
    .await;
    let World { controller, .. } = again;
    controller.stop().await;
    let state = State::open(&database, &GENESIS).await.unwrap();
    assert_eq!(state.followed().await.unwrap(), 60);
}

#[tokio::test]
async fn a_node_whose_registration_is_withdrawn_is_sent_away_when_the_chain_says_so() {
    let world = World::new(1).await;
    tell(&world.chain, 1, 1, None);
    let mut node = world.node(1, &[]).await;
    let asked = times_asked(&world.chain);
    until("the block was read", async || {
        times_asked(&world.chain) > asked
    })
    .await;
    world.chain.providers.lock().unwrap().clear();
    tell(&world.chain, 2, 1, Some((Subject::Provider(1), 0)));
    let said = node.next().await;
    let ToNode::Refused { error } = &said else {
        panic!("{said:?}");
    };
    assert_eq!(error.code, ErrorCode::NotRegistered);
}

#[tokio::test]
async fn a_restriction_takes_effect_by_its_event_and_not_only_when_the_video_is_asked_about_in_turn()
 {
    let world = World::new(1).await;
    tell(&world.chain, 1, 1, None);
    // The chain is asked about a few videos a second, in turn: of so many, those asked last come in half a minute.
    let mut videos = Vec::new();
    for upload in 0..120u8 {
        let mut manifest = manifest(account_of(&world.producer), 1);
        manifest.upload_id = UploadId([upload; 16]);
        let video = manifest.magnet::<Sha256>();
        let answer = world
            .hand_in(&manifest, video, &world.producer, 60_000)
            .await;
        assert_eq!(answer.status().as_u16(), 200);
        videos.push(video);
    }
    videos.sort();
    let [.., control, restricted] = videos.as_slice() else {
        panic!("no videos")
    };
    let held = [cell(*control, 0), cell(*restricted, 0)];
    let _node = world.node(1, &held).await;
    let status = async |video: &Magnet| {
        let path = format!("/v1/sources/{video}/0/0");
        world.get::<serde_json::Value>(&path).await.0
    };
    assert_eq!(
        (status(control).await, status(restricted).await),
        (200, 200)
    );
    let registrations = || world.chain.videos.lock().unwrap();
    registrations().extend(videos.iter().map(|video| (*video, Registration::Inactive)));
    tell(&world.chain, 2, 1, Some((Subject::Video(*restricted), 0)));
    let told = std::time::Instant::now();
    until("it is dark", async || status(restricted).await == 404).await;
    assert!(
        told.elapsed() < Duration::from_secs(10),
        "{:?}",
        told.elapsed()
    );
    assert_eq!(
        status(control).await,
        200,
        "that one was not asked about yet"
    );
}
