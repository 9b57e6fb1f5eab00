//! What a report opens: the drawn leaves of its verifier's own header, and the drawn leaf of its personal root.

use chainflix_primitives::{
    AccountId, Round, Sha256, draw,
    hash::Hash32,
    merkle::Tree,
    play_data,
    report::{HeaderOpening, PersonalOpening, personal_leaf_hash},
    view::ViewLeaf,
};

use super::build;
use crate::chain::At;
use crate::context::Context;
use crate::error::Failure;
use crate::store::View;
use crate::store::reports::ReportRecord;
use crate::store::tables::{DELEGATIONS, LEAVES, REPORTS};

/// The own header of `round` at the drawn leaves; nothing when it is not on chain or is empty.
pub(super) fn of_header(
    context: &Context,
    own: AccountId,
    round: Round,
    drawn: &Hash32,
) -> Result<Vec<HeaderOpening>, Failure> {
    let view = context.store.view()?;
    let Some(record) = view.get(REPORTS, &round)? else {
        return Ok(Vec::new());
    };
    let header = &record.report.header;
    let on_chain = context.chain.headers(At::Best, round)?;
    let is_ours = on_chain
        .iter()
        .any(|(issuer, other)| *issuer == own && other.root == header.root);
    let Some(hashes) = view.body_hashes(&header.root)?.filter(|_| is_ours) else {
        return Ok(Vec::new());
    };
    let tree = Tree::new::<Sha256>(hashes.clone());
    let mut openings = Vec::new();
    for index in draw::drawn_leaves::<Sha256>(drawn, &header.root, header.count) {
        let opening = open_leaf(context, &view, &hashes, &tree, index)?;
        let Some(opening) = opening else {
            tracing::error!(round, index, "a drawn leaf can't be opened");
            continue;
        };
        openings.push(opening);
    }
    Ok(openings)
}

fn open_leaf(
    context: &Context,
    view: &View,
    hashes: &[Hash32],
    tree: &Tree,
    index: u32,
) -> Result<Option<HeaderOpening>, Failure> {
    let place = index as usize;
    let Some(hash) = hashes.get(place) else {
        return Ok(None);
    };
    let (Some(leaf), Some(clock)) = (view.get(LEAVES, hash)?, context.facts.clock()?) else {
        return Ok(None);
    };
    let Some(delegation) = view.get(DELEGATIONS, &leaf.claim.delegation)? else {
        return Ok(None);
    };
    let Some(issued) = clock.round_at(leaf.claim.issue_ms) else {
        return Ok(None);
    };
    let tickets = Tree::new::<Sha256>(build::ticket_hashes(view, issued)?);
    let ticket_path = tickets.proof(leaf.ticket_index as usize);
    let (Some(path), Some(ticket_path)) = (
        tree.proof(place).and_then(play_data::path),
        ticket_path.and_then(play_data::path),
    ) else {
        return Ok(None);
    };
    Ok(Some(HeaderOpening {
        index,
        leaf,
        path,
        delegation,
        ticket_path,
    }))
}

/// The drawn leaf of the personal root in the own report `record`; `None` when that approved nothing.
pub(super) fn of_personal_root(
    context: &Context,
    own: &AccountId,
    record: &ReportRecord,
    drawn: &Hash32,
) -> Result<Option<PersonalOpening>, Failure> {
    let personal = record.report.personal;
    let Some(place) = draw::drawn_leaf::<Sha256>(drawn, &personal.root, personal.count, 0) else {
        return Ok(None);
    };
    let view = context.store.view()?;
    let mut hashes: Vec<Hash32> = Vec::new();
    let mut opened: Option<(ViewLeaf, Vec<Hash32>)> = None;
    for approved in &record.approved {
        let before = hashes.len();
        let Some((order, leaves)) = view.body(&approved.root)? else {
            tracing::error!(verifier = %approved.issuer, "an approved body is missing");
            return Ok(None);
        };
        hashes.extend(
            leaves
                .iter()
                .map(|leaf| personal_leaf_hash::<Sha256>(own, leaf)),
        );
        let within = (place as usize).checked_sub(before);
        if let Some(leaf) = within.and_then(|within| leaves.get(within)) {
            let path = within.and_then(|within| Tree::new::<Sha256>(order).proof(within));
            opened = path.map(|path| (leaf.clone(), path));
        }
    }
    let personal_path = Tree::new::<Sha256>(hashes).proof(place as usize);
    let (Some((leaf, header_path)), Some(personal_path)) = (opened, personal_path) else {
        return Ok(None);
    };
    let (Some(header_path), Some(personal_path)) =
        (play_data::path(header_path), play_data::path(personal_path))
    else {
        return Ok(None);
    };
    Ok(Some(PersonalOpening {
        leaf,
        personal_path,
        header_path,
    }))
}
