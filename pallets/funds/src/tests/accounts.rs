//! The funds' accounts.

use crate::{
    FUNDS, Fund,
    mock::{ENDOWMENT, Funds, pay, run, somebody},
};
use frame_support::{PalletId, assert_ok};
use sp_core::crypto::AccountId32;
use sp_runtime::traits::AccountIdConversion;
use std::collections::BTreeSet;

#[test]
fn the_development_fund_is_the_account_that_fees_flow_to() {
    let treasury: AccountId32 = PalletId(*b"cfx/trsy").into_account_truncating();
    assert_eq!(Fund::Development.account::<AccountId32>(), treasury);
}

#[test]
fn the_four_funds_have_four_accounts() {
    let accounts: BTreeSet<AccountId32> = FUNDS.into_iter().map(Fund::account).collect();
    assert_eq!(accounts.len(), 4);
}

#[test]
fn everybody_can_read_how_each_fund_stands() {
    run(|| {
        assert_ok!(pay(Fund::Bounty, somebody(), 400, 0));
        let reports = Funds::funds();
        assert_eq!(reports.len(), 4);
        for report in reports {
            let paid = if report.fund == Fund::Bounty { 400 } else { 0 };
            assert_eq!(report.account, Funds::account(report.fund));
            assert_eq!((report.balance, report.paid), (ENDOWMENT - paid, paid));
        }
    });
}
