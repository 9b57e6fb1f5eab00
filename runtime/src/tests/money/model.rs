//! The money flow in plain integers, from the rules as documented and not from the pallets' code.
//!
//! Accounts are numbers, verifiers are the first four of them. What the model is told is what somebody *did*; what follows
//! from it, it works out: which blocks are approved, what each is worth, who is slashed, what a claim pays, and why a call
//! is refused.

mod appeals;
mod market;
mod pot;
mod registry;
mod rounds;
mod set;

use self::{appeals::Appeals, registry::Registry, set::Set};
pub(super) use self::{market::Terms, pot::Vesting, set::Standing};

use std::collections::{BTreeMap, BTreeSet};

/// An account.
pub(super) type Who = usize;

/// One CFX.
pub(super) const CFX: u128 = 1_000_000_000_000;
/// The least that an account is kept for, and that is paid without a fee.
const LEAST: u128 = CFX / 100;
/// What an emission of 135 CFX in 43.2 s comes to in a round of 7.2 s.
const EMISSION: u128 = 22_500_000_000_000;
/// Rounds of a cycle.
const CYCLE: u128 = 10_000;
/// Verifiers.
pub(super) const VERIFIERS: usize = 4;
/// Where fees and slashes go.
pub(super) const TREASURY: Who = 7;
/// The founders' pot, and the founders.
pub(super) const POT: Who = 10;
pub(super) const FOUNDERS: Who = 11;
/// Accounts.
pub(super) const ACCOUNTS: Who = 12;
/// What a fault report costs when it is false.
const FAULT_DEPOSIT: u128 = 10 * CFX;

/// A tenth of a CFX an entry, a thousandth a byte.
const fn deposit(entries: u128, bytes: u128) -> u128 {
    entries * CFX / 10 + bytes * CFX / 1_000
}

/// A refusal, by the name that wallets show.
pub(super) type Refusal = &'static str;

/// Everything that the chain should know about money.
#[derive(Clone)]
pub(super) struct Model {
    pub(super) free: Vec<u128>,
    pub(super) held: Vec<u128>,
    pub(super) issued: u128,
    /// Settled for view blocks, taken from campaigns, paid to accounts.
    pub(super) settled: u128,
    pub(super) advertised: u128,
    pub(super) paid: u128,
    pub(super) claimed: Vec<u128>,
    pub(super) bonds: [u128; VERIFIERS],
    pub(super) suspended: [bool; VERIFIERS],
    pub(super) barred: [bool; VERIFIERS],
    pub(super) campaigns: Vec<Campaign>,
    pub(super) enhancements: Vec<Option<Enhancement>>,
    pub(super) registry: Registry,
    pub(super) set: Set,
    pub(super) appeals: Appeals,
    /// What is still to be vested of the founders' pot, and what its lock keeps.
    pub(super) vesting: Option<Vesting>,
    pub(super) locked: u128,
    pub(super) adopted: BTreeMap<u32, Adopted>,
    /// The current round, and those that counted.
    pub(super) round: u32,
    pub(super) counted: Vec<u32>,
    /// Most units that a second of weighted playtime is worth.
    rate: Option<u128>,
    videos: BTreeMap<u8, Video>,
    uploads: BTreeSet<u8>,
    reports: BTreeMap<(u32, Who), Report>,
    faults: BTreeSet<(u32, Who)>,
    open_faults: Vec<(u32, Who)>,
    /// Settled rounds with everything owed up to each.
    owed: Vec<(u32, u128)>,
    votes: BTreeMap<u32, BTreeMap<Who, Vote>>,
    begun: bool,
}

/// A campaign.
#[derive(Clone, Debug)]
pub(super) struct Campaign {
    advertiser: Who,
    price: u128,
    limit: u128,
    pub(super) deposited: u128,
    pub(super) paid: u128,
    pub(super) refunded: u128,
    pub(super) balance: u128,
    state: (State, u32),
}

/// What a campaign does, and from which round on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Active,
    Spent,
    Closed,
}

/// A registered video.
#[derive(Clone)]
struct Video {
    producer: Who,
    cells: u32,
    /// Whether its last state is to be restricted, from which round on, and how many states it had.
    restricted: bool,
    since: u32,
    states: u32,
}

/// An enhancement.
#[derive(Clone)]
pub(super) struct Enhancement {
    video: u8,
    pub(super) owner: Who,
    /// From which round on, and how many there were.
    since: u32,
    owners: u32,
    pub(super) price: Option<u128>,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Proposed,
    Attached,
    Ended,
}

/// What a verifier put on chain in a report of a round.
#[derive(Clone)]
pub(super) struct Report {
    /// Its block of the round; none of a verifier that is suspended.
    pub(super) block: Option<Block>,
    /// Whose blocks of the round before it approves, and whether views are in them.
    pub(super) approves: BTreeSet<Who>,
    pub(super) approves_views: bool,
    /// Whether it opened what was drawn of its own block two rounds before.
    pub(super) opens: bool,
    /// Its vote for earnings.
    pub(super) vote: Option<Vote>,
}

/// A header.
#[derive(Clone)]
pub(super) struct Block {
    pub(super) views: u32,
    pub(super) playtime_ms: u128,
    pub(super) debits: BTreeMap<usize, u128>,
}

/// A vote for the earnings as of a round.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Vote {
    pub(super) as_of: u32,
    pub(super) root: [u8; 32],
    pub(super) sum: u128,
}

/// Adopted earnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Adopted {
    pub(super) root: [u8; 32],
    pub(super) sum: u128,
    pub(super) in_round: u32,
}

/// A claim: who, the total that it names, and whether the proof leads to the adopted root.
#[derive(Clone, Copy)]
pub(super) struct Claim {
    pub(super) who: Who,
    pub(super) total: u128,
    pub(super) proven: bool,
}

impl Model {
    /// A chain on which these accounts own so much (free, held), before its first block.
    pub(super) fn new(accounts: Vec<(u128, u128)>, rate: Option<u128>) -> Self {
        let (free, held): (Vec<u128>, Vec<u128>) = accounts.into_iter().unzip();
        Self {
            issued: 0,
            claimed: vec![0; free.len()],
            free,
            held,
            settled: 0,
            advertised: 0,
            paid: 0,
            bonds: [0; VERIFIERS],
            suspended: [false; VERIFIERS],
            barred: [false; VERIFIERS],
            campaigns: Vec::new(),
            enhancements: Vec::new(),
            registry: Registry::default(),
            set: Set::default(),
            appeals: Appeals::default(),
            vesting: None,
            locked: 0,
            adopted: BTreeMap::new(),
            round: 0,
            counted: Vec::new(),
            rate,
            videos: BTreeMap::new(),
            uploads: BTreeSet::new(),
            reports: BTreeMap::new(),
            faults: BTreeSet::new(),
            open_faults: Vec::new(),
            owed: Vec::new(),
            votes: BTreeMap::new(),
            begun: false,
        }
    }

    /// The signer paid a fee.
    pub(super) fn pay_fee(&mut self, who: Who, fee: u128) {
        self.free[who] -= fee;
        self.free[TREASURY] += fee;
    }

    fn hold(&mut self, who: Who, amount: u128) -> Result<(), Refusal> {
        if self.free[who] < amount + LEAST {
            return Err("FundsUnavailable");
        }
        self.free[who] -= amount;
        self.held[who] += amount;
        Ok(())
    }

    fn release(&mut self, who: Who, amount: u128) {
        self.held[who] -= amount;
        self.free[who] += amount;
    }

    /// Takes at most `amount` of a bond. How much it was.
    fn slash(&mut self, verifier: Who, amount: u128) {
        let amount = amount.min(self.bonds[verifier]);
        self.bonds[verifier] -= amount;
        self.held[verifier] -= amount;
        self.free[TREASURY] += amount;
    }

    pub(super) fn transfer(&mut self, from: Who, to: Who, amount: u128) -> Result<(), Refusal> {
        if self.free[from] < amount {
            return Err("FundsUnavailable");
        }
        if from == to {
            return Ok(());
        }
        if self.free[to] + self.held[to] == 0 && amount < LEAST {
            return Err("BelowMinimum");
        }
        if self.free[from] < amount + LEAST {
            return Err("NotExpendable");
        }
        self.free[from] -= amount;
        self.free[to] += amount;
        Ok(())
    }

    /// Somebody reports a fault in a block; `true` when the proof holds, and the call is free.
    pub(super) fn report_fault(
        &mut self,
        by: Who,
        round: u32,
        issuer: Who,
        holds: bool,
    ) -> Result<bool, Refusal> {
        let reported = self.reports.get(&(round, issuer));
        if reported.is_none_or(|report| report.block.is_none()) {
            return Err("UnknownBlock");
        }
        if self.faults.contains(&(round, issuer)) {
            return Err("FaultAlreadyProven");
        }
        self.hold(by, FAULT_DEPOSIT)?;
        self.release(by, FAULT_DEPOSIT);
        if !holds {
            self.free[by] -= FAULT_DEPOSIT;
            self.free[TREASURY] += FAULT_DEPOSIT;
            return Ok(false);
        }
        let price = self.price_of_fault();
        self.slash(issuer, price);
        self.suspended[issuer] = true;
        self.faults.insert((round, issuer));
        self.open_faults.push((round, issuer));
        Ok(true)
    }

    /// Somebody claims under adopted earnings for others: all of it, or nothing.
    pub(super) fn claim(
        &mut self,
        as_of: u32,
        claims: &[Claim],
        feeless: bool,
    ) -> Result<(), Refusal> {
        let mut after = self.clone();
        let mut unproven = false;
        for claim in claims {
            let adopted = after.adopted.get(&as_of).ok_or("NotAdopted")?;
            // Claimable two rounds after the adoption.
            if after.round < adopted.in_round + 2 {
                return Err("NotYetClaimable");
            }
            if claim.total <= after.claimed[claim.who] {
                return Err("NothingToClaim");
            }
            let amount = claim.total - after.claimed[claim.who];
            if after.paid + amount > after.settled + after.advertised {
                return Err("AboveSettled");
            }
            if after.free[claim.who] + after.held[claim.who] == 0 && amount < LEAST {
                return Err("BelowExistentialDeposit");
            }
            if feeless && amount < LEAST {
                return Err("BelowFeelessMinimum");
            }
            if !claim.proven {
                // In the pool all proofs come last.
                if !feeless {
                    return Err("WrongProof");
                }
                unproven = true;
            }
            after.paid += amount;
            after.claimed[claim.who] = claim.total;
            after.free[claim.who] += amount;
            after.issued += amount;
        }
        if unproven {
            return Err("WrongProof");
        }
        *self = after;
        Ok(())
    }
}
