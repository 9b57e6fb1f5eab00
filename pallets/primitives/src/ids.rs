//! Fixed-size identifiers. Each is its own type, so that a magnet is never passed where a cell id belongs.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

use crate::hash::{Hasher, label};

macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking,
            MaxEncodedLen, TypeInfo,
        )]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// Reads lower- or upper-case hex, with or without `0x`. `None` when it is anything else.
            #[must_use]
            pub fn from_hex(text: &str) -> Option<Self> {
                parse_hex(text).map(Self)
            }
        }

        impl From<[u8; $len]> for $name {
            fn from(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }
        }

        impl From<$name> for [u8; $len] {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self([0; $len])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <alloc::string::String as serde::Deserialize>::deserialize(deserializer)?;
                Self::from_hex(&text).ok_or_else(|| {
                    serde::de::Error::custom(concat!("expected ", $len, " bytes in hex"))
                })
            }
        }
    };
}

fixed_bytes!(
    /// An account of the chain, as its public key.
    AccountId, 32
);
fixed_bytes!(
    /// Id of a video: SHA-256 of its SCALE-encoded manifest.
    Magnet, 32
);
fixed_bytes!(
    /// Id of one VideoCell, see [`CellId::of`].
    CellId, 32
);
fixed_bytes!(
    /// Code of one (viewer, video, minute, cycle), derived by the verifiers from their set secret.
    PlayCode, 16
);
fixed_bytes!(
    /// What a verifier draws when a viewer starts a cell. Starts the clock.
    RandomConstant, 32
);
fixed_bytes!(
    /// An ed25519 or sr25519 signature.
    Signature64, 64
);
fixed_bytes!(
    /// Keyed tag of an address group, per round: equal tags are equal groups, and nothing else can be told from it.
    AddressTag, 8
);
fixed_bytes!(
    /// Id under which one publication derives its content keys. Issued by a verifier, used once.
    UploadId, 16
);

impl CellId {
    /// `SHA-256("chainflix/cell" ‖ magnet ‖ rendition ‖ index)`, rendition as one byte, index as little-endian `u16`.
    #[must_use]
    pub fn of<H: Hasher>(magnet: &Magnet, rendition: u8, index: u16) -> Self {
        Self(H::sha256_parts(&[
            label::CELL,
            &magnet.0,
            &[rendition],
            &index.to_le_bytes(),
        ]))
    }
}

fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    if digits.len() != N.checked_mul(2)? {
        return None;
    }
    let mut bytes = [0u8; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = (nibble(*high)? << 4) | nibble(*low)?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}
