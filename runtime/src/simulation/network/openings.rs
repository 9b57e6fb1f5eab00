//! What a verifier opens of its own block, and of the bodies that it approved.

use super::{super::viewer::round_of, Network, Node, ViewBlock, path_of};
use crate::Pov;
use chainflix_primitives::{
    AccountId, Round, Sha256, draw,
    merkle::Tree,
    report::{HeaderOpening, PersonalOpening, Report, personal_leaf_hash},
};

impl Network {
    /// Opens the drawn leaves of a verifier's header, and says whether all of them are right.
    pub(super) fn open(&self, node: &Node, opened: Round, report: &mut Report) -> bool {
        let headers = Pov::headers(opened);
        let own = headers.iter().find(|(issuer, _)| *issuer == node.account);
        let (Some((_, header)), Some(draw)) = (own, Pov::draw(opened)) else {
            return true;
        };
        let block = node.block(opened);
        let drawn = draw::drawn_leaves::<Sha256>(&draw, &header.root, header.count);
        let right = drawn.iter().all(|index| {
            let hash = block.leaves[*index as usize].leaf_hash::<Sha256>();
            !block.bad.contains(&hash)
        });
        let openings: Vec<_> = drawn
            .into_iter()
            .map(|index| self.opening(node, &block, index))
            .collect();
        report.openings = openings.try_into().expect("at most four are drawn");
        right
    }

    fn opening(&self, node: &Node, block: &ViewBlock, index: u32) -> HeaderOpening {
        let leaf = block.leaves[index as usize].clone();
        let tickets = node.tickets_tree(round_of(leaf.claim.issue_ms));
        let viewer = self
            .viewers
            .iter()
            .find(|viewer| viewer.account == leaf.claim.viewer)
            .expect("one of ours");
        HeaderOpening {
            index,
            delegation: viewer.delegation.clone(),
            path: path_of(&block.tree(), index),
            ticket_path: path_of(&tickets, leaf.ticket_index),
            leaf,
        }
    }

    pub(super) fn personal_tree(
        &self,
        voter: AccountId,
        round: Round,
        approved: &[AccountId],
    ) -> Tree {
        let bodies = approved.iter().map(|issuer| self.block_of(*issuer, round));
        let hashes = bodies.flat_map(|block| {
            let hash = |leaf| personal_leaf_hash::<Sha256>(&voter, leaf);
            block.leaves.iter().map(hash).collect::<Vec<_>>()
        });
        Tree::new::<Sha256>(hashes.collect())
    }

    pub(super) fn personal_opening(
        &self,
        node: &Node,
        opened: Round,
        judged: Round,
    ) -> Option<PersonalOpening> {
        let ballot = Pov::report_record(node.account, judged)?.ballot?;
        let personal = ballot.personal;
        let draw = Pov::draw(opened)?;
        let drawn = draw::drawn_leaf::<Sha256>(&draw, &personal.root, personal.count, 0)?;
        let headers = Pov::headers(opened).into_iter().enumerate();
        let approved: Vec<AccountId> = headers
            .filter(|(index, _)| ballot.approved.has(*index))
            .map(|(_, (issuer, _))| issuer)
            .collect();
        let mut rest = drawn as usize;
        for issuer in &approved {
            let block = self.block_of(*issuer, opened);
            if rest < block.leaves.len() {
                let personal_tree = self.personal_tree(node.account, opened, &approved);
                return Some(PersonalOpening {
                    personal_path: path_of(&personal_tree, drawn),
                    header_path: path_of(&block.tree(), rest as u32),
                    leaf: block.leaves[rest].clone(),
                });
            }
            rest -= block.leaves.len();
        }
        None
    }
}
