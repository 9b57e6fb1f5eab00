//! What the pallet needs from the runtime.

use frame_support::pallet_macros::pallet_section;

/// Configuration.
#[pallet_section]
mod config {
    /// What the pallet needs from its surroundings. The runtime's transactions have to carry
    /// `frame_system::AuthorizeCall`, and `session.purgeKeys` has to be closed: a verifier without keys would drop out
    /// of the set whatever its minimum.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<
            RuntimeEvent: From<Event<Self>>,
            AccountId: From<[u8; 32]> + Into<[u8; 32]>,
            Hash: Into<Hash32>,
        > + pallet_session::Config<ValidatorId = <Self as frame_system::Config>::AccountId>
        + pallet_session::historical::Config
        + CreateAuthorizedTransaction<Call<Self>>
    {
        /// Holds bonds and deposits. Amounts are units of 10⁻¹² CFX.
        type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = u128>;

        /// The runtime's reasons for holds.
        type RuntimeHoldReason: From<HoldReason>;

        /// The account that slashes go to.
        type Treasury: Get<Self::AccountId>;

        /// Admits candidates: two thirds of the verifiers and a delay.
        type AdmissionOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Removes and suspends verifiers: two thirds, without delay.
        type RemovalOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Lifts a suspension: more than 51 %.
        type ReadmissionOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Who decides motions: follows the set in force.
        type Motions: ChangeMembers<Self::AccountId> + InitializeMembers<Self::AccountId>;

        /// Takes proved equivocations of Aura: pallet-offences behind [`NewOffences`].
        type ReportAuraEquivocation: ReportOffence<
                Self::AccountId,
                IdentificationTuple<Self>,
                AuraEquivocation<IdentificationTuple<Self>>,
            >;

        /// What a cycle may mint from now on, in units. Divided by the number of verifiers it is the bond of one.
        type CycleEmission: Get<u128>;

        /// The slot of the block being made.
        type CurrentSlot: Get<u64>;

        /// The current round.
        type Rounds: CurrentRound;

        /// The verifiers' `pov` session keys.
        type VerifierKeys: VerifierKeys;

        /// Most verifiers; at most [`MAX_VERIFIERS`].
        #[pallet::constant]
        type MaxSet: Get<u32>;

        /// For how many rounds a bond stays locked after its verifier left: two cycles.
        #[pallet::constant]
        type BondLockRounds: Get<Round>;

        /// The share of its bond that an equivocation costs.
        #[pallet::constant]
        type EquivocationSlash: Get<Perbill>;

        /// What a fault costs its issuer, as a share of a whole bond at the time; an approver pays a tenth of it.
        #[pallet::constant]
        type FaultSlash: Get<Perbill>;

        /// For how many sessions an equivocation can be reported; the roots of older ones are dropped.
        #[pallet::constant]
        type ReportSessions: Get<SessionIndex>;

        /// For how many sessions whoever equivocated is barred; no fewer than [`Config::ReportSessions`], so that
        /// one offence is not punished twice.
        #[pallet::constant]
        type BarSessions: Get<SessionIndex>;

        /// Deposit for one storage entry, in units.
        #[pallet::constant]
        type DepositPerEntry: Get<u128>;

        /// Deposit for one byte in storage, in units.
        #[pallet::constant]
        type DepositPerByte: Get<u128>;

        /// Priority of the verifiers' own calls in the transaction pool.
        #[pallet::constant]
        type Priority: Get<TransactionPriority>;

        /// For how many blocks those calls stay in the transaction pool; the worker submits them again after.
        #[pallet::constant]
        type Longevity: Get<TransactionLongevity>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// What benchmarks need of the rest of the runtime.
        #[cfg(any(test, feature = "runtime-benchmarks"))]
        type BenchmarkHelper: BenchmarkHelper;
    }
}
