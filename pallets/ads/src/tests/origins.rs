//! Every call by every origin.

use crate::{
    Call,
    mock::{CFX, CREATIVE, RuntimeCall, RuntimeOrigin, Test, draft, open, run, tags},
};
use frame_support::{
    dispatch::GetDispatchInfo,
    traits::{GetCallName, UnfilteredDispatchable},
};
use sp_runtime::DispatchError;

fn calls(campaign: u32) -> Vec<Call<Test>> {
    vec![
        Call::open {
            creative: CREATIVE,
            price_per_play: CFX,
            price_per_click: CFX,
            limit_per_round: 10 * CFX,
            views_per_day: 1,
            least_account_age: 0,
            tags: tags(&[]),
            budget: CFX,
        },
        Call::top_up {
            campaign,
            amount: CFX,
        },
        Call::pause { campaign },
        Call::resume { campaign },
        Call::close { campaign },
        Call::refund { campaign },
        Call::remove { campaign },
    ]
}

#[test]
fn every_call_asks_for_a_signature_and_has_a_weight() {
    run(|| {
        let campaign = open(draft());
        let names: Vec<&str> = calls(campaign)
            .iter()
            .map(GetCallName::get_call_name)
            .collect();
        assert_eq!(names, Call::<Test>::get_call_names(), "a call is missing");
        for call in calls(campaign) {
            for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
                let refused = call.clone().dispatch_bypass_filter(origin);
                let error = refused.map_err(|error| error.error);
                assert_eq!(error.map(|_| ()), Err(DispatchError::BadOrigin));
            }
            let info = RuntimeCall::from(call).get_dispatch_info();
            assert!(info.call_weight.ref_time() > 0);
        }
    });
}
