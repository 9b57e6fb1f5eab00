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
  ROUND_MS: 7200,
  // 135 CFX for 43.2 s, scaled by length: 22.5 CFX.
  ROUND_EMISSION: 22_500_000_000_000n,
  // A change holds from so many rounds after the call on.
  ROUNDS_UNTIL_EFFECT: 2,
  // The paper's mining ratio in parts per million, in the order in which the chain keeps it.
  MINING_RATIO: {
    producer: 400_000,
    viewer: 300_000,
    enhancers: 50_000,
    verifier: 100_000,
    storage: 130_000,
    supervisor: 20_000,
  },
  WHOLE_RATIO: 1_000_000,
};
