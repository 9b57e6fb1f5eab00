// finalized-heads.js WS_URL...: says each block that the nodes finalize, and ends with exit code 1 when one of them says of a number
// another block than was said before, by itself or by another. Told to stop, it asks all of them for all blocks once more.
'use strict';

const { connect } = require('./connecting');

const EVERY_MS = 1000;

const known = new Map();
function same(url, number, hash) {
  const { said, by } = known.get(number) ?? { said: hash, by: url };
  if (said !== hash) throw new Error(`block ${number} is ${hash} at ${url}, and was ${said} at ${by}`);
  if (!known.has(number)) console.log(`block ${number}: ${hash}`);
  known.set(number, { said, by });
}

// Looks at what a node has finalized after block `after`. The number of the last such block.
async function look(api, url, after) {
  const head = await api.rpc.chain.getFinalizedHead();
  const last = (await api.rpc.chain.getHeader(head)).number.toNumber();
  if (last < after) throw new Error(`${url} had finalized block ${after}, and now block ${last} is its last`);
  for (let number = after + 1; number <= last; number += 1) {
    same(url, number, (await api.rpc.chain.getBlockHash(number)).toHex());
  }
  return last;
}

async function main() {
  const urls = process.argv.slice(2);
  if (urls.length === 0) throw new Error('usage: node finalized-heads.js WS_URL...');
  let stopped = false;
  process.on('SIGTERM', () => (stopped = true));
  const nodes = await Promise.all(urls.map(async (url) => ({ url, api: await connect(url), last: -1 })));
  while (!stopped) {
    await Promise.all(nodes.map(async (node) => (node.last = await look(node.api, node.url, node.last))));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  await Promise.all(nodes.map(({ api, url }) => look(api, url, -1)));
  console.log(`ok: ${known.size} blocks, finalized by ${nodes.length} nodes, and none has changed`);
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`failed: ${error.message}`);
    process.exit(1);
  },
);
