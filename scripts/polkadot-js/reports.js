// reports.js WS_URL ROUNDS [--json FILE]: follows a chain until ROUNDS more rounds are settled with a report of every
// verifier, prints what each round came to, and ends with exit code 1 when that does not happen in time.
'use strict';

const { writeFileSync } = require('node:fs');
const { ApiPromise, WsProvider } = require('@polkadot/api');

const PATIENCE_MS = 240_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function standing(api) {
  const [clock, progress, counted] = await Promise.all([
    api.query.pov.clock(),
    api.query.pov.progress(),
    api.query.pov.counted(),
  ]);
  return { clock, round: progress.round.toNumber(), counted: counted.map((round) => round.toNumber()) };
}

async function main() {
  const [url, wanted, flag, file] = process.argv.slice(2);
  if (!url || !wanted || (flag && (flag !== '--json' || !file))) {
    throw new Error('usage: node reports.js ws://127.0.0.1:9944 ROUNDS [--json FILE]');
  }
  const api = await ApiPromise.create({
    provider: new WsProvider(url, 500),
    noInitWarn: true,
    signedExtensions: { AuthorizeCall: { extrinsic: {}, payload: {} } },
  });
  const verifiers = (await api.query.session.validators()).map(String);
  const deadline = Date.now() + PATIENCE_MS;
  const late = (what) => {
    if (Date.now() > deadline) throw new Error(`${what} within ${PATIENCE_MS / 1000} s`);
  };

  let announced = [];
  while (announced.length < verifiers.length) {
    late('not every verifier announced itself');
    announced = await api.query.authorities.announcements.entries();
    await pause(500);
  }
  console.log(`${announced.length} verifiers announced their endpoints and keys:`);
  for (const [key, value] of announced) {
    console.log(`  ${key.args[0]}  ${value.unwrap().endpoint.toUtf8()}`);
  }
  let secret;
  do {
    late('the verifiers did not agree on a set secret');
    secret = (await api.query.authorities.setSecrets(0)).unwrapOr(null);
    await pause(500);
  } while (!secret || !secret.inForce.isTrue);
  console.log('their set secret is in force: more than 51 % hold it');

  const rounds = [];
  let last = -1;
  while (rounds.length < Number(wanted)) {
    late(`only ${rounds.length} of ${wanted} rounds were settled with a report of every verifier`);
    const { round, counted } = await standing(api);
    const settled = counted[3];
    if (settled !== undefined && settled > last) {
      last = settled;
      const reported = (await api.query.pov.headers.entries(settled)).length;
      const record = (await api.query.rewards.settledRounds(settled)).unwrapOr(null);
      if (record && reported === verifiers.length && record.reporters.length === verifiers.length) {
        rounds.push({
          round: settled,
          reports: reported,
          approved: record.blocks.filter((block) => block.approved.isTrue).length,
          emission: record.emission.toString(),
          settled: record.settled.toString(),
        });
        const { approved } = rounds.at(-1);
        console.log(`round ${settled}: ${reported} reports, ${approved} view blocks approved, now in round ${round}`);
      }
    }
    await pause(700);
  }
  const finalized = (await api.rpc.chain.getHeader(await api.rpc.chain.getFinalizedHead())).number.toNumber();
  console.log(`finalized block: ${finalized}`);
  if (file) writeFileSync(file, `${JSON.stringify({ verifiers: verifiers.length, rounds, finalized }, null, 2)}\n`);
  await api.disconnect();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`failed: ${error.message}`);
    process.exit(1);
  },
);
