//! A controller without a chain: nobody is registered, no video is known, anybody may publish. It prints its address and runs
//! until it is ended; `scripts/controllers/bad-input.sh` sends it what it should refuse.

use std::sync::Arc;

use chainflix_controller::clock::SystemClock;
use chainflix_controller::registry::{
    ChainEvents, RegisteredProvider, Registration, Registry, RegistryError,
};
use chainflix_controller::{Config, start};
use chainflix_primitives::{AccountId, Magnet};
use ed25519_zebra::SigningKey;
use futures::FutureExt;
use futures::future::BoxFuture;

struct NoChain;

impl Registry for NoChain {
    fn provider<'a>(
        &'a self,
        _: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Option<RegisteredProvider>, RegistryError>> {
        async { Ok(None) }.boxed()
    }

    fn may_publish<'a>(&'a self, _: &'a AccountId) -> BoxFuture<'a, Result<bool, RegistryError>> {
        async { Ok(true) }.boxed()
    }

    fn registration<'a>(
        &'a self,
        _: &'a Magnet,
    ) -> BoxFuture<'a, Result<Registration, RegistryError>> {
        async { Ok(Registration::Unknown) }.boxed()
    }

    fn events_after(&self, _: Option<u64>) -> BoxFuture<'_, Result<ChainEvents, RegistryError>> {
        async { Ok(ChainEvents::default()) }.boxed()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::new("127.0.0.1:0".parse()?, [0; 32], SigningKey::from([1; 32]));
    let clock = Arc::new(SystemClock::default());
    let mut controller = start(config, Arc::new(NoChain), clock).await?;
    println!("http://{}", controller.address);
    controller.stopped().await;
    Err("the controller stopped by itself".into())
}
