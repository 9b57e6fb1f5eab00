// Signs and sends transactions, and follows them to the end.
'use strict';

const PATIENCE_MS = 60_000;

// What Apps says of a refused transaction: the pallet's name for the error, such as videos.NotEligible.
function reasonOf(transaction, dispatchError) {
  if (!dispatchError.isModule) return dispatchError.toString();
  const { section, name } = transaction.registry.findMetaError(dispatchError.asModule);
  return `${section}.${name}`;
}

const FINALIZED = { reached: ({ isFinalized }) => isFinalized, hash: ({ asFinalized }) => asFinalized, named: 'finalized' };
const IN_BLOCK = { reached: ({ isInBlock }) => isInBlock, hash: ({ asInBlock }) => asInBlock, named: 'in a block' };

// Block hash, events and, when the chain refused it, `refused` with the reason, once the transaction is so far.
function outcome(transaction, signer, wanted = FINALIZED) {
  const { section, method } = transaction.method;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${section}.${method} was not ${wanted.named} within ${PATIENCE_MS / 1000} s`)),
      PATIENCE_MS,
    );
    const settle = (end, value) => {
      clearTimeout(timer);
      end(value);
    };
    transaction
      .signAndSend(signer, { nonce: -1 }, ({ status, events, dispatchError, isError }) => {
        if (isError) {
          settle(reject, new Error(`${section}.${method} did not get into a block: ${status}`));
        } else if (wanted.reached(status)) {
          const refused = dispatchError ? reasonOf(transaction, dispatchError) : undefined;
          settle(resolve, { hash: wanted.hash(status), events: events.map(({ event }) => event), refused });
        }
      })
      .catch((error) => settle(reject, error));
  });
}

// The same for a transaction that has to succeed.
const finalized = (transaction, signer) => succeeded(transaction, signer, FINALIZED);
// The same where nothing is finalized: it may still be reorganised away.
const inBlock = (transaction, signer) => succeeded(transaction, signer, IN_BLOCK);

async function succeeded(transaction, signer, wanted) {
  const { hash, events, refused } = await outcome(transaction, signer, wanted);
  if (refused) throw new Error(`${transaction.method.section}.${transaction.method.method} was refused: ${refused}`);
  return { hash, events };
}

module.exports = { finalized, inBlock, outcome };
