'use strict';

const assert = require('node:assert/strict');
const { account, newAccount } = require('../accounts');
const { CFX } = require('../chain');
const { finalized } = require('../transactions');

const AMOUNT = 12n * CFX + 345n;

module.exports = {
  claim: 'a transfer is finalized, arrives to the unit, and costs its fee and no more',
  async run(api) {
    const sender = account('//Bob');
    const receiver = newAccount();
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
