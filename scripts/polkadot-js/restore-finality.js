// restore-finality.js WS_URL DELAY URI...: has the verifiers of the URIs, whose nodes are gone, removed from the set, and says that
// finality stands still, so that the remaining set takes over DELAY blocks into a session: what docs/governance.md tells operators to
// do. Ends with exit code 1 unless blocks are finalized again.
'use strict';

const assert = require('node:assert/strict');
const { cryptoWaitReady } = require('@polkadot/util-crypto');
const { account } = require('./accounts');
const { connect } = require('./connecting');
const { decide, twoThirds } = require('./motions');
const { inBlock } = require('./transactions');
const { until } = require('./waiting');

// Blocks that have to be finalized by the new set.
const BLOCKS = 5;

const started = Date.now();
const say = (text) => console.log(`${text} (${Math.round((Date.now() - started) / 1000)} s)`);

const numberOf = (header) => header.number.toNumber();
const finalizedNumber = async (api) => numberOf(await api.rpc.chain.getHeader(await api.rpc.chain.getFinalizedHead()));

async function main() {
  const [url, delay, ...uris] = process.argv.slice(2);
  if (!(Number(delay) > 0) || uris.length === 0) throw new Error('usage: node restore-finality.js WS_URL DELAY URI...');
  await cryptoWaitReady();
  const api = await connect(url);
  const session = (await api.query.authorities.sessionLength()).toNumber();
  // Slots of those who are gone stay empty, and authoring backs off while nothing is finalized.
  const patience = (blocks) => blocks * 2.4 * 6 + 60;
  const last = await finalizedNumber(api);
  say(`block ${last} was the last one finalized, the chain is at ${numberOf(await api.rpc.chain.getHeader())}`);

  for (const uri of uris) {
    const { refused, ayes } = await decide(api, api.tx.authorities.remove(account(uri).address), twoThirds, inBlock);
    assert.equal(refused, undefined);
    say(`${uri} is to be removed, by ${ayes} ayes`);
  }
  const inForce = async () => (await api.query.session.validators()).map((member) => member.toString());
  await until(patience(3 * session), 'those who are gone are still in the set', async () => {
    const members = await inForce();
    return uris.some((uri) => members.includes(account(uri).address)) ? undefined : true;
  });
  say(`${(await inForce()).length} verifiers write blocks; finalized is still block ${await finalizedNumber(api)}`);
  assert.equal(await finalizedNumber(api), last, 'finality goes on by itself: nothing is to be restored');

  const stalled = api.tx.grandpa.noteStalled(Number(delay), last);
  const { refused, ayes } = await decide(api, api.tx.motions.schedule(stalled.method), twoThirds, inBlock);
  assert.equal(refused, undefined);
  say(`the motion that finality stands still has ${ayes} ayes`);
  const waits = api.consts.motions.leastDelay.toNumber();
  await until(patience(waits + session + Number(delay) + 2 * BLOCKS), 'no blocks are finalized again', async () =>
    (await finalizedNumber(api)) >= last + BLOCKS ? true : undefined,
  );
  const best = numberOf(await api.rpc.chain.getHeader());
  const now = await finalizedNumber(api);
  await until(60, 'finality does not keep up with the chain', async () => ((await finalizedNumber(api)) >= best ? true : undefined));
  say(`ok: block ${now} is finalized, ${best - now} behind the chain, by GRANDPA set ${await api.query.grandpa.currentSetId()}`);
  await api.disconnect();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`failed: ${error.message}`);
    console.error(error.stack);
    process.exit(1);
  },
);
