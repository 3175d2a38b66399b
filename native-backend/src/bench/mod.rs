//! What is measured on this machine and held against what the model predicts.
//!
//! | module | what it holds |
//! |---|---|
//! | [`setups`] | the set-ups of the CPU shares, as lines for the shell |
//! | [`shares`] | performs one on either kernel, and reads who got how much |

pub mod setups;
pub mod shares;
