// Signs and sends transactions, and follows them to the end.
'use strict';

const FINALIZED_MS = 60_000;

// What Apps says of a refused transaction: the pallet's name for the error, such as videos.NotEligible.
function reasonOf(transaction, dispatchError) {
  if (!dispatchError.isModule) return dispatchError.toString();
  const { section, name } = transaction.registry.findMetaError(dispatchError.asModule);
  return `${section}.${name}`;
}

// Block hash, events and, when the chain refused it, `refused` with the reason, once the transaction is finalized.
function outcome(transaction, signer) {
  const { section, method } = transaction.method;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${section}.${method} was not finalized within ${FINALIZED_MS / 1000} s`)),
      FINALIZED_MS,
    );
    const settle = (end, value) => {
      clearTimeout(timer);
      end(value);
    };
    transaction
      .signAndSend(signer, { nonce: -1 }, ({ status, events, dispatchError, isError }) => {
        if (isError) {
          settle(reject, new Error(`${section}.${method} did not get into a block: ${status}`));
        } else if (status.isFinalized) {
          const refused = dispatchError ? reasonOf(transaction, dispatchError) : undefined;
          settle(resolve, { hash: status.asFinalized, events: events.map(({ event }) => event), refused });
        }
      })
      .catch((error) => settle(reject, error));
  });
}

// The same for a transaction that has to succeed.
async function finalized(transaction, signer) {
  const { hash, events, refused } = await outcome(transaction, signer);
  if (refused) throw new Error(`${transaction.method.section}.${transaction.method.method} was refused: ${refused}`);
  return { hash, events };
}

module.exports = { finalized, outcome };
