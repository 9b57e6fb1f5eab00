//! Two controllers that are registered apart, as they run, and a chain that says so.

use std::sync::Arc;

use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_controller::registry::{
    ChainEvents, RegisteredProvider, Registration, Registry, RegistryError,
};
use chainflix_controller::{Config, Running, start};
use chainflix_primitives::ids::UploadId;
use chainflix_primitives::manifest::{
    CellEntry, Fragment, MANIFEST_VERSION, Manifest, ManifestCell, Rendition,
};
use chainflix_primitives::{AccountId, Magnet, Sha256};
use ed25519_zebra::SigningKey;
use futures::FutureExt;

use super::*;
use crate::wallet::Wallet;

const GENESIS: Hash32 = [9; 32];

/// Everybody may publish, every video may be watched, nobody stores.
struct AnyChain;

impl Registry for AnyChain {
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
        async { Ok(Registration::Active) }.boxed()
    }

    fn events_after(&self, _: Option<u64>) -> BoxFuture<'_, Result<ChainEvents, RegistryError>> {
        async { Ok(ChainEvents::default()) }.boxed()
    }
}

async fn controller(number: u8) -> Running {
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = Config::new(listen, GENESIS, key(number));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    start(config, Arc::new(AnyChain), clock).await.unwrap()
}

fn key(number: u8) -> SigningKey {
    SigningKey::from([number; 32])
}

fn record(number: u8, running: &Running) -> ControllerRecord {
    ControllerRecord {
        key: key(number).verification_key().into(),
        endpoint: format!("http://{}", running.address),
    }
}

fn registered(records: Vec<ControllerRecord>, named: Option<String>) -> Controllers {
    let (_, reachability) = watch::channel(Reachability::default());
    let listed = move || -> BoxFuture<'static, _> {
        let records = records.clone();
        async move { Ok(records) }.boxed()
    };
    Controllers::of(named, Box::new(listed), GENESIS, reachability)
}

fn video(wallet: &Wallet) -> (Magnet, Manifest) {
    let cell = ManifestCell {
        entry: CellEntry {
            rendition: 0,
            index: 0,
            playtime_ms: 60_000,
            bytes: 300_000,
            plain_root: [1; 32],
            cipher_root: [2; 32],
        },
        fragments: vec![Fragment {
            offset: 0,
            duration_ms: 60_000,
        }],
    };
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        title: "A test".into(),
        producer: wallet.account(),
        upload_id: UploadId([3; 16]),
        total_playtime_ms: 60_000,
        renditions: vec![Rendition {
            width: 640,
            height: 360,
            bandwidth: 40_000,
            codecs: "avc1.42c01e".into(),
            init_segment: vec![0; 16],
            cells: vec![cell],
        }],
    };
    (manifest.magnet::<Sha256>(), manifest)
}

/// Publishes at a controller.
async fn announce(running: &Running) -> Magnet {
    let wallet = Wallet::from_uri("//Producer").unwrap();
    let (magnet, manifest) = video(&wallet);
    let url = format!("http://{}", running.address);
    let at = Controller::connect(&url, GENESIS).await.unwrap();
    at.announce(&wallet, &magnet, &manifest).await.unwrap();
    magnet
}

async fn title(controllers: &Controllers, magnet: Magnet) -> Result<String, ClientError> {
    let asked = |one: Controller| async move { one.manifest(&magnet).await };
    let manifest = controllers.ask(asked).await?;
    Ok(manifest.title)
}

async fn asked(controllers: &Controllers) -> [u8; 32] {
    controllers.current().await.unwrap().key()
}

#[tokio::test]
async fn when_a_controller_is_gone_another_that_is_registered_is_asked_while_a_video_plays_and_by_what_begins_later()
 {
    let (one, two) = (controller(1).await, controller(2).await);
    let magnet = announce(&one).await;
    announce(&two).await;
    let records = vec![record(1, &one), record(2, &two)];
    let all = registered(records.clone(), None);
    // What plays has asked the first one already.
    let playing = all.fork();
    assert_eq!(title(&playing, magnet).await.unwrap(), "A test");
    assert_eq!(asked(&playing).await, records[0].key);
    one.stop().await;
    assert_eq!(title(&playing, magnet).await.unwrap(), "A test");
    assert_eq!(asked(&playing).await, records[1].key);
    // Nobody knocks at the first one's door again.
    assert_eq!(asked(&all.fork()).await, records[1].key);
    // The other signs with its own key: its list of sources is asked for as its own. Here nobody stores.
    let sources = |one: Controller| async move { one.sources(&magnet, 0, 0).await };
    let refused = playing.ask(sources).await.unwrap_err();
    assert!(refused.to_string().contains("No storage node"), "{refused}");
    two.stop().await;
}

#[tokio::test]
async fn a_video_that_only_the_second_controller_knows_is_found_there_and_the_rest_stays_with_the_first()
 {
    let (one, two) = (controller(1).await, controller(2).await);
    let magnet = announce(&two).await;
    let records = vec![record(1, &one), record(2, &two)];
    let all = registered(records.clone(), None);
    let playing = all.fork();
    assert_eq!(title(&playing, magnet).await.unwrap(), "A test");
    assert_eq!(asked(&playing).await, records[1].key);
    assert_eq!(asked(&all).await, records[0].key);
    // What nobody knows is said by the one that was asked first.
    let unknown = title(&all, Magnet([7; 32])).await.unwrap_err();
    assert!(unknown.to_string().contains("does not know"), "{unknown}");
    assert_eq!(asked(&all).await, records[0].key);
}

#[tokio::test]
async fn whoever_names_a_controller_is_sent_to_no_other_and_a_stranger_at_a_registered_address_is_none()
 {
    let (one, two) = (controller(1).await, controller(2).await);
    let magnet = announce(&two).await;
    let named = format!("http://{}", one.address);
    let only = registered(vec![record(1, &one), record(2, &two)], Some(named));
    let unknown = title(&only, magnet).await.unwrap_err();
    assert!(unknown.to_string().contains("does not know"), "{unknown}");
    // The chain means another key.
    let mut stranger = record(2, &two);
    stranger.key = [5; 32];
    let all = registered(vec![record(1, &one), stranger], None);
    assert!(title(&all, magnet).await.is_err());
}
