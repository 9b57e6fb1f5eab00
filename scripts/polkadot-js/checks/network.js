'use strict';

const assert = require('node:assert/strict');
const { SLOT_MS, SS58_PREFIX, TOKEN_DECIMALS, TOKEN_SYMBOL } = require('../chain');

// What wallets, explorers and operators' tools call.
const METHODS = [
  'author_rotateKeysWithOwner',
  'author_submitExtrinsic',
  'chain_getFinalizedHead',
  'chainHead_v1_follow',
  'grandpa_roundState',
  'payment_queryInfo',
  'state_getMetadata',
  'system_accountNextIndex',
  'system_health',
];

module.exports = {
  claim: 'the chain introduces itself: name, token, address format, runtime, RPC methods',
  async run(api) {
    const [chain, version, methods] = await Promise.all([
      api.rpc.system.chain(),
      api.rpc.state.getRuntimeVersion(),
      api.rpc.rpc.methods(),
    ]);
    assert.equal(version.specName.toString(), 'chainflix');

    assert.deepEqual(api.registry.chainTokens, [TOKEN_SYMBOL]);
    assert.deepEqual(api.registry.chainDecimals, [TOKEN_DECIMALS]);
    assert.equal(api.registry.chainSS58, SS58_PREFIX);
    assert.equal(api.consts.system.ss58Prefix.toNumber(), SS58_PREFIX, 'chain spec and runtime agree on the prefix');

    const offered = methods.methods.map(String);
    for (const method of METHODS) assert.ok(offered.includes(method), `RPC method ${method} is missing`);

    assert.equal((await api.call.auraApi.slotDuration()).toNumber(), SLOT_MS);
    return [
      `${chain}, ${version.specName} version ${version.specVersion}`,
      `${TOKEN_SYMBOL}, ${TOKEN_DECIMALS} decimals, address prefix ${SS58_PREFIX}, a slot every ${SLOT_MS} ms`,
      `${offered.length} RPC methods`,
    ];
  },
};
