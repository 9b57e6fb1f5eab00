//! A verifier as a provider sees it: a JSON-RPC server that seals token keys, and tokens under them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use chainflix_primitives::api::{SealedProviderKey, session_info};
use chainflix_primitives::heartbeat::SignedSignOfLife;
use chainflix_primitives::receipt::{DeliveryToken, TokenTerms};
use chainflix_primitives::{AccountId, Hasher, Sha256};
use chainflix_storage_node::keys::VerifierEndpoint;
use codec::{DecodeAll, Encode};
use hpke::{
    Deserializable, OpModeS, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256,
    kem::X25519HkdfSha256,
};
use jsonrpsee::RpcModule;
use jsonrpsee::server::{ServerBuilder, ServerHandle};
use jsonrpsee::types::ErrorObjectOwned;

use crate::world::GENESIS;

pub(crate) struct Verifier {
    pub(crate) account: AccountId,
    pub(crate) endpoint: String,
    pub(crate) state: Arc<State>,
    _handle: ServerHandle,
}

/// What changes while it runs.
#[derive(Default)]
pub(crate) struct State {
    /// How often a key was asked for.
    pub(crate) asked: AtomicU64,
    /// The epoch of its token keys.
    pub(crate) epoch: AtomicU32,
    /// Signs of life that it was sent, and how many it still refuses.
    pub(crate) signs: Mutex<Vec<SignedSignOfLife>>,
    pub(crate) refuses: AtomicU32,
}

impl Verifier {
    /// Starts one that knows these providers' exchange keys.
    pub(crate) async fn start(number: u8, providers: HashMap<u32, [u8; 32]>) -> Self {
        let account = AccountId([number; 32]);
        let state = Arc::new(State::default());
        let server = ServerBuilder::default().build("127.0.0.1:0").await.unwrap();
        let endpoint = format!("ws://{}", server.local_addr().unwrap());
        let mut module = RpcModule::new((providers, state.clone()));
        module
            .register_method("verifier_providerKey", move |params, context, _| {
                let (providers, state) = context;
                state.asked.fetch_add(1, Ordering::SeqCst);
                let index: u32 = params.one()?;
                let Some(to) = providers.get(&index) else {
                    let words = "There is no storage provider with this index.";
                    return Err(ErrorObjectOwned::owned(902, words, None::<()>));
                };
                let epoch = state.epoch.load(Ordering::SeqCst);
                Ok(hex::encode(seal(&account, index, epoch, to).encode()))
            })
            .unwrap();
        module
            .register_method("verifier_signOfLife", |params, (_, state), _| {
                let bytes = hex::decode(params.one::<String>()?).unwrap();
                let signed = SignedSignOfLife::decode_all(&mut bytes.as_slice()).unwrap();
                state.signs.lock().unwrap().push(signed);
                let refuses =
                    state
                        .refuses
                        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                            left.checked_sub(1)
                        });
                match refuses {
                    Ok(_) => Err(ErrorObjectOwned::owned(904, "Not now.", None::<()>)),
                    Err(_) => Ok(signed.sign.period),
                }
            })
            .unwrap();
        Self {
            account,
            endpoint,
            state,
            _handle: server.start(module),
        }
    }

    pub(crate) fn listed(&self) -> VerifierEndpoint {
        VerifierEndpoint {
            account: self.account,
            endpoint: self.endpoint.clone(),
        }
    }

    /// Makes a token as the service does.
    pub(crate) fn token(&self, terms: TokenTerms, download_key: &[u8; 32]) -> DeliveryToken {
        let key = token_key(&self.account, terms.provider, terms.epoch);
        let seal_nonce = [7; 24];
        let payload = Payload {
            msg: download_key,
            aad: &terms.encode(),
        };
        let sealed = XChaCha20Poly1305::new(&key.into())
            .encrypt(XNonce::from_slice(&seal_nonce), payload)
            .unwrap();
        DeliveryToken {
            terms,
            seal_nonce,
            sealed_download_key: sealed.try_into().unwrap(),
        }
    }
}

fn token_key(verifier: &AccountId, provider: u32, epoch: u32) -> [u8; 32] {
    Sha256::sha256_parts(&[&verifier.0, &provider.to_le_bytes(), &epoch.to_le_bytes()])
}

fn seal(verifier: &AccountId, provider: u32, epoch: u32, to: &[u8; 32]) -> SealedProviderKey {
    let to = <X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(to).unwrap();
    let (encapped, sealed) =
        hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
            &OpModeS::Base,
            &to,
            &session_info(&GENESIS, verifier),
            &token_key(verifier, provider, epoch),
            &[],
            &mut Counter(u64::from(epoch)),
        )
        .unwrap();
    SealedProviderKey {
        epoch,
        encapsulated: encapped.to_bytes().into(),
        sealed,
    }
}

/// Enough for a test: nothing here is secret.
struct Counter(u64);

impl hpke::rand_core::RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        self.next_u64() as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.next_u64() as u8;
        }
    }
}

impl hpke::rand_core::CryptoRng for Counter {}
