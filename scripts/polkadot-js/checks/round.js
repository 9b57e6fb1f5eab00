'use strict';

const assert = require('node:assert/strict');
const { formatBalance, u8aToHex } = require('@polkadot/util');
const { sha256AsU8a } = require('@polkadot/util-crypto');
const { account, keyOf } = require('../accounts');
const { ROUND_EMISSION, ROUND_MS, TOKEN_DECIMALS, TOKEN_SYMBOL } = require('../chain');
const { view } = require('../view-functions');
const { until } = require('../waiting');

// A settlement is looked for in so many blocks at most: more than two rounds have.
const BLOCKS_LOOKED_AT = 10;
// RFC 6962: the root of a tree without leaves is the hash of nothing.
const EMPTY_ROOT = u8aToHex(sha256AsU8a(new Uint8Array()));

// Clock, progress and time agree, at one block.
async function assertTime(api) {
  const [at, clock] = await until(30, 'block 1, which starts the clock of rounds, was not finalized', async () => {
    const head = await api.at(await api.rpc.chain.getFinalizedHead());
    const started = await head.query.pov.clock();
    return started.isSome ? [head, started.unwrap()] : undefined;
  });
  assert.equal(clock.roundMs.toNumber(), ROUND_MS);
  const now = (await at.query.timestamp.now()).toNumber();
  const round = (await at.query.pov.progress()).round.toNumber();
  assert.equal(round, Math.floor((now - clock.genesisMs.toNumber()) / ROUND_MS), 'rounds follow from time');

  const standing = await view(api, 'Pov', 'standing', [], at);
  assert.equal(standing.round.toNumber(), round);
  assert.deepEqual(standing.counted.toJSON(), (await at.query.pov.counted()).toJSON());
}

// The settlement of a round as an event, as the explorer of Apps lists it. Undefined when it was longer ago.
async function eventOf(api, round) {
  let hash = await api.rpc.chain.getBlockHash();
  for (let looked = 0; looked < BLOCKS_LOOKED_AT; looked += 1) {
    const events = await (await api.at(hash)).query.system.events();
    const told = events
      .map(({ event }) => event)
      .find((event) => api.events.rewards.RoundSettled.is(event) && event.data.round.toNumber() === round);
    if (told) return told.data;
    hash = (await api.rpc.chain.getHeader(hash)).parentHash;
  }
  return undefined;
}

// Record of the round settled last, once it has reports of the verifier.
const lastSettled = (api) =>
  until(90, 'no round was settled with a report of the verifier', async () => {
    const counted = await api.query.pov.counted();
    if (counted.length < 4) return undefined;
    const record = (await api.query.rewards.settledRounds(counted[3])).unwrapOr(undefined);
    return record && record.blocks.length > 0 && record.reporters.length > 0 ? record : undefined;
  });

module.exports = {
  claim: 'a round is settled: what it could mint, what it paid, its view blocks, who judged them',
  async run(api) {
    const verifier = keyOf(account('//Alice'));
    await assertTime(api);
    const record = await lastSettled(api);
    const round = record.round.toNumber();
    const [emission, settled] = [record.emission.toBigInt(), record.settled.toBigInt()];

    // Reports take three counted rounds after it.
    assert.ok((await api.query.pov.progress()).round.toNumber() >= round + 4, `round ${round} is settled too early`);
    assert.equal(emission, ROUND_EMISSION);
    assert.equal((await view(api, 'Rewards', 'reward', [round])).toBigInt(), ROUND_EMISSION);

    // One verifier: its view block, which it judged alone. Nobody watched, so nothing was paid.
    assert.deepEqual(record.reporters.map((reporter) => reporter.toHex()), [verifier]);
    assert.deepEqual(record.blocks.map((block) => block.issuer.toHex()), [verifier]);
    const [block] = record.blocks;
    assert.ok(block.approved.isTrue, 'a lone verifier approves its own block');
    assert.equal(block.root.toHex(), EMPTY_ROOT);
    assert.deepEqual([block.count, block.playtimeMs, block.weightMs, block.reward].map(Number), [0, 0, 0, 0]);
    assert.equal(settled, 0n);

    // The same as the header that the verifier reported.
    const headers = await api.query.pov.headers.entries(round);
    assert.equal(headers.length, record.blocks.length);
    const [[key, header]] = headers;
    assert.equal(key.args[1].toHex(), verifier);
    assert.equal(header.unwrap().root.toHex(), block.root.toHex());
    assert.equal(header.unwrap().count.toNumber(), block.count.toNumber());

    // The same as event and view functions say.
    const told = await eventOf(api, round);
    assert.ok(told, 'the settlement is reported as an event');
    assert.deepEqual(
      [told.emission, told.settled, told.blocks, told.approved].map((value) => value.toBigInt()),
      [emission, settled, 1n, 1n],
    );
    assert.equal((await view(api, 'Rewards', 'settled', [round])).unwrap().toHex(), record.toHex());
    const page = await view(api, 'Rewards', 'settled_after', [round > 0 ? round - 1 : null, 1]);
    assert.deepEqual(page.map((entry) => entry.toHex()), [record.toHex()]);
    const totals = await view(api, 'Rewards', 'totals');
    assert.deepEqual([totals.settled.toBigInt(), totals.paid.toBigInt()], [0n, 0n]);

    const amount = (units) => formatBalance(units, { decimals: TOKEN_DECIMALS, withUnit: TOKEN_SYMBOL });
    return [
      `round ${round} of ${ROUND_MS / 1000} s: ${amount(settled)} of ${amount(emission)} settled`,
      `${record.blocks.length} view block without views, approved; ${record.reporters.length} complete reporter`,
    ];
  },
};
