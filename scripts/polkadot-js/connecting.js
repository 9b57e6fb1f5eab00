// Connects to a node as Apps does.
'use strict';

const { ApiPromise, WsProvider } = require('@polkadot/api');

const CONNECT_MS = 30_000;

async function connect(url) {
  const provider = new WsProvider(url, 500);
  const api = new ApiPromise({
    provider,
    noInitWarn: true,
    // Verifiers authorize their own reports with it; to everybody else it is empty. Apps does not know
    // it and says so in its console, which is harmless.
    signedExtensions: { AuthorizeCall: { extrinsic: {}, payload: {} } },
  });
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from ${url} within ${CONNECT_MS / 1000} s`)), CONNECT_MS);
  });
  await Promise.race([api.isReadyOrError, late]);
  clearTimeout(timer);
  return api;
}

module.exports = { connect };
