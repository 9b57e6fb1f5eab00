//! The well-known accounts of the development and local chains. Everybody has their keys.
//!
//! Each is the sr25519 key of the development phrase with the account's name as a hard derivation,
//! `//Producer` for instance: what tools and wallets make of that name.

use crate::{AccountId, SessionKeys};
use sp_core::{ed25519, hex2array, sr25519};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// An account that plays one role of the system: its derivation and its public key.
///
/// The keys are written out because deriving them here would put that code on chain; a test derives
/// them.
pub const ROLES: [(&str, [u8; 32]); 9] = [
    (
        "//Producer",
        hex2array!("a633d01fa3155580c888c65f2c44980d6326658e9c833a879700418870ca926f"),
    ),
    (
        "//Viewer",
        hex2array!("44354b29c9b339aad70f539d92d8d08ca592831957b13dd50af5f6ae7b86393c"),
    ),
    (
        "//Supervisor",
        hex2array!("0e7a638d412cf8af61bf8f1238abec3a2cc3f44eedf754d81d27f2ce7743ac0a"),
    ),
    (
        "//StorageA",
        hex2array!("02c8f6dedd34d6f66ab6823bc27b4a0feeaa523a2bb24fc2b5d13029103e2e1c"),
    ),
    (
        "//StorageB",
        hex2array!("e2697aa32d96182d8986d1d7b7fa4df14b5fe4d2fda0b9420bbe2a94ce3f5954"),
    ),
    (
        "//StorageC",
        hex2array!("a21b91d4f67fd944f2140590fd9a2c40471329da198cfe400620b68c3f340615"),
    ),
    (
        "//Controller",
        hex2array!("08ea91556e3a377d71da245b22f854b053a6a6aa9cfa46eef840a0cc7bc0da60"),
    ),
    (
        "//Advertiser",
        hex2array!("14631516e268e25c990f78df71ffdec5a038cf7f2f5da8275857777b2dfcbd19"),
    ),
    (
        "//Enhancer",
        hex2array!("74dc0eaa253ff462bd4af57feac20d8e6f1e84da21cadd8ddb7b94aaa20f5204"),
    ),
];

/// ed25519 key of the storage controller. Its seed is the SHA-256 of `chainflix/development/controller`.
pub const CONTROLLER_KEY: [u8; 32] =
    hex2array!("ccaf9163d6af3eac02588d7aae657c697a423ba0da4d2bce9d3183339fb7c644");

/// X25519 key to which dossiers for the supervisor are sealed. Its secret is the SHA-256 of
/// `chainflix/development/supervisor`.
pub const SUPERVISOR_EXCHANGE_KEY: [u8; 32] =
    hex2array!("96e7b290f255711fde4fa02254947f37c332442702dc59f1c1f40c17af9b0137");

/// A verifier whose keys the node makes with a flag like `--alice`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DevelopmentVerifier {
    /// `--alice`
    Alice,
    /// `--bob`
    Bob,
    /// `--charlie`
    Charlie,
    /// `--dave`
    Dave,
}

impl DevelopmentVerifier {
    /// The account that the verifier is known by.
    pub fn account(self) -> AccountId {
        self.sr25519().to_account_id()
    }

    /// The keys that the node makes from the verifier's name.
    pub fn session_keys(self) -> SessionKeys {
        let sr25519: sr25519::Public = self.sr25519().public();
        let ed25519: ed25519::Public = self.ed25519().public();
        SessionKeys {
            aura: sr25519.into(),
            grandpa: ed25519.into(),
            pov: sr25519.into(),
        }
    }

    fn sr25519(self) -> Sr25519Keyring {
        match self {
            Self::Alice => Sr25519Keyring::Alice,
            Self::Bob => Sr25519Keyring::Bob,
            Self::Charlie => Sr25519Keyring::Charlie,
            Self::Dave => Sr25519Keyring::Dave,
        }
    }

    fn ed25519(self) -> Ed25519Keyring {
        match self {
            Self::Alice => Ed25519Keyring::Alice,
            Self::Bob => Ed25519Keyring::Bob,
            Self::Charlie => Ed25519Keyring::Charlie,
            Self::Dave => Ed25519Keyring::Dave,
        }
    }
}

/// The supervisor in office.
pub fn supervisor() -> AccountId {
    let (_, public) = ROLES[2];
    AccountId::new(public)
}

/// Every well-known account: Alice to Ferdie, then the roles.
pub fn well_known() -> impl Iterator<Item = AccountId> {
    let people = [
        Sr25519Keyring::Alice,
        Sr25519Keyring::Bob,
        Sr25519Keyring::Charlie,
        Sr25519Keyring::Dave,
        Sr25519Keyring::Eve,
        Sr25519Keyring::Ferdie,
    ];
    let roles = ROLES.map(|(_, public)| AccountId::new(public));
    people
        .into_iter()
        .map(Sr25519Keyring::to_account_id)
        .chain(roles)
}
