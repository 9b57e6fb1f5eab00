//! Sends transfers that were signed beforehand to the nodes of a development chain, and counts those that are finalized:
//! the load of `scripts/bench.sh chain`.
//!
//! ```text
//! transfer_load COUNT URL [URL...]
//! ```
//!
//! Accounts of its own are funded from `//Alice` first. On stdout: a JSON object with `transfers`, finalized `Transfer`
//! events of them, `seconds` from the first submission until the last of them was seen finalized, `sending_seconds` until nodes had
//! taken all of them in, `blocks` that hold them, and `sent_again`, how many were made anew because pools had dropped them.

use std::convert::Infallible;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
/// An account of which no transfer was finalized for so long is stuck.
const STUCK: Duration = Duration::from_secs(15);
/// Submissions on their way to one node.
const AT_ONCE: usize = 64;

/// What each new attempt adds to the tip, in units: so little that the funds suffice.
const TIP: u128 = 1_000_000;

type Client = OnlineClient<SubstrateConfig>;
type AtBlock = subxt::client::ClientAtBlock<
    SubstrateConfig,
    subxt::client::OnlineClientAtBlockImpl<SubstrateConfig>,
>;

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

/// One account's transfers, signed, in the order of their nonces.
struct Line {
    sender: Keypair,
    to: [u8; 32],
    first_nonce: u64,
    transactions: Vec<String>,
}

impl Line {
    fn account(&self) -> subxt::utils::AccountId32 {
        subxt::utils::AccountId32(self.sender.public_key().0)
    }

    /// Its transfer of this nonce, as hex.
    fn transfer(
        &self,
        at: &AtBlock,
        call: [u8; 2],
        nonce: u64,
        tip: u128,
    ) -> anyhow::Result<String> {
        let mut data = call.to_vec();
        data.extend(transfer(&self.to, AMOUNT));
        let payload = at.tx().from_call_data_bytes(&data)?;
        let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new()
            .immortal()
            .nonce(nonce)
            .tip(tip);
        let mut signable = at.tx().create_signable_offline(&payload, params.build())?;
        Ok(format!(
            "0x{}",
            hex::encode(signable.sign(&self.sender)?.encoded())
        ))
    }
}

/// `count` transfers, signed, shared among the senders.
async fn sign(client: &Client, senders: Vec<Keypair>, count: usize) -> anyhow::Result<Vec<Line>> {
    let block = client.at_current_block().await?;
    let call = indices(client, "Balances", "transfer_keep_alive").await?;
    let keys: Vec<[u8; 32]> = senders.iter().map(|sender| sender.public_key().0).collect();
    let mut lines = Vec::with_capacity(senders.len());
    for (place, sender) in senders.into_iter().enumerate() {
        let mut line = Line {
            sender,
            to: keys[(place + 1) % keys.len()],
            first_nonce: 0,
            transactions: Vec::new(),
        };
        line.first_nonce = block.tx().account_nonce(&line.account()).await?;
        let own = count / keys.len() + usize::from(place < count % keys.len());
        line.transactions = (line.first_nonce..)
            .take(own)
            .map(|nonce| line.transfer(&block, call, nonce, 0))
            .collect::<anyhow::Result<_>>()?;
        lines.push(line);
    }
    Ok(lines)
}

/// Makes anew what pools have dropped, as a wallet has to: a pool drops a transaction that it finds in a block of a fork, and refuses
/// the same bytes for half an hour. With a tip it is another. Never ends by itself; counts into `again`.
async fn insist(
    client: &Client,
    nodes: &[WsClient],
    lines: &[Line],
    again: &AtomicU64,
) -> anyhow::Result<Infallible> {
    let call = indices(client, "Balances", "transfer_keep_alive").await?;
    let mut before: Vec<u64> = lines.iter().map(|line| line.first_nonce).collect();
    for tip in 1u128.. {
        tokio::time::sleep(STUCK).await;
        let block = client.at_current_block().await?;
        for (place, (line, before)) in lines.iter().zip(&mut before).enumerate() {
            let nonce = block.tx().account_nonce(&line.account()).await?;
            let stuck = std::mem::replace(before, nonce) == nonce;
            let end = line.first_nonce + u64::try_from(line.transactions.len())?;
            for nonce in (nonce..end).take(if stuck { AT_ONCE } else { 0 }) {
                let transaction = line.transfer(&block, call, nonce, tip * TIP)?;
                let answer: Result<String, _> = nodes[place % nodes.len()]
                    .request("author_submitExtrinsic", rpc_params![transaction])
                    .await;
                // A pool that still holds one of that nonce may refuse it.
                again.fetch_add(u64::from(answer.is_ok()), Ordering::Relaxed);
            }
        }
    }
    unreachable!("tips don't end")
}

/// Sends one node's share; what it refuses fails the measurement.
async fn send(node: &WsClient, lines: &[&[String]]) -> anyhow::Result<()> {
    use futures::{StreamExt, TryStreamExt};
    // By turns, so that every account's first comes before any account's second.
    let longest = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    let turns = (0..longest).flat_map(|turn| lines.iter().filter_map(move |line| line.get(turn)));
    futures::stream::iter(turns)
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
    let lines = sign(&client, senders, count).await?;
    let mut nodes = Vec::new();
    for url in &urls {
        nodes.push(WsClientBuilder::default().build(url).await?);
    }
    // An account's transfers all go to one node, so that none waits for another node's.
    let mut shares = vec![Vec::new(); urls.len()];
    for (place, line) in lines.iter().enumerate() {
        shares[place % urls.len()].push(line.transactions.as_slice());
    }
    let after = client.at_current_block().await?.block_number();
    let again = AtomicU64::new(0);
    let begin = Instant::now();
    let sending = nodes
        .iter()
        .zip(&shares)
        .map(|(node, share)| send(node, share));
    let measured = async {
        let sent = async {
            futures::future::try_join_all(sending).await?;
            Ok(Instant::now())
        };
        tokio::try_join!(sent, finalized(&client, after, count))
    };
    let (sent, (blocks, end)) = tokio::select! {
        measured = measured => measured?,
        stopped = insist(&client, &nodes, &lines, &again) => match stopped? {},
        () = tokio::time::sleep(PATIENCE) => {
            bail!("not all transfers were finalized within {} s", PATIENCE.as_secs())
        }
    };
    let again = again.into_inner();
    let seconds = end.duration_since(begin).as_secs_f64();
    Ok(json!({
        "transfers": count,
        "seconds": seconds,
        "sending_seconds": sent.duration_since(begin).as_secs_f64(),
        "blocks": blocks,
        "sent_again": again,
    })
    .to_string())
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
