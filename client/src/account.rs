//! Accounts as people read and write them: SS58 addresses.

use blake2::{Blake2b512, Digest};
use chainflix_primitives::AccountId;

/// Prefix of Chainflix addresses, as the chain's properties say; they begin with `cf`.
pub const SS58_PREFIX: u16 = 14_403;
/// Longest text that is looked at, in bytes.
const MAX_ADDRESS_BYTES: usize = 128;
/// Bytes of the checksum behind an account.
const CHECKSUM_BYTES: usize = 2;

/// The Chainflix address of an account.
#[must_use]
pub fn address(account: &AccountId) -> String {
    address_with(account, SS58_PREFIX)
}

/// The address of an account on the network with `prefix`, below 16,384.
#[must_use]
pub fn address_with(account: &AccountId, prefix: u16) -> String {
    let [high, low] = (prefix & 0x3fff).to_be_bytes();
    let mut bytes = if prefix < 64 {
        vec![low]
    } else {
        // The eight bits above the lowest two, marked; then the rest, as SS58 orders them.
        vec![0x40 | (low >> 2), high | (low << 6)]
    };
    bytes.extend_from_slice(&account.0);
    let checksum = checksum(&bytes);
    bytes.extend_from_slice(&checksum);
    bs58::encode(bytes).into_string()
}

/// Reads an address of any network, or 64 hexadecimal digits. `None` when it is neither or was mistyped.
#[must_use]
pub fn read(text: &str) -> Option<AccountId> {
    let text = text.trim();
    if text.len() > MAX_ADDRESS_BYTES {
        return None;
    }
    if let Some(account) = AccountId::from_hex(text) {
        return Some(account);
    }
    let bytes = bs58::decode(text).into_vec().ok()?;
    let prefix = match bytes.first()? {
        0..64 => 1,
        64..128 => 2,
        _ => return None,
    };
    let (body, found) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
    if checksum(body) != *found {
        return None;
    }
    let account = <[u8; 32]>::try_from(body.get(prefix..)?).ok()?;
    Some(AccountId(account))
}

fn checksum(body: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut hasher = Blake2b512::new();
    hasher.update(b"SS58PRE");
    hasher.update(body);
    let digest = hasher.finalize();
    digest.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALICE: &str = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

    #[test]
    fn addresses_are_those_of_other_substrate_tools() {
        let alice = AccountId::from_hex(ALICE).unwrap();
        let generic = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
        assert_eq!(address_with(&alice, 42), generic);
        assert_eq!(read(generic), Some(alice));
        assert_eq!(read(&format!("0x{ALICE}")), Some(alice));
        assert!(address(&alice).starts_with("cf"), "{}", address(&alice));
    }

    #[test]
    fn a_mistyped_address_is_noticed() {
        let wrong = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ";
        assert_eq!(read(wrong), None);
        assert_eq!(read(""), None);
        assert_eq!(read("5GrwvaEF"), None);
        assert_eq!(read(&"5".repeat(5_000)), None);
    }

    proptest! {
        #[test]
        fn every_address_reads_back(account: [u8; 32], prefix in 0u16..16_384) {
            let account = AccountId(account);
            prop_assert_eq!(read(&address_with(&account, prefix)), Some(account));
        }
    }
}
