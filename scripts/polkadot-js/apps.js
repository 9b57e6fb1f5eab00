// apps.js WS_URL [CHECK...]: reads from a running `dev` chain what Polkadot.js Apps would show, sends a transfer, and
// ends with exit code 1 at the first thing that is not as it should be. Only the named checks, if there are names;
// `motion` works on a `local` network of four verifiers too.
'use strict';

const { cryptoWaitReady } = require('@polkadot/util-crypto');
const { connect } = require('./connecting');

// In the order in which a user of Apps meets them.
const CHECKS = ['network', 'pallets', 'balances', 'video', 'round', 'transfer', 'motion'];

async function main() {
  const [url, ...only] = process.argv.slice(2);
  const unknown = only.find((name) => !CHECKS.includes(name));
  if (!url || unknown) throw new Error(`usage: node apps.js ws://127.0.0.1:9944 [CHECK...], of ${CHECKS.join(', ')}`);
  await cryptoWaitReady();
  const api = await connect(url);
  for (const name of CHECKS.filter((name) => only.length === 0 || only.includes(name))) {
    const check = require(`./checks/${name}`);
    const started = Date.now();
    for (const line of await check.run(api)) console.log(`  ${line}`);
    console.log(`ok: ${check.claim} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  }
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
