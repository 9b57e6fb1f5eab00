//! Tests of the registry, one file per behaviour.
