//! Advertising campaigns and their escrow.

#![cfg_attr(not(feature = "std"), no_std)]
