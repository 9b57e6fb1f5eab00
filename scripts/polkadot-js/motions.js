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

// The events of the block in which a motion for `call` with so many ayes is closed. One that is open already is taken up: a set
// that changes meanwhile takes votes of its former members away.
async function votedFor(api, call, ayes, sent) {
  const verifiers = await members(api);
  const [proposer] = verifiers;
  const length = call.method.encodedLength + 4;
  const hash = call.method.hash;
  let open = (await api.query.technicalCommittee.voting(hash)).unwrapOr(undefined);
  if (!open) {
    const { events } = await sent(api.tx.technicalCommittee.propose(ayes, call.method, length), proposer);
    // A lone verifier's motion is executed when it is proposed.
    if (ayes < 2) return events;
    find(events, api.events.technicalCommittee.Proposed, 'Proposed');
    open = (await api.query.technicalCommittee.voting(hash)).unwrap();
  }
  const { index, threshold } = open;
  const voted = new Set(open.ayes.map((member) => member.toString()));
  const missing = verifiers.filter(({ address }) => !voted.has(address)).slice(0, Math.max(0, threshold.toNumber() - voted.size));
  await Promise.all(missing.map((verifier) => sent(api.tx.technicalCommittee.vote(hash, index, true), verifier)));
  const { weight } = await call.paymentInfo(proposer);
  return (await sent(api.tx.technicalCommittee.close(hash, index, weight, length), proposer)).events;
}

// Decides a call by a motion; `needed` says how many ayes of so many members it takes. Events of its block, and, when the call was
// refused, why. `sent` says how far each transaction of it has to be.
async function decide(api, call, needed, sent = finalized) {
  const { length } = await members(api);
  const events = await votedFor(api, call, needed(length), sent);
  const { result } = find(events, api.events.technicalCommittee.Executed, 'Executed');
  if (result.isOk) return { events, ayes: needed(length) };
  const error = result.asErr;
  const refused = error.isModule ? api.registry.findMetaError(error.asModule) : undefined;
  return { events, ayes: needed(length), refused: refused ? `${refused.section}.${refused.name}` : error.toString() };
}

module.exports = { decide, find, moreThanHalf, twoThirds };
