// set-changes.js [--json FILE] [--minimum URI] WS_URL CHANGES URI...: has the accounts of the URIs, which have applied, come into the
// verifier set and leave it again, CHANGES times in all, some at once. With --minimum the last two changes are those of a verifier in
// the set, whose leaving takes the set to its minimum for a session, and which comes back. After each change the set is as decided,
// from the session on that was said, and finality goes on. Ends with exit code 1 when not.
'use strict';

const assert = require('node:assert/strict');
const { writeFileSync } = require('node:fs');
const { parseArgs } = require('node:util');
const { cryptoWaitReady } = require('@polkadot/util-crypto');
const { account } = require('./accounts');
const { connect } = require('./connecting');
const { decide, twoThirds } = require('./motions');
const { changedWhenSaid } = require('./sessions');
const { finalized, outcome } = require('./transactions');
const { until } = require('./waiting');

// Blocks that have to be finalized after a change, and how long that may take.
const BLOCKS = 3;
const FINALITY_S = 60;
// A motion that the set outran is made anew so often.
const ATTEMPTS = 5;
// Verifiers of the preset, of whom one asks to leave a set at its minimum.
const MEMBERS = ['//Alice', '//Bob', '//Charlie'];

const started = Date.now();
const say = (text) => console.log(`${text} (${Math.round((Date.now() - started) / 1000)} s)`);

// Runs one after the other what is given to it: two motions at once would need votes of each other's members.
function queue() {
  let last = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}

const finalizedNumber = async (api) =>
  (await api.rpc.chain.getHeader(await api.rpc.chain.getFinalizedHead())).number.toNumber();

async function finalityGoesOn(api) {
  const from = await finalizedNumber(api);
  await until(FINALITY_S, `no ${BLOCKS} blocks were finalized after block ${from}`, async () =>
    (await finalizedNumber(api)) >= from + BLOCKS ? true : undefined,
  );
}

const inForce = async (api, address) => (await api.query.session.validators()).some((member) => member.eq(address));

async function waitFor(api, address, wanted, seconds) {
  await until(seconds, `${address} is ${wanted ? 'not yet' : 'still'} in the set`, async () =>
    (await inForce(api, address)) === wanted ? true : undefined,
  );
  // Keys of the set, its bounds, and finality under the new one.
  const [members, size] = [await api.query.session.validators(), await api.query.authorities.minimumSet()];
  assert.ok(members.length >= size.toNumber(), 'the set fell below its minimum');
  for (const member of members) assert.ok((await api.query.session.nextKeys(member)).isSome, `${member} has no session keys`);
  await finalityGoesOn(api);
  return members.length;
}

async function admit(api, address, alone) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await alone(async () => {
        const { refused } = await decide(api, api.tx.motions.schedule(api.tx.authorities.admit(address).method), twoThirds);
        assert.equal(refused, undefined);
      });
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      say(`the motion is taken up again: ${error.message}`);
    }
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'string' }, minimum: { type: 'string' } },
    allowPositionals: true,
  });
  const [url, wanted, ...uris] = positionals;
  if (!(Number(wanted) > 0) || uris.length === 0) {
    throw new Error('usage: node set-changes.js [--json FILE] [--minimum URI] WS_URL CHANGES URI...');
  }
  await cryptoWaitReady();
  const api = await connect(url);
  const alone = queue();
  const session = (await api.query.authorities.sessionLength()).toNumber();
  const delay = (await api.query.motions.delay()).toNumber();
  // What is decided in one session holds in the next but one; slots may be missed.
  const patience = Math.ceil((delay + 3 * session) * 2.4 * 2) + 60;
  let changes = 0;
  let smallest = Infinity;
  let largest = 0;
  const changed = async (pair, wantedIn, from) => {
    const size = await waitFor(api, pair.address, wantedIn, patience);
    await changedWhenSaid(api, pair.address, wantedIn, from, await finalizedNumber(api));
    changes += 1;
    [smallest, largest] = [Math.min(smallest, size), Math.max(largest, size)];
    const setId = await api.query.grandpa.currentSetId();
    say(`change ${changes}: ${pair.meta.uri} is ${wantedIn ? 'in' : 'out'}, ${size} verifiers, GRANDPA set ${setId}`);
  };
  const first = (await api.query.grandpa.currentSetId()).toNumber();
  const named = (uri) => {
    const pair = account(uri);
    pair.setMeta({ uri });
    return pair;
  };
  const profileOf = async (pair) => (await api.query.authorities.verifiers(pair.address)).unwrap().profile;
  // Who comes and leaves as often is out of the set at the end, as it has to be for the minimum.
  const turns = values.minimum ? 2 : 1;
  const steps = (Number(wanted) - (values.minimum ? 2 : 0)) / turns;
  if (!Number.isInteger(steps) || steps < 0) throw new Error('with --minimum CHANGES is an even number');
  await Promise.all(
    uris.map(async (uri, place) => {
      const pair = named(uri);
      const profile = await profileOf(pair);
      let left = turns * (Math.floor(steps / uris.length) + (place < steps % uris.length ? 1 : 0));
      for (let turn = 0; left > 0; turn += 1, left -= 1) {
        const comes = turn % 2 === 0;
        const from = await finalizedNumber(api);
        if (comes) {
          if (turn > 0) await finalized(api.tx.authorities.apply(profile.unwrap()), pair);
          await admit(api, pair.address, alone);
        } else {
          await finalized(api.tx.authorities.exit(), pair);
        }
        await changed(pair, comes, from);
      }
    }),
  );
  let atMinimum = 0;
  if (values.minimum) {
    const pair = named(values.minimum);
    const least = (await api.query.authorities.minimumSet()).toNumber();
    let from = await finalizedNumber(api);
    await finalized(api.tx.authorities.exit(), pair);
    await changed(pair, false, from);
    const members = await api.query.session.validators();
    assert.equal(members.length, least, 'the set is not at its minimum');
    const another = named(MEMBERS.find((uri) => members.some((member) => member.eq(account(uri).address))));
    const { refused } = await outcome(api.tx.authorities.exit(), another);
    assert.equal(refused, 'authorities.SetAtMinimum', 'somebody may leave a set at its minimum');
    from = await finalizedNumber(api);
    await until(patience, 'the smallest set does not finalize a session', async () =>
      (await finalizedNumber(api)) >= from + session ? true : undefined,
    );
    await finalized(api.tx.authorities.apply((await profileOf(account(uris[0]))).unwrap()), pair);
    await admit(api, pair.address, alone);
    await changed(pair, true, from);
    atMinimum = (await finalizedNumber(api)) - from;
    say(`${least} verifiers, the minimum, finalized ${atMinimum} blocks until ${values.minimum} was back, and nobody else may leave`);
  }
  const sets = (await api.query.grandpa.currentSetId()).toNumber() - first;
  assert.equal(changes, Number(wanted));
  const seconds = Math.round((Date.now() - started) / 1000);
  if (values.json) {
    const figures = {
      changes,
      changes_in_the_session_said: changes,
      changes_s: seconds,
      sets,
      smallest_set: smallest,
      largest_set: largest,
      blocks_at_the_minimum: atMinimum,
    };
    writeFileSync(values.json, `${JSON.stringify(figures)}\n`);
  }
  say(`ok: ${changes} changes in ${sets} sets of GRANDPA, of ${smallest} to ${largest} verifiers; finality went on after each`);
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
