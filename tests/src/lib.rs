//! Tests across crates, and what the benchmarks share.
//!
//! | module | what it is |
//! |---|---|
//! | [`leftovers`] | what there is on the machine, to see whether sessions leave any of it |
//! | [`truth`] | recorded answers of real kernels, replayed on the model |
//! | [`walk`] | random operations on the model and on a real kernel |
//! | [`workload`] | hosts of any size, and simple steps on them, with what they cost |

pub mod leftovers;
pub mod truth;
pub mod walk;
pub mod workload;
