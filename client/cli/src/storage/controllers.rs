//! The controllers that a storage node works for.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::bail;
use chainflix_client::chain::Chain;
use chainflix_client::controllers::Controller;
use chainflix_storage_node::StorageNode;
use chainflix_storage_node::link::ControllerEndpoint;

/// While there is none, the first one is waited for; later, those that were registered, moved or are gone meanwhile are
/// looked up now and then.
pub(super) const PAUSES: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(300)];

/// Controllers by their registered keys: those that are named, or all.
pub(crate) async fn controllers(
    chain: &Chain,
    named: &[String],
) -> anyhow::Result<Vec<ControllerEndpoint>> {
    let mut found = Vec::new();
    for url in named {
        let controller = Controller::connect(url, chain.genesis()).await?;
        if !chain.is_controller(controller.key()).await? {
            bail!("the controller at {url} is not registered on chain; name another");
        }
        found.push(ControllerEndpoint {
            url: url.clone(),
            key: controller.key(),
        });
    }
    if named.is_empty() {
        found = registered(chain).await?;
    }
    if found.is_empty() {
        bail!("no controller is registered on chain, so nobody would send viewers to this node");
    }
    Ok(found)
}

/// All controllers that are registered on chain.
pub(super) async fn registered(chain: &Chain) -> anyhow::Result<Vec<ControllerEndpoint>> {
    let registered = chain.controllers().await?.into_iter();
    Ok(registered
        .map(|record| ControllerEndpoint {
            url: record.endpoint,
            key: record.key,
        })
        .collect())
}

/// Keeps the node's controllers as they are `registered`, which is asked after the first pause while there is none, and after
/// the second one otherwise. While it does not answer, those that were there are good.
pub(super) async fn follow(
    node: &StorageNode,
    [for_first, otherwise]: [Duration; 2],
    registered: impl AsyncFn() -> anyhow::Result<Vec<ControllerEndpoint>>,
) -> Infallible {
    loop {
        let has_none = node.status().links.is_empty();
        tokio::time::sleep(if has_none { for_first } else { otherwise }).await;
        if let Ok(controllers) = registered().await {
            node.work_for(&controllers);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::make_keys;
    use chainflix_p2p::network::loopback;
    use chainflix_storage_node::Config;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test(flavor = "multi_thread")]
    async fn controllers_that_are_registered_later_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let keys = make_keys(folder.path()).unwrap();
        let mut config = Config::new(folder.path().join("store"), 1_000, [9; 32], 7);
        config.listen_at(loopback());
        config.probe = false;
        let node = StorageNode::start(config, keys, Arc::new(Vec::new()));
        let node = node.await.unwrap();
        // Asked, the chain knows none, then is not reached, then knows one, is not reached, and knows another one.
        let asked = AtomicUsize::new(0);
        let registered = async || {
            let endpoint = |url: &str| ControllerEndpoint {
                url: url.to_owned(),
                key: [1; 32],
            };
            match asked.fetch_add(1, Ordering::SeqCst) {
                0 => Ok(Vec::new()),
                2 => Ok(vec![endpoint("http://127.0.0.1:9/first")]),
                4.. => Ok(vec![endpoint("http://127.0.0.1:9/second")]),
                _ => bail!("the chain is not reached"),
            }
        };
        let urls = || {
            let links = node.status().links.into_iter();
            links.map(|(url, _)| url).collect::<Vec<_>>()
        };
        let seen = async {
            let mut seen = vec![urls()];
            while seen.len() < 3 {
                let now = urls();
                if seen.last() != Some(&now) {
                    seen.push(now);
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            seen
        };
        let pauses = [Duration::from_millis(20), Duration::from_millis(200)];
        let seen = tokio::select! {
            seen = tokio::time::timeout(Duration::from_secs(20), seen) => seen.unwrap(),
            never = follow(&node, pauses, registered) => match never {},
        };
        let [first, second] = ["first", "second"].map(|name| format!("http://127.0.0.1:9/{name}"));
        assert_eq!(seen, [vec![], vec![first], vec![second]]);
        node.stop().await;
    }
}
