//! Who the other verifiers are: the set in force, with what each announced.

use std::sync::{Arc, PoisonError, RwLock};

use chainflix_primitives::{AccountId, Round, registry::Standing};

use super::{At, ChainResult, ChainView};

/// A verifier in force that announced itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    /// Its account.
    pub(crate) account: AccountId,
    /// Key of its node on the network.
    pub(crate) network_key: [u8; 32],
    /// X25519 key to which secrets are sealed.
    pub(crate) exchange_key: [u8; 32],
}

/// Whoever has left is remembered for so many rounds, and until the round in which it left is settled: as long as its last
/// blocks may be judged.
const REMEMBERED_ROUNDS: Round = 24;
/// Whoever has left is answered for so many rounds, and until then: it judges the blocks of its last rounds, and shows its
/// own.
const ANSWERED_ROUNDS: Round = 6;

/// The verifiers, as of the last best block.
#[derive(Default)]
pub(crate) struct Verifiers {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    /// Those in force.
    peers: Arc<Vec<Peer>>,
    /// Those who have left, and when.
    former: Vec<(Peer, Round)>,
    round: Round,
    /// The round that was settled last; the first, as long as none is.
    settled: Round,
}

impl Verifiers {
    /// Reads them anew.
    pub(crate) fn refresh(&self, chain: &dyn ChainView, standing: &Standing) -> ChainResult<()> {
        let round = standing.round;
        // The fourth.
        let settled = standing.counted.get(3).copied().unwrap_or(0);
        let set = chain.verifier_set(At::Best, round)?;
        let peers: Vec<Peer> = chain
            .announcements(At::Best)?
            .into_iter()
            .filter(|(account, _)| set.contains(account))
            .map(|(account, announcement)| Peer {
                account,
                network_key: announcement.network_key,
                exchange_key: announcement.exchange_key,
            })
            .collect();
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .turn_to(peers, round, settled);
        Ok(())
    }

    /// All in force.
    pub(crate) fn all(&self) -> Arc<Vec<Peer>> {
        Arc::clone(&self.read().peers)
    }

    /// All in force, and those who have left so late that blocks of theirs may be judged yet.
    pub(crate) fn with_former(&self) -> Vec<Peer> {
        let known = self.read();
        let former = known.former.iter().map(|(peer, _)| *peer);
        known.peers.iter().copied().chain(former).collect()
    }

    /// The verifier with this account, in force or among those.
    pub(crate) fn with_account(&self, account: &AccountId) -> Option<Peer> {
        self.with_former()
            .into_iter()
            .find(|peer| peer.account == *account)
    }

    /// The verifier whose node has this network key, and which is to be answered.
    pub(crate) fn with_network_key(&self, key: &[u8; 32]) -> Option<Peer> {
        let known = self.read();
        let answered = known.former.iter().filter(|(_, left)| {
            let since = known.round.saturating_sub(*left);
            since <= ANSWERED_ROUNDS || *left > known.settled
        });
        let former = answered.map(|(peer, _)| peer);
        known
            .peers
            .iter()
            .chain(former)
            .find(|peer| peer.network_key == *key)
            .copied()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn turn_to(&mut self, peers: Vec<Peer>, round: Round, settled: Round) {
        let is_in_force = |peer: &Peer| peers.iter().any(|now| now.account == peer.account);
        let left = self.peers.iter().filter(|peer| !is_in_force(peer));
        let left: Vec<(Peer, Round)> = left.map(|peer| (*peer, round)).collect();
        self.former.retain(|(peer, left)| {
            let is_recent = round.saturating_sub(*left) <= REMEMBERED_ROUNDS || *left > settled;
            !is_in_force(peer) && is_recent
        });
        self.former.extend(left);
        self.peers = Arc::new(peers);
        self.round = round;
        self.settled = settled;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: u8) -> Peer {
        Peer {
            account: AccountId([number; 32]),
            network_key: [number; 32],
            exchange_key: [number; 32],
        }
    }

    #[test]
    fn who_has_left_is_asked_as_long_as_its_blocks_may_be_judged_and_answered_for_a_while() {
        let verifiers = Verifiers::default();
        let settled = std::cell::Cell::new(20);
        let turn = |peers: &[u8], round| {
            let peers = peers.iter().map(|number| peer(*number)).collect();
            let mut known = verifiers.known.write().expect("held");
            known.turn_to(peers, round, settled.get());
        };
        turn(&[1, 2, 3], 10);
        for round in [11, 11, 17, 35, 36] {
            turn(&[1, 3], round);
            assert_eq!(verifiers.all().len(), 2);
            let asked = verifiers.with_account(&AccountId([2; 32]));
            assert_eq!(asked.is_some(), round <= 35, "round {round}");
            let answered = verifiers.with_network_key(&[2; 32]);
            assert_eq!(answered.is_some(), round <= 17, "round {round}");
        }
        turn(&[1, 2, 3], 40);
        assert_eq!(verifiers.with_former().len(), 3);

        // It leaves, and no round counts for long.
        settled.set(37);
        turn(&[1, 3], 41);
        turn(&[1, 3], 400);
        let known = || {
            let asked = verifiers.with_account(&AccountId([2; 32]));
            (
                asked.is_some(),
                verifiers.with_network_key(&[2; 32]).is_some(),
            )
        };
        assert_eq!(known(), (true, true));
        settled.set(41);
        turn(&[1, 3], 404);
        assert_eq!(known(), (false, false));
    }
}
