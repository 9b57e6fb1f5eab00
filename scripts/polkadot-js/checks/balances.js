'use strict';

const assert = require('node:assert/strict');
const { formatBalance } = require('@polkadot/util');
const { account } = require('../accounts');
const { ENDOWMENT, EXISTENTIAL_DEPOSIT, TOKEN_DECIMALS, TOKEN_SYMBOL } = require('../chain');

// The roles of the demo each have an account of their own.
const FUNDED = ['//Alice', '//Producer', '//Viewer', '//Supervisor', '//StorageA', '//StorageB', '//StorageC'];

module.exports = {
  claim: 'the accounts of the preset hold what genesis gave them',
  async run(api) {
    assert.equal(api.consts.balances.existentialDeposit.toBigInt(), EXISTENTIAL_DEPOSIT);

    const lines = [];
    for (const uri of FUNDED) {
      const { address } = account(uri);
      assert.ok(address.startsWith('cf'), `${address} does not begin with cf`);
      const { data } = await api.query.system.account(address);
      // Alice writes the blocks and may have earned or spent already; the others have only genesis.
      if (uri !== '//Alice') assert.equal(data.free.toBigInt() + data.reserved.toBigInt(), ENDOWMENT, uri);
      const amount = formatBalance(data.free, { decimals: TOKEN_DECIMALS, withUnit: TOKEN_SYMBOL });
      lines.push(`${uri.padEnd(12)} ${address} ${amount}`);
    }

    const total = (await api.query.balances.totalIssuance()).toBigInt();
    assert.ok(total >= ENDOWMENT * BigInt(FUNDED.length));
    return lines;
  },
};
