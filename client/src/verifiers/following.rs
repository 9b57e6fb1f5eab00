//! Subscriptions at one verifier: what happens to the account's views, and to rounds.

use chainflix_primitives::news::ViewChange;
use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::{AccountId, Round};
use codec::DecodeAll;
use jsonrpsee::core::client::Subscription;
use jsonrpsee::ws_client::WsClient;
use serde::Deserialize;
use serde_json::{Value, json};

use super::seal::NewsKey;
use super::{VerifierError, Verifiers, transport};

/// A message of a subscription to views.
#[derive(Deserialize)]
pub(super) struct ViewNews {
    index: u64,
    sealed: String,
}

/// The account's views at one verifier, followed.
pub struct ViewsFollowed {
    news: Subscription<ViewNews>,
    key: NewsKey,
    next: u64,
}

impl ViewsFollowed {
    pub(super) fn new(news: Subscription<ViewNews>, key: NewsKey) -> Self {
        Self { news, key, next: 0 }
    }

    /// What happened next; at first how the latest views stand, newest first. `None` when the subscription is over, for
    /// whatever reason: who subscribes again misses nothing of how views stand.
    pub async fn next(&mut self) -> Option<Vec<ViewChange>> {
        let news = self.news.next().await?.ok()?;
        let changes = opened(&self.key, self.next, &news)?;
        self.next = self.next.saturating_add(1);
        Some(changes)
    }
}

/// The changes of message `index`; `None` of another message, or one that the verifier did not seal.
fn opened(key: &NewsKey, index: u64, news: &ViewNews) -> Option<Vec<ViewChange>> {
    let sealed = hex::decode(&news.sealed).ok()?;
    let plain = key.open(index, &sealed).filter(|_| news.index == index)?;
    DecodeAll::decode_all(&mut plain.as_slice()).ok()
}

/// Rounds as one verifier tells of them, which takes no session.
pub struct RoundsFollowed {
    verifier: AccountId,
    news: Subscription<Value>,
    /// The subscription lives as long as its connection.
    _connection: WsClient,
}

impl RoundsFollowed {
    /// The verifier that tells.
    #[must_use]
    pub fn verifier(&self) -> AccountId {
        self.verifier
    }

    /// What happened next, as the verifier's API describes `RoundNews`. `None` when the subscription is over.
    pub async fn next(&mut self) -> Option<Value> {
        self.news.next().await?.ok()
    }
}

impl Verifiers {
    /// Follows the account's views at one verifier, beginning with how the latest `latest` stand.
    ///
    /// # Errors
    /// When it does not answer or refuses; [`VerifierError::Nothing`] when it has no subscriptions, or no more of them.
    pub async fn follow_views(
        &self,
        verifier: &AccountId,
        latest: u16,
    ) -> Result<ViewsFollowed, VerifierError> {
        let found = self.directory.of(&[*verifier]).into_iter().next();
        let unknown = || VerifierError::Unreachable("it is not known".to_owned());
        let found = found.ok_or_else(unknown)?;
        let identity = self.directory.identity();
        let mut followed = found.follow(identity, latest).await;
        let expired = VerifierError::Refused(Refusal::DelegationExpired);
        if matches!(&followed, Err(error) if error.is_same_refusal(&expired)) {
            self.directory.renew().await?;
            followed = found.follow(identity, latest).await;
        }
        if matches!(followed, Err(VerifierError::Unreachable(_))) {
            self.directory.refresh_soon();
        }
        followed
    }

    /// Follows rounds at the first verifier that tells of them; first what was settled after a round, of the last 1,000.
    ///
    /// # Errors
    /// When none tells.
    pub async fn follow_rounds(
        &self,
        after: Option<Round>,
    ) -> Result<RoundsFollowed, VerifierError> {
        let mut last = VerifierError::Unreachable("none is known".to_owned());
        for verifier in self.directory.by_health(&[]) {
            let client = match transport::connect(&verifier.endpoint()).await {
                Ok(client) => client,
                Err(error) => {
                    verifier.note(false);
                    last = error;
                    continue;
                }
            };
            let (ask, end) = ("verifier_subscribeRounds", "verifier_unsubscribeRounds");
            match transport::subscribe(&client, ask, vec![json!(after)], end).await {
                Ok(news) => {
                    return Ok(RoundsFollowed {
                        verifier: verifier.account(),
                        news,
                        _connection: client,
                    });
                }
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verifiers::seal;
    use chainflix_primitives::news::news_nonce;
    use codec::Encode;

    #[test]
    fn a_message_is_opened_in_its_place_of_its_subscription_only() {
        let keys = seal::agree(&[9; 32], b"info").unwrap();
        let id = [7u8; 16];
        let changes = vec![ViewChange::Waits { view: [5; 32] }];
        let key = keys.news(&id, 3);
        let sealed = key.seal(news_nonce(3, 2), &changes.encode());
        let news = |index: u64| ViewNews {
            index,
            sealed: hex::encode(&sealed),
        };
        assert_eq!(opened(&key, 2, &news(2)), Some(changes));
        assert_eq!(opened(&key, 2, &news(3)), None, "it says another place");
        assert_eq!(opened(&key, 1, &news(1)), None, "it was sealed for another");
        assert_eq!(opened(&keys.news(&id, 4), 2, &news(2)), None);
        assert_eq!(opened(&keys.news(&[8; 16], 3), 2, &news(2)), None);
    }
}
