// Motions of the verifiers, as their operators make them in Apps: proposed by one, voted on by all that are needed, closed.
'use strict';

const assert = require('node:assert/strict');
const { account } = require('./accounts');
const { finalized } = require('./transactions');

// The verifiers of the `dev` and `local` presets, and who may be admitted to a network of tests.
const VERIFIERS = ['//Alice', '//Bob', '//Charlie', '//Dave', '//Eve', '//Ferdie', '//One', '//Two'];

// More than 51 % of so many members, and at least two thirds of them.
const moreThanHalf = (members) => Math.floor((51 * members) / 100) + 1;
const twoThirds = (members) => Math.ceil((2 * members) / 3);

// Keys of the members of the collective.
async function members(api) {
  const known = VERIFIERS.map(account);
  return (await api.query.technicalCommittee.members()).map((address) => {
    const pair = known.find((candidate) => candidate.address === address.toString());
    assert.ok(pair, `${address} is no verifier that this script has keys of`);
    return pair;
  });
}

const find = (events, kind, what) => {
  const found = events.find((event) => kind.is(event));
  assert.ok(found, `no event ${what}`);
  return found.data;
};

// The events of the block in which a motion for `call` with so many ayes is closed.
async function votedFor(api, call, ayes) {
  const verifiers = await members(api);
  const [proposer] = verifiers;
  const length = call.method.encodedLength + 4;
  const proposal = api.tx.technicalCommittee.propose(ayes, call.method, length);
  const { events } = await finalized(proposal, proposer);
  // A lone verifier's motion is executed when it is proposed.
  if (ayes < 2) return events;

  const { proposalIndex, proposalHash } = find(events, api.events.technicalCommittee.Proposed, 'Proposed');
  await Promise.all(
    verifiers
      .slice(0, ayes)
      .map((verifier) => finalized(api.tx.technicalCommittee.vote(proposalHash, proposalIndex, true), verifier)),
  );
  const { weight } = await call.paymentInfo(proposer);
  const close = api.tx.technicalCommittee.close(proposalHash, proposalIndex, weight, length);
  return (await finalized(close, proposer)).events;
}

// Decides a call by a motion; `needed` says how many ayes of so many members it takes. Events of its block, and, when the call was
// refused, why.
async function decide(api, call, needed) {
  const { length } = await members(api);
  const events = await votedFor(api, call, needed(length));
  const { result } = find(events, api.events.technicalCommittee.Executed, 'Executed');
  if (result.isOk) return { events, ayes: needed(length) };
  const error = result.asErr;
  const refused = error.isModule ? api.registry.findMetaError(error.asModule) : undefined;
  return { events, ayes: needed(length), refused: refused ? `${refused.section}.${refused.name}` : error.toString() };
}

module.exports = { decide, find, moreThanHalf, twoThirds };
