//! Records in storage that the runtime's interface does not cover, and calls that users sign.

use chainflix_primitives::{
    AccountId, Hash32, Magnet,
    ids::UploadId,
    manifest::Manifest,
    ratio::MiningRatio,
    registry::{Endpoint, ProviderClass, ProviderRecord},
    rounds::Round,
};
use codec::{Decode, DecodeAll, Encode};
use subxt::dynamic::Value;

use super::{Chain, ChainError, Finalized, in_time};
use crate::wallet::Wallet;

/// What an account owns, in units of 10⁻¹² CFX.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// May be spent, apart from what is frozen.
    pub free: u128,
    /// Held as deposits.
    pub held: u128,
}

/// A video to be registered.
#[derive(Clone, Debug)]
pub struct NewVideo<'a> {
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// Its magnet.
    pub magnet: Magnet,
    /// Root over its cell entries.
    pub root: Hash32,
    /// How a view's value splits.
    pub ratio: MiningRatio,
    /// Key epoch of its keys.
    pub key_epoch: u32,
    /// Upload under which its keys were derived.
    pub upload_id: UploadId,
}

/// A controller as it is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerRecord {
    /// ed25519 key with which it signs.
    pub key: [u8; 32],
    /// Where it is reached, a URL.
    pub endpoint: String,
}

/// What a storage provider declares of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderTerms {
    /// ed25519 public key of its peer id.
    pub peer_key: [u8; 32],
    /// X25519 public key for its token keys.
    pub exchange_key: [u8; 32],
    /// How available it is.
    pub class: ProviderClass,
    /// ISO 3166-1 alpha-2.
    pub region: [u8; 2],
    /// Space in bytes.
    pub space_bytes: u64,
}

/// Whether verifiers find a storage provider alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderLiveness {
    /// The last round of the last period in which more than 51 % of the verifiers found it alive; `None` when that never
    /// was.
    pub last_seen: Option<Round>,
    /// Whether it was absent in the last three turns of its page that enough verifiers attested.
    pub is_absent: bool,
    /// First round in which its receipts don't count, once it is leaving.
    pub exit_round: Option<Round>,
}

impl Chain {
    /// Balance of an account; zero when it does not exist.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn balance(&self, account: &AccountId) -> Result<Balance, ChainError> {
        /// frame-system's account record with the data of pallet-balances.
        #[derive(Decode)]
        struct Account {
            _nonce: u32,
            _references: [u32; 3],
            free: u128,
            held: u128,
            _frozen: u128,
            _flags: u128,
        }
        let key = Value::from_bytes(account.0);
        let found: Option<Account> = self.stored("System", "Account", vec![key]).await?;
        Ok(found.map_or_else(Balance::default, |account| Balance {
            free: account.free,
            held: account.held,
        }))
    }

    /// Controllers that are registered, with their endpoints.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn controllers(&self) -> Result<Vec<ControllerRecord>, ChainError> {
        /// What the pallet keeps of a controller.
        #[derive(Decode)]
        struct Kept {
            endpoint: Endpoint,
            _since: Round,
        }
        let found: Vec<([u8; 32], Kept)> = self.view("StorageProviders", "controllers", ()).await?;
        let read = found.into_iter().map(|(key, kept)| ControllerRecord {
            key,
            endpoint: String::from_utf8_lossy(&kept.endpoint).into_owned(),
        });
        Ok(read.collect())
    }

    /// Index and record of the provider with a peer key.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn provider_with(
        &self,
        peer_key: &[u8; 32],
    ) -> Result<Option<(u32, ProviderRecord)>, ChainError> {
        let key = Value::from_bytes(peer_key);
        let index: Option<u32> = self
            .stored("StorageProviders", "PeerKeys", vec![key])
            .await?;
        let Some(index) = index else { return Ok(None) };
        Ok(self.provider(index).await?.map(|record| (index, record)))
    }

    /// Registers a storage provider that `wallet` owns.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn register_provider(
        &self,
        wallet: &Wallet,
        terms: &ProviderTerms,
    ) -> Result<Finalized, ChainError> {
        let arguments = (
            terms.peer_key,
            terms.exchange_key,
            terms.class,
            terms.region,
            terms.space_bytes,
        );
        self.submit(wallet, "StorageProviders", "register", &arguments.encode())
            .await
    }

    /// Registers a video of `wallet`.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn publish_video(
        &self,
        wallet: &Wallet,
        video: &NewVideo<'_>,
    ) -> Result<Finalized, ChainError> {
        let renditions = u8::try_from(video.manifest.renditions.len()).unwrap_or(u8::MAX);
        let arguments = (
            video.magnet,
            video.manifest.title.as_bytes().to_vec(),
            video.manifest.total_playtime_ms,
            renditions,
            video.root,
            video.ratio,
            video.key_epoch,
            video.upload_id,
        );
        self.submit(wallet, "Videos", "publish", &arguments.encode())
            .await
    }

    /// Whether verifiers find a provider alive.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub async fn provider_liveness(&self, index: u32) -> Result<ProviderLiveness, ChainError> {
        const PALLET: &str = "StorageProviders";
        Ok(ProviderLiveness {
            last_seen: self.view(PALLET, "last_seen", index).await?,
            is_absent: self.view(PALLET, "is_absent", index).await?,
            exit_round: self.view(PALLET, "exit_round", index).await?,
        })
    }

    /// What a view function answers; several arguments as a tuple.
    pub(super) async fn view<T: Decode>(
        &self,
        pallet: &str,
        function: &str,
        arguments: impl Encode,
    ) -> Result<T, ChainError> {
        let other = || ChainError::OtherTypes(format!("{pallet}.{function}"));
        let block = self.block().await?;
        let found = block
            .metadata_ref()
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.view_function_by_name(function))
            .ok_or_else(other)?;
        let arguments = (*found.query_id(), arguments.encode()).encode();
        let asked = block.view_functions();
        let bytes = in_time(asked.call_raw(Some(&arguments))).await?;
        // `Ok` of the encoded answer, or an error about which function there is not.
        let (ok, mut answer) = bytes.split_first().ok_or_else(other)?;
        let answer = Vec::<u8>::decode_all(&mut answer).map_err(|_| other())?;
        if *ok != 0 {
            return Err(other());
        }
        T::decode_all(&mut answer.as_slice()).map_err(|_| other())
    }

    /// A value in storage.
    pub(super) async fn stored<T: Decode>(
        &self,
        pallet: &str,
        entry: &str,
        keys: Vec<Value>,
    ) -> Result<Option<T>, ChainError> {
        let block = self.block().await?;
        let address = subxt::dynamic::storage::<Vec<Value>, Value>(pallet, entry);
        let found = in_time(block.storage().try_fetch(address, keys)).await?;
        found
            .map(|value| T::decode_all(&mut value.bytes()))
            .transpose()
            .map_err(|_| ChainError::OtherTypes(format!("{pallet}.{entry}")))
    }

    /// Entries of a storage map by an account, at most `limit` of them, in the map's own order.
    pub(super) async fn stored_by_account<T: Decode>(
        &self,
        pallet: &str,
        entry: &str,
        limit: usize,
    ) -> Result<Vec<(AccountId, T)>, ChainError> {
        let other = || ChainError::OtherTypes(format!("{pallet}.{entry}"));
        let block = self.block().await?;
        let address = subxt::dynamic::storage::<Vec<Value>, Value>(pallet, entry);
        let mut found = in_time(block.storage().iter(address, Vec::<Value>::new())).await?;
        let mut entries = Vec::new();
        while entries.len() < limit {
            let Some(pair) = in_time(async { found.next().await.transpose() }).await? else {
                break;
            };
            // A hash of the account, then the account itself.
            let account = pair.key_bytes().last_chunk().copied().ok_or_else(other)?;
            let value = T::decode_all(&mut pair.value().bytes()).map_err(|_| other())?;
            entries.push((AccountId(account), value));
        }
        Ok(entries)
    }
}
