// Figures of the chain that the checks compare with, from the white paper and the `dev` preset.
'use strict';

module.exports = {
  // Units of 10^-12 CFX.
  CFX: 1_000_000_000_000n,
  TOKEN_SYMBOL: 'CFX',
  TOKEN_DECIMALS: 12,
  SS58_PREFIX: 14403,
  EXISTENTIAL_DEPOSIT: 10_000_000_000n,
  ENDOWMENT: 1_000_000n * 1_000_000_000_000n,
  SLOT_MS: 2400,
};
