//! Sends transfers that were signed beforehand to the nodes of a development chain, and counts those that are finalized:
//! the load of `scripts/bench.sh chain`.
//!
//! ```text
//! transfer_load COUNT URL [URL...]
//! ```
//!
//! Accounts of its own are funded from `//Alice` first. On stdout: a JSON object with `transfers`, finalized `Transfer`
//! events of them, `seconds` from the first submission until the last of them was seen finalized, and `blocks` that hold them.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use codec::{Compact, Encode};
use jsonrpsee::core::client::ClientT;
use jsonrpsee::rpc_params;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use serde_json::json;
use subxt::backend::LegacyBackend;
use subxt::config::DefaultExtrinsicParamsBuilder;
use subxt::rpcs::RpcClient;
use subxt::{OnlineClient, SubstrateConfig};
use subxt_signer::SecretUri;
use subxt_signer::sr25519::Keypair;

/// Accounts that send.
const SENDERS: usize = 32;
/// What each is funded with, in units: its transfers and their fees.
const FUNDS: u128 = 1_000_000_000_000_000;
/// What each transfer moves, in units: 0.01 CFX.
const AMOUNT: u128 = 10_000_000_000;
/// Everything is finalized within this time, or the measurement has failed.
const PATIENCE: Duration = Duration::from_secs(240);
/// Submissions on their way to one node.
const AT_ONCE: usize = 64;

type Client = OnlineClient<SubstrateConfig>;

fn pair(uri: &str) -> anyhow::Result<Keypair> {
    let uri: SecretUri = uri.parse()?;
    Ok(Keypair::from_uri(&uri)?)
}

/// Arguments of a call that moves `amount` to an account: its address as an id, the amount compact.
fn transfer(to: &[u8; 32], amount: u128) -> Vec<u8> {
    let mut call = vec![0];
    call.extend_from_slice(to);
    Compact(amount).encode_to(&mut call);
    call
}

/// Indices of a call.
async fn indices(client: &Client, pallet: &str, call: &str) -> anyhow::Result<[u8; 2]> {
    let block = client.at_current_block().await?;
    let metadata = block.metadata_ref();
    let pallet = metadata.pallet_by_name(pallet).context("no such pallet")?;
    let variant = pallet.call_variant_by_name(call).context("no such call")?;
    Ok([pallet.call_index(), variant.index])
}

/// Funds the senders in one transaction, and waits until it is finalized.
async fn fund(client: &Client, senders: &[Keypair]) -> anyhow::Result<()> {
    let one = indices(client, "Balances", "transfer_keep_alive").await?;
    let mut calls = indices(client, "Utility", "batch_all").await?.to_vec();
    Compact(u32::try_from(senders.len())?).encode_to(&mut calls);
    for sender in senders {
        calls.extend_from_slice(&one);
        calls.extend(transfer(&sender.public_key().0, FUNDS));
    }
    let block = client.at_current_block().await?;
    let payload = block.tx().from_call_data_bytes(&calls)?;
    let alice = pair("//Alice")?;
    let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new().immortal();
    let transaction = block
        .tx()
        .create_signed(&payload, &alice, params.build())
        .await?;
    transaction
        .submit_and_watch()
        .await?
        .wait_for_finalized_success()
        .await?;
    Ok(())
}

/// All transfers, signed, in an order in which every account's follow each other.
async fn sign(client: &Client, senders: &[Keypair], count: usize) -> anyhow::Result<Vec<String>> {
    let block = client.at_current_block().await?;
    let mut call = indices(client, "Balances", "transfer_keep_alive")
        .await?
        .to_vec();
    let keep = call.len();
    let mut nonces = Vec::new();
    for sender in senders {
        let account = subxt::utils::AccountId32(sender.public_key().0);
        nonces.push(block.tx().account_nonce(&account).await?);
    }
    let mut signed = Vec::with_capacity(count);
    for number in 0..count {
        let place = number % senders.len();
        let sender = &senders[place];
        let to = senders[(place + 1) % senders.len()].public_key().0;
        call.truncate(keep);
        call.extend(transfer(&to, AMOUNT));
        let payload = block.tx().from_call_data_bytes(&call)?;
        let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new()
            .immortal()
            .nonce(nonces[place]);
        nonces[place] += 1;
        let mut signable = block
            .tx()
            .create_signable_offline(&payload, params.build())?;
        signed.push(format!(
            "0x{}",
            hex::encode(signable.sign(sender)?.encoded())
        ));
    }
    Ok(signed)
}

/// Sends one node's share; what it refuses fails the measurement.
async fn send(node: &WsClient, transactions: Vec<String>) -> anyhow::Result<()> {
    use futures::{StreamExt, TryStreamExt};
    futures::stream::iter(transactions)
        .map(|transaction| async move {
            let hash: String = node
                .request("author_submitExtrinsic", rpc_params![transaction])
                .await?;
            ensure!(hash.starts_with("0x"), "the node answered {hash}");
            Ok(())
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

/// Counts finalized transfers from block `after` on, until there are `count`: blocks that hold one, and when it was.
async fn finalized(client: &Client, after: u64, count: usize) -> anyhow::Result<(u64, Instant)> {
    let (mut seen, mut blocks, mut next) = (0, 0, after + 1);
    loop {
        let head = client.at_current_block().await?.block_number();
        let now = Instant::now();
        while next <= head {
            let block = client.at_block(next).await?;
            let events = block.events().fetch().await?;
            let transfers = events
                .iter()
                .filter_map(Result::ok)
                .filter(|event| {
                    (event.pallet_name(), event.event_name()) == ("Balances", "Transfer")
                })
                .count();
            seen += transfers;
            blocks += u64::from(transfers > 0);
            next += 1;
        }
        if seen >= count {
            return Ok((blocks, now));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn run() -> anyhow::Result<String> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: transfer_load COUNT URL [URL...]";
    let count: usize = arguments.next().context(usage)?.parse().context(usage)?;
    let urls: Vec<String> = arguments.collect();
    let Some(first) = urls.first() else {
        bail!(usage)
    };
    // The older methods, as the library uses them: those of `chainHead` end with a client that is slower than the chain.
    let rpc = RpcClient::from_insecure_url(first).await?;
    let backend: LegacyBackend<SubstrateConfig> = LegacyBackend::builder().build(rpc);
    let client = Client::from_backend(Arc::new(backend)).await?;
    let senders = (0..SENDERS)
        .map(|number| pair(&format!("//Load//{number}")))
        .collect::<anyhow::Result<Vec<_>>>()?;
    tokio::time::timeout(PATIENCE, fund(&client, &senders))
        .await
        .context("the senders' funds were not finalized in time: does the chain finalize?")??;
    let signed = sign(&client, &senders, count).await?;
    // A sender's transactions all go to one node, so that none waits for another node's.
    let mut shares = vec![Vec::new(); urls.len()];
    for (number, transaction) in signed.into_iter().enumerate() {
        shares[(number % SENDERS) % urls.len()].push(transaction);
    }
    let mut nodes = Vec::new();
    for url in &urls {
        nodes.push(WsClientBuilder::default().build(url).await?);
    }
    let after = client.at_current_block().await?.block_number();
    let begin = Instant::now();
    let sending = nodes
        .iter()
        .zip(shares)
        .map(|(node, share)| send(node, share));
    let measured = async {
        let sent = async { futures::future::try_join_all(sending).await.map(|_| ()) };
        tokio::try_join!(sent, finalized(&client, after, count))
    };
    let ((), (blocks, end)) = tokio::time::timeout(PATIENCE, measured)
        .await
        .with_context(|| {
            format!(
                "not all transfers were finalized within {} s",
                PATIENCE.as_secs()
            )
        })??;
    let seconds = end.duration_since(begin).as_secs_f64();
    Ok(json!({ "transfers": count, "seconds": seconds, "blocks": blocks }).to_string())
}

fn main() -> ExitCode {
    let outcome = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(run()));
    match outcome {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
