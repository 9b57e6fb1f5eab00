'use strict';

const assert = require('node:assert/strict');
const { Keyring } = require('@polkadot/keyring');
const { mnemonicGenerate } = require('@polkadot/util-crypto');
const { CFX, SS58_PREFIX } = require('../chain');

const FINALIZED_MS = 60_000;
const AMOUNT = 12n * CFX + 345n;

// The block hash and events of the transaction once it is finalized.
function finalized(transaction, signer) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the transfer was not finalized within ${FINALIZED_MS / 1000} s`)),
      FINALIZED_MS,
    );
    transaction
      .signAndSend(signer, ({ status, events, dispatchError, isError }) => {
        if (isError || dispatchError) {
          clearTimeout(timer);
          reject(new Error(`the transfer failed: ${dispatchError ?? status}`));
        } else if (status.isFinalized) {
          clearTimeout(timer);
          resolve({ hash: status.asFinalized, events: events.map(({ event }) => event) });
        }
      })
      .catch(reject);
  });
}

module.exports = {
  claim: 'a transfer is finalized, arrives to the unit, and costs its fee and no more',
  async run(api) {
    const keyring = new Keyring({ type: 'sr25519', ss58Format: SS58_PREFIX });
    const sender = keyring.addFromUri('//Bob');
    const receiver = keyring.addFromUri(mnemonicGenerate());
    const free = async (who) => (await api.query.system.account(who.address)).data.free.toBigInt();

    const before = await free(sender);
    assert.equal(await free(receiver), 0n);
    const nonce = (await api.rpc.system.accountNextIndex(sender.address)).toNumber();

    const transfer = api.tx.balances.transferKeepAlive(receiver.address, AMOUNT);
    const estimate = (await transfer.paymentInfo(sender)).partialFee.toBigInt();
    assert.ok(estimate > 0n, 'a transfer has a fee');

    const started = Date.now();
    const { hash, events } = await finalized(transfer, sender);
    const took = Date.now() - started;

    const paid = events.find((event) => api.events.transactionPayment.TransactionFeePaid.is(event));
    assert.ok(paid, 'the fee is reported as an event');
    const fee = paid.data.actualFee.toBigInt();
    assert.ok(fee <= estimate, `the fee ${fee} is more than the ${estimate} shown before signing`);
    assert.ok(events.some((event) => api.events.balances.Transfer.is(event)));

    assert.equal(await free(receiver), AMOUNT);
    assert.equal(await free(sender), before - AMOUNT - fee);
    assert.equal((await api.rpc.system.accountNextIndex(sender.address)).toNumber(), nonce + 1);

    const head = await api.rpc.chain.getFinalizedHead();
    const [included, last] = await Promise.all([api.rpc.chain.getHeader(hash), api.rpc.chain.getHeader(head)]);
    assert.ok(included.number.toNumber() <= last.number.toNumber());
    return [`${AMOUNT} units, fee ${fee}, block ${included.number}, finalized after ${(took / 1000).toFixed(1)} s`];
  },
};
