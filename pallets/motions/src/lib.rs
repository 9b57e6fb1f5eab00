//! Delayed enactment of what the verifiers decide.

#![cfg_attr(not(feature = "std"), no_std)]
