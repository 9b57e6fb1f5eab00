// set-changes.js WS_URL CHANGES URI...: has the accounts of the URIs, which have applied, come into the verifier set and leave it
// again, CHANGES times in all, some at once. After each change the set is as decided and finality goes on. Ends with exit code 1
// when not.
'use strict';

const assert = require('node:assert/strict');
const { cryptoWaitReady } = require('@polkadot/util-crypto');
const { account } = require('./accounts');
const { connect } = require('./connecting');
const { decide, twoThirds } = require('./motions');
const { finalized } = require('./transactions');
const { until } = require('./waiting');

// Blocks that have to be finalized after a change, and how long that may take.
const BLOCKS = 3;
const FINALITY_S = 60;
// A motion that the set outran is made anew so often.
const ATTEMPTS = 5;

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
  const [url, wanted, ...uris] = process.argv.slice(2);
  if (!(Number(wanted) > 0) || uris.length === 0) throw new Error('usage: node set-changes.js WS_URL CHANGES URI...');
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
  const changed = async (pair, wantedIn) => {
    const size = await waitFor(api, pair.address, wantedIn, patience);
    changes += 1;
    [smallest, largest] = [Math.min(smallest, size), Math.max(largest, size)];
    const setId = await api.query.grandpa.currentSetId();
    say(`change ${changes}: ${pair.meta.uri} is ${wantedIn ? 'in' : 'out'}, ${size} verifiers, GRANDPA set ${setId}`);
  };
  const first = (await api.query.grandpa.currentSetId()).toNumber();
  await Promise.all(
    uris.map(async (uri, place) => {
      const pair = account(uri);
      pair.setMeta({ uri });
      const { profile } = (await api.query.authorities.verifiers(pair.address)).unwrap();
      let left = Math.floor(Number(wanted) / uris.length) + (place < Number(wanted) % uris.length ? 1 : 0);
      for (let turn = 0; left > 0; turn += 1, left -= 1) {
        const comes = turn % 2 === 0;
        if (comes) {
          if (turn > 0) await finalized(api.tx.authorities.apply(profile.unwrap()), pair);
          await admit(api, pair.address, alone);
        } else {
          await finalized(api.tx.authorities.exit(), pair);
        }
        await changed(pair, comes);
      }
    }),
  );
  const sets = (await api.query.grandpa.currentSetId()).toNumber() - first;
  assert.equal(changes, Number(wanted));
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
