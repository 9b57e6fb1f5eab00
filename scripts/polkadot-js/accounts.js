// The well-known accounts of the `dev` preset, and fresh ones: account('//Producer').
'use strict';

const { Keyring } = require('@polkadot/keyring');
const { u8aToHex } = require('@polkadot/util');
const { mnemonicGenerate } = require('@polkadot/util-crypto');
const { SS58_PREFIX } = require('./chain');

const keyring = new Keyring({ type: 'sr25519', ss58Format: SS58_PREFIX });

module.exports = {
  account: (uri) => keyring.addFromUri(uri),
  newAccount: () => keyring.addFromUri(mnemonicGenerate()),
  // As records of the chain name an account: its public key.
  keyOf: (pair) => u8aToHex(pair.publicKey),
};
