//! What became of an account's accepted views.

use chainflix_primitives::api::{Reply, ViewFate, ViewStatus};

use super::Message;
use crate::context::Context;
use crate::error::Denied;
use crate::store::views::ViewState;

/// Most views told of at once.
const MOST: u16 = 512;

/// The account's latest views, newest first.
pub(super) fn latest(
    context: &Context,
    message: &Message<'_>,
    limit: u16,
) -> Result<Reply, Denied> {
    let limit = usize::from(limit.min(MOST));
    let views = context
        .store
        .view()?
        .latest_views_of(message.account(), limit)?;
    let statuses = views
        .into_iter()
        .map(|view| ViewStatus {
            video: view.video,
            minute: view.minute,
            round: view.accepted,
            fate: match view.state {
                ViewState::Waiting | ViewState::InBlock(_) => ViewFate::Pending,
                ViewState::Final(fate) => fate,
            },
        })
        .collect();
    Ok(Reply::Views(statuses))
}
