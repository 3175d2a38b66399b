//! Tests across crates.

pub mod truth;
