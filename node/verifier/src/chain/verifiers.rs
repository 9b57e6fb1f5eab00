//! Who the other verifiers are: the set in force, with what each announced.

use std::sync::{Arc, PoisonError, RwLock};

use chainflix_primitives::{AccountId, Round};

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

/// Whoever has left is remembered for so many rounds: as long as views of its last blocks may be carried or judged.
const REMEMBERED_ROUNDS: Round = 24;
/// Whoever has left is answered for so many rounds: it judges the blocks of its last rounds, and shows its own.
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
}

impl Verifiers {
    /// Reads them anew.
    pub(crate) fn refresh(&self, chain: &dyn ChainView, round: Round) -> ChainResult<()> {
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
            .turn_to(peers, round);
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
            since <= ANSWERED_ROUNDS
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
    fn turn_to(&mut self, peers: Vec<Peer>, round: Round) {
        let is_in_force = |peer: &Peer| peers.iter().any(|now| now.account == peer.account);
        let left = self.peers.iter().filter(|peer| !is_in_force(peer));
        let left: Vec<(Peer, Round)> = left.map(|peer| (*peer, round)).collect();
        self.former.retain(|(peer, left)| {
            !is_in_force(peer) && round.saturating_sub(*left) <= REMEMBERED_ROUNDS
        });
        self.former.extend(left);
        self.peers = Arc::new(peers);
        self.round = round;
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
        let turn = |peers: &[u8], round| {
            let peers = peers.iter().map(|number| peer(*number)).collect();
            verifiers.known.write().expect("held").turn_to(peers, round);
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
    }
}
