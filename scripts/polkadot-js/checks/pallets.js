'use strict';

const assert = require('node:assert/strict');

const FROM_THE_SDK = [
  'System',
  'Timestamp',
  'Aura',
  'Authorship',
  'Session',
  'Historical',
  'Grandpa',
  'Balances',
  'TransactionPayment',
  'Utility',
  'Multisig',
  'Proxy',
  'TechnicalCommittee',
  'Scheduler',
  'Vesting',
];
const OURS = ['Authorities', 'Videos', 'Supervisors', 'StorageProviders', 'Pov', 'Rewards', 'Ads', 'Motions', 'Funds'];

const text = (docs) => docs.map(String).join(' ').trim();

// Everything of a pallet that Apps lists, as [kind, name, documentation].
function shown(api, pallet) {
  const entries = [];
  const variants = (kind, type) => {
    if (type.isNone) return;
    for (const variant of api.registry.lookup.getSiType(type.unwrap().type).def.asVariant.variants) {
      entries.push([kind, variant.name.toString(), text(variant.docs)]);
      for (const field of variant.fields) {
        assert.ok(field.name.isSome, `a field of ${kind} ${pallet.name}.${variant.name} has no name`);
      }
    }
  };
  variants('call', pallet.calls);
  variants('event', pallet.events);
  variants('error', pallet.errors);
  if (pallet.storage.isSome) {
    for (const item of pallet.storage.unwrap().items) entries.push(['storage', item.name.toString(), text(item.docs)]);
  }
  for (const constant of pallet.constants) entries.push(['constant', constant.name.toString(), text(constant.docs)]);
  return entries;
}

module.exports = {
  claim: 'every pallet is there and ours document each call, event, error, storage item and constant',
  async run(api) {
    const pallets = new Map(api.runtimeMetadata.asLatest.pallets.map((pallet) => [pallet.name.toString(), pallet]));
    for (const name of [...FROM_THE_SDK, ...OURS]) assert.ok(pallets.has(name), `pallet ${name} is missing`);
    assert.ok(!pallets.has('Sudo'), 'nobody has the powers of sudo');

    const lines = [];
    for (const name of OURS) {
      const entries = shown(api, pallets.get(name));
      const silent = entries.filter(([, , docs]) => docs === '').map(([kind, item]) => `${kind} ${name}.${item}`);
      assert.deepEqual(silent, [], 'not documented');
      const count = (kind) => entries.filter(([found]) => found === kind).length;
      lines.push(`${name}: ${count('call')} calls, ${count('event')} events, ${count('storage')} storage items`);
    }
    return lines;
  },
};
