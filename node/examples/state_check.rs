//! Checks every invariant of the chain after every block that a running network finalizes.
//!
//! `state_check NODE…`: reads whole states from the first node (`ws://…`, its unsafe RPC methods open) that answers; when
//! it is gone, from the next. A line on stdout per block: its number and the entries of its state. Ends with 1 at the first invariant that
//! does not hold; runs until it is stopped otherwise. A block whose state the nodes no longer keep is an error too: no block is
//! left out.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, bail};
use chainflix_runtime::invariants;
use jsonrpsee::{
    core::client::{ClientT, Error as ClientError},
    rpc_params,
    ws_client::{WsClient, WsClientBuilder},
};
use serde_json::Value;
use sp_core::{Bytes, storage::Storage};
use sp_io::TestExternalities;

/// How often it looks for finalized blocks.
const EVERY: Duration = Duration::from_millis(500);
/// How long no node may answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest state that it reads, in bytes of JSON.
const LARGEST_STATE: u32 = 256 * 1024 * 1024;

/// The number of the last finalized block.
async fn finalized(node: &WsClient) -> anyhow::Result<u32> {
    let hash: String = node
        .request("chain_getFinalizedHead", rpc_params![])
        .await?;
    let header: Value = node.request("chain_getHeader", rpc_params![hash]).await?;
    let number = header["number"]
        .as_str()
        .context("a header has no number")?;
    Ok(u32::from_str_radix(number.trim_start_matches("0x"), 16)?)
}

/// The whole state of a block.
async fn state(node: &WsClient, number: u32) -> Result<Storage, ClientError> {
    let hash: String = node
        .request("chain_getBlockHash", rpc_params![number])
        .await?;
    let entries: Vec<(Bytes, Bytes)> = node
        .request("state_getPairs", rpc_params!["0x", hash])
        .await?;
    Ok(Storage {
        top: entries
            .into_iter()
            .map(|(key, value)| (key.0, value.0))
            .collect(),
        children_default: Default::default(),
    })
}

/// Checks the state of a block; says how many entries it has.
fn check(number: u32, state: Storage) -> anyhow::Result<usize> {
    let entries = state.top.len();
    TestExternalities::from(state).execute_with(|| {
        if invariants::block() != number {
            bail!("the node gave the state of block {}", invariants::block());
        }
        Ok(invariants::check()?)
    })?;
    Ok(entries)
}

/// The first of the nodes that answers.
async fn connect(nodes: &[String]) -> anyhow::Result<WsClient> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        for node in nodes {
            let client = WsClientBuilder::default()
                .max_response_size(LARGEST_STATE)
                .build(node)
                .await;
            if let Ok(client) = client {
                return Ok(client);
            }
        }
        if tokio::time::Instant::now() >= deadline {
            bail!("no node answers");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn run() -> anyhow::Result<()> {
    let nodes: Vec<String> = std::env::args().skip(1).collect();
    if nodes.is_empty() {
        bail!("usage: state_check ws://NODE...");
    }
    let mut next = 0;
    loop {
        let node = connect(&nodes).await?;
        tokio::time::sleep(EVERY).await;
        // A node that ends in between is replaced; what a state says is not forgiven.
        while let Ok(last) = finalized(&node).await {
            while next <= last {
                let state = match state(&node, next).await {
                    Ok(state) => state,
                    Err(ClientError::Call(refused)) => {
                        bail!("no state of block {next}: {}", refused.message())
                    }
                    Err(_) => break,
                };
                let entries = check(next, state).with_context(|| format!("after block {next}"))?;
                println!("block {next}: {entries} entries");
                next += 1;
            }
            tokio::time::sleep(EVERY).await;
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
