//! Verified plays on their way from settled rounds to copies.

use std::sync::{Arc, Mutex};

use chainflix_controller::directory::Plays;
use chainflix_controller::plays::{PlaysSource, RoundPlays};
use chainflix_controller::protocol::{Command, ToNode};
use chainflix_controller::registry::RegistryError;
use chainflix_primitives::Round;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::world::{World, cell};

/// Rounds that are settled, and how often they were asked for.
#[derive(Default)]
struct Rounds {
    settled: Mutex<Vec<RoundPlays>>,
    asked: Mutex<Vec<Option<Round>>>,
}

impl PlaysSource for Rounds {
    fn settled_after(
        &self,
        after: Option<Round>,
    ) -> BoxFuture<'_, Result<Vec<RoundPlays>, RegistryError>> {
        self.asked.lock().unwrap().push(after);
        let mut settled = self.settled.lock().unwrap();
        let found = settled.iter().filter(|round| Some(round.round) > after);
        let found: Vec<RoundPlays> = found.cloned().collect();
        // The next time all verifiers answer.
        for round in settled.iter_mut() {
            round.missing = 0;
        }
        async move { Ok(found) }.boxed()
    }
}

#[tokio::test]
async fn plays_of_settled_rounds_reach_a_running_controller_once_and_copies_follow() {
    let source = Arc::new(Rounds::default());
    let world = World::with(2, |config| config.plays = Some(source.clone())).await;
    let video = world.publish(1).await;
    let cells = [cell(video, 0)];
    let _first = world.node(1, &cells).await;
    let _second = world.node(2, &cells).await;
    let mut third = world.node(3, &[]).await;
    source.settled.lock().unwrap().push(RoundPlays {
        round: 5,
        ago_ms: 1_000,
        plays: vec![Plays {
            cell: cells[0],
            plays: 2_000,
        }],
        missing: 1,
    });
    let ToNode::Command { command, .. } = third.next().await else {
        panic!("no command");
    };
    let Command::Fetch { grant, .. } = command else {
        panic!("{command:?}");
    };
    assert_eq!(grant.grant.video, video);
    let page = world.http.get(world.url("/metrics")).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("controller_plays_total 2000\n"), "{page}");
    assert!(
        page.contains("controller_blocks_unread_total 0\n"),
        "{page}"
    );
    let asked = source.asked.lock().unwrap();
    let again = asked.iter().filter(|after| after.is_none()).count();
    assert!(again >= 2, "asked again for what was missing: {asked:?}");
    assert_eq!(asked.last(), Some(&Some(5)));
}
