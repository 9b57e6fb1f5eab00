//! What a service leaves for its node's off-chain worker.

use std::sync::Arc;

use chainflix_primitives::{AccountId, duty};
use chainflix_verifier::DutyMirror;

use super::Chain;

/// The off-chain storage of one node.
pub(crate) struct Mirror {
    pub(crate) chain: Arc<Chain>,
    pub(crate) account: AccountId,
}

impl DutyMirror for Mirror {
    fn set(&self, key: &[u8], value: &[u8]) {
        assert!(value.len() <= duty::MAX_DUTY_BYTES);
        let mut mirrors = self.chain.mirrors.lock().expect("no test thread failed");
        let duties = mirrors.entry(self.account).or_default();
        duties.insert(key.to_vec(), value.to_vec());
    }

    fn clear(&self, key: &[u8]) {
        let mut mirrors = self.chain.mirrors.lock().expect("no test thread failed");
        mirrors.entry(self.account).or_default().remove(key);
    }

    fn kick(&self) {
        self.chain.submit_due(self.account);
    }
}
