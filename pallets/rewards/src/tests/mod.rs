//! Tests of the pallet, one file per behaviour.
