use std::collections::VecDeque;

use chainflix_primitives::Magnet;
use chainflix_primitives::api::ViewFate;

use super::*;

const VERIFIER: AccountId = AccountId([1; 32]);

fn view(id: u8, fate: ViewFate) -> ViewStatus {
    ViewStatus {
        view: [id; 32],
        video: Magnet([2; 32]),
        minute: id.into(),
        round: 3,
        fate,
    }
}

fn settled() -> ViewFate {
    ViewFate::Settled {
        value: 10,
        viewer_part: 4,
    }
}

/// What a verifier answers to each attempt, and to each question in between.
#[derive(Default)]
struct Script {
    attempts: Mutex<VecDeque<Result<Vec<Vec<ViewChange>>, VerifierError>>>,
    answers: Mutex<VecDeque<Vec<ViewStatus>>>,
}

impl Source for Arc<Script> {
    async fn subscribe(&self, _: u16) -> Result<Told, VerifierError> {
        let next = lock(&self.attempts).pop_front();
        match next {
            Some(Ok(told)) => Ok(futures::stream::iter(told).boxed()),
            Some(Err(error)) => Err(error),
            // Nothing more happens.
            None => Ok(futures::stream::pending().boxed()),
        }
    }

    async fn ask(&self, _: u16) -> Result<Vec<ViewStatus>, VerifierError> {
        lock(&self.answers)
            .pop_front()
            .ok_or_else(|| VerifierError::Unreachable("gone".to_owned()))
    }
}

/// Follows a script to its end; what was told, and how views stand then.
async fn played(script: Script) -> (Vec<Vec<ViewChange>>, Vec<ViewStatus>) {
    let (script, known) = (Arc::new(script), Arc::new(Known::new(16)));
    let mut news = known.news.subscribe();
    let task = tokio::spawn(follow(Arc::clone(&script), VERIFIER, Arc::clone(&known)));
    let is_over = || lock(&script.attempts).is_empty();
    let patience = tokio::time::Instant::now() + Duration::from_secs(120);
    while !is_over() && tokio::time::Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(is_over(), "it stopped following");
    tokio::time::sleep(Duration::from_millis(100)).await;
    task.abort();
    let mut told = Vec::new();
    while let Ok(news) = news.try_recv() {
        assert_eq!(news.verifier, VERIFIER);
        told.push(news.changes);
    }
    (told, known.views(&[VERIFIER]))
}

#[tokio::test]
async fn views_are_followed_over_a_break_and_stand_as_they_are_told_after_it() {
    let accepted = ViewChange::Accepted(view(2, ViewFate::Pending));
    let decided = ViewChange::Decided {
        view: [1; 32],
        fate: settled(),
    };
    let script = Script::default();
    lock(&script.attempts).extend([
        Ok(vec![
            vec![ViewChange::Standing(view(1, ViewFate::Pending))],
            vec![accepted.clone()],
        ]),
        Err(VerifierError::Unreachable("restarting".to_owned())),
        // What was decided in between shows in how views stand.
        Ok(vec![vec![ViewChange::Standing(view(2, settled()))], vec![]]),
        Ok(vec![
            vec![
                ViewChange::Standing(view(2, settled())),
                ViewChange::Standing(view(1, ViewFate::Pending)),
            ],
            vec![decided.clone()],
        ]),
    ]);
    let (told, views) = played(script).await;
    assert_eq!(views, [view(2, settled()), view(1, settled())]);
    assert!(told.iter().any(|changes| *changes == [accepted.clone()]));
    assert_eq!(told.last(), Some(&vec![decided]));
    assert!(told.iter().all(|changes| !changes.is_empty()));
}

#[tokio::test]
async fn a_verifier_without_subscriptions_is_asked_and_told_is_only_what_changed() {
    let script = Script::default();
    let none = || Err(VerifierError::Nothing("Method not found".to_owned()));
    lock(&script.attempts).extend([none(), none(), none(), Ok(vec![])]);
    lock(&script.answers).extend([
        vec![view(1, ViewFate::Pending)],
        vec![view(2, ViewFate::Pending), view(1, ViewFate::Pending)],
        vec![view(2, ViewFate::Pending), view(1, settled())],
    ]);
    let (told, views) = played(script).await;
    let standing = |id, fate| vec![ViewChange::Standing(view(id, fate))];
    let expected = [
        standing(1, ViewFate::Pending),
        standing(2, ViewFate::Pending),
        standing(1, settled()),
    ];
    assert_eq!(told, expected);
    assert_eq!(views, [view(2, ViewFate::Pending), view(1, settled())]);
}

#[test]
fn no_more_views_are_kept_in_sight_than_bounded_and_the_latest_are() {
    let known = Known::new(16);
    let many = (0u32..1_100).map(|round| {
        let mut view = view(1, ViewFate::Pending);
        view.view[..4].copy_from_slice(&round.to_le_bytes());
        view.round = round;
        ViewChange::Accepted(view)
    });
    known.take(VERIFIER, many.collect(), true);
    let views = known.views(&[VERIFIER]);
    assert_eq!(views.len(), MOST);
    assert_eq!((views[0].round, views[MOST - 1].round), (1_099, 76));
    assert_eq!(known.views(&[AccountId([9; 32])]), []);
}
