'use strict';

const assert = require('node:assert/strict');
const { randomAsHex } = require('@polkadot/util-crypto');
const { newAccount } = require('../accounts');
const { CFX } = require('../chain');
const { decide, find, moreThanHalf, twoThirds } = require('../motions');
const { view } = require('../view-functions');
const { until } = require('../waiting');

const BOUNTY_FOR_SECURITY = 300;
const AMOUNT = 5n * CFX;

// More than 51 % of the verifiers register a supervisor, and remove it again.
async function supervisor(api) {
  const { address } = newAccount();
  const profile = { name: 'Elected by motion', endpoint: 'https://supervisor.example', exchangeKey: randomAsHex(32) };
  const added = await decide(api, api.tx.supervisors.addSupervisor(address, profile), moreThanHalf);
  assert.equal(added.refused, undefined);
  const record = await api.query.supervisors.supervisors(address);
  assert.ok(record.isSome, 'the supervisor is in office');
  assert.equal(record.unwrap().profile.name.toUtf8(), profile.name);

  const removed = await decide(api, api.tx.supervisors.removeSupervisor(address), moreThanHalf);
  assert.equal(removed.refused, undefined);
  assert.ok((await api.query.supervisors.supervisors(address)).isNone);
  return added.ayes;
}

// Two thirds decide a payment, which is made when the delay has passed.
async function payment(api) {
  const { address } = newAccount();
  const free = async () => (await api.query.system.account(address)).data.free.toBigInt();
  const pay = api.tx.funds.pay('Bounty', address, AMOUNT, BOUNTY_FOR_SECURITY);
  const { events, ayes, refused } = await decide(api, api.tx.motions.schedule(pay.method), twoThirds);
  assert.equal(refused, undefined);

  const { index, callHash, enactAt } = find(events, api.events.motions.Scheduled, 'motions.Scheduled');
  assert.equal(callHash.toHex(), pay.method.hash.toHex(), 'the event names the hash of the call');
  const pending = (await api.query.motions.pending(index)).unwrapOr(undefined);
  if (pending) assert.equal(pending.callHash.toHex(), callHash.toHex());
  const delay = (await view(api, 'Motions', 'delay')).toNumber();
  assert.equal(delay, (await api.query.motions.delay()).toNumber());

  await until(120, `the payment was not made, though it was due in block ${enactAt}`, async () =>
    (await free()) === AMOUNT ? true : undefined,
  );
  const made = (await api.rpc.chain.getHeader()).number.toNumber();
  assert.ok(made >= enactAt.toNumber(), 'not before the delay has passed');
  const at = await api.at(await api.rpc.chain.getBlockHash(enactAt));
  const told = (await at.query.system.events()).map(({ event }) => event);
  assert.ok(find(told, api.events.motions.Enacted, 'motions.Enacted').index.eq(index));
  const paid = find(told, api.events.funds.FundPaid, 'funds.FundPaid');
  assert.equal(paid.purpose.toNumber(), BOUNTY_FOR_SECURITY);
  assert.equal(paid.to.toString(), address);

  const bounty = (await view(api, 'Funds', 'funds')).find(({ fund }) => fund.isBounty);
  assert.ok(bounty.paid.toBigInt() >= AMOUNT);
  return { ayes, delay };
}

module.exports = {
  claim: 'verifiers decide by motion: a supervisor at once, a payment with a delay, and nothing that is not on the list',
  async run(api) {
    const half = await supervisor(api);
    const { ayes, delay } = await payment(api);

    const mint = api.tx.balances.forceSetBalance(newAccount().address, AMOUNT);
    const minted = await decide(api, api.tx.motions.schedule(mint.method), twoThirds);
    assert.equal(minted.refused, 'motions.NotEnactable', 'nobody mints by motion');
    const direct = await decide(api, mint, twoThirds);
    assert.match(direct.refused, /BadOrigin/i, 'a motion is not root');

    const { length } = await api.query.technicalCommittee.members();
    return [
      `a supervisor by ${half} of ${length} verifiers, a payment by ${ayes} of ${length} after ${delay} blocks`,
      'minting was refused',
    ];
  },
};
