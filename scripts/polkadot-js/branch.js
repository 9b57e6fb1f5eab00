// branch.js WS_URL FROM [finalized]: the blocks after block FROM of the node's best chain, or of what of it is finalized, with the
// claims that they pay, the reports and the votes on earnings that they hold, as JSON.
'use strict';

const { connect } = require('./connecting');

async function main() {
  const [url, from, only] = process.argv.slice(2);
  if (!(Number(from) >= 0) || ![undefined, 'finalized'].includes(only)) {
    throw new Error('usage: node branch.js WS_URL FROM [finalized]');
  }
  const api = await connect(url);
  const { EarningsClaimed, EarningsVoted } = api.events.rewards;
  const { Reported } = api.events.pov;
  const blocks = [];
  const claims = [];
  const reports = [];
  const votes = [];
  // By parents, and not by numbers: the chain may be reorganised meanwhile.
  let hash = only ? await api.rpc.chain.getFinalizedHead() : await api.rpc.chain.getBlockHash();
  for (;;) {
    const header = await api.rpc.chain.getHeader(hash);
    const block = header.number.toNumber();
    if (block <= Number(from)) break;
    blocks.push({ block, hash: hash.toHex() });
    for (const { event } of await (await api.at(hash)).query.system.events()) {
      const { data } = event;
      if (EarningsClaimed.is(event)) claims.push({ block, account: data.account.toString(), amount: data.amount.toString() });
      if (EarningsVoted.is(event)) votes.push({ block, verifier: data.verifier.toString(), as_of: data.asOf.toNumber() });
      if (Reported.is(event)) reports.push({ block, verifier: data.verifier.toString(), round: data.round.toNumber() });
    }
    hash = header.parentHash;
  }
  console.log(JSON.stringify({ blocks, claims, reports, votes }));
  await api.disconnect();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`failed: ${error.message}`);
    process.exit(1);
  },
);
