// Whether a change of the verifier set happens in the session that is said, which is the one after the next.
'use strict';

const assert = require('node:assert/strict');

const apiAt = async (api, number) => api.at(await api.rpc.chain.getBlockHash(number));
const sessionAt = async (at) => (await at.query.session.currentIndex()).toNumber();
const isInForce = async (at, address) => (await at.query.session.validators()).some((member) => member.eq(address));

// What decides the change in one of the blocks, and where.
async function decision(api, address, comes, from, to) {
  const { VerifierAdmitted, VerifierLeaves } = api.events.authorities;
  const kind = comes ? VerifierAdmitted : VerifierLeaves;
  for (let number = from; number <= to; number += 1) {
    const at = await apiAt(api, number);
    const events = (await at.query.system.events()).map(({ event }) => event);
    const found = events.find((event) => kind.is(event) && event.data.verifier.eq(address));
    if (found) return { number, at, session: found.data.session.toNumber() };
  }
  throw new Error(`no block from ${from} to ${to} decides that ${address} ${comes ? 'comes' : 'leaves'}`);
}

// Checks blocks `from` to `to`, by the last of which the change has happened.
async function changedWhenSaid(api, address, comes, from, to) {
  const { number, at, session } = await decision(api, address, comes, from, to);
  // A block that begins a session may decide before or after it does so.
  const decided = [await sessionAt(await apiAt(api, number - 1)), await sessionAt(at)];
  assert.ok(decided.includes(session - 2), `decided in session ${decided[1]}, it holds from session ${session} on`);
  for (let later = number; later <= to; later += 1) {
    const state = await apiAt(api, later);
    const begun = (await sessionAt(state)) >= session;
    const there = await isInForce(state, address);
    assert.equal(there, begun ? comes : !comes, `in block ${later} the set is not what the event of block ${number} says`);
    if (begun) return { decided_in_block: number, session, holds_from_block: later };
  }
  throw new Error(`session ${session} has not begun by block ${to}`);
}

module.exports = { changedWhenSaid };
