// Asks a pallet's view functions, which the metadata describe: their ids, arguments and answers.
'use strict';

const assert = require('node:assert/strict');
const { u8aConcat, u8aToHex } = require('@polkadot/util');

// What Pallet.name(...args) answers, decoded; `at` is the API at a block, the best one if not given.
async function view(api, pallet, name, args = [], at = api) {
  const pallets = api.runtimeMetadata.asLatest.pallets;
  const found = pallets
    .find((candidate) => candidate.name.eq(pallet))
    ?.viewFunctions.find((candidate) => candidate.name.eq(name));
  assert.ok(found, `view function ${pallet}.${name} is missing`);
  assert.equal(args.length, found.inputs.length, `arguments of ${pallet}.${name}`);

  const typeOf = (type) => api.registry.createLookupType(type);
  const input = u8aConcat(...found.inputs.map(({ type }, i) => api.createType(typeOf(type), args[i]).toU8a()));
  const answer = await at.call.runtimeViewFunction.executeViewFunction(found.id.toU8a(), u8aToHex(input));
  assert.ok(answer.isOk, `${pallet}.${name} was refused: ${answer}`);

  // Without the length that precedes bytes.
  const bytes = answer.asOk.toU8a(true);
  const decoded = api.createType(typeOf(found.output), bytes);
  assert.equal(u8aToHex(decoded.toU8a()), u8aToHex(bytes), `${pallet}.${name} answers something else than its metadata say`);
  return decoded;
}

module.exports = { view };
