//! What genesis decides.

use frame_support::pallet_macros::pallet_section;

/// Genesis.
#[pallet_section]
mod genesis {
    /// What a chain fixes at its start.
    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Length of a round in ms, a multiple of the slot length.
        pub round_ms: u32,
        /// Rounds in a cycle.
        pub cycle_rounds: u32,
        /// Rounds from one earnings root to the next.
        pub earnings_interval: u32,
        /// Leading zero bits of a nonce, 8 to 24.
        pub difficulty: u8,
        /// Views of one address group that may earn in a round.
        pub views_per_group: u32,
        /// What an issuer owes for a missing acceptance, in units.
        pub missing_acceptance: u128,
        /// Deposit of a fault report, in units.
        pub fault_deposit: u128,
        /// Nothing.
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    /// Production: rounds of 43.2 s, cycles of 10,000 of them, a root every 10 rounds.
    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                round_ms: PRODUCTION_ROUND_MS,
                cycle_rounds: CYCLE_ROUNDS,
                earnings_interval: 10,
                difficulty: PovParameters::default().difficulty,
                views_per_group: PovParameters::default().views_per_group,
                missing_acceptance: PovParameters::default().missing_acceptance,
                fault_deposit: PovParameters::default().fault_deposit,
                _config: PhantomData,
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            assert!(
                self.round_ms > 0
                    && u64::from(self.round_ms).checked_rem(T::SlotMs::get()) == Some(0),
                "pov: roundMs is not a multiple of the slot length"
            );
            assert!(self.cycle_rounds > 0, "pov: cycleRounds is 0");
            assert!(self.earnings_interval > 0, "pov: earningsInterval is 0");
            let parameters = PovParameters {
                difficulty: self.difficulty,
                views_per_group: self.views_per_group,
                missing_acceptance: self.missing_acceptance,
                fault_deposit: self.fault_deposit,
            };
            assert!(
                parameters.are_within_bounds(),
                "pov: difficulty, viewsPerGroup, missingAcceptance or faultDeposit is not within its bounds"
            );
            RoundLength::<T>::put(self.round_ms);
            EarningsInterval::<T>::put(self.earnings_interval);
            CycleRules::<T>::put(BoundedVec::truncate_from(vec![CycleRule::from_genesis(
                self.cycle_rounds,
            )]));
            Parameters::<T>::put(BoundedVec::truncate_from(vec![Since {
                round: 0,
                value: parameters,
            }]));
            CycleSeeds::<T>::put(BoundedVec::truncate_from(vec![CycleSeed {
                cycle: 0,
                seed: draw::first_cycle_seed::<HostHasher>(),
            }]));
        }
    }
}
