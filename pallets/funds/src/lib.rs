//! The chain's funds, paid out by motion.

#![cfg_attr(not(feature = "std"), no_std)]
